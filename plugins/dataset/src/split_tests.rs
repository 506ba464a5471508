//! Columns that are something else in the test split than in training.

use deepfix_plugin::Severity;
use deepfix_plugin::testing::{FakeHost, analyze_soundly};
use serde_json::{Value, json};

use crate::{
    DatasetArtifactsAnalyzer,
    tests::{column, table},
};

fn texts(count: f64, unique: f64, top: &str) -> Value {
    json!({"count": count, "unique": unique, "top": top, "freq": 3})
}

fn numbers(a: Value) -> Value {
    json!({"feature_statistics": {"a": a, "b": column(200.0, 5.0, 2.0)},
        "number_unique_values": {"a": 180, "b": 190}, "numerical_features": ["a", "b"]})
}

fn categories(a: Value, unique: f64, counted: Value) -> Value {
    json!({"feature_statistics": {"a": a, "b": column(200.0, 5.0, 2.0)},
        "number_unique_values": {"a": unique, "b": 190}, "numerical_features": ["b"], "categorical_features": ["a"],
        "other_statistics": {"columns": {"a": counted}}})
}

/// Severity and evidence of what is said of mixed types.
fn found(train: Value, test: Value) -> Option<(Severity, String)> {
    let report = analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(table(train, test)));
    let mut found = report
        .analyses
        .into_iter()
        .filter(|it| it.finding.code == "dataset.mixed_types");
    let first = found.next().map(|it| (it.finding.severity, it.finding.evidence));
    assert!(found.next().is_none());
    first
}

#[test]
fn numbers_that_are_texts_in_the_test_split_are_another_column() {
    let train = || numbers(column(200.0, 3.0, 1.0));
    let kilograms = || categories(texts(200.0, 90.0, "1.23 kg"), 90.0, json!({}));
    let (severity, evidence) = found(train(), kilograms()).unwrap();
    assert_eq!(severity, Severity::High);
    assert!(
        evidence.contains("1.23 kg") && evidence.contains("in the test split text"),
        "{evidence}"
    );
    let (severity, evidence) = found(kilograms(), train()).unwrap();
    assert_eq!(severity, Severity::High);
    assert!(evidence.contains("In the training split 'a' is text"), "{evidence}");
    // The same in both splits is no difference.
    assert_eq!(found(train(), train()), None);
    assert_eq!(found(kilograms(), kilograms()), None);
}

#[test]
fn a_change_of_type_is_weighed_by_the_cells_that_are_text() {
    let train = || numbers(column(200.0, 3.0, 1.0));
    let of = |top: &str, counted: Value| {
        let test = categories(texts(200.0, 190.0, top), 190.0, counted);
        found(train(), test).map(|it| it.0)
    };
    assert_eq!(of("lost", json!({"numbers": 190})), Some(Severity::Medium));
    assert_eq!(of("lost", json!({"numbers": 90})), Some(Severity::High));
    // Where nobody counted, a number or a mark for a gap tells of some texts.
    assert_eq!(of("0.25", json!({})), Some(Severity::Medium));
    assert_eq!(of("?", json!({})), Some(Severity::Medium));
}

#[test]
fn true_and_false_beside_zero_and_one_is_a_remark_and_an_empty_column_none() {
    let flag = json!({"count": 200, "mean": 0.4, "std": 0.49, "min": 0, "25%": 0, "50%": 0, "75%": 1, "max": 1});
    let test = categories(texts(200.0, 2.0, "True"), 2.0, json!({}));
    assert_eq!(found(numbers(flag), test).map(|it| it.0), Some(Severity::Low));
    // Without a value a column has no type.
    let empty = categories(json!({"count": 0}), 0.0, json!({}));
    assert_eq!(found(numbers(column(200.0, 3.0, 1.0)), empty), None);
}
