//! The built-in deepchecks component: what the results of data and model checks say, judged
//! anew. A check's own verdict rests on one fixed bound whatever the sample size; the rules
//! here read its value.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::needless_pass_by_value
    )
)]

#[cfg(test)]
mod advice_tests;
mod examined;
#[cfg(test)]
mod french_tests;
mod narrowed;
mod question;
mod rules;
#[cfg(test)]
mod split_tests;
#[cfg(test)]
mod tests;

use deepfix_plugin::{
    Analyzer, ArtifactKind, Calibration, Capability, Catalogue, Context, Description, Error, Report, Reporter,
};
use deepfix_views::checks::ChecksView;

/// The texts of the findings.
pub const CATALOGUE: Catalogue = Catalogue {
    english: include_str!("../locales/en.ftl"),
    french: include_str!("../locales/fr.ftl"),
};

/// How often findings are right, by the strength of their evidence.
pub const CALIBRATION: Calibration = Calibration::of(include_str!("../calibration.txt"));

/// Every code that the component can report.
pub const CODES: [&str; 26] = [
    "dataset.class_imbalance",
    "dataset.missing_values",
    "dataset.constant_feature",
    "dataset.correlated_features",
    "dataset.outliers",
    "dataset.mixed_types",
    "dataset.test_too_small",
    "dataset.label_noise",
    "dataset.duplicates",
    "checks.covariate_drift",
    "checks.label_drift",
    "checks.new_labels",
    "checks.new_categories",
    "checks.train_test_leakage",
    "checks.label_leakage",
    "checks.train_test_correlation_change",
    "checks.inconsistent_strings",
    "checks.weak_segment",
    "checks.slow_inference",
    "checks.unused_features",
    "checks.poor_calibration",
    "checks.weak_class",
    "checks.systematic_error",
    "checks.prediction_drift",
    "training.overfitting",
    "training.underfitting",
];

/// Reads the results of data and model checks.
pub struct DeepchecksArtifactsAnalyzer;

impl Analyzer for DeepchecksArtifactsAnalyzer {
    fn describe() -> Description {
        Description::new(
            "DeepchecksArtifactsAnalyzer",
            env!("CARGO_PKG_VERSION"),
            "Reads the results of data and model checks and finds leaks, drift, faulty columns and labels, and weak spots of the model.",
        )
        .requires(ArtifactKind::Deepchecks)
        .codes(CODES)
        .wants(Capability::Knowledge)
        .wants(Capability::Llm)
    }

    fn analyze(cx: &Context<'_>) -> Result<Report, Error> {
        let view = ChecksView::read(cx)?;
        let mut reporter = Reporter::new(cx, &CATALOGUE).calibrated(&CALIBRATION);
        for draft in rules::run(&view) {
            reporter.add(draft);
        }
        let summary = examined::describe(&view, &mut reporter);
        let report = reporter.finish(summary);
        Ok(question::of(cx, Self::describe(), &view).ask(cx, report))
    }
}

deepfix_plugin::export_analyzer!(DeepchecksArtifactsAnalyzer);
