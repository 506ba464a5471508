//! No artifact may make the analyzer panic, and large results must not take long.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use deepfix_deepchecks_plugin::DeepchecksArtifactsAnalyzer;
use deepfix_plugin::testing::{FakeHost, analyze_soundly, odd_json, odd_language};
use deepfix_views::checks::decode;
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

const HEADERS: [&str; 47] = [
    "Feature Drift",
    "Label Drift",
    "Multivariate Drift",
    "Train Test Samples Mix",
    "Datasets Size Comparison",
    "New Label Train Test",
    "New Category Train Test",
    "Mixed Nulls",
    "Mixed Data Types",
    "Data Duplicates",
    "Feature Label Correlation",
    "Feature-Feature Correlation",
    "Single Value in Column",
    "Conflicting Labels",
    "Outlier Sample Detection",
    "String Mismatch",
    "Special Characters",
    "Train Test Performance",
    "Boosting Overfit",
    "Simple Model Comparison",
    "ROC Report",
    "Confusion Matrix",
    "Calibration Metric",
    "Regression Error Distribution",
    "Regression Systematic Error",
    "Prediction Drift",
    "Unused Features",
    "Model Inference Time",
    "Weak Segments Performance",
    "Percent Of Nulls",
    "Class Imbalance",
    "Identifier Label Correlation",
    "Index Train-Test Leakage",
    "Date Train-Test Leakage (overlap)",
    "Image Property Outliers",
    "Image Property Drift",
    "Image Dataset Drift",
    "New Labels",
    "Heatmap Comparison",
    "Class Performance",
    "Text Property Outliers",
    "Unknown Tokens",
    "Text Duplicates",
    "Embeddings Drift",
    "Under Annotated Property Segments",
    "Property-Label Correlation",
    "Something New",
];
const NAMES: [&str; 30] = [
    "Drift score",
    "Method",
    "ratio",
    "Train",
    "Test",
    "n_samples",
    "columns",
    "a",
    "b",
    "a/b~",
    "percent",
    "strings",
    "numbers",
    "scores",
    "Dataset",
    "Metric",
    "Value",
    "Class",
    "Number of samples",
    "test",
    "new_labels",
    "n_new_labels_samples",
    "domain_classifier_auc",
    "RMSE",
    "Mean Prediction Error",
    "percent_of_conflicting_samples",
    "unused features",
    "high variance",
    "outliers_identifiers",
    "outlier_ratio",
];

/// Values of the shapes that the checks give, with odd numbers in them.
fn value() -> impl Strategy<Value = Json> {
    let score = prop_oneof![4 => (0.0..1.2f64).prop_map(|it| json!(it)), 1 => Just(json!("NaN")), 1 => Just(Json::Null), 1 => Just(json!(-1e308))];
    let scores = || prop::collection::btree_map("[a-f]", score.clone(), 0..6);
    prop_oneof![
        3 => odd_json(&NAMES),
        2 => scores().prop_map(|it| json!(it)),
        1 => scores().prop_map(|it| json!({"train": it, "test": it, "train-test difference": it})),
        1 => scores().prop_map(|it| {
            it.into_iter().map(|(name, score)| (name, json!({"Drift score": score, "Method": "Kolmogorov-Smirnov"}))).collect::<Map<_, _>>().into()
        }),
        1 => prop::collection::vec(scores(), 0..6).prop_map(|it| json!(json!(it).to_string())),
        1 => prop::collection::vec(score.clone(), 0..80).prop_map(|it| json!(it)),
        1 => Just(Json::Null),
    ]
}

fn item() -> impl Strategy<Value = Json> {
    let suffix = prop::sample::select(vec!["", " - Train Dataset", " - Test Dataset"]);
    let status = prop::sample::select(vec!["PASS", "FAIL", "WARN", "ERROR", "odd"]);
    (prop::sample::select(&HEADERS[..]), suffix, status, value()).prop_map(|(header, suffix, status, value)| {
        json!({"header": format!("{header}{suffix}"), "result": {"check": header, "value": value,
            "conditions_results": [{"status": status, "condition": "c {$x}", "more_info": "Found {'a': 1}"}]}})
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn odd_results_are_answered_soundly(mut items in prop::collection::vec(item(), 0..25), n in 0u32..900, m in 0u32..300, language in odd_language()) {
        items.push(json!({"header": "Datasets Size Comparison", "result": {"check": "Datasets Size Comparison", "value": {"Train": n, "Test": m}}}));
        // As the host does before a plugin sees them.
        let artifact = decode(json!({"results": {"all": items}}));
        let host = FakeHost::from_request(json!({"deepchecks_artifacts": artifact, "language": language}));
        analyze_soundly::<DeepchecksArtifactsAnalyzer>(&host);
    }

    #[test]
    fn whatever_is_sent_is_answered_soundly(artifact in odd_json(&NAMES), results in odd_json(&NAMES), suite in odd_json(&NAMES), one in odd_json(&NAMES)) {
        for artifact in [json!([artifact]), json!({"results": results}), json!({"results": {"all": suite}}), json!({"results": {"all": [one]}})] {
            let host = FakeHost::from_request(json!({"deepchecks_artifacts": decode(artifact)}));
            analyze_soundly::<DeepchecksArtifactsAnalyzer>(&host);
        }
    }
}

#[test]
fn results_of_a_thousand_columns_are_no_burden() {
    let names: Vec<String> = (0..1000).map(|it| format!("c{it}")).collect();
    let each = |value: &dyn Fn(usize) -> Json| -> Json {
        names
            .iter()
            .enumerate()
            .map(|(at, name)| (name.clone(), value(at)))
            .collect::<Map<_, _>>()
            .into()
    };
    let drift = each(&|at| json!({"Drift score": (at % 100) as f64 / 150.0, "Method": "Kolmogorov-Smirnov"}));
    let powers = each(&|at| json!((at % 97) as f64 / 100.0));
    let nulls = each(&|at| json!({"numpy.nan": {"count": at % 9, "percent": (at % 9) as f64 / 300.0}}));
    let item = |header: &str, value: Json| json!({"header": header, "result": {"check": header, "value": value, "conditions_results": []}});
    let items = vec![
        item("Datasets Size Comparison", json!({"Train": 5000, "Test": 1500})),
        item("Feature Drift", drift),
        item("Feature Label Correlation - Train Dataset", powers.clone()),
        item("Feature Label Correlation - Test Dataset", powers),
        item(
            "Mixed Nulls - Train Dataset",
            json!({"n_samples": 5000, "columns": nulls}),
        ),
        item("Single Value in Column - Train Dataset", each(&|at| json!(at % 50 + 1))),
    ];
    let host = FakeHost::from_request(json!({"deepchecks_artifacts": {"results": {"all": items}}}));
    analyze_soundly::<DeepchecksArtifactsAnalyzer>(&host);
}
