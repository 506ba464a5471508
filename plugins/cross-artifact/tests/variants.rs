//! What the variants of findings say about each other: titles, consequences and steps.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use deepfix_plugin::{
    Analysis, ArtifactKind,
    Severity::{self, High, Low, Medium},
    Source,
};
use serde_json::{Value as Json, json};
use support::*;

fn of(code: &str, severity: Severity, extras: &Json, action: &str) -> Analysis {
    let mut it = finding(code, severity, 0.9);
    it.finding.extras = extras.to_string();
    it.recommendation.action = action.to_owned();
    it
}

/// The finding with a fact that was read at this place of the artifact of checks, which holds it.
fn at(mut it: Analysis, pointer: &str, value: f64) -> Analysis {
    let source = Source {
        artifact: ArtifactKind::Deepchecks,
        pointer: pointer.to_owned(),
    };
    it.finding = it.finding.fact("value", value, source);
    it
}

fn plan(answer: &Answer) -> Vec<String> {
    let steps = answer.extras["actions"].as_array().unwrap();
    steps
        .iter()
        .map(|it| it["action"].as_str().unwrap().to_owned())
        .collect()
}

fn tells(answer: &Answer) -> Vec<String> {
    let steps = answer.extras["actions"].as_array().unwrap();
    steps
        .iter()
        .map(|it| it["how_to_tell"].as_str().unwrap().to_owned())
        .collect()
}

fn title(answer: &Answer, code: &str) -> String {
    answer.cause(code)["title"].as_str().unwrap().to_owned()
}

/// Inconsistent strings of these columns, as a check of texts tells them.
fn strings(columns: &str) -> Analysis {
    let mut it = of("checks.inconsistent_strings", Low, &json!({}), "Normalise case.");
    it.finding = it
        .finding
        .computed("String Mismatch", format!("columns with variants: {{{columns}}}"));
    it
}

#[test]
fn a_fault_of_several_variants_has_the_title_that_holds_for_all() {
    let leak = |variant: Option<&str>, action: &str| {
        let extras = variant.map_or(json!({}), |it| json!({"variant": it}));
        of("checks.train_test_leakage", Medium, &extras, action)
    };
    for (first, second, expected) in [
        (
            Some("keys"),
            Some("overlap"),
            "A test split that is not independent of training",
        ),
        (Some("past"), None, "A test split that is not independent of training"),
        (None, Some("past"), "A test split that is not independent of training"),
        (None, None, "Test rows that are also in the training data"),
        (
            Some("past"),
            Some("past"),
            "A test split that lies before the training split",
        ),
    ] {
        let found = vec![leak(first, "Act."), leak(second, "Act as well.")];
        let answer = reason(json!({}), &[completed(CHECKS, found)]);
        assert_eq!(
            title(&answer, "checks.train_test_leakage"),
            expected,
            "{first:?} {second:?}"
        );
    }
}

#[test]
fn nobody_fills_in_or_removes_a_label_that_another_agent_takes_for_a_feature() {
    let target = json!({"variant": "target", "columns": ["y"]});
    let gaps = |columns: &[&str], severity| {
        of(
            "dataset.missing_values",
            severity,
            &json!({"columns": columns}),
            "Impute.",
        )
    };
    // Whichever of the two is the worse or the surer.
    for severity in [Medium, High] {
        let known = of("dataset.missing_values", Medium, &target, "Leave out.");
        let answer = reason(
            json!({}),
            &[
                completed(CHECKS, vec![gaps(&["y"], severity)]),
                completed(DATASET, vec![known]),
            ],
        );
        assert_eq!(plan(&answer), ["Leave out."]);
        assert!(tells(&answer)[0].contains("no label was filled in"));
        assert_eq!(title(&answer, "dataset.missing_values"), "Rows without a label");
    }
    // Gaps of a feature beside it have a step of their own.
    let known = of("dataset.missing_values", Medium, &target, "Leave out.");
    let outcomes = [
        completed(DATASET, vec![known]),
        completed(CHECKS, vec![gaps(&["a"], Medium)]),
    ];
    assert_eq!(plan(&reason(json!({}), &outcomes)), ["Leave out.", "Impute."]);
    // The label that never changes is named by the place that it was read at.
    let single = of(
        "dataset.constant_feature",
        High,
        &json!({"variant": "label"}),
        "Find rows.",
    );
    let single = at(single, "/results/number_unique_values/y", 1.0);
    let remove = |column: &str| {
        of(
            "dataset.constant_feature",
            Medium,
            &json!({"columns": [column]}),
            "Remove it.",
        )
    };
    let request = json!({"deepchecks_artifacts": {"results": {"number_unique_values": {"y": 1.0}}}});
    for (column, steps) in [("y", vec!["Find rows."]), ("a", vec!["Find rows.", "Remove it."])] {
        let outcomes = [
            completed(DATASET, vec![single.clone()]),
            completed(CHECKS, vec![remove(column)]),
        ];
        assert_eq!(plan(&reason(request.clone(), &outcomes)), steps, "{column}");
    }
}

#[test]
fn what_an_agent_says_twice_of_the_same_columns_is_one_step() {
    let target = |columns: &[&str], action: &str| {
        let extras = json!({"variant": "target", "columns": columns});
        of("dataset.missing_values", Medium, &extras, action)
    };
    let two = |second| {
        reason(
            json!({}),
            &[completed(DATASET, vec![target(&["y"], "Leave gaps out."), second])],
        )
    };
    assert_eq!(plan(&two(target(&["y"], "Leave marks out."))), ["Leave gaps out."]);
    assert_eq!(
        plan(&two(target(&["z"], "Leave marks out."))),
        ["Leave gaps out. Leave marks out."]
    );
}

#[test]
fn a_class_in_another_spelling_moves_no_distribution() {
    for (variant, effects) in [
        (json!({"variant": "spelling"}), 0),
        (json!({"variant": "named"}), 2),
        (json!({}), 2),
    ] {
        let found = vec![
            of("checks.new_labels", High, &variant, "Write alike."),
            of("checks.label_drift", Medium, &json!({}), "Split again."),
            of("checks.covariate_drift", Medium, &json!({}), "Split again."),
        ];
        let answer = reason(json!({}), &[completed(CHECKS, found)]);
        assert_eq!(answer.consequences("checks.new_labels").len(), effects, "{variant}");
        assert_eq!(
            answer.codes().contains(&"checks.covariate_drift"),
            effects == 0,
            "{variant}"
        );
    }
}

#[test]
fn the_spelling_of_classes_is_told_once_by_who_knows_it() {
    let respelt = || {
        of(
            "checks.new_labels",
            Medium,
            &json!({"variant": "spelling"}),
            "Write alike.",
        )
    };
    let counted = of("checks.new_labels", High, &json!({}), "Stratify.");
    let counted = at(counted, "/results/number_unique_values/y", 4.0);
    let request = json!({"deepchecks_artifacts": {"results": {"number_unique_values": {"y": 4.0}}}});
    let answer = reason(
        request.clone(),
        &[
            completed(DATASET, vec![counted]),
            completed(CHECKS, vec![respelt(), strings("'y': 'a'")]),
        ],
    );
    assert_eq!(plan(&answer), ["Write alike."]);
    assert_eq!(
        title(&answer, "checks.new_labels"),
        "Classes in another spelling in the test data"
    );
    assert!(
        tells(&answer)[0].contains("write their classes alike"),
        "{:?}",
        tells(&answer)
    );
    assert_eq!(
        answer.consequences("checks.new_labels"),
        ["checks.inconsistent_strings"]
    );
    let why = answer.cause("checks.new_labels")["consequences"][0]["why"]
        .as_str()
        .unwrap();
    assert!(why.contains("each spelling is a class of its own"), "{why}");
    // Another column, and classes that are new indeed, leave the strings a remark of their own.
    for (first, columns) in [(respelt(), "'y': 'a', 'b': 'c'"), (respelt(), "'b': 'c'")] {
        let first = at(first, "/results/number_unique_values/y", 4.0);
        let answer = reason(request.clone(), &[completed(CHECKS, vec![first, strings(columns)])]);
        assert!(answer.codes().contains(&"checks.inconsistent_strings"), "{columns}");
    }
    let new = of("checks.new_labels", Medium, &json!({"variant": "named"}), "Stratify.");
    let new = at(new, "/results/number_unique_values/y", 4.0);
    let answer = reason(request, &[completed(CHECKS, vec![new, strings("'y': 'a'")])]);
    assert!(answer.codes().contains(&"checks.inconsistent_strings"));
}

/// A classifier tells the splits apart by a column that was not compared.
fn uncompared(column: &str) -> Analysis {
    let it = of(
        "checks.covariate_drift",
        Medium,
        &json!({"variant": "uncompared"}),
        "Convert.",
    );
    at(
        it,
        &format!("/results/domain_classifier_feature_importance/{column}"),
        1.0,
    )
}

#[test]
fn a_column_of_two_types_is_told_once() {
    let request =
        json!({"deepchecks_artifacts": {"results": {"domain_classifier_feature_importance": {"a": 1.0, "b": 1.0}}}});
    let categories = |column: &str| {
        let extras = json!({"variant": "many", "columns": [column]});
        of("checks.new_categories", Medium, &extras, "Find out.")
    };
    let types = |severity| {
        let extras = json!({"variant": "splits", "columns": ["a"]});
        completed(DATASET, vec![of("dataset.mixed_types", severity, &extras, "One type.")])
    };
    for severity in [Low, Medium, High] {
        let found = vec![uncompared("a"), categories("a"), strings("'a': '1'")];
        let answer = reason(request.clone(), &[types(severity), completed(CHECKS, found)]);
        assert_eq!(plan(&answer), ["One type."], "{severity:?}");
        assert_eq!(answer.consequences("dataset.mixed_types").len(), 3, "{severity:?}");
        // Another column's have another cause.
        let found = vec![uncompared("b"), categories("b"), strings("'b': '1'")];
        let answer = reason(request.clone(), &[types(severity), completed(CHECKS, found)]);
        assert_eq!(plan(&answer).len(), 4, "{severity:?}");
    }
    // A column that drifts is not one of two types, and one that was not compared moves no labels.
    let drift = of(
        "checks.covariate_drift",
        Medium,
        &json!({"columns": ["a"]}),
        "Split again.",
    );
    let answer = reason(json!({}), &[types(Medium), completed(CHECKS, vec![drift])]);
    assert!(answer.codes().contains(&"checks.covariate_drift"));
    let labels = of("checks.label_drift", Medium, &json!({}), "Split again.");
    let answer = reason(request, &[types(Low), completed(CHECKS, vec![uncompared("a"), labels])]);
    assert!(answer.codes().contains(&"checks.label_drift"));
}

#[test]
fn a_remark_on_a_few_texts_hides_no_fault_of_the_same_column() {
    let few = of("dataset.mixed_types", Low, &json!({"columns": ["a"]}), "One type.");
    let many = json!({"variant": "many", "columns": ["a"]});
    let categories = of("checks.new_categories", Medium, &many, "Find out.");
    let answer = reason(
        json!({}),
        &[completed(DATASET, vec![few]), completed(CHECKS, vec![categories])],
    );
    assert!(
        answer.codes().contains(&"checks.new_categories"),
        "{:?}",
        answer.codes()
    );
    assert!(
        tells(&answer)[0].contains("no feature any more"),
        "{:?}",
        tells(&answer)
    );
}

#[test]
fn overfitting_that_only_final_values_tell_is_judged_without_a_course() {
    let found = of(
        "training.overfitting",
        Medium,
        &json!({"variant": "final"}),
        "Restrain it.",
    );
    let answer = reason(
        json!({"training_artifacts": healthy_training()}),
        &[completed(TRAINING, vec![found])],
    );
    let tell = &tells(&answer)[0];
    assert!(tell.contains("because it is better itself"), "{tell}");
}

#[test]
fn a_column_that_was_not_compared_is_called_so() {
    let request = json!({"deepchecks_artifacts": {"results": {"domain_classifier_feature_importance": {"a": 1.0}}}});
    let answer = reason(request, &[completed(CHECKS, vec![uncompared("a")])]);
    assert_eq!(
        title(&answer, "checks.covariate_drift"),
        "A column that could not be compared between the splits"
    );
}

#[test]
fn a_gap_that_the_spelling_of_classes_explains_asks_for_no_other_split() {
    let gap = [
        curve(0.69, 0.3, 30, 0.3),
        curve(0.75, 0.6, 30, 0.3),
        curve(0.55, 0.9, 30, 0.3),
        curve(0.5, 0.7, 30, 0.3),
    ];
    let request = json!({
        "dataset_artifacts": dataset((400, 200), (1.0, 1.0), 2),
        "training_artifacts": training(gap, network(json!({}))),
    });
    let found = |variant: &str, more: Option<Analysis>| {
        let labels = of("checks.new_labels", High, &json!({"variant": variant}), "Write alike.");
        let found = std::iter::once(labels).chain(more).collect();
        let outcomes = [completed(CHECKS, found), completed(TRAINING, vec![])];
        reason(request.clone(), &outcomes)
    };
    let answer = found("spelling", None);
    assert_eq!(answer.codes(), ["cross.drift_not_overfitting"]);
    assert!(
        plan(&answer)[0].contains("Write each class in one way"),
        "{:?}",
        plan(&answer)
    );
    assert!(
        tells(&answer)[0].contains("one spelling per class"),
        "{:?}",
        tells(&answer)
    );
    let answer = found("named", None);
    assert!(
        plan(&answer)[0].contains("every class in both parts"),
        "{:?}",
        plan(&answer)
    );
    // Beside a shift that explains the gap the spelling keeps a step of its own.
    let shift = of("checks.covariate_drift", High, &json!({}), "Split again.");
    let answer = found("spelling", Some(shift));
    assert!(
        plan(&answer).contains(&"Write alike.".to_owned()),
        "{:?}",
        plan(&answer)
    );
    assert!(
        answer.codes().contains(&"cross.drift_not_overfitting"),
        "{:?}",
        answer.codes()
    );
}
