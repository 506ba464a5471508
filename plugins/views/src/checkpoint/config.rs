//! A model's configuration: the settings that can be compared with tensors, under the names
//! that frameworks and people give them.

use deepfix_plugin::{ArtifactKind, Source};
use serde_json::Value as Json;

use super::dtype::Dtype;

/// A setting with the place where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting<T> {
    /// Its value.
    pub value: T,
    /// Its path in the document, from `config` on.
    pub path: Vec<String>,
}

impl<T> Setting<T> {
    /// The name under which the configuration has it.
    #[must_use]
    pub fn key(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// Where it stands.
    #[must_use]
    pub fn source(&self) -> Source {
        Source::document(ArtifactKind::ModelCheckpoint, &self.path)
    }

    /// Where an element of a list stands.
    #[must_use]
    pub fn element(&self, index: usize) -> Source {
        let mut path = self.path.clone();
        path.push(index.to_string());
        Source::document(ArtifactKind::ModelCheckpoint, &path)
    }
}

/// Members that may hold the model's own settings, one level down.
const NESTED: [&str; 8] = [
    "model",
    "model_config",
    "network",
    "net",
    "mlp",
    "architecture",
    "text_config",
    "model_args",
];

/// The configuration of a checkpoint. Every setting is optional.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    json: Json,
}

impl Config {
    pub(crate) fn new(json: Json) -> Self {
        Self { json }
    }

    /// Whether there is one at all.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.json.as_object().is_some_and(|it| !it.is_empty())
    }

    /// Whether the outputs are one number rather than classes, as far as the settings say.
    #[must_use]
    pub fn is_regression(&self) -> bool {
        self.text(&["problem_type", "task", "task_type", "objective"])
            .is_some_and(|it| it.value.to_ascii_lowercase().contains("regress"))
    }

    /// The number of outputs that the settings state, from `num_labels` and its aliases.
    #[must_use]
    pub fn num_labels(&self) -> Option<Setting<u64>> {
        self.number(&[
            "num_labels",
            "num_classes",
            "n_classes",
            "nb_classes",
            "n_labels",
            "num_outputs",
            "n_outputs",
            "output_dim",
            "out_features",
            "output_size",
        ])
    }

    /// The number of names in `id2label`, `label2id`, or a list of classes.
    #[must_use]
    pub fn label_names(&self) -> Option<Setting<u64>> {
        self.find(
            &[
                "id2label",
                "label2id",
                "class_names",
                "label_names",
                "classes",
                "labels",
            ],
            |it| match it {
                Json::Object(map) if !map.is_empty() => Some(map.len() as u64),
                Json::Array(list) if !list.is_empty() => Some(list.len() as u64),
                _ => None,
            },
        )
    }

    /// What the model should put out: the stated number, else the number of label names.
    #[must_use]
    pub fn outputs(&self) -> Option<Setting<u64>> {
        self.num_labels().or_else(|| self.label_names())
    }

    /// The number of inputs.
    #[must_use]
    pub fn input_dim(&self) -> Option<Setting<u64>> {
        let keys = [
            "input_dim",
            "in_features",
            "n_features",
            "n_features_in",
            "num_features",
            "input_features",
            "input_size",
            "in_dim",
            "d_in",
            "n_inputs",
            "num_inputs",
        ];
        self.number(&keys)
    }

    /// The widths of the hidden layers.
    #[must_use]
    pub fn hidden_sizes(&self) -> Option<Setting<Vec<u64>>> {
        let keys = [
            "hidden_sizes",
            "hidden_layer_sizes",
            "hidden_dims",
            "hidden_units",
            "hidden_features",
            "hidden_layers",
            "mlp_dims",
            "layer_sizes",
        ];
        self.find(&keys, |it| match it {
            Json::Array(list) => list.iter().map(whole).collect(),
            _ => None,
        })
    }

    /// The width of the residual stream, or of every hidden layer.
    #[must_use]
    pub fn hidden_size(&self) -> Option<Setting<u64>> {
        self.number(&["hidden_size", "d_model", "n_embd", "hidden_dim", "embed_dim"])
    }

    /// The number of blocks.
    #[must_use]
    pub fn num_layers(&self) -> Option<Setting<u64>> {
        self.number(&["num_hidden_layers", "n_layer", "n_layers", "num_layers"])
    }

    /// The width of the feed-forward part of a block.
    #[must_use]
    pub fn intermediate_size(&self) -> Option<Setting<u64>> {
        self.number(&["intermediate_size", "ffn_dim", "d_ff", "n_inner", "dim_feedforward"])
    }

    /// The number of tokens.
    #[must_use]
    pub fn vocab_size(&self) -> Option<Setting<u64>> {
        self.number(&["vocab_size", "n_vocab"])
    }

    /// The element type.
    #[must_use]
    pub fn dtype(&self) -> Option<Setting<(Dtype, String)>> {
        self.find(&["torch_dtype", "dtype", "precision"], |it| {
            let text = it.as_str()?;
            Some((Dtype::of_setting(text)?, text.to_owned()))
        })
    }

    /// The activation of the hidden layers, as it is written there.
    #[must_use]
    pub fn activation(&self) -> Option<Setting<String>> {
        let keys = [
            "activation",
            "hidden_act",
            "activation_function",
            "hidden_activation",
            "act",
            "act_fn",
            "nonlinearity",
        ];
        self.text(&keys)
    }

    /// Whether the hidden layers end in a rectifier, whose output is zero for a whole half of
    /// its inputs; none where the settings do not say.
    #[must_use]
    pub fn is_relu(&self) -> Option<bool> {
        let name = self.activation()?.value.trim().to_ascii_lowercase();
        let name = name.rsplit('.').next().unwrap_or_default();
        Some(matches!(name, "relu" | "relu6" | "relu2" | "squared_relu"))
    }

    /// Whether linear layers have a bias.
    #[must_use]
    pub fn bias(&self) -> Option<Setting<bool>> {
        self.find(&["bias", "use_bias"], Json::as_bool)
    }

    /// Whether the settings say that weights were removed on purpose.
    #[must_use]
    pub fn is_pruned(&self) -> bool {
        self.mentions(&["prun", "sparsi"])
    }

    /// Whether the settings say that the weights are packed into integers.
    #[must_use]
    pub fn is_quantised(&self) -> bool {
        self.mentions(&["quanti", "load_in_8bit", "load_in_4bit"])
    }

    fn mentions(&self, stems: &[&str]) -> bool {
        let members = self.json.as_object().into_iter().flatten();
        members.into_iter().any(|(key, value)| {
            let key = key.to_ascii_lowercase();
            let nothing = match value {
                Json::Null | Json::Bool(false) => true,
                Json::Number(it) => it.as_f64() == Some(0.0),
                Json::String(it) => matches!(it.as_str(), "" | "none" | "false"),
                Json::Array(it) => it.is_empty(),
                Json::Object(it) => it.is_empty(),
                Json::Bool(true) => false,
            };
            !nothing && stems.iter().any(|stem| key.contains(stem))
        })
    }

    fn number(&self, keys: &[&str]) -> Option<Setting<u64>> {
        self.find(keys, whole)
    }

    fn text(&self, keys: &[&str]) -> Option<Setting<String>> {
        self.find(keys, |it| it.as_str().map(str::to_owned))
    }

    /// The first key that is there with a usable value, at the top or one level down.
    fn find<T>(&self, keys: &[&str], decode: impl Fn(&Json) -> Option<T>) -> Option<Setting<T>> {
        let look = |object: &Json, path: &[&str]| {
            keys.iter().find_map(|key| {
                let value = decode(object.get(*key)?)?;
                let path = path.iter().chain([key]).map(|it| (*it).to_owned()).collect();
                Some(Setting { value, path })
            })
        };
        look(&self.json, &["config"]).or_else(|| {
            NESTED
                .iter()
                .find_map(|name| look(self.json.get(*name)?, &["config", name]))
        })
    }
}

/// A whole number that is written as an integer, or as a float without a fraction.
fn whole(value: &Json) -> Option<u64> {
    value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        (number >= 0.0 && number.fract() == 0.0 && number < 1e15).then_some(number as u64)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn aliases_nesting_and_odd_types_are_read() {
        let config = Config::new(json!({
            "model": {"num_classes": 4.0, "hidden_dims": [8, 4]},
            "id2label": {"0": "a", "1": "b"}, "torch_dtype": "torch.bfloat16", "bias": "yes", "input_dim": "9",
            "pruning": {"method": "magnitude"}, "quantization_config": null,
        }));
        let labels = config.num_labels().unwrap();
        assert_eq!(
            (labels.value, labels.source().pointer.as_str()),
            (4, "/config/model/num_classes")
        );
        assert_eq!(config.hidden_sizes().unwrap().value, [8, 4]);
        assert_eq!(config.label_names().unwrap().value, 2);
        assert_eq!(config.dtype().unwrap().value.0, Dtype::Bf16);
        assert_eq!((config.bias(), config.input_dim()), (None, None));
        assert!(config.is_pruned() && !config.is_quantised());
    }

    #[test]
    fn a_configuration_of_another_type_holds_nothing() {
        for json in [json!(null), json!([1]), json!("text"), json!(3)] {
            let config = Config::new(json);
            assert!(!config.is_present() && config.outputs().is_none() && !config.is_pruned());
        }
    }
}
