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
/// What folders begin with that are numbered within a training: the number follows at once, or after one sign.
const NUMBERED: [&str; 2] = ["epoch", "step"];
/// The same of frameworks: whatever lies in such a folder, it is no training of its own.
const FIXED: [&str; 4] = ["checkpoint", "ckpt", "global_step", "version"];
/// Folders of TensorBoard's curves of one split each.
pub(super) const SPLITS: [&str; 5] = ["train", "validation", "val", "eval", "test"];

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

/// The name of a folder without those above it.
pub(super) fn name(folder: &str) -> &str {
    let folder = folder.trim_end_matches('/');
    folder.rsplit('/').next().unwrap_or(folder)
}

/// Whether a folder is that of one run of Weights & Biases.
pub(super) fn is_run(folder: &str) -> bool {
    let called = name(folder);
    let is = called.starts_with("run-") || called.starts_with("offline-run-") || called == "latest-run";
    is && name(parent(folder.trim_end_matches('/'))) == "wandb"
}

/// Whether a name is one of these words and a number.
fn is_numbered(name: &str, words: &[&str]) -> bool {
    words.iter().filter_map(|it| name.strip_prefix(it)).any(|rest| {
        let number = rest.strip_prefix(['-', '_', '=']).unwrap_or(rest);
        !number.is_empty() && number.chars().all(|it| it.is_ascii_digit())
    })
}

/// Whether a folder holds a part of the training that the folder above it has, whatever is in it.
pub(super) fn is_fixed(folder: &str) -> bool {
    let called = name(folder).to_ascii_lowercase();
    is_numbered(&called, &FIXED)
        || called == "wandb"
        || (called == "files" && is_run(parent(folder.trim_end_matches('/'))))
}

/// Whether a folder holds a part of the training that the folder above it has.
pub(super) fn is_part(folder: &str) -> bool {
    let called = name(folder).to_ascii_lowercase();
    is_fixed(folder)
        || is_numbered(&called, &NUMBERED)
        || PARTS.contains(&called.as_str())
        || called.ends_with("_logs")
        || called == "tb"
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_makes_a_part_where_it_follows_the_word_at_once() {
        for part in [
            "step5/",
            "a/epoch=3/",
            "checkpoint-30/",
            "version_2/",
            "global_step100/",
            "a_logs/",
        ] {
            assert!(is_part(part), "{part}");
        }
        for other in [
            "step_size_0.1/",
            "epochs_01/",
            "steps/",
            "checkpoint-a1/",
            "wandb/run-1/",
        ] {
            assert!(!is_part(other), "{other}");
        }
        assert!(is_fixed("wandb/run-1/files/") && !is_fixed("files/"));
    }
}
