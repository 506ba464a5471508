//! From `[mlflow]` to what gets experiments from there.

use std::time::Duration;

use deepfix_config::MlflowConfig;
use deepfix_core::{Experiment, Problem};
use deepfix_mlflow::{MlflowError, Retries, Retriever, ServerSettings, Settings};

/// # Errors
/// A tracking URI cannot be read.
pub(crate) fn retriever(config: &MlflowConfig) -> Result<Retriever, MlflowError> {
    Retriever::new(mlflow_settings(config))
}

/// What `[mlflow]` says of servers, for whoever speaks to them.
#[must_use]
pub fn mlflow_settings(config: &MlflowConfig) -> Settings {
    let servers = config.allow.iter().map(|it| ServerSettings {
        uri: it.uri.clone(),
        username_env: it.username_env.clone(),
        password_env: it.password_env.clone(),
        token_env: it.token_env.clone(),
        token_file: it.token_file.clone(),
        ca_file: it.ca_file.clone(),
    });
    Settings {
        tracking_uri: config.tracking_uri.clone(),
        servers: servers.collect(),
        max_downloads: config.max_downloads,
        max_artifact: config.max_artifact,
        max_points: config.max_points,
        timeout: config.timeout,
        max_answer: config.max_answer,
        retries: Retries {
            attempts: config.attempts,
            pause: config.retry_pause,
            max_retry_after: config.max_retry_after,
        },
    }
}

/// Gets what a request names.
pub(crate) async fn fill(
    retriever: &Retriever,
    experiment: Experiment,
    time_left: Duration,
) -> Result<Experiment, Problem> {
    let target = experiment.source.as_ref().map_or("", |it| it.target.member());
    retriever
        .fill(experiment, time_left)
        .await
        .map_err(|error| error.into_problem(target))
}
