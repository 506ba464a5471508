//! Real requests: every fact must read again as stated. The folders are not part of the
//! repository; without them the tests pass.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};

use deepfix_plugin::{ArtifactKind, Context, Host, testing::FakeHost};
use deepfix_training_plugin::TrainingArtifactsAnalyzer;

fn shared(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(name)
}

fn hosts() -> Vec<(String, FakeHost)> {
    let mut hosts = Vec::new();
    for entry in std::fs::read_dir(shared("corpus-dev")).into_iter().flatten().flatten() {
        if entry.path().join("request.json").exists() {
            hosts.push((entry.path().display().to_string(), FakeHost::from_folder(&entry.path())));
        }
    }
    for entry in std::fs::read_dir(shared("requests")).into_iter().flatten().flatten() {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let Ok(request) = serde_json::from_str(&text) else {
            continue;
        };
        hosts.push((entry.path().display().to_string(), FakeHost::from_request(request)));
    }
    hosts
}

#[test]
fn every_fact_reads_again_as_stated_in_both_languages() {
    for language in ["english", "french"] {
        for (name, host) in hosts() {
            let host = host.with_language(language);
            if !host.available().contains(&ArtifactKind::Training) {
                continue;
            }
            let report = host.analyze::<TrainingArtifactsAnalyzer>().unwrap();
            assert!(
                !report.summary.contains("summary-") && !report.extras.contains("missing-"),
                "{name}"
            );
            for analysis in &report.analyses {
                assert_eq!(
                    host.verify(analysis),
                    Vec::<String>::new(),
                    "{name}: {}",
                    analysis.finding.code
                );
                let texts = [
                    &analysis.finding.description,
                    &analysis.finding.evidence,
                    &analysis.recommendation.action,
                ];
                // A text without its values shows them in braces; one that is missing shows its id.
                for text in texts
                    .into_iter()
                    .chain(analysis.finding.facts.iter().map(|it| &it.label))
                {
                    let broken = ["{", "label-", "clue-", "advice-", "unit-", "at-"]
                        .iter()
                        .any(|it| text.contains(it));
                    assert!(!broken && !text.is_empty(), "{name}: {text}");
                }
                assert!(!analysis.recommendation.rationale.is_empty());
            }
        }
    }
}

#[test]
fn a_request_without_training_is_answered_all_the_same() {
    let host = FakeHost::from_request(serde_json::json!({"dataset_artifacts": {}}));
    assert!(host.analyze::<TrainingArtifactsAnalyzer>().unwrap().analyses.is_empty());
    let request = deepfix_plugin::Request::default();
    assert!(!Context::new(&host, &request).has(ArtifactKind::Training));
}
