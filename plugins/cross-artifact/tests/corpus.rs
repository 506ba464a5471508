//! The real analyzers and the reasoner on recorded experiments, where they are at hand.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::path::{Path, PathBuf};

use deepfix_checkpoint_plugin::ModelCheckpointArtifactsAnalyzer;
use deepfix_cross_artifact_plugin::CrossArtifactReasoner;
use deepfix_dataset_plugin::DatasetArtifactsAnalyzer;
use deepfix_deepchecks_plugin::DeepchecksArtifactsAnalyzer;
use deepfix_plugin::{AgentOutcome, Outcome, Reasoner, Severity, testing::FakeHost};
use deepfix_training_plugin::TrainingArtifactsAnalyzer;
use serde_json::Value as Json;

fn shared(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(name)
}

/// The names of all experiments: folders with a request and its files, and single requests.
fn names() -> Vec<PathBuf> {
    let entries = |folder: PathBuf| {
        std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|it| it.path())
    };
    let folders = entries(shared("corpus-dev")).filter(|it| it.join("request.json").exists());
    let requests = entries(shared("requests")).filter(|it| it.extension().is_some_and(|it| it == "json"));
    folders.chain(requests).collect()
}

fn host(path: &Path) -> FakeHost {
    if path.is_dir() {
        return FakeHost::from_folder(path);
    }
    FakeHost::from_request(serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
}

fn outcomes(host: &FakeHost) -> Vec<AgentOutcome> {
    vec![
        host.outcome::<DatasetArtifactsAnalyzer>(),
        host.outcome::<DeepchecksArtifactsAnalyzer>(),
        host.outcome::<ModelCheckpointArtifactsAnalyzer>(),
        host.outcome::<TrainingArtifactsAnalyzer>(),
    ]
}

#[test]
fn the_reasoner_keeps_its_contract_on_recorded_experiments() {
    let declared = CrossArtifactReasoner::describe().codes;
    for path in names() {
        let name = path.display();
        for language in ["english", "french"] {
            let host = host(&path).with_language(language);
            let outcomes = outcomes(&host);
            let report = host.reason::<CrossArtifactReasoner>(&outcomes).unwrap();
            assert!(!report.analyses.is_empty() && !report.summary.is_empty(), "{name}");
            let extras: Json = serde_json::from_str(&report.extras).unwrap();
            let ids: Vec<&str> = outcomes
                .iter()
                .flat_map(|it| match &it.outcome {
                    Outcome::Completed { analyses, .. } => analyses.as_slice(),
                    _ => &[],
                })
                .map(|it| it.id.as_str())
                .collect();
            for analysis in &report.analyses {
                let finding = &analysis.finding;
                assert_eq!(host.verify(analysis), Vec::<String>::new(), "{name} {}", finding.code);
                assert!(declared.contains(&finding.code), "{name} {}", finding.code);
                assert!((0.0..=1.0).contains(&finding.confidence), "{name} {}", finding.code);
                let texts = [&finding.description, &finding.evidence, &analysis.recommendation.action];
                for text in texts {
                    assert!(
                        !text.is_empty() && !text.contains("{$"),
                        "{name} {}: `{text}`",
                        finding.code
                    );
                }
            }
            assert!(
                !report.extras.contains("{$") && !report.summary.contains("{$"),
                "{name}: {}",
                report.extras
            );
            every_finding_has_one_place(&name.to_string(), &extras, &ids);
        }
    }
}

/// A finding is part of one root cause, or one of its consequences, or ruled out.
fn every_finding_has_one_place(name: &str, extras: &Json, ids: &[&str]) {
    let mut places: Vec<String> = Vec::new();
    let mut take = |list: &Json| {
        let ids = list.as_array().unwrap().iter();
        places.extend(ids.map(|it| it.as_str().unwrap().to_owned()));
    };
    for cause in extras["root_causes"].as_array().unwrap() {
        take(&cause["findings"]);
        for effect in cause["consequences"].as_array().unwrap() {
            take(&effect["findings"]);
        }
    }
    for entry in extras["ruled_out"].as_array().unwrap() {
        take(&entry["findings"]);
    }
    places.sort();
    let mut expected: Vec<String> = ids.iter().map(|it| (*it).to_owned()).collect();
    expected.sort();
    assert_eq!(places, expected, "{name}");
}

#[test]
fn no_healthy_experiment_raises_an_alarm() {
    for path in names() {
        let name = path.display();
        let Ok(label) = std::fs::read_to_string(path.join("label.json")) else {
            continue;
        };
        let label: Json = serde_json::from_str(&label).unwrap();
        if label["clean"] != true {
            continue;
        }
        let host = host(&path);
        let report = host.reason::<CrossArtifactReasoner>(&outcomes(&host)).unwrap();
        let own = report
            .analyses
            .iter()
            .filter(|it| it.finding.code.starts_with("cross."));
        let alarms: Vec<_> = own
            .filter(|it| it.finding.severity >= Severity::Medium)
            .map(|it| &it.finding.code)
            .collect();
        assert!(alarms.is_empty(), "{name}: {alarms:?}");
    }
}
