//! The analyzer as a whole, on statistics made for the purpose.

mod columns;
mod images_and_texts;
mod labels;

use deepfix_plugin::{
    Severity,
    testing::{FakeHost, analyze_soundly, assert_catalogue_is_complete, found, read_request, recorded_requests},
};
use serde_json::{Value, json};

use crate::{CATALOGUE, DatasetArtifactsAnalyzer};

fn codes(request: Value) -> Vec<(String, Severity)> {
    found(&analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(
        request,
    )))
}

pub(crate) fn table(train: Value, test: Value) -> Value {
    json!({"dataset_artifacts": {"task_type": "tabular_classification", "train_statistics": train, "test_statistics": test}})
}

pub(crate) fn column(count: f64, mean: f64, std: f64) -> Value {
    json!({"count": count, "mean": mean, "std": std, "min": mean - 3.0 * std, "25%": mean - 0.67 * std, "50%": mean,
           "75%": mean + 0.67 * std, "max": mean + 3.0 * std})
}

#[test]
fn every_text_exists_in_both_languages() {
    let findings: Vec<&str> = CATALOGUE
        .ids(deepfix_plugin::Language::English)
        .into_iter()
        .filter(|id| id.starts_with("dataset-") || id.starts_with("checks-"))
        .collect();
    assert_catalogue_is_complete(&CATALOGUE, &findings);
}

#[test]
fn every_recorded_request_gets_a_sound_report() {
    for request in recorded_requests().iter().map(|it| read_request(it)) {
        if !request["dataset_artifacts"].is_null() {
            analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(request));
        }
    }
}

#[test]
fn what_was_not_sent_is_named_for_every_modality() {
    for (task, what) in [
        ("image_classification", "les couleurs des images"),
        ("object_detection", "les boîtes des objets"),
        ("image_segmentation", "les pixels par classe"),
        ("text_classification", "les longueurs et le vocabulaire des textes"),
        ("tabular_classification", "les statistiques des colonnes"),
    ] {
        let side = json!({"num_samples": 90, "number_unique_values": {"a": 50}});
        let request = json!({"dataset_artifacts": {"task_type": task, "train_statistics": side}, "language": "french"});
        let report = analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(request));
        let extras: Value = serde_json::from_str(&report.extras).unwrap();
        let gaps = extras["not_examined"].as_array().unwrap();
        let gap = gaps.iter().find(|it| it["what"] == what).unwrap();
        assert!(gap["send"].as_str().unwrap().starts_with("Envoyez"), "{gap}");
        assert!(gaps.iter().any(|it| it["what"] == "la partie de test"), "{task}");
    }
}

#[test]
fn the_calibration_is_a_table_of_its_codes() {
    assert_eq!(crate::CALIBRATION.problems(&crate::CODES), Vec::<String>::new());
}
