//! Requests and answers: bounded, typed, and over no connection that others could read.

use futures_util::StreamExt as _;
use reqwest::{RequestBuilder, Response};
use url::Url;

use crate::{SourceError, Sources};

/// The largest manifest, signature file or token answer.
pub(crate) const LARGEST_DOCUMENT: u64 = 1 << 20;
/// Characters of a stranger's answer in a message.
const SHOWN: usize = 200;

impl Sources {
    /// Sends a request whose answer must be a success.
    pub(crate) async fn send(&self, request: RequestBuilder, address: &str) -> Result<Response, SourceError> {
        let response = self.send_any(request, address).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(refused(response, address).await)
    }

    pub(crate) async fn send_any(&self, request: RequestBuilder, address: &str) -> Result<Response, SourceError> {
        request.send().await.map_err(|error| SourceError::Unreachable {
            address: address.to_owned(),
            // Without the address, which may hold a token.
            reason: causes(&error.without_url()),
        })
    }
}

/// Whether nobody on the way can read or change what is sent: https, or this machine alone.
pub(crate) fn is_private(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && url.host_str().is_some_and(is_loopback))
}

/// An address as logs may show it: a query may hold a token.
pub(crate) fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}

pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
}

pub(crate) async fn refused(response: Response, address: &str) -> SourceError {
    let status = response.status().as_u16();
    let text = body(response, address, LARGEST_DOCUMENT).await.unwrap_or_default();
    let text: String = String::from_utf8_lossy(&text)
        .chars()
        .filter(|it| !it.is_control())
        .take(SHOWN)
        .collect();
    SourceError::Refused {
        address: address.to_owned(),
        status,
        detail: if text.is_empty() { text } else { format!(": {text}") },
    }
}

/// A body, never more than so many bytes of it.
pub(crate) async fn body(response: Response, address: &str, limit: u64) -> Result<Vec<u8>, SourceError> {
    let too_large = || SourceError::TooLarge {
        address: address.to_owned(),
        limit,
    };
    if response.content_length().is_some_and(|it| it > limit) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let mut stream = response.bytes_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| SourceError::Unreachable {
            address: address.to_owned(),
            reason: causes(&error.without_url()),
        })?;
        if (bytes.len() + chunk.len()) as u64 > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// An error of a limit, as one of a document, whose limit nobody sets.
pub(crate) fn of_document(error: SourceError) -> SourceError {
    match error {
        SourceError::TooLarge { address, limit } => SourceError::DocumentTooLarge { address, limit },
        other => other,
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
