//! No artifact may make the analyzer panic, and long ones must not take long.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use deepfix_plugin::testing::{FakeHost, odd_json, odd_language, odd_number};
use deepfix_training_plugin::TrainingArtifactsAnalyzer;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const COLUMNS: [&str; 16] = [
    "epoch",
    "step",
    "train_loss",
    "loss",
    "val_loss",
    "eval_loss",
    "accuracy",
    "val_accuracy",
    "train_r2",
    "val_r2",
    "learning_rate",
    "grad_norm",
    "grad_norm/layers.0",
    "grad_norm/layers.1",
    "grad_norm/layers.2",
    "é/~",
];
const PARAMS: [&str; 16] = [
    "learning_rate",
    "lr",
    "batch_size",
    "num_epochs",
    "shuffle",
    "dropout",
    "weight_decay",
    "hidden_sizes",
    "optimizer",
    "lr_scheduler",
    "early_stopping",
    "patience",
    "class_weight",
    "activation",
    "model_name",
    "label_smoothing",
];

fn number() -> impl Strategy<Value = Json> {
    odd_number(3.0)
}

fn curve() -> impl Strategy<Value = Json> {
    prop_oneof![
        3 => prop::collection::vec(number(), 0..40).prop_map(Json::Array),
        1 => (0usize..60).prop_map(|length| json!((0..length).collect::<Vec<_>>())),
        1 => (0usize..60, number()).prop_map(|(length, value)| json!(vec![value; length])),
    ]
}

fn metrics() -> impl Strategy<Value = Json> {
    let wide = prop::collection::hash_map(prop::sample::select(&COLUMNS[..]), curve(), 0..12).prop_map(|it| json!(it));
    let row = prop::collection::hash_map(prop::sample::select(&COLUMNS[..]), number(), 0..8);
    let rows = prop::collection::vec(row, 0..30).prop_map(|it| json!(it));
    prop_oneof![4 => wide, 2 => rows, 1 => odd_json(&PARAMS)]
}

fn training() -> impl Strategy<Value = Json> {
    let known = prop::collection::hash_map(prop::sample::select(&PARAMS[..]), odd_json(&PARAMS), 0..10)
        .prop_map(|it| json!(it));
    (metrics(), prop_oneof![3 => known, 1 => odd_json(&PARAMS)])
        .prop_map(|(metrics, params)| json!({"metrics_values": metrics, "params": params}))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn odd_artifacts_are_answered_with_verified_facts(training in training(), config in odd_json(&PARAMS), language in odd_language()) {
        let host = FakeHost::from_request(json!({
            "training_artifacts": training, "model_checkpoint_artifacts": {"config": config},
            "language": language,
        }));
        let report = host.analyze::<TrainingArtifactsAnalyzer>().unwrap();
        for analysis in &report.analyses {
            prop_assert_eq!(host.verify(analysis), Vec::<String>::new());
            prop_assert!((0.0..=1.0).contains(&analysis.finding.confidence));
        }
    }
}

#[test]
fn a_training_artifact_that_is_no_object_is_answered() {
    for odd in [
        json!([]),
        json!("text"),
        json!(3),
        json!(true),
        json!({}),
        json!({"params": []}),
    ] {
        let host = FakeHost::from_request(json!({"training_artifacts": odd}));
        host.analyze::<TrainingArtifactsAnalyzer>().unwrap();
    }
}

#[test]
fn thousands_of_columns_are_answered() {
    let mut metrics = json!({"epoch": [0, 1, 2], "loss": [3.0, 2.0, 1.0]});
    for index in 0..5000 {
        metrics[format!("grad_norm/layers.{index}")] = json!([0.1, 0.2, 0.3]);
        metrics[format!("val_metric_{index}_loss")] = json!([0.1, null, 0.3]);
    }
    let host = FakeHost::from_request(json!({"training_artifacts": {"metrics_values": metrics}}));
    host.analyze::<TrainingArtifactsAnalyzer>().unwrap();
}

#[test]
fn a_long_history_is_read_whole() {
    use deepfix_plugin::{ArtifactKind, testing::FakeTable};
    let points = 250_000;
    let loss: Vec<f64> = (0..points)
        .map(|it| 1.0 + (f64::from(it) * 0.37).sin().abs() + 100.0 / f64::from(it + 50))
        .collect();
    let step: Vec<f64> = (0..points).map(f64::from).collect();
    let epoch: Vec<f64> = (0..points).map(|it| f64::from(it / 1000)).collect();
    let table = FakeTable::default()
        .with_numbers("step", &step)
        .with_numbers("epoch", &epoch)
        .with_numbers("train_loss", &loss)
        .with_numbers("val_loss", &loss);
    let host = FakeHost::new()
        .with_document(ArtifactKind::Training, json!({}))
        .with_table(ArtifactKind::Training, "metrics", table);
    let report = host.analyze::<TrainingArtifactsAnalyzer>().unwrap();
    let extras: Json = serde_json::from_str(&report.extras).unwrap();
    assert_eq!(extras["curves"]["points"], 250, "{extras}");
}
