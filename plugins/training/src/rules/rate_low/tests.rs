use deepfix_plugin::Severity;
use serde_json::{Value as Json, json};

use super::CODE;
use crate::sample::{codes, epochs, severity};

fn line(from: f64, to: f64, points: usize, params: &Json) -> Json {
    let loss: Vec<f64> = (0..points)
        .map(|it| from + (to - from) * it as f64 / (points - 1) as f64)
        .collect();
    json!({"metrics_values": {"epoch": epochs(points), "train_loss": loss, "val_loss": loss}, "params": params})
}

#[test]
fn a_straight_crawl_at_a_tiny_rate_is_found() {
    let run = line(
        1.10,
        1.08,
        30,
        &json!({"learning_rate": 1e-6, "optimizer": "adam", "loss": "cross_entropy"}),
    );
    assert_eq!(severity(&run, CODE), Some(Severity::High));
    assert_eq!(codes(&run), [CODE]);
}

#[test]
fn few_updates_at_a_usual_rate_are_something_else() {
    let run = line(
        1.77,
        1.6,
        20,
        &json!({"learning_rate": 1e-3, "optimizer": "adam", "loss": "cross_entropy"}),
    );
    assert!(severity(&run, CODE).is_none());
}

#[test]
fn short_and_pretrained_fine_tunes_are_healthy() {
    let params = json!({"learning_rate": 2e-5, "optimizer": "adamw", "loss": "cross_entropy"});
    assert!(codes(&line(0.426, 0.424, 3, &params)).is_empty());
    assert!(codes(&line(0.30, 0.28, 12, &params)).is_empty());
    let params = json!({"learning_rate": 2e-5, "optimizer": "adamw", "model_name_or_path": "bert-base-uncased"});
    assert!(codes(&line(0.69, 0.65, 12, &params)).is_empty());
}

#[test]
fn adapters_and_weights_that_a_configuration_names_are_fine_tunes() {
    for pretrained in [json!({"lora_r": 8}), json!({"_name_or_path": "gpt2"})] {
        let mut params = json!({"learning_rate": 2e-5, "optimizer": "adamw"});
        params
            .as_object_mut()
            .unwrap()
            .extend(pretrained.as_object().unwrap().clone());
        assert!(codes(&line(1.90, 1.78, 12, &params)).is_empty(), "{pretrained}");
    }
    for scratch in [
        json!({"use_lora": false, "lora_r": 8}),
        json!({"lora_r": 0}),
        json!({"tokenizer": {"name_or_path": "gpt2"}}),
    ] {
        let mut params = json!({"learning_rate": 2e-5, "optimizer": "adamw"});
        params
            .as_object_mut()
            .unwrap()
            .extend(scratch.as_object().unwrap().clone());
        assert!(!codes(&line(1.90, 1.78, 12, &params)).is_empty(), "{scratch}");
    }
}

#[test]
fn a_small_rate_that_ends_at_guessing_has_not_converged() {
    // The rate falls to a tenth, the progress to a sixtieth.
    let rate = |it: usize| 6e-4 * (1.0 - 0.9 * it as f64 / 40.0);
    let mut loss = vec![1.58];
    for it in 1..41 {
        loss.push(loss[it - 1] - 6.0 * rate(it) * (1.0 - 0.85 * it as f64 / 40.0));
    }
    let mut run = json!({"metrics_values": {"epoch": epochs(41), "train_loss": vec![1.0; 41], "val_loss": loss,
            "learning_rate": (0..41).map(rate).collect::<Vec<_>>(), "val_r2": vec![-0.04; 41]},
        "params": {"optimizer": "sgd", "lr_scheduler": "linear", "loss": "mse"}});
    assert!(severity(&run, CODE).is_some_and(|it| it > Severity::Low));
    run["metrics_values"]["val_r2"] = json!(vec![0.35; 41]);
    assert!(severity(&run, CODE).is_none());
}

#[test]
fn a_rate_that_decays_slows_the_fall_itself() {
    let rate = |it: usize| 5e-6 * 0.5 * (1.0 + (std::f64::consts::PI * it as f64 / 30.0).cos());
    let mut loss = vec![1.1];
    for it in 1..30 {
        loss.push(loss[it - 1] - 300.0 * rate(it));
    }
    let run = json!({"metrics_values": {"epoch": epochs(30), "train_loss": loss, "val_loss": loss,
            "learning_rate": (0..30).map(rate).collect::<Vec<_>>()},
        "params": {"optimizer": "adam", "lr_scheduler": "cosine", "loss": "cross_entropy"}});
    assert!(severity(&run, CODE).is_some_and(|it| it > Severity::Low));
}

#[test]
fn a_steady_fall_at_a_small_rate_that_is_far_from_its_end_is_found() {
    let params =
        |rate: f64| json!({"learning_rate": rate, "optimizer": "adam", "loss": "cross_entropy", "num_classes": 10});
    assert_eq!(
        severity(&line(2.9, 2.3, 40, &params(2e-5)), CODE),
        Some(Severity::Medium)
    );
    // A usual rate; a fall that is progress; a run that is short; a loss that guessing does not reach.
    assert!(severity(&line(2.9, 2.3, 40, &params(1e-3)), CODE).is_none());
    assert!(severity(&line(2.9, 1.5, 40, &params(2e-5)), CODE).is_none());
    assert!(severity(&line(2.9, 2.3, 8, &params(2e-5)), CODE).is_none());
    assert!(severity(&line(2.3, 1.6, 40, &params(2e-5)), CODE).is_none());
}

#[test]
fn a_fall_that_flattens_or_a_model_that_is_fair_is_healthy_at_a_small_rate() {
    let params = json!({"learning_rate": 2e-5, "optimizer": "adam", "loss": "cross_entropy"});
    let mut run = line(1.9, 1.3, 40, &params);
    // A loss alone has no scale.
    assert!(severity(&run, CODE).is_none());
    run["metrics_values"]["val_accuracy"] = json!(vec![0.3; 40]);
    assert!(severity(&run, CODE).is_some());
    run["metrics_values"]["val_accuracy"] = json!(vec![0.7; 40]);
    assert!(severity(&run, CODE).is_none());
    // Two thirds of an exponential fall.
    let loss: Vec<f64> = (0..40)
        .map(|it| 1.2 + 0.7 * (-1.1 * f64::from(it) / 40.0).exp())
        .collect();
    let mut run = line(1.9, 1.3, 40, &params);
    run["metrics_values"]["train_loss"] = json!(loss);
    run["metrics_values"]["val_loss"] = json!(loss);
    run["metrics_values"]["val_accuracy"] = json!(vec![0.5; 40]);
    assert!(severity(&run, CODE).is_none());
    // Neither does a schedule that ends the fall make it slow.
    let rate = |it: usize| 2e-5 * (1.0 - it as f64 / 40.0);
    let loss: Vec<f64> = (0..40).map(|it| 1.3 + 0.6 * (1.0 - it as f64 / 40.0).powi(2)).collect();
    let mut run = line(1.9, 1.3, 40, &params);
    run["metrics_values"]["train_loss"] = json!(loss);
    run["metrics_values"]["val_loss"] = json!(loss);
    run["metrics_values"]["learning_rate"] = json!((0..40).map(rate).collect::<Vec<_>>());
    assert!(severity(&run, CODE).is_none());
}
