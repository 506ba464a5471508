//! How a run is named: by its data set, by its model, in an experiment, in a request; what is missing is named too.

use super::*;

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

#[test]
fn the_signature_of_a_logged_model_without_weights_is_there() {
    assert_signature(&run("signed"));
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
