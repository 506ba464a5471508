use deepfix_plugin::{Request, testing::FakeHost};
use serde_json::json;

use super::*;

fn view(training: Json) -> TrainingView {
    let host = FakeHost::from_request(json!({"training_artifacts": training}));
    TrainingView::read(&Context::new(&host, &Request::default()))
        .unwrap()
        .unwrap()
}

#[test]
fn train_and_validation_on_different_rows_meet_per_epoch() {
    let view = view(json!({"metrics_values": {
        "epoch": [1, 1, 2, 2], "loss": [1.0, null, 0.5, null], "eval_loss": [null, 1.1, null, 0.6], "eval_accuracy": [null, 0.5, null, 0.8],
    }}));
    assert_eq!(view.train.values(), [1.0, 0.5]);
    assert_eq!(view.validation.values(), [1.1, 0.6]);
    assert_eq!(view.metrics[0].validation_curve.values(), [0.5, 0.8]);
}

#[test]
fn the_series_along_the_run_wins_over_its_final_summary() {
    let view = view(json!({"metrics_values": {
        "step": [10, 20, 30, 40, 40], "loss": [4.0, 3.0, 2.0, 1.0, null], "train_loss": [null, null, null, null, 2.5],
    }}));
    assert_eq!(view.train_loss.map(|it| it.column).as_deref(), Some("loss"));
}

#[test]
fn two_numbered_evaluation_sets_are_train_and_validation() {
    let view = view(json!({"metrics_values": {
        "iteration": [0, 1, 2], "validation_0-logloss": [0.6, 0.5, 0.4], "validation_1-logloss": [0.65, 0.6, 0.58],
    }}));
    assert_eq!(view.train.values(), [0.6, 0.5, 0.4]);
    assert_eq!(view.validation.values(), [0.65, 0.6, 0.58]);
}

#[test]
fn steps_of_a_log_without_epochs_are_its_epochs_where_so_many_were_planned() {
    let log = |planned: u32| {
        view(
            json!({"metrics_values": {"step": [0, 1, 2, 3, 4, 5], "loss": [6.0, 5.0, 4.0, 3.0, 2.0, 1.0]},
            "params": {"num_epochs": planned}}),
        )
    };
    let of = |view: &TrainingView| view.axis.as_ref().map(|it| it.unit);
    let epochs = log(10);
    assert_eq!((of(&epochs), epochs.stopped_early()), (Some(Unit::Epoch), Some(true)));
    // They are no updates then; each epoch had at least one.
    assert_eq!((epochs.updates(), epochs.least_updates()), (None, 6.0));
    assert_eq!(of(&log(2)), Some(Unit::Step));
}

#[test]
fn shares_in_per_cent_become_shares_and_stay_as_logged_in_their_cells() {
    let view = view(
        json!({"metrics_values": {"epoch": [0, 1], "train_accuracy": [0.9, 1.4], "val_accuracy": [50.0, 97.5], "val_r2": [2.0, 3.0]}}),
    );
    let pair = view.main_metric().unwrap();
    assert_eq!(pair.validation_curve.values(), [0.5, 0.975]);
    assert!(
        pair.train_curve.values().iter().all(|it| *it < 0.02),
        "one unit for both splits"
    );
    assert_eq!(pair.validation.as_ref().unwrap().last(), Some((1, 97.5)));
    let r2 = view.metrics.iter().find(|it| it.metric == Metric::R2).unwrap();
    assert_eq!(r2.validation_curve.values(), [2.0, 3.0]);
}

#[test]
fn an_error_rate_above_one_is_per_cent() {
    let of = |values: [f64; 2]| {
        let view = view(json!({"metrics_values": {"epoch": [0, 1], "train_error": [0.5, 0.25], "val_error": values}}));
        view.main_metric().unwrap().validation_curve.values()
    };
    assert_eq!(of([38.0, 1.25]), [0.38, 0.0125]);
    assert_eq!(of([0.5, 1.0]), [0.5, 1.0]);
    // Of a loss that is named so nobody knows.
    assert_eq!(of([250.0, 40.0]), [250.0, 40.0]);
}

#[test]
fn models_that_keep_their_training_rows_are_known_by_name_or_settings() {
    let of = |params: Json| view(json!({"metrics_values": {"train_rmse": [0.1]}, "params": params})).interpolates();
    for params in [
        json!({"model": "KNeighborsClassifier"}),
        json!({"model": "sklearn.svm.SVR"}),
        json!({"estimator": "GaussianProcessRegressor"}),
        json!({"n_neighbors": 5, "weights": "distance"}),
        json!({"C": 10, "kernel": "rbf"}),
        json!({"kernel": null, "n_restarts_optimizer": 0, "optimizer": "fmin_l_bfgs_b"}),
    ] {
        assert!(of(params.clone()), "{params}");
    }
    for params in [
        json!({"model": "gpt2"}),
        json!({"model": "mlp", "kernel_size": 3}),
        json!({"n_neighbors": 5, "batch_size": 32}),
        json!({"n_estimators": 100}),
        json!({}),
    ] {
        assert!(!of(params.clone()), "{params}");
    }
}

#[test]
fn layers_are_ordered_from_the_input_on() {
    let view = view(json!({"metrics_values": {
        "loss": [1.0, 2.0], "grad_norm/layers.10": [1.0, 1.0], "grad_norm/layers.9": [0.5, 0.7], "grad_norm/layers.0": [0.1, 0.1],
    }}));
    let names: Vec<_> = view.layers.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["layers.0", "layers.9", "layers.10"]);
}

#[test]
fn parameters_alone_give_a_view_without_curves() {
    let view = view(json!({"metrics_values": null, "params": {"lr": 0.1}}));
    assert!(view.axis.is_none() && view.train.is_empty() && view.params.learning_rate().is_some());
}

#[test]
fn no_artifact_gives_no_view() {
    let host = FakeHost::from_request(json!({"dataset_artifacts": {}}));
    assert!(
        TrainingView::read(&Context::new(&host, &Request::default()))
            .unwrap()
            .is_none()
    );
}

#[test]
fn final_values_are_a_point_where_they_can_be_compared() {
    let of = |metrics: Json| {
        let view = view(json!({"metrics_values": metrics}));
        (view.is_final(), view.points())
    };
    assert_eq!(of(json!({"train_loss": [0.1], "val_loss": [0.2]})), (true, 1));
    assert_eq!(of(json!({"train_accuracy": [1.0], "test_accuracy": [0.9]})), (true, 1));
    // Each logged with a step of its own.
    assert_eq!(
        of(json!({"step": [1, 2], "train_r2": [1.0, null], "val_r2": [null, 0.9]})),
        (true, 1)
    );
    assert_eq!(of(json!({"loss": [0.3]})), (true, 0));
    assert_eq!(of(json!({"train_loss": [0.3], "val_accuracy": [0.9]})), (true, 0));
    assert_eq!(of(json!({"train_loss": [0.3, 0.2]})), (false, 2));
    // A run that broke down after its first value recorded more than that.
    assert_eq!(of(json!({"train_loss": [0.3, "NaN"]})), (false, 1));
    assert_eq!(of(json!({"train_loss": ["NaN"]})), (false, 0));
    assert_eq!(of(json!({"val_accuracy": [0.3, 0.4, 0.5]})), (false, 3));
    assert_eq!(of(json!({"learning_rate": [0.3]})), (false, 0));
}

#[test]
fn a_bare_metric_beside_losses_that_name_their_rows_is_of_validation() {
    let read = |names: [&str; 3]| {
        let [train, validation, metric] = names;
        view(json!({"metrics_values": {
            "Epoch": [1, 2, 3], train: [1.0, 0.5, 0.3], validation: [1.1, 0.8, 0.7], metric: [0.5, 0.6, 0.7],
        }}))
    };
    for names in [
        ["Training Loss", "Validation Loss", "Accuracy"],
        ["train_loss", "valid_loss", "error_rate"],
        ["train_loss", "test_loss", "f1"],
    ] {
        let pair = &read(names).metrics[0];
        assert_eq!(pair.validation_curve.values(), [0.5, 0.6, 0.7], "{names:?}");
        assert!(pair.train.is_none() && pair.train_curve.is_empty(), "{names:?}");
    }
    for names in [
        ["loss", "val_loss", "accuracy"],
        ["train_loss", "val_loss", "train_accuracy"],
        ["train_loss", "val_loss", "accuracy_step"],
    ] {
        let pair = &read(names).metrics[0];
        assert_eq!(pair.train_curve.values(), [0.5, 0.6, 0.7], "{names:?}");
        assert!(pair.validation.is_none(), "{names:?}");
    }
}

#[test]
fn a_bare_metric_with_a_twin_for_validation_is_of_training() {
    let view = view(json!({"metrics_values": {
        "epoch": [1, 2], "train_loss": [1.0, 0.5], "val_loss": [1.1, 0.8], "acc": [0.5, 0.9], "val_acc": [0.5, 0.6],
    }}));
    assert_eq!(view.metrics[0].train_curve.values(), [0.5, 0.9]);
    assert_eq!(view.metrics[0].validation_curve.values(), [0.5, 0.6]);
}
