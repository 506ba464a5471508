//! Runs of a real MLflow server, and of the stores that MLflow leaves on disk.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod contents;
mod named;
mod stores;
mod written_back;

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
    time::Duration,
};

use deepfix_core::{ArtifactKind, Experiment, MlflowSource, MlflowTarget, Table};
use deepfix_mlflow::{MlflowError, Retriever, Search, Settings};
use deepfix_system_tests::{Home, Mlflow, Server, findings, log_runs, reports};
use serde_json::{Value, json};

/// Started once: it takes some seconds.
static MLFLOW: LazyLock<Mlflow> = LazyLock::new(Mlflow::start);

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
