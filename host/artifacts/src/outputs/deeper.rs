//! Logs of metrics that lie below the folder that was named: beside its model, or alone somewhere.

use std::path::Path;

use deepfix_core::{ColumnData, Table};

use super::{Entry, LOGS, Output, read};
use crate::{csv_log, looks_like_log, models};

/// Names of a log beside a model, before those of [`LOGS`].
const BESIDE: [&str; 3] = ["metrics.csv", "training_artifacts/metrics.csv", "trainer_state.json"];
/// Names that are a log's in whatever folder: `results.csv` and the like may be anything.
pub(super) const ANYWHERE: [&str; 7] = [
    "metrics.csv",
    "trainer_state.json",
    "history.json",
    "history.csv",
    "training.log",
    "metrics.jsonl",
    "metrics.json",
];
/// Files of such names that are read until one is a log: each may be large.
const MAX_TRIED: usize = 4;

/// Whether a file is called like a log of metrics.
pub(crate) fn is_log(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    ANYWHERE.contains(&name) || LOGS.contains(&name) || name.ends_with(".wandb") || super::is_events(name)
}

/// The logs in the folders around a model, the nearest first.
pub(super) fn beside(files: &[Entry], folders: &[&str]) -> Vec<String> {
    let names = || BESIDE.iter().chain(&LOGS);
    let all = folders
        .iter()
        .flat_map(|it| names().map(move |name| format!("{it}{name}")));
    all.filter(|path| files.iter().any(|it| it.path == *path))
        .take(MAX_TRIED)
        .collect()
}

/// The logs in whatever folder. Where a model was chosen elsewhere (`beside` has the folders around it) only one that
/// is alone, in a folder without a model: else it may be of another training.
pub(super) fn anywhere<'a>(files: &'a [Entry], beside: &[&str]) -> Vec<&'a str> {
    let named = |it: &&Entry| ANYWHERE.contains(&it.path.rsplit('/').next().unwrap_or_default());
    let found: Vec<&str> = files.iter().filter(named).map(|it| it.path.as_str()).collect();
    let models: Vec<&Entry> = files.iter().filter(|it| models::is_one(&it.path, it.size)).collect();
    if models.is_empty() {
        return found.into_iter().take(MAX_TRIED).collect();
    }
    let [only] = found.as_slice() else { return Vec::new() };
    let folder = only.rsplit_once('/').map_or("", |(folder, _)| folder);
    let has_model = models.iter().any(|it| it.path.starts_with(&format!("{folder}/")));
    if has_model && !beside.iter().any(|it| it.trim_end_matches('/') == folder) {
        return Vec::new();
    }
    vec![only]
}

/// Whether one of the columns of numbers is called like a metric or a step: nearly any text can be read as a table.
fn has_metric(table: &Table) -> bool {
    let numbers = table.columns().iter().filter(|it| {
        let ColumnData::Numeric { values, present } = &it.data else {
            return false;
        };
        !values.is_empty() && (present.is_empty() || present.contains(&true))
    });
    let names: Vec<&str> = numbers.map(|it| it.name.as_str()).collect();
    looks_like_log(&names)
}

/// Reads a log that may be something else; whether it is one.
pub(super) fn attempt(folder: &Path, path: &str, into: &mut Output) -> bool {
    let read = read(folder, path).and_then(|output| match &output.table {
        Some(table) if !has_metric(table) => {
            let word = csv_log::one_column(table).map_or_else(String::new, |it| format!(": {it}"));
            Err((folder.join(path), format!("found no metric among its columns{word}")))
        }
        _ => Ok(output),
    });
    match read {
        Ok(mut output) => {
            output.warnings.splice(0..0, into.warnings.drain(..));
            output.files.append(&mut into.files);
            *into = output;
            true
        }
        Err((_, why)) => {
            into.warnings.push(format!("`{path}` was not read: {why}"));
            into.files.push(path.to_owned());
            false
        }
    }
}
