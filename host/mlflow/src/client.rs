//! One tracking server: requests, and what can go wrong with them.

use std::{sync::Arc, time::Duration};

use reqwest::{
    Method, RequestBuilder, Response, StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, RANGE},
    redirect::{Attempt, Policy},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    MlflowError, ServerSettings, Settings,
    credentials::authorization,
    refusal::{content_type, reason},
    retry::{Again, Attempts, Failure, Retries},
};

/// What is read of an error's text.
pub(crate) const MAX_ERROR: u64 = 8 << 10;
/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Redirects within one origin, such as from `/` to a prefix.
const MAX_REDIRECTS: usize = 3;

/// A tracking server that may be reached.
pub(crate) struct Client {
    http: reqwest::Client,
    /// Without a slash at its end.
    pub(crate) base: String,
    pub(crate) host: String,
    pub(crate) has_credentials: bool,
    turns: Semaphore,
    max_answer: u64,
    retries: Retries,
}

/// What a server answered.
struct Answer {
    status: StatusCode,
    content_type: String,
    bytes: Vec<u8>,
    /// No more of it was left out.
    is_whole: bool,
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
            max_answer: settings.max_answer,
            retries: settings.retries,
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
        self.json(request, self.attempts(), doing, strict).await
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
        self.json(request, self.attempts(), doing, parse).await
    }

    /// `POST` of JSON that asks and changes nothing.
    pub(crate) async fn search<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        doing: &str,
    ) -> Result<T, MlflowError> {
        let request = self.request(Method::POST, path).json(body);
        self.json(request, self.attempts(), doing, strict).await
    }

    /// `POST` of JSON that changes something.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        doing: &str,
    ) -> Result<T, MlflowError> {
        let request = self.request(Method::POST, path).json(body);
        self.json(request, Attempts::once(), doing, strict).await
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
        self.answer(request, Attempts::once(), MAX_ERROR, doing)
            .await
            .map(|_| ())
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
        // A server that knows no ranges sends everything: no more than this is taken.
        let answer = self.answer(request, self.attempts(), length, doing).await?;
        Ok(answer.bytes)
    }

    /// `PUT` of a file's content.
    pub(crate) async fn put(
        &self,
        path: &str,
        content: impl Into<reqwest::Body>,
        doing: &str,
    ) -> Result<(), MlflowError> {
        let request = self.request(Method::PUT, path).body(content);
        self.answer(request, Attempts::once(), MAX_ERROR, doing)
            .await
            .map(|_| ())
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    async fn json<T>(
        &self,
        request: RequestBuilder,
        attempts: Attempts,
        doing: &str,
        parse: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<T, MlflowError> {
        let answer = self.answer(request, attempts, self.max_answer, doing).await?;
        if !answer.is_whole {
            return Err(MlflowError::TooLarge {
                what: format!("the answer while {doing}"),
                size: answer.bytes.len() as u64 + 1,
                limit: self.max_answer,
                key: "`[mlflow] max_answer`",
            });
        }
        parse(&answer.bytes).ok_or_else(|| self.not_json(answer.status, answer.content_type, &answer.bytes, doing))
    }

    /// The attempts of a request that changes nothing.
    fn attempts(&self) -> Attempts {
        Attempts::new(self.retries)
    }

    /// An answer, of which at most `limit` bytes are read.
    async fn answer(
        &self,
        request: RequestBuilder,
        mut attempts: Attempts,
        limit: u64,
        doing: &str,
    ) -> Result<Answer, MlflowError> {
        loop {
            let attempt = match request.try_clone() {
                Some(request) => self.answer_once(request, limit, doing).await,
                // A body that streams: there is one, and only writes have it.
                None => return self.answer_once(request, limit, doing).await.map_err(|it| it.error),
            };
            match attempt {
                Ok(answer) => return Ok(answer),
                Err(failure) => attempts.another(failure).await?,
            }
        }
    }

    async fn answer_once(&self, request: RequestBuilder, limit: u64, doing: &str) -> Result<Answer, Failure> {
        let (response, _turn) = self.send(request, doing).await?;
        let (status, content_type) = (response.status(), content_type(&response));
        let (bytes, is_whole) = self.body(response, limit, doing).await?;
        Ok(Answer {
            status,
            content_type,
            bytes,
            is_whole,
        })
    }

    /// The answer to a read whose content is still to come. The turn lasts until it is read.
    pub(crate) async fn open(
        &self,
        request: RequestBuilder,
        doing: &str,
    ) -> Result<(Response, SemaphorePermit<'_>), MlflowError> {
        let mut attempts = self.attempts();
        loop {
            let attempt = match request.try_clone() {
                Some(request) => self.send(request, doing).await,
                None => return self.send(request, doing).await.map_err(|it| it.error),
            };
            match attempt {
                Ok(answer) => return Ok(answer),
                Err(failure) => attempts.another(failure).await?,
            }
        }
    }

    /// Sends a request when it is its turn. The turn lasts until the answer is read: nobody waits for the pause
    /// before another attempt.
    async fn send(&self, request: RequestBuilder, doing: &str) -> Result<(Response, SemaphorePermit<'_>), Failure> {
        let turn = self
            .turns
            .acquire()
            .await
            .map_err(|_| Failure::lasting(self.unreachable("the client is closed")))?;
        let response = request.send().await.map_err(|error| self.failure(&error, doing))?;
        if response.status().is_success() {
            return Ok((response, turn));
        }
        let again = Again::of(response.status(), response.headers());
        Err(Failure {
            error: self.refusal(response, doing).await,
            again,
        })
    }

    /// At most `limit` bytes, and whether they are all.
    pub(crate) async fn body(
        &self,
        mut response: Response,
        limit: u64,
        doing: &str,
    ) -> Result<(Vec<u8>, bool), Failure> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(&error, doing))? {
            let room = limit - bytes.len();
            if chunk.len() > room {
                bytes.extend_from_slice(chunk.get(..room).unwrap_or_default());
                return Ok((bytes, false));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok((bytes, true))
    }
}

pub(crate) type SharedClient = Arc<Client>;

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

/// JSON as the standard has it.
fn strict<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}
