//! What must be flagged in sound files, and in documents without one.

use deepfix_plugin::{ArtifactKind, Severity, testing::FakeHost};
use serde_json::{Value as Json, json};

use super::{
    assert_healthy, assert_only,
    builder::{Builder, Fill, Random, network, network_of},
    found, host, report,
};

fn relu() -> Json {
    json!({"activation": "relu"})
}

#[test]
fn values_that_are_not_finite_are_counted_and_read_again() {
    let mut values = vec![0.5_f32; 3000];
    values[2500] = f32::INFINITY;
    values[2999] = f32::NAN;
    let builder = network(&[30, 100, 4], Fill::Trained, 3).f32("layers.2.weight", &[750, 4], &values);
    let host = host(json!({}), "m.safetensors", builder.file());
    assert_only(&host, "checkpoint.nan_weights", Severity::High);
    let finding = &report(&host).analyses[0].finding;
    assert!(finding.evidence.contains("2 of 6504"), "{}", finding.evidence);
    assert!(
        finding
            .facts
            .iter()
            .any(|it| it.label.contains("element 2500") && it.source.is_some())
    );
}

#[test]
fn half_precision_overflow_is_told_from_divergence() {
    let infinite = Builder::default().raw("a.weight", "F16", &[2, 2], vec![0, 60, 0, 124, 0, 56, 1, 60]);
    let text = report(&host(json!({}), "m.safetensors", infinite.file())).analyses[0]
        .finding
        .description
        .clone();
    assert!(text.contains("float16"), "{text}");
    let all = Builder::default().f32("a.weight", &[2, 2], &[f32::NAN; 4]);
    let text = report(&host(json!({}), "m.safetensors", all.file())).analyses[0]
        .finding
        .description
        .clone();
    assert!(text.contains("100 %"), "{text}");
}

#[test]
fn every_common_initialisation_is_recognised() {
    for seed in 0..60 {
        for fill in [Fill::He, Fill::Torch, Fill::Glorot] {
            let host = host(relu(), "m.safetensors", network(&[9, 32, 16, 4], fill, seed).file());
            assert_only(&host, "checkpoint.untrained", Severity::High);
        }
    }
    let wide = network(&[300, 512, 256, 10], Fill::He, 1);
    assert_only(
        &host(relu(), "m.safetensors", wide.file()),
        "checkpoint.untrained",
        Severity::High,
    );
}

#[test]
fn uniform_weights_without_biases_are_recognised_by_their_edge() {
    let bare = network_of(&[9, 32, 16, 4], |_| Fill::Torch, 5, false);
    assert_only(
        &host(relu(), "m.safetensors", bare.file()),
        "checkpoint.untrained",
        Severity::Medium,
    );
}

#[test]
fn networks_of_zeros_and_untouched_adapters_are_untrained() {
    let zeros = Builder::default()
        .f32("a.weight", &[3, 9], &[0.0; 27])
        .f32("a.bias", &[3], &[0.0; 3]);
    assert_only(
        &host(relu(), "m.safetensors", zeros.file()),
        "checkpoint.untrained",
        Severity::High,
    );
    let adapter = Builder::default().f32("q_proj.lora_A.weight", &[2, 8], &[0.3; 16]).f32(
        "q_proj.lora_B.weight",
        &[8, 2],
        &[0.0; 16],
    );
    assert_only(
        &host(json!({}), "adapter_model.safetensors", adapter.file()),
        "checkpoint.untrained",
        Severity::High,
    );
    let trained = Builder::default().f32("q_proj.lora_A.weight", &[2, 8], &[0.3; 16]).f32(
        "q_proj.lora_B.weight",
        &[8, 2],
        &[0.01; 16],
    );
    assert_healthy(&host(json!({}), "adapter_model.safetensors", trained.file()));
}

#[test]
fn units_that_cannot_fire_are_dead_whatever_the_orientation() {
    let mut random = Random(7);
    let weights: Vec<f32> = (0..320).map(|_| random.normal(0.45)).collect();
    let biases: Vec<f32> = (0..32).map(|unit| if unit % 2 == 0 { -20.0 } else { 0.1 }).collect();
    let next = network(&[32, 3], Fill::Trained, 4);
    let torch = next
        .clone()
        .f32("a.weight", &[32, 10], &weights)
        .f32("a.bias", &[32], &biases);
    assert_only(
        &host(relu(), "m.safetensors", torch.file()),
        "checkpoint.dead_units",
        Severity::High,
    );
    let head: Vec<f32> = (0..96).map(|_| random.normal(0.3)).collect();
    let keras = Builder::default()
        .f32("dense/kernel:0", &[10, 32], &weights)
        .f32("dense/bias:0", &[32], &biases)
        .f32("dense_1/kernel:0", &[32, 3], &head)
        .f32("dense_1/bias:0", &[3], &[0.1, 0.2, 0.3]);
    assert_only(
        &host(relu(), "m.safetensors", keras.file()),
        "checkpoint.dead_units",
        Severity::High,
    );
    let unknown = found(&host(json!({}), "m.safetensors", torch.file()));
    assert_eq!(unknown, [("checkpoint.dead_units".to_owned(), Severity::Medium)]);
}

#[test]
fn rows_of_zeros_are_empty_units() {
    let mut random = Random(7);
    let weights: Vec<f32> = (0..320)
        .map(|index| if index < 120 { 0.0 } else { random.normal(0.45) })
        .collect();
    let builder = network(&[32, 3], Fill::Trained, 4)
        .f32("a.weight", &[32, 10], &weights)
        .f32("a.bias", &[32], &[0.1; 32]);
    let host = host(relu(), "m.safetensors", builder.file());
    assert_only(&host, "checkpoint.dead_units", Severity::Medium);
    assert!(report(&host).analyses[0].finding.description.contains("12 of 32 units"));
}

#[test]
fn each_width_that_a_configuration_gets_wrong_is_named() {
    let file = network(&[9, 32, 16, 4], Fill::Trained, 1).file();
    for (config, word) in [
        (json!({"hidden_sizes": [32, 16, 8]}), "3 hidden layers"),
        (json!({"hidden_sizes": [64, 16]}), "layers.0.weight"),
        (json!({"input_dim": 10}), "takes 9 inputs"),
        (json!({"n_features": 3}), "n_features"),
        (json!({"num_labels": 5}), "gives 4"),
        (json!({"id2label": {"0": "a", "1": "b"}}), "id2label"),
        (json!({"hidden_size": 128}), "hidden_size"),
    ] {
        let host = host(config, "m.safetensors", file.clone());
        assert_only(&host, "checkpoint.config_mismatch", Severity::High);
        let text = report(&host).analyses[0].finding.evidence.clone();
        assert!(text.contains(word), "{word}: {text}");
    }
    for config in [
        json!({"bias": false}),
        json!({"num_layers": 9}),
        json!({"num_labels": 4, "class_names": ["a"]}),
    ] {
        assert_only(
            &host(config, "m.safetensors", file.clone()),
            "checkpoint.config_mismatch",
            Severity::Medium,
        );
    }
    let host = host(json!({"torch_dtype": "bfloat16"}), "m.safetensors", file);
    assert_only(&host, "checkpoint.config_mismatch", Severity::Low);
}

#[test]
fn blocks_and_vocabulary_of_a_language_model_are_compared() {
    let mut random = Random(4);
    let mut values =
        |count: usize| -> Vec<f32> { (0..count).map(|_| random.normal(0.1) * random.normal(1.0)).collect() };
    let mut builder = Builder::default().f32("wte.weight", &[64, 16], &values(1024));
    for block in 0..3 {
        builder = builder.f32(&format!("h.{block}.attn.c_attn.weight"), &[16, 48], &values(768));
    }
    let file = builder.file();
    for config in [
        json!({"n_layer": 12}),
        json!({"vocab_size": 50_257}),
        json!({"n_embd": 768}),
    ] {
        let it = host(config.clone(), "m.safetensors", file.clone());
        assert_only(&it, "checkpoint.config_mismatch", Severity::High);
        let shard = found(&host(config.clone(), "model-00001-of-00002.safetensors", file.clone()));
        assert_eq!(shard.is_empty(), config.get("vocab_size").is_none(), "{config}");
    }
}

#[test]
fn exploded_hidden_layers_are_flagged() {
    let mut random = Random(1);
    let mut values = |count: usize| -> Vec<f32> { (0..count).map(|_| random.normal(200.0)).collect() };
    let builder = network(&[9, 32], Fill::Trained, 4)
        .f32("layers.1.weight", &[16, 32], &values(512))
        .f32("layers.2.weight", &[4, 16], &values(64));
    assert_only(
        &host(json!({}), "m.safetensors", builder.file()),
        "checkpoint.exploded_weights",
        Severity::Low,
    );
}

fn estimator(model: &str, hyperparameters: &Json) -> FakeHost {
    let document = json!({"path": null, "model_type": model, "hyperparameters": hyperparameters});
    FakeHost::new().with_document(ArtifactKind::ModelCheckpoint, document)
}

#[test]
fn estimators_that_can_store_their_rows_are_a_low_remark() {
    let code = "checkpoint.unregularised_model";
    let tree = json!({"max_depth": null, "max_leaf_nodes": null, "min_samples_leaf": 1, "min_samples_split": 2,
        "ccp_alpha": 0.0});
    assert_only(&estimator("DecisionTreeClassifier", &tree), code, Severity::Low);
    assert_only(
        &estimator("KNeighborsRegressor", &json!({"n_neighbors": 1})),
        code,
        Severity::Low,
    );
    let boosting = json!({"n_estimators": 5000, "learning_rate": 0.1, "n_iter_no_change": null});
    assert_only(&estimator("GradientBoostingClassifier", &boosting), code, Severity::Low);
}

#[test]
fn bounded_estimators_and_forests_are_left_alone() {
    let free = json!({"max_depth": null, "min_samples_leaf": 1, "ccp_alpha": 0.0});
    assert_healthy(&estimator("RandomForestClassifier", &free));
    assert_healthy(&estimator("DecisionTreeClassifier", &json!({"max_depth": 4})));
    assert_healthy(&estimator(
        "DecisionTreeClassifier",
        &json!({"max_depth": null, "min_samples_leaf": 5}),
    ));
    assert_healthy(&estimator("DecisionTreeClassifier", &json!({})));
    let stopped = json!({"max_iter": 2000, "learning_rate": 0.1, "early_stopping": "auto"});
    assert_healthy(&estimator("HistGradientBoostingClassifier", &stopped));
}

#[test]
fn settings_that_contradict_each_other_need_no_file() {
    let document = json!({"path": null, "config": {"num_labels": 5, "id2label": {"0": "a", "1": "b", "2": "c"}}});
    let host = FakeHost::new().with_document(ArtifactKind::ModelCheckpoint, document);
    assert_only(&host, "checkpoint.config_mismatch", Severity::Medium);
}
