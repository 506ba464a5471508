//! What the agents of a request used of the model: in its response, in log and metrics.

use std::{
    sync::{PoisonError, atomic::Ordering},
    time::Duration,
};

use deepfix_core::AnalyseResponse;
use deepfix_llm::Spend;
use serde_json::{Map, Value as Json, json};

use super::RequestModel;
use crate::metrics;

impl RequestModel<'_> {
    /// Adds to a response what was used, by whom, and why answers are missing.
    pub(super) fn report(&self, response: &mut AnalyseResponse) {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        self.told.store(true, Ordering::Relaxed);
        let (mut cost, mut characters, mut agents) = (0.0, 0, Map::new());
        for (name, account) in accounts.iter() {
            let spend = account.spend();
            if !tell(name, &spend) {
                continue;
            }
            cost += spend.cost;
            characters += spend.prompt_characters.iter().sum::<usize>();
            for error in &spend.errors {
                warn(
                    response,
                    &format!("the language model gave no answer to {name}: {error}"),
                );
            }
            time(response, name, spend.waited);
            let used = used(&spend);
            match response.agent_results.0.iter_mut().find(|(it, _)| it == name) {
                Some((_, result)) => {
                    result.additional_outputs.insert("llm".to_owned(), used);
                }
                None => {
                    agents.insert(name.clone(), used);
                }
            }
        }
        let (calls, tokens) = self.budget.used();
        let mut total = json!({
            "model": self.llm.model(), "calls": calls, "tokens": tokens, "prompt_characters": characters, "cost": cost,
        });
        if let Some(total) = total.as_object_mut() {
            total.extend(agents);
        }
        response.additional_outputs.insert("llm".to_owned(), total);
    }
}

/// Adds a warning to a response.
pub(super) fn warn(response: &mut AnalyseResponse, text: &str) {
    let warnings = response
        .additional_outputs
        .entry("warnings")
        .or_insert_with(|| json!([]));
    if let Json::Array(warnings) = warnings {
        warnings.push(json!(text));
    }
}

/// Times are not part of what two runs have in common, so they stand with the other times.
fn time(response: &mut AnalyseResponse, name: &str, waited: Duration) {
    let milliseconds = (waited.as_secs_f64() * 1e6).round() / 1e3;
    let timings = response
        .additional_outputs
        .get_mut("timings_ms")
        .and_then(Json::as_object_mut);
    if let Some(timings) = timings {
        let entry = timings.entry(name).or_insert_with(|| json!({}));
        if let Json::Object(entry) = entry {
            entry.insert("llm".to_owned(), json!(milliseconds));
        }
    }
}

fn used(spend: &Spend) -> Json {
    let errors: Vec<String> = spend.errors.iter().map(ToString::to_string).collect();
    json!({
        "calls": spend.calls,
        "cached": spend.cached,
        "retries": spend.retries,
        "repairs": spend.repairs,
        "input_tokens": spend.tokens.input,
        "output_tokens": spend.tokens.output,
        "tokens_estimated": spend.estimated,
        "cost": spend.cost,
        "prompt_characters": spend.prompt_characters,
        "model": spend.model,
        "errors": errors,
    })
}

/// Says in log and metrics what an agent used; whether it was anything.
pub(super) fn tell(agent: &str, spend: &Spend) -> bool {
    let used = spend.calls + spend.cached > 0 || !spend.errors.is_empty();
    if used {
        log(agent, spend);
        metrics::of_model(agent, spend);
    }
    used
}

fn log(agent: &str, spend: &Spend) {
    tracing::info!(
        agent,
        calls = spend.calls,
        cached = spend.cached,
        retries = spend.retries,
        repairs = spend.repairs,
        input_tokens = spend.tokens.input,
        output_tokens = spend.tokens.output,
        cost = spend.cost,
        waited_ms = u64::try_from(spend.waited.as_millis()).unwrap_or(u64::MAX),
        errors = spend.errors.len(),
        "language model"
    );
}
