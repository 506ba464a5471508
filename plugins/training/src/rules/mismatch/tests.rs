use deepfix_plugin::Severity;
use serde_json::{Value as Json, json};

use super::CODE;
use crate::sample::{codes, decay, epochs, evidence, severity};

fn run(accuracy_from: f64, accuracy_to: f64) -> Json {
    let loss = decay(30, 1.6, 0.2, 6.0, 0.005);
    let accuracy = decay(30, accuracy_from, accuracy_to, 6.0, 0.002);
    json!({"metrics_values": {"epoch": epochs(30), "loss": loss, "val_loss": loss, "accuracy": accuracy, "val_accuracy": accuracy},
        "params": {"class_weight": [0.1, 1.9]}})
}

#[test]
fn accuracy_that_falls_with_the_loss_is_found() {
    assert_eq!(severity(&run(0.68, 0.41), CODE), Some(Severity::High));
    assert_eq!(codes(&run(0.68, 0.41)), [CODE]);
}

#[test]
fn learning_and_tiny_moves_are_healthy() {
    assert!(codes(&run(0.4, 0.9)).is_empty());
    assert!(severity(&run(0.70, 0.68), CODE).is_none());
}

#[test]
fn shares_in_per_cent_are_shares() {
    let mut found = run(0.68, 0.41);
    let percent: Vec<f64> = decay(30, 97.5, 97.1, 6.0, 0.0);
    found["metrics_values"]["accuracy"] = json!(percent);
    found["metrics_values"]["val_accuracy"] = json!(percent);
    assert!(severity(&found, CODE).is_none());
    // Facts are cells as logged, which the helper reads again.
    let percent: Vec<f64> = decay(30, 68.0, 41.0, 6.0, 0.002);
    found["metrics_values"]["accuracy"] = json!(percent);
    found["metrics_values"]["val_accuracy"] = json!(percent);
    assert_eq!(severity(&found, CODE), Some(Severity::High));
}

#[test]
fn late_overfitting_is_something_else() {
    let train = decay(40, 0.7, 0.01, 8.0, 0.005);
    let validation: Vec<f64> = (0..40).map(|it| 0.5 + 0.01 * f64::from(it)).collect();
    let run = json!({"metrics_values": {"epoch": epochs(40), "loss": train, "val_loss": validation,
        "accuracy": decay(40, 0.6, 1.0, 8.0, 0.001), "val_accuracy": decay(40, 0.6, 0.75, 3.0, 0.001)}});
    assert!(severity(&run, CODE).is_none());
}

#[test]
fn a_metric_below_what_the_loss_allows_may_move_by_a_few_rows() {
    let (loss, train) = (decay(30, 0.5, 0.2, 5.0, 0.002), decay(30, 0.2, 0.09, 5.0, 0.0));
    let few: Vec<f64> = (0..30)
        .map(|it| f64::from(if it < 3 { 14 } else { 10 }) / 54.0)
        .collect();
    let of = |loss_name: &str| {
        json!({"metrics_values": {"epoch": epochs(30), "loss": loss, "val_loss": loss, "accuracy": train, "val_accuracy": few},
            "params": {"loss": loss_name, "batch_size": 32}})
    };
    assert_eq!(codes(&of("cross_entropy")), [CODE]);
    assert!(severity(&of("focal"), CODE).is_none());
}

#[test]
fn a_metric_below_what_the_loss_allows_is_found_under_any_noise() {
    let loss = decay(30, 0.7, 0.1, 5.0, 0.3);
    let wrong = decay(30, 0.5, 0.05, 5.0, 0.3);
    let of = |accuracy: &[f64], params: &Json| {
        json!({"metrics_values": {"epoch": epochs(30), "loss": loss, "val_loss": loss, "accuracy": accuracy, "val_accuracy": accuracy},
            "params": params})
    };
    let params = json!({"loss": "cross_entropy", "learning_rate": 0.2, "batch_size": 16});
    assert_eq!(codes(&of(&wrong, &params)), [CODE]);
    // Another loss has no such bound: the noise comes first then.
    assert_ne!(codes(&of(&wrong, &json!({"loss": "focal", "batch_size": 16}))), [CODE]);
}

#[test]
fn a_metric_that_was_never_right_is_found() {
    let loss = decay(20, 1.9, 0.04, 4.0, 0.005);
    let of = |from: f64, to: f64, params: &Json| {
        let accuracy = decay(20, from, to, 4.0, 0.01);
        let run = json!({"metrics_values": {"epoch": epochs(20), "train_loss": loss, "val_loss": decay(20, 1.3, 0.24, 4.0, 0.005),
            "train_accuracy": accuracy, "val_accuracy": accuracy}, "params": params});
        (severity(&run, CODE), evidence(&run, CODE))
    };
    let plain = json!({"optimizer": "adam", "loss": "cross_entropy", "num_classes": 10});
    let (found, text) = of(0.005, 0.005, &plain);
    assert_eq!(found, Some(Severity::Medium));
    assert!(text.unwrap().contains("at least 0.9"));
    // What rises with the loss is of other units.
    assert!(of(0.01, 0.5, &plain).0.is_none());
    assert!(of(0.1, 0.97, &plain).0.is_none());
    // The mean over several labels has no such bound, and nobody knows that of another loss.
    assert!(of(0.005, 0.005, &json!({"loss": "binary_cross_entropy"})).0.is_none());
    assert!(
        of(0.005, 0.005, &json!({"loss": "binary_cross_entropy", "num_labels": 14}))
            .0
            .is_none()
    );
    assert!(
        of(0.005, 0.005, &json!({"loss": "binary_cross_entropy", "num_classes": 2}))
            .0
            .is_some()
    );
    assert!(of(0.005, 0.005, &json!({"loss": "focal"})).0.is_none());
}
