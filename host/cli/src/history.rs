use anyhow::{Context as _, bail};
use deepfix_config::HistoryConfig;
use deepfix_history::History;

/// The database that the configuration names, and whether other servers may use it too.
pub(crate) async fn open(config: &HistoryConfig) -> anyhow::Result<Option<(History, bool)>> {
    let place = match &config.database_env {
        None => config.database.clone(),
        Some(name) => match std::env::var(name) {
            Ok(url) if !url.is_empty() => Some(url),
            _ => bail!("`[history] database_env` names {name}, which is not set: expected a URL of PostgreSQL in it"),
        },
    };
    let Some(place) = place else { return Ok(None) };
    let shared = place.contains("://");
    let history = History::open(&place, config.connections)
        .await
        .context("`[history] database`; \"\" there goes without one")?;
    Ok(Some((history.with_patience(config.timeout), shared)))
}
