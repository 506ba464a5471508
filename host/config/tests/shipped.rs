//! The shipped deepfix.toml and the code that reads it name the same keys and the same defaults.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use deepfix_config::{AccessConfig, Config, HistoryConfig, OidcConfig, ServerConfig, TelemetryConfig, UploadsConfig};

const SECTIONS: [&str; 16] = [
    "access",
    "tls",
    "oidc",
    "oidc.login",
    "telemetry",
    "history",
    "llm",
    "server",
    "log",
    "engine",
    "knowledge",
    "mlflow",
    "artifacts",
    "limits",
    "plugins",
    "uploads",
];

fn shipped() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deepfix.toml")).unwrap()
}

fn parse(text: &str) -> Result<Config, deepfix_config::ConfigError> {
    Config::parse(Path::new("/etc/deepfix.toml"), text, std::iter::empty())
}

/// The keys of a table, as the error about an unknown one lists them.
fn keys(section: &str) -> Vec<String> {
    let error = parse(&format!("[{section}]\nno_such_key = 1\n"))
        .unwrap_err()
        .to_string();
    let list = error.split("expected").nth(1).unwrap_or_default();
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_shipped_file_names_every_key() {
    // A key that is missing in the file would be one that nobody finds.
    let text = shipped();
    for section in SECTIONS {
        let keys = keys(section);
        assert!(!keys.is_empty(), "{section}");
        let table = text.split(&format!("\n[{section}]\n")).nth(1).unwrap();
        let table = table.split("\n[").next().unwrap();
        for key in keys {
            assert!(
                table.lines().any(|line| line.starts_with(&format!("{key} =")))
                    || text.contains(&format!("\n[{section}.{key}]\n")),
                "[{section}] {key}"
            );
        }
    }
}

#[test]
fn the_shipped_file_states_the_defaults() {
    let config = parse(&shipped()).unwrap();
    assert_eq!(config.server, ServerConfig::default());
    assert_eq!(config.access, AccessConfig::default());
    assert_eq!(config.uploads, UploadsConfig::default());
    assert_eq!(config.oidc, OidcConfig::default());
    assert_eq!(config.telemetry, TelemetryConfig::default());
    assert_eq!((config.tls, config.tenants), (None, Vec::new()));
    let history = HistoryConfig::default();
    assert_eq!(config.history.database, Some("/etc/data/deepfix.db".to_owned()));
    assert_eq!(
        HistoryConfig {
            database: history.database.clone(),
            ..config.history
        },
        history
    );
    assert_eq!(config.limits, deepfix_core::Limits::default());
}
