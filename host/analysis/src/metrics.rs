//! What a monitoring system counts of agents and of the language model. The recorder is the
//! server's; where there is none these calls cost next to nothing.

use std::time::Duration;

use deepfix_core::{Outcome, OutcomeStatus};
use deepfix_llm::Spend;
use deepfix_runtime::Spent;
use metrics::{counter, histogram};

/// One run of an agent. Skipped ones did not run.
pub(crate) fn of_agent(outcome: &Outcome, spent: &Spent, wall: Duration) {
    let (result, reason) = match &outcome.status {
        OutcomeStatus::Completed { .. } => ("completed", "none"),
        OutcomeStatus::Failed(error) => ("failed", error.reason.as_str()),
        OutcomeStatus::Skipped(_) => return,
    };
    let agent = outcome.agent.clone();
    counter!("deepfix_agent_runs_total", "agent" => agent.clone(), "result" => result, "reason" => reason).increment(1);
    histogram!("deepfix_agent_duration_seconds", "agent" => agent.clone()).record(wall.as_secs_f64());
    histogram!("deepfix_agent_cpu_seconds", "agent" => agent.clone()).record(spent.cpu.as_secs_f64());
    histogram!("deepfix_agent_peak_memory_bytes", "agent" => agent.clone()).record(spent.peak_memory as f64);
    counter!("deepfix_agent_host_calls_total", "agent" => agent.clone()).increment(spent.usage.host_calls);
    counter!("deepfix_agent_artifact_bytes_total", "agent" => agent.clone()).increment(spent.usage.artifact_bytes);
    counter!("deepfix_agent_knowledge_searches_total", "agent" => agent).increment(spent.usage.knowledge_searches);
}

/// What an agent used of the language model in one request.
pub(crate) fn of_model(agent: &str, spend: &Spend) {
    let count = |name: &'static str, many: u64| counter!(name, "agent" => agent.to_owned()).increment(many);
    count("deepfix_llm_calls_total", spend.calls);
    count("deepfix_llm_cache_hits_total", spend.cached);
    count("deepfix_llm_retries_total", spend.retries);
    count("deepfix_llm_repairs_total", spend.repairs);
    for (direction, tokens) in [("input", spend.tokens.input), ("output", spend.tokens.output)] {
        counter!("deepfix_llm_tokens_total", "agent" => agent.to_owned(), "direction" => direction).increment(tokens);
    }
    // Counters are whole numbers: millionths keep what prices per million tokens say.
    let millionths = (spend.cost * 1e6).round();
    if millionths.is_finite() && millionths > 0.0 {
        count("deepfix_llm_cost_millionths_total", millionths as u64);
    }
    histogram!("deepfix_llm_wait_seconds", "agent" => agent.to_owned()).record(spend.waited.as_secs_f64());
    for error in &spend.errors {
        let kind = error.kind.as_str();
        counter!("deepfix_llm_errors_total", "agent" => agent.to_owned(), "kind" => kind).increment(1);
    }
}
