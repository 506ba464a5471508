//! What one artifact suggests and another one settles.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use deepfix_plugin::Severity::{High, Low, Medium};
use serde_json::json;
use support::*;

#[test]
fn a_gap_that_drift_explains_is_not_overfitting() {
    let request = json!({
        "dataset_artifacts": dataset((400, 200), (1.0, 1.0), 2),
        "training_artifacts": training(
            [curve(0.69, 0.3, 30, 0.3), curve(0.75, 0.6, 30, 0.3), curve(0.55, 0.9, 30, 0.3), curve(0.5, 0.7, 30, 0.3)],
            network(json!({})),
        ),
    });
    let outcomes = [
        completed(DATASET, vec![finding("checks.covariate_drift", High, 0.9)]),
        completed(TRAINING, vec![finding("training.overfitting", Medium, 0.7)]),
    ];
    let answer = reason(request, &outcomes);
    assert_eq!(answer.codes(), ["cross.drift_not_overfitting"]);
    assert_eq!(answer.ruled_out(), ["training.overfitting"]);
    assert_eq!(
        answer.extras["ruled_out"][0]["findings"],
        json!(["TrainingArtifactsAnalyzer/0"])
    );
    assert_eq!(
        answer.cause("cross.drift_not_overfitting")["findings"],
        json!(["DatasetArtifactsAnalyzer/0"])
    );
    assert!(answer.report.summary.contains("overfitting"));
}

#[test]
fn a_gap_that_opens_late_is_overfitting_in_spite_of_drift() {
    let late: Vec<f64> = (0..40)
        .map(|it| {
            if it < 20 {
                0.69 - 0.01 * f64::from(it)
            } else {
                0.5 + 0.03 * f64::from(it - 20)
            }
        })
        .collect();
    let accuracy: Vec<f64> = (0..40)
        .map(|it| {
            if it < 20 {
                0.5 + 0.015 * f64::from(it)
            } else {
                0.8 - 0.005 * f64::from(it - 20)
            }
        })
        .collect();
    let request = json!({
        "training_artifacts": training(
            [curve(0.69, 0.01, 40, 0.08), late, curve(0.55, 1.0, 40, 0.08), accuracy],
            network(json!({})),
        ),
    });
    let outcomes = [
        completed(CHECKS, vec![finding("checks.covariate_drift", Medium, 0.8)]),
        completed(TRAINING, vec![finding("training.overfitting", High, 0.9)]),
    ];
    let answer = reason(request, &outcomes);
    assert_eq!(answer.codes(), ["training.overfitting", "checks.covariate_drift"]);
    assert!(answer.ruled_out().is_empty());
}

#[test]
fn validation_at_chance_from_the_start_means_wrong_labels() {
    let flat = |level: f64| vec![level; 30];
    let request = json!({
        "dataset_artifacts": dataset((400, 150), (1.0, 1.0), 2),
        "training_artifacts": training(
            [curve(0.6, 0.25, 30, 0.4), curve(0.8, 1.1, 30, 0.2), curve(0.75, 0.92, 30, 0.4), flat(0.49)],
            network(json!({})),
        ),
    });
    let outcomes = [
        completed(DATASET, vec![]),
        completed(
            CHECKS,
            vec![finding("checks.train_test_correlation_change", Medium, 0.8)],
        ),
        completed(
            TRAINING,
            vec![
                finding("training.overfitting", High, 0.8),
                finding("training.early_stopping_missed", Medium, 0.8),
            ],
        ),
    ];
    let answer = reason(request.clone(), &outcomes);
    assert_eq!(answer.codes(), ["cross.val_labels_corrupted"]);
    assert_eq!(answer.ruled_out(), ["training.overfitting"]);
    let consequences = answer.consequences("cross.val_labels_corrupted");
    assert_eq!(
        consequences,
        ["training.early_stopping_missed", "checks.train_test_correlation_change"]
    );

    // That the parameters fix the order of rows explains nothing; where it shows, it does.
    let mut fixed = request.clone();
    fixed["training_artifacts"]["params"]["shuffle"] = json!(false);
    let with_order = |extras: &str| {
        let mut order = finding("training.no_shuffle", Medium, 0.6);
        order.finding.extras = extras.to_owned();
        let change = vec![finding("checks.train_test_correlation_change", Medium, 0.8)];
        let outcomes = [
            completed(DATASET, vec![]),
            completed(CHECKS, change),
            completed(TRAINING, vec![order]),
        ];
        reason(fixed.clone(), &outcomes)
            .codes()
            .contains(&"cross.val_labels_corrupted")
    };
    assert!(with_order(r#"{"measured":false}"#));
    assert!(!with_order(r#"{"measured":true}"#));

    // With drift between the splits the labels may be right.
    let drift = [completed(DATASET, vec![finding("checks.covariate_drift", High, 0.9)])];
    assert!(!reason(request, &drift).codes().contains(&"cross.val_labels_corrupted"));
}

#[test]
fn memorising_a_small_table_is_no_label_fault() {
    // Validation improves for some epochs before training rows are known by heart.
    let validation: Vec<f64> = (0..60)
        .map(|it| {
            if it < 6 {
                0.69 - 0.03 * f64::from(it)
            } else {
                0.54 + 0.02 * f64::from(it - 6)
            }
        })
        .collect();
    let request = json!({
        "dataset_artifacts": dataset((70, 150), (1.0, 1.0), 2),
        "training_artifacts": training(
            [curve(0.68, 0.01, 60, 0.15), validation, curve(0.6, 1.0, 60, 0.15), curve(0.55, 0.7, 60, 0.4)],
            network(json!({"batch_size": 16})),
        ),
    });
    let answer = reason(
        request,
        &[completed(TRAINING, vec![finding("training.overfitting", High, 0.9)])],
    );
    assert_eq!(answer.codes(), ["training.overfitting"]);
}

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
fn a_leak_and_an_early_perfect_score_are_one_fault_and_a_perfect_score_alone_is_none() {
    let request = || {
        json!({
            "training_artifacts": training(
                [curve(0.7, 0.001, 30, 0.6), curve(0.6, 0.001, 30, 0.6), curve(0.6, 1.0, 30, 1.0), curve(0.7, 1.0, 30, 1.0)],
                network(json!({})),
            ),
        })
    };
    let leak = [
        completed(CHECKS, vec![finding("checks.label_leakage", High, 0.9)]),
        completed(DATASET, vec![finding("checks.label_leakage", High, 0.8)]),
    ];
    // Many trainers log metrics of the validation rows alone.
    let mut evaluated = request();
    let metrics = evaluated["training_artifacts"]["metrics_values"]
        .as_object_mut()
        .unwrap();
    metrics.remove("train_accuracy");
    let accuracy = metrics.remove("val_accuracy").unwrap();
    metrics.insert("eval_accuracy".to_owned(), accuracy);
    assert_eq!(reason(evaluated, &leak).codes(), ["cross.leakage_perfect_metric"]);
    let answer = reason(request(), &leak);
    assert_eq!(answer.codes(), ["cross.leakage_perfect_metric"]);
    let ids = answer.cause("cross.leakage_perfect_metric")["findings"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(ids, 2);
    assert_eq!(
        reason(request(), &[completed(CHECKS, vec![]), completed(TRAINING, vec![])]).codes(),
        ["cross.healthy"]
    );
}

#[test]
fn unequal_classes_need_another_metric_than_accuracy() {
    let imbalance = || [completed(DATASET, vec![finding("dataset.class_imbalance", High, 0.9)])];
    let mut request = json!({"training_artifacts": healthy_training()});
    assert_eq!(
        reason(request.clone(), &imbalance()).codes(),
        ["cross.imbalance_accuracy_metric"]
    );
    request["training_artifacts"]["metrics_values"]["val_f1"] = json!(vec![0.7; 30]);
    assert_eq!(reason(request, &imbalance()).codes(), ["dataset.class_imbalance"]);
}

#[test]
fn initial_weights_after_a_good_training_are_the_wrong_file() {
    let untrained = || completed(CHECKPOINT, vec![finding("checkpoint.untrained", High, 0.9)]);
    let request = json!({"training_artifacts": healthy_training(), "model_checkpoint_artifacts": {}});
    let answer = reason(request, &[untrained(), completed(TRAINING, vec![])]);
    assert_eq!(answer.codes(), ["checkpoint.untrained"]);
    assert!(answer.report.analyses[0].finding.description.contains("ended well"));
}

#[test]
fn initial_weights_after_a_flat_training_are_its_consequence() {
    let flat = || vec![0.69; 30];
    let request =
        json!({"training_artifacts": training([flat(), flat(), vec![0.5; 30], vec![0.5; 30]], network(json!({})))});
    let outcomes = [
        completed(CHECKPOINT, vec![finding("checkpoint.untrained", High, 0.9)]),
        completed(TRAINING, vec![finding("training.lr_too_low", Medium, 0.9)]),
    ];
    let answer = reason(request, &outcomes);
    assert_eq!(answer.codes(), ["training.lr_too_low"]);
    assert_eq!(answer.consequences("training.lr_too_low"), ["checkpoint.untrained"]);
}

#[test]
fn outputs_must_be_the_classes_of_the_data_or_one_of_their_encodings() {
    let answer = |labels: u64, classes: usize| {
        let request = json!({
            "dataset_artifacts": dataset((300, 100), (1.0, 2.0), classes),
            "model_checkpoint_artifacts": {"config": {"num_labels": labels, "input_dim": 2}},
        });
        let outcomes = [completed(DATASET, vec![]), completed(CHECKPOINT, vec![])];
        reason(request, &outcomes)
            .codes()
            .contains(&"cross.num_labels_mismatch")
    };
    assert!(answer(4, 2) && answer(7, 2) && answer(2, 3));
    assert!(!answer(2, 2), "the same number");
    assert!(!answer(1, 2), "a single logit");
    assert!(!answer(3, 3));
}

#[test]
fn classes_that_only_the_test_split_has_are_no_fault_of_the_model() {
    let mut data = dataset((300, 100), (1.0, 2.0), 2);
    data["test_statistics"]["number_unique_values"]["target"] = json!(3);
    for labels in [2, 3] {
        let request =
            json!({"dataset_artifacts": data, "model_checkpoint_artifacts": {"config": {"num_labels": labels}}});
        let answer = reason(
            request,
            &[completed(DATASET, vec![finding("checks.new_labels", High, 0.9)])],
        );
        assert_eq!(answer.codes(), ["checks.new_labels"]);
    }
}

#[test]
fn a_test_split_that_lacks_a_class_does_not_excuse_outputs_that_no_class_has() {
    let mut data = dataset((300, 100), (1.0, 2.0), 10);
    data["test_statistics"]["number_unique_values"]["target"] = json!(9);
    let answer = |labels: u64| {
        let request =
            json!({"dataset_artifacts": data, "model_checkpoint_artifacts": {"config": {"num_labels": labels}}});
        reason(request, &[completed(DATASET, vec![]), completed(CHECKPOINT, vec![])])
            .codes()
            .contains(&"cross.num_labels_mismatch")
    };
    assert!(answer(15));
    assert!(!answer(10));
}

#[test]
fn few_updates_explain_underfitting_unless_training_converged() {
    let run = |epochs: usize, speed: f64| {
        let loss = curve(0.69, 0.2, epochs, speed);
        let accuracy = curve(0.5, 0.8, epochs, speed);
        json!({
            "dataset_artifacts": dataset((133, 45), (1.0, 2.0), 2),
            "training_artifacts": training([loss.clone(), loss, accuracy.clone(), accuracy], network(json!({"batch_size": 1024}))),
        })
    };
    let underfitting = || [completed(TRAINING, vec![finding("training.underfitting", Medium, 0.7)])];
    let answer = reason(run(20, 0.03), &underfitting());
    assert_eq!(answer.codes(), ["cross.batch_size_vs_dataset"]);
    assert_eq!(
        answer.consequences("cross.batch_size_vs_dataset"),
        ["training.underfitting"]
    );
    let converged = reason(run(80, 0.2), &[completed(TRAINING, vec![]), completed(DATASET, vec![])]);
    assert_eq!(converged.codes(), ["cross.healthy"]);
    assert_eq!(converged.ruled_out(), ["cross.batch_size_vs_dataset"]);
}

#[test]
fn with_a_dozen_test_rows_noise_is_the_split() {
    let outcomes = [
        completed(DATASET, vec![finding("dataset.test_too_small", High, 0.95)]),
        completed(
            TRAINING,
            vec![
                finding("training.noisy_loss", Medium, 0.8),
                finding("training.overfitting", Medium, 0.6),
            ],
        ),
    ];
    let answer = reason(json!({"training_artifacts": healthy_training()}), &outcomes);
    assert_eq!(answer.codes(), ["dataset.test_too_small"]);
    assert_eq!(
        answer.consequences("dataset.test_too_small"),
        ["training.noisy_loss", "training.overfitting"]
    );
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

#[test]
fn validation_better_than_training_is_a_leak_before_it_is_label_noise() {
    let outcomes = [
        completed(CHECKS, vec![finding("checks.train_test_leakage", High, 0.95)]),
        completed(TRAINING, vec![finding("dataset.label_noise", Medium, 0.6)]),
    ];
    let answer = reason(json!({"training_artifacts": healthy_training()}), &outcomes);
    assert_eq!(answer.codes(), ["checks.train_test_leakage"]);
    assert_eq!(answer.ruled_out(), ["dataset.label_noise"]);
    // Contradicting labels in the rows themselves stand.
    let outcomes = [completed(
        CHECKS,
        vec![
            finding("checks.train_test_leakage", High, 0.95),
            finding("dataset.label_noise", Medium, 0.6),
        ],
    )];
    let answer = reason(json!({}), &outcomes);
    assert!(answer.ruled_out().is_empty());
}

#[test]
fn dropout_makes_validation_better_than_training() {
    let mut training = healthy_training();
    training["metrics_values"]["val_loss"] = json!(curve(0.6, 0.2, 30, 0.2));
    training["params"]["dropout"] = json!(0.5);
    let answer = reason(json!({"training_artifacts": training}), &[completed(TRAINING, vec![])]);
    assert_eq!(
        (answer.codes(), answer.ruled_out()),
        (vec!["cross.healthy"], vec!["dataset.label_noise"])
    );
}

#[test]
fn a_remark_neither_explains_nor_hides_a_fault() {
    let outcomes = [completed(
        TRAINING,
        vec![
            finding("training.no_shuffle", Low, 0.5),
            finding("training.noisy_loss", High, 0.9),
        ],
    )];
    let answer = reason(json!({"training_artifacts": healthy_training()}), &outcomes);
    assert_eq!(answer.codes(), ["training.noisy_loss", "training.no_shuffle"]);
}

#[test]
fn wrong_validation_labels_show_within_passes_too_few_to_memorise() {
    let run = |validation_r2: f64, hidden: usize| {
        let mut artifact = training(
            [
                curve(1.4, 0.6, 18, 0.2),
                curve(0.97, 1.2, 18, 0.1),
                Vec::new(),
                Vec::new(),
            ],
            network(
                json!({"loss": "mse", "hidden_sizes": [hidden], "model_name": "MLPRegressor", "target_scaling": "standard"}),
            ),
        );
        let metrics = artifact["metrics_values"].as_object_mut().unwrap();
        metrics.remove("train_accuracy");
        metrics.remove("val_accuracy");
        metrics.insert("train_r2".to_owned(), json!(curve(-0.4, 0.4, 18, 0.2)));
        metrics.insert("val_r2".to_owned(), json!(curve(0.03, validation_r2, 18, 0.1)));
        let mut data = dataset((303, 139), (1.0, 2.0), 2);
        for split in ["train_statistics", "test_statistics"] {
            data[split]["number_unique_values"]["target"] = json!(130);
            data[split]["feature_statistics"]["target"] = json!({"count": 303, "mean": 150.0, "std": 77.0, "min": 25.0, "25%": 87.0, "50%": 140.0, "75%": 211.0, "max": 346.0});
        }
        reason(json!({"dataset_artifacts": data, "training_artifacts": artifact}), &[])
    };
    assert_eq!(run(-0.2, 12).codes(), ["cross.val_labels_corrupted"]);
    // A network with several weights for each row knows some by heart by then.
    assert_ne!(run(-0.2, 4000).codes(), ["cross.val_labels_corrupted"]);
    assert_ne!(run(0.35, 12).codes(), ["cross.val_labels_corrupted"]);
}

#[test]
fn few_updates_are_found_under_a_rate_that_decays() {
    let rate = |it: usize| 0.005 * (1.0 - it as f64 / 33.0);
    let (mut loss, mut value) = (Vec::new(), 0.76);
    for it in 0..33 {
        loss.push(value);
        value -= 1.8 * rate(it);
    }
    let accuracy = curve(0.4, 0.67, 33, 0.1);
    let mut artifact = training(
        [loss.clone(), loss, accuracy.clone(), accuracy],
        network(json!({"batch_size": 1024, "lr_scheduler": "linear"})),
    );
    artifact["metrics_values"]["learning_rate"] = json!((0..33).map(rate).collect::<Vec<_>>());
    let request = json!({"dataset_artifacts": dataset((296, 81), (1.0, 2.0), 2), "training_artifacts": artifact});
    assert_eq!(reason(request, &[]).codes(), ["cross.batch_size_vs_dataset"]);
}

#[test]
fn a_column_of_mixed_types_explains_no_gaps_of_other_columns() {
    let about = |code: &str, columns: &[&str]| {
        let mut analysis = finding(code, Medium, 0.9);
        analysis.finding.extras = json!({"columns": columns}).to_string();
        analysis
    };
    let causes = |gaps: &[&str]| {
        let found = vec![
            about("dataset.mixed_types", &["income"]),
            about("dataset.missing_values", gaps),
        ];
        let answer = reason(json!({}), &[completed(DATASET, found)]);
        answer.codes().iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(causes(&["income"]), ["dataset.mixed_types"]);
    assert_eq!(causes(&["age", "income"]).len(), 2);
    assert_eq!(causes(&["age"]).len(), 2);
    // A finding that names no column is taken for a consequence.
    assert_eq!(causes(&[]), ["dataset.mixed_types"]);
}
