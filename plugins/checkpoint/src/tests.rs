//! The analyzer as a whole, on files made for the purpose.

mod builder;
mod corpus;
mod damage;
mod formats;
mod healthy;
mod torch;
mod weights;

use deepfix_plugin::{ArtifactKind, Report, Severity, testing::FakeHost};
use serde_json::{Value as Json, json};

use crate::{CATALOGUE, ModelCheckpointArtifactsAnalyzer};

/// A host with a document and a file.
#[allow(clippy::needless_pass_by_value, reason = "reads better in the tests")]
fn host(config: Json, name: &str, bytes: Vec<u8>) -> FakeHost {
    FakeHost::new()
        .with_document(ArtifactKind::ModelCheckpoint, json!({"path": name, "config": config}))
        .with_blob(ArtifactKind::ModelCheckpoint, name, bytes)
}

/// The report; every fact in it must read the same again.
fn report(host: &FakeHost) -> Report {
    let report = host
        .analyze::<ModelCheckpointArtifactsAnalyzer>()
        .expect("the analyzer answers");
    for analysis in &report.analyses {
        assert_eq!(host.verify(analysis), Vec::<String>::new());
        let texts = [
            &analysis.finding.description,
            &analysis.finding.evidence,
            &analysis.recommendation.action,
            &analysis.recommendation.rationale,
        ];
        for text in texts {
            assert!(
                !text.is_empty() && !text.contains("{$") && !text.contains("{ $"),
                "{text}"
            );
        }
    }
    report
}

/// Codes and severities.
fn found(host: &FakeHost) -> Vec<(String, Severity)> {
    report(host)
        .analyses
        .into_iter()
        .map(|it| (it.finding.code, it.finding.severity))
        .collect()
}

#[track_caller]
fn assert_only(host: &FakeHost, code: &str, severity: Severity) {
    assert_eq!(found(host), [(code.to_owned(), severity)]);
}

#[track_caller]
fn assert_healthy(host: &FakeHost) {
    assert_eq!(found(host), []);
}

#[test]
fn every_finding_has_its_texts_in_both_languages() {
    let findings = [
        "checkpoint-corrupted-file-empty",
        "checkpoint-corrupted-file-short",
        "checkpoint-corrupted-file-no-tensors",
        "checkpoint-corrupted-file-length",
        "checkpoint-corrupted-file-length-repairable",
        "checkpoint-corrupted-file-header",
        "checkpoint-corrupted-file-header-repairable",
        "checkpoint-corrupted-file-layout",
        "checkpoint-corrupted-file-truncated",
        "checkpoint-corrupted-file-trailing",
        "checkpoint-corrupted-file-content",
        "checkpoint-corrupted-file-parts",
        "checkpoint-corrupted-file-index",
        "checkpoint-corrupted-file-html",
        "checkpoint-corrupted-file-lfs",
        "checkpoint-corrupted-file-foreign",
        "checkpoint-nan-weights-everywhere",
        "checkpoint-nan-weights-some",
        "checkpoint-nan-weights-half",
        "checkpoint-exploded-weights",
        "checkpoint-config-mismatch-shapes",
        "checkpoint-config-mismatch-inside",
        "checkpoint-config-mismatch-dtype",
        "checkpoint-untrained-zeros",
        "checkpoint-untrained-bound",
        "checkpoint-untrained-gain",
        "checkpoint-untrained-constant",
        "checkpoint-untrained-adapter",
        "checkpoint-untrained-barely",
        "checkpoint-dead-units-never",
        "checkpoint-dead-units-negative",
        "checkpoint-dead-units-empty",
        "checkpoint-unsafe-format",
        "checkpoint-unsafe-format-imports",
        "checkpoint-unsafe-format-calls",
        "checkpoint-unsafe-format-incomplete",
        "checkpoint-unsafe-format-types",
        "checkpoint-unsafe-format-hidden",
        "checkpoint-unsafe-format-outside",
        "checkpoint-unregularised-model-tree",
        "checkpoint-unregularised-model-neighbours",
        "checkpoint-unregularised-model-boosting",
    ];
    deepfix_plugin::testing::assert_catalogue_is_complete(&CATALOGUE, &findings);
}

#[test]
fn the_calibration_is_a_table_of_its_codes() {
    assert_eq!(crate::CALIBRATION.problems(&crate::CODES), Vec::<String>::new());
}
