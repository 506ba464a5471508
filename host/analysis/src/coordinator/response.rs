//! What the agents said, as one response; where the reasoner said too little, what stands in for it.

use deepfix_core::{AnalyseResponse, OrderedMap, Outcome, OutcomeStatus};
use serde_json::{Map, Value as Json, json};

use super::running::Finished;
use crate::{fallback, respond};

pub(super) fn respond(
    finished: &[Finished],
    reasoned: &Finished,
    outcomes: &[Outcome],
    french: bool,
    warnings: &[String],
) -> AnalyseResponse {
    let mut agent_results = Vec::new();
    let mut skipped = Map::new();
    for it in finished {
        match respond::agent_result(&it.outcome, &it.spent) {
            Some(result) => agent_results.push((it.outcome.agent.clone(), result)),
            None => {
                if let OutcomeStatus::Skipped(why) = &it.outcome.status {
                    skipped.insert(it.outcome.agent.clone(), json!(why));
                }
            }
        }
    }
    let mut outputs = Map::new();
    let mut summary = String::new();
    if let OutcomeStatus::Completed {
        summary: text, extras, ..
    } = &reasoned.outcome.status
    {
        text.clone_into(&mut summary);
        outputs.extend(extras.clone());
    }
    if summary.is_empty() {
        summary = fallback::summary(outcomes, french);
    }
    if let Some(mut result) = respond::agent_result(&reasoned.outcome, &reasoned.spent) {
        fallback::fill(&mut result.additional_outputs, &summary, outcomes);
        if result.analysis.is_empty() {
            let worst = fallback::analysis(outcomes, &reasoned.outcome.agent);
            result
                .analysis
                .push(worst.unwrap_or_else(|| respond::no_finding(&reasoned.outcome.agent, &summary)));
        }
        agent_results.push((reasoned.outcome.agent.clone(), result));
    }
    outputs.insert("skipped_agents".to_owned(), Json::Object(skipped));
    outputs.insert("warnings".to_owned(), json!(warnings));
    let error_messages = agent_results
        .iter()
        .map(|(name, result)| (name.clone(), result.error_message.clone()))
        .collect();
    AnalyseResponse {
        agent_results: OrderedMap(agent_results),
        summary,
        additional_outputs: outputs,
        error_messages: OrderedMap(error_messages),
        dataset_name: None,
    }
}
