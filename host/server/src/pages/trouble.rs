//! What went wrong, for a browser.

use axum::{
    http::{HeaderMap, Method, StatusCode, Uri},
    response::Response,
};
use deepfix_core::Problem;
use deepfix_pages::{Here, SignIn, Trouble};

use super::{answer, session};
use crate::app::App;

/// A problem as a page, for who shows pages: where a key is needed the form to sign in with.
pub(crate) fn of_problem(
    app: &App,
    headers: &HeaderMap,
    method: &Method,
    uri: &Uri,
    problem: &Problem,
) -> Option<Response> {
    if !answer::wants_html(headers) {
        return None;
    }
    let path = uri.path().strip_prefix("/api").unwrap_or(uri.path());
    // As many folders below the root as the path has; of a hostile one not all.
    let depth = path.matches('/').count().saturating_sub(1).min(8);
    let frame = answer::frame(headers, Here::Elsewhere, depth);
    let made = if problem.status == StatusCode::UNAUTHORIZED.as_u16() {
        let tried = session::credential(headers).is_some();
        let site = headers.get("sec-fetch-site").and_then(|it| it.to_str().ok());
        let whole = uri.path_and_query().map_or("/", |it| it.as_str());
        // Below `/api` the form is too: what it names is relative to that.
        let whole = whole.strip_prefix("/api").unwrap_or(whole);
        // What was sent is not sent again by going there.
        let readable = matches!(*method, Method::GET | Method::HEAD);
        let next = session::own_path(whole).filter(|_| readable).unwrap_or("/").to_owned();
        let content = SignIn {
            why: if tried { problem.detail.clone() } else { String::new() },
            next,
            go_on: !tried && site == Some("cross-site"),
            provider: app.has_login(),
            ..SignIn::default()
        };
        deepfix_pages::sign_in(&frame.without_links(), &content)
    } else {
        let content = Trouble {
            status: problem.status,
            title: problem.title.to_owned(),
            detail: problem.detail.clone(),
            found: problem.found.clone(),
            expected: problem.expected.clone(),
            request_id: problem.request_id.clone(),
        };
        deepfix_pages::trouble(&frame, &content)
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    made.ok().map(|page| answer::html(status, page))
}
