//! What is told of a curve is what was logged, although curves average the rows of long logs.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use deepfix_plugin::{Severity::High, testing::FakeHost};
use deepfix_training_plugin::TrainingArtifactsAnalyzer;
use serde_json::{Value as Json, json};
use support::*;

const ROWS: usize = 1200;

/// A log of single steps, ten numbers apart; every row has values of its own.
fn steps() -> Json {
    let rows = |from: f64, to: f64| -> Vec<f64> {
        let noise = |it: usize| 0.002 * ((it * 7) % 5) as f64;
        let values = curve(from, to, ROWS, 0.02);
        values.iter().enumerate().map(|(row, it)| it + noise(row)).collect()
    };
    let steps: Vec<usize> = (0..ROWS).map(|it| it * 10).collect();
    json!({"training_artifacts": {
        "metrics_values": {
            "step": steps, "train_loss": rows(1.5, 0.01), "val_loss": rows(1.6, 0.02),
            "train_accuracy": rows(0.5, 0.99), "val_accuracy": rows(0.5, 0.98),
        },
        "params": network(json!({})),
    }})
}

#[test]
fn the_place_of_a_perfect_metric_is_a_row_with_that_value() {
    let request = steps();
    let leak = completed(CHECKS, vec![finding("checks.label_leakage", High, 0.9)]);
    let answer = reason(request.clone(), &[leak, completed(TRAINING, vec![])]);
    assert_eq!(answer.codes()[0], "cross.leakage_perfect_metric");
    let finding = &answer.report.analyses[0].finding;
    let logged = |name: &str| {
        request["training_artifacts"]["metrics_values"][name]
            .as_array()
            .unwrap()
    };
    let facts = finding.facts.iter().filter(|it| it.label == "val_accuracy");
    let mut told = 0;
    for fact in facts {
        let cell = fact.source.as_ref().expect("it was read in a cell");
        let row: usize = cell.pointer.rsplit('/').next().unwrap().parse().unwrap();
        let step = logged("step")[row].as_u64().unwrap();
        told += usize::from(finding.evidence.contains(&format!("at step {step} ")));
    }
    assert_eq!(told, 1, "{}", finding.evidence);
}

#[test]
fn what_was_looked_at_is_counted_in_logged_points() {
    let request = steps();
    let outcome = FakeHost::from_request(request.clone()).outcome::<TrainingArtifactsAnalyzer>();
    let answer = reason(request, &[outcome]);
    let evidence = &answer.report.summary;
    assert!(evidence.contains("1200 points"), "{evidence}");
    assert!(evidence.contains("from 1.6 to 0.02"), "{evidence}");
}
