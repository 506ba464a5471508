//! Requests as clients send them, where such recordings lie beside the repository, and what
//! must hold for any report whatever the request was.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::FakeHost;
use crate::{Analyzer, Report, Severity};

/// The recorded requests, those of labelled experiments first. None without recordings, so a
/// test over them is shorter there, never red.
#[must_use]
pub fn recorded_requests() -> Vec<PathBuf> {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let list = |folder: &str| {
        let entries = std::fs::read_dir(base.join(folder));
        entries.into_iter().flatten().flatten().map(|it| it.path())
    };
    let mut cases: Vec<PathBuf> = list("corpus-dev").map(|it| it.join("request.json")).collect();
    cases.extend(list("requests"));
    cases.retain(|it| it.is_file());
    cases.sort();
    cases
}

/// Reads a request.
///
/// # Panics
/// It cannot be read or is no JSON: this is for tests.
#[must_use]
#[allow(clippy::expect_used, reason = "a test without its input must fail")]
pub fn read_request(path: &Path) -> Json {
    let text = std::fs::read_to_string(path).expect("the request can be read");
    serde_json::from_str(&text).expect("the request is JSON")
}

/// Runs an analyzer on a request and checks its report by [`assert_sound`].
///
/// # Panics
/// The analyzer fails, or its report is not sound.
#[allow(clippy::expect_used, reason = "this is an assertion")]
pub fn analyze_soundly<A: Analyzer>(host: &FakeHost) -> Report {
    let report = host.analyze::<A>().expect("the analyzer answers");
    assert_sound::<A>(host, &report);
    report
}

/// Asserts what holds for every report: facts read the same again, codes are declared,
/// confidences lie in 0..1, no text is empty or has a gap, and the extras are an object.
///
/// # Panics
/// Any of it does not hold.
#[allow(clippy::panic, reason = "this is an assertion")]
pub fn assert_sound<A: Analyzer>(host: &FakeHost, report: &Report) {
    let declared = A::describe().codes;
    for analysis in &report.analyses {
        let finding = &analysis.finding;
        assert_eq!(host.verify(analysis), Vec::<String>::new(), "{}", finding.code);
        assert!(declared.contains(&finding.code), "{} is not declared", finding.code);
        assert!((0.0..=1.0).contains(&finding.confidence), "{}", finding.code);
        let advice = &analysis.recommendation;
        let texts = [
            &finding.description,
            &finding.evidence,
            &advice.action,
            &advice.rationale,
        ];
        for text in texts {
            assert!(!text.is_empty() && !text.contains("{$"), "{}: `{text}`", finding.code);
        }
    }
    assert!(
        !report.summary.is_empty() && !report.summary.contains("{$"),
        "{}",
        report.summary
    );
    let extras: Option<Json> = serde_json::from_str(&report.extras).ok();
    assert!(extras.is_some_and(|it| it.is_object()), "{}", report.extras);
}

/// What a report found, as codes with their severities.
#[must_use]
pub fn found(report: &Report) -> Vec<(String, Severity)> {
    let findings = report.analyses.iter().map(|it| &it.finding);
    findings.map(|it| (it.code.clone(), it.severity)).collect()
}
