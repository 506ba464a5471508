//! What follows from what.
//!
//! An edge says: where both are found, the second is taken for a consequence of the first and
//! needs no remedy of its own until the first is cured. Sources: the declared consequences of
//! each fault in the list of fault codes, which come from injecting the fault into real
//! training runs and measuring what else appeared.

use deepfix_plugin::Severity;

/// A cause with its possible consequences.
struct Edges {
    cause: &'static str,
    effects: &'static [&'static str],
    /// How far a consequence may be worse than the cause.
    reach: Reach,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The cause breaks training, so that its symptoms may look worse than itself.
    Any,
    /// The cause makes things somewhat worse; a symptom that is worse than the cause has
    /// another one.
    Equal,
}

use Reach::{Any, Equal};

const EDGES: [Edges; 32] = [
    Edges {
        cause: "checkpoint.corrupted_file",
        effects: &[
            "checkpoint.config_mismatch",
            "checkpoint.nan_weights",
            "checkpoint.exploded_weights",
            "checkpoint.untrained",
            "checkpoint.dead_units",
        ],
        reach: Any,
    },
    Edges {
        cause: "cross.missing_scaling",
        effects: &[
            "training.exploding_gradients",
            "training.lr_too_high",
            "training.lr_too_low",
            "training.noisy_loss",
            "training.vanishing_gradients",
            "training.underfitting",
            "training.plateau_no_schedule",
            "training.early_stopping_missed",
            "checkpoint.dead_units",
            "checkpoint.exploded_weights",
        ],
        reach: Any,
    },
    Edges {
        cause: "cross.val_labels_corrupted",
        effects: &[
            "checks.train_test_correlation_change",
            "training.early_stopping_missed",
            "dataset.label_noise",
            "checks.prediction_drift",
            "checks.weak_segment",
            "checks.weak_class",
            "checks.poor_calibration",
        ],
        reach: Any,
    },
    Edges {
        cause: "cross.num_labels_mismatch",
        effects: &["checkpoint.config_mismatch", "cross.input_dim_mismatch"],
        reach: Any,
    },
    Edges {
        cause: "checkpoint.config_mismatch",
        effects: &["cross.num_labels_mismatch", "cross.input_dim_mismatch"],
        reach: Any,
    },
    Edges {
        cause: "cross.leakage_perfect_metric",
        effects: &[
            "dataset.duplicates",
            "dataset.correlated_features",
            "dataset.label_noise",
            "checks.unused_features",
        ],
        reach: Equal,
    },
    Edges {
        cause: "checks.label_leakage",
        effects: &["dataset.correlated_features", "checks.unused_features"],
        reach: Equal,
    },
    Edges {
        cause: "checks.train_test_leakage",
        effects: &["dataset.duplicates", "dataset.label_noise"],
        reach: Equal,
    },
    Edges {
        cause: "dataset.mixed_types",
        effects: &["dataset.missing_values", "dataset.id_like_feature", "checks.new_categories"],
        reach: Equal,
    },
    Edges {
        cause: "dataset.id_like_feature",
        effects: &["checks.covariate_drift", "checks.new_categories"],
        reach: Equal,
    },
    Edges { cause: "dataset.outliers", effects: &["checks.covariate_drift"], reach: Equal },
    Edges {
        cause: "dataset.test_too_small",
        effects: &[
            "dataset.small_dataset",
            "checks.covariate_drift",
            "checks.label_drift",
            "training.noisy_loss",
            "training.overfitting",
            "training.early_stopping_missed",
            "training.metric_loss_mismatch",
        ],
        reach: Equal,
    },
    Edges {
        cause: "cross.drift_not_overfitting",
        effects: &[
            "training.early_stopping_missed",
            "checks.train_test_correlation_change",
            "checks.prediction_drift",
            "dataset.class_imbalance",
            "cross.num_labels_mismatch",
        ],
        reach: Equal,
    },
    Edges {
        cause: "checks.new_labels",
        effects: &[
            "checks.label_drift",
            "checks.covariate_drift",
            "cross.num_labels_mismatch",
            "training.early_stopping_missed",
        ],
        reach: Equal,
    },
    Edges {
        cause: "checks.covariate_drift",
        effects: &["checks.label_drift", "training.early_stopping_missed", "checks.prediction_drift"],
        reach: Equal,
    },
    Edges {
        cause: "checks.label_drift",
        effects: &[
            "checks.covariate_drift",
            "training.early_stopping_missed",
            "dataset.class_imbalance",
            "checks.prediction_drift",
        ],
        reach: Equal,
    },
    Edges {
        cause: "dataset.label_noise",
        effects: &[
            "training.overfitting",
            "training.underfitting",
            "training.early_stopping_missed",
            "training.noisy_loss",
            "training.plateau_no_schedule",
            "dataset.duplicates",
        ],
        reach: Any,
    },
    Edges {
        cause: "cross.imbalance_accuracy_metric",
        effects: &["training.underfitting", "checks.weak_class"],
        reach: Equal,
    },
    Edges {
        cause: "dataset.class_imbalance",
        effects: &["training.underfitting", "checks.weak_class"],
        reach: Equal,
    },
    Edges {
        cause: "training.no_shuffle",
        effects: &[
            "training.noisy_loss",
            "training.lr_too_high",
            "training.underfitting",
            "training.early_stopping_missed",
            "training.plateau_no_schedule",
            "training.overfitting",
        ],
        reach: Any,
    },
    Edges {
        cause: "cross.batch_size_vs_dataset",
        effects: &[
            "training.underfitting",
            "training.lr_too_low",
            "training.plateau_no_schedule",
            "checkpoint.untrained",
        ],
        reach: Any,
    },
    Edges {
        cause: "training.exploding_gradients",
        effects: &[
            "training.lr_too_high",
            "training.noisy_loss",
            "training.underfitting",
            "training.early_stopping_missed",
            "checkpoint.dead_units",
            "checkpoint.exploded_weights",
            "checkpoint.nan_weights",
        ],
        reach: Any,
    },
    Edges {
        cause: "training.vanishing_gradients",
        effects: &[
            "training.underfitting",
            "training.plateau_no_schedule",
            "training.lr_too_low",
            "checkpoint.untrained",
        ],
        reach: Any,
    },
    Edges {
        cause: "training.lr_too_high",
        effects: &[
            "training.noisy_loss",
            "training.underfitting",
            "training.plateau_no_schedule",
            "training.early_stopping_missed",
            "training.vanishing_gradients",
            "checkpoint.dead_units",
            "checkpoint.exploded_weights",
            "checkpoint.nan_weights",
        ],
        reach: Any,
    },
    Edges {
        cause: "training.lr_too_low",
        effects: &["training.underfitting", "checkpoint.untrained", "training.plateau_no_schedule"],
        reach: Any,
    },
    Edges {
        cause: "training.noisy_loss",
        effects: &[
            "training.lr_too_high",
            "training.plateau_no_schedule",
            "training.early_stopping_missed",
            "checkpoint.dead_units",
        ],
        reach: Equal,
    },
    Edges {
        cause: "training.plateau_no_schedule",
        effects: &[
            "training.lr_too_high",
            "training.noisy_loss",
            "training.underfitting",
            "training.early_stopping_missed",
        ],
        reach: Equal,
    },
    Edges { cause: "training.metric_loss_mismatch", effects: &["training.underfitting"], reach: Equal },
    Edges {
        cause: "training.overfitting",
        effects: &["training.early_stopping_missed", "training.plateau_no_schedule"],
        reach: Equal,
    },
    Edges { cause: "training.early_stopping_missed", effects: &["training.overfitting"], reach: Equal },
    Edges {
        cause: "checkpoint.nan_weights",
        effects: &["checkpoint.exploded_weights", "checkpoint.dead_units"],
        reach: Any,
    },
    Edges {
        cause: "checkpoint.dead_units",
        effects: &["checkpoint.untrained", "training.underfitting", "training.plateau_no_schedule"],
        reach: Equal,
    },
];

/// Whether a cause can have this consequence at all.
pub(crate) fn leads_to(cause: &str, effect: &str) -> bool {
    EDGES.iter().any(|it| it.cause == cause && it.effects.contains(&effect))
}

/// Whether a cause of that severity explains a consequence of that severity. A remark explains
/// no fault.
pub(crate) fn explains(cause: (&str, Severity), effect: (&str, Severity)) -> bool {
    EDGES.iter().filter(|it| it.cause == cause.0 && it.effects.contains(&effect.0)).any(|it| {
        effect.1 <= cause.1 || (it.reach == Any && cause.1 >= Severity::Medium)
    })
}

/// The causes that have consequences, for tests and texts.
#[cfg(test)]
pub(crate) fn causes() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    EDGES.iter().map(|it| (it.cause, it.effects))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;

    #[test]
    fn every_edge_joins_known_codes_and_none_leads_to_itself() {
        for (cause, effects) in causes() {
            assert!(codes::lookup(cause).is_some(), "{cause}");
            for effect in effects {
                assert!(codes::lookup(effect).is_some(), "{effect}");
                assert_ne!(cause, *effect);
            }
        }
    }

    #[test]
    fn a_remark_explains_no_fault() {
        let noisy = ("training.noisy_loss", Severity::Medium);
        assert!(!explains(("training.no_shuffle", Severity::Low), noisy));
        assert!(explains(("training.no_shuffle", Severity::Medium), noisy));
        assert!(!explains(noisy, ("training.plateau_no_schedule", Severity::High)));
    }
}
