//! A model's findings beside those of rules: what repeats or contradicts them goes.

use std::collections::BTreeSet;

use deepfix_core::{Outcome, OutcomeStatus};
use serde_json::{Map, Value as Json, json};

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
/// Of the reasoner, once it has spoken, only what it sees alone counts: the rest repeats. What is
/// dropped goes from its root causes as well.
pub(crate) fn reconcile<'a>(outcomes: impl Iterator<Item = &'a mut Outcome>, reasoner: Option<&mut Outcome>) {
    let mut outcomes: Vec<&mut Outcome> = outcomes.collect();
    let mut shown: Vec<(String, String)> = Vec::new();
    for outcome in &outcomes {
        shown.extend(sure(outcome));
    }
    let across = reasoner.as_deref().map(sure).unwrap_or_default().into_iter();
    shown.extend(across.filter(|(code, _)| code.starts_with("cross.")));
    let mut gone = BTreeSet::new();
    for outcome in &mut outcomes {
        gone.extend(drop_refuted(outcome, &shown).into_iter().map(|(_, id)| id));
    }
    if let Some(reasoner) = reasoner {
        let causes = drop_refuted(reasoner, &shown);
        if let OutcomeStatus::Completed { extras, .. } = &mut reasoner.status {
            let causes: BTreeSet<String> = causes.into_iter().map(|(code, _)| code).collect();
            forget(extras, &gone, &causes);
        }
    }
}

/// Drops the model's findings of one outcome that stand against what was shown; returns their codes
/// and ids.
fn drop_refuted(outcome: &mut Outcome, shown: &[(String, String)]) -> Vec<(String, String)> {
    let OutcomeStatus::Completed { analyses, extras, .. } = &mut outcome.status else {
        return Vec::new();
    };
    let (mut gone, mut dropped) = (Vec::new(), Vec::new());
    analyses.retain(|it| {
        let code = it.analysis.finding.code.as_str();
        let reason = is_models(it).then(|| against(code, shown)).flatten();
        if let Some(reason) = &reason {
            dropped.push(json!({"claim": code, "reason": reason}));
            gone.push((code.to_owned(), it.id.clone()));
        }
        reason.is_none()
    });
    if !dropped.is_empty()
        && let Some(Json::Object(claims)) = extras.get_mut("model_claims")
    {
        let left = claims.get("findings").and_then(Json::as_u64).unwrap_or(0);
        claims.insert("findings".to_owned(), json!(left.saturating_sub(dropped.len() as u64)));
        if let Some(Json::Array(all)) = claims.get_mut("dropped") {
            all.extend(dropped);
        }
    }
    gone
}

/// Takes findings that are `gone` out of a reasoner's structured outputs, with those of its root
/// causes among `codes` that nothing else shows.
fn forget(extras: &mut Map<String, Json>, gone: &BTreeSet<String>, codes: &BTreeSet<String>) {
    let mut titles = Vec::new();
    if let Some(Json::Array(causes)) = extras.get_mut("root_causes") {
        causes.retain_mut(|cause| {
            let empty = without(cause, gone);
            if let Some(Json::Array(consequences)) = cause.get_mut("consequences") {
                consequences.retain_mut(|it| !without(it, gone));
            }
            let name = |member: &str| cause.get(member).and_then(Json::as_str).unwrap_or_default();
            let forgotten = empty && codes.contains(name("code"));
            if forgotten {
                titles.push(name("title").to_owned());
            }
            !forgotten
        });
    }
    if titles.is_empty() {
        return;
    }
    let names = |it: &Json, member: &str| it.get(member).and_then(Json::as_str).map(str::to_owned);
    let left: BTreeSet<String> = extras
        .get("root_causes")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(|it| names(it, "code"))
        .collect();
    if let Some(Json::Array(actions)) = extras.get_mut("actions") {
        actions.retain(|it| names(it, "root_cause").is_none_or(|it| left.contains(&it) || !codes.contains(&it)));
        for (index, action) in actions.iter_mut().enumerate() {
            if let Some(rank) = action.get_mut("rank") {
                *rank = json!(index + 1);
            }
        }
    }
    if let Some(Json::Array(areas)) = extras.get_mut("optimization_areas") {
        // The title, with the severity in brackets: one title may begin with another.
        let of_title = |area: &str| {
            let titles = titles.iter().filter(|it| !it.is_empty());
            let mut rests = titles.filter_map(|it| area.strip_prefix(it.as_str()));
            rests.any(|rest| rest.is_empty() || rest.starts_with(" ("))
        };
        areas.retain(|it| !it.as_str().is_some_and(of_title));
    }
}

/// Takes ids out of the member `findings`; whether that left none of some.
fn without(json: &mut Json, gone: &BTreeSet<String>) -> bool {
    let Some(Json::Array(findings)) = json.get_mut("findings") else {
        return false;
    };
    let before = findings.len();
    findings.retain(|it| it.as_str().is_none_or(|it| !gone.contains(it)));
    findings.is_empty() && before > 0
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
