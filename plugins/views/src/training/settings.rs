//! What the training parameters mean, under the names that clients use.

use serde_json::Value as Json;

use super::params::{Param, Params, boolean, number, raw, switch};

impl Params {
    /// The (initial or peak) learning rate.
    #[must_use]
    pub fn learning_rate(&self) -> Option<Param<f64>> {
        self.number(&[
            "learning_rate",
            "lr",
            "base_lr",
            "initial_lr",
            "init_lr",
            "lr0",
            "learning_rate_init",
            "eta0",
            "eta",
            "max_lr",
            "optimizer_lr",
            "optimizer_learning_rate",
        ])
        .filter(|it| it.value > 0.0)
    }

    /// Rows per optimiser step on one device.
    #[must_use]
    pub fn batch_size(&self) -> Option<Param<f64>> {
        self.number(&[
            "batch_size",
            "train_batch_size",
            "per_device_train_batch_size",
            "per_gpu_train_batch_size",
            "batchsize",
            "bs",
            "minibatch_size",
            "mini_batch_size",
            "batch",
        ])
        .filter(|it| it.value >= 1.0)
    }

    /// Batches whose gradients are summed before a step.
    #[must_use]
    pub fn accumulation(&self) -> f64 {
        self.number(&[
            "gradient_accumulation_steps",
            "accumulate_grad_batches",
            "grad_accum",
            "accumulation_steps",
        ])
        .map_or(1.0, |it| it.value.max(1.0))
    }

    /// Epochs that were planned.
    #[must_use]
    pub fn epochs(&self) -> Option<Param<f64>> {
        self.number(&[
            "num_epochs",
            "epochs",
            "num_train_epochs",
            "max_epochs",
            "n_epochs",
            "nb_epochs",
            "total_epochs",
            "nepochs",
        ])
        .filter(|it| it.value >= 1.0)
    }

    /// The optimiser, in lower case.
    #[must_use]
    pub fn optimizer(&self) -> Option<Param<String>> {
        self.text(&[
            "optimizer",
            "optim",
            "optimiser",
            "optimizer_name",
            "optimizer_type",
            "solver",
            "opt",
        ])
    }

    /// Momentum of plain SGD.
    #[must_use]
    pub fn momentum(&self) -> Option<Param<f64>> {
        self.number(&["momentum", "sgd_momentum"])
    }

    /// The name of the learning-rate schedule, in lower case; `none` where the client says so
    /// in whatever way.
    #[must_use]
    pub fn scheduler(&self) -> Option<Param<String>> {
        let names = [
            "lr_scheduler",
            "lr_scheduler_type",
            "scheduler",
            "lr_schedule",
            "learning_rate_schedule",
            "scheduler_type",
            "scheduler_name",
            "lr_policy",
            "schedule",
            "decay_type",
            "lr_decay_type",
            "learning_rate_scheduler",
        ];
        self.find(&names, |json| match json {
            Json::String(text) => Some(text.trim().to_lowercase()),
            Json::Bool(false) => Some("none".to_owned()),
            _ => None,
        })
    }

    /// Steps (at least 1) or share of the run (below 1) over which the rate rises at first.
    #[must_use]
    pub fn warmup(&self) -> Option<Param<f64>> {
        self.number(&[
            "warmup_steps",
            "num_warmup_steps",
            "warmup_epochs",
            "warmup",
            "warmup_ratio",
            "warmup_iters",
        ])
    }

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

    /// The share of units dropped in training.
    #[must_use]
    pub fn dropout(&self) -> Option<Param<f64>> {
        self.number(&[
            "dropout",
            "dropout_rate",
            "dropout_prob",
            "dropout_p",
            "drop_rate",
            "hidden_dropout_prob",
            "p_dropout",
            "drop",
        ])
        .filter(|it| (0.0..=1.0).contains(&it.value))
    }

    /// The weight decay or L2 penalty.
    #[must_use]
    pub fn weight_decay(&self) -> Option<Param<f64>> {
        self.number(&[
            "weight_decay",
            "wd",
            "l2",
            "l2_reg",
            "l2_regularization",
            "l2_penalty",
            "alpha",
            "reg_lambda",
            "weight_decay_rate",
        ])
        .filter(|it| it.value >= 0.0)
    }

    /// Whether training stops when validation ceases to improve.
    #[must_use]
    pub fn early_stopping(&self) -> Option<Param<bool>> {
        let stated = self.find(
            &[
                "early_stopping",
                "early_stop",
                "use_early_stopping",
                "earlystopping",
                "early_stopping_enabled",
            ],
            boolean,
        );
        stated.or_else(|| {
            self.number(&[
                "early_stopping_patience",
                "early_stopping_rounds",
                "patience",
                "early_stop_patience",
                "n_iter_no_change",
            ])
            .filter(|it| it.name.to_lowercase().contains("stop"))
            .map(|it| Param {
                value: it.value > 0.0,
                name: it.name,
                raw: it.raw,
                source: it.source,
            })
        })
    }

    /// Epochs without improvement before training stops.
    #[must_use]
    pub fn patience(&self) -> Option<Param<f64>> {
        self.number(&[
            "early_stopping_patience",
            "patience",
            "early_stop_patience",
            "early_stopping_rounds",
            "n_iter_no_change",
        ])
        .filter(|it| it.value >= 0.0)
    }

    /// Whether the weights of the best epoch are the ones kept.
    #[must_use]
    pub fn restores_best(&self) -> Option<Param<bool>> {
        self.find(
            &[
                "restore_best_weights",
                "load_best_model_at_end",
                "restore_best",
                "save_best_only",
                "use_best_model",
                "keep_best",
            ],
            boolean,
        )
    }

    /// The norm (or value) that gradients are clipped to.
    #[must_use]
    pub fn clip(&self) -> Option<Param<f64>> {
        self.number(&[
            "gradient_clip",
            "max_grad_norm",
            "gradient_clip_val",
            "grad_clip",
            "clip_grad_norm",
            "clipnorm",
            "clipvalue",
            "clip_grad",
            "gradient_clipping",
            "clip_norm",
            "global_clipnorm",
        ])
        .filter(|it| it.value > 0.0)
    }

    /// The hidden activation, in lower case.
    #[must_use]
    pub fn activation(&self) -> Option<Param<String>> {
        self.text(&[
            "activation",
            "hidden_activation",
            "hidden_act",
            "activation_function",
            "nonlinearity",
            "act_fn",
            "act",
        ])
    }

    /// The widths of the hidden layers, from the input on.
    #[must_use]
    pub fn hidden_sizes(&self) -> Option<Param<Vec<f64>>> {
        let names = [
            "hidden_sizes",
            "hidden_layer_sizes",
            "hidden_layers",
            "hidden_dims",
            "hidden_units",
            "layer_sizes",
            "hidden_size",
            "hidden_dim",
            "units",
            "architecture_hidden_sizes",
        ];
        self.find(&names, |json| match json {
            Json::Array(items) => {
                let sizes: Vec<f64> = items.iter().filter_map(number).filter(|it| *it >= 1.0).collect();
                (!sizes.is_empty() && sizes.len() == items.len()).then_some(sizes)
            }
            Json::String(text) => {
                let inner = text.trim_matches(['[', ']', '(', ')', ' ']);
                let sizes: Vec<f64> = inner.split(',').filter_map(|it| it.trim().parse().ok()).collect();
                (!sizes.is_empty() && sizes.iter().all(|it: &f64| *it >= 1.0)).then_some(sizes)
            }
            _ => None,
        })
        .or_else(|| self.repeated_layers())
    }

    /// One width and a number of layers, as `hidden_dim: 64, num_layers: 3`.
    fn repeated_layers(&self) -> Option<Param<Vec<f64>>> {
        /// Deeper than any network that is described by two numbers.
        const DEEPEST_STACK: f64 = 1000.0;
        let layers = self.number(&["num_layers", "n_layers", "num_hidden_layers", "depth"])?;
        let width = self.number(&["hidden_size", "hidden_dim", "hidden_units", "units", "width", "d_model"])?;
        let count = layers.value.clamp(1.0, DEEPEST_STACK) as usize;
        Some(Param {
            value: vec![width.value; count],
            name: width.name,
            raw: width.raw,
            source: width.source,
        })
    }

    /// The loss function, in lower case.
    #[must_use]
    pub fn loss(&self) -> Option<Param<String>> {
        self.text(&[
            "loss",
            "loss_function",
            "criterion",
            "loss_fn",
            "objective",
            "loss_name",
        ])
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

    /// The name of the model.
    #[must_use]
    pub fn model(&self) -> Option<Param<String>> {
        self.text(&[
            "model_name",
            "model",
            "model_type",
            "estimator",
            "model_class",
            "model_name_or_path",
            "arch",
            "algorithm",
            "classifier",
            "regressor",
            "booster",
        ])
    }

    /// Whether training began from weights that were already trained, where the client says so.
    #[must_use]
    pub fn pretrained(&self) -> bool {
        let named = [
            "pretrained",
            "from_pretrained",
            "finetune",
            "fine_tune",
            "finetuning",
            "fine_tuning",
            "use_pretrained",
        ];
        let path = [
            "init_checkpoint",
            "resume_from_checkpoint",
            "resume_from",
            "pretrained_path",
            "pretrained_model",
            "pretrained_weights",
            "init_from",
            "warm_start_from",
            "base_model",
            "model_name_or_path",
        ];
        self.find(&named, boolean).is_some_and(|it| it.value)
            || self
                .text(&path)
                .is_some_and(|it| !matches!(it.value.as_str(), "none" | "false" | "scratch" | "no"))
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

    /// Whether one of these parameters is there, whatever its value.
    #[must_use]
    pub fn mentions(&self, names: &[&str]) -> bool {
        self.leaves
            .iter()
            .any(|leaf| names.contains(&leaf.key.as_str()) || names.contains(&leaf.last.as_str()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::needless_pass_by_value)]
mod tests {
    use serde_json::json;

    use deepfix_plugin::{ArtifactKind, Value};

    use super::*;

    fn params(json: Json) -> Params {
        let mut params = Params::default();
        params.add(ArtifactKind::Training, &["params"], &json);
        params
    }

    #[test]
    fn aliases_and_strings_are_understood() {
        let params = params(json!({
            "lr": "1e-3", "per_device_train_batch_size": 16, "num_train_epochs": "5", "shuffle": "False",
            "lr_scheduler_type": "Cosine", "max_grad_norm": 1.0, "feature_scaling": null, "dropoutRate": 0.2,
        }));
        assert_eq!(params.learning_rate().map(|it| it.value), Some(1e-3));
        assert_eq!(
            params.learning_rate().map(|it| it.raw),
            Some(Value::Text("1e-3".to_owned()))
        );
        assert_eq!(params.batch_size().map(|it| it.value), Some(16.0));
        assert_eq!(params.epochs().map(|it| it.value), Some(5.0));
        assert_eq!(params.shuffle().map(|it| it.value), Some(false));
        assert_eq!(params.scheduler().map(|it| it.value).as_deref(), Some("cosine"));
        assert_eq!(
            params.clip().map(|it| it.source.pointer).as_deref(),
            Some("/params/max_grad_norm")
        );
        assert_eq!(params.dropout().map(|it| it.value), Some(0.2));
        assert_eq!(params.feature_scaling(), None);
    }

    #[test]
    fn nested_configurations_are_flattened() {
        let params = params(
            json!({"optimizer": {"name": "AdamW", "lr": 0.01}, "model": {"hidden_sizes": [8, 4], "dropout": 0.5}}),
        );
        assert_eq!(
            params.learning_rate().map(|it| it.source.pointer).as_deref(),
            Some("/params/optimizer/lr")
        );
        assert_eq!(params.optimizer().map(|it| it.value).as_deref(), Some("adamw"));
        assert_eq!(params.hidden_sizes().map(|it| it.value), Some(vec![8.0, 4.0]));
    }

    #[test]
    fn two_numbers_describe_a_stack_of_layers() {
        assert_eq!(
            params(json!({"hidden_dim": 64, "num_layers": 3}))
                .hidden_sizes()
                .map(|it| it.value),
            Some(vec![64.0; 3])
        );
        assert_eq!(
            params(json!({"hidden_layer_sizes": "(100, 50)"}))
                .hidden_sizes()
                .map(|it| it.value),
            Some(vec![100.0, 50.0])
        );
    }

    #[test]
    fn equal_class_weights_are_none() {
        assert!(params(json!({"class_weight": [1.0, 1.0]})).class_weights().is_none());
        assert_eq!(
            params(json!({"class_weight": [1.0, 4.0]}))
                .class_weights()
                .map(|it| it.value),
            Some(Some(4.0))
        );
        assert_eq!(
            params(json!({"class_weight": "balanced"}))
                .class_weights()
                .map(|it| it.value),
            Some(None)
        );
    }

    #[test]
    fn wrong_types_count_as_absent() {
        let params =
            params(json!({"learning_rate": [], "batch_size": "many", "shuffle": {}, "dropout": -3, "epochs": true}));
        assert!(params.learning_rate().is_none() && params.batch_size().is_none() && params.shuffle().is_none());
        assert!(params.dropout().is_none() && params.epochs().is_none());
    }
}
