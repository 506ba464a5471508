/// Why something could not be done. Mirrors `types.error` of the WIT.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No such artifact, table, column, blob or passage.
    #[error("not found: {0}")]
    NotFound(String),
    /// An argument is wrong.
    #[error("invalid: {0}")]
    Invalid(String),
    /// Not granted; the message holds the configuration line that would grant it.
    #[error("denied: {0}")]
    Denied(String),
    /// One of the limits of this agent is used up; the message names it.
    #[error("budget exceeded: {0}")]
    BudgetExceeded(String),
    /// The time for this analysis, or for one call, is over.
    #[error("timed out: {0}")]
    TimedOut(String),
    /// The service behind the call is not configured or does not answer.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A fault of the host or of the plugin.
    #[error("internal error: {0}")]
    Internal(String),
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Invalid(error.to_string())
    }
}
