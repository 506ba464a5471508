//! Who asks, and what they may do. Without keys everybody is the same: the tenant without a name.

mod key;
mod rate;

use std::{fmt, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{AUTHORIZATION, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::Response,
};
use deepfix_history::now;

pub use key::{Minted, mint};
pub(crate) use rate::Rates;

use crate::{app::App, problem::Refusal};

/// What a key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// To diagnose, and to follow and cancel what one has asked for.
    Analyse,
    /// To read what was diagnosed before.
    Read,
    /// To change the server.
    Admin,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Analyse, Self::Read, Self::Admin];

    /// The name in commands and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Analyse => "analyse",
            Self::Read => "read",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Whose analyses these are.
    pub(crate) tenant: Arc<str>,
}

/// A middleware for the routes that need `scope`.
pub(crate) async fn check(
    State((app, scope)): State<(Arc<App>, Scope)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let identity = identify(&app, request.headers(), scope).await?;
    request.extensions_mut().insert(identity);
    Ok(next.run(request).await)
}

async fn identify(app: &App, headers: &HeaderMap, scope: Scope) -> Result<Identity, Refusal> {
    let needed = app.service.needs_keys();
    // Clients without a key send `Bearer None`: what has not the form of a key is none.
    let Some(presented) = presented(headers) else {
        if needed {
            return Err(unauthorized(
                "this server needs an API key: send `Authorization: Bearer KEY` or `X-API-Key: KEY`",
            ));
        }
        return Ok(Identity::default());
    };
    let Some(history) = &app.service.history else {
        return if needed {
            Err(unauthorized(
                "this server has no database with keys (`[history] database`)",
            ))
        } else {
            Ok(Identity::default())
        };
    };
    let stored = history.key(&presented.id).await.map_err(|error| {
        tracing::error!(%error, "an API key could not be looked up");
        Refusal::transport(
            StatusCode::SERVICE_UNAVAILABLE,
            "store_unavailable",
            "The database does not answer",
            "the API key could not be checked; the server's log says why".to_owned(),
        )
        .retry_after(crate::admission::RETRY_AFTER)
    })?;
    // An unknown id is compared too: it takes as long as a wrong secret.
    let known = stored.as_ref().map_or("", |it| it.hash.as_str());
    let genuine = presented.proves(known);
    let Some(stored) = stored.filter(|_| genuine) else {
        return Err(unauthorized("the API key is not known here"));
    };
    let now = now();
    if stored.revoked_at.is_some() {
        return Err(unauthorized("the API key was revoked"));
    }
    if stored.expires_at.is_some_and(|it| it <= now) {
        return Err(unauthorized("the API key has expired"));
    }
    app.rates.check(&stored.id)?;
    if !stored.scopes.split(' ').any(|it| it == scope.as_str()) {
        return Err(Refusal::transport(
            StatusCode::FORBIDDEN,
            "forbidden",
            "The key does not allow this",
            format!("this needs a key with the scope `{scope}`"),
        )
        .because(
            format!("a key with `{}`", stored.scopes),
            format!("the scope `{scope}`"),
        ));
    }
    Ok(Identity {
        tenant: stored.tenant.into(),
    })
}

fn presented(headers: &HeaderMap) -> Option<key::Presented> {
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    let bearer = headers.get(AUTHORIZATION).and_then(text).and_then(|it| {
        let (scheme, rest) = it.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| rest.trim().to_owned())
    });
    let own = headers.get("x-api-key").and_then(text);
    [own, bearer]
        .into_iter()
        .flatten()
        .find_map(|it| key::Presented::parse(&it))
}

fn unauthorized(detail: &str) -> Refusal {
    Refusal::transport(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        "A valid API key is needed",
        detail.to_owned(),
    )
    .header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"deepfix\""))
}
