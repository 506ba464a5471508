//! Signing in at the identity provider: there and back. Afterwards the cookie of the session holds its token,
//! as it holds a key that was typed in.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Query, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, LOCATION, REFRESH, SET_COOKIE},
    },
    response::{IntoResponse as _, Response},
};
use deepfix_pages::SignIn;
use serde::Deserialize;

use super::session;
use crate::{
    access::{self, Brought, LoginError, Tokens},
    app::App,
    problem::Refusal,
};

const NAME: &str = "deepfix_login_";
/// A longer path is left out: a browser keeps 4,096 bytes of a cookie, and sends all of them with one request.
const MOST_NEXT: usize = 500;
/// Who signs in types a password and perhaps a second factor.
const TIME: Duration = Duration::from_secs(10 * 60);
/// Both addresses are one folder below the root.
const DEPTH: usize = 1;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Begin {
    next: String,
}

/// Sends a browser to the provider.
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(query): Query<Begin>,
) -> Result<Response, Refusal> {
    let next = wanted_path(&query.next);
    let policy = app.service.policy.load_full();
    let elsewhere = headers.get("sec-fetch-site").is_some_and(|it| it == "cross-site");
    let begun = match &policy.tokens {
        // Another site leads no further than to the form: it could make a browser keep more and more.
        Some(tokens) if tokens.has_login() && elsewhere => {
            return page(&headers, String::new(), Some(tokens), next, StatusCode::OK);
        }
        Some(tokens) => tokens.begin(next).await,
        None => Err(LoginError::Off),
    };
    match begun {
        Ok(begun) => {
            let kept = cookie(&begun.name, &begun.kept, TIME, policy.tokens.as_ref());
            let mut response = StatusCode::SEE_OTHER.into_response();
            set(&mut response, &[(LOCATION, &begun.location), (SET_COOKIE, &kept)]);
            Ok(response)
        }
        Err(error) => failed(&headers, &error, policy.tokens.as_ref(), next),
    }
}

fn wanted_path(path: &str) -> &str {
    session::own_path(path)
        .filter(|it| it.len() <= MOST_NEXT)
        .unwrap_or("/")
}

/// Where the provider sends it back to.
pub(super) async fn finish(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(brought): Query<Brought>,
) -> Result<Response, Refusal> {
    let policy = app.service.policy.load_full();
    let name = brought.name();
    let kept = session::cookie_of(&headers, &format!("{NAME}{name}"));
    let next = access::wanted(kept).unwrap_or_default();
    let next = wanted_path(&next);
    let finished = match &policy.tokens {
        Some(tokens) => tokens.finish(kept, &brought, session::MAX_CREDENTIAL).await,
        None => Err(LoginError::Off),
    };
    let secure = secure(policy.tokens.as_ref());
    let mut response = match finished {
        Ok(credential) => {
            // A page between: a browser sends a strict cookie only where one of this server's own pages leads.
            let refresh = format!("0; url=..{next}");
            let content = SignIn {
                next: next.to_owned(),
                done: true,
                ..SignIn::default()
            };
            let mut response = session::form(&headers, DEPTH, &content, StatusCode::OK)?;
            let session = session::cookie(&credential, secure, "");
            set(&mut response, &[(REFRESH, &refresh), (SET_COOKIE, &session)]);
            response
        }
        Err(error) => failed(&headers, &error, policy.tokens.as_ref(), next)?,
    };
    if kept.is_some() {
        // It holds for one attempt.
        let forgotten = cookie(&name, "", Duration::ZERO, policy.tokens.as_ref());
        set(&mut response, &[(SET_COOKIE, &forgotten)]);
    }
    Ok(response)
}

fn failed(headers: &HeaderMap, error: &LoginError, tokens: Option<&Tokens>, next: &str) -> Result<Response, Refusal> {
    let status = match error {
        LoginError::Off => return Err(Refusal::not_found(error.to_string())),
        LoginError::NotBegun | LoginError::Foreign(_) => StatusCode::BAD_REQUEST,
        LoginError::Refused(_) | LoginError::Opens(_) | LoginError::TooLong { .. } => StatusCode::FORBIDDEN,
        LoginError::Token(_) | LoginError::Provider(_) => StatusCode::BAD_GATEWAY,
        LoginError::Secret | LoginError::Random(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    tracing::warn!(%error, "somebody could not sign in at the identity provider");
    page(headers, error.to_string(), tokens, next, status)
}

fn page(
    headers: &HeaderMap,
    why: String,
    tokens: Option<&Tokens>,
    next: &str,
    status: StatusCode,
) -> Result<Response, Refusal> {
    let content = SignIn {
        why,
        next: next.to_owned(),
        provider: tokens.is_some_and(Tokens::has_login),
        ..SignIn::default()
    };
    session::form(headers, DEPTH, &content, status)
}

/// `Secure` where people reach this server over TLS: a browser that is sent here names no origin.
fn secure(tokens: Option<&Tokens>) -> &'static str {
    session::secure(tokens.is_some_and(Tokens::comes_back_over_tls))
}

/// Lax: the provider's page is what leads back here.
fn cookie(name: &str, value: &str, time: Duration, tokens: Option<&Tokens>) -> String {
    let path = tokens.map_or("/", Tokens::comes_back_at);
    format!(
        "{NAME}{name}={value}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={}{}",
        time.as_secs(),
        secure(tokens)
    )
}

fn set(response: &mut Response, all: &[(axum::http::HeaderName, &str)]) {
    let headers = response.headers_mut();
    for (name, value) in all {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.append(name, value);
        }
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
}
