use super::*;

fn loss(name: &str) -> Option<(Split, u8)> {
    match resolve(name) {
        Role::Loss { split, rank, .. } => Some((split, rank)),
        _ => None,
    }
}

#[test]
fn the_losses_of_the_common_frameworks_are_found() {
    for name in [
        "loss",
        "train_loss",
        "training_loss",
        "train/loss",
        "Train Loss",
        "trainLoss",
        "train_loss_epoch",
    ] {
        assert_eq!(loss(name), Some((Split::Train, 0)), "{name}");
    }
    for name in [
        "val_loss",
        "eval_loss",
        "valid_loss",
        "validation_loss",
        "eval/loss",
        "dev-loss",
        "avg_val_loss",
        "valloss",
        "validloss",
    ] {
        assert_eq!(loss(name), Some((Split::Validation, 0)), "{name}");
    }
    assert_eq!(loss("test_loss"), Some((Split::Test, 0)));
    assert_eq!(loss("testloss"), Some((Split::Test, 0)));
    assert_eq!(loss("trainloss"), Some((Split::Train, 0)));
    assert!(matches!(
        resolve("valacc"),
        Role::Metric {
            split: Split::Validation,
            metric: Metric::Accuracy,
            ..
        }
    ));
    assert_eq!(loss("train/box_loss"), Some((Split::Train, 3)));
    assert!(loss("validation_1-mlogloss").is_some());
}

#[test]
fn metrics_carry_split_and_direction() {
    for (name, split, metric) in [
        ("acc", Split::Train, Metric::Accuracy),
        ("val_accuracy", Split::Validation, Metric::Accuracy),
        ("eval_f1", Split::Validation, Metric::F1),
        ("val/AUROC", Split::Validation, Metric::Auc),
        ("test_r2_score", Split::Test, Metric::R2),
        ("val_root_mean_squared_error", Split::Validation, Metric::Rmse),
    ] {
        assert!(
            matches!(resolve(name), Role::Metric { split: s, metric: m, .. } if s == split && m == metric),
            "{name}: {:?}",
            resolve(name)
        );
    }
    assert_eq!(Metric::Rmse.orientation(), Orientation::LowerIsBetter);
}

#[test]
fn axes_rates_and_gradients_are_told_apart() {
    assert_eq!(resolve("train/epoch"), Role::Epoch);
    assert_eq!(resolve("global_step"), Role::Step);
    assert_eq!(resolve("lr"), Role::LearningRate);
    assert_eq!(resolve("train/learning_rate"), Role::LearningRate);
    assert_eq!(resolve("train/grad_norm"), Role::GradientNorm);
    assert_eq!(
        resolve("grad_norm/layers.3"),
        Role::LayerGradientNorm("layers.3".to_owned())
    );
    assert_eq!(resolve("grad_2.0_norm_total"), Role::GradientNorm);
}

#[test]
fn unrelated_columns_mean_nothing() {
    for name in [
        "",
        "___",
        "runtime",
        "samples_per_second",
        "épreuve",
        "system/gpu.0.memory",
        "total_flos",
    ] {
        assert_eq!(resolve(name), Role::Other, "{name}");
    }
}

#[test]
fn scores_that_mlflow_logs_for_scikit_learn_are_of_the_rows_that_they_name() {
    let of = |name: &str| match resolve(name) {
        Role::Metric { split, metric, .. } => Some((split, metric)),
        _ => None,
    };
    assert_eq!(of("training_accuracy_score"), Some((Split::Train, Metric::Accuracy)));
    assert_eq!(of("training_precision_score"), Some((Split::Train, Metric::Precision)));
    assert_eq!(of("accuracy_score_X_test"), Some((Split::Test, Metric::Accuracy)));
    assert_eq!(of("r2_score_X_val"), Some((Split::Validation, Metric::R2)));
    assert!(names_split("accuracy_score_X_test") && names_split("valloss") && !names_split("accuracy"));
}

#[test]
fn short_words_name_the_rows_to_judge_on_as_whole_words_only() {
    for name in [
        "va_loss",
        "vl_loss",
        "vld_loss",
        "vld/loss",
        "loss_va",
        "cv_loss",
        "oof-loss",
        "ev.loss",
        "out_of_sample_loss",
        "Out-of-sample loss",
    ] {
        assert_eq!(loss(name), Some((Split::Validation, 1)), "{name}");
        assert!(names_split(name), "{name}");
    }
    assert_eq!(loss("loss_te"), Some((Split::Test, 1)));
    assert_eq!(loss("testing_loss"), Some((Split::Test, 0)));
    assert_eq!(loss("testingloss"), Some((Split::Test, 0)));
    assert_eq!(loss("evaluationloss"), Some((Split::Validation, 0)));
    for name in ["cvloss", "value_loss", "rate_loss", "levloss", "sample_loss"] {
        assert!(
            matches!(loss(name), Some((Split::Train, 3 | 4))),
            "{name}: {:?}",
            loss(name)
        );
    }
    for name in ["te", "cv", "ev", "va", "rate", "cv_mean", "steps_te"] {
        assert_eq!(resolve(name), Role::Other, "{name}");
    }
}

#[test]
fn a_smoothed_copy_comes_after_what_it_was_made_of() {
    assert_eq!(loss("val_loss_ema"), Some((Split::Validation, 2)));
    assert_eq!(loss("train/loss_smoothed"), Some((Split::Train, 2)));
    assert_eq!(resolve("ema"), Role::Other);
}
