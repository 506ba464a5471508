//! Who asks, and what they may do. Without keys everybody is the same: the tenant without a name.

pub(crate) mod host;
mod key;
mod known;
mod login;
mod policy;
mod provider;
mod rate;
mod site;
mod token;

use std::{fmt, net::SocketAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{AUTHORIZATION, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::Response,
};
use deepfix_config::{RequireKeys, TenantConfig};
use deepfix_history::now;

pub use key::{Minted, mint};
pub(crate) use known::KnownKeys;
pub(crate) use login::{Brought, LoginError, wanted};
pub(crate) use policy::Policy;
pub use policy::{Control, Prepared};
use rate::Rates;
pub(crate) use site::only_from_here;
use token::TokenError;
pub(crate) use token::Tokens;
pub use token::TokensError;

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
    /// What the configuration says of this tenant.
    pub(crate) rules: Option<Arc<TenantConfig>>,
    /// Whether a key or a token proved it.
    pub(crate) proven: bool,
}

/// What stands before the routes of one listener that need one scope.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) app: Arc<App>,
    pub(crate) scope: Scope,
    /// Where these routes are.
    pub(crate) address: SocketAddr,
}

/// A middleware for the routes behind a gate.
pub(crate) async fn check(State(gate): State<Gate>, mut request: Request, next: Next) -> Result<Response, Refusal> {
    only_from_here(&request)?;
    let identity = gate.identify(request.headers()).await?;
    request.extensions_mut().insert(identity);
    Ok(next.run(request).await)
}

/// Whether requests need a key on an address.
pub(crate) fn needs_keys(policy: &Policy, address: SocketAddr) -> bool {
    match policy.access.require_keys {
        RequireKeys::Always => true,
        RequireKeys::Never => false,
        RequireKeys::Auto => !address.ip().is_loopback(),
    }
}

impl Gate {
    async fn identify(&self, headers: &HeaderMap) -> Result<Identity, Refusal> {
        let policy = self.app.service.policy.load();
        let needed = needs_keys(&policy, self.address);
        // Clients without a key send `Bearer None`: what has the form of neither is none.
        let texts = presented(headers);
        if let Some(key) = texts.iter().find_map(|it| key::Presented::parse(it))
            && (needed || self.app.service.history.is_some())
        {
            return self.of_key(&policy, &key).await;
        }
        if let Some(tokens) = &policy.tokens
            && let Some(token) = texts.iter().find(|it| Tokens::is_token(it))
        {
            return self.of_token(&policy, tokens, token).await;
        }
        if needed {
            return Err(unauthorized(
                "this server needs an API key: send `Authorization: Bearer KEY` or `X-API-Key: KEY`",
            ));
        }
        Ok(identity(&policy, "", false))
    }

    async fn of_key(&self, policy: &Policy, presented: &key::Presented) -> Result<Identity, Refusal> {
        let Some(history) = &self.app.service.history else {
            return Err(unauthorized(
                "this server has no database with keys (`[history] database`)",
            ));
        };
        let found = self.app.keys.get(history, &presented.id, policy.access.key_cache).await;
        let stored = found.map_err(|error| {
            tracing::error!(%error, "an API key could not be looked up");
            unavailable(
                "store_unavailable",
                "The database does not answer",
                "the API key could not be checked; the server's log says why",
            )
        })?;
        // An unknown id is compared too: it takes as long as a wrong secret.
        let known = stored.as_ref().map_or("", |it| it.hash.as_str());
        let genuine = presented.proves(known);
        let Some(stored) = stored.filter(|_| genuine) else {
            return Err(unauthorized("the API key is not known here"));
        };
        if stored.revoked_at.is_some() {
            return Err(unauthorized("the API key was revoked"));
        }
        if stored.expires_at.is_some_and(|it| it <= now()) {
            return Err(unauthorized("the API key has expired"));
        }
        policy.rates_of(&stored.tenant).check(&stored.id)?;
        if !stored.scopes.split(' ').any(|it| it == self.scope.as_str()) {
            return Err(self.forbidden("key", &stored.scopes));
        }
        Ok(identity(policy, &stored.tenant, true))
    }

    async fn of_token(&self, policy: &Policy, tokens: &Tokens, token: &str) -> Result<Identity, Refusal> {
        let bearer = tokens.check(token).await.map_err(|error| match error {
            TokenError::Invalid(why) => unauthorized(&why),
            TokenError::Provider(error) => unavailable(
                "provider_unavailable",
                "The identity provider does not answer",
                &error.to_string(),
            ),
        })?;
        // A subject is unique at its provider; no key has an id of this form.
        policy
            .rates_of(&bearer.tenant)
            .check(&format!("sub:{}", bearer.subject))?;
        if !bearer.scopes.contains(&self.scope) {
            let names: Vec<&str> = bearer.scopes.iter().map(|it| it.as_str()).collect();
            return Err(self.forbidden("token", &names.join(" ")));
        }
        Ok(identity(policy, &bearer.tenant, true))
    }

    fn forbidden(&self, what: &str, scopes: &str) -> Refusal {
        let scope = self.scope;
        Refusal::transport(
            StatusCode::FORBIDDEN,
            "forbidden",
            "The key does not allow this",
            format!("this needs a {what} with the scope `{scope}`"),
        )
        .because(format!("a {what} with `{scopes}`"), format!("the scope `{scope}`"))
    }
}

fn identity(policy: &Policy, tenant: &str, proven: bool) -> Identity {
    Identity {
        tenant: tenant.into(),
        rules: policy.tenant(tenant).cloned(),
        proven,
    }
}

/// What a client may have sent as a key or a token, its own header first.
fn presented(headers: &HeaderMap) -> Vec<String> {
    let text = |value: &HeaderValue| value.to_str().ok().map(|it| it.trim().to_owned());
    let bearer = headers.get(AUTHORIZATION).and_then(text).and_then(|it| {
        let (scheme, rest) = it.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| rest.trim().to_owned())
    });
    let own = headers.get("x-api-key").and_then(text);
    own.into_iter().chain(bearer).collect()
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

fn unavailable(code: &'static str, title: &'static str, detail: &str) -> Refusal {
    Refusal::transport(StatusCode::SERVICE_UNAVAILABLE, code, title, detail.to_owned())
        .retry_after(crate::admission::RETRY_AFTER)
}
