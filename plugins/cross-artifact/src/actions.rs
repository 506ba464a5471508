//! What to do, in which order.
//!
//! Expected effect comes first: that of the cause's severity, one step up where the cause also
//! explains two or more faults, one step down where it is a guess. Among equals what makes the
//! numbers mean something goes before what improves them (see `codes::Phase`), and a setting
//! before a new preparation of the data.

use std::collections::BTreeSet;

use deepfix_plugin::Severity;
use serde_json::{Value as Json, json};

use crate::{
    causes::{Cause, Fault},
    codes::{Effort, Phase},
    findings,
    steps::{Step, steps},
    texts::Texts,
};

/// More steps are a backlog, not a plan.
const MOST: usize = 12;

/// Less sure than this is a guess.
const GUESS: f64 = 0.4;

/// Consequences with a cure of their own that helps whatever becomes of the cause.
const INDEPENDENT: [&str; 2] = ["training.early_stopping_missed", "checkpoint.nan_weights"];

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Action {
    pub(crate) text: String,
    pub(crate) tell: String,
    pub(crate) cause: String,
    effect: Severity,
    effort: Effort,
    phase: Phase,
    confidence: f64,
}

impl Action {
    fn json(&self, rank: usize) -> Json {
        json!({
            "rank": rank,
            "action": self.text,
            "expected_effect": level(self.effect),
            "how_to_tell": self.tell,
            "root_cause": self.cause,
            "effort": self.effort.name(),
        })
    }
}

/// The name of a level in the structured outputs, whatever the language.
pub(crate) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
    }
}

fn raised(severity: Severity) -> Severity {
    if severity == Severity::Low {
        Severity::Medium
    } else {
        Severity::High
    }
}

fn lowered(severity: Severity) -> Severity {
    if severity == Severity::High {
        Severity::Medium
    } else {
        Severity::Low
    }
}

/// The steps, the one to try first in front.
pub(crate) fn plan(causes: &[Cause<'_>], texts: &Texts) -> Vec<Action> {
    let mut all: Vec<Action> = Vec::new();
    for cause in causes {
        let mut effect = cause.fault.severity;
        if cause.serious_effects() >= 2 && effect > Severity::Low {
            effect = raised(effect);
        }
        if cause.fault.confidence < GUESS {
            effect = lowered(effect);
        }
        all.extend(actions(&cause.fault, &cause.fault.code, effect, texts));
        for consequence in &cause.effects {
            let fault = &consequence.fault;
            let helps = INDEPENDENT.contains(&fault.code.as_str()) && !is_said(cause, fault);
            if helps && fault.severity >= Severity::Medium {
                all.extend(actions(fault, &cause.fault.code, lowered(fault.severity), texts));
            }
        }
    }
    all.sort_by(|a, b| {
        b.effect
            .cmp(&a.effect)
            .then(a.phase.cmp(&b.phase))
            .then(a.effort.cmp(&b.effort))
            .then(b.confidence.total_cmp(&a.confidence))
    });
    let mut told = BTreeSet::new();
    all.retain(|it| told.insert(it.text.clone()));
    all.truncate(MOST);
    all
}

/// Whether the advice on a cause already is that on its consequence: against overfitting it begins with the weights
/// of the best epoch and with stopping there. What deepchecks advises (a variant of its own) does not.
fn is_said(cause: &Cause<'_>, consequence: &Fault<'_>) -> bool {
    let lead = cause.fault.lead();
    cause.fault.code == "training.overfitting"
        && consequence.code == "training.early_stopping_missed"
        && lead.is_some_and(|it| findings::variant(&it.finding.extras).is_none())
}

/// What to do about a fault; what is only for its lesser findings has no greater effect than these deserve.
fn actions(fault: &Fault<'_>, cause: &str, effect: Severity, texts: &Texts) -> Vec<Action> {
    let action = |step: Step| Action {
        text: step.text,
        tell: step.tell,
        cause: cause.to_owned(),
        effect: if step.severity < fault.severity {
            effect.min(step.severity)
        } else {
            effect
        },
        effort: fault.effort,
        phase: fault.phase,
        confidence: fault.confidence,
    };
    steps(fault, texts).into_iter().map(action).collect()
}

/// The steps as a structured output.
pub(crate) fn json(actions: &[Action]) -> Json {
    Json::Array(
        actions
            .iter()
            .enumerate()
            .map(|(index, it)| it.json(index + 1))
            .collect(),
    )
}
