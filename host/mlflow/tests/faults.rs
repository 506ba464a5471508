//! Faults that a real tracking server does not produce on request.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::time::Duration;

use deepfix_core::{ArtifactKind, Problem};
use deepfix_mlflow::{MlflowError, ServerSettings, Settings};

mod fake;

use fake::{RUN, fetch, fetch_with, json, redirect, reply, server, settings};

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
        servers: vec![ServerSettings {
            uri: uri.clone(),
            token_file: Some(token),
            ..ServerSettings::default()
        }],
        ..settings(&uri)
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
        timeout: Duration::from_millis(200),
        ..settings(&uri)
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
    let (uri, _) = server(|_| json(RUN)).await;
    let small = Settings {
        max_answer: 5,
        ..settings(&uri)
    };
    let error = fetch_with(small).await.unwrap_err().to_string();
    assert!(error.contains("at most 5 are read (`[mlflow] max_answer`)"), "{error}");
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
