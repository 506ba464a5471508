use deepfix_plugin::Severity;
use serde_json::{Value as Json, json};

use super::CODE;
use crate::sample::{codes, decay, epochs, severity};

fn run(train: f64, validation: f64, gap: f64, params: &Json) -> Json {
    let accuracy: Vec<f64> = (0..30).map(|it| f64::from(60 + (it % 3)) / 90.0).collect();
    json!({"metrics_values": {"epoch": epochs(30), "train_loss": decay(30, 1.4, train, 4.0, 0.01), "val_loss": decay(30, 1.2, validation, 4.0, 0.003),
        "train_accuracy": vec![0.67 - gap; 30], "val_accuracy": accuracy}, "params": params})
}

#[test]
fn on_images_and_on_what_is_unknown_it_is_a_remark() {
    for params in [
        json!({"dropout": 0.0, "model_name": "resnet18"}),
        json!({"dropout": 0.0}),
    ] {
        assert_eq!(
            severity(&run(1.0, 0.62, 0.25, &params), CODE),
            Some(Severity::Low),
            "{params}"
        );
    }
    let cropped = json!({"dropout": 0.0, "model_name": "resnet18", "train_transforms": ["RandomCrop"]});
    assert!(severity(&run(1.0, 0.62, 0.25, &cropped), CODE).is_none());
}

#[test]
fn a_model_that_is_broken_on_its_own_rows_tells_nothing_of_labels() {
    let run = json!({"metrics_values": {"epoch": epochs(30), "train_loss": decay(30, 9000.0, 2271.0, 4.0, 0.01), "val_loss": decay(30, 3.0, 1.24, 4.0, 0.003),
        "train_r2": vec![-2466.0; 30], "val_r2": vec![-0.008; 30]}, "params": {"model_name": "MLPRegressor", "dropout": 0.0, "loss": "mse"}});
    assert!(severity(&run, CODE).is_none());
}

#[test]
fn a_difference_of_r2_counts_for_less_on_fewer_rows() {
    let of = |rows_per_epoch: usize| {
        let steps: Vec<usize> = (1..=30).map(|it| it * rows_per_epoch.div_ceil(16)).collect();
        let run = json!({"metrics_values": {"epoch": epochs(30), "step": steps, "train_loss": decay(30, 1.4, 1.0, 4.0, 0.01), "val_loss": decay(30, 1.2, 0.55, 4.0, 0.003),
            "train_r2": vec![0.30; 30], "val_r2": vec![0.48; 30]}, "params": {"model_name": "MLPRegressor", "dropout": 0.0, "loss": "mse", "batch_size": 16}});
        severity(&run, CODE)
    };
    assert_eq!(of(900), Some(Severity::Medium));
    assert!(of(48) < Some(Severity::Medium));
}

#[test]
fn training_rows_much_harder_than_validation_are_found() {
    let found = run(1.0, 0.62, 0.25, &json!({"dropout": 0.0, "model_name": "MLPClassifier"}));
    assert_eq!(severity(&found, CODE), Some(Severity::Medium));
}

#[test]
fn a_smaller_difference_is_a_remark() {
    assert_eq!(
        severity(&run(1.0, 0.78, 0.13, &json!({"dropout": 0.0})), CODE),
        Some(Severity::Low)
    );
}

#[test]
fn dropout_augmentation_and_class_weights_explain_it() {
    for params in [
        json!({"dropout": 0.5}),
        json!({"dropout": 0, "mixup_alpha": 0.2}),
        json!({"class_weight": [1, 5]}),
    ] {
        assert!(
            !codes(&run(1.0, 0.62, 0.25, &params)).contains(&CODE.to_owned()),
            "{params}"
        );
    }
}

#[test]
fn labels_that_are_learnt_by_heart_later_are_found_where_validation_was_best() {
    let validation: Vec<f64> = (0..50).map(|it| 0.3 + 0.005 * f64::from((it - 6i32).abs())).collect();
    let (train_r2, validation_r2): (Vec<f64>, Vec<f64>) = (0..50)
        .map(|it| (0.25 + 0.01 * f64::from(it), 0.57 - 0.005 * f64::from((it - 6i32).abs())))
        .unzip();
    let run = json!({"metrics_values": {"epoch": epochs(50), "train_loss": decay(50, 0.75, 0.26, 25.0, 0.005), "val_loss": validation,
        "train_r2": train_r2, "val_r2": validation_r2}, "params": {"dropout": 0.0, "loss": "mse", "hidden_sizes": [16]}});
    assert_eq!(severity(&run, CODE), Some(Severity::Medium));
}

#[test]
fn normalisation_over_small_batches_burdens_training_alone() {
    let of = |ratio: f64, batch: usize| {
        let params = json!({"dropout": 0.0, "batch_norm": true, "batch_size": batch, "model_name": "MLPClassifier"});
        severity(&run(1.0, ratio, 0.25, &params), CODE)
    };
    assert!(of(0.62, 8).is_none());
    assert_eq!(of(0.62, 32), Some(Severity::Medium));
    // What is left beside the noise of the batches.
    assert!(of(0.82, 32).is_none());
}

#[test]
fn a_loss_that_spares_large_errors_is_not_asked_alone() {
    let of = |loss: &str, train_r2: f64| {
        let run = json!({"metrics_values": {"epoch": epochs(30), "train_loss": decay(30, 0.9, 0.42, 4.0, 0.01), "val_loss": decay(30, 0.8, 0.4, 4.0, 0.003),
            "train_r2": vec![train_r2; 30], "val_r2": vec![0.7; 30]}, "params": {"model_name": "MLPRegressor", "dropout": 0.0, "loss": loss}});
        severity(&run, CODE)
    };
    assert_eq!(of("mae", 0.3), Some(Severity::Medium));
    assert!(of("mae", 0.66).is_none());
}

#[test]
fn targets_that_spread_further_in_validation_raise_its_r2_and_are_no_wrong_labels() {
    let of = |validation: f64| {
        let run = json!({"metrics_values": {"epoch": epochs(30), "train_loss": decay(30, 0.9, 0.5, 4.0, 0.01), "val_loss": decay(30, 0.9, validation, 4.0, 0.003),
            "train_r2": vec![0.3; 30], "val_r2": vec![0.7; 30]}, "params": {"model_name": "MLPRegressor", "dropout": 0.0, "loss": "mse"}});
        severity(&run, CODE)
    };
    assert_eq!(of(0.24), Some(Severity::Medium));
    assert!(of(0.5) < Some(Severity::Medium));
}

#[test]
fn more_than_usual_dropout_explains_is_found_all_the_same() {
    let of = |ratio: f64, dropout: f64| {
        severity(
            &run(
                1.0,
                ratio,
                0.25,
                &json!({"dropout": dropout, "model_name": "MLPClassifier"}),
            ),
            CODE,
        )
    };
    assert_eq!(of(0.4, 0.2), Some(Severity::Medium));
    assert!(of(0.7, 0.2).is_none());
    assert!(of(0.4, 0.5).is_none());
}

#[test]
fn clipping_of_gradients_speaks_of_no_images() {
    let clipped = json!({"dropout": 0.0, "model_name": "MLPClassifier", "gradient_clip": 1.0});
    assert_eq!(severity(&run(1.0, 0.62, 0.25, &clipped), CODE), Some(Severity::Medium));
}

#[test]
fn rows_that_are_counted_far_apart_need_less_of_the_loss() {
    let of = |gap: f64, params: &Json| severity(&run(1.0, 0.86, gap, params), CODE);
    let plain = json!({"dropout": 0.0, "model_name": "MLPClassifier"});
    assert_eq!(of(0.2, &plain), Some(Severity::Medium));
    assert!(of(0.08, &plain).is_none());
    let normalised = json!({"dropout": 0.0, "model_name": "MLPClassifier", "batch_norm": true, "batch_size": 32});
    assert!(of(0.2, &normalised).is_none());
}
