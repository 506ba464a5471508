use deepfix_plugin::{ArtifactKind, Value};
use serde_json::{Value as Json, json};

use crate::training::Params;

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
    let params =
        params(json!({"optimizer": {"name": "AdamW", "lr": 0.01}, "model": {"hidden_sizes": [8, 4], "dropout": 0.5}}));
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
