//! Faults that a real tracking server does not produce on request.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use deepfix_core::{ArtifactKind, Experiment, MlflowSource, MlflowTarget, Problem};
use deepfix_mlflow::{MlflowError, Retriever, ServerSettings, Settings};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

/// What a server was asked: the heads of the requests.
type Asked = Arc<Mutex<Vec<String>>>;

/// A server that answers as it is told: the path with its query in, the answer out.
async fn server<F>(answer: F) -> (String, Asked)
where
    F: Fn(&str) -> Vec<u8> + Clone + Send + Sync + 'static,
{
    let asked = Asked::default();
    let log = Arc::clone(&asked);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (answer, log) = (answer.clone(), Arc::clone(&log));
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                let head = String::from_utf8(head).unwrap();
                let path = head.split(' ').nth(1).unwrap().to_owned();
                log.lock().unwrap().push(head);
                // Who has read enough hangs up.
                let _ = stream.write_all(&answer(&path)).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    (uri, asked)
}

fn reply(status: u16, content_type: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn json(body: impl AsRef<[u8]>) -> Vec<u8> {
    reply(200, "application/json", body)
}

fn redirect(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 307 X\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
}

const RUN: &str = r#"{"run": {"info": {"run_id": "r", "artifact_uri": "mlflow-artifacts:/0/r/artifacts"},
    "data": {"metrics": [{"key": "loss", "value": 1, "step": 0}], "params": [{"key": "lr", "value": "0.1"}]}}}"#;

async fn fetch_with(settings: Settings) -> Result<Experiment, MlflowError> {
    let experiment = Experiment {
        source: Some(MlflowSource {
            write_back: false,
            tracking_uri: None,
            target: MlflowTarget::Run("r".to_owned()),
        }),
        language: "english".to_owned(),
        ..Experiment::default()
    };
    Retriever::new(settings)?
        .fill(experiment, Duration::from_secs(20))
        .await
}

async fn fetch(uri: &str) -> Result<Experiment, MlflowError> {
    fetch_with(Settings {
        tracking_uri: Some(uri.to_owned()),
        ..Settings::default()
    })
    .await
}

async fn problem(answer: impl Fn(&str) -> Vec<u8> + Clone + Send + Sync + 'static) -> Problem {
    let (uri, _) = server(answer).await;
    fetch(&uri).await.unwrap_err().into_problem("run_id")
}

#[tokio::test]
async fn a_redirect_to_another_origin_is_not_followed_and_gets_no_credential() {
    let (elsewhere, stolen) = server(|_| json(RUN)).await;
    let target = format!("{elsewhere}/api/2.0/mlflow/runs/get");
    let (uri, asked) = server(move |_| redirect(&target)).await;
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "s3cret").unwrap();
    let settings = Settings {
        tracking_uri: Some(uri.clone()),
        servers: vec![ServerSettings {
            uri,
            token_file: Some(token),
            ..ServerSettings::default()
        }],
        ..Settings::default()
    };
    let error = fetch_with(settings).await.unwrap_err();
    assert!(matches!(error, MlflowError::Redirected { .. }), "{error}");
    assert!(error.to_string().contains(&elsewhere), "{error}");
    assert!(stolen.lock().unwrap().is_empty());
    let asked = asked.lock().unwrap();
    assert!(asked[0].contains("authorization: Bearer s3cret\r\n"), "{asked:?}");
    assert!(!format!("{error:?}").contains("s3cret"));
}

#[tokio::test]
async fn a_redirect_within_the_origin_is_followed() {
    let (uri, _) = server(|path| match path {
        "/api/2.0/mlflow/runs/get?run_id=r" => redirect("/ml/run"),
        "/ml/run" => json(RUN),
        _ => json("{}"),
    })
    .await;
    assert!(fetch(&uri).await.unwrap().artifacts.has(ArtifactKind::Training));
}

#[tokio::test]
async fn a_foreign_host_header_is_explained() {
    let it = problem(|_| reply(403, "text/plain", "Invalid Host header - possible DNS rebinding")).await;
    assert_eq!((it.status, it.code), (502, "source_denied"));
    assert!(it.detail.contains("--allowed-hosts 127.0.0.1"), "{it}");
    let it = problem(|_| reply(403, "text/plain", "Permission denied")).await;
    assert!(
        it.detail.contains("forbids (403)") && it.detail.contains("Permission denied"),
        "{it}"
    );
}

#[tokio::test]
async fn what_is_no_mlflow_is_said_to_be_none() {
    let it = problem(|_| reply(200, "text/html", "<html>Welcome</html>")).await;
    assert_eq!((it.status, it.code), (502, "source_unavailable"));
    assert!(it.detail.contains("root of an MLflow tracking server"), "{it}");
    let it = problem(|_| reply(404, "text/html", "<h1>Not Found</h1>")).await;
    assert!(it.detail.contains("status 404"), "{it}");
    // An empty message is valid JSON.
    let it = problem(|_| json("{}")).await;
    assert_eq!(it.code, "source_not_found");
}

#[tokio::test]
async fn a_server_that_is_down_or_still_is_told_apart() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("http://{}", listener.local_addr().unwrap());
    let settings = Settings {
        tracking_uri: Some(uri.clone()),
        timeout: Duration::from_millis(200),
        ..Settings::default()
    };
    // Connections are taken by the system; nobody ever answers.
    let error = fetch_with(settings).await.unwrap_err();
    assert!(matches!(error, MlflowError::TimedOut { .. }), "{error}");
    drop(listener);
    let error = fetch(&uri).await.unwrap_err();
    assert!(matches!(error, MlflowError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn an_answer_beyond_all_bounds_is_cut_off() {
    let it = problem(|_| json(format!("{{\"run\": \"{}\"}}", "x".repeat(33 << 20)))).await;
    assert!(it.detail.contains("at most 33554432"), "{it}");
    let it = problem(|_| reply(500, "text/plain", "y".repeat(1 << 20))).await;
    assert!(it.detail.len() < 500 && it.detail.contains("status 500"), "{it}");
}

#[tokio::test]
async fn a_history_that_never_ends_ends() {
    let (uri, asked) = server(|path| {
        if path.contains("get-history") {
            // The same token again and again.
            json(r#"{"metrics": [{"key": "loss", "value": "NaN", "step": 1}], "next_page_token": "again"}"#)
        } else if path.contains("runs/get") {
            json(RUN)
        } else {
            json("{}")
        }
    })
    .await;
    let it = fetch(&uri).await.unwrap();
    assert_eq!(
        it.artifacts.get(ArtifactKind::Training).unwrap().tables["metrics"].rows(),
        2
    );
    assert!(asked.lock().unwrap().len() < 10);
}

#[tokio::test]
async fn a_listing_that_leads_elsewhere_or_into_itself_is_not_followed() {
    let (uri, asked) = server(|path| {
        if path.contains("artifacts/list") {
            json(
                r#"{"files": [{"path": "../../etc/passwd.pt", "file_size": 9}, {"path": "/abs.pt", "file_size": 9},
                    {"path": "a", "is_dir": true}, {"path": "b", "is_dir": true}]}"#,
            )
        } else if path.contains("runs/get") {
            json(RUN)
        } else {
            json("{}")
        }
    })
    .await;
    let it = fetch(&uri).await.unwrap();
    assert!(!it.artifacts.has(ArtifactKind::ModelCheckpoint));
    // The root, `a` and `b`; what they list lies outside of them.
    let asked = asked.lock().unwrap();
    let listings = asked.iter().filter(|it| it.contains("artifacts/list")).count();
    assert_eq!(listings, 3, "{asked:?}");
}

#[tokio::test]
async fn a_file_that_is_larger_than_its_listing_says_is_cut_off() {
    let (uri, _) = server(|path| {
        if path.contains("artifacts/list") {
            json(r#"{"files": [{"path": "model.safetensors", "file_size": "10"}]}"#)
        } else if path.contains("mlflow-artifacts") {
            reply(200, "application/octet-stream", vec![0_u8; 5000])
        } else if path.contains("runs/get") {
            json(RUN)
        } else {
            json("{}")
        }
    })
    .await;
    let settings = Settings {
        tracking_uri: Some(uri),
        max_artifact: 1000,
        ..Settings::default()
    };
    let error = fetch_with(settings).await.unwrap_err();
    assert!(
        matches!(
            error,
            MlflowError::TooLarge {
                size: 5000,
                limit: 1000,
                ..
            }
        ),
        "{error}"
    );
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
    let error = fetch(&uri).await.unwrap_err();
    assert!(matches!(error, MlflowError::Short { .. }), "{error}");
}

#[tokio::test]
async fn a_file_that_is_cut_off_each_time_is_given_up() {
    let (uri, asked) = server(cut_once(|| {
        let head = "HTTP/1.1 200 X\r\ncontent-length: 5000\r\nconnection: close\r\n\r\n";
        [head.as_bytes(), &[1_u8; 2000]].concat()
    }))
    .await;
    let error = fetch(&uri).await.unwrap_err();
    assert!(
        matches!(
            error,
            MlflowError::Short {
                got: 2000,
                size: 5000,
                ..
            }
        ),
        "{error}"
    );
    let asked = asked.lock().unwrap();
    assert_eq!(asked.iter().filter(|it| it.contains("mlflow-artifacts")).count(), 5);
}
