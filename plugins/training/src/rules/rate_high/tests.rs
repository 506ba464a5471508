use deepfix_plugin::Severity;
use serde_json::{Value as Json, json};

use super::CODE;
use crate::sample::{action, codes, decay, epochs, severity};

fn run(train: &[f64], validation: &[f64]) -> Json {
    json!({"metrics_values": {"epoch": epochs(train.len()), "train_loss": train, "val_loss": validation},
        "params": {"learning_rate": 0.5, "optimizer": "sgd", "batch_size": 32}})
}

#[test]
fn a_loss_that_explodes_and_does_not_come_back_is_found() {
    let train = [0.76, 0.5, 5.5, 42.0, 1.2, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1];
    assert_eq!(severity(&run(&train, &train), CODE), Some(Severity::High));
}

#[test]
fn a_warm_up_spike_that_recovers_is_healthy() {
    let train = [0.76, 0.5, 0.45, 1.6, 0.6, 0.4, 0.35, 0.33, 0.31, 0.3, 0.3, 0.29];
    assert!(severity(&run(&train, &train), CODE).is_none());
}

#[test]
fn a_run_that_was_cut_soon_after_a_restart_is_healthy() {
    let phase = |it: usize| std::f64::consts::PI * (it % 10) as f64 / 10.0;
    let rates: Vec<f64> = (0..22).map(|it| 0.05 * (1.0 + phase(it).cos())).collect();
    let loss: Vec<f64> = (0..22)
        .map(|it| {
            let cycle = [0.9, 0.6, 0.42][it / 10];
            0.05 + cycle * (-0.4 * (it % 10) as f64).exp()
        })
        .collect();
    let mut cut = run(&loss, &loss);
    cut["metrics_values"]["lr"] = json!(rates);
    assert!(severity(&cut, CODE).is_none());
    cut["metrics_values"].as_object_mut().unwrap().remove("lr");
    cut["params"]["lr_scheduler"] = json!("CosineAnnealingWarmRestarts");
    assert!(severity(&cut, CODE).is_none());
    // What a whole cycle does not mend is no restart's doing.
    let broken: Vec<f64> = loss
        .iter()
        .enumerate()
        .map(|(it, loss)| if it < 10 { *loss } else { 6.0 })
        .collect();
    let mut broken = run(&broken, &broken);
    broken["metrics_values"]["lr"] = json!(rates);
    assert_eq!(severity(&broken, CODE), Some(Severity::High));
}

#[test]
fn a_huge_unscaled_loss_that_falls_is_healthy() {
    let train = decay(30, 6e8, 2e8, 4.0, 0.01);
    assert!(codes(&run(&train, &train)).is_empty());
}

#[test]
fn jumps_with_large_batches_are_found() {
    let train = decay(40, 1.0, 0.8, 10.0, 0.2);
    let validation = decay(40, 1.1, 0.9, 10.0, 0.5);
    assert_eq!(severity(&run(&train, &validation), CODE), Some(Severity::Medium));
}

#[test]
fn dropout_noise_in_the_training_loss_alone_is_healthy() {
    let train = decay(40, 1.0, 0.5, 10.0, 0.2);
    let validation = decay(40, 0.8, 0.45, 10.0, 0.005);
    assert!(severity(&run(&train, &validation), CODE).is_none());
}

#[test]
fn huge_first_steps_that_leave_a_poor_model_are_found() {
    let mut train = vec![0.66; 30];
    train[0] = 11.2;
    let mut found = run(&train, &vec![0.75; 30]);
    found["params"] = json!({"learning_rate": 0.05, "optimizer": "rmsprop", "batch_size": 64});
    found["metrics_values"]["train_accuracy"] = json!(vec![0.6; 30]);
    assert_eq!(severity(&found, CODE), Some(Severity::High));
    found["metrics_values"]["train_accuracy"] = json!(decay(30, 0.5, 0.95, 3.0, 0.001));
    assert!(severity(&found, CODE).is_none());
}

#[test]
fn a_training_loss_that_jumps_while_validation_is_calm_is_healthy() {
    let mut train = decay(40, 0.5, 0.2, 6.0, 0.05);
    train[20] = 0.11;
    train[30] = 0.45;
    let validation = decay(40, 0.5, 0.17, 6.0, 0.01);
    assert!(severity(&run(&train, &validation), CODE).is_none());
}

#[test]
fn an_error_that_falls_and_an_accuracy_that_was_high_are_no_guessing() {
    // Down in the first quarter, at rest afterwards: a run that converged.
    let loss: Vec<f64> = (0..30).map(|it| if it < 4 { 3.0 } else { 0.5 }).collect();
    let mut regression = run(&loss, &loss);
    regression["params"] = json!({"learning_rate": 0.01, "optimizer": "adam", "batch_size": 32});
    regression["metrics_values"]["train_mae"] = json!(loss);
    regression["metrics_values"]["val_mae"] = json!(loss);
    assert!(severity(&regression, CODE).is_none());
    let mut classes = regression.clone();
    let metrics = classes["metrics_values"].as_object_mut().unwrap();
    metrics.remove("train_mae");
    metrics.remove("val_mae");
    metrics.insert("train_accuracy".to_owned(), json!(decay(30, 0.95, 0.99, 3.0, 0.0)));
    assert!(severity(&classes, CODE).is_none());
    let guessing: Vec<f64> = (0..30).map(|it| if it < 4 { 6.0 } else { 1.1 }).collect();
    classes["metrics_values"]["train_loss"] = json!(guessing);
    classes["metrics_values"]["val_loss"] = json!(guessing);
    classes["metrics_values"]["train_accuracy"] = json!(vec![0.33; 30]);
    assert_eq!(severity(&classes, CODE), Some(Severity::High));
}

#[test]
fn a_spike_that_validation_does_not_follow_is_of_the_rows() {
    let mut train = vec![0.95; 40];
    train[8] = 5.2;
    let validation: Vec<f64> = (0..40).map(|it| 1.02 - 0.0005 * f64::from(it)).collect();
    let mut calm = run(&train, &validation);
    calm["params"] = json!({"learning_rate": 2e-5, "optimizer": "adam", "batch_size": 32});
    calm["metrics_values"]["train_r2"] = json!(vec![0.02; 40]);
    assert!(severity(&calm, CODE).is_none());
    let thrown: Vec<f64> = (0..40).map(|it| if it < 8 { 0.8 } else { 1.02 }).collect();
    calm["metrics_values"]["val_loss"] = json!(thrown);
    assert_eq!(severity(&calm, CODE), Some(Severity::High));
}

#[test]
fn a_network_that_never_leaves_guessing_at_an_extreme_rate_is_found() {
    let loss: Vec<f64> = (0..30).map(|it| 2.31 + 0.004 * f64::from(it % 3)).collect();
    let mut stuck = run(&loss, &loss);
    stuck["params"] = json!({"optimizer": "sgd", "lr": 1.0, "momentum": 0.9, "batch_size": 128, "num_classes": 10});
    stuck["metrics_values"]["val_accuracy"] = json!(vec![0.1; 30]);
    assert_eq!(severity(&stuck, CODE), Some(Severity::High));
}

#[test]
fn jumps_of_a_loss_that_is_next_to_nothing_are_healthy() {
    let train = decay(40, 0.7, 0.002, 3.0, 0.3);
    let validation = decay(40, 0.7, 0.003, 3.0, 0.3);
    let found = run(&train, &validation);
    assert!(severity(&found, CODE).is_none());
    assert!(severity(&found, "training.noisy_loss").is_none_or(|it| it == Severity::Low));
    assert!(severity(&found, "training.plateau_no_schedule").is_none());
    // From far beyond guessing down to no better than guessing is not nothing.
    let (train, validation) = (decay(40, 30.0, 1.0, 2.0, 0.3), decay(40, 30.0, 1.1, 2.0, 0.4));
    let mut found = run(&train, &validation);
    found["params"]["loss"] = json!("cross_entropy");
    assert!(
        codes(&found)
            .iter()
            .any(|it| [CODE, "training.noisy_loss"].contains(&it.as_str()))
    );
    assert!(crate::sample::findings(&found).iter().any(|it| it.1 > Severity::Low));
}

#[test]
fn a_training_loss_that_only_ever_falls_does_not_oscillate() {
    let validation: Vec<f64> = (0..12).map(|it| 1.7 + 0.25 * f64::from(it % 2)).collect();
    let of = |train: &[f64]| {
        let mut run = run(train, &validation);
        run["params"] = json!({"optimizer": "adam", "learning_rate": 0.08, "batch_size": 16});
        severity(&run, CODE)
    };
    let falling = [26.0, 15.0, 2.8, 2.2, 1.5, 1.45, 1.1, 1.05, 0.8, 0.78, 0.6, 0.59];
    assert!(of(&falling).is_none());
    let jumping: Vec<f64> = (0..12).map(|it| 1.0 + 0.3 * f64::from(it % 2)).collect();
    assert_eq!(of(&jumping), Some(Severity::Medium));
}

#[test]
fn a_rate_that_decays_already_is_lowered_and_not_told_to_decay() {
    let (train, validation) = (decay(40, 1.0, 0.4, 5.0, 0.3), decay(40, 1.1, 0.5, 5.0, 0.4));
    let mut found = run(&train, &validation);
    let advised = action(&found, CODE).unwrap();
    assert!(advised.contains("and let it decay to zero"), "{advised}");
    let falling: Vec<f64> = (0..40).map(|it| 0.486 - 0.011 * f64::from(it)).collect();
    found["metrics_values"]["learning_rate"] = json!(falling);
    let advised = action(&found, CODE).unwrap();
    assert!(
        !advised.contains("decay") && advised.contains("Lower the learning rate"),
        "{advised}"
    );
}
