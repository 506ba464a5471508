//! What the inputs do to a training: different scales, and a loss that breaks.

use super::*;

fn unscaled(params: serde_json::Value, first: f64) -> serde_json::Value {
    let loss = curve(first, 0.6, 30, 0.5);
    json!({
        "dataset_artifacts": dataset((400, 100), (1.0, 50_000.0), 2),
        "training_artifacts": training([loss.clone(), loss, curve(0.5, 0.6, 30, 0.3), curve(0.5, 0.6, 30, 0.3)], network(params)),
    })
}

#[test]
fn different_scales_matter_only_without_a_scaler_and_with_symptoms() {
    let symptoms = || {
        [completed(
            TRAINING,
            vec![
                finding("training.lr_too_high", High, 0.9),
                finding("training.noisy_loss", Medium, 0.8),
                finding("training.lr_too_low", Medium, 0.5),
            ],
        )]
    };
    let answer = reason(unscaled(json!({"feature_scaling": "none"}), 4000.0), &symptoms());
    assert_eq!(answer.codes(), ["cross.missing_scaling"]);
    assert_eq!(answer.consequences("cross.missing_scaling").len(), 3);
    assert_eq!(
        answer.extras["actions"].as_array().unwrap().len(),
        1,
        "symptoms need no action yet"
    );

    let answer = reason(unscaled(json!({"feature_scaling": "standard"}), 4000.0), &symptoms());
    assert!(!answer.codes().contains(&"cross.missing_scaling"));
    assert!(answer.ruled_out().contains(&"cross.missing_scaling"));

    let trees = json!({"feature_scaling": "none", "model_name": "GradientBoostingClassifier"});
    assert!(
        !reason(unscaled(trees, 4000.0), &symptoms())
            .codes()
            .contains(&"cross.missing_scaling")
    );

    let answer = reason(
        unscaled(json!({"feature_scaling": "none"}), 0.7),
        &[completed(TRAINING, vec![])],
    );
    assert_eq!(answer.codes(), ["cross.healthy"]);
}

#[test]
fn a_parameter_that_is_absent_says_less_than_one_that_says_none() {
    let none = reason(
        unscaled(json!({"feature_scaling": "none"}), 4000.0),
        &[completed(TRAINING, vec![])],
    );
    let absent = reason(
        unscaled(json!({"feature_scaling": null}), 4000.0),
        &[completed(TRAINING, vec![])],
    );
    assert_eq!(none.codes(), ["cross.missing_scaling"]);
    assert_eq!(absent.codes(), ["cross.missing_scaling"]);
    let of = |answer: &Answer| answer.report.analyses[0].finding.clone();
    assert_eq!((of(&none).severity, of(&absent).severity), (High, Medium));
    let strength = |answer: &Answer| {
        let extras: serde_json::Value = serde_json::from_str(&of(answer).extras).unwrap();
        extras["strength"].as_f64().unwrap()
    };
    assert!(strength(&none) > strength(&absent));
    assert!(of(&none).confidence >= of(&absent).confidence);
    // A rate out of the ordinary explains the first loss as well.
    let fast = reason(
        unscaled(json!({"feature_scaling": null, "learning_rate": 0.5}), 4000.0),
        &[completed(TRAINING, vec![])],
    );
    assert_eq!(fast.codes(), ["cross.healthy"]);
}

#[test]
fn a_loss_that_breaks_after_a_usual_start_is_not_carried_in_by_the_inputs() {
    let broken = |from: usize, first: f64, scaling: serde_json::Value| {
        let mut request = unscaled(json!({"feature_scaling": scaling}), first);
        for row in from..30 {
            request["training_artifacts"]["metrics_values"]["train_loss"][row] = json!("NaN");
        }
        reason(
            request,
            &[completed(
                TRAINING,
                vec![finding("training.exploding_gradients", High, 0.9)],
            )],
        )
    };
    let is_scaling = |answer: Answer| answer.codes().contains(&"cross.missing_scaling");
    // Nothing is said of a scaler: only the start of the run tells.
    assert!(!is_scaling(broken(3, 0.7, json!(null))));
    assert!(is_scaling(broken(0, 0.7, json!(null))), "never finite");
    assert!(is_scaling(broken(3, 40.0, json!(null))), "a start far above chance");
    assert!(!is_scaling(broken(20, 12.0, json!(null))), "too late");
}

#[test]
fn the_loss_of_a_regression_says_nothing_where_nobody_knows_the_variance_of_its_target() {
    let request = json!({"training_artifacts": {
        "metrics_values": {
            "epoch": (0..30).collect::<Vec<_>>(),
            "train_loss": curve(6e8, 2e8, 30, 0.2), "val_loss": curve(6.1e8, 2.1e8, 30, 0.2),
        },
        "params": {"model_name": "MLPRegressor", "loss": "mse", "feature_scaling": "none", "optimizer": "adam",
            "learning_rate": 0.001, "batch_size": 32},
    }});
    let answer = reason(request, &[completed(TRAINING, vec![])]);
    assert_eq!(answer.codes(), ["cross.healthy"]);
}

#[test]
fn the_cause_of_nan_is_looked_for_in_the_data_first() {
    let outcomes = || {
        [
            completed(TRAINING, vec![finding("training.exploding_gradients", High, 0.95)]),
            completed(CHECKPOINT, vec![finding("checkpoint.nan_weights", High, 0.99)]),
        ]
    };
    let mut request = unscaled(json!({"feature_scaling": "none"}), 4000.0);
    for column in ["train_loss", "val_loss"] {
        request["training_artifacts"]["metrics_values"][column] = json!(vec!["NaN"; 30]);
    }
    let answer = reason(request.clone(), &outcomes());
    assert_eq!(answer.codes(), ["cross.missing_scaling"]);
    assert_eq!(
        answer.consequences("cross.missing_scaling"),
        ["training.exploding_gradients", "checkpoint.nan_weights"]
    );

    request["training_artifacts"]["params"]["feature_scaling"] = json!("standard");
    let answer = reason(request, &outcomes());
    assert_eq!(answer.codes(), ["training.exploding_gradients"]);
    let description = &answer.report.analyses[0].finding.description;
    assert!(
        description.contains("standard") && description.contains("0.001"),
        "{description}"
    );
}
