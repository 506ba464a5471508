//! Final values of models that do as well as models can on their data, as scikit-learn gave them.

use deepfix_plugin::{Report, Severity, testing::FakeHost};
use serde_json::{Value as Json, json};

use super::CODE;
use crate::{TrainingArtifactsAnalyzer, sample::severity};

fn of(metrics: &Json, params: &Json) -> Option<Severity> {
    severity(&json!({"metrics_values": metrics, "params": params}), CODE)
}

fn report(metrics: &Json, params: &Json) -> Report {
    let request = json!({"training_artifacts": {"metrics_values": metrics, "params": params}});
    FakeHost::from_request(request)
        .analyze::<TrainingArtifactsAnalyzer>()
        .unwrap()
}

fn forest() -> Json {
    json!({"bootstrap": true, "max_depth": null, "min_samples_leaf": 1, "n_estimators": 300})
}

fn boosted() -> Json {
    json!({"learning_rate": 0.1, "loss": "squared_error", "max_depth": 5, "n_estimators": 500, "tol": 0.0001})
}

fn process() -> Json {
    json!({"alpha": 0.0001, "kernel": null, "n_restarts_optimizer": 0, "normalize_y": true, "optimizer": "fmin_l_bfgs_b"})
}

fn vectors() -> Json {
    json!({"C": 100, "kernel": "rbf"})
}

fn neighbours() -> Json {
    json!({"algorithm": "auto", "n_neighbors": 10, "weights": "distance"})
}

/// Root mean squares and means of errors on both splits, with R² of 0.74 to 0.92 on other rows.
const ERRORS: [[f64; 4]; 6] = [
    [4.115_48e-14, 3.348_51e-14, 1.753_71, 1.3791],
    [0.109_021, 0.081_782_8, 1.352_42, 1.063_83],
    [0.678_953, 0.536_991, 1.819_04, 1.421_12],
    [0.024_394_4, 0.016_544_8, 1.771_46, 1.367_72],
    [0.245_436, 0.131_171, 1.494_34, 1.168_33],
    [0.0, 0.0, 2.4737, 1.941_83],
];

#[test]
fn errors_of_models_that_know_their_training_rows_by_design_are_healthy() {
    let params = [forest(), boosted(), forest(), process(), vectors(), neighbours()];
    for ([rmse, mae, other_rmse, other_mae], params) in ERRORS.into_iter().zip(params) {
        let metrics =
            json!({"train_rmse": [rmse], "train_mae": [mae], "val_rmse": [other_rmse], "val_mae": [other_mae]});
        assert_eq!(of(&metrics, &params), None, "{params}");
        let summary = report(&metrics, &params).summary;
        assert!(!summary.contains("do not lie far apart") || rmse > 0.5, "{summary}");
    }
    for name in [
        "KNeighborsRegressor",
        "GaussianProcessRegressor",
        "SVR",
        "ExtraTreesRegressor",
    ] {
        let metrics = json!({"train_rmse": [0.1], "val_rmse": [2.0]});
        assert_eq!(of(&metrics, &json!({"model": name})), None, "{name}");
        assert_eq!(of(&metrics, &json!({"model": "mlp"})), Some(Severity::Low));
    }
}

#[test]
fn errors_of_a_model_that_nothing_names_are_a_remark_at_most() {
    for [rmse, mae, other_rmse, other_mae] in ERRORS {
        let metrics =
            json!({"train_rmse": [rmse], "train_mae": [mae], "val_rmse": [other_rmse], "val_mae": [other_mae]});
        let found = of(&metrics, &json!({"seed": 1}));
        assert!(found <= Some(Severity::Low), "{rmse}");
        // Of nearly nothing everything is a multiple.
        assert!(found.is_none() || rmse > 1e-6, "{rmse}");
    }
    for [train, validation] in [[52.7282, 56.4266], [50.7567, 58.6341], [20.9655, 61.1293]] {
        assert_eq!(
            of(
                &json!({"train_rmse": [train], "val_rmse": [validation]}),
                &json!({"seed": 1})
            ),
            None
        );
    }
}

#[test]
fn explained_variance_decides_beside_errors() {
    let diabetes = json!({"train_rmse": [0], "train_r2": [1], "val_rmse": [60.2216], "val_r2": [0.269_473]});
    assert_eq!(of(&diabetes, &forest()), None);
    let process_r2 =
        json!({"train_rmse": [0.0244], "train_r2": [0.999_978], "val_rmse": [1.771_46], "val_r2": [0.8765]});
    assert_eq!(of(&process_r2, &json!({})), None);
    for (train, validation) in [(0.8787, 0.1531), (0.93, 0.15), (1.0, 0.45)] {
        let metrics = json!({"train_r2": [train], "test_r2": [validation]});
        assert_eq!(of(&metrics, &forest()), None, "{validation}");
        assert!(report(&metrics, &forest()).summary.contains("tells by itself"));
    }
    // A constant answer does as well.
    assert_eq!(
        of(&json!({"train_r2": [0.93], "test_r2": [-0.1]}), &forest()),
        Some(Severity::High)
    );
}

#[test]
fn a_forest_on_noisy_labels_is_a_remark_unless_it_guesses() {
    let of =
        |validation: f64, params: &Json| of(&json!({"train_accuracy": [1.0], "test_accuracy": [validation]}), params);
    assert_eq!(of(0.6595, &json!({"n_estimators": 200})), Some(Severity::Low));
    let known = json!({"n_estimators": 200, "num_class": 2});
    assert_eq!(
        (of(0.6595, &known), of(0.52, &known)),
        (Some(Severity::Low), Some(Severity::Medium))
    );
}

#[test]
fn a_remark_says_what_it_leaves_open() {
    let evidence = |metrics: Json, params: Json| report(&metrics, &params).analyses[0].finding.evidence.clone();
    let error = evidence(json!({"train_mae": [0.1], "val_mae": [1.2]}), json!({}));
    assert!(error.contains("does not show without an R²"), "{error}");
    let forest = evidence(json!({"train_accuracy": [1.0], "val_accuracy": [0.66]}), forest());
    assert!(forest.contains("noisy labels look the same"), "{forest}");
    let network = evidence(
        json!({"train_accuracy": [1.0], "val_accuracy": [0.66]}),
        json!({"hidden_layer_sizes": "64"}),
    );
    assert!(
        !network.contains("noisy labels") && !network.contains("R²"),
        "{network}"
    );
}

#[test]
fn log_losses_of_good_classifiers_are_healthy() {
    let kept = 2.220_45e-16;
    let trees = [
        (kept, 0.280_051),
        (0.032_897, 0.269_08),
        (0.001_005, 0.195_251),
        (0.0295, 0.3651),
        (0.0931, 0.3129),
        (0.02, 0.31),
    ];
    for (train, validation) in trees {
        let metrics = json!({"train_loss": [train], "val_loss": [validation]});
        assert_eq!(of(&metrics, &forest()), None, "{validation}");
        assert_eq!(
            of(
                &json!({"train_logloss": [train], "val_logloss": [validation]}),
                &json!({"num_boost_round": 500, "max_depth": 6})
            ),
            None,
            "{validation}"
        );
    }
    // The nearest neighbour is sure of each answer.
    assert_eq!(
        of(
            &json!({"train_loss": [kept], "val_loss": [4.565_53]}),
            &json!({"n_neighbors": 1})
        ),
        None
    );
    let networks = [(0.170_356, 0.266_987), (0.010_926, 0.120_833), (0.006_408, 0.107_755)];
    for (train, validation) in networks {
        let metrics = json!({"train_loss": [train], "val_loss": [validation]});
        assert_eq!(of(&metrics, &json!({"hidden_layer_sizes": "64"})), None, "{validation}");
    }
}

#[test]
fn a_loss_beside_a_good_score_is_no_fault_and_beside_a_poor_one_may_be() {
    let scores =
        json!({"train_accuracy": [1.0], "train_log_loss": [0.018], "val_accuracy": [0.92], "val_log_loss": [0.2716]});
    assert_eq!(of(&scores, &json!({})), None);
    let overconfident =
        json!({"train_accuracy": [0.999], "val_accuracy": [0.86], "train_loss": [0.02], "val_loss": [0.9]});
    assert_eq!(of(&overconfident, &json!({"model": "resnet18"})), None);
    let poor = json!({"train_auc": [0.62], "val_auc": [0.6], "train_loss": [0.01], "val_loss": [4.0]});
    assert_eq!(of(&poor, &json!({})), Some(Severity::Medium));
    // Of ten classes a loss of 2 is better than a constant answer.
    let ten = json!({"train_log_loss": [0.1], "val_log_loss": [2.0]});
    assert_eq!(of(&ten, &json!({"num_classes": 10})), Some(Severity::Low));
    assert_eq!(of(&ten, &json!({"num_classes": 2})), Some(Severity::Medium));
}

#[test]
fn what_could_not_be_judged_gets_no_clean_bill() {
    for metrics in [
        json!({"train_loss": [-2.3], "val_loss": [4.5]}),
        json!({"train_mse": [0.0], "val_mse": [4.0]}),
        json!({"train_r2": [0.6], "val_r2": [0.15], "note": ["x"]}),
    ] {
        let params = if metrics.get("note").is_some() {
            forest()
        } else {
            json!({})
        };
        let report = report(&metrics, &params);
        assert!(report.analyses.is_empty(), "{metrics}");
        assert!(
            report.extras.contains("number of classes")
                && report.summary.contains("tells by itself")
                && !report.summary.contains("far apart"),
            "{}",
            report.summary
        );
    }
    // Nor along a run that logged no loss.
    let points: Vec<f64> = (0..20).map(f64::from).collect();
    let train: Vec<f64> = points.iter().map(|it| 0.9 - 0.8 * (-0.3 * it).exp()).collect();
    let validation: Vec<f64> = points.iter().map(|it| 0.15 - 0.1 * (-0.3 * it).exp()).collect();
    let course = json!({"iteration": points, "train_r2": train, "val_r2": validation});
    let summary = report(&course, &boosted()).summary;
    assert!(summary.contains("no metric over 20"), "{summary}");
    // What was judged is named, and nothing else.
    let part = json!({"train_auc": [0.82], "val_auc": [0.8], "train_loss": [-2.3], "val_loss": [4.5]});
    let summary = report(&part, &json!({})).summary;
    assert!(summary.contains("(val_auc)"), "{summary}");
}

#[test]
fn error_rates_above_one_are_per_cent() {
    let of = |train: f64, validation: f64| of(&json!({"train_error": [train], "val_error": [validation]}), &json!({}));
    assert_eq!((of(0.5, 38.0), of(1.0, 4.0)), (Some(Severity::Medium), None));
    assert_eq!(of(0.005, 0.38), Some(Severity::Medium));
}

#[test]
fn success_is_told_of_the_next_run_and_not_of_a_course_that_is_not_there() {
    let report = report(
        &json!({"train_accuracy": [1.0], "val_accuracy": [0.51]}),
        &json!({"model": "mlp"}),
    );
    let advice = &report.analyses[0].recommendation;
    assert_eq!(report.analyses[0].finding.severity, Severity::Medium);
    for part in [
        "the next run ends clearly better than 0.51 in val_accuracy",
        "Log both values along the run",
    ] {
        assert!(advice.rationale.contains(part), "{}", advice.rationale);
    }
}

#[test]
fn a_loss_of_many_classes_is_no_worse_than_guessing() {
    for (scores, losses) in [([0.94, 0.72], [0.11, 1.15]), ([0.9, 0.74], [0.1, 1.05])] {
        let metrics = json!({"train_accuracy": [scores[0]], "val_accuracy": [scores[1]], "train_loss": [losses[0]],
            "val_loss": [losses[1]]});
        assert!(of(&metrics, &json!({"hidden": 64})) <= Some(Severity::Low), "{metrics}");
        let of_two = json!({"hidden": 64, "num_classes": 2});
        let worse = json!({"train_accuracy": [0.99], "val_accuracy": [0.72], "train_loss": [0.01], "val_loss": [1.15]});
        assert_eq!(of(&worse, &of_two), Some(Severity::Medium));
    }
}

#[test]
fn a_forest_that_guesses_on_other_rows_is_at_fault_however_many_classes_there_are() {
    for (score, wanted) in [(0.51, Severity::Medium), (0.3, Severity::Medium), (0.66, Severity::Low)] {
        let metrics = json!({"train_accuracy": [1.0], "val_accuracy": [score]});
        assert_eq!(of(&metrics, &forest()), Some(wanted), "{score}");
    }
}
