//! The section `[oidc]`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

use crate::{
    ConfigError,
    load::Checker,
    login::{self, LoginConfig, RawLogin},
};

/// Signatures that a public key proves. `none` and those with a shared secret are no choice: whoever
/// knows the public key could make the latter.
const ALGORITHMS: [&str; 9] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];

/// An identity provider whose tokens are taken beside API keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcConfig {
    /// The provider; none takes no tokens.
    pub issuer: Option<String>,
    /// What a token's `aud` must hold.
    pub audience: String,
    /// Where the provider's keys are; none asks its discovery document.
    pub jwks_uri: Option<String>,
    /// Signatures that are taken.
    pub algorithms: Vec<String>,
    /// How much the provider's clock may differ.
    pub leeway: Duration,
    /// The claim with the tenant; empty puts everybody into the tenant without a name.
    pub tenant_claim: String,
    /// The claim with the scopes: a text with spaces, or a list.
    pub scope_claim: String,
    /// What stands before `analyse`, `read` and `admin` in that claim.
    pub scope_prefix: String,
    /// How long fetched keys are used.
    pub keys_ttl: Duration,
    /// How long the provider is left alone after a question that did not bring what was wanted.
    pub pause: Duration,
    /// How long one answer of the provider may take.
    pub timeout: Duration,
    /// Certificates that are trusted beside the system's.
    pub ca_file: Option<PathBuf>,
    /// How people with a browser sign in at the provider; none leads nobody there.
    pub login: Option<LoginConfig>,
}

impl Default for OidcConfig {
    fn default() -> Self {
        Self {
            issuer: None,
            audience: String::new(),
            jwks_uri: None,
            algorithms: ["RS256", "ES256"].map(str::to_owned).to_vec(),
            // Machines whose clocks are kept differ by less than a second; those that are not, by minutes.
            leeway: Duration::from_secs(30),
            tenant_claim: "tenant".to_owned(),
            scope_claim: "scope".to_owned(),
            scope_prefix: String::new(),
            // A key that a provider withdraws is taken for so long; a new one is fetched when it is met.
            keys_ttl: Duration::from_secs(600),
            // Made-up key ids, and people who sign in, must not make this server flood the provider.
            pause: Duration::from_secs(10),
            timeout: Duration::from_secs(5),
            ca_file: None,
            login: None,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawOidc {
    issuer: String,
    audience: String,
    jwks_uri: String,
    algorithms: Option<Vec<String>>,
    leeway: Option<String>,
    tenant_claim: Option<String>,
    scope_claim: Option<String>,
    scope_prefix: Option<String>,
    keys_ttl: Option<String>,
    pause: Option<String>,
    timeout: Option<String>,
    ca_file: String,
    login: RawLogin,
}

pub(crate) fn oidc(checker: &Checker<'_>, raw: RawOidc) -> Result<OidcConfig, ConfigError> {
    let default = OidcConfig::default();
    if raw.issuer.is_empty() && !(raw.audience.is_empty() && raw.jwks_uri.is_empty()) {
        return Err(checker.wrong("oidc.issuer", "nothing", "the `iss` of the provider's tokens"));
    }
    if !raw.issuer.is_empty() && raw.audience.is_empty() {
        let expected = "the `aud` of tokens for this service: without it tokens for any other would do";
        return Err(checker.wrong("oidc.audience", "nothing", expected));
    }
    for (key, url) in [("oidc.issuer", &raw.issuer), ("oidc.jwks_uri", &raw.jwks_uri)] {
        if !url.is_empty() && !is_safe(url) {
            let expected = "a URL with https, or one of this machine with http";
            return Err(checker.wrong(key, format!("`{url}`"), expected));
        }
    }
    let algorithms = raw.algorithms.unwrap_or(default.algorithms);
    if let Some(other) = algorithms.iter().find(|it| !ALGORITHMS.contains(&it.as_str())) {
        let expected = format!("some of `{}`", ALGORITHMS.join("`, `"));
        return Err(checker.wrong("oidc.algorithms", format!("`{other}`"), expected));
    }
    if algorithms.is_empty() {
        return Err(checker.wrong("oidc.algorithms", "none", "at least one"));
    }
    let login = login::login(checker, raw.login, raw.issuer.is_empty())?;
    let filled = |it: String| (!it.is_empty()).then_some(it);
    Ok(OidcConfig {
        login,
        issuer: filled(raw.issuer),
        audience: raw.audience,
        jwks_uri: filled(raw.jwks_uri),
        algorithms,
        leeway: checker.time("oidc.leeway", raw.leeway.as_ref(), default.leeway)?,
        tenant_claim: raw.tenant_claim.unwrap_or(default.tenant_claim),
        scope_claim: raw.scope_claim.unwrap_or(default.scope_claim),
        scope_prefix: raw.scope_prefix.unwrap_or(default.scope_prefix),
        keys_ttl: checker.time("oidc.keys_ttl", raw.keys_ttl.as_ref(), default.keys_ttl)?,
        pause: checker.time("oidc.pause", raw.pause.as_ref(), default.pause)?,
        timeout: checker.time("oidc.timeout", raw.timeout.as_ref(), default.timeout)?,
        ca_file: filled(raw.ca_file).map(|it| checker.path(Path::new(&it))),
    })
}

/// Whoever can change the keys on their way can sign tokens.
pub(crate) fn is_safe(url: &str) -> bool {
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let ends = |rest: &str| rest.is_empty() || rest.starts_with([':', '/']);
    url.starts_with("https://") || local.iter().any(|it| url.strip_prefix(it).is_some_and(ends))
}
