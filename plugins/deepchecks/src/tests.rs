//! The analyzer as a whole, on results of checks made for the purpose.

mod asked;
mod columns;
mod model;
mod splits;

use deepfix_plugin::{
    Severity,
    testing::{FakeHost, analyze_soundly, assert_catalogue_is_complete, found, read_request, recorded_requests},
};
use deepfix_views::checks::decode;
use serde_json::{Value, json};

use crate::{CATALOGUE, DeepchecksArtifactsAnalyzer};

/// Decodes every check's value, as the host does before a plugin sees it.
pub(crate) fn normalise(mut request: Value) -> Value {
    let suites = request
        .pointer_mut("/deepchecks_artifacts/results")
        .and_then(Value::as_object_mut);
    for item in suites
        .into_iter()
        .flatten()
        .filter_map(|it| it.1.as_array_mut())
        .flatten()
    {
        if let Some(value) = item.pointer_mut("/result/value") {
            *value = decode(value.take());
        }
    }
    request
}

pub(crate) fn item(header: &str, value: Value) -> Value {
    let check = header.split(" - ").next().unwrap();
    json!({"header": header, "result": {"check": check, "params": {}, "value": value,
           "conditions_results": [{"status": "PASS", "condition": "c", "more_info": ""}]}})
}

pub(crate) fn suite(items: Vec<Value>) -> Value {
    json!({"deepchecks_artifacts": {"results": {"all": items}}})
}

fn codes(items: Vec<Value>) -> Vec<(String, Severity)> {
    found(&analyze_soundly::<DeepchecksArtifactsAnalyzer>(
        &FakeHost::from_request(suite(items)),
    ))
}

pub(crate) fn sizes(train: u32, test: u32) -> Value {
    item("Datasets Size Comparison", json!({"Train": train, "Test": test}))
}

fn power(train: Value, test: Value) -> Vec<Value> {
    vec![
        sizes(400, 120),
        item("Label Drift", json!({"Drift score": 0.0, "Method": "Cramer's V"})),
        item("Feature Label Correlation - Train Dataset", train),
        item("Feature Label Correlation - Test Dataset", test),
    ]
}

#[test]
fn every_text_exists_in_both_languages() {
    let findings: Vec<&str> = CATALOGUE
        .ids(deepfix_plugin::Language::English)
        .into_iter()
        .filter(|id| ["dataset-", "checks-", "training-"].iter().any(|it| id.starts_with(it)))
        .collect();
    assert_catalogue_is_complete(&CATALOGUE, &findings);
}

#[test]
fn every_recorded_request_gets_a_sound_report() {
    for request in recorded_requests().iter().map(|it| read_request(it)) {
        if !request["deepchecks_artifacts"].is_null() {
            analyze_soundly::<DeepchecksArtifactsAnalyzer>(&FakeHost::from_request(normalise(request)));
        }
    }
}

#[test]
fn the_calibration_is_a_table_of_its_codes() {
    assert_eq!(crate::CALIBRATION.problems(&crate::CODES), Vec::<String>::new());
}
