use std::path::PathBuf;

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it all")]
pub enum ConfigError {
    #[error("{}: cannot be read: {reason}", file.display())]
    Unreadable { file: PathBuf, reason: String },
    /// The parser's message shows the line with a mark below the key.
    #[error("{}: {message}", file.display())]
    Syntax { file: PathBuf, message: String },
    #[error("{}: `{key}`: found {found}, expected {expected}", file.display())]
    Value {
        file: PathBuf,
        key: String,
        found: String,
        expected: String,
    },
    #[error("environment variable {variable}: {message}")]
    Environment { variable: String, message: String },
}
