//! The fault codes that the agents of DeepFix report, and the domains of its knowledge.

/// Every code that the agents of DeepFix report: each needs passages in the shipped base.
pub const FAULT_CODES: &[&str] = &[
    "checkpoint.config_mismatch",
    "checkpoint.corrupted_file",
    "checkpoint.dead_units",
    "checkpoint.nan_weights",
    "checkpoint.untrained",
    "checks.covariate_drift",
    "checks.label_drift",
    "checks.label_leakage",
    "checks.new_labels",
    "checks.train_test_leakage",
    "cross.batch_size_vs_dataset",
    "cross.drift_not_overfitting",
    "cross.imbalance_accuracy_metric",
    "cross.leakage_perfect_metric",
    "cross.missing_scaling",
    "cross.num_labels_mismatch",
    "cross.val_labels_corrupted",
    "dataset.class_imbalance",
    "dataset.constant_feature",
    "dataset.correlated_features",
    "dataset.id_like_feature",
    "dataset.label_noise",
    "dataset.missing_values",
    "dataset.mixed_types",
    "dataset.outliers",
    "dataset.test_too_small",
    "training.early_stopping_missed",
    "training.exploding_gradients",
    "training.lr_too_high",
    "training.lr_too_low",
    "training.metric_loss_mismatch",
    "training.no_shuffle",
    "training.noisy_loss",
    "training.overfitting",
    "training.plateau_no_schedule",
    "training.underfitting",
    "training.vanishing_gradients",
    // Reported beside a fault of the list above, never as the only one.
    "checkpoint.exploded_weights",
    "checks.new_categories",
    "checks.train_test_correlation_change",
    "cross.input_dim_mismatch",
    "dataset.duplicates",
    "dataset.small_dataset",
    // Remarks of the built-in agents, always low.
    "checkpoint.unregularised_model",
    "checkpoint.unsafe_format",
    "checks.inconsistent_strings",
    "checks.poor_calibration",
    "checks.prediction_drift",
    "checks.slow_inference",
    "checks.systematic_error",
    "checks.unused_features",
    "checks.weak_class",
    "checks.weak_segment",
];

/// Codes by which the reasoner says that there is no fault of its own to report: they need no
/// passages.
pub const STATUS_CODES: &[&str] = &[
    "cross.external_finding",
    "cross.healthy",
    "cross.not_examined",
    "cross.poor_unexplained",
];

/// The domains that the shipped base covers.
pub const DOMAINS: &[&str] = &["architecture", "data_quality", "deployment", "evaluation", "training"];
