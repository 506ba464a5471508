//! What is trained.

use crate::training::params::{Param, Params, boolean, number};
use serde_json::Value as Json;

impl Params {
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
                let inner = text.trim().trim_matches(['[', ']', '(', ')', ' ']);
                let parts: Vec<&str> = inner.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
                let sizes: Vec<f64> = parts.iter().filter_map(|it| it.parse().ok()).collect();
                // A number alone may be a count of layers; in brackets, or with a comma, it is a list.
                let listed = inner.len() < text.trim().len() || inner.contains(',');
                (listed && !sizes.is_empty() && sizes.len() == parts.len() && sizes.iter().all(|it: &f64| *it >= 1.0))
                    .then_some(sizes)
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
            // Of a configuration: where its weights came from. Empty for a model made anew.
            "name_or_path",
        ];
        // Adapters are put on what is trained already.
        let adapters = ["lora_r", "lora_rank", "lora_alpha", "peft_type"];
        let adapted = || {
            let rank = self.number(&adapters).is_some_and(|it| it.value > 0.0);
            let named = self.text(&adapters).is_some_and(|it| it.value != "none");
            rank || named
        };
        // That adapters are off is told beside what they would have been.
        let lora = self.find(&["use_lora"], boolean).map(|it| it.value);
        self.find(&named, boolean).is_some_and(|it| it.value) || lora.unwrap_or_else(adapted) || self.has_path(&path)
    }

    /// Whether one of these says where the first weights came from. A tokenizer comes from somewhere too.
    fn has_path(&self, names: &[&str]) -> bool {
        self.text(names).is_some_and(|it| {
            !it.name.to_ascii_lowercase().contains("tokenizer")
                && !matches!(it.value.as_str(), "none" | "false" | "scratch" | "no")
        })
    }

    /// Whether one of these parameters is there, whatever its value.
    #[must_use]
    pub fn mentions(&self, names: &[&str]) -> bool {
        self.leaves
            .iter()
            .any(|leaf| names.contains(&leaf.key.as_str()) || names.contains(&leaf.last.as_str()))
    }
}
