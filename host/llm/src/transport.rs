//! One attempt over HTTP.

use std::time::{Duration, SystemTime};

use reqwest::{
    Certificate, Client, Proxy, StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect,
};
use secrecy::ExposeSecret as _;
use serde_json::Value as Json;
use tokio::time::Instant;

use crate::{
    ErrorKind, LlmError, SetupError,
    provider::{Auth, Row},
    retry,
    settings::Settings,
    wire::{complaint, quoted},
};

/// Bytes of an error body that are read.
const MAX_COMPLAINT: usize = 16 << 10;

pub(crate) struct Transport {
    client: Client,
    url: Url,
    pub(crate) row: Row,
    call_timeout: Duration,
    max_answer: usize,
}

/// Why an attempt failed, and whether another makes sense.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Later it may succeed; the endpoint may have said when.
    Again(Option<Duration>, LlmError),
    /// A 400 or 422: a field may be to blame.
    Refused(String, LlmError),
    /// Not by trying again.
    Final(LlmError),
}

impl Transport {
    /// The host of the endpoint.
    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    pub(crate) fn new(settings: &Settings) -> Result<Self, SetupError> {
        let url = endpoint(&settings.base_url)?;
        let row = settings.provider.row(url.host_str().unwrap_or_default());
        // A redirect would carry the prompt, and perhaps the key, to someone else. A proxy is taken
        // from the configuration alone, so that what is sent where can be read in one place.
        let mut builder = Client::builder()
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .connect_timeout(settings.connect_timeout)
            .user_agent(concat!("deepfix/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers(settings, &row)?);
        if !settings.proxy.is_empty() {
            let proxy = Proxy::all(&settings.proxy)
                .map_err(|_| SetupError::new("proxy", "expected a URL such as `http://proxy:3128`"))?;
            builder = builder.proxy(proxy);
        }
        if let Some(file) = &settings.ca_file {
            let wrong = |reason: String| SetupError::new("ca_file", format!("{}: {reason}", file.display()));
            let pem = std::fs::read(file).map_err(|error| wrong(format!("cannot be read: {error}")))?;
            let certificates = Certificate::from_pem_bundle(&pem).map_err(|_| wrong("holds no PEM".to_owned()))?;
            if certificates.is_empty() {
                return Err(wrong("holds no certificate in PEM".to_owned()));
            }
            builder = builder.tls_certs_merge(certificates);
        }
        let client = builder
            .build()
            .map_err(|error| SetupError::new("base_url", format!("no client for it: {error}")))?;
        Ok(Self {
            client,
            url,
            row,
            call_timeout: settings.call_timeout,
            max_answer: settings.max_answer,
        })
    }

    /// Sends a body and reads the answer, both within the call's timeout and the deadline.
    pub(crate) async fn attempt(&self, body: &Json, deadline: Instant) -> Result<Json, Failure> {
        let until = deadline.min(Instant::now() + self.call_timeout);
        match tokio::time::timeout_at(until, self.send(body)).await {
            Ok(result) => result,
            // Not tried again: the endpoint may be at work on it, and bill it.
            Err(_) if until < deadline => Err(Failure::Final(LlmError::new(
                ErrorKind::TimedOut,
                format!("no answer within `[llm] call_timeout = {:?}`", self.call_timeout),
            ))),
            Err(_) => Err(Failure::Final(LlmError::new(
                ErrorKind::TimedOut,
                "no answer before the time of this agent or request was over",
            ))),
        }
    }

    async fn send(&self, body: &Json) -> Result<Json, Failure> {
        let sent = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_string())
            .send()
            .await;
        let response = sent.map_err(|error| Failure::Again(None, broken(error)))?;
        let status = response.status();
        if !status.is_success() {
            let asked = retry::asked(response.headers(), SystemTime::now());
            let text = read(response, MAX_COMPLAINT).await.unwrap_or_default();
            return Err(refused(status, asked, &text));
        }
        let content_type = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|it| it.to_str().ok())
            .unwrap_or("none")
            .to_owned();
        if !content_type.to_ascii_lowercase().contains("json") {
            return Err(Failure::Final(LlmError::new(
                ErrorKind::Malformed,
                format!(
                    "the answer's content type is `{}`, expected application/json",
                    quoted(&content_type)
                ),
            )));
        }
        let text = read(response, self.max_answer).await?;
        serde_json::from_slice(&text).map_err(|error| {
            Failure::Final(LlmError::new(
                ErrorKind::Malformed,
                format!("the answer of {} bytes is no JSON: {error}", text.len()),
            ))
        })
    }
}

fn broken(error: reqwest::Error) -> LlmError {
    // Without the URL: a proxy's may hold a password.
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(it) = cause {
        text = format!("{text}: {it}");
        cause = it.source();
    }
    LlmError::new(ErrorKind::Unavailable, quoted(&text))
}

async fn read(mut response: reqwest::Response, most: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes),
            Err(error) => return Err(Failure::Again(None, broken(error))),
        }
        if bytes.len() > most {
            return Err(Failure::Final(LlmError::new(
                ErrorKind::Malformed,
                format!("the answer is larger than `[llm] max_answer`, {most} bytes"),
            )));
        }
    }
}

/// What a status other than success means.
pub(crate) fn refused(status: StatusCode, asked: Option<Duration>, text: &[u8]) -> Failure {
    let body: Json = serde_json::from_slice(text).unwrap_or_default();
    let (message, code) = complaint(&body);
    let words = quoted(format!("{message} {code}").trim());
    let error = |kind, what: &str| LlmError::new(kind, format!("status {}: {what}: {words}", status.as_u16()));
    match status.as_u16() {
        _ if code.contains("insufficient_quota") => {
            Failure::Final(error(ErrorKind::QuotaExhausted, "what was paid for is used up"))
        }
        402 => Failure::Final(error(ErrorKind::QuotaExhausted, "what was paid for is used up")),
        400 | 422 => Failure::Refused(message, error(ErrorKind::Invalid, "the endpoint refuses the request")),
        401 | 403 => Failure::Final(error(ErrorKind::Denied, "the endpoint does not accept the key")),
        404 => Failure::Final(error(ErrorKind::Invalid, "no such model, or not below `base_url`")),
        408 | 409 | 500..=599 => Failure::Again(asked, error(ErrorKind::Unavailable, "the endpoint failed")),
        429 => Failure::Again(asked, error(ErrorKind::RateLimited, "too many requests")),
        300..=399 => Failure::Final(error(ErrorKind::Unavailable, "redirects are not followed")),
        _ => Failure::Final(error(ErrorKind::Invalid, "an unexpected status")),
    }
}

/// `/chat/completions` below the base, a query such as Azure's `api-version` kept.
fn endpoint(base: &str) -> Result<Url, SetupError> {
    let wrong = |what: &str| {
        SetupError::new(
            "base_url",
            format!("{what}, expected a URL such as `https://api.openai.com/v1`"),
        )
    };
    let mut url = Url::parse(base).map_err(|_| wrong("found no URL"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("found another scheme than http and https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("found a user or password in it; keys belong to `api_key_env`"));
    }
    url.path_segments_mut()
        .map_err(|()| wrong("found no path"))?
        .pop_if_empty()
        .extend(["chat", "completions"]);
    Ok(url)
}

fn headers(settings: &Settings, row: &Row) -> Result<HeaderMap, SetupError> {
    let mut headers = HeaderMap::new();
    if let Some(key) = &settings.key {
        let (name, text) = match row.auth {
            Auth::Bearer => (AUTHORIZATION, format!("Bearer {}", key.expose_secret())),
            Auth::ApiKey => (HeaderName::from_static("api-key"), key.expose_secret().to_owned()),
        };
        let mut value =
            HeaderValue::from_str(&text).map_err(|_| SetupError::new("api_key_env", "the key is no header value"))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    for (key, name, value) in [
        ("organization", "openai-organization", &settings.organization),
        ("project", "openai-project", &settings.project),
    ] {
        if !value.is_empty() {
            let value =
                HeaderValue::from_str(value).map_err(|_| SetupError::new(key, "found what no header can hold"))?;
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_lies_below_the_base_and_keeps_its_query() {
        let of = |base| endpoint(base).unwrap().to_string();
        assert_eq!(of("http://h/v1"), "http://h/v1/chat/completions");
        assert_eq!(of("http://h/v1/"), "http://h/v1/chat/completions");
        assert_eq!(
            of("https://x.openai.azure.com/openai/deployments/d?api-version=1"),
            "https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=1"
        );
        for wrong in ["", "localhost:80", "ftp://h", "http://me:secret@h/"] {
            let error = endpoint(wrong).unwrap_err().to_string();
            assert!(error.contains("base_url") && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn statuses_are_retried_stepped_down_or_final() {
        let of = |status: u16, body: &str| refused(StatusCode::from_u16(status).unwrap(), None, body.as_bytes());
        for status in [408, 409, 429, 500, 502, 503, 529] {
            assert!(matches!(of(status, ""), Failure::Again(..)), "{status}");
        }
        for status in [301, 401, 402, 403, 404, 413] {
            assert!(matches!(of(status, ""), Failure::Final(_)), "{status}");
        }
        let Failure::Refused(complaint, _) = of(400, r#"{"error": {"message": "no", "param": "response_format"}}"#)
        else {
            panic!("a 400")
        };
        assert!(complaint.contains("response_format"));
        let Failure::Final(error) = of(429, r#"{"error": {"code": "insufficient_quota", "message": "pay"}}"#) else {
            panic!("a used up quota is not retried")
        };
        assert_eq!(error.kind, ErrorKind::QuotaExhausted);
    }
}
