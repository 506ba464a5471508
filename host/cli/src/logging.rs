use deepfix_config::{LogConfig, LogFormat};
use tracing_subscriber::EnvFilter;

/// Starts logging to standard error, as the configuration says.
pub(crate) fn start(config: &LogConfig) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.level)
        .map_err(|error| anyhow::anyhow!("`[log] level`: found `{}`: {error}", config.level))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match config.format {
        LogFormat::Text => builder
            .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
            .init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    Ok(())
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
