/// What kind of thing went wrong. The names appear in responses and logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request itself is wrong: its schema, its size, or what the endpoint says of it.
    Invalid,
    /// The endpoint does not accept the key.
    Denied,
    /// Too many requests, for longer than there is time.
    RateLimited,
    /// What was paid for is used up.
    QuotaExhausted,
    /// No connection, a fault of the endpoint, or a broken answer.
    Unavailable,
    /// It did not answer in time.
    TimedOut,
    /// The answer ended at the token limit, also with more tokens.
    Truncated,
    /// The model refused.
    Refused,
    /// A content filter held the answer back.
    Filtered,
    /// The answer is no chat completion: not JSON, too large, another content type.
    Malformed,
    /// The answer does not satisfy the schema, also after the repairs.
    SchemaMismatch,
    /// A completion without any content.
    Empty,
    /// The budget of this request is used up.
    BudgetExceeded,
    /// A replay has no such exchange.
    NotRecorded,
    /// The answer repeats the instructions or a secret.
    Leaked,
}

impl ErrorKind {
    /// Whether a model was at work before it: its tokens are billed though nothing came of them.
    pub(crate) fn is_answered(self) -> bool {
        matches!(
            self,
            Self::Refused | Self::Filtered | Self::Malformed | Self::Empty | Self::Leaked
        )
    }

    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Denied => "denied",
            Self::RateLimited => "rate_limited",
            Self::QuotaExhausted => "quota_exhausted",
            Self::Unavailable => "unavailable",
            Self::TimedOut => "timed_out",
            Self::Truncated => "truncated",
            Self::Refused => "refused",
            Self::Filtered => "filtered",
            Self::Malformed => "malformed",
            Self::SchemaMismatch => "schema_mismatch",
            Self::Empty => "empty",
            Self::BudgetExceeded => "budget_exceeded",
            Self::NotRecorded => "not_recorded",
            Self::Leaked => "leaked",
        }
    }

    /// The kind of a stable name.
    #[must_use]
    pub(crate) fn of(name: &str) -> Option<Self> {
        [
            Self::Invalid,
            Self::Denied,
            Self::RateLimited,
            Self::QuotaExhausted,
            Self::Unavailable,
            Self::TimedOut,
            Self::Truncated,
            Self::Refused,
            Self::Filtered,
            Self::Malformed,
            Self::SchemaMismatch,
            Self::Empty,
            Self::BudgetExceeded,
            Self::NotRecorded,
            Self::Leaked,
        ]
        .into_iter()
        .find(|it| it.as_str() == name)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", kind.as_str())]
pub struct LlmError {
    /// What kind of thing went wrong.
    pub kind: ErrorKind,
    /// What was tried, what was found and what was expected. Never a key, never a prompt.
    pub message: String,
}

impl LlmError {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }
}

/// Why the service cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("[llm] {key}: {message}")]
pub struct SetupError {
    /// The key of the configuration.
    pub key: &'static str,
    /// What was found and what was expected.
    pub message: String,
}

impl SetupError {
    pub(crate) fn new(key: &'static str, message: impl Into<String>) -> Self {
        Self {
            key,
            message: message.into(),
        }
    }
}
