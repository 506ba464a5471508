//! What to do about findings of one code: every distinct advice, once, with the test of success that fits it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use deepfix_dataset_plugin::DatasetArtifactsAnalyzer;
use deepfix_plugin::{
    Analysis,
    Severity::{High, Medium},
    testing::FakeHost,
};
use serde_json::{Value as Json, json};
use support::*;

fn of(code: &str, extras: &Json, action: &str) -> Analysis {
    let mut it = finding(code, Medium, 0.9);
    it.finding.extras = extras.to_string();
    it.recommendation.action = action.to_owned();
    it
}

/// Actions with how to tell that they worked.
fn plan(answer: &Answer) -> Vec<(String, String)> {
    let text = |it: &Json| it.as_str().unwrap().to_owned();
    let steps = answer.extras["actions"].as_array().unwrap();
    steps
        .iter()
        .map(|it| (text(&it["action"]), text(&it["how_to_tell"])))
        .collect()
}

#[test]
fn the_test_of_a_cure_fits_the_variant_of_the_finding() {
    for (agent, code, variant, word) in [
        (DATASET, "dataset.missing_values", "target", "no label was filled in"),
        (DATASET, "dataset.constant_feature", "label", "hold every class"),
        (
            CHECKPOINT,
            "checkpoint.unsafe_format",
            "imports",
            "Nobody can load the file",
        ),
        (CHECKS, "checks.label_leakage", "identifier", "shuffled rows"),
        (DATASET, "checks.train_test_leakage", "", "No row of the test split"),
        // One that is not known here has the text that holds for all.
        (
            CHECKS,
            "checks.train_test_leakage",
            "of-another-day",
            "passes on the new split",
        ),
    ] {
        let extras = if variant.is_empty() {
            json!({})
        } else {
            json!({"variant": variant})
        };
        let found = vec![of(code, &extras, "Act.")];
        let answer = reason(json!({}), &[completed(agent, found)]);
        let (_, tell) = &plan(&answer)[0];
        assert!(tell.contains(word), "{code} {variant}: {tell}");
        assert!(
            answer.report.summary.contains(tell.as_str()),
            "{}",
            answer.report.summary
        );
    }
}

#[test]
fn gaps_of_the_label_and_of_features_are_two_steps_with_tests_of_their_own() {
    let mut label = of(
        "dataset.missing_values",
        &json!({"variant": "target", "columns": ["y"]}),
        "Leave out.",
    );
    label.finding.severity = High;
    let features = of("dataset.missing_values", &json!({"columns": ["a"]}), "Impute.");
    for agents in [(DATASET, DATASET), (CHECKS, DATASET)] {
        let outcomes = if agents.0 == agents.1 {
            vec![completed(DATASET, vec![features.clone(), label.clone()])]
        } else {
            vec![
                completed(agents.0, vec![label.clone()]),
                completed(agents.1, vec![features.clone()]),
            ]
        };
        let answer = reason(json!({}), &outcomes);
        let plan = plan(&answer);
        let texts: Vec<&str> = plan.iter().map(|it| it.0.as_str()).collect();
        assert_eq!(texts, ["Leave out.", "Impute."]);
        assert!(
            plan[0].1.contains("filled in") && plan[1].1.contains("training rows only"),
            "{plan:?}"
        );
        assert_eq!(answer.extras["actions"][0]["expected_effect"], "high");
        assert_eq!(answer.extras["actions"][1]["expected_effect"], "medium");
        assert_eq!(answer.report.analyses[0].recommendation.action, "Leave out. Impute.");
        assert_eq!(answer.cause("dataset.missing_values")["title"], "Missing values");
    }
    let answer = reason(json!({}), &[completed(DATASET, vec![label])]);
    assert_eq!(answer.cause("dataset.missing_values")["title"], "Rows without a label");
}

#[test]
fn what_two_agents_say_of_the_same_columns_is_one_step() {
    let on = |columns: &[&str], action: &str| of("dataset.missing_values", &json!({"columns": columns}), action);
    let two = |second: Analysis| {
        let outcomes = [
            completed(DATASET, vec![on(&["a", "b"], "Impute a and b.")]),
            completed(CHECKS, vec![second]),
        ];
        plan(&reason(json!({}), &outcomes))
            .into_iter()
            .map(|it| it.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(two(on(&["a"], "Fill a.")), ["Impute a and b."]);
    assert_eq!(two(on(&["c"], "Fill c.")), ["Impute a and b. Fill c."]);
    // Where the first names no columns nothing is known to be left.
    let constant =
        |agent, extras: Json, action| completed(agent, vec![of("dataset.constant_feature", &extras, action)]);
    let named = constant(CHECKS, json!({"columns": ["a"]}), "Drop a.");
    let answer = reason(json!({}), &[constant(DATASET, json!({}), "Remove a."), named]);
    assert_eq!(plan(&answer).len(), 1);
    assert_eq!(plan(&answer)[0].0, "Remove a.");
    let drift = |agent, column: &str, action| {
        completed(
            agent,
            vec![of("checks.covariate_drift", &json!({"columns": [column]}), action)],
        )
    };
    let answer = reason(
        json!({}),
        &[
            drift(DATASET, "a", "Split again."),
            drift(CHECKS, "b", "Redo the split."),
        ],
    );
    assert_eq!(plan(&answer).len(), 1, "one split, one step");
}

#[test]
fn more_advice_of_one_code_than_a_plan_holds_is_cut() {
    let many = (0..9)
        .map(|it| of("dataset.outliers", &json!({}), &format!("Look at {it}.")))
        .collect();
    let answer = reason(json!({}), &[completed(DATASET, many)]);
    let plan = plan(&answer);
    assert_eq!(plan.len(), 1);
    assert_eq!(plan[0].0.matches("Look at").count(), 5);
}

#[test]
fn both_leaks_behind_a_perfect_metric_are_closed() {
    let rows = |score: f64| vec![score; 30];
    let curves = [
        curve(0.3, 0.01, 30, 0.5),
        curve(0.3, 0.01, 30, 0.5),
        rows(1.0),
        rows(1.0),
    ];
    let request = json!({"training_artifacts": training(curves, network(json!({})))});
    let mut column = of("checks.label_leakage", &json!({}), "Remove the column.");
    column.finding.severity = High;
    let shared = of("checks.train_test_leakage", &json!({}), "Drop the shared rows.");
    let found = completed(CHECKS, vec![shared, column]);
    let again = of("checks.label_leakage", &json!({}), "Find out about the column.");
    let answer = reason(
        request,
        &[found, completed(DATASET, vec![again]), completed(TRAINING, vec![])],
    );
    assert_eq!(answer.codes()[0], "cross.leakage_perfect_metric");
    let told: String = plan(&answer).into_iter().map(|it| it.0 + "\n").collect();
    for text in ["Remove the column.", "Drop the shared rows."] {
        assert_eq!(told.matches(text).count(), 1, "{told}");
    }
    assert!(!told.contains("Find out"), "another agent says the same: {told}");
}

#[test]
fn a_split_by_dates_gives_no_rows_away() {
    let perfect = [
        curve(0.3, 0.01, 30, 0.5),
        curve(0.3, 0.01, 30, 0.5),
        vec![1.0; 30],
        vec![1.0; 30],
    ];
    let request = json!({"training_artifacts": training(perfect, network(json!({})))});
    for (extras, gives) in [(json!({}), true), (json!({"variant": "past"}), false)] {
        let leak = of("checks.train_test_leakage", &extras, "Split again.");
        let found = [
            completed(CHECKS, vec![leak]),
            completed(DATASET, vec![finding("dataset.duplicates", Medium, 0.9)]),
            completed(TRAINING, vec![]),
        ];
        let answer = reason(request.clone(), &found);
        let codes = answer.codes();
        assert_eq!(codes.contains(&"cross.leakage_perfect_metric"), gives, "{codes:?}");
        assert_eq!(codes.contains(&"dataset.duplicates"), !gives, "{codes:?}");
    }
}

#[test]
fn to_stop_in_time_is_said_once_where_overfitting_is_the_cause() {
    let late = || finding("training.early_stopping_missed", Medium, 0.9);
    let request = || json!({"training_artifacts": healthy_training()});
    let of_curves = finding("training.overfitting", High, 0.9);
    let answer = reason(request(), &[completed(TRAINING, vec![of_curves, late()])]);
    assert_eq!(
        answer.consequences("training.overfitting"),
        ["training.early_stopping_missed"]
    );
    assert_eq!(plan(&answer).len(), 1, "{:?}", plan(&answer));
    // The advice on scores without a curve says nothing of epochs.
    let mut of_scores = of("training.overfitting", &json!({"variant": "gap"}), "Regularise.");
    of_scores.finding.severity = High;
    let outcomes = [completed(CHECKS, vec![of_scores]), completed(TRAINING, vec![late()])];
    assert_eq!(plan(&reason(request(), &outcomes)).len(), 2);
}

#[test]
fn what_an_analyzer_finds_of_label_and_features_reaches_the_plan() {
    let column = |count: usize| json!({"count": count, "mean": 1.0, "std": 0.5, "min": 0.0, "25%": 0.7, "50%": 1.0, "75%": 1.3, "max": 2.0});
    let statistics = json!({
        "feature_statistics": {"a": column(120), "b": column(200), "target": column(150)},
        "numerical_features": ["a", "b"],
    });
    let request = json!({"dataset_artifacts": {"task_type": "tabular_regression", "train_statistics": statistics}});
    let outcome = FakeHost::from_request(request.clone()).outcome::<DatasetArtifactsAnalyzer>();
    let plan = plan(&reason(request, &[outcome]));
    let of_label = plan.iter().filter(|it| it.0.contains("never fill a label in"));
    let tells: Vec<&str> = of_label.map(|it| it.1.as_str()).collect();
    assert_eq!(tells.len(), 1, "{plan:?}");
    assert!(tells[0].contains("no label was filled in"), "{tells:?}");
    let of_features = plan.iter().filter(|it| it.0.contains("have gaps before filling them"));
    assert_eq!(of_features.count(), 1, "{plan:?}");
}
