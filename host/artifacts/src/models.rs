//! Which of many files is the model.

/// Endings of model files: what can be examined best comes first.
const MODELS: [(&str, u8); 18] = [
    (".safetensors.index.json", 0),
    (".bin.index.json", 0),
    (".pt.index.json", 0),
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
    (".npy", 3),
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

/// The place of the best model file among (path, size): one that can be examined well, then one
/// called best, then the one of the last step, then an index before its parts, then the largest.
#[must_use]
pub fn best_model<'a>(files: impl IntoIterator<Item = (&'a str, u64)>) -> Option<usize> {
    files
        .into_iter()
        .enumerate()
        .filter_map(|(index, (path, size))| Some((rank(path, size)?, path, index)))
        .min()
        .map(|(_, _, index)| index)
}

/// Arrays of NumPy are data more often than models: only such names are taken for a model's.
const MODEL_WORDS: [&str; 8] = [
    "model",
    "weight",
    "checkpoint",
    "ckpt",
    "param",
    "state",
    "best",
    "coef",
];

/// Whether a name is that of a model, for a file that the user names himself.
pub(crate) fn is_model(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    MODELS.iter().any(|(ending, _)| name.ends_with(ending))
}

/// Whether a file found in a folder is a model by its name and size.
pub(crate) fn is_one(path: &str, size: u64) -> bool {
    rank(path, size).is_some()
}

type Rank = (u8, u8, std::cmp::Reverse<u64>, bool, std::cmp::Reverse<u64>);

fn rank(path: &str, size: u64) -> Option<Rank> {
    let path = path.to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    if size == 0 || NO_MODELS.iter().any(|it| name.starts_with(it)) {
        return None;
    }
    let is_array = name.ends_with(".npy") || name.ends_with(".npz");
    if is_array && !MODEL_WORDS.iter().any(|it| name.contains(it)) {
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
    let is_part = !name.ends_with(".index.json");
    let step = std::cmp::Reverse(step(&path));
    Some((*format, called, step, is_part, std::cmp::Reverse(size)))
}

/// The largest number that follows a word for a step: `checkpoint-500`, `epoch=3-step=1200.ckpt`.
fn step(path: &str) -> u64 {
    const WORDS: [&str; 9] = [
        "checkpoint-",
        "checkpoint_",
        "step=",
        "step_",
        "step-",
        "epoch=",
        "epoch_",
        "epoch-",
        "version_",
    ];
    WORDS
        .iter()
        .filter_map(|word| number_after(path, word))
        .max()
        .unwrap_or(0)
}

/// The number behind the last occurrence of a word.
pub(crate) fn number_after(path: &str, word: &str) -> Option<u64> {
    let place = path.rfind(word)?;
    let rest = path.get(place + word.len()..)?;
    let digits = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen<'a>(files: &[(&'a str, u64)]) -> Option<&'a str> {
        best_model(files.iter().copied()).map(|it| files[it].0)
    }

    #[test]
    fn the_model_is_told_from_what_lies_around_it() {
        let it = chosen(&[
            ("checkpoint-100/model.safetensors", 9),
            ("checkpoint-500/model.safetensors", 9),
            ("checkpoint-500/optimizer.pt", 18),
            ("checkpoint-500/training_args.bin", 1),
        ]);
        assert_eq!(it, Some("checkpoint-500/model.safetensors"));
        assert_eq!(
            chosen(&[("a/last.ckpt", 9), ("a/epoch=3-best.ckpt", 9)]),
            Some("a/epoch=3-best.ckpt")
        );
        assert_eq!(
            chosen(&[("model/model.pkl", 9), ("model/data/model.pth", 9)]),
            Some("model/data/model.pth")
        );
        assert_eq!(
            chosen(&[("model/tokenizer.bin", 9), ("x.txt", 9), ("empty.pt", 0)]),
            None
        );
        assert_eq!(
            chosen(&[
                ("model-00001-of-00002.safetensors", 9),
                ("model.safetensors.index.json", 1),
                ("model-00002-of-00002.safetensors", 9),
            ]),
            Some("model.safetensors.index.json")
        );
        assert_eq!(chosen(&[("X_train.npy", 9)]), None);
        assert_eq!(chosen(&[("X_train.npy", 9), ("weights.npz", 9)]), Some("weights.npz"));
        assert!(is_model("x.npy") && !is_model("x.csv"));
        assert_eq!(number_after("version_12/x", "version_"), Some(12));
        assert_eq!(number_after("version_/x", "version_"), None);
    }
}
