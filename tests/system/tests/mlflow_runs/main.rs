//! Runs of a real MLflow server, and of the stores that MLflow leaves on disk.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
    time::Duration,
};

use deepfix_core::{ArtifactKind, Experiment, MlflowSource, MlflowTarget, Table};
use deepfix_mlflow::{MlflowError, Retriever, Search, Settings};
use deepfix_system_tests::{
    Home, Mlflow, Server, assert_well_formed, findings, log_runs, look, reports, without_timings,
};
use serde_json::{Value, json};

/// Started once: it takes some seconds.
static MLFLOW: LazyLock<Mlflow> = LazyLock::new(Mlflow::start);
static GUARDED: LazyLock<Mlflow> = LazyLock::new(Mlflow::with_authentication);

mod stores;

const MINUTE: Duration = Duration::from_secs(60);

fn settings(uri: &str) -> Settings {
    Settings {
        tracking_uri: Some(uri.to_owned()),
        ..Settings::default()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn fetch_with(settings: Settings, target: MlflowTarget) -> Result<Experiment, MlflowError> {
    let experiment = Experiment {
        source: Some(MlflowSource {
            write_back: false,
            tracking_uri: None,
            target,
        }),
        language: "english".to_owned(),
        ..Experiment::default()
    };
    Retriever::new(settings)?.fill(experiment, MINUTE).await
}

fn fetch(target: MlflowTarget) -> Result<Experiment, MlflowError> {
    fetch_with(settings(&MLFLOW.uri), target)
}

fn run(name: &str) -> Experiment {
    fetch(MlflowTarget::Run(MLFLOW.run(name))).unwrap()
}

fn metrics(experiment: &Experiment) -> &Table {
    &experiment.artifacts.get(ArtifactKind::Training).unwrap().tables["metrics"]
}

fn analyse(home: &Home, arguments: &[&str]) -> Value {
    let all = [&["analyse", "--format", "json"], arguments].concat();
    let ran = home.run(&all);
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn any_run_is_diagnosed_as_its_folder_would_be() {
    let home = Home::new();
    let id = MLFLOW.run("plain");
    let response = analyse(&home, &["--mlflow-run", &id, "--tracking-uri", &MLFLOW.uri]);
    assert_well_formed(&response);
    assert!(reports(&response, "training.overfitting"), "{:?}", findings(&response));
    assert_eq!(response["dataset_name"], "digits-2024");
    let results = &response["agent_results"];
    assert!(results["ModelCheckpointArtifactsAnalyzer"].is_object(), "no checkpoint");
    assert_eq!(response["additional_outputs"]["warnings"], json!([]));
}

#[test]
fn every_point_of_a_history_of_several_pages_is_there() {
    let it = run("long");
    let table = metrics(&it);
    let loss = &table.column("loss").unwrap().data;
    assert_eq!(table.rows(), 12_000);
    let summary = loss.summarize(0..table.rows()).unwrap();
    assert_eq!((summary.count, summary.nan, summary.missing), (11_999, 1, 0));
    assert_eq!(loss.text(6001).as_deref(), Some("NaN"));
    assert_eq!(
        table.column("val_loss").unwrap().data.text(2).as_deref(),
        Some("Infinity")
    );
    assert!(
        table.columns().iter().all(|it| !it.name.starts_with("system/")),
        "readings of the machine are no learning curves"
    );
}

#[test]
fn parameters_are_the_values_that_they_were() {
    let it = run("plain");
    let document = &it.artifacts.get(ArtifactKind::Training).unwrap().document;
    let params = document["params"].as_object().unwrap();
    assert!(
        params.values().any(Value::is_f64) && params.values().any(Value::is_i64),
        "{params:?}"
    );
    assert_eq!(document["mlflow"]["datasets"][0]["profile"]["num_rows"], 150);
    assert_eq!(document["mlflow"]["tags"]["team"], "blue");
    let checkpoint = it.artifacts.get(ArtifactKind::ModelCheckpoint).unwrap();
    assert!(checkpoint.document["config"].is_object());
    let file = deepfix_system_tests::root().join("examples/overfit-digits/model.safetensors");
    assert_eq!(
        checkpoint.blobs["model.safetensors"].size(),
        file.metadata().unwrap().len()
    );
}

#[test]
fn the_layout_of_deepfix_clients_is_what_they_would_have_sent() {
    let it = fetch(MlflowTarget::Dataset("biopsy".to_owned())).unwrap();
    assert_eq!(it.artifacts.kinds().count(), 4, "{:?}", it.warnings);
    assert_eq!(
        (it.dataset_name.as_deref(), it.model_name.as_str()),
        (Some("biopsy"), "forest")
    );
    let checkpoint = &it.artifacts.get(ArtifactKind::ModelCheckpoint).unwrap().document;
    assert_eq!(checkpoint["model_type"], "RandomForestClassifier");
    assert!(metrics(&it).rows() > 10);
    assert!(it.warnings.is_empty(), "{:?}", it.warnings);
    let home = Home::new();
    let response = analyse(&home, &["--mlflow-dataset", "biopsy", "--tracking-uri", &MLFLOW.uri]);
    assert!(reports(&response, "checks.label_leakage"), "{:?}", findings(&response));
}

#[test]
fn a_data_set_is_found_by_the_name_under_which_any_run_recorded_it() {
    let it = fetch(MlflowTarget::Dataset("digits-2024".to_owned())).unwrap();
    let document = &it.artifacts.get(ArtifactKind::Training).unwrap().document;
    assert_eq!(document["mlflow"]["run_id"], MLFLOW.run("plain"));
    let error = fetch(MlflowTarget::Dataset("it's".to_owned())).unwrap_err();
    assert!(matches!(error, MlflowError::NotFound { .. }), "{error}");
}

#[test]
fn models_lead_to_their_run_and_their_own_files() {
    let id = MLFLOW.run("model_id");
    for name in [
        "wine classifier",
        "wine classifier/1",
        "wine classifier@champion",
        "models:/wine classifier/latest",
        &id,
    ] {
        let it = fetch(MlflowTarget::Model(name.to_owned())).unwrap();
        let checkpoint = it.artifacts.get(ArtifactKind::ModelCheckpoint).unwrap();
        let file = deepfix_system_tests::root().join("examples/healthy-wine/model.safetensors");
        assert_eq!(
            checkpoint.blobs["model.safetensors"].size(),
            file.metadata().unwrap().len(),
            "{name}"
        );
        assert!(metrics(&it).rows() > 10, "{name}");
    }
    let by_run = run("with_model");
    assert!(
        by_run.artifacts.has(ArtifactKind::ModelCheckpoint),
        "the model that a run logged is its checkpoint"
    );
    let error = fetch(MlflowTarget::Model("nobody/7".to_owned())).unwrap_err();
    assert!(matches!(error, MlflowError::NotFound { .. }), "{error}");
}

/// What `log_runs.py` says goes into the model of the run `signed`, which has no file of weights, and what comes out.
fn assert_signature(experiment: &Experiment) {
    let checkpoint = experiment.artifacts.get(ArtifactKind::ModelCheckpoint).unwrap();
    let described = &checkpoint.document["context"]["mlmodel"];
    assert_eq!(described["flavors"], json!(["python_function"]));
    let column = |put: &str, place: usize| {
        let column = &described["signature"][put][place];
        (column["name"].clone(), column["type"].clone())
    };
    assert_eq!(column("inputs", 0), (json!("age"), json!("double")), "{described}");
    assert_eq!(column("inputs", 1), (json!("city"), json!("string")), "{described}");
    assert_eq!(column("outputs", 0), (json!("churn"), json!("long")), "{described}");
    assert!(
        checkpoint.blobs.is_empty() && experiment.warnings.is_empty(),
        "{:?}",
        experiment.warnings
    );
}

#[test]
fn the_signature_of_a_logged_model_without_weights_is_there() {
    assert_signature(&run("signed"));
}

#[test]
fn files_outside_the_servers_own_store_come_through_the_server() {
    let it = run("outside");
    let checkpoint = it.artifacts.get(ArtifactKind::ModelCheckpoint).unwrap();
    assert!(checkpoint.blobs["model.safetensors"].size() > 100);
}

#[test]
fn a_document_made_to_hurt_is_left_out_with_a_warning() {
    let it = run("hostile");
    assert_eq!(it.artifacts.kinds().collect::<Vec<_>>(), [ArtifactKind::Training]);
    assert!(it.warnings[0].contains("dataset/dataset.yaml"), "{:?}", it.warnings);
}

#[test]
fn what_is_missing_is_named() {
    let error = fetch(MlflowTarget::Run("0123456789abcdef".to_owned())).unwrap_err();
    assert!(matches!(error, MlflowError::NotFound { .. }), "{error}");
    assert!(error.to_string().contains("0123456789abcdef"), "{error}");
    let error = fetch(MlflowTarget::Run(MLFLOW.run("empty"))).unwrap_err();
    assert!(error.to_string().contains("nothing to diagnose"), "{error}");
}

#[test]
fn a_file_beyond_the_limit_is_described_and_not_downloaded() {
    let few = Settings {
        max_artifact: 100,
        max_points: 300,
        ..settings(&MLFLOW.uri)
    };
    let it = fetch_with(few, MlflowTarget::Run(MLFLOW.run("plain"))).unwrap();
    let checkpoint = it.artifacts.get(ArtifactKind::ModelCheckpoint).unwrap();
    assert!(checkpoint.blobs.is_empty());
    assert!(checkpoint.document["header"]["parameters"].as_u64().unwrap() > 10);
    assert!(
        it.warnings.iter().any(|it| it.contains("max_artifact")),
        "{:?}",
        it.warnings
    );
    assert!(
        it.warnings.iter().any(|it| it.contains("max_points")),
        "{:?}",
        it.warnings
    );
}

#[test]
fn a_request_names_a_run_and_only_a_server_that_is_allowed() {
    let home = Home::new();
    home.configure(|text| text.replace("tracking_uri = \"\"", &format!("tracking_uri = {:?}", MLFLOW.uri)));
    let server = Server::start(&home);
    let post = |mlflow: Value| server.post("/v1/analyse", json!({ "mlflow": mlflow }).to_string());
    let answer = post(json!({ "run_id": MLFLOW.run("plain") }));
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(reports(&answer.body, "training.overfitting"));
    let answer = post(json!({ "run_id": "nothere", "tracking_uri": format!("{}/", MLFLOW.uri) }));
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (404, &json!("source_not_found")),
        "{}",
        answer.body
    );
    assert_eq!(answer.body["pointer"], "/mlflow/run_id");
    let answer = post(json!({ "dataset_name": "biopsy" }));
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["dataset_name"], "biopsy");
    assert!(
        reports(&answer.body, "checks.label_leakage"),
        "{:?}",
        findings(&answer.body)
    );
    // The run that made the model, and the model's own file.
    for name in ["wine classifier@champion", "wine classifier/1", &MLFLOW.run("model_id")] {
        let answer = post(json!({ "model": name }));
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        assert!(
            reports(&answer.body, "training.overfitting"),
            "{:?}",
            findings(&answer.body)
        );
        let results = &answer.body["agent_results"];
        assert!(
            results["ModelCheckpointArtifactsAnalyzer"].is_object(),
            "{name}: no checkpoint"
        );
    }
    for (target, name) in [("dataset_name", "no such data"), ("model", "nobody/7")] {
        let answer = post(json!({ target: name }));
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (404, &json!("source_not_found")),
            "{}",
            answer.body
        );
        assert_eq!(answer.body["pointer"], format!("/mlflow/{target}"));
    }
    for uri in [
        "http://127.0.0.1:9",
        "http://169.254.169.254",
        "/etc",
        "sqlite:////etc/x.db",
    ] {
        let answer = post(json!({ "run_id": "a", "tracking_uri": uri }));
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (403, &json!("source_not_allowed")),
            "{}",
            answer.body
        );
    }
    let answer = server.post("/v2/analyse", json!({ "mlflow": { "run_id": "nothere" } }).to_string());
    assert_eq!(answer.status, 202);
}

#[test]
fn every_run_of_an_experiment_is_diagnosed_with_a_table_over_them() {
    let home = Home::new();
    let sweep = ["--mlflow-experiment", "sweep", "--tracking-uri", &MLFLOW.uri];
    let table = analyse(&home, &sweep);
    let runs = table["runs"].as_array().unwrap();
    assert_eq!(
        runs.len(),
        MLFLOW.logged["sweep"].as_array().unwrap().len(),
        "more than a page of 100"
    );
    for row in runs {
        let sick = row["run_name"].as_str().unwrap().starts_with("overfit");
        let causes = row["root_causes"].as_array().unwrap();
        assert_eq!(!causes.is_empty(), sick, "{row}");
        assert_eq!(row["error"], Value::Null);
    }
    assert_eq!(table["root_causes"]["training.overfitting"], 60);
    let some = analyse(
        &home,
        &[&sweep[..], &["--filter", "attributes.run_name LIKE 'healthy-wine-1%'"]].concat(),
    );
    assert_eq!(some["runs"].as_array().unwrap().len(), 11);
    let ran = home.run(&[&["analyse"][..], &sweep, &["--filter", "nonsense"]].concat());
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("Invalid clause"), "{}", ran.err);
    let text = home.run(&[&["analyse"][..], &sweep].concat());
    assert!(text.out.contains("60 training.overfitting"), "{}", text.out);
}

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
