//! Wrong validation labels, and what looks like them.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use serde_json::{Value as Json, json};
use support::*;

const CODE: &str = "cross.val_labels_corrupted";

/// A regression with hidden layers of `hidden` units on 303 rows of two features, whose R² goes from and to.
fn regression(train: (f64, f64), validation: (f64, f64), hidden: usize) -> bool {
    regression_of(train, validation, hidden, 0)
}

/// The same with more features.
fn regression_of(train: (f64, f64), validation: (f64, f64), hidden: usize, more: usize) -> bool {
    let params = network(
        json!({"loss": "mse", "hidden_sizes": [hidden], "model_name": "MLPRegressor", "target_scaling": "standard"}),
    );
    let loss = |r2: (f64, f64)| curve(1.0 - r2.0, 1.0 - r2.1, 18, 0.4);
    let mut artifact = training([loss(train), loss(validation), Vec::new(), Vec::new()], params);
    let metrics = artifact["metrics_values"].as_object_mut().unwrap();
    metrics.remove("train_accuracy");
    metrics.remove("val_accuracy");
    metrics.insert("train_r2".to_owned(), json!(curve(train.0, train.1, 18, 0.4)));
    metrics.insert("val_r2".to_owned(), json!(curve(validation.0, validation.1, 18, 0.4)));
    let mut data = dataset((303, 139), (1.0, 2.0), 2);
    for split in ["train_statistics", "test_statistics"] {
        data[split]["number_unique_values"]["target"] = json!(130);
        data[split]["feature_statistics"]["target"] = json!({"count": 303, "mean": 150.0, "std": 77.0, "min": 25.0, "25%": 87.0, "50%": 140.0, "75%": 211.0, "max": 346.0});
    }
    for (split, it) in ["train_statistics", "test_statistics"]
        .into_iter()
        .flat_map(|split| (0..more).map(move |it| (split, it)))
    {
        let name = format!("more{it}");
        data[split]["feature_statistics"][&name] = data[split]["feature_statistics"]["height"].clone();
        data[split]["number_unique_values"][&name] = json!(150);
        data[split]["numerical_features"]
            .as_array_mut()
            .unwrap()
            .push(json!(name));
    }
    found(json!({"dataset_artifacts": data, "training_artifacts": artifact}))
}

fn found(request: Json) -> bool {
    reason(request, &[]).codes().contains(&CODE)
}

#[test]
fn little_that_is_learnt_is_enough_where_validation_mirrors_it() {
    assert!(regression((-0.1, 0.16), (-0.05, -0.17), 12));
    // A model that has learnt nothing general is a constant on other rows.
    assert!(!regression((-0.1, 0.16), (-0.05, -0.02), 12));
    // So much of nothing a weight for each of thirty features shows by chance, and the same the other way outside.
    assert!(!regression_of((-0.1, 0.16), (-0.05, -0.17), 12, 28));
    // Where R² is below zero because training has hardly begun, it comes up.
    assert!(!regression((-0.6, 0.095), (-0.6, -0.2), 12));
}

#[test]
fn rows_that_an_oversized_network_learns_by_heart_say_nothing_of_validation() {
    assert!(regression((-0.1, 0.9), (-0.05, -0.8), 4000));
    assert!(!regression((-0.1, 0.9), (-0.05, -0.2), 4000));
}

#[test]
fn a_constant_answer_on_other_shares_of_the_classes_is_no_lead() {
    let run = |train: (f64, f64)| {
        let mut artifact = training(
            [
                curve(0.59, if train.0 < train.1 { 0.3 } else { 0.5 }, 40, 0.1),
                curve(0.97, 0.75, 40, 0.1),
                curve(train.0, train.1, 40, 0.1),
                vec![0.47; 40],
            ],
            network(json!({"num_classes": 2})),
        );
        // The rows of validation show in what its accuracy counts by.
        let counted: Vec<f64> = (0..40).map(|it| f64::from(55 + it % 2) / 116.0).collect();
        artifact["metrics_values"]["val_accuracy"] = json!(counted);
        found(json!({"training_artifacts": artifact}))
    };
    assert!(run((0.72, 0.9)));
    assert!(!run((0.72, 0.72)));
}
