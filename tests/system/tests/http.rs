//! The server as clients see it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::fs;

use deepfix_system_tests::{Home, Server, assert_well_formed, findings, reports, root, shared, without_timings};
use serde_json::{Value, json};

const METRICS: &str = r#"{"training_artifacts": {"metrics_values": {"epoch": [0, 1, 2, 3], "train_loss": [1.0, 2.0, NaN, NaN],
    "val_loss": [1.1, 2.5, NaN, null], "grad_norm": [1.0, 900.0, Infinity, NaN]}, "params": {"learning_rate": 3.0}}, "language": "english"}"#;

#[test]
fn five_components_of_the_configuration_answer() {
    let home = Home::new();
    let server = Server::start(&home);
    let health = server.get("/health");
    assert_eq!((health.status, &health.body["status"]), (200, &json!("ok")));
    let agents = server.get("/v1/agents").body["agents"].as_array().unwrap().clone();
    let names: Vec<_> = agents
        .iter()
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        names,
        [
            "DatasetArtifactsAnalyzer",
            "DeepchecksArtifactsAnalyzer",
            "ModelCheckpointArtifactsAnalyzer",
            "TrainingArtifactsAnalyzer",
            "CrossArtifactReasoningAgent"
        ]
    );
    let mut digests: Vec<_> = agents
        .iter()
        .map(|it| it["sha256"].as_str().unwrap().to_owned())
        .collect();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), 5, "each agent is a component of its own");
    // Proof that the answer comes from the component: without its file there is no agent.
    let codes = |agent: &Value| agent["codes"].as_array().unwrap().len();
    assert!(
        agents
            .iter()
            .all(|it| codes(it) > 0 && it["limits"]["memory"].as_u64().unwrap() > 0)
    );
}

#[test]
fn an_analysis_finds_what_is_wrong_and_is_the_same_every_time() {
    let home = Home::new();
    let server = Server::start(&home);
    let answer = server.post("/v1/analyse", METRICS);
    assert_eq!(answer.status, 200);
    assert_well_formed(&answer.body);
    assert!(
        reports(&answer.body, "training.exploding_gradients"),
        "{:?}",
        findings(&answer.body)
    );
    for path in ["/v1/analyze", "/api/v1/analyse", "/v1/analyse"] {
        let again = server.post(path, METRICS);
        assert_eq!(
            without_timings(again.body),
            without_timings(answer.body.clone()),
            "{path}"
        );
    }
}

#[test]
fn the_request_of_the_readme_is_answered_as_its_example_says() {
    let home = Home::new();
    let body = fs::read(root().join("examples/request.json")).unwrap();
    let answer = Server::start(&home).post("/v1/analyse", body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_well_formed(&answer.body);
    assert_eq!(answer.body["dataset_name"], "overfit-digits");
    assert!(
        reports(&answer.body, "training.overfitting"),
        "{:?}",
        findings(&answer.body)
    );
    // Without tables and checkpoint: the answer says what to send to get more.
    let gaps = answer.body["additional_outputs"]["not_examined"].as_array().unwrap();
    assert!(
        gaps.len() >= 3 && gaps.iter().all(|it| !it["send"].as_str().unwrap().is_empty()),
        "{gaps:?}"
    );
}

#[test]
fn every_shared_request_gets_a_good_answer() {
    let Some(folder) = shared("requests") else { return };
    let home = Home::new();
    let server = Server::start(&home);
    let expected: &[(&str, &[&str], bool)] = &[
        (
            "breast_cancer_planted_leak_dupes_model_fr",
            &["checks.label_leakage"],
            true,
        ),
        ("breast_cancer_nomodel_fr", &[], true),
        ("diamonds_price_drift_en", &["checks.covariate_drift"], false),
        ("iris_model_en", &[], false),
        ("wine_train_only_en", &[], false),
        ("titanic_categorical_en", &[], false),
        ("diabetes_regression_model_en", &["training.overfitting"], false),
    ];
    for (name, codes, french) in expected {
        let body = fs::read(folder.join(format!("{name}.json"))).unwrap();
        let answer = server.post("/v1/analyse", &body);
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        assert_well_formed(&answer.body);
        for code in *codes {
            assert!(
                reports(&answer.body, code),
                "{name} lacks {code}: {:?}",
                findings(&answer.body)
            );
        }
        if codes.is_empty() {
            let loud: Vec<_> = findings(&answer.body)
                .into_iter()
                .filter(|(_, _, it)| it != "low")
                .collect();
            assert!(loud.is_empty(), "{name}: false alarms {loud:?}");
        }
        let summary = answer.body["summary"].as_str().unwrap();
        let is_french = [" le ", " la ", " les ", " des ", " de "]
            .iter()
            .any(|it| summary.contains(it));
        assert_eq!(is_french, *french, "{name}: {summary}");
        assert!(!std::path::Path::new("deepfix-must-never-run-this").exists());
        let again = server.post("/v1/analyse", &body);
        assert_eq!(
            without_timings(again.body),
            without_timings(answer.body),
            "{name}: not the same twice"
        );
    }
}

#[test]
fn a_wrong_request_is_told_what_was_found_and_expected() {
    let home = Home::new();
    let server = Server::start(&home);
    let cases: &[(&str, u16, &str, Option<&str>)] = &[
        ("", 400, "malformed_json", None),
        ("{\"a\": ", 400, "malformed_json", Some("")),
        ("[1]", 422, "invalid_field", Some("")),
        ("{}", 422, "nothing_to_analyse", Some("")),
        (
            "{\"training_artifacts\": 3}",
            422,
            "invalid_field",
            Some("/training_artifacts"),
        ),
        (
            "{\"language\": [], \"training_artifacts\": {}}",
            422,
            "invalid_field",
            Some("/language"),
        ),
        (
            "{\"training_artifacts\": {\"metrics_values\": {\"loss\": {\"x\": 1}}}}",
            422,
            "invalid_field",
            Some("/training_artifacts/metrics_values/loss"),
        ),
        (
            "{\"deepchecks_artifacts\": {\"results\": {\"s\": [3]}}}",
            422,
            "invalid_field",
            Some("/deepchecks_artifacts/results/s/0"),
        ),
    ];
    for (body, status, code, pointer) in cases {
        let answer = server.post("/v1/analyse", body);
        assert_eq!(answer.status, *status, "{body}");
        assert_eq!(answer.content_type, "application/problem+json", "{body}");
        assert_eq!(answer.body["code"], *code, "{body}");
        assert_eq!(answer.body["pointer"].as_str(), *pointer, "{body}");
        assert!(
            answer.body["found"].is_string() && answer.body["expected"].is_string(),
            "{}",
            answer.body
        );
        assert_eq!(answer.body["request_id"], answer.request_id.as_str());
    }
    assert_eq!(server.get("/nowhere").body["code"], "not_found");
    assert_eq!(server.get("/v1/analyse").status, 405);
    assert_eq!(server.post_as("/v1/analyse", "text/plain", "{}").status, 415);
}

#[test]
fn a_body_over_the_limit_is_refused_with_its_name() {
    let home = Home::new();
    home.configure(|text| text.replace("max_body = \"64 MiB\"", "max_body = \"1 MiB\""));
    let server = Server::start(&home);
    let answer = server.post("/v1/analyse", vec![b' '; 2 << 20]);
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (413, &json!("payload_too_large"))
    );
    assert!(
        answer.body["detail"].as_str().unwrap().contains("max_body"),
        "{}",
        answer.body
    );
}

#[test]
fn a_job_of_the_newest_client_runs_to_its_result() {
    let home = Home::new();
    let server = Server::start(&home);
    let job = server.post("/api/v2/analyse", METRICS);
    assert_eq!(job.status, 202);
    let id = job.body["job_id"].as_str().unwrap().to_owned();
    let result = (0..1000)
        .find_map(|_| {
            let job = server.get(&format!("/api/v2/jobs/{id}"));
            assert_eq!(job.status, 200);
            match job.body["status"].as_str().unwrap() {
                "COMPLETED" => Some(job.body["result"].clone()),
                "PENDING" | "PROCESSING" => {
                    std::thread::sleep(std::time::Duration::from_millis(10));
                    None
                }
                other => panic!("{other}: {}", job.body),
            }
        })
        .expect("the job ends");
    assert_well_formed(&result);
}

#[test]
fn a_file_is_read_only_below_a_configured_root() {
    let home = Home::new();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("m.safetensors"), b"not a checkpoint").unwrap();
    let roots = tempfile::tempdir().unwrap();
    fs::write(roots.path().join("m.safetensors"), b"not a checkpoint").unwrap();
    home.configure(|text| {
        text.replace(
            "roots = []",
            &format!("roots = [{:?}]", roots.path().display().to_string()),
        )
    });
    let server = Server::start(&home);
    let ask = |path: &std::path::Path| {
        let body = json!({"model_checkpoint_artifacts": {"path": path.join("m.safetensors")}}).to_string();
        server.post("/v1/analyse", body).body
    };
    assert!(reports(&ask(roots.path()), "checkpoint.corrupted_file"));
    let refused = ask(outside.path());
    assert!(!reports(&refused, "checkpoint.corrupted_file"));
    let warning = refused["additional_outputs"]["warnings"][0].as_str().unwrap();
    assert!(
        warning.contains("`/model_checkpoint_artifacts/path`") && warning.contains("[artifacts] roots"),
        "{warning}"
    );
}

#[test]
fn no_secret_reaches_the_log() {
    let home = Home::new();
    let server = Server::start(&home);
    let answer = server.raw(
        b"POST /v1/analyse HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer verysecret\r\nx-api-key: verysecret\r\n\
          content-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
    );
    assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    assert!(!answer.contains("verysecret"));
    assert!(!server.logged("answered").contains("verysecret"));
}

#[test]
fn sigterm_ends_it_in_good_order() {
    let home = Home::new();
    let server = Server::start(&home);
    assert_eq!(server.get("/health").status, 200);
    let process = rustix::process::Pid::from_raw(i32::try_from(server.process()).unwrap()).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
    assert_eq!(server.wait(), Some(0));
}
