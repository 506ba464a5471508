use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{MethodRouter, delete, get, post},
};
use deepfix_core::{AgentInfo, PluginsInfo};
use serde::Serialize;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, compression::CompressionLevel,
    decompression::RequestDecompressionLayer,
};

use crate::{
    access::{self, Scope},
    admin,
    analyse::analyse,
    app::App,
    body, history, jobs, observe, operations, pages, problem,
    service::Service,
    shutdown::Phases,
};

/// One line of what `GET /` tells.
#[derive(Debug, Clone, Copy, Serialize)]
struct Endpoint {
    method: &'static str,
    path: &'static str,
    summary: &'static str,
}

const ENDPOINTS: &[Endpoint] = &[
    endpoint("GET", "/", "this list; the home page for a browser"),
    endpoint("GET", "/health", "whether the server answers"),
    endpoint("GET", "/ready", "whether it should get requests"),
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
    endpoint("GET", "/v1/analyses", "what was diagnosed before, the newest first"),
    endpoint("GET", "/v1/analyses/{id}", "one of them, whole"),
    endpoint("GET", "/analyses/{id}", "its report, a page for a browser"),
    endpoint("GET", "/analyses", "the list of analyses, a page"),
    endpoint("GET", "/analyses/compare", "what changed from `a` to `b`, a page"),
    endpoint("GET", "/agents", "the agents and how they do, a page"),
    endpoint("GET", "/knowledge", "the search of the knowledge base, a page"),
    endpoint("GET", "/v1/knowledge", "passages of the knowledge base"),
    endpoint(
        "POST",
        "/v1/uploads",
        "diagnoses what files hold that a form carries; the answer is the result",
    ),
    endpoint("POST", "/sign-in", "keeps a key in a cookie, for the pages"),
    endpoint("POST", "/sign-out", "forgets it"),
    endpoint("DELETE", "/v1/analyses/{id}", "forgets it"),
    endpoint(
        "GET",
        "/v1/analyses/{before}/compare/{after}",
        "what changed from one to another",
    ),
    endpoint("GET", "/metrics", "counts for Prometheus; where administration is"),
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
pub fn router(service: Service) -> Router {
    let (_, phases) = Phases::new();
    of(App::new(service, phases))
}

pub(crate) fn of(app: Arc<App>) -> Router {
    let needs = |scope| from_fn_with_state((Arc::clone(&app), scope), access::check);
    let analysing = Router::new()
        .route("/v1/analyse", takes_body(&app, post(analyse)))
        .route("/v1/analyze", takes_body(&app, post(analyse)))
        .route("/v2/analyse", takes_body(&app, post(jobs::submit)))
        .route("/v2/jobs/{id}", get(jobs::show).delete(jobs::cancel))
        .route_layer(needs(Scope::Analyse));
    let reading = Router::new()
        .route("/v1/agents", get(agents))
        .route("/v1/analyses", get(history::list))
        .route("/v1/analyses/{id}", get(history::show))
        .route("/v1/analyses/{before}/compare/{after}", get(history::compare))
        .route_layer(needs(Scope::Read));
    let forgetting = Router::new()
        .route("/v1/analyses/{id}", delete(history::forget))
        .route_layer(needs(Scope::Analyse));
    let mut routes = Router::new()
        .route("/health", get(operations::health))
        .route("/ready", get(operations::ready))
        .merge(analysing)
        .merge(reading)
        .merge(forgetting)
        .merge(pages::routes(&app));
    if app.config().admin_listen.is_none() && app.config().listen.ip().is_loopback() {
        routes = routes.merge(administration());
    }
    layered(app, routes)
}

/// What an address of its own offers, when there is one.
pub(crate) fn of_administration(app: Arc<App>) -> Router {
    let routes = administration()
        .route("/health", get(operations::health))
        .route("/ready", get(operations::ready));
    layered(app, routes)
}

fn administration() -> Router<Arc<App>> {
    Router::new()
        .route("/metrics", get(operations::metrics))
        .route("/v1/admin/reload", post(admin::reload))
}

fn layered(app: Arc<App>, routes: Router<Arc<App>>) -> Router {
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

pub(crate) async fn root() -> Response {
    Json(serde_json::json!({
        "name": "deepfix",
        "version": env!("CARGO_PKG_VERSION"),
        "endpoints": ENDPOINTS,
        "prefix": "all of them answer under /api too",
    }))
    .into_response()
}

async fn agents(State(app): State<Arc<App>>) -> Response {
    #[derive(Serialize)]
    struct Agents {
        agents: Vec<AgentInfo>,
        plugins: PluginsInfo,
    }
    Json(Agents {
        agents: app.service.diagnosis.agents(),
        plugins: app.service.diagnosis.plugins(),
    })
    .into_response()
}

/// What stands before a handler that reads a body.
fn takes_body(app: &Arc<App>, route: MethodRouter<Arc<App>>) -> MethodRouter<Arc<App>> {
    route
        .route_layer(RequestDecompressionLayer::new())
        .route_layer(from_fn_with_state(Arc::clone(app), body::check))
}
