//! Which files of a run are what.

use deepfix_core::ArtifactKind;

use crate::store::Listed;

/// Folders of the layout that DeepFix clients write, and the document in each.
const DOCUMENTS: [(ArtifactKind, &str); 4] = [
    (ArtifactKind::Dataset, "dataset/dataset.yaml"),
    (ArtifactKind::Deepchecks, "deepchecks/deepchecks.yaml"),
    (ArtifactKind::ModelCheckpoint, "model_checkpoint/model_checkpoint.yaml"),
    (ArtifactKind::Training, "training_artifacts/training_artifacts.yaml"),
];
/// The training artifact in two files.
const METRICS: &str = "training_artifacts/metrics.csv";
const PARAMS: &str = "training_artifacts/params.yaml";

/// Folders that never hold a model.
const SKIPPED: [&str; 7] = ["plots", "images", "figures", "traces", "eval_results", "explanations", "logs"];

/// Endings of model files: what can be examined best comes first.
const MODELS: [(&str, u8); 14] = [
    (".safetensors", 0),
    (".ckpt", 1),
    (".pt", 1),
    (".pth", 1),
    (".bin", 1),
    (".onnx", 2),
    (".gguf", 2),
    (".keras", 2),
    (".h5", 2),
    (".npz", 2),
    (".skops", 2),
    (".pkl", 3),
    (".pickle", 3),
    (".joblib", 3),
];

/// Files with such endings that hold something else.
const NO_MODELS: [&str; 9] = [
    "optimizer",
    "scheduler",
    "rng_state",
    "training_args",
    "scaler",
    "tokenizer",
    "input_example",
    "vocab",
    "dataset",
];

/// What was found among the files of a run.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    pub documents: Vec<(ArtifactKind, Listed)>,
    pub metrics: Option<Listed>,
    pub params: Option<Listed>,
}

impl Layout {
    /// The files of DeepFix's own layout.
    pub(crate) fn of(files: &[Listed]) -> Self {
        let find = |path: &str| files.iter().find(|it| it.path == path).cloned();
        Self {
            documents: DOCUMENTS
                .iter()
                .filter_map(|(kind, path)| Some((*kind, find(path)?)))
                .collect(),
            metrics: find(METRICS),
            params: find(PARAMS),
        }
    }
}

/// Whether a folder is worth a look. Each costs a request.
pub(crate) fn is_worth(folder: &str) -> bool {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    !name.starts_with(['.', '_']) && !SKIPPED.contains(&name.to_ascii_lowercase().as_str())
}

/// The best model file: one that can be examined well, then one called best, then the one of the
/// last step, then the largest.
pub(crate) fn checkpoint(files: &[Listed]) -> Option<&Listed> {
    files
        .iter()
        .filter_map(|it| Some((rank(it)?, it)))
        .min_by(|(a, first), (b, second)| a.cmp(b).then_with(|| first.path.cmp(&second.path)))
        .map(|(_, it)| it)
}

type Rank = (u8, u8, std::cmp::Reverse<u64>, std::cmp::Reverse<u64>);

fn rank(file: &Listed) -> Option<Rank> {
    let path = file.path.to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    if file.is_folder || file.size == 0 || NO_MODELS.iter().any(|it| name.starts_with(it)) {
        return None;
    }
    let (_, format) = MODELS.iter().find(|(ending, _)| name.ends_with(ending))?;
    let called = if path.contains("best") {
        0
    } else if path.contains("last") || path.contains("final") {
        1
    } else {
        2
    };
    Some((*format, called, std::cmp::Reverse(step(&path)), std::cmp::Reverse(file.size)))
}

/// The last number that follows a word for a step: `checkpoint-500`, `epoch=3-step=1200.ckpt`.
fn step(path: &str) -> u64 {
    let mut best = 0;
    for word in ["checkpoint-", "checkpoint_", "step=", "step_", "step-", "epoch=", "epoch_", "epoch-"] {
        if let Some(place) = path.rfind(word) {
            let digits: String = path
                .get(place + word.len()..)
                .unwrap_or_default()
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            best = best.max(digits.parse().unwrap_or(0));
        }
    }
    best
}

/// A file that lies in the same folder.
pub(crate) fn beside<'a>(files: &'a [Listed], file: &Listed, name: &str) -> Option<&'a Listed> {
    let path = match file.path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{name}"),
        None => name.to_owned(),
    };
    files.iter().find(|it| it.path == path && !it.is_folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(paths: &[(&str, u64)]) -> Vec<Listed> {
        paths
            .iter()
            .map(|(path, size)| Listed {
                path: (*path).to_owned(),
                is_folder: false,
                size: *size,
            })
            .collect()
    }

    fn chosen(paths: &[(&str, u64)]) -> Option<String> {
        checkpoint(&files(paths)).map(|it| it.path.clone())
    }

    #[test]
    fn the_model_is_told_from_what_lies_around_it() {
        let it = chosen(&[
            ("checkpoint-100/model.safetensors", 9),
            ("checkpoint-500/model.safetensors", 9),
            ("checkpoint-500/optimizer.pt", 18),
            ("checkpoint-500/training_args.bin", 1),
        ]);
        assert_eq!(it.unwrap(), "checkpoint-500/model.safetensors");
        assert_eq!(
            chosen(&[("a/last.ckpt", 9), ("a/epoch=3-best.ckpt", 9)]).unwrap(),
            "a/epoch=3-best.ckpt"
        );
        assert_eq!(chosen(&[("model/model.pkl", 9), ("model/data/model.pth", 9)]).unwrap(), "model/data/model.pth");
        assert_eq!(chosen(&[("model/tokenizer.bin", 9), ("x.txt", 9), ("empty.pt", 0)]), None);
    }

    #[test]
    fn the_layout_of_clients_is_known() {
        let files = files(&[("dataset/dataset.yaml", 1), ("training_artifacts/metrics.csv", 1)]);
        let layout = Layout::of(&files);
        assert_eq!(layout.documents[0].0, ArtifactKind::Dataset);
        assert!(layout.metrics.is_some() && layout.params.is_none());
        let config = super::beside(&files, &files[0], "dataset.yaml");
        assert!(config.is_some());
    }
}
