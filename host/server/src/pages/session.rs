//! Signing in where keys are needed. The cookie carries the key itself, for the browser's session:
//! the server keeps no state, several servers understand it, and a key that is revoked or has expired
//! opens nothing, within `[access] key_cache`. Scripts cannot read it, and other sites cannot make a browser send it.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Request, State, rejection::FormRejection},
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{AUTHORIZATION, COOKIE, LOCATION, ORIGIN, SET_COOKIE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use deepfix_pages::{Here, SignIn};
use serde::Deserialize;

use super::answer;
use crate::{
    access::only_from_here,
    app::App,
    problem::{Refusal, SaysItself},
};

const NAME: &str = "deepfix_session";
/// A key has 81 characters, a token of an organisation some thousand; browsers keep 4,096 of a cookie.
pub(super) const MAX_CREDENTIAL: usize = 3_900;

/// The credential of the cookie, if there is one.
pub(super) fn credential(headers: &HeaderMap) -> Option<&str> {
    cookie_of(headers, NAME)
}

/// What a cookie holds.
pub(super) fn cookie_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|it| it.to_str().ok());
    cookies
        .flat_map(|it| it.split(';'))
        .find_map(|it| it.trim().strip_prefix(name)?.strip_prefix('='))
        .filter(|it| !it.is_empty())
}

/// Middleware before the check of keys: the cookie stands in for a header that is not there. That
/// check refuses what another site makes a browser send.
pub(super) async fn from_cookie(mut request: Request, next: Next) -> Response {
    let headers = request.headers_mut();
    if !headers.contains_key(AUTHORIZATION)
        && !headers.contains_key("x-api-key")
        && let Some(value) = credential(headers).and_then(|it| HeaderValue::from_str(&format!("Bearer {it}")).ok())
    {
        headers.insert(AUTHORIZATION, value);
    }
    next.run(request).await
}

/// Middleware of forms that need no key.
pub(super) async fn same_site(request: Request, next: Next) -> Result<Response, Refusal> {
    only_from_here(&request)?;
    Ok(next.run(request).await)
}

#[derive(Debug, Deserialize)]
pub(super) struct Credentials {
    key: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Refusal> {
    let content = SignIn {
        provider: app.has_login(),
        ..SignIn::default()
    };
    form(&headers, 0, &content, StatusCode::OK)
}

/// The form, for an address that is so many folders below the root.
pub(super) fn form(
    headers: &HeaderMap,
    depth: usize,
    content: &SignIn,
    status: StatusCode,
) -> Result<Response, Refusal> {
    let frame = answer::frame(headers, Here::Elsewhere, depth).without_links();
    let mut response = answer::page(deepfix_pages::sign_in(&frame, content))?;
    *response.status_mut() = status;
    response.extensions_mut().insert(SaysItself);
    Ok(response)
}

/// Whether the key opens anything is seen when it is used: there is one place that says so.
pub(super) async fn sign_in(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    credentials: Result<Form<Credentials>, FormRejection>,
) -> Result<Response, Refusal> {
    let Form(credentials) = credentials.map_err(|error| {
        Refusal::transport(
            StatusCode::BAD_REQUEST,
            "bad_request",
            "The form cannot be read",
            error.body_text(),
        )
    })?;
    let key = credentials.key.trim();
    // What a cookie may hold, RFC 6265.
    let plain = |it: u8| it.is_ascii_graphic() && !matches!(it, b'"' | b',' | b';' | b'\\');
    if key.is_empty() || key.len() > MAX_CREDENTIAL || !key.bytes().all(plain) {
        let content = SignIn {
            why: "This has not the form of a key.".to_owned(),
            provider: app.has_login(),
            ..SignIn::default()
        };
        return form(&headers, 0, &content, StatusCode::UNPROCESSABLE_ENTITY);
    }
    // Relative, so that it holds behind any prefix.
    let next = format!(".{}", own_path(&credentials.next).unwrap_or("/"));
    Ok(see_other(&next, &cookie(key, over_tls(&headers), "")))
}

pub(super) async fn sign_out(headers: HeaderMap) -> Response {
    see_other("sign-in", &cookie("", over_tls(&headers), "; Max-Age=0"))
}

/// `Secure` where the browser's page came over TLS, whatever lies between: a form brings its origin.
fn over_tls(headers: &HeaderMap) -> &'static str {
    let origin = headers.get(ORIGIN).and_then(|it| it.to_str().ok());
    secure(origin.is_some_and(|it| it.starts_with("https://")))
}

/// What makes browsers send a cookie over TLS alone.
pub(super) fn secure(over_tls: bool) -> &'static str {
    if over_tls { "; Secure" } else { "" }
}

/// The cookie of a session.
pub(super) fn cookie(value: &str, secure: &str, age: &str) -> String {
    format!("{NAME}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}")
}

fn see_other(to: &str, cookie: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    for (name, value) in [(LOCATION, to), (SET_COOKIE, cookie)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}

/// A path of this server: what a form names must not lead elsewhere.
pub(super) fn own_path(path: &str) -> Option<&str> {
    let rest = path.strip_prefix('/')?;
    if rest.starts_with(['/', '\\']) || !path.bytes().all(|it| it.is_ascii_graphic()) {
        return None;
    }
    // Browsers take a backslash for a slash, and `//` for another server.
    let parsed: Uri = path.parse().ok()?;
    (parsed.authority().is_none() && !path.contains('\\')).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_gone_to() {
        for path in ["/", "/analyses/1?x=2", "/api/agents"] {
            assert_eq!(own_path(path), Some(path));
        }
        for path in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\\b",
            "/a b",
            "x",
            "/\r\nx",
        ] {
            assert_eq!(own_path(path), None, "{path:?}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("a=b; deepfix_session=dfx_1_2; c=d"));
        assert_eq!(credential(&headers), Some("dfx_1_2"));
        headers.insert(
            COOKIE,
            HeaderValue::from_static("deepfix_session_x=1; deepfix_session="),
        );
        assert_eq!(credential(&headers), None);
    }
}
