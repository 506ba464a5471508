//! Signing in at the identity provider: the authorization code flow ("OpenID Connect Core 1.0", 3.1) with
//! PKCE (RFC 7636). The server keeps nothing of it: what belongs to one sign-in is in a cookie of the browser
//! that began it, and only that browser can finish it.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use deepfix_config::{LoginConfig, LoginToken};
use serde::Deserialize;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::{Url, form_urlencoded};

use super::{
    provider::ProviderError,
    token::{TokenError, Tokens, TokensError},
};

/// 256 random bits: nobody guesses them (RFC 7636, 7.1, and RFC 6819, 5.1.4.2.2).
const RANDOM_BYTES: usize = 32;
/// Characters of the state: enough to tell the tabs of one browser apart.
const NAMED_BY: usize = 8;
/// So much of what the provider says about a failure is shown.
const MOST_SAID: usize = 200;

/// This server as a client of the provider.
pub(super) struct Login {
    client_id: String,
    secret: Secret,
    redirect_uri: String,
    /// Its path, as browsers see it.
    path: String,
    scopes: String,
    keeps: LoginToken,
}

/// Where a browser is sent, and what it keeps meanwhile, by a name of its own.
pub(crate) struct Begun {
    pub(crate) location: String,
    pub(crate) name: String,
    pub(crate) kept: String,
}

/// What the provider has a browser bring along.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Brought {
    code: String,
    state: String,
    iss: String,
    error: String,
    error_description: String,
}

impl Brought {
    /// What its browser keeps for it.
    pub(crate) fn name(&self) -> String {
        named(&self.state)
    }
}

/// A name of its own for what belongs to one sign-in: another tab may have begun one as well.
fn named(state: &str) -> String {
    let short = state.chars().filter(|it| it.is_ascii_alphanumeric());
    short.take(NAMED_BY).collect()
}

/// Where a browser wanted to go that kept this; a text of its own.
pub(crate) fn wanted(kept: Option<&str>) -> Option<String> {
    let next = kept?.rsplit('.').next()?;
    String::from_utf8(BASE64.decode(next).ok()?).ok()
}

/// Why a sign-in failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginError {
    #[error("this server leads nobody to an identity provider (`[oidc.login] client_id`)")]
    Off,
    #[error("this sign-in was not begun in this browser, or took too long: begin it again")]
    NotBegun,
    #[error("the identity provider did not sign you in: {0}")]
    Refused(String),
    #[error("the identity provider's answer is not for this sign-in: {0}")]
    Foreign(&'static str),
    #[error("who you are is known, but it opens nothing here: {0}")]
    Opens(TokenError),
    #[error(transparent)]
    Token(TokenError),
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error("the identity provider's token has {found} bytes, and a browser keeps {most}: it may name fewer groups")]
    TooLong { found: usize, most: usize },
    #[error("this server's secret for the identity provider cannot be read; its log says why")]
    Secret,
    #[error("no random numbers: {0}")]
    Random(String),
}

/// RFC 6749, 5.1 and 5.2.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Exchanged {
    access_token: String,
    id_token: String,
    error: String,
}

/// What proves that it is this server that brings a code.
enum Secret {
    /// A public client.
    None,
    Known(String),
    /// Read whenever it is needed: secrets are changed while servers run.
    File(PathBuf),
}

fn read(file: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: cannot be read: {error}", file.display()))?;
    match text.trim() {
        "" => Err(format!("{}: empty", file.display())),
        secret => Ok(secret.to_owned()),
    }
}

impl Login {
    fn secret(&self) -> Result<Option<String>, LoginError> {
        match &self.secret {
            Secret::None => Ok(None),
            Secret::Known(secret) => Ok(Some(secret.clone())),
            Secret::File(file) => read(file).map(Some).map_err(|reason| {
                tracing::error!(reason, "the client's secret for the identity provider");
                LoginError::Secret
            }),
        }
    }

    pub(super) fn new(config: &LoginConfig) -> Result<Self, TokensError> {
        let wrong = |key, reason| TokensError { key, reason };
        let secret = match (&config.client_secret_env, &config.client_secret_file) {
            (Some(name), _) => {
                let found = std::env::var(name).unwrap_or_default();
                if found.trim().is_empty() {
                    let reason = format!("the variable `{name}` is not set, or empty");
                    return Err(wrong("login.client_secret_env", reason));
                }
                Secret::Known(found.trim().to_owned())
            }
            (None, Some(file)) => {
                read(file).map_err(|reason| wrong("login.client_secret_file", reason))?;
                Secret::File(file.clone())
            }
            (None, None) => Secret::None,
        };
        Ok(Self {
            client_id: config.client_id.clone(),
            secret,
            path: Url::parse(&config.redirect_uri)
                .map_err(|error| wrong("login.redirect_uri", format!("`{}`: {error}", config.redirect_uri)))?
                .path()
                .to_owned(),
            redirect_uri: config.redirect_uri.clone(),
            scopes: config.scopes.join(" "),
            keeps: config.token,
        })
    }
}

impl Tokens {
    /// Whether people with a browser can sign in at the provider.
    pub(crate) fn has_login(&self) -> bool {
        self.login().is_some()
    }

    /// The path that the provider sends browsers back to: nothing else needs what they keep for it.
    pub(crate) fn comes_back_at(&self) -> &str {
        self.login().map_or("/", |(it, _)| &it.path)
    }

    /// Whether people reach this server over TLS.
    pub(crate) fn comes_back_over_tls(&self) -> bool {
        self.login()
            .is_some_and(|(it, _)| it.redirect_uri.starts_with("https://"))
    }

    /// Begins a sign-in that goes on at `next`, a path of this server.
    pub(crate) async fn begin(&self, next: &str) -> Result<Begun, LoginError> {
        let (login, provider) = self.login().ok_or(LoginError::Off)?;
        let found = provider.described().await?;
        let at = &found.authorization_endpoint;
        let mut location = Url::parse(at).map_err(|error| {
            let found = if at.is_empty() {
                "nothing".to_owned()
            } else {
                format!("`{at}`, {error}")
            };
            ProviderError(format!("its `authorization_endpoint` is {found}; expected an address"))
        })?;
        let (state, nonce, verifier) = (random()?, random()?, random()?);
        let challenge = BASE64.encode(Sha256::digest(&verifier));
        location
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &login.client_id)
            .append_pair("redirect_uri", &login.redirect_uri)
            .append_pair("scope", &login.scopes)
            .append_pair("state", &state)
            .append_pair("nonce", &nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        let next = BASE64.encode(next);
        Ok(Begun {
            name: named(&state),
            location: location.into(),
            kept: format!("{state}.{nonce}.{verifier}.{next}"),
        })
    }

    /// Finishes the sign-in of which a browser kept this, and gives what opens the pages: at `most` so many bytes.
    pub(crate) async fn finish(
        &self,
        kept: Option<&str>,
        brought: &Brought,
        most: usize,
    ) -> Result<String, LoginError> {
        let (login, provider) = self.login().ok_or(LoginError::Off)?;
        let parts: Vec<&str> = kept.ok_or(LoginError::NotBegun)?.split('.').collect();
        let [state, nonce, verifier, _next] = parts.as_slice() else {
            return Err(LoginError::NotBegun);
        };
        if state.is_empty() || !bool::from(state.as_bytes().ct_eq(brought.state.as_bytes())) {
            return Err(LoginError::NotBegun);
        }
        // Where a provider names itself it must be the one that was asked (RFC 9207).
        if !brought.iss.is_empty() && brought.iss != self.issuer() {
            return Err(LoginError::Foreign("it comes from another provider"));
        }
        if !brought.error.is_empty() {
            let mut said = shown(&brought.error);
            if !brought.error_description.is_empty() {
                let _ = write!(said, ": {}", shown(&brought.error_description));
            }
            return Err(LoginError::Refused(said));
        }
        if brought.code.is_empty() {
            return Err(LoginError::Foreign("it holds no code"));
        }
        let found = provider.described().await?;
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", &brought.code)
            .append_pair("redirect_uri", &login.redirect_uri)
            .append_pair("client_id", &login.client_id)
            .append_pair("code_verifier", verifier)
            .finish();
        // Both parts are encoded before they become a header (RFC 6749, 2.3.1).
        let encoded = |it: &str| form_urlencoded::byte_serialize(it.as_bytes()).collect::<String>();
        let basic = login.secret()?.map(|it| (encoded(&login.client_id), encoded(&it)));
        let basic = basic
            .as_ref()
            .map(|(user, password)| (user.as_str(), password.as_str()));
        let (status, tokens): (_, Exchanged) = provider.post(&found.token_endpoint, form, basic).await?;
        if !status.is_success() {
            return Err(LoginError::Refused(format!(
                "it did not take the code ({status} {})",
                shown(&tokens.error)
            )));
        }
        let claims = self
            .claims(&tokens.id_token, &login.client_id)
            .await
            .map_err(LoginError::Token)?;
        let claim = |name: &str| claims.get(name).and_then(Json::as_str);
        if !claim("nonce").is_some_and(|it| bool::from(it.as_bytes().ct_eq(nonce.as_bytes()))) {
            return Err(LoginError::Foreign("its ID token has another `nonce`"));
        }
        // A token for several is meant for who is named here (OpenID Connect Core, 3.1.3.7).
        if claims.contains_key("azp") && claim("azp") != Some(&login.client_id) {
            return Err(LoginError::Foreign("its ID token is for another client"));
        }
        let credential = match login.keeps {
            LoginToken::Access => tokens.access_token,
            LoginToken::Id => tokens.id_token,
        };
        let bearer = self.check(&credential).await.map_err(LoginError::Opens)?;
        if credential.len() > most {
            return Err(LoginError::TooLong {
                found: credential.len(),
                most,
            });
        }
        tracing::info!(subject = %bearer.subject, tenant = %bearer.tenant, "somebody signed in at the identity provider");
        Ok(credential)
    }
}

fn random() -> Result<String, LoginError> {
    let mut bytes = [0; RANDOM_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| LoginError::Random(error.to_string()))?;
    Ok(BASE64.encode(bytes))
}

/// What somebody else says: short, and in printable characters.
fn shown(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).take(MOST_SAID).collect()
}
