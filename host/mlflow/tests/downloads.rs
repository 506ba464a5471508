//! Files of a run: cut off, missing, too large; what is read of them and what is left of them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use deepfix_core::{ArtifactKind, Experiment};
use deepfix_mlflow::{MlflowError, Settings};

mod fake;

use fake::{RUN, count, fetch, fetch_with, json, reply, server, settings};

/// A run with a curve and one file, whose content is up to the test.
fn with_file(
    name: &'static str,
    size: u64,
    content: impl Fn() -> Vec<u8> + Clone + Send + Sync + 'static,
) -> impl Fn(&str) -> Vec<u8> + Clone + Send + Sync + 'static {
    move |path| {
        if path.contains("artifacts/list") {
            json(format!(r#"{{"files": [{{"path": "{name}", "file_size": "{size}"}}]}}"#))
        } else if path.contains("mlflow-artifacts") {
            content()
        } else if path.contains("runs/get") {
            json(RUN)
        } else {
            json("{}")
        }
    }
}

/// The curve is there, and one warning has each of the texts.
fn assert_gap(experiment: &Experiment, texts: &[&str]) {
    assert!(experiment.artifacts.has(ArtifactKind::Training));
    assert!(!experiment.artifacts.has(ArtifactKind::ModelCheckpoint));
    let [warning] = &experiment.warnings[..] else {
        panic!("{:?}", experiment.warnings);
    };
    for text in texts {
        assert!(warning.contains(text), "{warning}");
    }
}

#[tokio::test]
async fn a_file_that_is_larger_than_its_listing_says_is_cut_off_and_told() {
    let (uri, _) = server(with_file("model.safetensors", 10, || {
        reply(200, "application/octet-stream", vec![0_u8; 5000])
    }))
    .await;
    let settings = Settings {
        max_artifact: 1000,
        ..settings(&uri)
    };
    let it = fetch_with(settings).await.unwrap();
    assert_gap(
        &it,
        &["`model.safetensors`", "5000 bytes; at most 1000", "max_artifact"],
    );
}

#[tokio::test]
async fn a_file_that_is_listed_and_not_there_is_a_gap_that_is_told() {
    let missing = r#"{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No such artifact: 'x'"}"#;
    for (kind, body) in [("application/json", missing), ("text/html", "<h1>Not Found</h1>")] {
        let (uri, _) = server(with_file("model.safetensors", 10, move || reply(404, kind, body))).await;
        assert_gap(
            &fetch(&uri).await.unwrap(),
            &["`model.safetensors` was left out", "run `r`"],
        );
        // A document of DeepFix's own layout likewise.
        let (uri, _) = server(with_file("dataset/dataset.yaml", 10, move || reply(404, kind, body))).await;
        assert_gap(&fetch(&uri).await.unwrap(), &["`dataset/dataset.yaml` was left out"]);
        // Of the header of a file that is too large to be downloaded there is as little.
        let (uri, _) = server(with_file("model.safetensors", 1 << 40, move || reply(404, kind, body))).await;
        assert_gap(&fetch(&uri).await.unwrap(), &["`model.safetensors` was left out"]);
    }
}

#[tokio::test]
async fn a_file_that_is_refused_is_no_gap() {
    let (uri, _) = server(with_file("model.safetensors", 10, || reply(401, "text/plain", "who?"))).await;
    let error = fetch(&uri).await.unwrap_err();
    assert!(matches!(error, MlflowError::Unauthorized { .. }), "{error}");
}

#[tokio::test]
async fn where_nothing_else_is_there_the_gap_is_the_reason() {
    let (uri, _) = server(|path| {
        if path.contains("runs/get") {
            json(BARE)
        } else if path.contains("mlflow-artifacts") {
            reply(404, "text/html", "<h1>Not Found</h1>")
        } else {
            json(r#"{"files": [{"path": "model.safetensors", "file_size": "10"}]}"#)
        }
    })
    .await;
    let error = fetch(&uri).await.unwrap_err();
    assert!(error.to_string().contains("reading `model.safetensors`"), "{error}");
}

/// A run without a curve.
const BARE: &str = r#"{"run": {"info": {"run_id": "r", "artifact_uri": "mlflow-artifacts:/0/r/artifacts"}}}"#;

#[tokio::test]
async fn some_of_the_files_of_a_model_are_no_model_and_its_configuration_stays() {
    let (uri, _) = server(|path| {
        if path.contains("artifacts/list") {
            json(
                r#"{"files": [{"path": "model.safetensors.index.json", "file_size": 2}, {"path": "config.json", "file_size": 9},
                    {"path": "model-00001-of-00002.safetensors", "file_size": 9},
                    {"path": "model-00002-of-00002.safetensors", "file_size": 9}]}"#,
            )
        } else if path.contains("00002-of-00002") {
            reply(404, "text/html", "")
        } else if path.contains("config.json") {
            json(r#"{"a": 1}"#)
        } else if path.contains("runs/get") {
            json(RUN)
        } else {
            json("{}")
        }
    })
    .await;
    let it = fetch(&uri).await.unwrap();
    let checkpoint = it.artifacts.get(ArtifactKind::ModelCheckpoint).unwrap();
    assert!(checkpoint.blobs.is_empty(), "{:?}", checkpoint.blobs.keys());
    assert_eq!(checkpoint.document["config"]["a"], 1);
    assert!(
        it.warnings[0].contains("model-00002-of-00002.safetensors"),
        "{:?}",
        it.warnings
    );
}

#[tokio::test]
async fn of_a_model_without_weights_its_signature_is_known() {
    let mlmodel = "flavors: {sklearn: {}}\nsignature:\n  inputs: '[{\"type\": \"double\", \"name\": \"age\"}]'\n  \
                   outputs: '[{\"type\": \"long\"}]'\n";
    let (uri, _) = server(with_file("MLmodel", 90, move || reply(200, "text/plain", mlmodel))).await;
    let it = fetch(&uri).await.unwrap();
    let checkpoint = it.artifacts.get(ArtifactKind::ModelCheckpoint).unwrap();
    let described = &checkpoint.document["context"]["mlmodel"];
    assert_eq!(described["signature"]["inputs"][0]["name"], "age");
    assert_eq!(described["signature"]["outputs"][0]["type"], "long");
    assert!(
        checkpoint.blobs.is_empty() && it.warnings.is_empty(),
        "{:?}",
        it.warnings
    );
    // One that cannot be read is told.
    let (uri, _) = server(with_file("MLmodel", 90, || reply(200, "text/plain", "[1"))).await;
    assert_gap(&fetch(&uri).await.unwrap(), &["`MLmodel` holds no object"]);
}

#[tokio::test]
async fn of_a_file_that_is_too_large_only_the_start_is_asked_for() {
    let header = r#"{"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}"#;
    let start = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
    let size = start.len() as u64 + 8;
    for status in [206, 200] {
        let start = start.clone();
        let content = move || reply(status, "application/octet-stream", &start);
        let (uri, asked) = server(with_file("model.safetensors", size, content)).await;
        let settings = Settings {
            max_artifact: 20,
            ..settings(&uri)
        };
        let it = fetch_with(settings).await.unwrap();
        let checkpoint = it.artifacts.get(ArtifactKind::ModelCheckpoint).unwrap();
        assert_eq!(checkpoint.document["header"]["parameters"], 2, "{:?}", it.warnings);
        let asked = asked.lock().unwrap();
        let files: Vec<_> = asked.iter().filter(|it| it.contains("mlflow-artifacts")).collect();
        let range = format!("range: bytes=0-{}\r\n", size - 1);
        assert!(files.len() == 1 && files[0].contains(&range), "{files:?}");
    }
}

/// A model of 5,000 bytes whose first answer breaks off; what the others are is up to the test.
fn cut_once(
    second: impl Fn() -> Vec<u8> + Clone + Send + Sync + 'static,
) -> impl Fn(&str) -> Vec<u8> + Clone + Send + Sync + 'static {
    let times = Arc::new(AtomicUsize::new(0));
    move |path| {
        if path.contains("artifacts/list") {
            json(r#"{"files": [{"path": "model.safetensors", "file_size": "5000"}]}"#)
        } else if path.contains("mlflow-artifacts") {
            if times.fetch_add(1, Ordering::Relaxed) > 0 {
                return second();
            }
            let head = "HTTP/1.1 200 X\r\ncontent-length: 5000\r\netag: \"one\"\r\nconnection: close\r\n\r\n";
            [head.as_bytes(), &[1_u8; 2000]].concat()
        } else if path.contains("runs/get") {
            json(RUN)
        } else {
            json("{}")
        }
    }
}

fn rest(from: usize, of: usize) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 206 X\r\ncontent-length: {}\r\ncontent-range: bytes {from}-{}/{of}\r\nconnection: close\r\n\r\n",
        of - from,
        of - 1
    );
    [head.as_bytes(), &vec![2_u8; of - from]].concat()
}

fn model(experiment: &Experiment) -> Vec<u8> {
    let blob = &experiment.artifacts.get(ArtifactKind::ModelCheckpoint).unwrap().blobs["model.safetensors"];
    let mut bytes = vec![0; usize::try_from(blob.size()).unwrap()];
    assert_eq!(blob.read_at(0, &mut bytes).unwrap(), bytes.len());
    bytes
}

#[tokio::test]
async fn a_download_that_was_cut_off_is_gone_on_with() {
    let (uri, asked) = server(cut_once(|| rest(2000, 5000))).await;
    let it = fetch(&uri).await.unwrap();
    assert_eq!(model(&it), [vec![1; 2000], vec![2; 3000]].concat());
    let asked = asked.lock().unwrap();
    let files: Vec<_> = asked.iter().filter(|it| it.contains("mlflow-artifacts")).collect();
    assert_eq!(files.len(), 2, "{asked:?}");
    assert!(
        files[1].contains("range: bytes=2000-") && files[1].contains("if-range: \"one\""),
        "{files:?}"
    );
}

#[tokio::test]
async fn a_server_without_ranges_sends_the_whole_file_again() {
    let (uri, _) = server(cut_once(|| reply(200, "application/octet-stream", vec![3_u8; 5000]))).await;
    assert_eq!(model(&fetch(&uri).await.unwrap()), vec![3; 5000]);
}

#[tokio::test]
async fn the_rest_of_another_file_is_not_put_behind_the_first() {
    let (uri, _) = server(cut_once(|| rest(2000, 6000))).await;
    assert_gap(&fetch(&uri).await.unwrap(), &["ended after 0 of 5000 bytes"]);
}

#[tokio::test]
async fn a_file_that_is_cut_off_each_time_is_given_up() {
    let (uri, asked) = server(cut_once(|| {
        let head = "HTTP/1.1 200 X\r\ncontent-length: 5000\r\nconnection: close\r\n\r\n";
        [head.as_bytes(), &[1_u8; 2000]].concat()
    }))
    .await;
    assert_gap(&fetch(&uri).await.unwrap(), &["ended after 2000 of 5000 bytes"]);
    assert_eq!(count(&asked, "mlflow-artifacts"), 5);
}

/// What is in the folder for temporary files.
fn temporary() -> usize {
    std::fs::read_dir(std::env::temp_dir()).unwrap().count()
}

/// In a process of its own, whose folder for temporary files nobody else uses.
#[test]
fn nothing_is_left_of_a_download_whether_it_succeeds_or_fails() {
    const ALONE: &str = "DEEPFIX_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(alone());
    }
    let folder = tempfile::tempdir().unwrap();
    let name = "nothing_is_left_of_a_download_whether_it_succeeds_or_fails";
    let ran = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(ALONE, "1")
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

async fn alone() {
    let before = temporary();
    let meanwhile = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&meanwhile);
    let (uri, _) = server(with_file("model.safetensors", 5000, move || {
        seen.store(temporary(), Ordering::Relaxed);
        reply(200, "application/octet-stream", vec![7_u8; 5000])
    }))
    .await;
    let it = fetch(&uri).await.unwrap();
    assert_eq!(
        meanwhile.load(Ordering::Relaxed),
        before + 1,
        "the download is not where this test looks"
    );
    assert_eq!(temporary(), before);
    assert_eq!(model(&it), vec![7; 5000], "what is open can still be read");
    // The file arrives, and the run ends in an error.
    let (uri, _) = server(|path| {
        if path.contains("runs/get") {
            json(BARE)
        } else if path.contains("mlflow-artifacts") {
            let head = "HTTP/1.1 200 X\r\ncontent-length: 5000\r\nconnection: close\r\n\r\n";
            [head.as_bytes(), &[1_u8; 2000]].concat()
        } else {
            json(r#"{"files": [{"path": "model.safetensors", "file_size": "5000"}]}"#)
        }
    })
    .await;
    let error = fetch(&uri).await.unwrap_err();
    assert!(matches!(error, MlflowError::Short { .. }), "{error}");
    assert_eq!(temporary(), before);
}
