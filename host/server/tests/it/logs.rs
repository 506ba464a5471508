use std::{
    io,
    sync::{Arc, Mutex},
};

use axum::{body::Body, http::Request};
use deepfix_server::{Service, router};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;
use tracing::Level;

use crate::{fake::Fake, wire};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Everything that is logged while one request is answered.
async fn log_of(request: Request<Body>) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(Level::TRACE)
        .with_writer(move || writer.clone());
    // With one subscriber alone, whether anybody listens at a place in the code is asked of the thread that comes there
    // first: that of another test, which has none, and it is never asked again.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let response = router(Service::new(Fake::new(), &wire::config()))
        .oneshot(request)
        .await
        .unwrap();
    let bytes = response.into_body().collect().await.unwrap().to_bytes().len();
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(bytes > 0);
    text
}

fn line(log: &str, message: &str) -> Value {
    log.lines()
        .map(|it| serde_json::from_str::<Value>(it).unwrap())
        .find(|it| it["fields"]["message"] == message)
        .unwrap_or_else(|| panic!("no `{message}` in {log}"))
}

#[tokio::test]
async fn one_line_tells_how_a_request_went() {
    let request = Request::post("/v1/analyse")
        .header("x-request-id", "abc")
        .body(Body::from(r#"{"do": "answer"}"#));
    let log = log_of(request.unwrap()).await;
    let line = line(&log, "answered");
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["fields"]["status"], 200);
    assert!(line["fields"]["bytes"].as_u64().unwrap() > 50);
    assert!(line["fields"]["duration_ms"].is_number());
    assert_eq!(line["span"]["request_id"], "abc");
    assert_eq!(line["span"]["method"], "POST");
    assert_eq!(line["span"]["path"], "/v1/analyse");
}

#[tokio::test]
async fn nothing_that_a_client_sent_is_in_the_log() {
    for what in ["answer", "unheard of", "panic"] {
        let request = Request::post("/v1/analyse?key=hush-query")
            .header("authorization", "Bearer hush-bearer")
            .header("x-api-key", "hush-key")
            .header("cookie", "hush-cookie")
            .body(Body::from(format!(r#"{{"do": "{what}", "x": "hush-body"}}"#)));
        let log = log_of(request.unwrap()).await;
        assert!(log.contains("answered"), "{log}");
        assert!(!log.contains("hush"), "{log}");
    }
}

#[tokio::test]
async fn a_panic_is_logged_with_the_request_id() {
    let request = Request::post("/v1/analyse")
        .header("x-request-id", "abc")
        .body(Body::from(r#"{"do": "panic"}"#));
    let log = log_of(request.unwrap()).await;
    let panic = line(&log, "a handler panicked");
    assert_eq!(
        (panic["level"].as_str(), panic["span"]["request_id"].as_str()),
        (Some("ERROR"), Some("abc"))
    );
    assert_eq!(panic["fields"]["panic"], "secret of the analysis");
    assert_eq!(line(&log, "answered")["level"], "WARN");
}
