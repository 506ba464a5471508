//! One tracking server: requests, and what can go wrong with them.

use std::{sync::Arc, time::Duration};

use reqwest::{
    Method, RequestBuilder, Response, StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, LOCATION, RANGE},
    redirect::{Attempt, Policy},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{MlflowError, ServerSettings, Settings, credentials::authorization, error::shown, wire::ErrorBody};

/// The largest JSON answer: a page of 5,000 points has about 650 kB, one of 100 runs with thousands
/// of parameters some megabytes.
const MAX_JSON: u64 = 32 << 20;
/// What is read of an error's text.
const MAX_ERROR: u64 = 8 << 10;
/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Redirects within one origin, such as from `/` to a prefix.
const MAX_REDIRECTS: usize = 3;

/// A tracking server that may be reached.
pub(crate) struct Client {
    http: reqwest::Client,
    /// Without a slash at its end.
    base: String,
    host: String,
    has_credentials: bool,
    turns: Semaphore,
}

impl Client {
    /// # Errors
    /// Credentials or certificates that the configuration names cannot be read.
    pub(crate) fn new(base: &Url, server: &ServerSettings, settings: &Settings) -> Result<Self, MlflowError> {
        // Whoever comes first chooses for the process; any provider will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let uri = base.as_str().trim_end_matches('/').to_owned();
        let wrong = |reason: String| MlflowError::Credentials {
            uri: uri.clone(),
            reason,
        };
        let mut headers = HeaderMap::new();
        let authorization = authorization(server)?;
        let has_credentials = authorization.is_some();
        if let Some(value) = authorization {
            headers.insert(AUTHORIZATION, value);
        }
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("deepfix/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .redirect(Policy::custom(same_origin))
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(settings.timeout);
        if let Some(file) = &server.ca_file {
            let shown = file.display();
            let pem = std::fs::read(file).map_err(|error| wrong(format!("{shown}: {error}")))?;
            let certificates = reqwest::Certificate::from_pem_bundle(&pem)
                .ok()
                .filter(|it| !it.is_empty())
                .ok_or_else(|| wrong(format!("{shown}: found no certificate in PEM form")))?;
            builder = builder.tls_certs_merge(certificates);
        }
        Ok(Self {
            http: builder.build().map_err(|error| wrong(reason(&error)))?,
            host: base.host_str().unwrap_or_default().to_owned(),
            base: uri,
            has_credentials,
            turns: Semaphore::new(settings.max_downloads.max(1)),
        })
    }

    pub(crate) fn uri(&self) -> &str {
        &self.base
    }

    /// `GET` of JSON.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        doing: &str,
    ) -> Result<T, MlflowError> {
        let request = self.request(Method::GET, path).query(query);
        self.json(request, doing, |bytes| serde_json::from_slice(bytes).ok())
            .await
    }

    /// `GET` of what Python calls JSON: with bare NaN.
    pub(crate) async fn get_lenient<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        doing: &str,
    ) -> Result<T, MlflowError> {
        let request = self.request(Method::GET, path).query(query);
        let parse = |bytes: &[u8]| {
            let value = deepfix_artifacts::parse_lenient(bytes).ok()?;
            serde_json::from_value(value).ok()
        };
        self.json(request, doing, parse).await
    }

    /// `POST` of JSON.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        doing: &str,
    ) -> Result<T, MlflowError> {
        let request = self.request(Method::POST, path).json(body);
        self.json(request, doing, |bytes| serde_json::from_slice(bytes).ok())
            .await
    }

    /// Sends a file.
    pub(crate) async fn send_file(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        text: String,
        doing: &str,
    ) -> Result<(), MlflowError> {
        let request = self
            .request(method, path)
            .query(query)
            .header(CONTENT_TYPE, "text/html")
            .body(text);
        self.send(request, doing).await.map(|_| ())
    }

    /// The first bytes of a file.
    pub(crate) async fn start_of(
        &self,
        path: &str,
        query: &[(&str, &str)],
        length: u64,
        doing: &str,
    ) -> Result<Vec<u8>, MlflowError> {
        let range = format!("bytes=0-{}", length.saturating_sub(1));
        let request = self.request(Method::GET, path).query(query).header(RANGE, range);
        let (response, _turn) = self.send(request, doing).await?;
        // A server that knows no ranges sends everything: no more than this is taken.
        self.body(response, length, doing).await.map(|(bytes, _)| bytes)
    }

    /// `PUT` of a file's content.
    pub(crate) async fn put(
        &self,
        path: &str,
        content: impl Into<reqwest::Body>,
        doing: &str,
    ) -> Result<(), MlflowError> {
        let request = self.request(Method::PUT, path).body(content);
        let (response, _turn) = self.send(request, doing).await?;
        self.body(response, MAX_ERROR, doing).await.map(|_| ())
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    async fn json<T>(
        &self,
        request: RequestBuilder,
        doing: &str,
        parse: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<T, MlflowError> {
        let (response, _turn) = self.send(request, doing).await?;
        let (status, content_type) = (response.status(), content_type(&response));
        let (bytes, whole) = self.body(response, MAX_JSON, doing).await?;
        if !whole {
            return Err(MlflowError::TooLarge {
                what: format!("the answer while {doing}"),
                size: bytes.len() as u64 + 1,
                limit: MAX_JSON,
                key: "fixed",
            });
        }
        parse(&bytes).ok_or_else(|| self.not_json(status, content_type, &bytes, doing))
    }

    /// Sends a request when it is its turn. The turn lasts until the answer is read.
    pub(crate) async fn send(
        &self,
        request: RequestBuilder,
        doing: &str,
    ) -> Result<(Response, SemaphorePermit<'_>), MlflowError> {
        let turn = self
            .turns
            .acquire()
            .await
            .map_err(|_| self.unreachable("the client is closed"))?;
        let response = request.send().await.map_err(|error| self.transport(&error, doing))?;
        if response.status().is_success() {
            Ok((response, turn))
        } else {
            Err(self.refusal(response, doing).await)
        }
    }

    /// At most `limit` bytes, and whether they are all.
    async fn body(&self, mut response: Response, limit: u64, doing: &str) -> Result<(Vec<u8>, bool), MlflowError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.transport(&error, doing))? {
            let room = limit - bytes.len();
            if chunk.len() > room {
                bytes.extend_from_slice(chunk.get(..room).unwrap_or_default());
                return Ok((bytes, false));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok((bytes, true))
    }

    async fn refusal(&self, response: Response, doing: &str) -> MlflowError {
        let (status, content_type) = (response.status(), content_type(&response));
        let to = response
            .headers()
            .get(LOCATION)
            .map(|it| shown(&String::from_utf8_lossy(it.as_bytes())));
        let bytes = self
            .body(response, MAX_ERROR, doing)
            .await
            .map(|(bytes, _)| bytes)
            .unwrap_or_default();
        let body: Option<ErrorBody> = serde_json::from_slice(&bytes).ok();
        let message = body
            .as_ref()
            .map_or_else(|| shown(&String::from_utf8_lossy(&bytes)), |it| shown(&it.message));
        let (uri, doing) = (self.base.clone(), doing.to_owned());
        match status {
            _ if status.is_redirection() => MlflowError::Redirected {
                uri,
                doing,
                to: to.unwrap_or_default(),
            },
            StatusCode::UNAUTHORIZED => MlflowError::Unauthorized {
                uri,
                doing,
                sent: if self.has_credentials {
                    "the credentials that were sent are not accepted"
                } else {
                    "no credentials are configured for it"
                },
            },
            StatusCode::FORBIDDEN if message.contains("Invalid Host header") => MlflowError::HostRefused {
                uri,
                host: self.host.clone(),
            },
            StatusCode::FORBIDDEN => MlflowError::Forbidden { uri, doing, message },
            _ => match body {
                Some(body) if status == StatusCode::NOT_FOUND && body.error_code == "RESOURCE_DOES_NOT_EXIST" => {
                    // "getting run `x`", and the server's own words for what is missing.
                    let what = doing.split_once(' ').map_or(doing.as_str(), |(_, what)| what);
                    MlflowError::NotFound {
                        what: format!("{what}: {message}"),
                        uri,
                    }
                }
                Some(_) if status.is_client_error() => MlflowError::Refused {
                    uri,
                    doing,
                    status: status.as_u16(),
                    message,
                },
                None if status == StatusCode::NOT_FOUND => self.not_json(status, content_type, &bytes, &doing),
                _ => MlflowError::Failed {
                    uri,
                    doing,
                    status: status.as_u16(),
                    message,
                },
            },
        }
    }

    fn not_json(&self, status: StatusCode, content_type: String, bytes: &[u8], doing: &str) -> MlflowError {
        MlflowError::NotJson {
            uri: self.base.clone(),
            doing: doing.to_owned(),
            status: status.as_u16(),
            content_type,
            start: shown(&String::from_utf8_lossy(
                bytes.get(..bytes.len().min(400)).unwrap_or_default(),
            )),
        }
    }

    pub(crate) fn transport(&self, error: &reqwest::Error, doing: &str) -> MlflowError {
        if error.is_timeout() && !error.is_connect() {
            return MlflowError::TimedOut {
                uri: self.base.clone(),
                doing: doing.to_owned(),
            };
        }
        self.unreachable(&reason(error))
    }

    fn unreachable(&self, reason: &str) -> MlflowError {
        MlflowError::Unreachable {
            uri: self.base.clone(),
            reason: reason.to_owned(),
        }
    }
}

pub(crate) type SharedClient = Arc<Client>;

fn content_type(response: &Response) -> String {
    let value = response.headers().get(CONTENT_TYPE);
    value.map_or_else(
        || "no content type".to_owned(),
        |it| shown(&String::from_utf8_lossy(it.as_bytes())),
    )
}

/// Only the last cause says what happened; reqwest's own message repeats the URL.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

fn same_origin(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let within = attempt
        .previous()
        .last()
        .is_some_and(|it| it.origin() == attempt.url().origin());
    if within && attempt.previous().len() <= MAX_REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}
