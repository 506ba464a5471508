//! A tracking server that does as a test tells it.
#![allow(dead_code, reason = "each test file needs some of it")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use deepfix_core::{Experiment, MlflowSource, MlflowTarget};
use deepfix_mlflow::{MlflowError, Retries, Retriever, Settings};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

/// What a server was asked: the heads of the requests.
pub(crate) type Asked = Arc<Mutex<Vec<String>>>;

/// A server that answers as it is told: the path with its query in, the answer out. An empty answer is a connection
/// that drops.
pub(crate) async fn server<F>(answer: F) -> (String, Asked)
where
    F: Fn(&str) -> Vec<u8> + Clone + Send + Sync + 'static,
{
    server_in_time(move |path| {
        let answer = answer(&path);
        async move { answer }
    })
    .await
}

/// One that may take its time for an answer.
pub(crate) async fn server_in_time<F, A>(answer: F) -> (String, Asked)
where
    F: Fn(String) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Vec<u8>> + Send,
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
                let length = head.split("content-length: ").nth(1).and_then(|it| it.lines().next());
                let mut body = vec![0; length.map_or(0, |it| it.parse().unwrap())];
                stream.read_exact(&mut body).await.unwrap();
                let path = head.split(' ').nth(1).unwrap().to_owned();
                log.lock().unwrap().push(head);
                // Who has read enough hangs up.
                let _ = stream.write_all(&answer(path).await).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    (uri, asked)
}

/// How many of the requests have a text in their first line.
pub(crate) fn count(asked: &Asked, text: &str) -> usize {
    let asked = asked.lock().unwrap();
    asked
        .iter()
        .filter(|it| it.lines().next().unwrap().contains(text))
        .count()
}

pub(crate) fn reply(status: u16, content_type: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

pub(crate) fn json(body: impl AsRef<[u8]>) -> Vec<u8> {
    reply(200, "application/json", body)
}

pub(crate) fn redirect(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 307 X\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
}

pub(crate) const RUN: &str = r#"{"run": {"info": {"run_id": "r", "artifact_uri": "mlflow-artifacts:/0/r/artifacts"},
    "data": {"metrics": [{"key": "loss", "value": 1, "step": 0}], "params": [{"key": "lr", "value": "0.1"}]}}}"#;

/// The run `id` by settings of its own.
pub(crate) async fn fetch_run(settings: Settings, id: &str) -> Result<Experiment, MlflowError> {
    Retriever::new(settings)?.fill(wanted(id), LONG).await
}

/// Far more than any of the tests needs.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// A request for a run.
pub(crate) fn wanted(id: &str) -> Experiment {
    Experiment {
        source: Some(MlflowSource {
            write_back: false,
            tracking_uri: None,
            target: MlflowTarget::Run(id.to_owned()),
        }),
        language: "english".to_owned(),
        ..Experiment::default()
    }
}

pub(crate) async fn fetch_with(settings: Settings) -> Result<Experiment, MlflowError> {
    fetch_run(settings, "r").await
}

/// Those of a server, without any pause before a read is repeated.
pub(crate) fn settings(uri: &str) -> Settings {
    Settings {
        tracking_uri: Some(uri.to_owned()),
        retries: Retries {
            pause: Duration::ZERO,
            ..Retries::default()
        },
        ..Settings::default()
    }
}

pub(crate) async fn fetch(uri: &str) -> Result<Experiment, MlflowError> {
    fetch_with(settings(uri)).await
}
