//! The built-in checkpoint component: reads a model's file inside the sandbox, without any
//! library of the model's framework, and compares it with its configuration.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod case;
mod examined;
mod rules;
mod scan;
#[cfg(test)]
mod tests;

use deepfix_plugin::{
    Analyzer, ArtifactKind, Calibration, Capability, Catalogue, Context, Description, Error, Report, Reporter,
    ask::Question,
};

use case::Case;

/// The texts of the findings.
pub const CATALOGUE: Catalogue = Catalogue {
    english: include_str!("../locales/en.ftl"),
    french: include_str!("../locales/fr.ftl"),
};

/// How often findings are right, by the strength of their evidence.
pub const CALIBRATION: Calibration = Calibration::of(include_str!("../calibration.txt"));

/// Every code that the component can report.
pub const CODES: [&str; 8] = [
    "checkpoint.corrupted_file",
    "checkpoint.nan_weights",
    "checkpoint.exploded_weights",
    "checkpoint.config_mismatch",
    "checkpoint.untrained",
    "checkpoint.dead_units",
    "checkpoint.unsafe_format",
    "checkpoint.unregularised_model",
];

/// What the language model is asked to look at.
const FOCUS: &str = "You read the configuration and hyper-parameters of a saved model.";

/// Reads a saved model: its file, configuration and hyper-parameters.
pub struct ModelCheckpointArtifactsAnalyzer;

impl Analyzer for ModelCheckpointArtifactsAnalyzer {
    fn describe() -> Description {
        Description::new(
            "ModelCheckpointArtifactsAnalyzer",
            env!("CARGO_PKG_VERSION"),
            "Reads the saved model: a damaged file, weights that are not finite, untrained or dead, and a \
             configuration that disagrees with the tensors.",
        )
        .requires(ArtifactKind::ModelCheckpoint)
        .codes(CODES)
        .wants(Capability::Knowledge)
        .wants(Capability::Llm)
    }

    fn analyze(cx: &Context<'_>) -> Result<Report, Error> {
        let case = Case::read(cx)?;
        let mut reporter = Reporter::new(cx, &CATALOGUE).calibrated(&CALIBRATION);
        for draft in rules::run(&case) {
            reporter.add(draft);
        }
        let summary = examined::describe(&case, &mut reporter);
        let report = reporter.finish(summary);
        Ok(Question::of(Self::describe(), FOCUS)
            .document(cx, ArtifactKind::ModelCheckpoint, "", 24)
            .ask(cx, report))
    }
}

deepfix_plugin::export_analyzer!(ModelCheckpointArtifactsAnalyzer);
