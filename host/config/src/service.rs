//! The sections `[history]` and `[access]`: what a server remembers, and whom it answers.

use std::{path::Path, time::Duration};

use serde::Deserialize;

use crate::{ConfigError, load::Checker};

/// What a server remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryConfig {
    /// A file of SQLite or a URL of PostgreSQL; none remembers nothing.
    pub database: Option<String>,
    /// The environment variable with the URL; it holds a password then.
    pub database_env: Option<String>,
    /// Connections to the database at once.
    pub connections: u32,
    /// How long analyses and ended jobs are kept.
    pub retention: Duration,
    /// How long one statement may take.
    pub timeout: Duration,
    /// How long an answer waits until its analysis is written down, and `/ready` for the database.
    pub patience: Duration,
}

impl Default for HistoryConfig {
    fn default() -> Self {
        Self {
            database: Some("data/deepfix.db".to_owned()),
            database_env: None,
            // A statement takes about a millisecond; more would only queue inside the database.
            connections: 8,
            retention: Duration::from_secs(90 * 24 * 60 * 60),
            // Locally a statement takes a millisecond.
            timeout: Duration::from_secs(5),
            // Longer than a slow commit, and not felt by whoever has waited for a diagnosis.
            patience: Duration::from_secs(2),
        }
    }
}

/// When a request needs an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequireKeys {
    /// On every address but loopback.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere: something before the server asks for them.
    Never,
}

/// Whom a server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessConfig {
    /// When a request needs an API key.
    pub require_keys: RequireKeys,
    /// Requests that one key may make in a minute, evenly.
    pub requests_per_minute: u32,
    /// Requests that it may make at once.
    pub burst: u32,
    /// How long a key that was looked up in the database is known without another look.
    pub key_cache: Duration,
    /// Names that the header `Host` may have beside addresses and `localhost`, where the server
    /// listens on loopback.
    pub allowed_hosts: Vec<String>,
}

impl Default for AccessConfig {
    fn default() -> Self {
        Self {
            require_keys: RequireKeys::Auto,
            // A tuning job that submits every few seconds, from ten machines.
            requests_per_minute: 600,
            burst: 100,
            // A revoked key works for so long; a database is asked once in that time and not at each request.
            key_cache: Duration::from_secs(5),
            allowed_hosts: Vec::new(),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawHistory {
    database: Option<String>,
    database_env: Option<String>,
    connections: Option<u32>,
    retention: Option<String>,
    timeout: Option<String>,
    patience: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawAccess {
    require_keys: Option<String>,
    requests_per_minute: Option<u32>,
    burst: Option<u32>,
    key_cache: Option<String>,
    allowed_hosts: Vec<String>,
}

pub(crate) fn history(checker: &Checker<'_>, raw: RawHistory) -> Result<HistoryConfig, ConfigError> {
    let default = HistoryConfig::default();
    let database = raw.database.or(default.database).filter(|it| !it.is_empty());
    let is_url = |it: &str| it.contains("://");
    Ok(HistoryConfig {
        database: database.map(|it| {
            if is_url(&it) {
                it
            } else {
                checker.path(Path::new(&it)).display().to_string()
            }
        }),
        database_env: raw.database_env.filter(|it| !it.is_empty()),
        connections: checker.at_least_one("history.connections", raw.connections.unwrap_or(default.connections))?,
        retention: checker.time("history.retention", raw.retention.as_ref(), default.retention)?,
        timeout: checker.time("history.timeout", raw.timeout.as_ref(), default.timeout)?,
        patience: checker.time("history.patience", raw.patience.as_ref(), default.patience)?,
    })
}

pub(crate) fn access(checker: &Checker<'_>, raw: &RawAccess) -> Result<AccessConfig, ConfigError> {
    let default = AccessConfig::default();
    let require_keys = match raw.require_keys.as_deref() {
        None => default.require_keys,
        Some("auto") => RequireKeys::Auto,
        Some("always") => RequireKeys::Always,
        Some("never") => RequireKeys::Never,
        Some(other) => {
            let expected = "`auto`, `always` or `never`";
            return Err(checker.wrong("access.require_keys", format!("`{other}`"), expected));
        }
    };
    let rate = raw.requests_per_minute.unwrap_or(default.requests_per_minute);
    Ok(AccessConfig {
        require_keys,
        requests_per_minute: checker.at_least_one("access.requests_per_minute", rate)?,
        burst: checker.at_least_one("access.burst", raw.burst.unwrap_or(default.burst))?,
        key_cache: checker.time("access.key_cache", raw.key_cache.as_ref(), default.key_cache)?,
        allowed_hosts: raw.allowed_hosts.iter().map(|it| it.to_lowercase()).collect(),
    })
}
