//! The public keys of an identity provider: fetched when they are needed, kept for a while, and fetched
//! again when a token names one that is not among them.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use deepfix_config::OidcConfig;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use reqwest::{
    Certificate, Client, StatusCode,
    header::{ACCEPT, CONTENT_TYPE},
    redirect,
};
use serde::{Deserialize, de::DeserializeOwned};
use tokio::{
    sync::{Mutex, Semaphore},
    time::Instant,
};

use super::token::TokensError;

/// Keys are used for so long where the provider does not answer: its short failure is not ours.
const STALE: Duration = Duration::from_secs(60 * 60);
/// Whoever signs in waits for the provider at most so often at once: anybody may say that they come back from there.
const EXCHANGES: usize = 4;
/// A set of keys has some kilobytes.
const MOST_BYTES: usize = 1 << 20;

/// The provider cannot be asked.
#[derive(Debug, thiserror::Error)]
#[error("the identity provider: {0}")]
pub(crate) struct ProviderError(pub(super) String);

pub(crate) struct Provider {
    client: Client,
    issuer: String,
    jwks_uri: Option<String>,
    ttl: Duration,
    /// Between two questions that do not bring what is wanted, at least: made-up key ids must not make this server flood
    /// the provider.
    pause: Duration,
    timeout: Duration,
    known: ArcSwap<Option<Known>>,
    described: ArcSwap<Option<(Discovery, Instant)>>,
    /// The last time that the description could not be had.
    undescribed: Mutex<Option<Instant>>,
    /// Codes that are changed for tokens at the same time.
    exchanges: Arc<Semaphore>,
    /// The last fetch that did not bring the wanted key.
    vain: Mutex<Option<Instant>>,
}

struct Known {
    keys: JwkSet,
    since: Instant,
}

/// What a provider says of itself ("OpenID Connect Discovery 1.0", 3).
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Discovery {
    issuer: String,
    jwks_uri: String,
    /// Where people sign in.
    #[serde(default)]
    pub(super) authorization_endpoint: String,
    /// Where a code is changed for tokens.
    #[serde(default)]
    pub(super) token_endpoint: String,
}

impl Provider {
    pub(crate) fn new(config: &OidcConfig, issuer: &str) -> Result<Self, TokensError> {
        let mut builder = Client::builder()
            // Keys come from where the configuration says and from nowhere else.
            .redirect(redirect::Policy::none())
            .timeout(config.timeout)
            .user_agent(concat!("deepfix/", env!("CARGO_PKG_VERSION")));
        if let Some(file) = &config.ca_file {
            let wrong = |reason: String| TokensError {
                key: "ca_file",
                reason: format!("{}: {reason}", file.display()),
            };
            let pem = std::fs::read(file).map_err(|error| wrong(format!("cannot be read: {error}")))?;
            let certificates = Certificate::from_pem_bundle(&pem).map_err(|_| wrong("holds no PEM".to_owned()))?;
            builder = builder.tls_certs_merge(certificates);
        }
        let client = builder.build().map_err(|error| TokensError {
            key: "issuer",
            reason: format!("no client for it: {error}"),
        })?;
        Ok(Self {
            client,
            issuer: issuer.to_owned(),
            jwks_uri: config.jwks_uri.clone(),
            ttl: config.keys_ttl,
            pause: config.pause,
            timeout: config.timeout,
            known: ArcSwap::from_pointee(None),
            described: ArcSwap::from_pointee(None),
            undescribed: Mutex::new(None),
            exchanges: Arc::new(Semaphore::new(EXCHANGES)),
            vain: Mutex::new(None),
        })
    }

    /// The key of that id; without an id the only key there is.
    pub(crate) async fn key(&self, id: Option<&str>) -> Result<Option<Jwk>, ProviderError> {
        if let Some(key) = self.fresh(id) {
            return Ok(Some(key));
        }
        // One at a time: the others find what the first has fetched.
        let mut vain = self.vain.lock().await;
        if let Some(key) = self.fresh(id) {
            return Ok(Some(key));
        }
        if vain.is_none_or(|it| it.elapsed() >= self.pause) {
            match self.fetch().await {
                Ok(keys) => {
                    tracing::info!(keys = keys.keys.len(), "keys of the identity provider were fetched");
                    let since = Instant::now();
                    self.known.store(Arc::new(Some(Known { keys, since })));
                }
                Err(error) => tracing::warn!(%error, "keys of the identity provider could not be fetched"),
            }
            if let Some(key) = self.fresh(id) {
                return Ok(Some(key));
            }
            *vain = Some(Instant::now());
        }
        match &**self.known.load() {
            Some(known) if known.since.elapsed() < self.ttl.max(STALE) => Ok(find(&known.keys, id)),
            _ => Err(ProviderError(
                "its keys cannot be fetched; the server's log says why".to_owned(),
            )),
        }
    }

    fn fresh(&self, id: Option<&str>) -> Option<Jwk> {
        let known = self.known.load();
        let known = known.as_ref().as_ref()?;
        (known.since.elapsed() < self.ttl)
            .then(|| find(&known.keys, id))
            .flatten()
    }

    async fn fetch(&self) -> Result<JwkSet, ProviderError> {
        if let Some(uri) = &self.jwks_uri {
            return self.keys_at(uri).await;
        }
        let found = self.discover().await?;
        self.keys_at(&found.jwks_uri).await
    }

    async fn discover(&self) -> Result<Discovery, ProviderError> {
        let uri = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let found: Discovery = self.get(&uri).await?;
        if found.issuer != self.issuer {
            return Err(ProviderError(format!(
                "{uri} is of `{}`, expected `{}`",
                found.issuer, self.issuer
            )));
        }
        // A provider that is asked with https has nothing elsewhere that is not.
        let parts = [
            ("keys are", &found.jwks_uri),
            ("sign-in is", &found.authorization_endpoint),
            ("tokens are", &found.token_endpoint),
        ];
        for (what, at) in parts {
            if self.issuer.starts_with("https://") && !at.is_empty() && !at.starts_with("https://") {
                return Err(ProviderError(format!("its {what} at `{at}`, expected https")));
            }
        }
        Ok(found)
    }

    /// What the provider says of itself, as of the last `keys_ttl`. Who signs in has no key yet: one asks for
    /// all of them, and after a failure nobody for a while.
    pub(super) async fn described(&self) -> Result<Discovery, ProviderError> {
        let known = |most: Duration| match &**self.described.load() {
            Some((found, since)) if since.elapsed() < most => Some(found.clone()),
            _ => None,
        };
        if let Some(found) = known(self.ttl) {
            return Ok(found);
        }
        let mut undescribed = self.undescribed.lock().await;
        if let Some(found) = known(self.ttl) {
            return Ok(found);
        }
        if undescribed.is_none_or(|it| it.elapsed() >= self.pause) {
            // Before it is asked: who hangs up meanwhile leaves the pause behind too.
            *undescribed = Some(Instant::now());
            match self.discover().await {
                Ok(found) => {
                    *undescribed = None;
                    self.described.store(Arc::new(Some((found.clone(), Instant::now()))));
                    return Ok(found);
                }
                Err(error) => {
                    tracing::warn!(%error, "the identity provider could not be asked what it is");
                }
            }
        }
        known(self.ttl.max(STALE)).ok_or_else(|| {
            let why = "it does not say where people sign in; the server's log says why";
            ProviderError(why.to_owned())
        })
    }

    /// Sends a form, and gives the status of the answer with what it says; an error may say it in any form.
    pub(super) async fn post<T: DeserializeOwned + Default + Send + 'static>(
        &self,
        uri: &str,
        form: String,
        basic: Option<(&str, &str)>,
    ) -> Result<(StatusCode, T), ProviderError> {
        if uri.is_empty() {
            return Err(ProviderError("it names no `token_endpoint`".to_owned()));
        }
        let turn = tokio::time::timeout(self.timeout, Arc::clone(&self.exchanges).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(ProviderError("too many sign in right now: try again".to_owned()));
        };
        let mut request = self
            .client
            .post(uri)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(form);
        if let Some((user, password)) = basic {
            request = request.basic_auth(user, Some(password));
        }
        let uri = uri.to_owned();
        // A turn is over when the provider has answered, not when a browser hangs up.
        let asked = tokio::spawn(async move {
            let _turn = turn;
            let failed = |error: reqwest::Error| ProviderError(format!("{uri}: {}", error.without_url()));
            let answer = request.send().await.map_err(failed)?;
            let status = answer.status();
            match read(&uri, answer).await {
                Err(_) if !status.is_success() => Ok((status, T::default())),
                read => Ok((status, read?)),
            }
        });
        let stopped = |_| ProviderError("the question to it was cut off".to_owned());
        asked.await.map_err(stopped)?
    }

    /// Keys of kinds that are not known here are left out: a provider may have such for others.
    async fn keys_at(&self, uri: &str) -> Result<JwkSet, ProviderError> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<serde_json::Value>,
        }
        let set: Set = self.get(uri).await?;
        let keys = set.keys.into_iter().filter_map(|it| serde_json::from_value(it).ok());
        Ok(JwkSet { keys: keys.collect() })
    }

    async fn get<T: DeserializeOwned>(&self, uri: &str) -> Result<T, ProviderError> {
        let failed = |error: reqwest::Error| ProviderError(format!("{uri}: {}", error.without_url()));
        let answer = self.client.get(uri).send().await.map_err(failed)?;
        if !answer.status().is_success() {
            return Err(ProviderError(format!("{uri} answered {}", answer.status())));
        }
        read(uri, answer).await
    }
}

async fn read<T: DeserializeOwned>(uri: &str, mut answer: reqwest::Response) -> Result<T, ProviderError> {
    let failed = |error: reqwest::Error| ProviderError(format!("{uri}: {}", error.without_url()));
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            return Err(ProviderError(format!("{uri} sent more than {MOST_BYTES} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes).map_err(|error| ProviderError(format!("{uri}: {error}")))
}

fn find(keys: &JwkSet, id: Option<&str>) -> Option<Jwk> {
    match (id, keys.keys.as_slice()) {
        (Some(id), _) => keys.find(id).cloned(),
        (None, [only]) => Some(only.clone()),
        (None, _) => None,
    }
}
