use deepfix_config::{LogConfig, LogFormat, TelemetryConfig};
use tracing_subscriber::{EnvFilter, Layer as _, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::telemetry::{self, Telemetry};

/// Starts logging to standard error, and traces and logs to where `[telemetry]` says, if anywhere.
pub(crate) fn start(config: &LogConfig, telemetry: &TelemetryConfig) -> anyhow::Result<Option<Telemetry>> {
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let log = match config.format {
        LogFormat::Text => log
            .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
            .boxed(),
        LogFormat::Json => log.json().flatten_event(true).boxed(),
    };
    let telemetry = telemetry::start(telemetry)?;
    let records = match &telemetry {
        None => None,
        Some(telemetry) => Some(telemetry.records(filter(config)?)),
    };
    let traces = telemetry.as_ref().map(Telemetry::layer);
    tracing_subscriber::registry()
        .with(log.with_filter(filter(config)?))
        .with(records)
        .with(traces)
        .init();
    Ok(telemetry)
}

fn filter(config: &LogConfig) -> anyhow::Result<EnvFilter> {
    let filter = EnvFilter::try_new(&config.level)
        .map_err(|error| anyhow::anyhow!("`[log] level`: found `{}`: {error}", config.level))?;
    // Spans with what traces alone want to know.
    Ok(filter.add_directive("deepfix::trace=off".parse()?))
}

/// Only warnings, for commands whose result is on standard output.
pub(crate) fn start_quiet() {
    let filter = EnvFilter::try_from_env("DEEPFIX_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
    let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(ansi)
        .init();
}
