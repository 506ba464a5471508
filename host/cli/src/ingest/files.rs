//! What is written, and under which names: the layout that DeepFix clients log to MLflow, in a folder as well.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use deepfix_artifacts::files_of_model;
use serde_json::{Value as Json, json};

use super::{Computed, IngestArgs, document};

/// Where the model's files go.
const MODEL: &str = "best_checkpoint";

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

/// Whether the files that the arguments name can be read.
///
/// # Errors
/// Names the first that cannot.
pub(super) fn check(args: &IngestArgs) -> anyhow::Result<()> {
    let model = args.checkpoint.iter().flat_map(|it| model_files(it));
    let others = [&args.model_config, &args.metrics, &args.params];
    for file in model.chain(others.into_iter().flatten().cloned()) {
        std::fs::File::open(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    }
    Ok(())
}
