//! The section `[mlflow]`.

use std::{path::PathBuf, time::Duration};

use deepfix_core::deserialize_bytes as size;
use serde::Deserialize;

use crate::{ConfigError, load::Checker};

/// Where experiments of MLflow come from.
#[derive(Debug, Clone)]
pub struct MlflowConfig {
    /// The server or store of requests that name none.
    pub tracking_uri: Option<String>,
    /// Servers and stores that may be reached, with their credentials.
    pub allow: Vec<MlflowServerConfig>,
    /// Requests that one server gets at once.
    pub max_downloads: usize,
    /// The largest file that is downloaded, in bytes.
    pub max_artifact: u64,
    /// Points of all metrics of one run.
    pub max_points: usize,
    /// How long a server may keep still.
    pub timeout: Duration,
    /// The largest JSON answer, in bytes.
    pub max_answer: u64,
    /// Attempts of one read.
    pub attempts: u32,
    /// How long a read waits before its second attempt; twice as long before each further one.
    pub retry_pause: Duration,
    /// The longest pause that a server may ask for.
    pub max_retry_after: Duration,
    /// Runs of an experiment in a row, beside those under way, that may fail because their server is not reached.
    pub max_unreached: usize,
    /// Whether a request may have its diagnosis written back to the run.
    pub write_back: bool,
}

/// One server or store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MlflowServerConfig {
    /// Its tracking URI.
    pub uri: String,
    /// The environment variable with the user's name.
    pub username_env: Option<String>,
    /// The environment variable with the password.
    pub password_env: Option<String>,
    /// The environment variable with a bearer token.
    pub token_env: Option<String>,
    /// A file with a bearer token.
    pub token_file: Option<PathBuf>,
    /// Certificates that are trusted for it.
    pub ca_file: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawMlflow {
    tracking_uri: Option<String>,
    allow: Vec<RawServer>,
    max_downloads: Option<usize>,
    #[serde(deserialize_with = "size")]
    max_artifact: Option<u64>,
    max_points: Option<usize>,
    timeout: Option<String>,
    #[serde(deserialize_with = "size")]
    max_answer: Option<u64>,
    attempts: Option<u32>,
    retry_pause: Option<String>,
    max_retry_after: Option<String>,
    max_unreached: Option<usize>,
    write_back: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawServer {
    uri: String,
    #[serde(default)]
    username_env: Option<String>,
    #[serde(default)]
    password_env: Option<String>,
    #[serde(default)]
    token_env: Option<String>,
    #[serde(default)]
    token_file: Option<PathBuf>,
    #[serde(default)]
    ca_file: Option<PathBuf>,
}

/// Checks the section.
pub(crate) fn check(checker: &Checker<'_>, raw: RawMlflow) -> Result<MlflowConfig, ConfigError> {
    let allow = raw
        .allow
        .into_iter()
        .enumerate()
        .map(|(index, it)| server(checker, &format!("mlflow.allow[{index}]"), it))
        .collect::<Result<_, _>>()?;
    Ok(MlflowConfig {
        tracking_uri: raw
            .tracking_uri
            .map(|it| it.trim().to_owned())
            .filter(|it| !it.is_empty())
            .map(|it| uri(checker, &it)),
        allow,
        max_downloads: checker.at_least_one("mlflow.max_downloads", raw.max_downloads.unwrap_or(4))?,
        max_artifact: raw.max_artifact.unwrap_or(2 << 30),
        max_points: checker.at_least_one("mlflow.max_points", raw.max_points.unwrap_or(5_000_000))?,
        timeout: checker.time("mlflow.timeout", raw.timeout.as_ref(), Duration::from_secs(30))?,
        max_answer: raw.max_answer.unwrap_or(32 << 20),
        attempts: checker.at_least_one("mlflow.attempts", raw.attempts.unwrap_or(4))?,
        retry_pause: checker.time(
            "mlflow.retry_pause",
            raw.retry_pause.as_ref(),
            Duration::from_millis(200),
        )?,
        max_retry_after: checker.time(
            "mlflow.max_retry_after",
            raw.max_retry_after.as_ref(),
            Duration::from_secs(30),
        )?,
        max_unreached: checker.at_least_one("mlflow.max_unreached", raw.max_unreached.unwrap_or(5))?,
        write_back: raw.write_back.unwrap_or(false),
    })
}

fn server(checker: &Checker<'_>, key: &str, raw: RawServer) -> Result<MlflowServerConfig, ConfigError> {
    let tokens = usize::from(raw.token_env.is_some()) + usize::from(raw.token_file.is_some());
    let users = usize::from(raw.username_env.is_some());
    if tokens + users > 1 {
        return Err(checker.wrong(
            key,
            "several kinds of credentials",
            "`token_env`, `token_file` or `username_env` with `password_env`",
        ));
    }
    if raw.username_env.is_some() != raw.password_env.is_some() {
        return Err(checker.wrong(key, "one of them", "both `username_env` and `password_env`, or none"));
    }
    Ok(MlflowServerConfig {
        uri: uri(checker, &raw.uri),
        username_env: raw.username_env,
        password_env: raw.password_env,
        token_env: raw.token_env,
        token_file: raw.token_file.map(|it| checker.path(&it)),
        ca_file: raw.ca_file.map(|it| checker.path(&it)),
    })
}

/// A URI as it is; a path relative to the file, like all paths.
fn uri(checker: &Checker<'_>, text: &str) -> String {
    // Three slashes and a relative path, four and an absolute one: SQLAlchemy's way.
    if let Some(path) = text.strip_prefix("sqlite:///").filter(|it| !it.starts_with('/')) {
        return format!("sqlite:///{}", checker.path(path.as_ref()).display());
    }
    if text.contains("://") || text.starts_with("file:") {
        text.to_owned()
    } else {
        checker.path(text.as_ref()).display().to_string()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_relative_database_is_relative_to_the_file() {
        let text =
            "[mlflow]\ntracking_uri = \"sqlite:///mlflow.db\"\n[reasoner]\nname = \"R\"\ncomponent = \"r.wasm\"\n";
        let config = Config::parse(Path::new("/etc/deepfix.toml"), text, std::iter::empty()).unwrap();
        assert_eq!(config.mlflow.tracking_uri.as_deref(), Some("sqlite:////etc/mlflow.db"));
    }

    use std::path::Path;

    use crate::{Config, ConfigError};

    fn parse(text: &str) -> Result<Config, ConfigError> {
        let text = format!("{text}\n[reasoner]\nname = \"R\"\ncomponent = \"r.wasm\"\n");
        Config::parse(Path::new("/etc/deepfix.toml"), &text, std::iter::empty())
    }

    #[test]
    fn servers_come_with_the_names_of_their_credentials() {
        let config = parse(
            "[mlflow]\ntracking_uri = \"mlruns\"\nallow = [{ uri = \"https://a.example\", token_env = \"T\", ca_file = \
             \"ca.pem\" }]",
        )
        .unwrap()
        .mlflow;
        assert_eq!(config.tracking_uri.as_deref(), Some("/etc/mlruns"));
        assert_eq!(config.allow[0].token_env.as_deref(), Some("T"));
        assert_eq!(config.allow[0].ca_file.as_deref(), Some(Path::new("/etc/ca.pem")));
        assert_eq!((config.max_downloads, config.max_artifact), (4, 2 << 30));
        assert!(parse("").unwrap().mlflow.tracking_uri.is_none());
    }

    #[test]
    fn credentials_of_two_kinds_or_half_of_one_are_refused() {
        for server in [
            "token_env = \"T\", username_env = \"U\", password_env = \"P\"",
            "username_env = \"U\"",
            "password = \"secret\"",
        ] {
            let text = format!("[mlflow]\nallow = [{{ uri = \"https://a.example\", {server} }}]");
            assert!(parse(&text).is_err(), "{server}");
        }
        for nothing in ["max_downloads", "attempts", "max_unreached"] {
            assert!(parse(&format!("[mlflow]\n{nothing} = 0")).is_err(), "{nothing}");
        }
    }
}
