//! What a language model suspects is shown beside what rules found, and changes none of it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use deepfix_plugin::Severity::{Low, Medium};
use serde_json::{Value, json};
use support::*;

/// A run whose gap is there from the start, as drift would have it.
fn early_gap() -> Value {
    json!({
        "dataset_artifacts": dataset((400, 200), (1.0, 1.0), 2),
        "training_artifacts": training(
            [curve(0.69, 0.3, 30, 0.3), curve(0.75, 0.6, 30, 0.3), curve(0.55, 0.9, 30, 0.3), curve(0.5, 0.7, 30, 0.3)],
            network(json!({})),
        ),
    })
}

#[test]
fn drift_that_only_a_model_sees_rules_out_no_verified_overfitting() {
    let outcomes = [
        completed(CHECKS, vec![of_model("checks.covariate_drift")]),
        completed(TRAINING, vec![finding("training.overfitting", Medium, 0.7)]),
    ];
    let answer = reason(early_gap(), &outcomes);
    let mut codes = answer.codes();
    codes.sort_unstable();
    assert_eq!(codes, ["checks.covariate_drift", "training.overfitting"]);
    assert!(answer.ruled_out().is_empty());
    // Nor is what a rule found a consequence of it.
    assert!(answer.consequences("checks.covariate_drift").is_empty());
    let of = |code: &str| {
        let it = answer.report.analyses.iter().find(|it| it.finding.code == code);
        it.unwrap().finding.clone()
    };
    assert!(of("checks.covariate_drift").extras.contains("\"origin\":\"finding\""));
    assert!(!of("training.overfitting").extras.contains("llm"));
}

#[test]
fn a_leak_that_only_a_model_sees_makes_no_good_metric_suspicious() {
    let perfect = json!({
        "training_artifacts": training(
            [curve(0.6, 0.05, 30, 0.5), curve(0.6, 0.06, 30, 0.5), curve(0.9, 0.99, 30, 0.9), curve(0.9, 0.99, 30, 0.9)],
            network(json!({})),
        ),
    });
    let by_rule = [completed(CHECKS, vec![finding("checks.label_leakage", Medium, 0.8)])];
    assert_eq!(
        reason(perfect.clone(), &by_rule).codes(),
        ["cross.leakage_perfect_metric"]
    );
    let by_model = [completed(CHECKS, vec![of_model("checks.label_leakage")])];
    let answer = reason(perfect, &by_model);
    assert!(
        !answer.codes().contains(&"cross.leakage_perfect_metric"),
        "{:?}",
        answer.codes()
    );
    assert!(answer.codes().contains(&"checks.label_leakage"));
}

#[test]
fn label_noise_that_only_a_model_sees_does_not_stand_against_a_leak() {
    let outcomes = |noise| {
        [
            completed(
                CHECKS,
                vec![
                    finding("checks.label_leakage", deepfix_plugin::Severity::High, 0.9),
                    noise,
                ],
            ),
            completed(TRAINING, vec![finding("dataset.label_noise", Medium, 0.6)]),
        ]
    };
    let by_rule = finding("dataset.label_noise", Medium, 0.6);
    assert!(reason(early_gap(), &outcomes(by_rule)).ruled_out().is_empty());
    assert_eq!(
        reason(early_gap(), &outcomes(of_model("dataset.label_noise"))).ruled_out(),
        ["dataset.label_noise"]
    );
}

#[test]
fn a_model_makes_a_weak_finding_of_a_rule_neither_surer_nor_worse() {
    let request = json!({"training_artifacts": healthy_training()});
    let rule = || finding("training.no_shuffle", Low, 0.3);
    let of = |outcomes: &[deepfix_plugin::AgentOutcome]| {
        let answer = reason(request.clone(), outcomes);
        let it = answer
            .report
            .analyses
            .iter()
            .find(|it| it.finding.code == "training.no_shuffle");
        let it = it.unwrap().clone();
        (
            it.finding.severity,
            it.finding.confidence,
            it.recommendation.action.clone(),
            answer.cause("training.no_shuffle")["findings"]
                .as_array()
                .unwrap()
                .len(),
        )
    };
    let alone = of(&[completed(TRAINING, vec![rule()])]);
    assert!(alone.0 == Low && (alone.1 - 0.3).abs() < 1e-9, "{alone:?}");
    let mut suspected = of_model("training.no_shuffle");
    suspected.recommendation.action = "do as I say".into();
    let together = of(&[completed(CHECKS, vec![suspected]), completed(TRAINING, vec![rule()])]);
    assert_eq!((together.0, together.1, together.2), (alone.0, alone.1, alone.2));
    // It is listed beside it all the same.
    assert_eq!((alone.3, together.3), (1, 2));
}
