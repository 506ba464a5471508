use std::{net::SocketAddr, sync::Arc};

use axum::{
    Extension, Json, Router,
    extract::State,
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::get,
};
use deepfix_core::{AgentInfo, PluginsInfo, Role};
use serde::Serialize;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, compression::CompressionLevel,
    decompression::RequestDecompressionLayer,
};
use utoipa::{OpenApi as _, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    access::{self, Gate, Identity, Scope},
    admin, analyse,
    app::App,
    body, history, jobs, observe,
    openapi::{self, Refused},
    operations, pages, problem,
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
        "looks at plugins and configuration now; from this machine or with the scope `admin`",
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
    endpoint("GET", "/sign-in/provider", "leads a browser to the identity provider"),
    endpoint("GET", "/sign-in/done", "where that sends it back to"),
    endpoint("POST", "/sign-out", "forgets it"),
    endpoint("DELETE", "/v1/analyses/{id}", "forgets it"),
    endpoint(
        "GET",
        "/v1/analyses/{before}/compare/{after}",
        "what changed from one to another",
    ),
    endpoint("GET", "/metrics", "counts for Prometheus; where administration is"),
    endpoint("GET", "/openapi.json", "this API as an OpenAPI 3.1 document"),
    endpoint("GET", "/docs", "the same, to read and to try"),
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
    let address = app.config().listen;
    let mut routes = split(api(Some(&app))).0;
    if app.config().admin_listen.is_none() && address.ip().is_loopback() {
        routes = routes.merge(split(administration(&app, address)).0);
    }
    layered(app, routes.merge(openapi::viewer()), address)
}

/// The whole document, that of administration included.
pub(crate) fn documented() -> utoipa::openapi::OpenApi {
    let mut all = openapi::Frame::openapi();
    for part in [split(api(None)).1, split(operations_routes()).1] {
        all.merge(part);
    }
    all
}

fn split(routes: OpenApiRouter<Arc<App>>) -> (Router<Arc<App>>, utoipa::openapi::OpenApi) {
    routes.split_for_parts()
}

/// What clients ask for; without an app only to be described.
fn api(app: Option<&Arc<App>>) -> OpenApiRouter<Arc<App>> {
    let bodies = OpenApiRouter::new()
        .routes(routes!(analyse::analyse))
        .routes(routes!(analyse::analyze))
        .routes(routes!(jobs::submit));
    let analysing = OpenApiRouter::new().routes(routes!(jobs::show, jobs::cancel));
    let reading = OpenApiRouter::new()
        .routes(routes!(agents))
        .routes(routes!(history::list))
        .routes(routes!(history::show))
        .routes(routes!(history::compare));
    let forgetting = OpenApiRouter::new().routes(routes!(history::forget));
    let (analysing, reading, forgetting) = match app {
        None => (analysing.merge(bodies), reading, forgetting),
        Some(app) => {
            let needs = |scope| gate(app, scope, app.config().listen);
            (
                analysing
                    .merge(takes_body(app, bodies))
                    .route_layer(from_fn_with_state(needs(Scope::Analyse), access::check)),
                reading.route_layer(from_fn_with_state(needs(Scope::Read), access::check)),
                forgetting.route_layer(from_fn_with_state(needs(Scope::Analyse), access::check)),
            )
        }
    };
    // A server answers `/` for browsers as well: see `pages`.
    let front = match app {
        None => OpenApiRouter::new()
            .routes(routes!(root))
            .routes(routes!(pages::knowledge::search))
            .routes(routes!(pages::upload::upload)),
        Some(app) => pages::routes(app).into(),
    };
    front
        .route(openapi::PATH, get(openapi::document))
        .routes(routes!(operations::health))
        .routes(routes!(operations::ready))
        .merge(analysing)
        .merge(reading)
        .merge(forgetting)
}

pub(crate) fn gate(app: &Arc<App>, scope: Scope, address: SocketAddr) -> Gate {
    Gate {
        app: Arc::clone(app),
        scope,
        address,
    }
}

/// What an address of its own offers, when there is one.
pub(crate) fn of_administration(app: Arc<App>, address: SocketAddr) -> Router {
    let routes = administration(&app, address)
        .routes(routes!(operations::health))
        .routes(routes!(operations::ready));
    layered(app, split(routes).0, address)
}

fn administration(app: &Arc<App>, address: SocketAddr) -> OpenApiRouter<Arc<App>> {
    let gate = gate(app, Scope::Admin, address);
    operations_routes().route_layer(from_fn_with_state(gate, access::check))
}

fn operations_routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(operations::metrics))
        .routes(routes!(admin::reload))
}

fn layered(app: Arc<App>, routes: Router<Arc<App>>, address: SocketAddr) -> Router {
    // From the outside in.
    let layers = ServiceBuilder::new()
        // Names the request, and sees what really goes out.
        .layer(from_fn_with_state(Arc::clone(&app), observe::observe))
        // Problems too. The fastest level: it saves most of the bytes for a fraction of the time.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        // Around everything that may answer with an error.
        .layer(from_fn_with_state(Arc::clone(&app), problem::render))
        // Before anything is done for a page that has no business here.
        .layer(from_fn_with_state((Arc::clone(&app), address), access::host::check))
        .layer(CatchPanicLayer::custom(problem::of_panic));
    let routes = Router::new().merge(routes.clone()).nest("/api", routes).with_state(app);
    // Around the router as a whole: `Allow` is set after the layers of a route.
    Router::new().fallback_service(routes).layer(layers)
}

/// What the server offers.
#[utoipa::path(get, path = "/", tag = "operations", security(()), responses(
    (status = 200, description = "Name, version and all endpoints; a browser gets the home page", body = Object),
    Refused,
))]
pub(crate) async fn root() -> Response {
    Json(serde_json::json!({
        "name": "deepfix",
        "version": env!("CARGO_PKG_VERSION"),
        "endpoints": ENDPOINTS,
        "prefix": "all of them answer under /api too",
    }))
    .into_response()
}

/// The loaded agents.
#[derive(Serialize, ToSchema)]
pub(crate) struct Agents {
    /// Those that the one who asks may use.
    pub(crate) agents: Vec<AgentInfo>,
    /// What the last look at plugins and configuration came to.
    pub(crate) plugins: PluginsInfo,
}

/// The agents, what they read, find and may use.
#[utoipa::path(get, path = "/v1/agents", tag = "agents", responses(
    (status = 200, description = "The loaded agents", body = Agents), Refused,
))]
async fn agents(State(app): State<Arc<App>>, Extension(identity): Extension<Identity>) -> Response {
    Json(permitted_agents(&app, &identity)).into_response()
}

/// The agents that somebody may use, and of the plugins what is theirs to know.
pub(crate) fn permitted_agents(app: &App, identity: &Identity) -> Agents {
    let own = identity.rules.as_ref().and_then(|it| it.agents.as_ref());
    let permitted = |it: &AgentInfo| it.role == Role::Reasoner || own.is_none_or(|own| own.contains(&it.name));
    let mut plugins = app.service.diagnosis.plugins();
    if own.is_some() {
        // Names of agents that others may use.
        plugins.changed.retain(|it| own.is_some_and(|own| own.contains(it)));
        plugins.removed.clear();
        plugins.refused.clear();
    }
    Agents {
        agents: app.service.diagnosis.agents().into_iter().filter(permitted).collect(),
        plugins,
    }
}

/// What stands before handlers that read a body.
fn takes_body(app: &Arc<App>, routes: OpenApiRouter<Arc<App>>) -> OpenApiRouter<Arc<App>> {
    routes
        .route_layer(RequestDecompressionLayer::new())
        .route_layer(from_fn_with_state(Arc::clone(app), body::check))
}
