//! Events of TensorBoard over several files.

use std::path::Path;

use super::{Entry, Failed, Output, is_events, open, table, tensorboard};
use crate::{History, models::number_after};

/// Folders in which TensorBoard's curves of one split lie, and how their names begin then.
const SPLITS: [(&str, &str); 5] = [
    ("train", "train/"),
    ("validation", "validation/"),
    ("val", "validation/"),
    ("eval", "validation/"),
    ("test", "test/"),
];

/// The file of events that was written last, by the time in its name.
pub(super) fn newest(files: &[Entry]) -> Option<&Entry> {
    let all = files.iter().filter(|it| is_events(&it.path));
    all.max_by_key(|it| (number_after(&it.path, ".tfevents."), &it.path))
}

/// All event files of one run: those of one folder, or of folders that are named after splits.
pub(super) fn events(folder: &Path, files: &[Entry]) -> Result<Option<Output>, Failed> {
    let parent = |path: &str| path.rsplit_once('/').map_or("", |(it, _)| it).to_owned();
    let split = |folder: &str| {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        SPLITS.iter().find(|(it, _)| *it == name).map(|(_, prefix)| *prefix)
    };
    // A run is the folder that has the files, or the one that has the folders of its splits.
    let run = |path: &str| {
        let folder = parent(path);
        if split(&folder).is_some() {
            parent(&folder)
        } else {
            folder
        }
    };
    let mut all: Vec<&Entry> = files.iter().filter(|it| is_events(&it.path)).collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    // Of several runs the one that was written last.
    let Some(newest) = newest(files).map(|it| run(&it.path)) else {
        return Ok(None);
    };
    let mut history = History::default();
    let mut output = Output::default();
    let mut others = std::collections::BTreeSet::new();
    for file in all {
        let own = run(&file.path);
        if own != newest {
            others.insert(own);
            continue;
        }
        let path = folder.join(&file.path);
        let prefix = split(&parent(&file.path)).unwrap_or_default();
        let stopped = open(&path)
            .and_then(|it| tensorboard::read(it, prefix, &mut history))
            .map_err(|why| (path, why))?;
        output.recognised.push(format!("{}: events of TensorBoard", file.path));
        output.files.push(file.path.clone());
        output.warnings.extend(stopped.map(|it| format!("{}: {it}", file.path)));
    }
    if !others.is_empty() {
        let names: Vec<_> = others.iter().take(5).map(String::as_str).collect();
        output.warnings.push(format!(
            "{} other runs with events of TensorBoard were not read: {}",
            others.len(),
            names.join(", ")
        ));
    }
    if !history.is_empty() {
        output.table = Some(table(history).map_err(|why| (folder.to_owned(), why))?);
    }
    Ok(Some(output))
}
