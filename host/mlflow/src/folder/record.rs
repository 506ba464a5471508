//! A run as its folder has it.

use std::path::Path;

use serde_json::Value as Json;

use super::{
    FolderStore,
    files::{folders, meta, names, values},
};
use crate::{
    MlflowError, RunRecord,
    local::{failed, is_elsewhere},
    run::DatasetRecord,
};

impl FolderStore {
    pub(crate) fn read(&self, folder: &Path) -> Result<RunRecord, MlflowError> {
        let meta = meta(folder)?;
        let text = |name: &str| meta.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        if text("run_id").is_empty() {
            return Err(failed(folder, "its meta.yaml is none of a run"));
        }
        // What the folder is called, which is where the run is; the file may say anything.
        let id = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let experiment = folder.parent().unwrap_or(folder);
        let mut tags = values(&folder.join("tags"))?;
        tags.sort();
        let named = tags.iter().find(|(key, _)| key == "mlflow.runName");
        let mut params = values(&folder.join("params"))?;
        params.sort();
        let mut metrics: Vec<String> = Vec::new();
        names(&folder.join("metrics"), "", 0, &mut metrics)?;
        metrics.sort();
        Ok(RunRecord {
            id,
            name: Some(text("run_name"))
                .filter(|it| !it.is_empty())
                .or_else(|| named.map(|(_, name)| name.clone()))
                .unwrap_or_default(),
            experiment_id: experiment
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            status: status(&meta).to_owned(),
            artifact_uri: files(folder, &text("artifact_uri")),
            metrics,
            params,
            tags,
            datasets: datasets(experiment, folder)?,
            models: models(folder),
            ..RunRecord::default()
        })
    }
}

/// Where the files of a run are now: a store may have been moved since the URI was written. One that leads to another system
/// stays, where there are none here: MLflow makes an empty folder for each run.
fn files(folder: &Path, written: &str) -> String {
    let here = folder.join("artifacts");
    let is_empty = std::fs::read_dir(&here).map_or(true, |mut it| it.next().is_none());
    if is_elsewhere(written) && is_empty {
        return written.to_owned();
    }
    here.display().to_string()
}

/// `status` in a run's `meta.yaml` is a number.
pub(super) fn status(meta: &Json) -> &'static str {
    match meta.get("status").and_then(Json::as_i64) {
        Some(1) => "RUNNING",
        Some(2) => "SCHEDULED",
        Some(3) => "FINISHED",
        Some(4) => "FAILED",
        Some(5) => "KILLED",
        _ => "",
    }
}

pub(super) fn start(folder: &Path) -> i64 {
    meta(folder)
        .ok()
        .and_then(|it| it.get("start_time")?.as_i64())
        .unwrap_or(0)
}

/// The models that a run logged.
fn models(run: &Path) -> Vec<String> {
    let outputs = folders(&run.join("outputs")).unwrap_or_default();
    outputs
        .iter()
        .filter_map(|it| it.file_name()?.to_str().map(str::to_owned))
        .collect()
}

fn datasets(experiment: &Path, run: &Path) -> Result<Vec<DatasetRecord>, MlflowError> {
    let inputs = run.join("inputs");
    if !inputs.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for input in folders(&inputs)? {
        let Ok(input) = meta(&input) else { continue };
        let id = input.get("source_id").and_then(Json::as_str).unwrap_or_default();
        if id.is_empty() || id.contains(['/', '\\', '.']) {
            continue;
        }
        let Ok(dataset) = meta(&experiment.join("datasets").join(id)) else {
            continue;
        };
        let text = |name: &str| dataset.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let context = input.pointer("/tags/mlflow.data.context").and_then(Json::as_str);
        found.push(DatasetRecord {
            name: text("name"),
            digest: text("digest"),
            context: context.unwrap_or_default().to_owned(),
            schema: text("schema"),
            profile: text("profile"),
        });
    }
    Ok(found)
}
