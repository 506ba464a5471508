/// Why the database did not answer.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The URL is none that is understood.
    #[error("`{found}` is no database: expected a file or `postgres://USER@HOST/NAME`")]
    Url {
        /// The URL without its password.
        found: String,
    },
    /// It cannot be opened.
    #[error("cannot open {place}: {reason}")]
    Open {
        /// The file, or the URL without its password.
        place: String,
        /// What the driver says.
        reason: String,
    },
    /// Its tables are of another version.
    #[error("cannot bring the tables up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A statement failed.
    #[error("the database: {0}")]
    Statement(#[from] sqlx::Error),
    /// It said nothing for too long.
    #[error("the database did not answer within {limit:?}")]
    TimedOut {
        /// How long it was waited for.
        limit: std::time::Duration,
    },
    /// A page's cursor is none of ours.
    #[error("found the cursor `{found}`, expected one that `next` of a page has given")]
    Cursor {
        /// As it came.
        found: String,
    },
}
