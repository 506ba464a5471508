//! Bodies: what they may be, how large, how slow.

use std::{error::Error as _, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
    },
    middleware::Next,
    response::Response,
};
use deepfix_config::ServerConfig;
use deepfix_core::{Problem, ProblemCode};
use http_body_util::BodyExt as _;
use tokio::time::{Instant, timeout, timeout_at};

use crate::{app::App, problem::Refusal};

/// A body that says that it is no larger is read before a place is taken, so that slow clients
/// hold none: ordinary requests have about 150 kB. In memory at most this times the number of
/// connections, plus `max_body` times the number of requests that may run.
pub(crate) const SMALL_BODY: u64 = 1 << 20;

/// Refuses what its headers already rule out, before a slot is taken or a byte is read.
pub(crate) async fn check(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Result<Response, Refusal> {
    check_type(request.headers())?;
    check_encoding(request.headers_mut())?;
    if let Some(length) = length(request.headers())
        && length > app.config().max_body
    {
        return Err(too_large(format!("{length} bytes"), app.config().max_body));
    }
    Ok(next.run(request).await)
}

/// The length that the headers state; none for a chunked or a compressed body.
pub(crate) fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn check_type(headers: &HeaderMap) -> Result<(), Refusal> {
    // Some clients leave it out; then the body has to speak for itself.
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    let text = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let json = essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    let utf8 = parts
        .filter_map(|parameter| parameter.strip_prefix("charset="))
        .all(|charset| matches!(charset.trim_matches('"'), "utf-8" | "utf8" | "us-ascii"));
    if json && utf8 {
        return Ok(());
    }
    let found = if text.is_empty() {
        "an empty Content-Type".to_owned()
    } else {
        format!("`{text}`")
    };
    let expected = "`application/json` in UTF-8";
    let problem = Problem::new(
        ProblemCode::UnsupportedMediaType,
        format!("Content-Type: found {found}, expected {expected}"),
    );
    Err(Refusal::new(problem).because(found, expected))
}

/// The decompression layer knows `gzip` and `identity` in lower case: names them so, refuses
/// anything else.
fn check_encoding(headers: &mut HeaderMap) -> Result<(), Refusal> {
    let encodings: Vec<_> = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_ascii_lowercase())
        .collect();
    let found = encodings.join(", ");
    match found.as_str() {
        "gzip" | "x-gzip" => {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        "identity" | "" => {
            headers.remove(CONTENT_ENCODING);
        }
        _ => {
            let expected = "`gzip`, or none";
            let problem = Problem::new(
                ProblemCode::UnsupportedMediaType,
                format!("Content-Encoding: found `{found}`, expected {expected}"),
            );
            return Err(Refusal::new(problem)
                .because(format!("`{found}`"), expected)
                .header(ACCEPT_ENCODING, HeaderValue::from_static("gzip")));
        }
    }
    Ok(())
}

/// Reads a body to its end, decompressed, never more than `max_body` bytes of it, and no longer
/// than the configured times.
pub(crate) async fn read(mut body: Body, length: Option<u64>, config: &ServerConfig) -> Result<Vec<u8>, Refusal> {
    let limit = config.max_body;
    let deadline = Instant::now() + config.body_timeout;
    let mut bytes = Vec::with_capacity(length.unwrap_or(0).min(limit).try_into().unwrap_or(0));
    loop {
        let frame = match timeout_at(deadline, timeout(config.body_idle_timeout, body.frame())).await {
            Ok(Ok(Some(Ok(frame)))) => frame,
            Ok(Ok(Some(Err(error)))) => return Err(unreadable(&error, bytes.len())),
            Ok(Ok(None)) => break,
            Ok(Err(_)) => {
                return Err(too_slow(
                    IDLE,
                    config.body_idle_timeout,
                    "body_idle_timeout",
                    bytes.len(),
                ));
            }
            Err(_) => {
                return Err(too_slow(UNFINISHED, config.body_timeout, "body_timeout", bytes.len()));
            }
        };
        let Ok(data) = frame.into_data() else { continue };
        if (bytes.len() + data.len()) as u64 > limit {
            return Err(too_large(format!("more than {limit} bytes"), limit));
        }
        bytes.extend_from_slice(&data);
    }
    if bytes.is_empty() {
        let problem = Problem::new(ProblemCode::MalformedJson, "the body is empty, expected a JSON object");
        return Err(Refusal::new(problem).because("an empty body", "a JSON object"));
    }
    Ok(bytes)
}

fn too_large(found: String, limit: u64) -> Refusal {
    let problem = Problem::new(
        ProblemCode::PayloadTooLarge,
        format!(
            "the body has {found}, decompressed; the limit is {limit} bytes: send fewer artifacts, or raise `[server] \
             max_body`"
        ),
    );
    Refusal::new(problem).because(found, format!("at most {limit} bytes (`[server] max_body`)"))
}

/// What is wrong with a body of which nothing comes any more.
pub(crate) const IDLE: &str = "nothing arrived for";
/// What is wrong with a body that takes too long.
pub(crate) const UNFINISHED: &str = "it was not complete after";

pub(crate) fn too_slow(what: &str, time: Duration, key: &str, arrived: usize) -> Refusal {
    Refusal::transport(
        StatusCode::REQUEST_TIMEOUT,
        "body_timed_out",
        "The body arrived too slowly",
        format!(
            "{what} {} (`[server] {key}`); {arrived} bytes had arrived",
            humantime::format_duration(time)
        ),
    )
}

fn unreadable(error: &axum::Error, arrived: usize) -> Refusal {
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !reason.contains(&cause_text) {
            reason = format!("{reason}: {cause_text}");
        }
        source = cause.source();
    }
    Refusal::transport(
        StatusCode::BAD_REQUEST,
        "unreadable_body",
        "The body cannot be read to its end",
        format!("after {arrived} bytes: {reason}"),
    )
}
