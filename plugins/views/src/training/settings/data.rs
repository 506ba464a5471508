//! What the model is given, and in which form.

use crate::training::params::{Param, Params, boolean, number, raw, switch};
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
    /// smoothing, mix-up, augmentation, stochastic depth.
    #[must_use]
    pub fn hardened_training(&self) -> Option<Param<bool>> {
        let active = |json: &Json| match json {
            Json::Array(items) => Some(!items.is_empty()),
            other => boolean(other).or_else(|| number(other).map(|it| it > 0.0)).or_else(|| {
                other
                    .as_str()
                    .map(|it| !matches!(it.trim().to_lowercase().as_str(), "" | "none" | "no" | "off"))
            }),
        };
        [
            "label_smoothing",
            "label_smoothing_factor",
            "mixup",
            "mixup_alpha",
            "cutmix",
            "augment",
            "augmentation",
            "augmentations",
            "data_augmentation",
            "auto_augment",
            "randaugment",
            "drop_path",
            "drop_path_rate",
            "stochastic_depth",
            "noise_std",
            "gaussian_noise",
        ]
        .iter()
        .find_map(|name| self.find(&[*name], active).filter(|it| it.value))
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
