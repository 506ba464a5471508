//! Stores on disk with runs that are damaged.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

use deepfix_core::ArtifactKind;
use deepfix_mlflow::{Retriever, Search};

mod fake;

use fake::{fetch_run, settings};

/// A run with a parameter and one point of a metric.
fn run(experiment: &Path, id: &str, loss: &str) {
    let folder = experiment.join(id);
    for part in ["params", "metrics", "artifacts"] {
        std::fs::create_dir_all(folder.join(part)).unwrap();
    }
    std::fs::write(folder.join("meta.yaml"), format!("run_id: {id}\nstatus: 3\n")).unwrap();
    std::fs::write(folder.join("params/lr"), "0.1").unwrap();
    std::fs::write(folder.join("metrics/loss"), format!("1 {loss} 0\n")).unwrap();
}

#[tokio::test]
async fn a_run_that_cannot_be_read_is_found_and_its_diagnosis_says_why() {
    let root = tempfile::tempdir().unwrap();
    let experiment = root.path().join("7");
    for (id, loss) in [
        ("good", "0.5"),
        ("high", "5"),
        ("text", "0.5"),
        ("torn", "0.x"),
        ("yaml", "0.5"),
    ] {
        run(&experiment, id, loss);
    }
    std::fs::write(experiment.join("meta.yaml"), "name: sweep\n").unwrap();
    std::fs::write(experiment.join("text/params/lr"), b"0.1\xff").unwrap();
    std::fs::write(experiment.join("yaml/meta.yaml"), "run_id: [").unwrap();
    let retriever = Retriever::new(settings(&root.path().display().to_string())).unwrap();
    let search = |filter: &str| Search {
        experiment: "sweep".to_owned(),
        filter: filter.to_owned(),
        ..Search::default()
    };
    let all = retriever.runs(&search(""), None).await.unwrap().runs;
    assert_eq!(all.len(), 5);
    // Of what cannot be read nobody knows whether it fits: it stays.
    let some = retriever.runs(&search("metrics.loss < 1"), None).await.unwrap().runs;
    let ids: Vec<&str> = some.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["good", "text", "torn", "yaml"]);
    for (found, reason) in some.iter().zip(["", "params/lr", "metrics/loss", "meta.yaml"]) {
        let made = retriever.experiment(None, found, "english", false).await;
        if reason.is_empty() {
            assert!(made.unwrap().artifacts.has(ArtifactKind::Training));
            continue;
        }
        let error = made.unwrap_err();
        assert!(!error.is_of_server(), "{error}");
        let said = error.to_string();
        assert!(
            said.contains(&format!("run `{}`", found.id)) && said.contains(reason),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_torn_end_costs_a_point_and_files_that_are_elsewhere_are_told() {
    let root = tempfile::tempdir().unwrap();
    let experiment = root.path().join("7");
    for id in ["here", "torn", "away"] {
        run(&experiment, id, "0.5");
    }
    std::fs::write(experiment.join("meta.yaml"), "name: sweep\n").unwrap();
    std::fs::write(
        experiment.join("torn/metrics/loss"),
        "1 0.5 0\n2 0.4 1\n3 0.1700000000021 0.4 21\n4 0.1",
    )
    .unwrap();
    std::fs::write(
        experiment.join("away/meta.yaml"),
        "run_id: away\nstatus: 3\nartifact_uri: s3://bucket/7/away/artifacts\n",
    )
    .unwrap();
    let retriever = Retriever::new(settings(&root.path().display().to_string())).unwrap();
    let search = Search {
        experiment: "sweep".to_owned(),
        ..Search::default()
    };
    let mut told = Vec::new();
    for found in &retriever.runs(&search, None).await.unwrap().runs {
        let made = retriever.experiment(None, found, "english", false).await.unwrap();
        let rows = made.artifacts.get(ArtifactKind::Training).unwrap().tables["metrics"].rows();
        told.push((found.id.clone(), rows, made.warnings.join("\n")));
    }
    told.sort();
    assert_eq!((told[1].1, told[1].2.as_str()), (1, ""), "{told:?}");
    assert_eq!((told[2].1, told[2].2.as_str()), (2, ""), "{told:?}");
    assert!(
        told[0]
            .2
            .contains("`s3://bucket/7/away/artifacts` is not below the store"),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_configuration_that_is_too_large_is_a_gap_on_disk_too() {
    let root = tempfile::tempdir().unwrap();
    let experiment = root.path().join("7");
    run(&experiment, "good", "0.5");
    std::fs::write(experiment.join("good/artifacts/model.safetensors"), b"12345678").unwrap();
    std::fs::write(experiment.join("good/artifacts/config.json"), vec![b' '; 5 << 20]).unwrap();
    let it = fetch_run(settings(&root.path().display().to_string()), "good")
        .await
        .unwrap();
    assert!(it.artifacts.has(ArtifactKind::Training) && it.artifacts.has(ArtifactKind::ModelCheckpoint));
    assert!(
        it.warnings[0].contains("`config.json` was left out"),
        "{:?}",
        it.warnings
    );
}
