use std::path::PathBuf;

use deepfix_core::{Problem, ProblemCode};

/// Why an experiment could not be had from MLflow.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it all")]
pub enum MlflowError {
    #[error(
        "no tracking server is configured: set `[mlflow] tracking_uri` in deepfix.toml, or name one that `[mlflow] allow` \
         has"
    )]
    NotConfigured,
    #[error("`{uri}` is no tracking URI: {reason}")]
    BadUri { uri: String, reason: String },
    #[error("`{uri}` is not allowed: add `{{ uri = \"{uri}\" }}` to `[mlflow] allow` in deepfix.toml")]
    NotAllowed { uri: String },
    #[error("the credentials for {uri} cannot be used: {reason}")]
    Credentials { uri: String, reason: String },
    #[error("{uri} cannot be reached: {reason}; is the tracking server running there?")]
    Unreachable { uri: String, reason: String },
    #[error("{uri} did not answer in time while {doing} (`[mlflow] timeout`)")]
    TimedOut { uri: String, doing: String },
    #[error("getting the run from {uri} took longer than the request may take")]
    Deadline { uri: String },
    #[error(
        "{uri} refuses the host name by which it was called (403 \"Invalid Host header\"): start it with \
         `mlflow server --allowed-hosts {host}`"
    )]
    HostRefused { uri: String, host: String },
    #[error(
        "{uri} asks who is calling (401) while {doing}: {sent}; `[mlflow] allow` in deepfix.toml names the environment \
         variables with the credentials of a server"
    )]
    Unauthorized {
        uri: String,
        doing: String,
        sent: &'static str,
    },
    #[error("{uri} forbids (403) {doing}: {message}")]
    Forbidden {
        uri: String,
        doing: String,
        message: String,
    },
    #[error(
        "{uri} is a database, which is only read: start a tracking server on it (`mlflow server --backend-store-uri`) to have \
         a diagnosis written back"
    )]
    ReadOnly { uri: String },
    #[error(
        "{uri} is a store on disk, and runs are logged to a tracking server: start one on it (`mlflow server \
         --backend-store-uri {uri}`) and name its address, such as http://127.0.0.1:5000; or write the artifacts to a \
         folder with `--out`, which `deepfix analyse` reads"
    )]
    NoServer { uri: String },
    #[error("{uri} has no {what}")]
    NotFound { uri: String, what: String },
    #[error("{uri} refuses (status {status}) {doing}: {message}")]
    Refused {
        uri: String,
        doing: String,
        status: u16,
        message: String,
    },
    #[error("{uri} failed (status {status}) while {doing}: {message}")]
    Failed {
        uri: String,
        doing: String,
        status: u16,
        message: String,
    },
    #[error(
        "{uri} answered something other than MLflow's JSON while {doing} (status {status}, {content_type}): {start}; is it \
         the root of an MLflow tracking server?"
    )]
    NotJson {
        uri: String,
        doing: String,
        status: u16,
        content_type: String,
        start: String,
    },
    #[error("{uri} redirects to `{to}` while {doing}; another origin than the allowed one is not followed")]
    Redirected { uri: String, doing: String, to: String },
    #[error("{what} has {size} bytes; at most {limit} are read ({key})")]
    TooLarge {
        what: String,
        size: u64,
        limit: u64,
        key: &'static str,
    },
    #[error("{what} ended after {got} of {size} bytes")]
    Short { what: String, got: u64, size: u64 },
    #[error("{}: {reason}", path.display())]
    Local { path: PathBuf, reason: String },
    #[error("run `{run}` of {uri} cannot be read: {reason}")]
    Unreadable { uri: String, run: String, reason: String },
    #[error("run `{run}` of {uri} holds nothing to diagnose: no metrics, no parameters and no file of a known kind")]
    Empty { uri: String, run: String },
    #[error("run `{run}` of {uri}: {problem}")]
    Content { uri: String, run: String, problem: Problem },
    #[error("{0}")]
    Filter(String),
}

impl MlflowError {
    fn code(&self) -> ProblemCode {
        match self {
            Self::NotConfigured | Self::NotAllowed { .. } => ProblemCode::SourceNotAllowed,
            Self::BadUri { .. } | Self::Filter(_) => ProblemCode::InvalidField,
            Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::HostRefused { .. }
            | Self::ReadOnly { .. }
            | Self::NoServer { .. }
            | Self::Credentials { .. } => ProblemCode::SourceDenied,
            Self::NotFound { .. } => ProblemCode::SourceNotFound,
            Self::Empty { .. } => ProblemCode::NothingToAnalyse,
            Self::Deadline { .. } => ProblemCode::TimedOut,
            Self::Content { .. }
            | Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Refused { .. }
            | Self::Failed { .. }
            | Self::NotJson { .. }
            | Self::Redirected { .. }
            | Self::TooLarge { .. }
            | Self::Short { .. }
            | Self::Unreadable { .. }
            | Self::Local { .. } => ProblemCode::SourceUnavailable,
        }
    }

    /// Whether the same would befall every other run of the same server.
    #[must_use]
    pub fn is_of_server(&self) -> bool {
        matches!(
            self,
            Self::NotConfigured
                | Self::BadUri { .. }
                | Self::NotAllowed { .. }
                | Self::Credentials { .. }
                | Self::Unreachable { .. }
                | Self::HostRefused { .. }
                | Self::Unauthorized { .. }
        )
    }

    /// Whether it concerns the one file that was asked for: it is listed and not there, too large or cut off.
    #[must_use]
    pub(crate) fn is_of_file(&self) -> bool {
        matches!(
            self,
            Self::NotFound { .. } | Self::TooLarge { .. } | Self::Short { .. } | Self::NotJson { status: 404, .. }
        )
    }

    /// Whether the same may be fine for the next run: the server was not reached, however often it was asked.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    /// As the answer to a request; the place is in its member `mlflow`.
    #[must_use]
    pub fn into_problem(self, target: &str) -> Problem {
        let pointer = match self {
            Self::NotFound { .. } | Self::Empty { .. } => format!("/mlflow/{target}"),
            Self::NotConfigured | Self::NotAllowed { .. } | Self::BadUri { .. } => "/mlflow/tracking_uri".to_owned(),
            _ => "/mlflow".to_owned(),
        };
        let mut problem = Problem::new(self.code(), self.to_string());
        problem.pointer = Some(pointer);
        problem
    }
}

/// The first characters of what a server says, on one line.
pub(crate) fn shown(text: &str) -> String {
    const SHOWN: usize = 200;
    let line: String = text
        .chars()
        .map(|it| if it.is_control() { ' ' } else { it })
        .take(SHOWN)
        .collect();
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        "nothing more".to_owned()
    } else {
        line
    }
}
