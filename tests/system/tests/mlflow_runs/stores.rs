//! Stores on disk: folders and a database of the runs that the server has.

use super::*;

#[test]
fn stores_on_disk_are_read_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("db/mlflow.db");
    std::fs::create_dir_all(database.parent().unwrap()).unwrap();
    let runs = folder.path().join("files/mlruns");
    for (uri, place) in [
        (format!("sqlite:///{}", database.display()), database.parent().unwrap()),
        (format!("file://{}", runs.display()), folder.path()),
    ] {
        let scratch = place.join("scratch");
        std::fs::create_dir_all(&scratch).unwrap();
        // The client keeps files below the working folder.
        let logged = log_runs(
            &uri,
            if uri.starts_with("sqlite") { place } else { &scratch },
            true,
            None,
        );
        check_store(&uri, &logged);
        check_written(&uri, &runs, logged["plain"].as_str().unwrap());
        if !uri.starts_with("sqlite") {
            check_damaged(&uri, &runs, &logged["sweep"]);
        }
    }
    check_store(
        &format!("sqlite:///{}/mlflow.db", MLFLOW.folder().display()),
        &MLFLOW.logged,
    );
}

/// Where a run is in `mlruns/`.
fn folder_of(runs: &Path, id: &str) -> PathBuf {
    let experiments = std::fs::read_dir(runs).unwrap();
    experiments
        .map(|it| it.unwrap().path().join(id))
        .find(|it| it.is_dir())
        .unwrap()
}

/// Runs that cannot be read are in the table, with the reason; and a gate does not open over them.
fn check_damaged(uri: &str, runs: &Path, sweep: &Value) {
    let ids: Vec<&str> = sweep
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap())
        .collect();
    std::fs::write(folder_of(runs, ids[0]).join("params/learning_rate"), b"0.1\xff").unwrap();
    std::fs::write(folder_of(runs, ids[1]).join("meta.yaml"), "run_id: [").unwrap();
    let home = Home::new();
    let sweep = ["--mlflow-experiment", "sweep", "--tracking-uri", uri];
    let table = analyse(&home, &sweep);
    let rows = table["runs"].as_array().unwrap();
    assert_eq!(rows.len(), ids.len(), "{table}");
    for row in rows {
        let damaged = match row["run_id"].as_str().unwrap() {
            id if id == ids[0] => "learning_rate",
            id if id == ids[1] => "meta.yaml",
            _ => {
                assert_eq!(row["error"], Value::Null);
                continue;
            }
        };
        assert!(row["error"].as_str().unwrap().contains(damaged), "{row}");
    }
    let some = ["--filter", "attributes.run_name LIKE 'healthy%'", "--fail-on", "high"];
    let ran = home.run(&[&["analyse"], &sweep[..], &some].concat());
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("2 runs were not looked at"), "{}", ran.err);
}

/// A folder gets report and tags, a database a warning that says what would help; both the diagnosis.
fn check_written(uri: &str, runs: &Path, id: &str) {
    let response = analyse(
        &Home::new(),
        &["--mlflow-run", id, "--tracking-uri", uri, "--write-back"],
    );
    let outputs = &response["additional_outputs"];
    if uri.starts_with("sqlite") {
        assert!(outputs["write_back"].is_null(), "{outputs}");
        let warnings = outputs["warnings"].to_string();
        assert!(warnings.contains("mlflow server --backend-store-uri"), "{warnings}");
        return;
    }
    assert_eq!(outputs["write_back"]["report"], "deepfix/report.html", "{outputs}");
    let run = folder_of(runs, id);
    let page = std::fs::read_to_string(run.join("artifacts/deepfix/report.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    let verdict = std::fs::read_to_string(run.join("tags/deepfix.verdict")).unwrap();
    assert!(
        ["high", "medium", "low", "healthy"].contains(&verdict.as_str()),
        "{verdict}"
    );
}

fn check_store(uri: &str, logged: &Value) {
    let get = |name: &str| {
        let id = logged[name].as_str().unwrap().to_owned();
        fetch_with(settings(uri), MlflowTarget::Run(id)).unwrap()
    };
    let long = get("long");
    let table = metrics(&long);
    let summary = table.column("loss").unwrap().data.summarize(0..table.rows()).unwrap();
    assert_eq!((summary.count, summary.nan), (11_999, 1), "{uri}");
    assert_eq!(
        table.column("val_loss").unwrap().data.text(2).as_deref(),
        Some("Infinity"),
        "{uri}"
    );
    let plain = get("plain");
    assert_eq!(plain.dataset_name.as_deref(), Some("digits-2024"), "{uri}");
    let checkpoint = plain.artifacts.get(ArtifactKind::ModelCheckpoint).unwrap();
    assert!(checkpoint.blobs["model.safetensors"].size() > 100, "{uri}");
    let layout = fetch_with(settings(uri), MlflowTarget::Dataset("biopsy".to_owned())).unwrap();
    assert_eq!(layout.artifacts.kinds().count(), 4, "{uri}: {:?}", layout.warnings);
    assert!(get("with_model").artifacts.has(ArtifactKind::ModelCheckpoint), "{uri}");
    assert_signature(&get("signed"));
    let error = fetch_with(settings(uri), MlflowTarget::Run("../../etc".to_owned())).unwrap_err();
    assert!(matches!(error, MlflowError::NotFound { .. }), "{uri}: {error}");
    let runs = logged["sweep"].as_array().unwrap().len();
    assert_eq!(count(uri, ""), runs, "{uri}");
    // The healthy runs end with a lower loss than the others begin with.
    for (filter, found) in [
        ("attributes.run_name LIKE 'healthy%' and tags.team = 'blue'", runs / 2),
        ("attributes.status = 'RUNNING' and metrics.val_loss < 100", runs),
        ("metrics.val_loss > 100", 0),
        ("params.nothing = '1'", 0),
    ] {
        assert_eq!(count(uri, filter), found, "{uri}: {filter}");
    }
    let id = logged["model_id"].as_str().unwrap();
    for name in [
        "wine classifier",
        "wine classifier/1",
        "wine classifier@champion",
        "models:/wine classifier/latest",
        id,
    ] {
        let it = fetch_with(settings(uri), MlflowTarget::Model(name.to_owned()))
            .unwrap_or_else(|error| panic!("{uri}: {error}"));
        assert!(
            it.artifacts.has(ArtifactKind::ModelCheckpoint) && metrics(&it).rows() > 10,
            "{uri}: {name}"
        );
    }
    for name in ["nobody", "wine classifier/9", "../x@y", "wine classifier@../../x"] {
        let error = fetch_with(settings(uri), MlflowTarget::Model(name.to_owned())).unwrap_err();
        assert!(matches!(error, MlflowError::NotFound { .. }), "{uri}: {name}: {error}");
    }
}

#[tokio::main(flavor = "current_thread")]
async fn count(uri: &str, filter: &str) -> usize {
    let retriever = Retriever::new(settings(uri)).unwrap();
    let search = Search {
        experiment: "sweep".to_owned(),
        filter: filter.to_owned(),
        ..Search::default()
    };
    let (mut page, mut count) = (None, 0);
    loop {
        let found = retriever.runs(&search, page.as_deref()).await.unwrap();
        count += found.runs.len();
        page = found.next;
        if page.is_none() {
            return count;
        }
    }
}

#[test]
fn a_store_that_is_none_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.db");
    std::fs::write(
        &file,
        "this is no database, and longer than a header of one would be".repeat(20),
    )
    .unwrap();
    for (uri, words) in [
        (file.as_path(), "cannot be read as MLflow's database"),
        (&folder.path().join("none.db"), "no such file"),
        (&folder.path().join("none"), "No such file"),
    ] {
        let error = fetch_with(settings(&uri.display().to_string()), MlflowTarget::Run("a".into())).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}
