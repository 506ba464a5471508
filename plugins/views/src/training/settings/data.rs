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
                "shuffle_dataset",
                "dataset_shuffle",
                "dataloader_shuffle",
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

    /// Whether the model is one for the rows of a table, as far as its name and parameters tell.
    /// What else speaks of images or texts is [`Params::is_of_others`].
    #[must_use]
    pub fn is_of_tables(&self) -> bool {
        const KEYS: [&str; 8] = [
            "feature_scaling",
            "feature_scaler",
            "feature_normalization",
            "scale_features",
            "scaler",
            "hidden_sizes",
            "hidden_layer_sizes",
            "tabular",
        ];
        const NAMES: [&str; 7] = [
            "mlp",
            "mlpclassifier",
            "mlpregressor",
            "perceptron",
            "linear",
            "logistic",
            "tabular",
        ];
        // A schedule may be linear, and a block of a transformer have an `mlp_ratio`.
        let named = |key: &str| {
            matches!(
                key,
                "model" | "name" | "arch" | "architecture" | "network" | "net" | "estimator" | "algorithm"
            ) || key.starts_with("model_")
        };
        self.leaves.iter().any(|leaf| {
            KEYS.contains(&leaf.key.as_str())
                || named(&leaf.key)
                    && leaf.json.as_str().is_some_and(|text| {
                        let text = normalise(text);
                        NAMES.contains(&text.replace('_', "").as_str()) || text.split('_').any(|it| NAMES.contains(&it))
                    })
        })
    }

    /// Whether something speaks of images, texts or sounds: a word of a parameter or value, or the
    /// name of a family of such models within one.
    #[must_use]
    pub fn is_of_others(&self) -> bool {
        // Of a key that is the clipping of gradients, as a value the model.
        const CLIP: &str = "clip";
        const WORDS: [&str; 29] = [
            "image",
            "img",
            "pixel",
            "vit",
            "conv",
            "cnn",
            "unet",
            "rcnn",
            "token",
            "tokenizer",
            "vocab",
            "seq",
            "sequence",
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
            "deit",
            "beit",
            "qwen",
            "phi",
            "electra",
        ];
        const FAMILIES: [&str; 19] = [
            "resnet",
            "efficientnet",
            "mobilenet",
            "densenet",
            "convnext",
            "imagenet",
            "cifar",
            "mnist",
            "bert",
            "llama",
            "mistral",
            "wav2vec",
            "whisper",
            "swin",
            "yolo",
            "vgg",
            "detr",
            "gpt",
            "unet",
        ];
        let speaks = |text: &str, of_model: bool| {
            FAMILIES.iter().any(|family| text.contains(family))
                || text.split('_').any(|word| {
                    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
                    WORDS.contains(&stem) || WORDS.contains(&word) || (of_model && word == CLIP)
                })
        };
        self.leaves.iter().any(|leaf| {
            let value = leaf.json.as_str().map(normalise);
            speaks(&leaf.key, false) || value.is_some_and(|it| speaks(&it, true))
        })
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
