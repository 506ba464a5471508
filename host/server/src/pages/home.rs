//! `/`.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header::VARY},
    middleware::Next,
    response::Response,
};
use deepfix_history::Filter;
use deepfix_pages::{Here, Home, Language};

use super::answer;
use crate::{access::Identity, app::App, history::failed, problem::Refusal, routes};

/// Analyses that the home page shows.
const RECENT: i64 = 8;

/// Middleware: everybody but browsers gets the list of endpoints, as ever and without a key.
pub(super) async fn for_browsers(request: Request, next: Next) -> Response {
    // Any other method is none that `/` offers, whoever asks.
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = if reads && !answer::wants_html(request.headers()) {
        routes::root().await
    } else {
        next.run(request).await
    };
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
    response
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let recent = match &app.service.history {
        None => Vec::new(),
        Some(history) => {
            let filter = Filter {
                limit: Some(RECENT),
                ..Filter::default()
            };
            let page = history.list(&identity.tenant, &filter).await.map_err(failed)?;
            page.analyses.into_iter().map(super::history::row).collect()
        }
    };
    let content = Home {
        uploads: app
            .service
            .uploads
            .as_ref()
            .map(|it| (it.config.max_files, it.config.max_size)),
        remembers: app.service.history.is_some(),
        recent,
        french: answer::language(&headers) == Language::French,
    };
    let frame = answer::frame(&headers, Here::Home, 0);
    answer::page(deepfix_pages::home(&frame, &content))
}
