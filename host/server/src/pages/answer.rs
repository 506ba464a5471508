//! A page as an answer.

use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY},
    },
    response::{IntoResponse, Response},
};
use deepfix_core::{Problem, ProblemCode};
use deepfix_pages::{Frame, Here, Language, PageError};

use super::session;
use crate::{accept, problem::Refusal};

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// Whether a client is a browser that shows pages.
pub(super) fn wants_html(headers: &HeaderMap) -> bool {
    accept::names(headers, "text/html")
}

/// The language that a browser prefers.
pub(super) fn language(headers: &HeaderMap) -> Language {
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
    Language::preferred(accepted.unwrap_or_default())
}

/// What stands around a page for who sent these headers.
pub(super) fn frame(headers: &HeaderMap, here: Here, depth: usize) -> Frame {
    Frame::new(language(headers), here, depth, session::credential(headers).is_some())
}

/// A page that was made, or that could not be.
pub(super) fn page(made: Result<String, PageError>) -> Result<Response, Refusal> {
    made.map(|it| html(StatusCode::OK, it)).map_err(|error| {
        tracing::error!(%error, "a page could not be made");
        Problem::new(
            ProblemCode::Internal,
            "the page could not be made; the server's log says why",
        )
        .into()
    })
}

/// HTML of the pages' own.
pub(super) fn html(status: StatusCode, page: String) -> Response {
    with_policy(status, page, deepfix_pages::content_security_policy())
}

/// A report, which states a policy of its own.
pub(super) fn report(page: String) -> Response {
    let policy = format!("{}; frame-ancestors 'none'", deepfix_report::content_security_policy());
    with_policy(StatusCode::OK, page, &policy)
}

fn with_policy(status: StatusCode, page: String, policy: &str) -> Response {
    let mut response = (status, page).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HTML);
    // Same origin: a browser that sends no `Sec-Fetch-Site` needs its `Origin` to post a form.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}
