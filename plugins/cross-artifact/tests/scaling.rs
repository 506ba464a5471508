//! Inputs of very different size.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use serde_json::json;
use support::*;

#[test]
fn a_first_loss_of_thousands_is_carried_in_by_columns_that_are_all_wide() {
    let found = |first: f64, rate: f64| {
        let loss = curve(first, first / 8.0, 30, 0.2);
        let params = network(json!({"feature_scaling": null, "learning_rate": rate}));
        let accuracy = curve(0.5, 0.55, 30, 0.3);
        let artifact = training([loss.clone(), loss, accuracy.clone(), accuracy], params);
        let data = dataset((400, 100), (350.0, 118_000.0), 2);
        reason(json!({"dataset_artifacts": data, "training_artifacts": artifact}), &[])
            .codes()
            .contains(&"cross.missing_scaling")
    };
    assert!(found(87_000.0, 1e-3));
    // A target that is far from zero costs its square before anything is learnt, whatever the inputs are.
    let of_years = |first: f64| {
        let loss = curve(first, first / 8.0, 30, 0.2);
        let params = network(
            json!({"feature_scaling": null, "learning_rate": 1e-3, "loss": "mse", "model_name": "MLPRegressor"}),
        );
        let mut artifact = training([loss.clone(), loss, Vec::new(), Vec::new()], params);
        let metrics = artifact["metrics_values"].as_object_mut().unwrap();
        metrics.remove("train_accuracy");
        metrics.remove("val_accuracy");
        let mut data = dataset((400, 100), (350.0, 118_000.0), 2);
        for split in ["train_statistics", "test_statistics"] {
            data[split]["number_unique_values"]["target"] = json!(60);
            data[split]["feature_statistics"]["target"] = json!({"count": 400, "mean": 1998.0, "std": 11.0, "min": 1950.0, "25%": 1991.0, "50%": 1999.0, "75%": 2006.0, "max": 2020.0});
        }
        reason(json!({"dataset_artifacts": data, "training_artifacts": artifact}), &[])
            .codes()
            .contains(&"cross.missing_scaling")
    };
    assert!(!of_years(3_990_000.0));
    assert!(of_years(9e9));
    assert!(
        !found(40.0, 1e-3),
        "sizes that differ less say little beside a first loss of tens"
    );
    assert!(
        !found(87_000.0, 0.5),
        "a rate out of the ordinary explains the first loss as well"
    );
}
