//! What is written, and under which names: the layout that DeepFix clients log to MLflow, in a folder as well.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use deepfix_artifacts::{files_of_model, looks_like_log, read_file};
use deepfix_core::ArtifactKind;
use serde_json::{Value as Json, json};

use super::{Computed, IngestArgs, document};

/// Where the model's files go.
const MODEL: &str = "best_checkpoint";

/// Columns that an error names.
const SHOWN: usize = 10;

/// One file of the layout.
pub(super) enum Content {
    /// A document, written out.
    Text(String),
    /// A file as it is.
    Copy(PathBuf),
}

/// All files of an experiment, by their paths in the layout.
///
/// # Errors
/// A file cannot be read.
pub(super) fn layout(args: &IngestArgs, computed: &Computed) -> anyhow::Result<Vec<(String, Content)>> {
    let mut files = vec![(
        "dataset/dataset.yaml".to_owned(),
        Content::Text(document::yaml(&computed.dataset)?),
    )];
    if let Some(checks) = &computed.checks {
        files.push((
            "deepchecks/deepchecks.yaml".to_owned(),
            Content::Text(document::yaml(checks)?),
        ));
    }
    if let Some(model) = &args.checkpoint {
        files.push((
            "model_checkpoint/model_checkpoint.yaml".to_owned(),
            Content::Text(document::yaml(&described(model, args.model_config.as_deref())?)?),
        ));
        for file in model_files(model) {
            files.push((format!("{MODEL}/{}", name(&file)), Content::Copy(file)));
        }
    }
    if let Some(config) = &args.model_config {
        files.push((format!("{MODEL}/config.json"), Content::Copy(config.clone())));
    }
    if let Some(metrics) = &args.metrics {
        let is_csv = metrics.extension().is_some_and(|it| it.eq_ignore_ascii_case("csv"));
        // What frameworks write is told by its name.
        let to = if is_csv {
            "training_artifacts/metrics.csv".to_owned()
        } else {
            name(metrics)
        };
        files.push((to, Content::Copy(metrics.clone())));
    }
    if let Some(params) = &args.params {
        let parsed: Json = document::read(params)?;
        files.push((
            "training_artifacts/params.yaml".to_owned(),
            Content::Text(document::yaml(&parsed)?),
        ));
    }
    Ok(files)
}

/// A model with the files that belong to it: a part alone could not be examined.
pub(super) fn model_files(model: &Path) -> Vec<PathBuf> {
    let mut files = vec![model.to_owned()];
    files.extend(files_of_model(model));
    files
}

/// The artifact of the model, as clients write it.
fn described(model: &Path, config: Option<&Path>) -> anyhow::Result<Json> {
    let config: Option<Json> = config.map(document::read).transpose()?;
    Ok(json!({
        "path": format!("{MODEL}/{}", name(model)),
        "config": config,
        "model_type": null,
        "hyperparameters": null,
        "context": null,
    }))
}

fn name(file: &Path) -> String {
    file.file_name()
        .map(|it| it.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Whether the files that the arguments name can be read, and are what they should be.
///
/// # Errors
/// Names the first that cannot, or is not.
pub(super) fn check(args: &IngestArgs) -> anyhow::Result<()> {
    let model = args.checkpoint.iter().flat_map(|it| model_files(it));
    let others = [&args.model_config, &args.metrics, &args.params];
    for file in model.chain(others.into_iter().flatten().cloned()) {
        std::fs::File::open(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    }
    for file in [&args.model_config, &args.params].into_iter().flatten() {
        document::read(file)?;
    }
    if let Some(metrics) = &args.metrics {
        log(metrics, args.mlflow.is_some())?;
    }
    Ok(())
}

/// Whether a file is a log of a training.
fn log(file: &Path, to_mlflow: bool) -> anyhow::Result<()> {
    let shown = file.display();
    let is_csv = file.extension().is_some_and(|it| it.eq_ignore_ascii_case("csv"));
    anyhow::ensure!(
        is_csv || !to_mlflow,
        "--metrics {shown}: found another file, expected CSV to log to MLflow; with --out any will do"
    );
    let read = read_file(file).map_err(|error| anyhow::anyhow!("--metrics {error}"))?;
    let artifacts = read.as_ref().map(|it| &it.experiment.artifacts);
    let table = artifacts
        .and_then(|it| it.get(ArtifactKind::Training))
        .and_then(|it| it.tables.get("metrics"));
    let names: Vec<&str> = table.map_or_else(Vec::new, |it| it.columns().iter().map(|it| it.name.as_str()).collect());
    anyhow::ensure!(
        !names.is_empty(),
        "--metrics {shown}: found no metrics, expected the log of a training"
    );
    if !looks_like_log(&names) {
        let more = names.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" (+{more})") } else { String::new() };
        let shown_names: Vec<&str> = names.into_iter().take(SHOWN).collect();
        anyhow::bail!(
            "--metrics {shown}: found the columns {}{more}, expected the log of a training: a step or an epoch, or \
             metrics such as loss, val_loss or accuracy; a table of data is given with --train or --test",
            shown_names.join(", ")
        );
    }
    Ok(())
}
