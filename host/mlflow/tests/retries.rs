//! Requests that are repeated, those that are not, and how many there are at once.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use deepfix_core::{ArtifactKind, MlflowRun};
use deepfix_mlflow::{MlflowError, Retriever, Search, Settings, WriteBack};
use tokio::sync::Barrier;

mod fake;

use fake::{Asked, LONG, RUN, count, fetch, json, reply, server, server_in_time, settings, wanted};

/// A run with a curve and a model; what is asked for the first time is answered with `first`.
fn second_time(first: impl Fn() -> Vec<u8> + Clone + Send + Sync) -> impl Fn(&str) -> Vec<u8> + Clone + Send + Sync {
    let seen = Arc::new(Mutex::new(HashSet::new()));
    move |path| {
        if seen.lock().unwrap().insert(path.to_owned()) {
            return first();
        }
        if path.contains("artifacts/list") {
            json(r#"{"files": [{"path": "model.safetensors", "file_size": "4"}]}"#)
        } else if path.contains("mlflow-artifacts") {
            reply(200, "application/octet-stream", [1_u8; 4])
        } else if path.contains("get-history") {
            json(r#"{"metrics": [{"key": "loss", "value": 1, "step": 0}]}"#)
        } else if path.contains("runs/get") {
            json(RUN)
        } else if path.contains("runs/search") {
            json(r#"{"runs": [{"info": {"run_id": "r"}}]}"#)
        } else if path.contains("get-by-name") {
            json(r#"{"experiment": {"experiment_id": "7"}}"#)
        } else {
            json("{}")
        }
    }
}

fn busy(status: u16, more: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} X\r\n{more}content-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
}

#[tokio::test]
async fn a_connection_that_drops_is_made_again() {
    let half = || b"HTTP/1.1 200 X\r\ncontent-length: 900\r\nconnection: close\r\n\r\n{\"run\":".to_vec();
    let (dropped, asked) = server(second_time(Vec::new)).await;
    let (cut, _) = server(second_time(half)).await;
    for uri in [&dropped, &cut] {
        let it = fetch(uri).await.unwrap();
        assert!(it.artifacts.has(ArtifactKind::Training), "{:?}", it.warnings);
        assert!(it.artifacts.has(ArtifactKind::ModelCheckpoint), "{:?}", it.warnings);
    }
    for path in ["runs/get", "get-history", "artifacts/list", "mlflow-artifacts"] {
        assert_eq!(count(&asked, path), 2, "{path}");
    }
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again() {
    for status in [429, 502, 503, 504] {
        let (uri, asked) = server(second_time(move || busy(status, "retry-after: 0\r\n"))).await;
        assert!(fetch(&uri).await.is_ok(), "{status}");
        assert_eq!(count(&asked, "runs/get"), 2, "{status}");
    }
}

#[tokio::test]
async fn a_search_is_repeated_although_it_is_a_post() {
    let (uri, asked) = server(second_time(Vec::new)).await;
    let search = Search {
        experiment: "sweep".to_owned(),
        ..Search::default()
    };
    let page = Retriever::new(settings(&uri))
        .unwrap()
        .runs(&search, None)
        .await
        .unwrap();
    assert_eq!(page.runs[0].id, "r");
    assert_eq!(count(&asked, "POST /api/2.0/mlflow/runs/search"), 2);
}

#[tokio::test]
async fn a_connection_that_drops_each_time_is_given_up() {
    let (uri, asked) = server(|_| Vec::new()).await;
    let error = fetch(&uri).await.unwrap_err();
    assert!(error.may_pass() && error.is_of_server(), "{error}");
    assert_eq!(count(&asked, "runs/get"), 4);
}

#[tokio::test]
async fn a_server_that_wants_minutes_of_rest_is_not_asked_again() {
    let (uri, asked) = server(|_| busy(503, "retry-after: 31\r\n")).await;
    let error = fetch(&uri).await.unwrap_err();
    assert!(matches!(error, MlflowError::Failed { status: 503, .. }), "{error}");
    assert_eq!(count(&asked, "runs/get"), 1);
}

#[tokio::test]
async fn an_answer_that_would_be_the_same_is_not_asked_for_again() {
    for status in [400, 401, 403, 404, 500] {
        let (uri, asked) = server(move |_| reply(status, "text/plain", "no")).await;
        assert!(fetch(&uri).await.is_err(), "{status}");
        assert_eq!(count(&asked, "runs/get"), 1, "{status}");
    }
}

async fn write_back(uri: &str) -> Result<(), MlflowError> {
    let run = MlflowRun {
        tracking_uri: None,
        id: "r".to_owned(),
        write_back: true,
    };
    let written = WriteBack {
        html: "<html></html>".to_owned(),
        tags: vec![("deepfix.verdict".to_owned(), "high".to_owned())],
    };
    Retriever::new(settings(uri))
        .unwrap()
        .write_back(&run, &written, LONG)
        .await
}

#[tokio::test]
async fn what_writes_is_sent_once() {
    for lost in ["mlflow-artifacts", "log-batch"] {
        for answer in [Vec::new(), busy(503, "retry-after: 0\r\n")] {
            let (uri, asked): (_, Asked) = server(move |path| {
                if path.contains(lost) {
                    answer.clone()
                } else if path.contains("runs/get") {
                    json(RUN)
                } else {
                    json("{}")
                }
            })
            .await;
            assert!(write_back(&uri).await.is_err());
            assert_eq!(count(&asked, lost), 1, "{lost}");
        }
    }
}

/// What there is at once, and the most of it so far.
#[derive(Default)]
struct Held {
    now: AtomicUsize,
    peak: AtomicUsize,
}

#[tokio::test]
async fn a_server_gets_as_many_requests_at_once_as_are_allowed_and_no_more() {
    // The default, and another one.
    for most in [Settings::default().max_downloads, 2] {
        let (held, together) = (Arc::new(Held::default()), Arc::new(Barrier::new(most)));
        let seen = Arc::clone(&held);
        let (uri, asked) = server_in_time(move |path| {
            let (held, together) = (Arc::clone(&seen), Arc::clone(&together));
            async move {
                if path.contains("runs/get") {
                    let metrics: Vec<String> = (0..16).map(|it| format!(r#"{{"key": "m{it}", "value": 1}}"#)).collect();
                    return json(format!(
                        r#"{{"run": {{"info": {{"run_id": "r"}}, "data": {{"metrics": [{}]}}}}}}"#,
                        metrics.join(", ")
                    ));
                }
                if !path.contains("get-history") {
                    return json("{}");
                }
                let now = held.now.fetch_add(1, Ordering::SeqCst) + 1;
                held.peak.fetch_max(now, Ordering::SeqCst);
                // None is answered before as many as are allowed are here: fewer would never end.
                together.wait().await;
                // Whoever else is on the way gets in meanwhile.
                for _ in 0..500 {
                    tokio::task::yield_now().await;
                }
                held.now.fetch_sub(1, Ordering::SeqCst);
                json(r#"{"metrics": [{"key": "loss", "value": 1, "step": 0}]}"#)
            }
        })
        .await;
        let retriever = Retriever::new(Settings {
            max_downloads: most,
            ..settings(&uri)
        })
        .unwrap();
        let one = || retriever.fill(wanted("r"), LONG);
        // The limit is the server's, not the run's.
        let (first, second) = tokio::join!(one(), one());
        assert!(first.unwrap().artifacts.has(ArtifactKind::Training) && second.is_ok());
        assert_eq!(count(&asked, "get-history"), 32);
        assert_eq!(held.peak.load(Ordering::SeqCst), most);
    }
}
