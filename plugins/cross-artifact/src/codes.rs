//! The codes that the reasoner knows: what to do first about each, and how much work that is.

/// What a remedy is for. The order is the order of trying: a tuned learning rate is worth
/// nothing while the labels that judge it are wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Without it no number of the experiment means what it says.
    Validity,
    /// What the model learns from.
    Data,
    /// Whether it learns at all.
    Optimisation,
    /// How well it learns.
    Tuning,
    /// Order and comfort.
    Housekeeping,
}

/// The work that the first step takes, without the time of a new training run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effort {
    /// A setting.
    Minutes,
    /// A change of the data preparation.
    Hours,
    /// New data or labels.
    Days,
}

impl Effort {
    /// The name in the structured outputs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }
}

/// A fault code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Code {
    pub(crate) name: &'static str,
    pub(crate) phase: Phase,
    pub(crate) effort: Effort,
}

/// Nothing is wrong.
pub const HEALTHY: &str = "cross.healthy";
/// No fault was found, and yet the model is poor.
pub const POOR: &str = "cross.poor_unexplained";
/// Nothing could be looked at.
pub const NOT_EXAMINED: &str = "cross.not_examined";
/// A finding whose code belongs to another plugin.
pub const EXTERNAL: &str = "cross.external_finding";

use Effort::{Days, Hours, Minutes};
use Phase::{Data, Housekeeping, Optimisation, Tuning, Validity};

const fn code(name: &'static str, phase: Phase, effort: Effort) -> Code {
    Code { name, phase, effort }
}

/// Every code, causes before what they cause: of two findings that explain each other the
/// earlier one is taken for the cause, unless the later one is worse.
pub(crate) const TABLE: [Code; 56] = [
    code("checkpoint.corrupted_file", Validity, Minutes),
    code("cross.missing_scaling", Optimisation, Minutes),
    code("cross.val_labels_corrupted", Validity, Hours),
    code("cross.num_labels_mismatch", Validity, Minutes),
    code("checkpoint.config_mismatch", Validity, Minutes),
    code("cross.input_dim_mismatch", Validity, Minutes),
    code("cross.leakage_perfect_metric", Validity, Hours),
    code("checks.label_leakage", Validity, Hours),
    code("checks.train_test_leakage", Validity, Hours),
    code("dataset.mixed_types", Data, Hours),
    code("dataset.id_like_feature", Data, Minutes),
    code("dataset.outliers", Data, Hours),
    code("dataset.test_too_small", Validity, Hours),
    code("cross.drift_not_overfitting", Validity, Hours),
    code("checks.new_labels", Validity, Hours),
    code("checks.covariate_drift", Validity, Hours),
    code("checks.label_drift", Validity, Hours),
    code("dataset.label_noise", Data, Days),
    code("cross.imbalance_accuracy_metric", Validity, Minutes),
    code("dataset.class_imbalance", Data, Minutes),
    code("training.no_shuffle", Optimisation, Minutes),
    code("cross.batch_size_vs_dataset", Optimisation, Minutes),
    code("training.exploding_gradients", Optimisation, Minutes),
    code("training.vanishing_gradients", Optimisation, Hours),
    code("training.lr_too_high", Optimisation, Minutes),
    code("training.lr_too_low", Optimisation, Minutes),
    code("training.noisy_loss", Tuning, Minutes),
    code("training.plateau_no_schedule", Tuning, Minutes),
    code("training.metric_loss_mismatch", Optimisation, Minutes),
    code("checkpoint.unregularised_model", Tuning, Minutes),
    code("training.overfitting", Tuning, Hours),
    code("training.underfitting", Tuning, Hours),
    code("training.early_stopping_missed", Tuning, Minutes),
    code("checkpoint.nan_weights", Validity, Minutes),
    code("checkpoint.dead_units", Tuning, Hours),
    code("checkpoint.untrained", Validity, Minutes),
    code("checkpoint.exploded_weights", Optimisation, Minutes),
    code("dataset.missing_values", Data, Hours),
    code("dataset.constant_feature", Data, Minutes),
    code("dataset.correlated_features", Data, Minutes),
    code("dataset.duplicates", Data, Minutes),
    code("dataset.small_dataset", Data, Days),
    code("checks.train_test_correlation_change", Data, Hours),
    code("checks.new_categories", Data, Hours),
    code("checks.inconsistent_strings", Data, Hours),
    code("checks.prediction_drift", Data, Hours),
    code("checks.weak_segment", Tuning, Hours),
    code("checks.weak_class", Tuning, Hours),
    code("checks.systematic_error", Tuning, Hours),
    code("checks.poor_calibration", Tuning, Hours),
    code("checkpoint.unsafe_format", Housekeeping, Minutes),
    code("checks.unused_features", Housekeeping, Minutes),
    code("checks.slow_inference", Housekeeping, Hours),
    code(HEALTHY, Housekeeping, Minutes),
    code(POOR, Tuning, Hours),
    code(NOT_EXAMINED, Housekeeping, Minutes),
];

/// The place of a code in [`TABLE`], and its entry; none for codes of other plugins.
pub(crate) fn lookup(name: &str) -> Option<(usize, Code)> {
    TABLE
        .iter()
        .enumerate()
        .find(|(_, it)| it.name == name)
        .map(|(index, it)| (index, *it))
}

/// Every code that the reasoner can report.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|it| it.name).chain([EXTERNAL])
}

/// The id of a code's text in the catalogue: `title-training-overfitting`.
pub(crate) fn text_id(prefix: &str, code: &str) -> String {
    format!("{prefix}-{}", code.replace(['.', '_'], "-"))
}
