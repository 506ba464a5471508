//! A gap between training and validation: overfitting, drift, a leak, dropout, noise or too few updates.

use deepfix_plugin::Severity::Low;

use super::*;

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
