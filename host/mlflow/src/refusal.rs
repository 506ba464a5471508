//! What went wrong with a request, in words that say what would help.

use reqwest::{
    Response, StatusCode,
    header::{CONTENT_TYPE, LOCATION},
};

use crate::{
    MlflowError,
    client::{Client, MAX_ERROR},
    error::shown,
    retry::{Again, Failure},
    wire::ErrorBody,
};

impl Client {
    pub(crate) async fn refusal(&self, response: Response, doing: &str) -> MlflowError {
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

    pub(crate) fn not_json(&self, status: StatusCode, content_type: String, bytes: &[u8], doing: &str) -> MlflowError {
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

    /// A connection that was not made or that dropped may be made the next time. Who kept still for the whole of
    /// the time-out is not given it again.
    pub(crate) fn failure(&self, error: &reqwest::Error, doing: &str) -> Failure {
        let may_pass =
            !error.is_timeout() && (error.is_connect() || error.is_request() || error.is_body() || error.is_decode());
        Failure {
            error: self.transport(error, doing),
            again: if may_pass { Again::Soon } else { Again::Never },
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

    pub(crate) fn unreachable(&self, reason: &str) -> MlflowError {
        MlflowError::Unreachable {
            uri: self.base.clone(),
            reason: reason.to_owned(),
        }
    }
}

pub(crate) fn content_type(response: &Response) -> String {
    let value = response.headers().get(CONTENT_TYPE);
    value.map_or_else(
        || "no content type".to_owned(),
        |it| shown(&String::from_utf8_lossy(it.as_bytes())),
    )
}

/// Only the last cause says what happened; reqwest's own message repeats the URL.
pub(crate) fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
