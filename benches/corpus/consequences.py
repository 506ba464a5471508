"""What a fault entails: codes that are neither required nor wrong where it was injected."""

SCALE_SYMPTOMS = "training.lr_too_high training.noisy_loss training.exploding_gradients training.underfitting checkpoint.dead_units training.plateau_no_schedule training.early_stopping_missed training.vanishing_gradients training.lr_too_low"

TABLE = {
    "training.overfitting": "training.early_stopping_missed training.plateau_no_schedule",
    "training.underfitting": "training.plateau_no_schedule training.lr_too_low",
    "training.lr_too_high": "training.noisy_loss training.exploding_gradients training.underfitting checkpoint.dead_units training.plateau_no_schedule training.early_stopping_missed training.vanishing_gradients checkpoint.exploded_weights",
    "training.lr_too_low": "training.underfitting checkpoint.untrained training.plateau_no_schedule",
    "training.exploding_gradients": "training.lr_too_high training.noisy_loss training.underfitting training.early_stopping_missed checkpoint.dead_units checkpoint.exploded_weights checkpoint.nan_weights cross.missing_scaling",
    "training.vanishing_gradients": "training.underfitting training.plateau_no_schedule training.lr_too_low checkpoint.untrained",
    "training.noisy_loss": "training.lr_too_high training.plateau_no_schedule training.early_stopping_missed checkpoint.dead_units",
    "training.plateau_no_schedule": "training.lr_too_high training.noisy_loss training.underfitting training.early_stopping_missed",
    "training.early_stopping_missed": "training.overfitting training.plateau_no_schedule",
    "training.metric_loss_mismatch": "dataset.class_imbalance cross.imbalance_accuracy_metric training.underfitting",
    "training.no_shuffle": "training.noisy_loss training.lr_too_high training.underfitting training.early_stopping_missed training.plateau_no_schedule training.overfitting",
    "dataset.class_imbalance": "cross.imbalance_accuracy_metric training.underfitting",
    "dataset.label_noise": "training.overfitting training.underfitting training.early_stopping_missed training.noisy_loss dataset.duplicates training.plateau_no_schedule",
    "checks.covariate_drift": "cross.drift_not_overfitting checks.label_drift training.early_stopping_missed",
    "checks.label_leakage": "cross.leakage_perfect_metric dataset.correlated_features",
    "checkpoint.nan_weights": "checkpoint.exploded_weights",
    "checkpoint.corrupted_file": "checkpoint.config_mismatch",
    "checkpoint.config_mismatch": "cross.num_labels_mismatch cross.input_dim_mismatch",
    "checkpoint.untrained": "",
    "checkpoint.dead_units": "training.underfitting training.plateau_no_schedule checkpoint.untrained",
    "cross.missing_scaling": SCALE_SYMPTOMS + " dataset.outliers",
    "cross.batch_size_vs_dataset": "training.underfitting training.lr_too_low training.plateau_no_schedule",
    "cross.num_labels_mismatch": "checkpoint.config_mismatch checks.new_labels",
    "cross.val_labels_corrupted": "checks.train_test_correlation_change training.early_stopping_missed dataset.label_noise",
}


def of(faults: list[str]) -> set[str]:
    return {code for fault in faults for code in TABLE.get(fault, "").split()}
