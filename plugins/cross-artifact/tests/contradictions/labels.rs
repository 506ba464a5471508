//! Labels that are wrong, or of which one class has few.

use super::*;

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
