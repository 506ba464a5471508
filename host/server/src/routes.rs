use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use deepfix_config::ServerConfig;
use deepfix_core::{AgentInfo, Diagnosis, PluginsInfo};
use serde::Serialize;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, compression::CompressionLevel,
    decompression::RequestDecompressionLayer,
};

use crate::{
    admin,
    analyse::analyse,
    app::App,
    body, jobs, observe,
    problem::{self, Refusal},
    shutdown::{Phase, Phases},
};

/// One line of what `GET /` tells.
#[derive(Debug, Clone, Copy, Serialize)]
struct Endpoint {
    method: &'static str,
    path: &'static str,
    summary: &'static str,
}

const ENDPOINTS: &[Endpoint] = &[
    endpoint("GET", "/", "this list"),
    endpoint("GET", "/health", "whether the server answers"),
    endpoint("GET", "/v1/agents", "the agents, what they read, find and may use"),
    endpoint(
        "POST",
        "/v1/admin/reload",
        "looks at plugins and configuration now; from this machine only",
    ),
    endpoint(
        "POST",
        "/v1/analyse",
        "diagnoses an experiment; the answer is the result",
    ),
    endpoint("POST", "/v1/analyze", "the same"),
    endpoint("POST", "/v2/analyse", "the same in the background; the answer is a job"),
    endpoint("GET", "/v2/jobs/{id}", "a job, with its result when it is completed"),
    endpoint("DELETE", "/v2/jobs/{id}", "cancels a job"),
];

const fn endpoint(method: &'static str, path: &'static str, summary: &'static str) -> Endpoint {
    Endpoint { method, path, summary }
}

/// Every endpoint in one line.
pub(crate) fn endpoint_list() -> String {
    let all: Vec<_> = ENDPOINTS
        .iter()
        .map(|it| format!("{} {}", it.method, it.path))
        .collect();
    format!("one of {}", all.join(", "))
}

/// The service without a listener: everything but the bounds on connections and the shutdown.
/// For tests, and for who brings a server.
pub fn router(diagnosis: Arc<dyn Diagnosis>, config: &ServerConfig) -> Router {
    let (_, phases) = Phases::new();
    of(App::new(diagnosis, config, phases))
}

pub(crate) fn of(app: Arc<App>) -> Router {
    let routes = Router::new()
        .route("/", get(root))
        .route("/health", get(health))
        .route("/v1/agents", get(agents))
        .route("/v1/admin/reload", post(admin::reload))
        .route("/v1/analyse", takes_body(&app, post(analyse)))
        .route("/v1/analyze", takes_body(&app, post(analyse)))
        .route("/v2/analyse", takes_body(&app, post(jobs::submit)))
        .route("/v2/jobs/{id}", get(jobs::show).delete(jobs::cancel));
    // From the outside in.
    let layers = ServiceBuilder::new()
        // Names the request, and sees what really goes out.
        .layer(from_fn_with_state(Arc::clone(&app), observe::observe))
        // Problems too. The fastest level: it saves most of the bytes for a fraction of the time.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        // Around everything that may answer with an error.
        .layer(from_fn(problem::render))
        .layer(CatchPanicLayer::custom(problem::of_panic));
    let routes = Router::new().merge(routes.clone()).nest("/api", routes).with_state(app);
    // Around the router as a whole: `Allow` is set after the layers of a route.
    Router::new().fallback_service(routes).layer(layers)
}

async fn root() -> Response {
    Json(serde_json::json!({
        "name": "deepfix",
        "version": env!("CARGO_PKG_VERSION"),
        "endpoints": ENDPOINTS,
        "prefix": "all of them answer under /api too",
    }))
    .into_response()
}

async fn health(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    if app.phases.has_reached(Phase::Draining) {
        return Err(Refusal::shutting_down(
            "requests that came in are finished, no new ones are taken",
        ));
    }
    let health = serde_json::json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "agents": app.diagnosis.agents().len(),
    });
    Ok((StatusCode::OK, Json(health)).into_response())
}

async fn agents(State(app): State<Arc<App>>) -> Response {
    #[derive(Serialize)]
    struct Agents {
        agents: Vec<AgentInfo>,
        plugins: PluginsInfo,
    }
    Json(Agents {
        agents: app.diagnosis.agents(),
        plugins: app.diagnosis.plugins(),
    })
    .into_response()
}

/// What stands before a handler that reads a body.
fn takes_body(app: &Arc<App>, route: MethodRouter<Arc<App>>) -> MethodRouter<Arc<App>> {
    route
        .route_layer(RequestDecompressionLayer::new())
        .route_layer(from_fn_with_state(Arc::clone(app), body::check))
}
