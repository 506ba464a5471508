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
fn settings_of_the_evaluation_are_none_of_the_training() {
    let both = json!({"eval_loader": {"shuffle": false, "batch_size": 512}, "train_loader": {"shuffle": true, "batch_size": 32}});
    assert_eq!(params(both.clone()).batch_size().map(|it| it.value), Some(32.0));
    assert_eq!(params(both).shuffle().map(|it| it.value), Some(true));
    assert_eq!(params(json!({"validation": {"shuffle": false}})).shuffle(), None);
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

#[test]
fn alpha_and_lambda_are_penalties_only_where_the_model_says_so() {
    let decay = |json: Json| params(json).weight_decay().map(|it| it.value);
    assert_eq!(decay(json!({"model_name": "MLPClassifier", "alpha": 0.5})), Some(0.5));
    assert_eq!(decay(json!({"model_name": "Ridge", "alpha": 2.0})), Some(2.0));
    assert_eq!(
        decay(json!({"estimator": "XGBClassifier", "reg_lambda": 3.0})),
        Some(3.0)
    );
    for other in [
        json!({"alpha": 0.4}),
        json!({"model_name": "resnet18", "alpha": 0.4, "mixup": true}),
        json!({"model_name": "llama-7b", "lora": {"alpha": 16}}),
        json!({"model_name": "MLPClassifier", "mixup": {"alpha": 0.4}}),
        json!({"model_name": "MLPClassifier", "focal": {"alpha": 0.25}}),
        json!({"model_name": "resnet18", "reg_lambda": 1.0}),
    ] {
        assert_eq!(decay(other.clone()), None, "{other}");
    }
    assert_eq!(
        decay(json!({"model_name": "resnet18", "alpha": 0.4, "weight_decay": 1e-4})),
        Some(1e-4)
    );
}

#[test]
fn a_mixup_alpha_explains_no_poor_model() {
    assert!(params(json!({"mixup_alpha": 0.4})).weight_decay().is_none());
}

#[test]
fn augmentation_is_known_by_any_of_its_names() {
    for hardened in [
        json!({"mixup_alpha": 0.2}),
        json!({"use_random_crop": true}),
        json!({"hflip_prob": 0.5}),
        json!({"train_transforms": ["RandomResizedCrop", "RandomHorizontalFlip"]}),
        json!({"transform": "RandAugment(2, 9)"}),
        json!({"aug": "heavy"}),
        json!({"label_smoothing_factor": 0.1}),
        json!({"color_jitter": 0.4}),
    ] {
        assert!(params(hardened.clone()).hardened_training().is_some(), "{hardened}");
    }
    for plain in [
        json!({"mixup_alpha": 0.0}),
        json!({"augment": false}),
        json!({"augmentation": "none"}),
        json!({"center_crop": 224}),
        json!({"model_name": "MLPClassifier", "seed": 3}),
    ] {
        assert!(params(plain.clone()).hardened_training().is_none(), "{plain}");
    }
}

#[test]
fn a_model_of_tables_is_told_from_others() {
    assert!(params(json!({"model_name": "MLPClassifier"})).is_of_tables());
    assert!(params(json!({"hidden_sizes": [16], "optimizer": "adam"})).is_of_tables());
    for other in [
        json!({"model_name": "resnet50", "optimizer": "sgd"}),
        json!({"hidden_sizes": [16], "image_size": 224}),
        json!({"model_name": "bert-base-uncased"}),
        json!({"model_name": "distilbert", "lr_scheduler_type": "linear"}),
        json!({"lr_scheduler_type": "linear", "grad_scaler": true, "mlp_ratio": 4.0}),
        json!({"optimizer": "adam", "learning_rate": 0.1}),
    ] {
        let of = params(other.clone());
        assert!(!of.is_of_tables() || of.is_of_others(), "{other}");
    }
}

#[test]
fn clipping_of_gradients_is_no_model_of_images() {
    for clipped in [
        json!({"hidden_sizes": [16], "gradient_clip": 1.0}),
        json!({"model_name": "MLPRegressor", "gradient_clip_val": null, "gradient_clip_algorithm": "norm"}),
    ] {
        assert!(!params(clipped.clone()).is_of_others(), "{clipped}");
    }
    assert!(params(json!({"model_name": "clip-vit-base", "hidden_sizes": [16]})).is_of_others());
}

#[test]
fn a_number_alone_is_a_count_of_layers_or_a_width_and_no_list() {
    assert_eq!(params(json!({"hidden_layers": "2"})).hidden_sizes(), None);
    assert_eq!(params(json!({"hidden_layer_sizes": "64, relu"})).hidden_sizes(), None);
    for list in ["[64]", "(64,)", "64,"] {
        assert_eq!(
            params(json!({"hidden_layer_sizes": list}))
                .hidden_sizes()
                .map(|it| it.value),
            Some(vec![64.0]),
            "{list}"
        );
    }
    let stack = params(json!({"hidden_dim": "64", "num_layers": "2"}));
    assert_eq!(stack.hidden_sizes().map(|it| it.value), Some(vec![64.0; 2]));
}

#[test]
fn early_stopping_is_read_as_it_was_written() {
    let written = "EarlyStopping(patience=15, restore_best_weights=True)";
    for json in [
        json!({"early_stopping": written}),
        json!({"callbacks": written}),
        json!({"callbacks": ["ReduceLROnPlateau(patience=3)", written]}),
        json!({"callbacks": format!("ReduceLROnPlateau(patience=3), {written}")}),
        json!({"callbacks": [{"class": "EarlyStopping", "patience": 15, "restore_best_weights": true}]}),
        json!({"callbacks": [{"class_name": "keras.callbacks.EarlyStopping", "config": {"patience": 15, "restore_best_weights": true}}]}),
        json!({"callbacks": {"name": "EarlyStopping", "patience": 15, "restore_best_weights": true}}),
    ] {
        let params = params(json.clone());
        assert_eq!(params.early_stopping().map(|it| it.value), Some(true), "{json}");
        assert_eq!(params.patience().map(|it| it.value), Some(15.0), "{json}");
        assert_eq!(params.restores_best().map(|it| it.value), Some(true), "{json}");
    }
    // A list is no value to quote: the text in it is.
    let listed =
        params(json!({"callbacks": ["TensorBoard()", {"class": "EarlyStopping", "patience": 15}]})).early_stopping();
    let listed = listed.map(|it| (it.raw, it.source.pointer));
    let text = Value::Text("EarlyStopping".to_owned());
    assert_eq!(listed, Some((text, "/params/callbacks/1/class".to_owned())));
    for json in [
        json!({"es_patience": 8}),
        json!({"early_stop": 8}),
        json!({"early_stopping": "8"}),
    ] {
        let params = params(json.clone());
        assert_eq!(params.early_stopping().map(|it| it.value), Some(true), "{json}");
        assert_eq!(params.patience().map(|it| it.value), Some(8.0), "{json}");
    }
}

#[test]
fn what_is_no_early_stopping_is_not_read_as_one() {
    for json in [
        json!({"callbacks": ["ModelCheckpoint", "ReduceLROnPlateau(patience=3)"]}),
        json!({"callbacks": "no early stopping"}),
        json!({"callbacks": [{"class": "ReduceLROnPlateau", "patience": 3}]}),
        json!({"name": "early stopping study"}),
    ] {
        let params = params(json.clone());
        assert_eq!(params.early_stopping(), None, "{json}");
        assert_eq!(params.patience(), None, "{json}");
    }
    for json in [
        json!({"early_stopping": 0}),
        json!({"early_stopping": "off"}),
        json!({"early_stopping": false, "callbacks": []}),
    ] {
        assert_eq!(
            params(json.clone()).early_stopping().map(|it| it.value),
            Some(false),
            "{json}"
        );
    }
    // The switch alone tells no patience.
    assert_eq!(params(json!({"early_stopping": 1})).patience(), None);
    assert_eq!(params(json!({"early_stopping": "EarlyStopping()"})).patience(), None);
}
