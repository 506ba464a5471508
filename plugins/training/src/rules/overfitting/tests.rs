use deepfix_plugin::Severity;
use serde_json::{Value as Json, json};

use super::CODE;
use crate::sample::{codes, decay, epochs, severity};

fn rising(points: usize, best: usize, low: f64, slope: f64) -> Vec<f64> {
    (0..points)
        .map(|it| {
            if it < best {
                low + 0.4 * (1.0 - it as f64 / best as f64)
            } else {
                low + slope * (it - best) as f64
            }
        })
        .collect()
}

fn run(train: &[f64], validation: &[f64], params: &Json) -> Json {
    json!({"metrics_values": {"epoch": epochs(train.len()), "train_loss": train, "val_loss": validation}, "params": params})
}

#[test]
fn a_gap_that_opens_is_found_with_the_missed_stop() {
    let found = run(
        &decay(60, 0.9, 0.02, 10.0, 0.01),
        &rising(60, 12, 0.45, 0.01),
        &json!({"early_stopping": false, "num_epochs": 60}),
    );
    assert_eq!(severity(&found, CODE), Some(Severity::High));
    assert_eq!(codes(&found), [CODE, "training.early_stopping_missed"]);
}

#[test]
fn a_gap_from_the_first_epoch_is_not_overfitting() {
    let validation: Vec<f64> = rising(60, 2, 1.9, 0.01);
    assert!(
        severity(
            &run(
                &decay(60, 0.9, 0.1, 10.0, 0.01),
                &validation,
                &json!({"early_stopping": false})
            ),
            CODE
        )
        .is_none()
    );
}

#[test]
fn a_gap_that_opens_wide_is_overfitting_though_the_first_epoch_shows_a_small_one() {
    let validation: Vec<f64> = (0..40)
        .map(|it| {
            if it < 4 {
                0.95 - 0.06 * f64::from(it)
            } else {
                0.71 + 0.02 * f64::from(it - 4)
            }
        })
        .collect();
    let found = run(
        &decay(40, 0.7, 0.01, 6.0, 0.002),
        &validation,
        &json!({"early_stopping": false, "num_epochs": 40}),
    );
    assert_eq!(codes(&found), [CODE, "training.early_stopping_missed"]);
    assert_eq!(severity(&found, CODE), Some(Severity::High));
    assert_eq!(
        severity(&found, "training.early_stopping_missed"),
        Some(Severity::Medium)
    );
}

#[test]
fn a_run_that_early_stopping_ended_is_healthy() {
    let found = run(
        &decay(18, 0.9, 0.02, 6.0, 0.01),
        &rising(18, 10, 0.45, 0.01),
        &json!({"early_stopping": true, "num_epochs": 60}),
    );
    assert!(codes(&found).is_empty());
}

#[test]
fn dropout_that_makes_validation_better_is_healthy() {
    let found = run(
        &decay(40, 0.9, 0.5, 10.0, 0.05),
        &decay(40, 0.7, 0.42, 8.0, 0.003),
        &json!({"dropout": 0.5}),
    );
    assert!(codes(&found).is_empty());
}

#[test]
fn a_patience_longer_than_the_run_stops_nothing() {
    let found = run(
        &decay(60, 0.9, 0.02, 10.0, 0.01),
        &rising(60, 12, 0.45, 0.01),
        &json!({"early_stopping": true, "patience": 500, "num_epochs": 60}),
    );
    assert_eq!(severity(&found, CODE), Some(Severity::High));
}

#[test]
fn validation_that_never_improves_may_have_other_labels() {
    // Worse than a constant throughout: wrong labels are as likely, and there is no more than a remark.
    let mut found = run(
        &decay(40, 2.3, 0.5, 8.0, 0.01),
        &rising(40, 10, 2.35, 0.01),
        &json!({"early_stopping": false}),
    );
    found["metrics_values"]["val_r2"] = json!(vec![-0.15; 40]);
    assert_eq!(severity(&found, CODE), Some(Severity::Low));
    // The same losses of a model that explains something are a plain case.
    found["metrics_values"]["val_r2"] = json!(vec![0.45; 40]);
    assert!(severity(&found, CODE) >= Some(Severity::Low));
}

#[test]
fn losses_alone_are_enough() {
    // It never improves by much, and no metric says how good it is: a remark, not silence.
    let validation: Vec<f64> = (0..40)
        .map(|it| {
            if it < 4 {
                0.70 - 0.01 * f64::from(it)
            } else {
                0.67 + 0.012 * f64::from(it - 4)
            }
        })
        .collect();
    let found = run(
        &decay(40, 0.69, 0.1, 10.0, 0.002),
        &validation,
        &json!({"early_stopping": false, "num_epochs": 40}),
    );
    assert_eq!(severity(&found, CODE), Some(Severity::Low));
}

#[test]
fn a_short_run_that_tells_nothing_of_early_stopping_is_judged_by_its_rise() {
    let train: Vec<f64> = (0..10).map(|it| 0.9 * (-0.35 * f64::from(it)).exp() + 0.02).collect();
    let validation: Vec<f64> = (0..10)
        .map(|it| 0.6 + 0.35 * (-1.2 * f64::from(it)).exp() + 0.03 * f64::from(it))
        .collect();
    let run = |params: &Json| json!({"metrics_values": {"epoch": epochs(10), "train_loss": train, "val_loss": validation}, "params": params});
    // 26 % above its best.
    assert_eq!(severity(&run(&json!({})), CODE), Some(Severity::Medium));
    assert_eq!(
        severity(&run(&json!({"early_stopping": false})), CODE),
        Some(Severity::Medium)
    );
    assert_eq!(severity(&run(&json!({"early_stopping_patience": 7})), CODE), None);
    assert_eq!(severity(&run(&json!({"num_epochs": 50})), CODE), None);
    let slight: Vec<f64> = validation.iter().map(|it| 0.3 + 0.7 * it).collect();
    let slight = json!({"metrics_values": {"epoch": epochs(10), "train_loss": train, "val_loss": slight}});
    assert_eq!(severity(&slight, CODE), Some(Severity::Low));
    let alone = json!({"metrics_values": {"epoch": epochs(10), "val_loss": validation}});
    assert_eq!(severity(&alone, "training.early_stopping_missed"), Some(Severity::Low));
}

#[test]
fn an_r2_that_the_rise_itself_pushed_below_zero_was_learnt_all_the_same() {
    let validation: Vec<f64> = (0..60)
        .map(|it| {
            if it < 6 {
                1.0 - 0.01 * f64::from(it)
            } else {
                0.95 + 0.0045 * f64::from(it - 6)
            }
        })
        .collect();
    let with_r2 = |first: f64, best: f64, end: f64| {
        let mut found = run(
            &decay(60, 0.96, 0.27, 25.0, 0.001),
            &validation,
            &json!({"early_stopping": false, "num_epochs": 60}),
        );
        let r2: Vec<f64> = (0..60)
            .map(|it| {
                if it < 6 {
                    first + (best - first) * f64::from(it) / 6.0
                } else {
                    best + (end - best) * f64::from(it - 6) / 53.0
                }
            })
            .collect();
        found["metrics_values"]["val_r2"] = json!(r2);
        severity(&found, CODE)
    };
    assert_eq!(with_r2(0.05, 0.12, -0.12), Some(Severity::Medium));
    // Labels that belong to other rows never let it rise so far.
    assert_eq!(with_r2(-0.05, 0.02, -0.3), Some(Severity::Low));
    assert_eq!(with_r2(-0.4, -0.4, -0.8), Some(Severity::Low));
}

#[test]
fn an_accuracy_that_was_once_far_above_guessing_was_learnt_all_the_same() {
    let validation: Vec<f64> = (0..60)
        .map(|it| {
            if it < 6 {
                1.1 - 0.005 * f64::from(it)
            } else {
                1.07 + 0.008 * f64::from(it - 6)
            }
        })
        .collect();
    let with_accuracy = |best: f64| {
        let mut found = run(
            &decay(60, 1.08, 0.27, 25.0, 0.001),
            &validation,
            &json!({"early_stopping": false, "num_epochs": 60, "num_classes": 3}),
        );
        let accuracy: Vec<f64> = (0..60)
            .map(|it| match it {
                0 => 0.33,
                1..=12 => best,
                _ => 0.33 + 0.0001 * f64::from(it),
            })
            .collect();
        found["metrics_values"]["val_accuracy"] = json!(accuracy);
        severity(&found, CODE)
    };
    assert_eq!(with_accuracy(0.6), Some(Severity::Medium));
    assert_eq!(with_accuracy(0.36), Some(Severity::Low));
}

#[test]
fn losses_of_another_size_are_no_gap_where_r2_agree_at_first() {
    let validation: Vec<f64> = (0..60).map(|it| 1.25 + 0.01 * f64::from(it)).collect();
    let with_r2 = |first: f64, end: f64| {
        let mut found = run(
            &decay(60, 0.86, 0.08, 12.0, 0.001),
            &validation,
            &json!({"early_stopping": false, "num_epochs": 60}),
        );
        let line =
            |from: f64, to: f64| -> Vec<f64> { (0..60).map(|it| from + (to - from) * f64::from(it) / 59.0).collect() };
        found["metrics_values"]["train_r2"] = json!(line(0.13, 0.92));
        found["metrics_values"]["val_r2"] = json!(line(first, end));
        severity(&found, CODE)
    };
    assert_eq!(with_r2(0.14, -0.28), Some(Severity::High));
    // Worse from the start by R² as well: drift or wrong labels.
    assert_eq!(with_r2(-0.3, -0.8), None);
    assert_eq!(with_r2(0.02, -0.4), None);
}
