//! A diagnosis that is written back to its run, and who may do that.

use deepfix_system_tests::{look, without_timings};

use super::*;

static GUARDED: LazyLock<Mlflow> = LazyLock::new(Mlflow::with_authentication);

#[test]
fn a_diagnosis_is_written_back_on_request_and_changes_no_later_one() {
    let mlflow = Mlflow::of_its_own();
    let id = mlflow.run("plain");
    let home = Home::new();
    let run = ["--mlflow-run", &id, "--tracking-uri", &mlflow.uri];
    let before = analyse(&home, &run);
    assert!(
        look(&mlflow.uri, &[&id], None)["page"].is_null(),
        "nothing is written without a request"
    );
    let mut written = analyse(&home, &[&run[..], &["--write-back"]].concat());
    let outputs = written["additional_outputs"].as_object_mut().unwrap();
    assert_eq!(outputs.remove("write_back").unwrap()["report"], "deepfix/report.html");
    assert_eq!(without_timings(before.clone()), without_timings(written));
    let seen = look(&mlflow.uri, &[&id], None);
    let tags = &seen["tags"];
    assert_eq!(
        (&tags["deepfix.verdict"], &tags["deepfix.findings.high"]),
        (&json!("medium"), &json!("0")),
        "{tags}"
    );
    assert!(
        tags["deepfix.root_causes"]
            .as_str()
            .unwrap()
            .contains("training.overfitting"),
        "{tags}"
    );
    let page = seen["page"].as_str().unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("digits-2024"));
    assert_eq!(
        without_timings(before),
        without_timings(analyse(&home, &run)),
        "what was written is not read as training"
    );
    // Every run of an experiment.
    let all = home.run(&[
        "analyse",
        "--mlflow-experiment",
        "plain",
        "--tracking-uri",
        &mlflow.uri,
        "--write-back",
    ]);
    assert_eq!(all.code, 0, "{}", all.err);
    assert!(look(&mlflow.uri, &[&mlflow.run("with_model")], None)["page"].is_string());
    // Over HTTP only where the configuration allows it.
    let request = json!({"mlflow": {"run_id": id, "tracking_uri": mlflow.uri, "write_back": true}});
    for (allowed, wanted) in [(false, "`[mlflow] write_back` in deepfix.toml"), (true, "")] {
        home.configure(|text| {
            let text = text.replace("\nallow = []", &format!("\nallow = [{{ uri = {:?} }}]", mlflow.uri));
            text.replace("\nwrite_back = false", &format!("\nwrite_back = {allowed}"))
        });
        let server = Server::start(&home);
        let answer = server.post("/v1/analyse", request.to_string().into_bytes());
        assert_eq!(answer.status, 200, "{}", answer.body);
        let outputs = &answer.body["additional_outputs"];
        assert_eq!(outputs["write_back"].is_object(), allowed, "{outputs}");
        assert!(outputs["warnings"].to_string().contains(wanted), "{outputs}");
    }
}

#[test]
fn who_may_only_read_gets_the_diagnosis_and_a_warning() {
    let mlflow = &*GUARDED;
    let id = mlflow.run("plain");
    let admin = Some(("admin", Mlflow::PASSWORD));
    let _ = look(&mlflow.uri, &["--add-user", "reader", "may-only-read-this"], admin);
    let home = Home::new();
    let mut command = home.command();
    command
        .args(["analyse", "--format", "json", "--mlflow-run", &id, "--write-back"])
        .env("MLFLOW_TRACKING_URI", &mlflow.uri)
        .env("MLFLOW_TRACKING_USERNAME", "reader")
        .env("MLFLOW_TRACKING_PASSWORD", "may-only-read-this");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let response: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(reports(&response, "training.overfitting"));
    let warnings = response["additional_outputs"]["warnings"].to_string();
    assert!(
        warnings.contains("not written back") && warnings.contains("403"),
        "{warnings}"
    );
    let seen = look(&mlflow.uri, &[&id], admin);
    assert!(
        seen["page"].is_null() && seen["tags"]["deepfix.verdict"].is_null(),
        "{seen}"
    );
}

#[test]
fn credentials_go_to_their_server_and_their_lack_is_explained() {
    let mlflow = &*GUARDED;
    let id = mlflow.run("plain");
    let home = Home::new();
    let ran = home.run(&["analyse", "--mlflow-run", &id, "--tracking-uri", &mlflow.uri]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("401") && ran.err.contains("no credentials are configured"),
        "{}",
        ran.err
    );
    let with = |password: &str| {
        let mut command = home.command();
        command
            .args(["analyse", "--format", "json", "--mlflow-run", &id])
            .env("MLFLOW_TRACKING_URI", &mlflow.uri)
            .env("MLFLOW_TRACKING_USERNAME", "admin")
            .env("MLFLOW_TRACKING_PASSWORD", password);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(with(Mlflow::PASSWORD).0, Some(0));
    let (code, said) = with("wrong-and-secret");
    assert_eq!(code, Some(2));
    assert!(
        said.contains("not accepted") && !said.contains("wrong-and-secret"),
        "{said}"
    );
    home.configure(|text| {
        let entry = format!(
            "allow = [{{ uri = {:?}, username_env = \"ML_USER\", password_env = \"ML_PASSWORD\" }}]",
            mlflow.uri
        );
        text.replace("\nallow = []", &format!("\n{entry}"))
    });
    let mut command = home.command();
    command
        .args(["analyse", "--mlflow-run", &id, "--tracking-uri", &mlflow.uri])
        .env("ML_USER", "admin")
        .env("ML_PASSWORD", Mlflow::PASSWORD);
    assert!(command.output().unwrap().status.success());
}
