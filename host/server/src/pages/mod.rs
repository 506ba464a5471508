//! Pages for people with a browser. What they show and how is in `deepfix-pages`; here is where it
//! comes from. Nothing a page does needs JavaScript but dropping folders and watching progress.

mod agents;
mod answer;
mod files;
mod history;
mod home;
pub(crate) mod knowledge;
mod login;
mod pace;
mod session;
mod trouble;
pub(crate) mod upload;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};

use deepfix_config::LOGIN_PATH;
pub(crate) use trouble::of_problem;
pub(crate) use upload::Uploads;
pub use upload::{ReadFiles, Reader};

use crate::{
    access::{self, Scope},
    app::App,
    routes::gate,
};

/// A key in a form, and where to go afterwards.
const MAX_FORM: usize = 16 << 10;

/// All of them. `/` is the list of endpoints for who is no browser.
pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    let needs = |scope| from_fn_with_state(gate(app, scope, app.config().listen), access::check);
    let home = Router::new()
        .route("/", get(home::show))
        .route_layer(needs(Scope::Read))
        .layer(from_fn(session::from_cookie))
        .layer(from_fn(home::for_browsers));
    let reading = Router::new()
        .route("/analyses", get(history::list))
        .route("/analyses/compare", get(history::compare))
        .route("/analyses/{id}", get(history::report))
        .route("/agents", get(agents::show))
        .route("/knowledge", get(knowledge::show))
        .route("/v1/knowledge", get(knowledge::search))
        .route_layer(needs(Scope::Read))
        .layer(from_fn(session::from_cookie));
    let uploading = Router::new()
        .route("/v1/uploads", post(upload::upload))
        // Counted there: what is allowed is far more than a body in memory may be.
        .layer(DefaultBodyLimit::disable())
        .route_layer(needs(Scope::Analyse))
        .layer(from_fn(session::from_cookie));
    let session = Router::new()
        .route("/sign-in", get(session::show).post(session::sign_in))
        .route("/sign-in/provider", get(login::begin))
        .route(LOGIN_PATH, get(login::finish))
        .route("/sign-out", post(session::sign_out))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(from_fn(session::same_site));
    home.merge(reading).merge(uploading).merge(session)
}
