//! What is read of a run: its history, its parameters, its files, and which of them are left out.

use deepfix_system_tests::assert_well_formed;

use super::*;

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
