//! What to do about one fault: every distinct advice of the findings that it joins, each with how to tell that
//! it worked.
//!
//! Findings of one code may be about different things (gaps in the label and in the features), each with a
//! cure of its own; two agents that find the same give the same advice in other words, which is told once. What
//! sets two cures apart is how to tell that they worked.

use std::collections::{BTreeMap, BTreeSet};

use deepfix_plugin::Severity;

use crate::{
    causes::Fault,
    columns,
    findings::{Observed, variant},
    texts::{Texts, shorten},
    variants::Outdone,
};

/// Distinct pieces of advice for one fault. Analyzers join what is alike before they report it, so that more of
/// one code are a flood rather than a plan.
const MOST_ADVICE: usize = 5;
/// Characters of an advice beside the first.
const MOST_ACTION: usize = 600;

/// Codes whose cure is for the columns named, one by one: what another agent finds of other columns is left to do.
/// Of the others (drift, leaking rows) one cure is for all columns.
const BY_COLUMN: [&str; 5] = [
    "dataset.missing_values",
    "dataset.id_like_feature",
    "dataset.mixed_types",
    "dataset.outliers",
    "dataset.constant_feature",
];

/// A conclusion that quotes the advice of one of the findings that it joins.
const QUOTING: &str = "cross.leakage_perfect_metric";

/// A part of a fault's cure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) text: String,
    pub(crate) tell: String,
    /// That of the worst finding behind it.
    pub(crate) severity: Severity,
}

/// The parts of a fault's cure, the main one first; none where no advice was given.
pub(crate) fn steps(fault: &Fault<'_>, texts: &Texts) -> Vec<Step> {
    let Some(lead) = fault.lead() else { return Vec::new() };
    let first = Step {
        text: lead.recommendation.action.trim().to_owned(),
        tell: texts.tell(fault),
        severity: fault.severity,
    };
    let mut steps = vec![first];
    let mut advice = vec![lead.recommendation.action.trim().to_owned()];
    let mut known: BTreeSet<String> = BTreeSet::new();
    // Of which columns something is said already, by code and variant.
    let mut told_of: BTreeMap<(&str, Option<String>), BTreeSet<String>> = BTreeMap::new();
    let agent = fault.findings.first().map_or("", |it| it.agent);
    let skipped = usize::from(fault.own.is_none());
    if let Some(it) = fault.findings.first().filter(|_| skipped == 1) {
        known.extend(columns::of(&it.analysis.finding));
        let of = variant(&it.analysis.finding.extras);
        told_of.insert((it.code(), of), known.clone());
    }
    // What is to be done about the label is said by who knows it for the label.
    let outdone = Outdone::by(&fault.findings);
    if !known.is_empty() {
        known.extend(outdone.labels().cloned());
    }
    for other in fault.findings.iter().skip(skipped).filter(|it| !it.of_model) {
        if outdone.contains(other) {
            continue;
        }
        let text = shorten(&other.analysis.recommendation.action, MOST_ACTION);
        let told = advice.iter().any(|it| it.contains(&text));
        if text.is_empty() || told || advice.len() >= MOST_ADVICE {
            continue;
        }
        let named = columns::of(&other.analysis.finding);
        let of = variant(&other.analysis.finding.extras);
        let tell = texts.tell_of(other.code(), of.as_deref());
        let same = steps.iter_mut().find(|it| it.tell == tell);
        let new = !known.is_empty() && !named.is_subset(&known);
        let of = told_of.entry((other.code(), of)).or_default();
        let again = !named.is_empty() && named.is_subset(of);
        if again || !is_left(fault, other, agent, same.is_some(), new) {
            continue;
        }
        of.extend(named.iter().cloned());
        known.extend(named);
        advice.push(text.clone());
        match same {
            Some(step) => step.text = format!("{} {text}", step.text).trim().to_owned(),
            None => steps.push(Step {
                text,
                tell,
                severity: other.severity(),
            }),
        }
    }
    steps.retain(|it| !it.text.is_empty());
    steps
}

/// Whether the advice of another finding is left to do beside what is already among the steps; `same` where one
/// of them shows its success in the same way, `new` where it names columns that none of them does.
fn is_left(fault: &Fault<'_>, other: &Observed<'_>, agent: &str, same: bool, new: bool) -> bool {
    if fault.is_external() || fault.is_models() {
        return false;
    }
    if let Some(own) = &fault.own {
        let quotes = |it: &&Observed<'_>| {
            let action = &it.analysis.recommendation.action;
            !action.is_empty() && own.recommendation.action.contains(action.as_str())
        };
        let Some(quoted) = fault.findings.iter().find(quotes).filter(|_| fault.code == QUOTING) else {
            return false;
        };
        // Another leak, or another column of the same agent.
        let another = other.agent == quoted.agent || (other.code() != quoted.code() && !same);
        return another && other.severity() >= Severity::Medium;
    }
    other.agent == agent || !same || (new && BY_COLUMN.contains(&fault.code.as_str()))
}
