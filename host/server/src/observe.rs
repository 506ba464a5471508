//! The outermost layer: names the request, watches it to its end, and says in one log line how
//! it went. Never logged: bodies, header values, query strings.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        HeaderValue, Method, StatusCode,
        header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS},
    },
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use opentelemetry::trace::TraceContextExt as _;
use tokio::time::Instant;
use tracing::{Instrument as _, Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::{
    app::{App, Entered},
    linger,
    problem::shown_path,
    request_id::{self, RequestId},
    trace,
};

pub(crate) async fn observe(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers());
    let (method, path) = (request.method(), shown_path(request.uri().path()));
    let route = route_of(path);
    // For traces alone: in the log these would stand in every line.
    let traced = tracing::info_span!(
        target: "deepfix::trace",
        "http",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = %method,
        http.route = route,
        http.response.status_code = Empty,
        deepfix.request_id = id.as_str(),
    );
    if let Some(caller) = trace::caller(request.headers()) {
        // Without a layer for it there is nobody to tell.
        let _ = traced.set_parent(caller);
    }
    let span = traced.in_scope(|| tracing::info_span!("request", request_id = id.as_str(), %method, path));
    let mut record = Record {
        route,
        quiet: *method == Method::GET && path.ends_with("/health"),
        span: span.clone(),
        traced: traced.clone(),
        started: Instant::now(),
        status: None,
        bytes: 0,
        _in_flight: app.in_flight.enter(),
    };
    let mut request = linger::unread_body_is_discarded(request);
    request.extensions_mut().insert(id.clone());

    let mut response = next.run(request).instrument(span).instrument(traced).await;

    let headers = response.headers_mut();
    if let Some(value) = id.header_value() {
        headers.insert(request_id::HEADER, value);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    record.status = Some(response.status());
    response.map(|inner| Body::new(Observed { inner, record }))
}

/// Writes the log line when the request is over: when the answer's body has been handed over,
/// or when the client is gone and everything is dropped.
struct Record {
    route: &'static str,
    span: Span,
    traced: Span,
    quiet: bool,
    started: Instant,
    status: Option<StatusCode>,
    bytes: u64,
    _in_flight: Entered,
}

impl Drop for Record {
    fn drop(&mut self) {
        let (bytes, ms) = (self.bytes, self.started.elapsed().as_secs_f64() * 1000.0);
        let status = self.status.map_or("gone", |it| status_text(it));
        metrics::counter!("deepfix_http_requests_total", "route" => self.route, "status" => status).increment(1);
        metrics::histogram!("deepfix_http_request_duration_seconds", "route" => self.route).record(ms / 1000.0);
        if let Some(status) = self.status {
            self.traced
                .record("http.response.status_code", i64::from(status.as_u16()));
        }
        // The line belongs to the trace as well.
        let _trace = self.traced.enter();
        self.span.in_scope(|| match self.status {
            Some(status) if status.is_server_error() => {
                self.traced.record("otel.status_code", "ERROR");
                tracing::warn!(status = status.as_u16(), bytes, duration_ms = ms, "answered");
            }
            // Probes come every few seconds.
            Some(status) if self.quiet => {
                tracing::debug!(status = status.as_u16(), bytes, duration_ms = ms, "answered");
            }
            Some(status) => tracing::info!(status = status.as_u16(), bytes, duration_ms = ms, "answered"),
            None => tracing::info!(duration_ms = ms, "the client went away before the answer"),
        });
        // It ends now, whoever still holds a part of it: connections of clients are kept longer.
        self.traced.context().span().end();
    }
}

/// What is asked for, in few words: paths of clients would make a series each.
fn route_of(path: &str) -> &'static str {
    let path = path.strip_prefix("/api").unwrap_or(path);
    match path {
        "/" => "root",
        "/health" | "/ready" => "probe",
        "/metrics" => "metrics",
        "/v1/agents" => "agents",
        "/v1/analyse" | "/v1/analyze" => "analyse",
        "/v1/uploads" => "upload",
        "/v1/knowledge" | "/knowledge" => "knowledge",
        "/agents" | "/sign-in" | "/sign-in/provider" | "/sign-in/done" | "/sign-out" => "page",
        "/v2/analyse" => "submit",
        _ if path.starts_with("/v2/jobs/") => "job",
        _ if path.starts_with("/v1/analyses") || path.starts_with("/analyses") => "history",
        _ if path.starts_with("/v1/admin") => "admin",
        _ => "other",
    }
}

/// The class of a status, and those by name that operators watch.
fn status_text(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "401",
        403 => "403",
        429 => "429",
        503 => "503",
        504 => "504",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

/// A body that is counted.
struct Observed {
    inner: Body,
    record: Record,
}

impl http_body::Body for Observed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            self.record.bytes += data.len() as u64;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
