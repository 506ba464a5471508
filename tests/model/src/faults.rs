//! What goes wrong with endpoints.

use std::time::Duration;

use serde_json::json;

use crate::{Answer, Step, completion, http};

/// A fault, and how a client should name it.
#[derive(Clone, Copy)]
pub struct Fault {
    /// What the endpoint does.
    pub name: &'static str,
    /// The kind of error that follows.
    pub kind: &'static str,
    /// Its answer to any request.
    pub answer: fn() -> Answer,
}

fn fault(name: &'static str, kind: &'static str, answer: fn() -> Answer) -> Fault {
    Fault { name, kind, answer }
}

fn error(status: u16, headers: &[(&str, &str)]) -> Answer {
    http(
        status,
        headers,
        "application/json",
        br#"{"error": {"message": "the endpoint's words", "code": null}}"#,
    )
}

fn choice(message: &serde_json::Value, reason: &str) -> Answer {
    let body = json!({"model": "fake-1", "choices": [{"finish_reason": reason, "message": message}]});
    http(200, &[], "application/json", body.to_string().as_bytes())
}

/// Every fault, each for good: whatever is asked, and however often.
#[must_use]
pub fn faults() -> Vec<Fault> {
    vec![
        fault("429 without Retry-After", "rate_limited", || error(429, &[])),
        fault("429 with Retry-After in seconds", "rate_limited", || {
            error(429, &[("retry-after", "3600")])
        }),
        fault("429 with Retry-After as a date", "rate_limited", || {
            error(429, &[("retry-after", "Fri, 31 Dec 2100 23:59:59 GMT")])
        }),
        fault("500", "unavailable", || error(500, &[])),
        fault("503 in HTML", "unavailable", || {
            http(503, &[], "text/html", b"<h1>busy</h1>")
        }),
        fault("401", "denied", || error(401, &[])),
        fault("a used up quota", "quota_exhausted", || {
            http(
                429,
                &[],
                "application/json",
                br#"{"error": {"message": "pay", "code": "insufficient_quota"}}"#,
            )
        }),
        fault("an error in a 200", "unavailable", || {
            http(
                200,
                &[],
                "application/json",
                br#"{"error": {"message": "upstream", "code": 502}}"#,
            )
        }),
        fault("no headers", "timed_out", || vec![Step::Hang]),
        fault("headers and no body", "timed_out", || {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
            vec![Step::Send(head.into()), Step::Hang]
        }),
        fault("a body of one byte every 50 ms", "timed_out", || {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n";
            let drops = (0..2_000).flat_map(|_| [Step::Send(b" ".to_vec()), Step::Wait(Duration::from_millis(50))]);
            std::iter::once(Step::Send(head.into())).chain(drops).collect()
        }),
        fault("a connection cut before the headers", "unavailable", || vec![Step::Cut]),
        fault("a connection cut in the body", "unavailable", || {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"choices\":";
            vec![Step::Send(head.into()), Step::Cut]
        }),
        fault("a truncated document", "malformed", || {
            http(
                200,
                &[],
                "application/json",
                br#"{"choices": [{"message": {"content": "{"#,
            )
        }),
        fault("a document of another kind", "malformed", || {
            http(200, &[], "application/json", b"[1, 2]")
        }),
        fault("another content type", "malformed", || {
            http(200, &[], "text/html", b"<h1>Log in</h1>")
        }),
        fault("an answer of 10 MB", "malformed", || {
            let body = format!(
                "{{\"choices\": [{{\"message\": {{\"content\": \"{}\"}}}}]}}",
                "x".repeat(10 << 20)
            );
            http(200, &[], "application/json", body.as_bytes())
        }),
        fault("no choice", "empty", || {
            http(200, &[], "application/json", br#"{"choices": []}"#)
        }),
        fault("a refusal", "refused", || {
            choice(&json!({"content": null, "refusal": "I will not."}), "stop")
        }),
        fault("a content filter", "filtered", || {
            choice(&json!({"content": ""}), "content_filter")
        }),
        fault("an answer cut at its limit", "truncated", || {
            choice(&json!({"content": "{\"findings\": ["}), "length")
        }),
        fault("truncated JSON in a whole answer", "schema_mismatch", || {
            completion("{\"findings\": [{\"code\"")
        }),
        fault("an answer of another schema", "schema_mismatch", || {
            completion("{\"answer\": 42}")
        }),
        fault("prose instead of JSON", "schema_mismatch", || {
            completion("Here is what I think: all is well.")
        }),
    ]
}
