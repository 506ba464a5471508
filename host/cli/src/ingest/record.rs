//! Artifacts as a run of MLflow, in the layout that DeepFix clients write.

use std::path::Path;

use anyhow::Context as _;
use deepfix_analysis::mlflow_settings;
use deepfix_mlflow::{Recorder, Settings};

use super::{
    Computed, IngestArgs,
    files::{self, Content},
};
use crate::{args::MlflowArgs, config};

/// Whether runs can be logged there, as far as the address tells.
///
/// # Errors
/// It is no tracking server.
pub(super) fn check(named: Option<&Path>, uri: &str) -> anyhow::Result<()> {
    Recorder::check(&settings(named, uri)?).context("--mlflow")
}

fn settings(named: Option<&Path>, uri: &str) -> anyhow::Result<Settings> {
    let mut config = config::load(named)?;
    // The credentials are found as for reading.
    MlflowArgs {
        tracking_uri: Some(uri.to_owned()),
        ..MlflowArgs::default()
    }
    .allow(&mut config);
    Ok(mlflow_settings(&config.mlflow))
}

/// Logs the artifacts as one run, and returns its id.
///
/// # Errors
/// The server cannot be reached or refuses; a file cannot be read.
pub(super) async fn record(
    named: Option<&Path>,
    uri: &str,
    name: &str,
    args: &IngestArgs,
    computed: Computed,
) -> anyhow::Result<String> {
    let run = match &args.model_name {
        Some(model) => format!("{name}___{model}"),
        None => name.to_owned(),
    };
    let mut tags = vec![("deepfix.dataset_name", name)];
    tags.extend(args.model_name.as_deref().map(|it| ("deepfix.model_name", it)));
    let recorder = Recorder::start(&settings(named, uri)?, &args.experiment, &run, &tags).await?;
    let id = recorder.id().to_owned();
    let logged = log(&recorder, args, &computed).await;
    let ended = recorder.end(logged.is_ok()).await;
    logged.with_context(|| format!("run {id} is not whole"))?;
    Ok(ended?)
}

async fn log(recorder: &Recorder, args: &IngestArgs, computed: &Computed) -> anyhow::Result<()> {
    for (path, content) in files::layout(args, computed)? {
        match content {
            Content::Text(text) => recorder.document(&path, text).await?,
            Content::Copy(file) => recorder.file(&path, &file).await?,
        }
    }
    Ok(())
}
