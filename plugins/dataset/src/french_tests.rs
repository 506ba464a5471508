//! What a rule writes in English reaches a French report in French.

use deepfix_plugin::testing::{FakeHost, analyze_soundly, read_request, recorded_requests};
use serde_json::{Value, json};

use crate::{
    DatasetArtifactsAnalyzer,
    tests::{column, table},
};

/// Labels of facts and evidence of one request in both languages must differ.
fn assert_french(mut request: Value) {
    let mut report = |language: &str| {
        request["language"] = json!(language);
        analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(request.clone()))
    };
    let (english, french) = (report("english"), report("french"));
    for (a, b) in english.analyses.iter().zip(&french.analyses) {
        for (a, b) in a.finding.facts.iter().zip(&b.finding.facts) {
            assert_ne!(a.label, b.label);
        }
    }
}

#[test]
fn a_french_report_has_french_labels() {
    for request in recorded_requests().iter().map(|it| read_request(it)) {
        if !request["dataset_artifacts"].is_null() {
            assert_french(request);
        }
    }
    let text = |mean: f64| json!({"num_samples": 400, "text_statistics": {"word_count": {"mean": mean, "std": 10.0, "min": 0, "max": 900}, "character_length": {"mean": 5.0 * mean, "std": 50.0, "min": 0, "max": 4000}}});
    let request = json!({"dataset_artifacts": {"task_type": "text_classification", "train_statistics": text(40.0), "test_statistics": text(70.0)}});
    assert_french(request.clone());
    let mut request = request;
    request["language"] = json!("french");
    let report = analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(request));
    for it in &report.analyses {
        for word in ["word count", "character length", "_statistics"] {
            assert!(!it.finding.evidence.contains(word), "{}", it.finding.evidence);
        }
    }
    let boxes = |area: f64| {
        json!({"num_samples": 300, "class_distribution": {"cat": 280, "dog": 20 + area as u64 / 5}, "image_color_means": [area / 4000.0],
        "image_color_stds": [0.1], "object_detection_statistics": {"num_boxes": 900, "num_negative_samples": 290,
            "num_positive_samples": 10, "box_area_stats": {"mean": area, "std": 400.0, "min": -12.0, "max": 9000.0}}})
    };
    assert_french(
        json!({"dataset_artifacts": {"task_type": "object_detection", "train_statistics": boxes(10.0), "test_statistics": boxes(1500.0)}}),
    );
    let side = |rows: f64, mean: f64| json!({"feature_statistics": {"a": column(rows, mean, 1.0), "target": column(rows + 90.0, mean, 2.0)}, "numerical_features": ["a"]});
    assert_french(table(side(300.0, 0.0), side(200.0, 3.0)));
}

#[test]
fn the_unnamed_class_is_called_so_in_french() {
    let label = json!({"count": 300, "unique": 2, "top": "B", "freq": 290});
    let side = json!({"feature_statistics": {"target": label}, "number_unique_values": {"target": 2}, "numerical_features": ["a"]});
    let mut request = table(side, json!(null));
    request["language"] = json!("french");
    let report = analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(request));
    let imbalance = report
        .analyses
        .iter()
        .find(|it| it.finding.code == "dataset.class_imbalance");
    let text = &imbalance.unwrap().finding.description;
    assert!(text.contains("autre") && !text.contains("other"), "{text}");
}
