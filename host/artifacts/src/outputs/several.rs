//! Several runs and several models in one place, of which nothing tells what belongs to what.

use std::collections::BTreeSet;

use super::{
    homes::{SPLITS, above, name, parent},
    is_events,
    lightning::{is_version, version},
};

/// Words in the names of models that tell of a moment of a training, not of which training it is.
const MOMENTS: [&str; 18] = [
    "acc",
    "accuracy",
    "best",
    "checkpoint",
    "ckpt",
    "epoch",
    "final",
    "index",
    "last",
    "loss",
    "model",
    "net",
    "of",
    "pytorch",
    "step",
    "val",
    "weights",
    "state",
];

/// The runs and the models of a training.
#[derive(Debug, Clone, Default)]
pub(super) struct Several<'a> {
    /// Folders or files of runs.
    runs: BTreeSet<&'a str>,
    /// Folders and names of models.
    models: BTreeSet<(&'a str, String)>,
    /// Whether a trainer's state is there: that is read, not one of the runs.
    state: bool,
    /// Whether a model lies in a folder of one of the runs.
    within: bool,
}

impl<'a> Several<'a> {
    pub(super) fn add_log(&mut self, path: &'a str) {
        let mut folder = parent(path);
        if is_events(path) {
            if SPLITS.contains(&name(folder)) {
                folder = parent(folder.trim_end_matches('/'));
            }
            self.runs.insert(folder);
        } else if path.ends_with(".wandb") {
            self.runs.insert(path);
        } else if is_version(path) {
            self.runs.insert(folder);
        }
        self.state |= name(path) == "trainer_state.json";
    }

    pub(super) fn add_model(&mut self, path: &'a str, home: &'a str) {
        if version(path).is_some() {
            self.within = true;
            return;
        }
        self.models.insert((home, title(path)));
    }

    pub(super) fn join(&mut self, other: Self) {
        self.runs.extend(other.runs);
        self.models.extend(other.models);
        self.state |= other.state;
        self.within |= other.within;
    }

    /// Whether a model is in the folder of a run, which tells whose it is.
    pub(super) fn has_within(&self) -> bool {
        self.within
    }

    /// Whether a model may be of another run than the one that is read.
    pub(super) fn is_unclear(&self, home: &str) -> bool {
        // What lies below another run is written by the same one.
        let runs = self
            .runs
            .iter()
            .filter(|it| !above(it).any(|it| self.runs.contains(it)));
        let models = self.models.iter().filter(|it| it.0 != home || !it.1.is_empty());
        !self.state && runs.count() > 1 && models.count() > 1
    }
}

/// The name of a model without what only tells of a moment.
fn title(path: &str) -> String {
    let file = name(path).to_ascii_lowercase();
    let stem = file.rsplit_once('.').map_or(file.as_str(), |it| it.0);
    let words = stem.split(|it: char| !it.is_alphanumeric());
    let words = words.filter(|it| {
        let word = it.trim_end_matches(|it: char| it.is_ascii_digit());
        !(word.is_empty() || MOMENTS.contains(&word))
    });
    words.collect::<Vec<&str>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_has_no_moment_of_the_training() {
        for (path, expected) in [
            ("a/epoch=3-step=200-val_loss=0.25.ckpt", ""),
            ("best.pt", ""),
            ("weights/a.safetensors", "a"),
            ("run1_best.pt", "run1"),
            ("model-00001-of-00002.safetensors", ""),
        ] {
            assert_eq!(title(path), expected, "{path}");
        }
    }
}
