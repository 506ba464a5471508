//! Runs for the tests of the rules.

use deepfix_plugin::{Severity, testing::FakeHost};
use serde_json::{Value as Json, json};

use crate::TrainingArtifactsAnalyzer;

/// What is found in a training artifact.
pub(crate) fn findings(training: &Json) -> Vec<(String, Severity)> {
    let host = FakeHost::from_request(json!({"training_artifacts": training}));
    let report = host.analyze::<TrainingArtifactsAnalyzer>().unwrap();
    for analysis in &report.analyses {
        assert_eq!(host.verify(analysis), Vec::<String>::new(), "{}", analysis.finding.code);
    }
    report
        .analyses
        .into_iter()
        .map(|it| (it.finding.code, it.finding.severity))
        .collect()
}

/// What is advised against a finding, if it was found.
pub(crate) fn action(training: &Json, code: &str) -> Option<String> {
    let host = FakeHost::from_request(json!({"training_artifacts": training}));
    let report = host.analyze::<TrainingArtifactsAnalyzer>().unwrap();
    let found = report.analyses.into_iter().find(|it| it.finding.code == code);
    found.map(|it| it.recommendation.action)
}

/// What a finding rests on, as the report says it.
pub(crate) fn evidence(training: &Json, code: &str) -> Option<String> {
    let host = FakeHost::from_request(json!({"training_artifacts": training}));
    let report = host.analyze::<TrainingArtifactsAnalyzer>().unwrap();
    let found = report.analyses.into_iter().find(|it| it.finding.code == code);
    found.map(|it| it.finding.evidence)
}

/// The codes alone, the worst first.
pub(crate) fn codes(training: &Json) -> Vec<String> {
    findings(training).into_iter().map(|it| it.0).collect()
}

/// How bad a code is, if it was found.
pub(crate) fn severity(training: &Json, code: &str) -> Option<Severity> {
    findings(training).into_iter().find(|it| it.0 == code).map(|it| it.1)
}

/// A curve that decays from `start` to `end` with time constant `pace`, with reproducible
/// relative noise.
pub(crate) fn decay(points: usize, start: f64, end: f64, pace: f64, noise: f64) -> Vec<f64> {
    let mut seed = points as u64 ^ start.to_bits() ^ end.to_bits();
    (0..points)
        .map(|it| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let wobble = (seed >> 33) as f64 / f64::from(1u32 << 30) - 1.0;
            (end + (start - end) * (-(it as f64) / pace).exp()) * (1.0 + noise * 1.7 * wobble)
        })
        .collect()
}

/// Epoch numbers from 0 on.
pub(crate) fn epochs(points: usize) -> Vec<usize> {
    (0..points).collect()
}
