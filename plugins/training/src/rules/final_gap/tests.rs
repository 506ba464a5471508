use deepfix_plugin::{Report, Severity, testing::FakeHost};
use serde_json::{Value as Json, json};

use super::CODE;
use crate::{
    TrainingArtifactsAnalyzer,
    sample::{codes, severity},
};

/// A run that recorded final values.
fn run(metrics: &Json) -> Json {
    json!({"metrics_values": metrics})
}

fn of(metrics: &Json) -> Option<Severity> {
    severity(&run(metrics), CODE)
}

fn report(training: &Json) -> Report {
    let host = FakeHost::from_request(json!({"training_artifacts": training}));
    let report = host.analyze::<TrainingArtifactsAnalyzer>().unwrap();
    for analysis in &report.analyses {
        assert_eq!(host.verify(analysis), Vec::<String>::new());
    }
    report
}

/// What was not examined.
fn gaps(report: &Report) -> Vec<String> {
    let extras: Json = serde_json::from_str(&report.extras).unwrap();
    let gaps = extras["not_examined"].as_array().unwrap();
    gaps.iter().map(|it| it["what"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_regression_that_is_worse_than_a_constant_on_other_rows_is_found() {
    let worthless = json!({"train_rmse": [0.01], "val_rmse": [9.5], "train_r2": [0.999], "val_r2": [-0.3]});
    assert_eq!(of(&worthless), Some(Severity::High));
    assert_eq!(
        of(&json!({"train_r2": [0.95], "test_r2": [0.12]})),
        Some(Severity::Medium)
    );
    assert_eq!(of(&json!({"train_r2": [0.98], "test_r2": [0.45]})), Some(Severity::Low));
}

#[test]
fn r2_decides_before_errors_whose_unit_is_not_known() {
    let good = json!({"train_rmse": [0.01], "val_rmse": [9.5], "train_r2": [0.999], "val_r2": [0.97]});
    assert_eq!(of(&good), None);
    assert_eq!(of(&json!({"train_r2": [0.3], "test_r2": [0.05]})), None);
}

#[test]
fn an_accuracy_that_does_not_hold_on_other_rows_is_found_without_a_loss() {
    assert_eq!(
        of(&json!({"train_accuracy": [1.0], "test_accuracy": [0.61]})),
        Some(Severity::Medium)
    );
    // Beside losses, and in per cent.
    let both = json!({"train_accuracy": [100.0], "val_accuracy": [51.0], "train_loss": [0.001], "val_loss": [3.2]});
    assert_eq!(of(&both), Some(Severity::Medium));
    assert_eq!(
        of(&json!({"train_accuracy": [0.99], "val_accuracy": [0.82]})),
        Some(Severity::Low)
    );
    assert_eq!(
        of(&json!({"train_auc": [0.99], "val_auc": [0.52]})),
        Some(Severity::High)
    );
    assert_eq!(
        of(&json!({"train_error": [0.0], "val_error": [0.4]})),
        Some(Severity::Medium)
    );
}

#[test]
fn the_usual_optimism_of_training_rows_is_healthy() {
    for (train, validation) in [(0.97, 0.94), (1.0, 0.9), (0.8, 0.68), (0.7, 0.55), (0.9, 0.93)] {
        let metrics =
            json!({"train_accuracy": [train], "val_accuracy": [validation], "train_loss": [0.1], "val_loss": [0.4]});
        assert_eq!(of(&metrics), None, "{train} {validation}");
    }
}

#[test]
fn trees_that_know_their_training_rows_are_healthy() {
    let of = |validation: f64| {
        let run = json!({"metrics_values": {"train_accuracy": [1.0], "test_accuracy": [validation]}, "params": {"n_estimators": 100, "max_depth": 30}});
        severity(&run, CODE)
    };
    // However far: labels that are no clearer than that look the same.
    assert_eq!(
        (of(0.82), of(0.75), of(0.6)),
        (None, Some(Severity::Low), Some(Severity::Low))
    );
}

#[test]
fn errors_that_are_several_times_as_large_on_other_rows_are_found() {
    assert_eq!(
        of(&json!({"train_loss": [0.01], "val_loss": [3.5]})),
        Some(Severity::Medium)
    );
    // Of an error whose unit is not known it is no more than a remark.
    for name in ["rmse", "mae", "mape"] {
        let (train, test) = (format!("train_{name}"), format!("test_{name}"));
        assert_eq!(of(&json!({train: [0.4], test: [9.0]})), Some(Severity::Low), "{name}");
    }
    assert_eq!(
        of(&json!({"train_mse": [0.01], "test_mse": [4.0]})),
        Some(Severity::Low)
    );
    assert_eq!(
        of(&json!({"train_perplexity": [1.2], "val_perplexity": [90.0]})),
        Some(Severity::Medium)
    );
}

#[test]
fn errors_that_are_next_to_nothing_or_as_usual_are_healthy() {
    for (train, validation) in [(0.001, 0.1), (0.3, 0.9), (0.5, 0.45), (-2.0, 3.0)] {
        assert_eq!(
            of(&json!({"train_loss": [train], "val_loss": [validation]})),
            None,
            "{train}"
        );
    }
    assert_eq!(of(&json!({"train_rmse": [0.01], "val_rmse": [0.08]})), None);
    assert_eq!(of(&json!({"train_rmse": [1.0], "val_rmse": [2.6]})), None);
    assert_eq!(of(&json!({"train_perplexity": [8.0], "val_perplexity": [14.0]})), None);
}

#[test]
fn one_point_is_told_with_less_confidence_than_curves_and_says_what_it_does_not_show() {
    let report = report(&run(&json!({"train_accuracy": [1.0], "test_accuracy": [0.61]})));
    let found = &report.analyses[0].finding;
    assert!((0.5..0.8).contains(&found.confidence), "{}", found.confidence);
    assert!(
        found.evidence.contains("One value tells no course"),
        "{}",
        found.evidence
    );
    assert!(gaps(&report).contains(&"The course of training".to_owned()));
}

#[test]
fn a_name_without_a_split_is_weaker_evidence_and_says_so() {
    let of = |name: &str| {
        report(&run(&json!({name: [0.97], "test_accuracy": [0.6]}))).analyses[0]
            .finding
            .clone()
    };
    let (bare, named) = (of("accuracy"), of("train_accuracy"));
    assert!(bare.confidence < named.confidence);
    let told = |it: &str| it.contains("does not say of which rows");
    assert!(told(&bare.evidence) && !told(&named.evidence), "{}", bare.evidence);
}

#[test]
fn final_values_without_a_fault_are_no_clean_bill_of_the_course() {
    let report = report(&run(&json!({"train_accuracy": [0.93], "val_accuracy": [0.91]})));
    assert!(report.analyses.is_empty());
    assert_eq!(gaps(&report)[0], "The course of training");
    assert!(
        report.summary.contains("Only final values") && !report.summary.contains("curves"),
        "{}",
        report.summary
    );
}

#[test]
fn values_that_nothing_can_be_compared_with_are_told_as_not_examined() {
    for metrics in [
        json!({"loss": [0.3]}),
        json!({"val_accuracy": [0.93]}),
        json!({"train_loss": [0.1], "val_r2": [0.2]}),
    ] {
        let report = report(&run(&metrics));
        assert!(report.analyses.is_empty());
        assert_eq!(gaps(&report)[..2], ["The course of training", "Overfitting"]);
        assert!(report.summary.contains("nothing to compare"), "{}", report.summary);
    }
}

#[test]
fn a_metric_without_losses_is_judged_where_its_gap_opens() {
    let epochs: Vec<usize> = (0..20).collect();
    let train: Vec<f64> = (0..20).map(|it| 1.0 - 0.45 * (-0.3 * f64::from(it)).exp()).collect();
    let opening: Vec<f64> = (0..20).map(|it| 0.62 - 0.1 * (-0.3 * f64::from(it)).exp()).collect();
    let found = json!({"epoch": epochs, "train_accuracy": train, "val_accuracy": opening});
    assert_eq!(of(&found), Some(Severity::Medium));
    let evidence = &report(&run(&found)).analyses[0].finding.evidence;
    assert!(evidence.contains("At the start they were"), "{evidence}");
    // There from the start: the rows differ.
    let open: Vec<f64> = train.iter().map(|it| it - 0.3).collect();
    assert_eq!(
        of(&json!({"epoch": epochs, "train_accuracy": train, "val_accuracy": open})),
        None
    );
    // A few epochs of fine-tuning always leave a gap.
    assert_eq!(
        of(&json!({"epoch": [1, 2, 3], "train_accuracy": [0.6, 0.9, 1.0], "val_accuracy": [0.6, 0.6, 0.6]})),
        None
    );
}

#[test]
fn losses_along_the_run_are_left_to_the_rule_on_curves() {
    let train: Vec<f64> = (0..20).map(|it| 0.5 * (-0.6 * f64::from(it)).exp()).collect();
    let metrics = json!({"epoch": (0..20).collect::<Vec<_>>(), "train_loss": train, "val_loss": vec![0.5; 20],
        "train_accuracy": vec![1.0; 20], "val_accuracy": vec![0.5; 20]});
    assert!(codes(&run(&metrics)).iter().all(|it| it != CODE));
}
