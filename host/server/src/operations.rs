//! What operators ask: `/health`, `/ready`, `/metrics`.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    openapi::{Missing, Refused},
    problem::Refusal,
    shutdown::Phase,
};

/// Bounds of the buckets of times, in seconds: from an analysis without a model to its timeout.
const SECONDS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 120.0,
];
/// Bounds of the buckets of memory, in bytes: from a small guest to a full slot.
const BYTES: [f64; 9] = [1e6, 2e6, 4e6, 8e6, 16e6, 32e6, 64e6, 128e6, 256e6];

/// Starts to count, for `/metrics`. Once in a process.
///
/// # Errors
/// Something else counts already.
pub fn start_metrics() -> Result<PrometheusHandle, BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_bytes".to_owned()), &BYTES)?
        .install_recorder()?;
    // There from the start: an alarm on what has never happened needs its zero.
    metrics::counter!("deepfix_history_lost_total").increment(0);
    Ok(handle)
}

/// Whether the server answers.
#[derive(Serialize, ToSchema)]
struct Health {
    status: &'static str,
    version: &'static str,
    /// How many agents are loaded.
    agents: usize,
}

/// What a server that should get requests says of its parts.
#[derive(Serialize, ToSchema)]
struct Ready {
    status: &'static str,
    /// How many agents are loaded.
    agents: usize,
    /// How many components were refused at the last look.
    refused: usize,
    /// How many domains the knowledge base has.
    knowledge: usize,
    /// `ok`, or `none` where nothing is remembered.
    store: &'static str,
}

/// Whether the server answers.
#[utoipa::path(get, path = "/health", tag = "operations", security(()), responses(
    (status = 200, description = "It does", body = Health), Refused,
))]
pub(crate) async fn health(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    if app.phases.has_reached(Phase::Draining) {
        return Err(draining());
    }
    Ok(Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        agents: app.service.diagnosis.agents().len(),
    })
    .into_response())
}

fn draining() -> Refusal {
    Refusal::shutting_down("requests that came in are finished, no new ones are taken")
}

/// Whether the server should get requests. Engine, plugins and knowledge base are loaded before it
/// answers, and stay: the counts say what they came to. What is left to ask is the database.
#[utoipa::path(get, path = "/ready", tag = "operations", security(()), responses(
    (status = 200, description = "It should", body = Ready), Refused,
))]
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    if app.phases.has_reached(Phase::Draining) {
        return Err(draining());
    }
    let store = match &app.service.history {
        None => "none",
        Some(history) => match tokio::time::timeout(app.service.patience, history.ping()).await {
            Ok(Ok(())) => "ok",
            Ok(Err(error)) => return Err(crate::history::store_unavailable(&error)),
            Err(_) => {
                return Err(Refusal::transport(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "store_unavailable",
                    "The database does not answer",
                    format!(
                        "it said nothing for {}",
                        humantime::format_duration(app.service.patience)
                    ),
                )
                .retry_after(crate::admission::RETRY_AFTER));
            }
        },
    };
    Ok(Json(Ready {
        status: "ready",
        agents: app.service.diagnosis.agents().len(),
        refused: app.service.diagnosis.plugins().refused.len(),
        knowledge: app.service.diagnosis.knowledge_domains().len(),
        store,
    })
    .into_response())
}

/// Counts for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses(
    (status = 200, description = "In Prometheus's text format", body = String, content_type = "text/plain"),
    Refused, Missing,
))]
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let Some(handle) = &app.service.metrics else {
        return Err(Refusal::not_found("this server counts nothing"));
    };
    metrics::gauge!("deepfix_http_requests_in_flight").set(app.in_flight.count() as f64);
    metrics::gauge!("deepfix_jobs_unfinished").set(app.jobs.unfinished() as f64);
    let text = handle.render();
    Ok(([("content-type", "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
