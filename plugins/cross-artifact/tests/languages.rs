//! A French answer is French in every text of its own, whatever the request.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use deepfix_checkpoint_plugin::ModelCheckpointArtifactsAnalyzer;
use deepfix_cross_artifact_plugin::CrossArtifactReasoner;
use deepfix_dataset_plugin::DatasetArtifactsAnalyzer;
use deepfix_deepchecks_plugin::DeepchecksArtifactsAnalyzer;
use deepfix_plugin::{
    AgentOutcome, Analysis, Outcome,
    testing::{FakeHost, read_request, recorded_requests},
};
use deepfix_training_plugin::TrainingArtifactsAnalyzer;
use serde_json::{Value as Json, json};

/// Words that an English text of some length has, and neither a French one nor a name.
const ENGLISH: [&str; 23] = [
    "the", "of", "is", "are", "was", "and", "with", "from", "by", "that", "which", "not", "than", "rows", "share",
    "mean", "largest", "between", "ratio", "first", "number", "epoch", "at",
];

/// A text with the quoted parts, which are names and values of the client, left out.
fn own_words(text: &str) -> Vec<String> {
    let mut kept = String::new();
    let mut quoted = false;
    let mut before = ' ';
    for character in text.chars() {
        match character {
            '«' => quoted = true,
            '»' => quoted = false,
            // A name in a list; within a word it is an apostrophe.
            '\'' if !before.is_alphanumeric() => quoted = true,
            '\'' if quoted => quoted = false,
            _ if !quoted => kept.push(character),
            _ => {}
        }
        before = character;
    }
    let words = kept.split(|it: char| !it.is_alphanumeric() && it != '_' && it != '/' && it != '.' && it != '-');
    words.map(|it| it.trim_matches('.').to_lowercase()).collect()
}

fn english_words(text: &str) -> usize {
    own_words(text)
        .iter()
        .filter(|it| ENGLISH.contains(&it.as_str()))
        .count()
}

/// What an answer says, with where it says it.
fn texts(host: &FakeHost) -> Vec<(String, String)> {
    let outcomes: Vec<AgentOutcome> = vec![
        host.outcome::<DatasetArtifactsAnalyzer>(),
        host.outcome::<DeepchecksArtifactsAnalyzer>(),
        host.outcome::<ModelCheckpointArtifactsAnalyzer>(),
        host.outcome::<TrainingArtifactsAnalyzer>(),
    ];
    let report = host.reason::<CrossArtifactReasoner>(&outcomes).unwrap();
    let mut said = vec![("summary".to_owned(), report.summary.clone())];
    let mut analyses: Vec<&Analysis> = report.analyses.iter().collect();
    for outcome in &outcomes {
        if let Outcome::Completed {
            analyses: found,
            summary,
            extras,
        } = &outcome.outcome
        {
            said.push((format!("{} summary", outcome.agent), summary.clone()));
            analyses.extend(found.iter().map(|it| &it.analysis));
            gaps(&outcome.agent, extras, &mut said);
        }
    }
    gaps("reasoner", &report.extras, &mut said);
    for it in analyses {
        let (finding, advice) = (&it.finding, &it.recommendation);
        for text in [
            &finding.description,
            &finding.evidence,
            &advice.action,
            &advice.rationale,
        ] {
            said.push((finding.code.clone(), text.clone()));
        }
        for fact in &finding.facts {
            said.push((format!("{} fact", finding.code), fact.label.clone()));
        }
    }
    said
}

fn gaps(agent: &str, extras: &str, said: &mut Vec<(String, String)>) {
    let extras: Json = serde_json::from_str(extras).unwrap_or_default();
    for list in ["not_examined", "actions", "ruled_out", "root_causes", "constraints"] {
        for entry in extras[list].as_array().into_iter().flatten() {
            let place = format!("{agent} {list}");
            if let Some(text) = entry.as_str() {
                said.push((place, text.to_owned()));
                continue;
            }
            for key in ["what", "why", "send", "action", "how_to_tell", "title"] {
                if let Some(text) = entry[key].as_str() {
                    said.push((format!("{place}/{key}"), text.to_owned()));
                }
            }
            for effect in entry["consequences"].as_array().into_iter().flatten() {
                said.push((
                    format!("{place}/why"),
                    effect["why"].as_str().unwrap_or_default().to_owned(),
                ));
            }
        }
    }
}

/// Recorded requests, and one of each kind that needs none.
fn requests() -> Vec<Json> {
    let mut requests: Vec<Json> = recorded_requests().iter().map(|it| read_request(it)).collect();
    let loss: Vec<f64> = (0..30).map(|it| 1.0 + 0.3 * f64::from(it % 2)).collect();
    requests.push(json!({
        "dataset_artifacts": {"task_type": "image_classification", "train_statistics": {"num_samples": 20}},
        "training_artifacts": {"metrics_values": {"epoch": (0..30).collect::<Vec<_>>(), "train_loss": loss, "val_loss": loss}, "params": {"optimizer": "sgd"}},
        "model_checkpoint_artifacts": {"path": null, "config": {"hidden_sizes": [8]}},
    }));
    requests
}

#[test]
fn nothing_in_a_french_answer_is_english() {
    let mut english: Vec<String> = Vec::new();
    for mut request in requests() {
        request["language"] = json!("french");
        // Files beside a request are read from its folder; their findings have texts of their own.
        let host = FakeHost::from_request(request);
        for (place, text) in texts(&host) {
            if english_words(&text) > 0 {
                english.push(format!("{place}: {text}"));
            }
        }
    }
    english.sort();
    english.dedup();
    assert!(english.is_empty(), "{} texts:\n{}", english.len(), english.join("\n"));
}

#[test]
fn the_test_knows_english_from_french() {
    assert!(english_words("share of test rows that occur in training") > 0);
    assert_eq!(english_words("part des lignes de test, « mean of rows » comprise"), 0);
    assert!(english_words("The loss is not lower than at first.") > 1);
}
