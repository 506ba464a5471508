//! Artifacts that are logged to a server of MLflow.

use std::{path::PathBuf, process::Command, sync::LazyLock};

use deepfix_system_tests::Mlflow;

use super::*;

static MLFLOW: LazyLock<Mlflow> = LazyLock::new(Mlflow::start);

/// The files of an experiment beside its tables.
fn files() -> [(&'static str, PathBuf); 4] {
    let example = root().join("examples/exploding-diabetes");
    [
        ("--checkpoint", example.join("model.safetensors")),
        ("--model-config", example.join("config.json")),
        ("--metrics", example.join("metrics.csv")),
        ("--params", example.join("params.yaml")),
    ]
}

#[test]
fn a_logged_run_is_read_by_deepfix_and_by_python() {
    let home = Home::new();
    let tables = tables(true);
    let files = files();
    let mut more = vec![
        "--mlflow",
        MLFLOW.uri.as_str(),
        "--dataset-name",
        "people",
        "--model-name",
        "mlp",
    ];
    more.extend(files.iter().flat_map(|(flag, file)| [*flag, file.to_str().unwrap()]));
    let ran = run(
        &home,
        &ingest(&tables, &[more.as_slice(), &["--analyse", "--format", "json"]].concat()),
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    let response: Value = serde_json::from_str(&ran.out).unwrap();
    assert_well_formed(&response);
    for code in [
        "checks.label_leakage",
        "training.exploding_gradients",
        "checkpoint.nan_weights",
    ] {
        assert!(
            findings(&response).iter().any(|it| it.1 == code),
            "lacks {code}: {:?}",
            findings(&response)
        );
    }
    let id = ran
        .err
        .split("logged run ")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap();
    let python = root().join("target/mlflow-env/bin/python");
    let output = Command::new(python)
        .args(["-W", "ignore"])
        .arg(root().join("tests/mlflow/read_artifacts.py"))
        .args([MLFLOW.uri.as_str(), id])
        .env("MLFLOW_DISABLE_TELEMETRY", "true")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(read["name"], "people___mlp");
    assert_eq!(read["status"], "FINISHED");
    assert_eq!(read["dataset"]["train_statistics"]["number_unique_values"]["city"], 3);
    assert!(read["dataset"]["train_statistics"]["feature_statistics"]["age"]["mean"].is_f64());
    // Numbers are numbers for Python's YAML too, however small.
    assert_eq!(read["texts_that_look_like_numbers"], 0);
    let expected = [
        "best_checkpoint",
        "dataset",
        "deepchecks",
        "model_checkpoint",
        "training_artifacts",
    ];
    assert_eq!(read["folders"], serde_json::json!(expected));
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let home = Home::new();
    let ran = run(&home, &ingest(&tables(false), &["--mlflow", "http://127.0.0.1:9"]));
    assert!(ran.code == 2 && ran.err.contains("http://127.0.0.1:9"), "{}", ran.err);
}
