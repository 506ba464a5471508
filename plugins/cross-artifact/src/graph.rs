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

const fn edges(cause: &'static str, reach: Reach, effects: &'static [&'static str]) -> Edges {
    Edges { cause, effects, reach }
}

// One cause a paragraph is easier to check than one effect a line.
#[rustfmt::skip]
const EDGES: [Edges; 34] = [
    edges("checkpoint.corrupted_file", Any, &[
        "checkpoint.config_mismatch", "checkpoint.nan_weights", "checkpoint.exploded_weights", "checkpoint.untrained",
        "checkpoint.dead_units",
    ]),
    edges("cross.missing_scaling", Any, &[
        "training.exploding_gradients", "training.lr_too_high", "training.lr_too_low", "training.noisy_loss",
        "training.vanishing_gradients", "training.underfitting", "training.plateau_no_schedule",
        "training.early_stopping_missed", "checkpoint.dead_units", "checkpoint.exploded_weights",
    ]),
    edges("cross.val_labels_corrupted", Any, &[
        "checks.train_test_correlation_change", "training.early_stopping_missed", "dataset.label_noise",
        "checks.prediction_drift", "checks.weak_segment", "checks.weak_class", "checks.poor_calibration",
    ]),
    edges("cross.num_labels_mismatch", Any, &["checkpoint.config_mismatch", "cross.input_dim_mismatch"]),
    edges("checkpoint.config_mismatch", Any, &["cross.num_labels_mismatch", "cross.input_dim_mismatch"]),
    edges("cross.leakage_perfect_metric", Equal, &[
        "dataset.duplicates", "dataset.correlated_features", "dataset.label_noise", "checks.unused_features",
    ]),
    edges("checks.label_leakage", Equal, &["dataset.correlated_features", "checks.unused_features"]),
    edges("checks.train_test_leakage", Equal, &["dataset.duplicates", "dataset.label_noise"]),
    edges("dataset.mixed_types", Equal, &["dataset.missing_values", "dataset.id_like_feature"]),
    // What a check makes of the same column is no worse than that it has two types.
    edges("dataset.mixed_types", Any, &[
        "checks.covariate_drift", "checks.new_categories", "checks.inconsistent_strings",
    ]),
    edges("dataset.id_like_feature", Equal, &["checks.covariate_drift", "checks.new_categories"]),
    edges("dataset.outliers", Equal, &["checks.covariate_drift"]),
    edges("dataset.test_too_small", Equal, &[
        "dataset.small_dataset", "checks.covariate_drift", "checks.label_drift", "training.noisy_loss",
        "training.overfitting", "training.early_stopping_missed", "training.metric_loss_mismatch",
    ]),
    edges("cross.drift_not_overfitting", Equal, &[
        "training.early_stopping_missed", "checks.train_test_correlation_change", "checks.prediction_drift",
        "dataset.class_imbalance", "cross.num_labels_mismatch",
    ]),
    edges("checks.new_labels", Equal, &[
        "checks.label_drift", "checks.covariate_drift", "cross.num_labels_mismatch", "training.early_stopping_missed",
        "checks.inconsistent_strings",
    ]),
    edges("checks.covariate_drift", Equal, &[
        "checks.label_drift", "training.early_stopping_missed", "checks.prediction_drift",
    ]),
    edges("checks.label_drift", Equal, &[
        "checks.covariate_drift", "training.early_stopping_missed", "dataset.class_imbalance",
        "checks.prediction_drift",
    ]),
    edges("dataset.label_noise", Any, &[
        "training.overfitting", "training.underfitting", "training.early_stopping_missed", "training.noisy_loss",
        "training.plateau_no_schedule", "dataset.duplicates",
    ]),
    edges("cross.imbalance_accuracy_metric", Equal, &["training.underfitting", "checks.weak_class"]),
    edges("dataset.class_imbalance", Equal, &["training.underfitting", "checks.weak_class"]),
    edges("training.no_shuffle", Any, &[
        "training.noisy_loss", "training.lr_too_high", "training.underfitting", "training.early_stopping_missed",
        "training.plateau_no_schedule", "training.overfitting",
    ]),
    edges("cross.batch_size_vs_dataset", Any, &[
        "training.underfitting", "training.lr_too_low", "training.plateau_no_schedule", "checkpoint.untrained",
    ]),
    edges("training.exploding_gradients", Any, &[
        "training.lr_too_high", "training.noisy_loss", "training.underfitting", "training.early_stopping_missed",
        "checkpoint.dead_units", "checkpoint.exploded_weights", "checkpoint.nan_weights",
    ]),
    edges("training.vanishing_gradients", Any, &[
        "training.underfitting", "training.plateau_no_schedule", "training.lr_too_low", "checkpoint.untrained",
    ]),
    edges("training.lr_too_high", Any, &[
        "training.noisy_loss", "training.underfitting", "training.plateau_no_schedule",
        "training.early_stopping_missed", "training.vanishing_gradients", "checkpoint.dead_units",
        "checkpoint.exploded_weights", "checkpoint.nan_weights",
    ]),
    edges("training.lr_too_low", Any, &[
        "training.underfitting", "checkpoint.untrained", "training.plateau_no_schedule",
    ]),
    // Not the rate: a loss is unsteady because of it, however mild its own finding is.
    edges("training.noisy_loss", Equal, &[
        "training.plateau_no_schedule", "training.early_stopping_missed",
        "checkpoint.dead_units",
    ]),
    edges("training.plateau_no_schedule", Equal, &[
        "training.noisy_loss", "training.underfitting", "training.early_stopping_missed",
    ]),
    edges("training.metric_loss_mismatch", Equal, &["training.underfitting"]),
    edges("checkpoint.unregularised_model", Equal, &["training.overfitting"]),
    edges("training.overfitting", Equal, &["training.early_stopping_missed", "training.plateau_no_schedule"]),
    edges("training.early_stopping_missed", Equal, &["training.overfitting"]),
    edges("checkpoint.nan_weights", Any, &["checkpoint.exploded_weights", "checkpoint.dead_units"]),
    edges("checkpoint.dead_units", Equal, &[
        "checkpoint.untrained", "training.underfitting", "training.plateau_no_schedule",
    ]),
];

/// Whether a cause can have this consequence at all.
pub(crate) fn leads_to(cause: &str, effect: &str) -> bool {
    EDGES.iter().any(|it| it.cause == cause && it.effects.contains(&effect))
}

/// Whether a cause of that severity explains a consequence of that severity. A remark explains
/// no fault.
pub(crate) fn explains(cause: (&str, Severity), effect: (&str, Severity)) -> bool {
    EDGES
        .iter()
        .filter(|it| it.cause == cause.0 && it.effects.contains(&effect.0))
        .any(|it| effect.1 <= cause.1 || (it.reach == Any && cause.1 >= Severity::Medium))
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
    fn a_rate_that_is_too_high_is_no_consequence_of_what_it_does_to_the_loss() {
        let rate = ("training.lr_too_high", Severity::Medium);
        for effect in ["training.noisy_loss", "training.plateau_no_schedule"] {
            let effect = (effect, Severity::High);
            assert!(explains(rate, effect) && !explains(effect, rate), "{effect:?}");
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
