//! A model's findings beside those of rules: what repeats or contradicts them goes.

use deepfix_core::{Outcome, OutcomeStatus};
use serde_json::{Value as Json, json};

use crate::claims::is_models;

/// A rule's finding that is surer than this is not contradicted.
const SURE: f64 = 0.4;
/// Findings that cannot both be true.
const EXCLUSIVE: [(&str, &str); 9] = [
    ("training.overfitting", "training.underfitting"),
    ("training.lr_too_high", "training.lr_too_low"),
    ("training.exploding_gradients", "training.vanishing_gradients"),
    ("checkpoint.untrained", "training.overfitting"),
    // A gap that the data explain is not one of capacity.
    ("cross.drift_not_overfitting", "training.overfitting"),
    ("cross.val_labels_corrupted", "training.overfitting"),
    ("cross.val_labels_corrupted", "training.underfitting"),
    // What never moved cannot have been driven too far, and what learnt all was not held back.
    ("checkpoint.untrained", "training.lr_too_high"),
    ("cross.leakage_perfect_metric", "training.underfitting"),
];

/// An outcome as it may be shown before the others are there: a model's findings wait until they
/// have been held against what all rules found.
pub(crate) fn without_models(outcome: &Outcome) -> Outcome {
    let mut outcome = outcome.clone();
    if let OutcomeStatus::Completed { analyses, .. } = &mut outcome.status {
        analyses.retain(|it| !is_models(it));
    }
    outcome
}

/// Drops findings of models that repeat or contradict what a rule of any agent has shown.
/// Of the reasoner, once it has spoken, only what it sees alone counts: the rest repeats.
pub(crate) fn reconcile<'a>(outcomes: impl Iterator<Item = &'a mut Outcome>, reasoner: Option<&Outcome>) {
    let mut outcomes: Vec<&mut Outcome> = outcomes.collect();
    let mut shown: Vec<(String, String)> = Vec::new();
    for outcome in &outcomes {
        shown.extend(sure(outcome));
    }
    let across = reasoner.map(sure).unwrap_or_default().into_iter();
    shown.extend(across.filter(|(code, _)| code.starts_with("cross.")));
    for outcome in &mut outcomes {
        let OutcomeStatus::Completed { analyses, extras, .. } = &mut outcome.status else {
            continue;
        };
        let mut dropped = Vec::new();
        analyses.retain(|it| {
            let code = it.analysis.finding.code.as_str();
            let reason = is_models(it).then(|| against(code, &shown)).flatten();
            if let Some(reason) = &reason {
                dropped.push(json!({"claim": code, "reason": reason}));
            }
            reason.is_none()
        });
        if dropped.is_empty() {
            continue;
        }
        if let Some(Json::Object(claims)) = extras.get_mut("model_claims") {
            let left = claims.get("findings").and_then(Json::as_u64).unwrap_or(0);
            claims.insert("findings".to_owned(), json!(left.saturating_sub(dropped.len() as u64)));
            if let Some(Json::Array(all)) = claims.get_mut("dropped") {
                all.extend(dropped);
            }
        }
    }
}

/// Codes and ids of what the rules of an agent have shown.
fn sure(outcome: &Outcome) -> Vec<(String, String)> {
    let OutcomeStatus::Completed { analyses, .. } = &outcome.status else {
        return Vec::new();
    };
    let shown = analyses.iter().filter(|it| it.evidence_verified && !is_models(it));
    let shown = shown.filter(|it| it.analysis.finding.confidence >= SURE);
    shown
        .map(|it| (it.analysis.finding.code.clone(), it.id.clone()))
        .collect()
}

fn against(code: &str, shown: &[(String, String)]) -> Option<String> {
    shown.iter().find_map(|(known, id)| {
        let excludes = EXCLUSIVE
            .iter()
            .any(|(a, b)| (code == *a && known == b) || (code == *b && known == a));
        if known == code {
            Some(format!("a rule reports it already: {id}"))
        } else if excludes {
            Some(format!("it contradicts the verified finding {id}, `{known}`"))
        } else {
            None
        }
    })
}

#[cfg(test)]
#[path = "reconcile_tests.rs"]
mod tests;
