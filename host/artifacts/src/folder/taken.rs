//! What was read of a folder, and where its parts lie.

use std::collections::BTreeSet;

/// What was read of a folder so far.
#[derive(Default)]
pub(super) struct Taken {
    pub recognised: Vec<String>,
    pub warnings: Vec<String>,
    /// The files, also those that turned out to be unreadable.
    pub used: BTreeSet<String>,
    /// Whether the folder itself has parameters of the training.
    pub has_params: bool,
}

impl Taken {
    pub(super) fn add(&mut self, name: &str, what: &str) {
        self.recognised.push(format!("{name}: {what}"));
        self.used.insert(name.to_owned());
    }
}

/// What parameters of that name are.
pub(super) fn what_params(name: &str) -> &'static str {
    if name.rsplit('/').next().is_some_and(|it| it.starts_with("hparams.")) {
        "hyper-parameters of Lightning"
    } else {
        "training parameters"
    }
}

/// The folders that a file is in, the nearest first, with `/` at their ends and without the one that was named.
pub(super) fn folders_around(path: Option<&str>) -> Vec<&str> {
    let path = path.unwrap_or_default();
    let mut folders: Vec<&str> = path.match_indices('/').filter_map(|(at, _)| path.get(..=at)).collect();
    folders.reverse();
    folders
}
