//! What the model is given, and in which form.

use crate::training::params::{Param, Params, boolean, normalise, number, raw, switch};
use serde_json::Value as Json;

impl Params {
    /// Whether the training rows are reordered in every epoch.
    #[must_use]
    pub fn shuffle(&self) -> Option<Param<bool>> {
        self.find(
            &[
                "shuffle",
                "train_shuffle",
                "shuffle_train",
                "shuffle_data",
                "shuffle_training",
                "reshuffle",
                "shuffle_train_data",
            ],
            boolean,
        )
    }

    /// How the features are scaled; `none` where they are not.
    #[must_use]
    pub fn feature_scaling(&self) -> Option<Param<String>> {
        let names = [
            "feature_scaling",
            "feature_scaler",
            "scaler",
            "scaling",
            "input_scaling",
            "normalization",
            "normalisation",
            "normalize",
            "normalise",
            "standardize",
            "standardise",
            "preprocessing_scaler",
            "feature_normalization",
            "normalize_features",
            "scale_features",
        ];
        self.find(&names, switch)
    }

    /// How the target is scaled; `none` where it is not.
    #[must_use]
    pub fn target_scaling(&self) -> Option<Param<String>> {
        let names = [
            "target_scaling",
            "target_scaler",
            "label_scaling",
            "y_scaler",
            "scale_target",
            "normalize_target",
            "target_transform",
            "target_normalization",
        ];
        self.find(&names, switch)
    }

    /// Weights per class, where they differ. `balanced` counts as differing.
    #[must_use]
    pub fn class_weights(&self) -> Option<Param<Option<f64>>> {
        let names = [
            "class_weight",
            "class_weights",
            "pos_weight",
            "scale_pos_weight",
            "loss_weight",
            "sample_weight",
        ];
        self.leaves
            .iter()
            .filter(|leaf| {
                names
                    .iter()
                    .any(|name| leaf.key == *name || leaf.key.starts_with(&format!("{name}_")))
            })
            .find_map(|leaf| {
                let ratio = match &leaf.json {
                    Json::Array(items) => {
                        let weights: Vec<f64> = items.iter().filter_map(number).filter(|it| *it > 0.0).collect();
                        let low = weights.iter().copied().fold(f64::INFINITY, f64::min);
                        let high = weights.iter().copied().fold(0.0, f64::max);
                        (high > low).then(|| Some(high / low))?
                    }
                    Json::String(text) if text.trim().eq_ignore_ascii_case("balanced") => None,
                    other => number(other).filter(|it| *it > 0.0 && *it != 1.0).map(Some)?,
                };
                Some(Param {
                    value: ratio,
                    name: leaf.name.clone(),
                    raw: raw(&leaf.json),
                    source: leaf.source.clone(),
                })
            })
    }

    /// Anything that makes the training loss harder than the validation loss on purpose: label
    /// smoothing, mix-up, augmentation, stochastic depth. Told by the words of a parameter's name,
    /// or by the names of transformations in its value (`["RandomCrop", "HorizontalFlip"]`).
    #[must_use]
    pub fn hardened_training(&self) -> Option<Param<bool>> {
        let leaf = self.leaves.iter().find(|leaf| {
            let says = |text: &str| hardens(&normalise(text));
            let active = match &leaf.json {
                Json::Array(items) => !items.is_empty(),
                other => boolean(other)
                    .or_else(|| number(other).map(|it| it > 0.0))
                    .or_else(|| other.as_str().map(is_a_name))
                    .unwrap_or(false),
            };
            let listed = match &leaf.json {
                Json::Array(items) => items.iter().filter_map(Json::as_str).any(says),
                Json::String(text) if leaf.key.contains("transform") => says(text),
                _ => false,
            };
            listed || (active && hardens(&leaf.key))
        })?;
        Some(Param {
            value: true,
            name: leaf.name.clone(),
            raw: raw(&leaf.json),
            source: leaf.source.clone(),
        })
    }

    /// Whether the model is one for the rows of a table, as far as its name and parameters tell:
    /// nothing speaks of images, texts or sounds, and something speaks of a table.
    #[must_use]
    pub fn is_of_tables(&self) -> bool {
        const OTHERS: [&str; 40] = [
            "image",
            "img",
            "pixel",
            "resnet",
            "vit",
            "conv",
            "cnn",
            "efficientnet",
            "mobilenet",
            "densenet",
            "vgg",
            "yolo",
            "unet",
            "swin",
            "clip",
            "detr",
            "rcnn",
            "token",
            "tokenizer",
            "vocab",
            "seq",
            "sequence",
            "bert",
            "roberta",
            "gpt",
            "llama",
            "t5",
            "transformer",
            "lstm",
            "gru",
            "rnn",
            "embedding",
            "lora",
            "audio",
            "mel",
            "spectrogram",
            "patch",
            "imagenet",
            "cifar",
            "mnist",
        ];
        const TABLES: [&str; 12] = [
            "feature_scaling",
            "feature_scaler",
            "scaler",
            "hidden_sizes",
            "hidden_layer_sizes",
            "mlp",
            "mlpclassifier",
            "mlpregressor",
            "perceptron",
            "linear",
            "logistic",
            "tabular",
        ];
        let words = |text: &str| normalise(text);
        let named: Vec<String> = self
            .leaves
            .iter()
            .flat_map(|leaf| std::iter::once(leaf.key.clone()).chain(leaf.json.as_str().map(words)))
            .collect();
        let other = named.iter().any(|it| {
            it.split('_').any(|word| {
                OTHERS
                    .iter()
                    .any(|known| word.trim_end_matches(|c: char| c.is_ascii_digit()) == *known || word == *known)
            })
        });
        let table = named.iter().any(|it| {
            TABLES.contains(&it.as_str())
                || TABLES.contains(&it.replace('_', "").as_str())
                || it.split('_').any(|word| TABLES.contains(&word))
        });
        table && !other
    }

    /// The number of classes that a model configuration states.
    #[must_use]
    pub fn class_count(&self) -> Option<Param<f64>> {
        self.number(&[
            "num_labels",
            "num_classes",
            "n_classes",
            "num_class",
            "output_dim",
            "out_features",
        ])
        .filter(|it| it.value >= 2.0)
    }
}

/// Whether a name says that training rows are made harder than others.
fn hardens(name: &str) -> bool {
    const WORDS: [&str; 21] = [
        "mixup",
        "cutmix",
        "cutout",
        "augment",
        "augmentation",
        "augmentations",
        "augmentor",
        "aug",
        "augs",
        "autoaugment",
        "randaugment",
        "trivialaugment",
        "augmix",
        "crop",
        "flip",
        "hflip",
        "vflip",
        "jitter",
        "erasing",
        "mosaic",
        "specaugment",
    ];
    const PAIRS: [&str; 11] = [
        "label_smoothing",
        "auto_augment",
        "rand_augment",
        "drop_path",
        "stochastic_depth",
        "noise_std",
        "gaussian_noise",
        "input_noise",
        "random_rotation",
        "random_resized",
        "random_erase",
    ];
    // A crop in the middle is the same for all rows, and belongs to evaluation.
    if name.contains("center_crop") || name.contains("crop_pct") {
        return false;
    }
    name.split('_').any(|word| WORDS.contains(&word)) || PAIRS.iter().any(|pair| name.contains(pair))
}

/// Whether a text names something, and not nothing.
fn is_a_name(text: &str) -> bool {
    !matches!(
        text.trim().to_lowercase().as_str(),
        "" | "none" | "no" | "off" | "null" | "false"
    )
}
