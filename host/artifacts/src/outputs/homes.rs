//! Folders that are no training of their own but a part of one.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entry, is_events};

/// Folders in which frameworks and people put the parts of one training.
const PARTS: [&str; 24] = [
    "artifacts",
    "best",
    "best_checkpoint",
    "best_model",
    "checkpoint",
    "checkpoints",
    "ckpt",
    "ckpts",
    "export",
    "exports",
    "final",
    "final_model",
    "history",
    "last",
    "log",
    "logs",
    "metrics",
    "model",
    "model_checkpoint",
    "models",
    "runs",
    "tensorboard",
    "training_artifacts",
    "weights",
];
/// What folders begin with that are numbered within a training.
const NUMBERED: [&str; 8] = [
    "checkpoint-",
    "checkpoint_",
    "ckpt-",
    "ckpt_",
    "epoch",
    "global_step",
    "step",
    "version_",
];
/// Folders of TensorBoard's curves of one split each.
const SPLITS: [&str; 5] = ["train", "validation", "val", "eval", "test"];
/// The folder that a file or a folder is in, with `/` at its end; nothing for the one that was named.
pub(super) fn parent(path: &str) -> &str {
    path.rfind('/').and_then(|at| path.get(..=at)).unwrap_or_default()
}

/// The folders above one, the nearest first.
pub(super) fn above(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |it| {
        (!it.is_empty()).then(|| parent(it.trim_end_matches('/')))
    })
    .skip(1)
}

/// Whether a folder holds a part of the training that the folder above it has.
pub(super) fn is_part(folder: &str) -> bool {
    let folder = folder.trim_end_matches('/').to_ascii_lowercase();
    let (above, name) = folder.rsplit_once('/').unwrap_or(("", &folder));
    let is_run = |it: &str| it.starts_with("run-") || it.starts_with("offline-run-") || it == "latest-run";
    let is_numbered = name.ends_with(|it: char| it.is_ascii_digit()) && NUMBERED.iter().any(|it| name.starts_with(it));
    is_numbered
        || PARTS.contains(&name)
        || name.ends_with("_logs")
        || name == "tb"
        || name == "wandb"
        || (is_run(name) && (above == "wandb" || above.ends_with("/wandb")))
        || (name == "files" && is_run(above.rsplit('/').next().unwrap_or_default()))
}

/// Folders that are named after splits and have events of TensorBoard, beside another such folder.
pub(super) fn splits(files: &[Entry]) -> BTreeSet<&str> {
    let folders = files.iter().filter(|it| is_events(&it.path)).map(|it| parent(&it.path));
    let named = |folder: &str| {
        let name = folder.trim_end_matches('/');
        SPLITS.contains(&name.rsplit('/').next().unwrap_or(name))
    };
    let folders: BTreeSet<&str> = folders.filter(|it| named(it)).collect();
    let above = |it: &str| parent(it.trim_end_matches('/')).to_owned();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for folder in &folders {
        *counts.entry(above(folder)).or_insert(0) += 1;
    }
    folders
        .into_iter()
        .filter(|it| counts.get(&above(it)) > Some(&1))
        .collect()
}
