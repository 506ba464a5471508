use serde::Serialize;
use utoipa::ToSchema;

/// A stable code for a problem; the `type` of the problem document ends in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "title() says what each means")]
pub enum ProblemCode {
    MalformedJson,
    InvalidField,
    NothingToAnalyse,
    NotFound,
    MethodNotAllowed,
    PayloadTooLarge,
    UnsupportedMediaType,
    Overloaded,
    SourceNotAllowed,
    SourceNotFound,
    SourceDenied,
    SourceUnavailable,
    TimedOut,
    ShuttingDown,
    Internal,
}

impl ProblemCode {
    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MalformedJson => "malformed_json",
            Self::InvalidField => "invalid_field",
            Self::NothingToAnalyse => "nothing_to_analyse",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::PayloadTooLarge => "payload_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::Overloaded => "overloaded",
            Self::SourceNotAllowed => "source_not_allowed",
            Self::SourceNotFound => "source_not_found",
            Self::SourceDenied => "source_denied",
            Self::SourceUnavailable => "source_unavailable",
            Self::TimedOut => "timed_out",
            Self::ShuttingDown => "shutting_down",
            Self::Internal => "internal",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::MalformedJson => 400,
            Self::InvalidField | Self::NothingToAnalyse => 422,
            Self::NotFound | Self::SourceNotFound => 404,
            Self::SourceNotAllowed => 403,
            // Not 401 or 403: it is this server, not the client, that was refused there.
            Self::SourceDenied | Self::SourceUnavailable => 502,
            Self::MethodNotAllowed => 405,
            Self::PayloadTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Overloaded => 429,
            Self::ShuttingDown => 503,
            Self::TimedOut => 504,
            Self::Internal => 500,
        }
    }

    /// One line for a person.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::MalformedJson => "The body is not JSON",
            Self::InvalidField => "A field has the wrong shape",
            Self::NothingToAnalyse => "The request carries no artifact",
            Self::NotFound => "No such resource",
            Self::MethodNotAllowed => "The resource does not offer this method",
            Self::PayloadTooLarge => "The body is too large",
            Self::UnsupportedMediaType => "The body is not of a supported type",
            Self::Overloaded => "The server is busy",
            Self::SourceNotAllowed => "The source of the artifacts is not allowed",
            Self::SourceNotFound => "The source does not have what was asked for",
            Self::SourceDenied => "The source refuses access",
            Self::SourceUnavailable => "The source cannot be read",
            Self::TimedOut => "The analysis took too long",
            Self::ShuttingDown => "The server is shutting down",
            Self::Internal => "A fault of the server",
        }
    }
}

/// What is wrong with a request: RFC 9457, with the offending field, what was found there and
/// what was expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error, ToSchema)]
#[error("{title}: {detail}")]
pub struct Problem {
    /// `urn:deepfix:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// One line for a person.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: &'static str,
    /// What happened in this case.
    pub detail: String,
    /// An RFC 6901 pointer to the offending field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The request's id, for the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    /// A problem without a field.
    #[must_use]
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:deepfix:problem:{}", code.as_str()),
            title: code.title(),
            status: code.status(),
            code: code.as_str(),
            detail: detail.into(),
            pointer: None,
            found: None,
            expected: None,
            request_id: None,
        }
    }

    /// A field that has the wrong shape.
    #[must_use]
    pub fn field(pointer: impl Into<String>, found: impl Into<String>, expected: impl Into<String>) -> Self {
        let (pointer, found, expected) = (pointer.into(), found.into(), expected.into());
        Self::new(
            ProblemCode::InvalidField,
            format!("`{pointer}`: found {found}, expected {expected}"),
        )
        .at(pointer, found, expected)
    }

    /// Adds the field, what was found there and what was expected.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>, found: impl Into<String>, expected: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self.found = Some(found.into());
        self.expected = Some(expected.into());
        self
    }
}
