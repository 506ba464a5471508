use deepfix_plugin::Severity;
use serde_json::{Value as Json, json};

use super::CODE;
use crate::sample::{codes, decay, epochs, evidence, severity};

fn run(r2: f64, params: &Json) -> Json {
    let loss = decay(40, 1.5, 1.0 - r2, 6.0, 0.002);
    let metric = decay(40, -0.5, r2, 6.0, 0.002);
    json!({"metrics_values": {"epoch": epochs(40), "step": (1..=40).map(|it| it * 12).collect::<Vec<_>>(), "train_loss": loss, "val_loss": loss,
        "train_r2": metric, "val_r2": metric}, "params": params})
}

#[test]
fn a_choked_network_is_found() {
    let params = json!({"hidden_sizes": [8], "dropout": 0.65, "weight_decay": 0.3, "learning_rate": 0.002});
    assert_eq!(severity(&run(0.4, &params), CODE), Some(Severity::Medium));
}

#[test]
fn a_model_that_guesses_is_found() {
    assert_eq!(
        severity(&run(0.02, &json!({"optimizer": "adam"})), CODE),
        Some(Severity::Medium)
    );
}

#[test]
fn one_column_says_nothing_about_the_other_rows() {
    let mut run = run(0.02, &json!({"optimizer": "adam"}));
    let both = evidence(&run, CODE).unwrap();
    assert!(
        both.contains("on validation and") && both.contains("on training"),
        "{both}"
    );
    for (gone, left, other) in [
        ("train_r2", "on validation", "on training"),
        ("val_r2", "on training", "on validation"),
    ] {
        let mut run = run.clone();
        run["metrics_values"].as_object_mut().unwrap().remove(gone);
        let evidence = evidence(&run, CODE).unwrap();
        assert!(evidence.contains(left) && !evidence.contains(other), "{evidence}");
    }
    run["params"] = json!({"hidden_sizes": [8], "dropout": 0.65, "weight_decay": 0.3, "learning_rate": 0.002});
    run["metrics_values"].as_object_mut().unwrap().remove("train_r2");
    let evidence = evidence(&run, CODE).unwrap();
    assert!(
        !evidence.contains("training") && !evidence.contains("both"),
        "{evidence}"
    );
}

#[test]
fn targets_that_spread_further_in_validation_are_no_gap() {
    let of = |validation_r2: f64| {
        let mut run = run(0.02, &json!({"hidden_sizes": [1], "dropout": 0.7}));
        run["metrics_values"]["val_loss"] = json!(decay(40, 2.2, 1.5, 6.0, 0.002));
        run["metrics_values"]["val_r2"] = json!(decay(40, -0.4, validation_r2, 6.0, 0.002));
        severity(&run, CODE)
    };
    assert_eq!(of(-0.02), Some(Severity::Medium));
    assert!(of(-0.3).is_none());
}

#[test]
fn a_noisy_task_without_any_limit_is_healthy() {
    let params = json!({"hidden_sizes": [16], "dropout": 0.1, "weight_decay": 0.05, "learning_rate": 0.002, "optimizer": "adamw"});
    assert!(codes(&run(0.45, &params)).is_empty());
}

#[test]
fn a_small_model_that_does_well_is_healthy() {
    assert!(
        codes(&run(
            0.9,
            &json!({"hidden_sizes": [2], "weight_decay": 0.8, "learning_rate": 0.003})
        ))
        .is_empty()
    );
}

fn classifier(accuracy: f64, loss: f64, params: &Json) -> Json {
    let (loss, metric) = (decay(40, 2.3, loss, 6.0, 0.002), decay(40, 0.1, accuracy, 6.0, 0.002));
    json!({"metrics_values": {"epoch": epochs(40), "step": (1..=40).map(|it| it * 12).collect::<Vec<_>>(), "train_loss": loss, "val_loss": loss,
        "train_accuracy": metric, "val_accuracy": metric}, "params": params})
}

#[test]
fn one_answer_to_all_rows_is_a_guess_whatever_the_classes_are() {
    let of = |accuracy: &[f64], loss: f64| {
        let mut run = classifier(0.6, loss, &json!({"loss": "cross_entropy"}));
        run["metrics_values"]["train_loss"] = json!(decay(40, 0.7, loss, 3.0, 0.002));
        run["metrics_values"]["val_loss"] = json!(decay(40, 0.69, loss, 3.0, 0.002));
        run["metrics_values"]["train_accuracy"] = json!(accuracy);
        run["metrics_values"]["val_accuracy"] = json!(accuracy);
        severity(&run, CODE)
    };
    assert_eq!(of(&[0.6; 40], 0.674), Some(Severity::Medium));
    // It tells rows apart: by what it is sure of, or by what it answers.
    assert!(of(&[0.6; 40], 0.5).is_none());
    let moving: Vec<f64> = (0..40).map(|it| 0.6 + 0.01 * f64::from(it % 3)).collect();
    assert!(of(&moving, 0.674).is_none());
}

#[test]
fn decay_in_the_gradient_that_makes_a_model_timid_is_found() {
    let params = |decay: f64| json!({"optimizer": "adam", "learning_rate": 0.0015, "weight_decay": decay, "num_labels": 10, "loss": "cross_entropy"});
    assert_eq!(
        severity(&classifier(0.8, 1.14, &params(0.2)), CODE),
        Some(Severity::Medium)
    );
    assert!(severity(&classifier(0.8, 0.6, &params(0.001)), CODE).is_none());
    // Sure and right: whatever the decay, nothing is wrong.
    assert!(severity(&classifier(0.95, 0.2, &params(0.2)), CODE).is_none());
}

#[test]
fn a_huge_decoupled_decay_is_found_though_nobody_logged_the_steps() {
    let of = |decay: f64| {
        let params = json!({"optimizer": "adamw", "learning_rate": 0.01, "weight_decay": decay, "num_labels": 3, "loss": "cross_entropy"});
        let mut run = classifier(0.55, 0.95, &params);
        run["metrics_values"].as_object_mut().unwrap().remove("step");
        severity(&run, CODE)
    };
    assert_eq!(of(2.0), Some(Severity::Medium));
    assert!(of(0.1).is_none());
}

#[test]
fn decoupled_decay_of_a_usual_size_holds_nothing_down() {
    let params = json!({"optimizer": "adamw", "learning_rate": 0.006, "weight_decay": 0.1, "hidden_sizes": [16]});
    assert!(severity(&run(0.45, &params), CODE).is_none());
}

#[test]
fn a_loss_that_sits_at_the_logarithm_of_a_number_of_classes_is_a_guess_though_nobody_states_them() {
    let of = |from: f64, loss: f64, accuracy: f64| {
        let mut run = classifier(accuracy, loss, &json!({}));
        run["metrics_values"]["train_loss"] = json!(decay(40, from, loss, 3.0, 0.002));
        run["metrics_values"]["val_loss"] = json!(decay(40, from, loss, 3.0, 0.003));
        for column in ["train_accuracy", "val_accuracy"] {
            run["metrics_values"][column] = json!(decay(40, accuracy, accuracy, 3.0, 0.05));
        }
        severity(&run, CODE)
    };
    assert_eq!(of(2.33, 2.312, 0.101), Some(Severity::Medium));
    assert_eq!(of(0.71, 0.695, 0.51), Some(Severity::Medium));
    // It learnt something, by its loss or by its answers, or it learnt and is at no whole number.
    assert!(of(0.71, 0.64, 0.55).is_none());
    assert!(of(0.71, 0.695, 0.68).is_none());
    assert!(of(1.4, 0.695, 0.51).is_none());
    assert!(of(0.86, 0.85, 0.45).is_none());
}
