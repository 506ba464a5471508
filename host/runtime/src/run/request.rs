//! What a guest is handed: the request, and for a reasoner the outcomes of all analyzers.

use deepfix_core::{Capability, Outcome, OutcomeStatus};

use super::RunInput;
use crate::{
    Plugin,
    bindings::{reasoner::exports::deepfix::analysis::reason, types},
    convert,
};

/// What the reasoner is given of an agent's `extras`. It parses them within its own memory, so
/// that one agent with large ones could end it for all; those of the built-in agents have a few
/// kilobytes. The response carries them whole.
const REASONED_EXTRAS: usize = 64 << 10;

impl Plugin {
    pub(super) fn request(&self, input: &RunInput) -> types::Request {
        types::Request {
            dataset_name: input.dataset_name.clone(),
            model_name: input.model_name.clone(),
            language: input.language.clone(),
            settings: self.config.settings.clone(),
            extras: self.rehearsed_extras(|| self.extras(input)),
        }
    }

    /// A recording holds them too: what there is to tell of a model decides what a plugin asks it.
    fn rehearsed_extras(&self, made: impl FnOnce() -> String) -> String {
        match self.rehearsal.as_ref().and_then(|it| it.tape.as_ref()) {
            Some(tape) => tape.extras(made),
            None => made(),
        }
    }

    /// How much time there is, so that an agent can end in time and hand over what it has; and what
    /// there is to tell of a language model.
    fn extras(&self, input: &RunInput) -> String {
        let limits = &self.config.limits;
        let time = limits.wall_time.min(limits.cpu_time).min(input.time_left);
        let mut extras = serde_json::json!({ "time_ms": u64::try_from(time.as_millis()).unwrap_or(u64::MAX) });
        let granted = self.config.grants.capabilities.contains(&Capability::Llm);
        let llm = &input.services.llm;
        if let (Some(hints), Some(extras)) = (
            llm.hints().filter(|_| granted && llm.available()),
            extras.as_object_mut(),
        ) {
            extras.insert("llm".to_owned(), serde_json::json!(hints));
        }
        extras.to_string()
    }
}

pub(super) fn to_outcome(outcome: &Outcome) -> reason::AgentOutcome {
    reason::AgentOutcome {
        agent: outcome.agent.clone(),
        artifacts: outcome.artifacts.iter().map(|kind| convert::to_kind(*kind)).collect(),
        outcome: match &outcome.status {
            OutcomeStatus::Completed {
                analyses,
                summary,
                extras,
            } => reason::Outcome::Completed(reason::Completed {
                analyses: analyses
                    .iter()
                    .map(|it| reason::JudgedAnalysis {
                        id: it.id.clone(),
                        analysis: convert::to_analysis(&it.analysis),
                        evidence_verified: it.evidence_verified,
                    })
                    .collect(),
                summary: summary.clone(),
                extras: extras_for_reasoner(&outcome.agent, extras),
            }),
            OutcomeStatus::Failed(error) => reason::Outcome::Failed(convert::to_error(error)),
            OutcomeStatus::Skipped(why) => reason::Outcome::Skipped(why.clone()),
        },
    }
}

fn extras_for_reasoner(agent: &str, extras: &serde_json::Map<String, serde_json::Value>) -> String {
    if extras.is_empty() {
        return String::new();
    }
    let text = serde_json::to_string(extras).unwrap_or_default();
    if text.len() <= REASONED_EXTRAS {
        return text;
    }
    tracing::warn!(
        agent,
        bytes = text.len(),
        most = REASONED_EXTRAS,
        "the reasoner is not given this agent's extras: they are too large"
    );
    String::new()
}
