//! The built-in dataset component: what the statistics of the splits say about the data,
//! for tables, images and texts.
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

mod examined;
#[cfg(test)]
mod french_tests;
#[cfg(test)]
mod key_tests;
mod rules;
#[cfg(test)]
mod split_tests;
#[cfg(test)]
mod tests;

use deepfix_plugin::{
    Analyzer, ArtifactKind, Calibration, Capability, Catalogue, Context, Description, Error, Report, Reporter,
    ask::Question,
};
use deepfix_views::dataset::DatasetView;

/// The texts of the findings.
pub const CATALOGUE: Catalogue = Catalogue {
    english: include_str!("../locales/en.ftl"),
    french: include_str!("../locales/fr.ftl"),
};

/// How often findings are right, by the strength of their evidence.
pub const CALIBRATION: Calibration = Calibration::of(include_str!("../calibration.txt"));

/// Every code that the component can report.
pub const CODES: [&str; 14] = [
    "dataset.class_imbalance",
    "dataset.missing_values",
    "dataset.constant_feature",
    "dataset.id_like_feature",
    "dataset.correlated_features",
    "dataset.outliers",
    "dataset.mixed_types",
    "dataset.test_too_small",
    "dataset.small_dataset",
    "dataset.duplicates",
    "checks.covariate_drift",
    "checks.label_drift",
    "checks.new_labels",
    "checks.label_leakage",
];

/// What the language model is asked to look at.
const FOCUS: &str = "You read statistics of the training and test data: columns, labels, sizes, splits.";

/// Reads the statistics of the training and test split.
pub struct DatasetArtifactsAnalyzer;

impl Analyzer for DatasetArtifactsAnalyzer {
    fn describe() -> Description {
        Description::new(
            "DatasetArtifactsAnalyzer",
            env!("CARGO_PKG_VERSION"),
            "Reads the statistics of the training and test data and finds faults of columns, labels, sizes and splits.",
        )
        .requires(ArtifactKind::Dataset)
        .codes(CODES)
        .wants(Capability::Knowledge)
        .wants(Capability::Llm)
    }

    fn analyze(cx: &Context<'_>) -> Result<Report, Error> {
        let view = DatasetView::read(cx)?;
        let mut reporter = Reporter::new(cx, &CATALOGUE).calibrated(&CALIBRATION);
        for draft in rules::run(&view) {
            reporter.add(draft);
        }
        let summary = examined::describe(&view, &mut reporter);
        let report = reporter.finish(summary);
        Ok(Question::of(Self::describe(), FOCUS)
            .document(cx, ArtifactKind::Dataset, "", 20)
            .ask(cx, report))
    }
}

deepfix_plugin::export_analyzer!(DatasetArtifactsAnalyzer);
