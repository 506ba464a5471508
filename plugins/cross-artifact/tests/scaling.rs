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
    assert!(
        !found(40.0, 1e-3),
        "sizes that differ less say little beside a first loss of tens"
    );
    assert!(
        !found(87_000.0, 0.5),
        "a rate out of the ordinary explains the first loss as well"
    );
}
