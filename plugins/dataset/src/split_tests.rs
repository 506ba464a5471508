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

/// All that is told of mixed types.
fn told(train: Value, test: Value) -> String {
    let report = analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(table(train, test)));
    let mut found = report.analyses.into_iter();
    let it = found.find(|it| it.finding.code == "dataset.mixed_types").unwrap();
    format!(
        "{} {} {} {}",
        it.finding.description, it.finding.evidence, it.recommendation.action, it.recommendation.rationale
    )
}

#[test]
fn what_is_said_of_two_types_fits_the_cells() {
    let flag = json!({"count": 200, "mean": 0.4, "std": 0.49, "min": 0, "25%": 0, "50%": 0, "75%": 1, "max": 1});
    let flags = told(
        numbers(flag),
        categories(texts(200.0, 2.0, "True"), 2.0, json!({"type": "boolean"})),
    );
    assert!(flags.contains("True and False or as 1 and 0"), "{flags}");
    assert!(!flags.contains("units") && !flags.contains("to_numeric"), "{flags}");
    let train = || numbers(column(200.0, 3.0, 1.0));
    let some = told(train(), categories(texts(200.0, 190.0, "-1.022"), 190.0, json!({})));
    assert!(some.contains("in the test split some cells are text"), "{some}");
    assert!(
        !some.contains("in the test split text") && !some.contains("units"),
        "{some}"
    );
    let all = told(train(), categories(texts(200.0, 90.0, "1.23 kg"), 90.0, json!({})));
    assert!(all.contains("units") && !all.contains("some cells"), "{all}");
}

/// A column of whole numbers, spread evenly.
fn even(count: f64, low: f64, high: f64, shift: f64, first: f64) -> Value {
    let width = high - low;
    // The shift is in deviations.
    let middle = f64::midpoint(low, high) + shift * width / 12f64.sqrt();
    json!({"count": count, "mean": middle, "std": width / 12f64.sqrt(), "min": low, "25%": low + first * width,
        "50%": f64::midpoint(low, high), "75%": low + 0.75 * width, "max": high})
}

/// Whether two evenly spread columns, whose means shift by so much in the test split, are said to be one.
fn are_one(shift: f64, correlations: Option<(f64, f64)>) -> bool {
    let side = |rows: f64, shift: f64| {
        let mut side = json!({"feature_statistics": {"age": even(rows, 18.0, 80.0, shift, 0.25), "tenure": even(rows, 1.0, 61.0, shift, 0.255)},
            "number_unique_values": {"age": 63, "tenure": 61}, "numerical_features": ["age", "tenure"]});
        if let Some((age, tenure)) = correlations {
            side["other_statistics"] = json!({"columns": {"age": {"correlation_with_label": age}, "tenure": {"correlation_with_label": tenure}}});
        }
        side
    };
    let request = table(side(4000.0, 0.0), side(4000.0, shift));
    let report = analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(request));
    report
        .analyses
        .iter()
        .any(|it| it.finding.code == "dataset.correlated_features" && it.finding.severity > Severity::Low)
}

#[test]
fn two_columns_that_do_not_move_between_equal_splits_are_not_one() {
    // Shifts alike, well beyond the scatter of random rows.
    assert!(are_one(0.1, None));
    assert!(!are_one(0.0, None));
    assert!(!are_one(1e-9, None));
    // What the label says of them refutes it.
    assert!(are_one(0.1, Some((0.31, 0.31))));
    assert!(!are_one(0.1, Some((0.31, 0.02))));
}

#[test]
fn a_class_in_another_spelling_needs_no_new_rows() {
    let action = |new: &str| {
        let side = |classes: Value, number: u32| {
            json!({"feature_statistics": {"a": column(300.0, 3.0, 1.0), "y": {"count": 300, "unique": number, "top": "no", "freq": 150}},
                "number_unique_values": {"a": 290, "y": number}, "numerical_features": ["a"], "label_column": "y",
                "class_distribution": classes})
        };
        let request = table(
            side(json!({"no": 150, "yes": 150}), 2),
            side(json!({"no": 150, "yes": 50, new: 100}), 3),
        );
        let report = analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(request));
        // Shares of spellings are no drift.
        let drifts = report.analyses.iter().any(|it| it.finding.code == "checks.label_drift");
        assert_eq!(drifts, new == "maybe");
        let found = report
            .analyses
            .into_iter()
            .find(|it| it.finding.code == "checks.new_labels");
        found.unwrap().recommendation.action
    };
    assert!(action("Yes ").contains("strip the blanks"));
    assert!(action("maybe").contains("collect training rows"));
}

#[test]
fn spellings_and_new_classes_are_told_apart() {
    let found = |classes: Value| {
        let side = |classes: Value| {
            let number = classes.as_object().unwrap().len();
            json!({"feature_statistics": {"a": column(300.0, 3.0, 1.0), "y": {"count": 300, "unique": number, "top": "a", "freq": 150}},
                "number_unique_values": {"a": 290, "y": number}, "numerical_features": ["a"], "label_column": "y",
                "class_distribution": classes})
        };
        let request = table(side(json!({"a": 150, "c": 150})), side(classes));
        let report = analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(request));
        let mut found = report.analyses.into_iter();
        let it = found.find(|it| it.finding.code == "checks.new_labels").unwrap();
        (it.finding.description, it.finding.evidence, it.recommendation)
    };
    let (description, evidence, advice) = found(json!({"a": 110, "c": 150, "A ": 40}));
    assert!(description.contains("in another spelling"), "{description}");
    assert!(
        evidence.contains("40 test rows") && evidence.contains("'A ' ~ 'a'"),
        "{evidence}"
    );
    let images = |classes: Value| json!({"num_samples": 300, "class_distribution": classes});
    let request = json!({"dataset_artifacts": {"task_type": "image_classification",
        "train_statistics": images(json!({"cat": 150, "dog": 150})),
        "test_statistics": images(json!({"cat": 40, "dog": 60, "Cat": 20}))}});
    let report = analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(request));
    let it = report
        .analyses
        .iter()
        .find(|it| it.finding.code == "checks.new_labels")
        .unwrap();
    assert!(
        it.finding.description.contains("in another spelling"),
        "{}",
        it.finding.description
    );
    // No layer is too small, and nothing is to be taken out of the task.
    assert!(!advice.rationale.contains("too small") && !advice.action.contains("out of the task"));
    let (_, evidence, advice) = found(json!({"a": 50, "c": 150, "A ": 40, "z": 60}));
    assert!(
        evidence.contains("New is 'z'; known in another spelling are 'A ' ~ 'a' (40)"),
        "{evidence}"
    );
    assert!(advice.action.starts_with("First write the known classes") && advice.action.contains("rows for 'z'"));
}

#[test]
fn a_label_of_true_and_false_is_that_of_one_and_zero() {
    let side = |label: Value, classes: Value| {
        json!({"feature_statistics": {"a": column(300.0, 3.0, 1.0), "y": label},
            "number_unique_values": {"a": 290, "y": 2}, "numerical_features": ["a"], "label_column": "y", "class_distribution": classes})
    };
    let words = |no: u32| {
        let label = json!({"count": 300, "unique": 2, "top": "False", "freq": no});
        side(label, json!({"False": no, "True": 300 - no}))
    };
    let numbers = |no: u32| {
        let mean = f64::from(300 - no) / 300.0;
        let label = json!({"count": 300, "mean": mean, "std": (mean * (1.0 - mean)).sqrt(), "min": 0.0, "25%": 0.0, "50%": 0.0, "75%": 1.0, "max": 1.0});
        side(label, json!({"0": no, "1": 300 - no}))
    };
    let found = |train: Value, test: Value| {
        let report = analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(table(train, test)));
        let told = report.analyses.into_iter();
        told.map(|it| (it.finding.code, it.finding.severity, it.finding.evidence))
            .filter(|it| !it.0.starts_with("dataset.small"))
            .collect::<Vec<_>>()
    };
    for (train, test) in [(words(180), numbers(175)), (numbers(180), words(175))] {
        let told = found(train, test);
        let codes: Vec<&str> = told.iter().map(|it| it.0.as_str()).collect();
        assert_eq!(codes, ["dataset.mixed_types"], "{told:?}");
        assert_eq!(told[0].1, Severity::Low);
        assert!(told[0].2.contains("true and false"), "{told:?}");
    }
    // What drifts is told with its true shares.
    let told = found(words(180), numbers(60));
    let drift = told.iter().find(|it| it.0 == "checks.label_drift").unwrap();
    assert!(
        drift.2.contains("from 40 %") && drift.2.contains("to 80 %"),
        "{drift:?}"
    );
}
