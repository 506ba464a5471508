use deepfix_plugin::Severity;
use serde_json::{Value as Json, json};

use super::CODE;
use crate::sample::{codes, decay, epochs, severity};

fn stuck() -> Vec<f64> {
    decay(20, 1.15, 1.0986, 0.5, 0.001)
}

fn layered(norms: &[f64], loss: &[f64]) -> Json {
    let mut metrics = json!({"epoch": epochs(loss.len()), "train_loss": loss, "val_loss": loss});
    for (index, norm) in norms.iter().enumerate() {
        metrics[format!("grad_norm/layers.{index}")] = json!(vec![*norm; loss.len()]);
    }
    json!({"metrics_values": metrics})
}

#[test]
fn norms_that_shrink_towards_the_input_are_found() {
    let run = layered(&[1e-9, 1e-7, 1e-5, 1e-3, 0.1], &stuck());
    assert_eq!(severity(&run, CODE), Some(Severity::High));
    assert_eq!(codes(&run), [CODE]);
}

#[test]
fn a_moderate_shrinking_of_norms_is_found_where_the_loss_sits_at_guessing() {
    let mut run = layered(&[2e-4, 8e-4, 3e-3, 1.2e-2, 5e-2], &stuck());
    run["params"] = json!({"activation": "sigmoid", "hidden_sizes": [24, 24, 24, 24, 24], "num_labels": 3, "loss": "cross_entropy", "lr": 0.1, "optimizer": "sgd"});
    assert_eq!(severity(&run, CODE), Some(Severity::High));
    for (index, norm) in [0.2, 0.3, 0.3, 0.4, 0.5].into_iter().enumerate() {
        run["metrics_values"][format!("grad_norm/layers.{index}")] = json!(vec![norm; 20]);
    }
    assert!(severity(&run, CODE).is_none());
}

#[test]
fn frozen_layers_are_healthy() {
    assert!(codes(&layered(&[0.0, 0.0, 0.3, 0.4, 0.5], &decay(20, 1.1, 0.3, 5.0, 0.01))).is_empty());
}

#[test]
fn a_flat_loss_of_deep_sigmoid_layers_is_found_without_norms() {
    let run = json!({"metrics_values": {"epoch": epochs(20), "loss": stuck(), "val_loss": stuck(), "val_accuracy": vec![0.33; 20]},
        "params": {"activation": "sigmoid", "hidden_sizes": [24, 24, 24, 24, 24, 24], "lr": 0.1, "optimizer": "sgd"}});
    assert_eq!(severity(&run, CODE), Some(Severity::High));
}

#[test]
fn a_short_fine_tune_that_hardly_moves_is_healthy() {
    let run = json!({"metrics_values": {"epoch": epochs(6), "loss": vec![0.425; 6], "val_loss": vec![0.428; 6], "val_accuracy": vec![0.79; 6]},
        "params": {"activation": "tanh", "hidden_sizes": [24, 24, 24, 24, 24, 24]}});
    assert!(severity(&run, CODE).is_none());
}

#[test]
fn a_bottleneck_of_two_layers_does_not_vanish() {
    assert!(severity(&layered(&[1e-6, 1e-4, 0.1], &stuck()), CODE).is_none());
}

#[test]
fn very_deep_layers_that_never_move_are_found_whatever_their_units() {
    let run = json!({"metrics_values": {"epoch": epochs(20), "loss": vec![1.0986; 20], "val_loss": vec![1.0987; 20], "val_accuracy": vec![0.33; 20]},
        "params": {"activation": "relu", "hidden_sizes": [12, 12, 12, 12, 12, 12, 12, 12], "lr": 0.01, "optimizer": "adam", "num_labels": 3}});
    assert_eq!(severity(&run, CODE), Some(Severity::Medium));
}

#[test]
fn one_answer_of_a_very_deep_network_is_frozen_whatever_the_loss_learnt_of_the_classes() {
    let loss = decay(28, 0.692, 0.66, 2.0, 0.002);
    let of = |accuracy: &[f64], rate: f64| {
        let run = json!({"metrics_values": {"epoch": epochs(28), "loss": loss, "val_loss": loss, "val_accuracy": accuracy},
            "params": {"activation": "relu", "hidden_sizes": [16, 16, 16, 16, 16, 16, 16, 16], "lr": rate, "optimizer": "sgd",
                "loss": "cross_entropy", "num_labels": 2}});
        severity(&run, CODE)
    };
    assert_eq!(of(&[0.63; 28], 0.01), Some(Severity::Medium));
    // Steps far beyond the usual kill units as well.
    assert!(of(&[0.63; 28], 2.0) < Some(Severity::Medium));
    let moving: Vec<f64> = (0..28).map(|it| 0.6 + 0.01 * f64::from(it % 4)).collect();
    assert!(of(&moving, 0.01) < Some(Severity::Medium));
}

#[test]
fn a_first_half_that_gets_next_to_nothing_is_found_in_any_order() {
    let of = |norms: &[f64], accuracy: f64, loss: &[f64]| {
        let mut run = layered(norms, loss);
        run["metrics_values"]["val_accuracy"] = json!(vec![accuracy; loss.len()]);
        run["params"] =
            json!({"activation": "tanh", "hidden_sizes": [32, 32, 32, 32, 32, 32, 32], "optimizer": "sgd", "lr": 0.01});
        severity(&run, CODE)
    };
    let starved = [8.1e-6, 7.9e-6, 8.3e-6, 8.5e-6, 7.2e-6, 7.3e-6, 2.1e-5, 6.7e-4];
    let still = vec![2.3027; 20];
    assert_eq!(of(&starved, 0.102, &still), Some(Severity::High));
    // Norms as in healthy networks; a model that tells rows apart; a loss of no number of classes.
    let healthy = [0.2, 0.15, 0.25, 0.2, 0.3, 0.25, 0.4, 0.6];
    assert!(of(&healthy, 0.102, &still).is_none());
    assert!(of(&starved, 0.4, &still).is_none());
    assert!(of(&starved, 0.5, &[0.85; 20]).is_none());
}
