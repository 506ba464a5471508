//! What differs between the splits, and what could not be compared.

use deepfix_plugin::testing::{FakeHost, analyze_soundly};
use deepfix_plugin::{Report, Severity};
use serde_json::{Value, json};

use crate::{
    DeepchecksArtifactsAnalyzer,
    tests::{item, normalise, sizes, suite},
};

const LEFT_OUT: &str = "`a` is numeric in the training table and categorical in the test table, and was not compared";

fn report(items: Vec<Value>) -> Report {
    analyze_soundly::<DeepchecksArtifactsAnalyzer>(&FakeHost::from_request(normalise(suite(items))))
}

fn undecided(mut item: Value, why: &str) -> Value {
    let conditions = item.pointer_mut("/result/conditions_results").unwrap();
    let error = json!({"status": "ERROR", "condition": "c", "more_info": why});
    conditions.as_array_mut().unwrap().push(error);
    item
}

fn gaps(report: &Report) -> Vec<Value> {
    let extras: Value = serde_json::from_str(&report.extras).unwrap();
    extras["not_examined"].as_array().unwrap().clone()
}

#[test]
fn what_a_working_check_left_out_is_not_examined() {
    let drift = || {
        item(
            "Feature Drift",
            json!({"b": {"Drift score": 0.01, "Method": "Kolmogorov-Smirnov"}}),
        )
    };
    let said = |items| {
        let gaps = gaps(&report(items));
        let gap = gaps
            .iter()
            .find(|it| it["why"].as_str().unwrap().contains("was not compared"));
        gap.map(|it| it["what"].clone())
    };
    assert_eq!(said(vec![sizes(500, 200), drift()]), None);
    assert_eq!(
        said(vec![sizes(500, 200), undecided(drift(), LEFT_OUT)]),
        Some(json!(["Feature Drift"]))
    );
    // One that could compare nothing says why as well.
    let mut nothing = undecided(item("Feature Drift", Value::Null), LEFT_OUT);
    nothing["result"]["conditions_results"]
        .as_array_mut()
        .unwrap()
        .remove(0);
    assert_eq!(said(vec![sizes(500, 200), nothing]), Some(json!(["Feature Drift"])));
}

#[test]
fn splits_told_apart_by_a_column_that_was_not_compared_are_no_mystery() {
    let items = |why: Option<&str>| {
        let drift = item(
            "Feature Drift",
            json!({"b": {"Drift score": 0.01, "Method": "Kolmogorov-Smirnov"}}),
        );
        let whole = json!({"domain_classifier_auc": 1.0, "domain_classifier_feature_importance": {"a": 1.0, "b": 0.0}});
        let drift = why.map_or(drift.clone(), |why| undecided(drift, why));
        vec![sizes(3000, 500), drift, item("Multivariate Drift", whole)]
    };
    let told = report(items(Some(LEFT_OUT)));
    let finding = &told.analyses[0].finding;
    assert_eq!(
        (finding.code.as_str(), finding.severity),
        ("checks.covariate_drift", Severity::Medium)
    );
    assert!(finding.description.contains("could not be compared by itself"));
    assert!(finding.evidence.contains("was not compared"), "{}", finding.evidence);
    // Of a column that was compared, and of another one, it stays the remark that it was.
    for why in [None, Some("`b` is text in the test table, and was not compared")] {
        let finding = &report(items(why)).analyses[0].finding;
        assert_eq!(finding.severity, Severity::Low);
        assert!(finding.description.contains("no single feature"));
    }
}

/// Descriptions and severities of what is said of the dates.
fn of_dates(overlap: Value, duplicates: f64) -> Option<(Severity, String, String)> {
    let mut before = item("Date Train Test Leakage Overlap", json!(overlap["ratio"]));
    before["result"]["params"] = overlap["params"].clone();
    let days = item("Date Train Test Leakage Duplicates", json!(duplicates));
    let report = report(vec![sizes(500, 200), before, days]);
    let found = report.analyses.into_iter().next()?;
    assert_eq!(found.finding.code, "checks.train_test_leakage");
    let told = format!("{} {}", found.finding.description, found.recommendation.action);
    Some((found.finding.severity, told, found.recommendation.rationale))
}

#[test]
fn a_test_split_before_the_training_data_is_told_as_such() {
    let wholly = json!({"ratio": 1.0, "params": {"share_before_first": 1.0}});
    let (severity, told, worked) = of_dates(wholly, 0.0).unwrap();
    assert_eq!(severity, Severity::Medium);
    assert!(told.contains("lies before the training split"), "{told}");
    assert!(worked.contains("first test row lies after the last training row"));
    for word in ["key", "both sides"] {
        assert!(!told.contains(word) && !worked.contains(word), "{told} {worked}");
    }
    // Among the training rows in time, as random rows are, it is a remark without shared days or keys.
    for params in [json!({"share_before_first": 0.02}), json!({})] {
        let among = json!({"ratio": 0.98, "params": params});
        let (severity, told, _) = of_dates(among, 0.0).unwrap();
        assert_eq!(severity, Severity::Low);
        assert!(
            told.contains("before the last training rows") && !told.contains("key"),
            "{told}"
        );
    }
    let (severity, told, _) = of_dates(json!({"ratio": 0.9, "params": {}}), 0.4).unwrap();
    assert_eq!(severity, Severity::Low);
    assert!(told.contains("Dates of the training split come back"), "{told}");
    // A test split that follows the training data is how it should be.
    assert!(of_dates(json!({"ratio": 0.0, "params": {"share_before_first": 0.0}}), 0.0).is_none());
}

#[test]
fn keys_in_both_splits_are_told_without_a_word_of_dates() {
    let finding = report(vec![sizes(500, 200), item("Index Train Test Leakage", json!(0.3))]);
    let it = &finding.analyses[0];
    assert_eq!(it.finding.severity, Severity::Medium);
    let told = format!(
        "{} {} {}",
        it.finding.description, it.recommendation.action, it.recommendation.rationale
    );
    assert!(
        told.contains("Keys") && !told.contains("date") && !told.contains("day"),
        "{told}"
    );
}

#[test]
fn nothing_is_said_of_a_test_split_that_was_not_given() {
    let unique = || {
        item(
            "Single Value in Column - Train Dataset",
            json!({"a": 900, "b": 800, "y": 2}),
        )
    };
    let conflicts = |split: &str, share: f64| {
        item(
            &format!("Conflicting Labels - {split} Dataset"),
            json!({"percent_of_conflicting_samples": share}),
        )
    };
    let rows = || item("Mixed Nulls - Train Dataset", json!({"n_samples": 1000, "columns": {}}));
    let power = |split: &str| {
        item(
            &format!("Feature Label Correlation - {split} Dataset"),
            json!({"settled": 1.0, "a": 0.5, "b": 0.4}),
        )
    };
    for items in [
        vec![rows(), unique(), conflicts("Train", 0.1)],
        vec![rows(), unique(), power("Train")],
    ] {
        let report = report(items);
        assert_eq!(report.analyses.len(), 1);
        let it = &report.analyses[0];
        let told = format!("{} {}", it.finding.evidence, it.recommendation.rationale);
        assert!(!told.contains("test") && !told.contains("both splits"), "{told}");
    }
    // Where it is given, its figures are.
    let both = report(vec![
        sizes(1000, 300),
        unique(),
        conflicts("Train", 0.1),
        conflicts("Test", 0.01),
    ]);
    assert!(both.analyses[0].finding.evidence.contains("1 % in the test split"));
    let both = report(vec![sizes(1000, 300), power("Train"), power("Test")]);
    assert!(both.analyses[0].finding.evidence.contains("in both splits"));
}

#[test]
fn a_key_that_tells_the_label_by_copies_of_its_rows_is_no_order_of_the_table() {
    let found = |score: f64, copies: f64, params: Value| {
        let mut key = item("Identifier Label Correlation - Train Dataset", json!({"id": score}));
        key["result"]["params"] = params;
        let report = report(vec![
            sizes(5500, 1000),
            key,
            item("Data Duplicates - Train Dataset", json!(copies)),
        ]);
        report
            .analyses
            .iter()
            .any(|it| it.finding.code == "checks.label_leakage")
    };
    assert!(found(0.5, 0.0, json!({})));
    assert!(!found(0.5, 0.27, json!({})));
    // A score of different rows is not made of copies.
    assert!(found(0.5, 0.27, json!({"different_rows_only": true})));
    assert!(found(0.95, 0.1, json!({})));
}

/// What is said of the categories of a column of so many, in 4000 training rows and 1000 test rows.
fn of_categories(unique: u32, ratio: f64, number: u32) -> Option<(Severity, f64)> {
    let new = json!([{"Feature Name": "city", "# New Categories": number, "Ratio of New Categories": ratio, "New categories": ["x", "y"]}]);
    let unique = item(
        "Single Value in Column - Train Dataset",
        json!({"city": unique, "b": 4000, "y": 2}),
    );
    let report = report(vec![sizes(4000, 1000), unique, item("New Category Train Test", new)]);
    let finding = &report.analyses.first()?.finding;
    assert_eq!(finding.code, "checks.new_categories");
    Some((finding.severity, finding.confidence))
}

#[test]
fn unseen_categories_weigh_by_the_rows_that_nature_does_not_explain() {
    assert_eq!(of_categories(2248, 0.748, 651).map(|it| it.0), Some(Severity::Medium));
    assert_eq!(of_categories(12, 0.6, 8).map(|it| it.0), Some(Severity::Medium));
    let (some, many) = (of_categories(12, 0.15, 8).unwrap(), of_categories(12, 0.6, 8).unwrap());
    assert!(many.1 >= some.1, "{some:?} {many:?}");
    // Names and texts nearly all differ; rare categories come one by one.
    assert_eq!(of_categories(3900, 0.85, 840).map(|it| it.0), Some(Severity::Low));
    assert_eq!(of_categories(900, 0.2, 190).map(|it| it.0), Some(Severity::Low));
    assert_eq!(of_categories(40, 0.03, 12).map(|it| it.0), Some(Severity::Low));
    assert_eq!(of_categories(4000, 1.0, 1000), None);
}

#[test]
fn classes_in_another_spelling_are_to_be_cleaned_and_not_to_be_collected() {
    let action = |new: Value| {
        let is_new = new.to_string().contains("maybe");
        let labels = item(
            "New Label Train Test",
            json!({"n_samples": 800, "n_new_labels_samples": 413, "new_labels": new}),
        );
        let classes = item("Class Imbalance - Train Dataset", json!({"no": 0.5, "yes": 0.5}));
        let drift = item("Label Drift", json!({"Drift score": 0.7, "Method": "Cramer's V"}));
        let report = report(vec![sizes(3000, 800), classes, labels, drift]);
        // Shares of spellings are no drift.
        let drifts = report.analyses.iter().any(|it| it.finding.code == "checks.label_drift");
        assert_eq!(drifts, is_new);
        let it = report
            .analyses
            .into_iter()
            .find(|it| it.finding.code == "checks.new_labels")
            .unwrap();
        assert_eq!(it.finding.severity, Severity::High);
        it.recommendation.action
    };
    let respelt = action(json!(["Yes "]));
    assert!(
        respelt.contains("strip the blanks") && !respelt.contains("collect training rows for it"),
        "{respelt}"
    );
    assert!(action(json!(["maybe"])).contains("collect training rows"));
    // One that is new is new, whatever the others are.
    assert!(action(json!(["Yes ", "maybe"])).contains("collect training rows"));
}
