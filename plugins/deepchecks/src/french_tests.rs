//! What a rule writes in English reaches a French report in French.

use deepfix_plugin::testing::{FakeHost, analyze_soundly, read_request, recorded_requests};
use serde_json::json;

use crate::{
    DeepchecksArtifactsAnalyzer,
    tests::{item, normalise, sizes, suite},
};

#[test]
fn a_french_report_has_french_labels() {
    let recorded = recorded_requests();
    let recorded = recorded.iter().map(|it| normalise(read_request(it)));
    let drift = json!({"a": {"Drift score": 0.5, "Method": "Kolmogorov-Smirnov"}});
    let own = suite(vec![
        sizes(500, 20),
        item("Feature Drift", drift),
        item("Train Test Samples Mix", json!({"ratio": 0.5})),
        item("Data Duplicates - Train Dataset", json!(0.1)),
        item(
            "New Labels",
            json!({"new_labels": {"a": 1, "b": 3}, "all_labels_count": 20}),
        ),
        item("Label Drift", json!({"Drift score": 0.6, "Method": "Cramer's V"})),
    ]);
    for mut request in recorded.chain([own]) {
        if request["deepchecks_artifacts"].is_null() {
            continue;
        }
        let mut report = |language: &str| {
            request["language"] = json!(language);
            analyze_soundly::<DeepchecksArtifactsAnalyzer>(&FakeHost::from_request(request.clone()))
        };
        let (english, french) = (report("english"), report("french"));
        for (a, b) in english.analyses.iter().zip(&french.analyses) {
            for (a, b) in a.finding.facts.iter().zip(&b.finding.facts) {
                // Names of metrics are the same in both.
                let metric = ["RMSE", "R2", "F1", "Accuracy", "Precision", "Recall"];
                assert!(
                    a.label != b.label || metric.iter().any(|it| a.label.starts_with(it)),
                    "{}",
                    a.label
                );
            }
        }
    }
}
