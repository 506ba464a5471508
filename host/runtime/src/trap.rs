//! From a trap to a reason that a person understands.

use deepfix_core::{AgentError, FailureReason};
use wasmtime::Trap;

use crate::state::HostState;

/// At most so much of what the guest wrote to its standard error is shown.
const SHOWN: usize = 600;

/// Why a call into the guest failed.
pub(crate) fn explain(error: &wasmtime::Error, state: &HostState) -> AgentError {
    let limits = state.gate.limits();
    let failure = |reason, message: String| AgentError { reason, message };
    if state.cpu_exceeded {
        return failure(
            FailureReason::CpuLimit,
            format!(
                "used more than its limit `cpu_time = {}`; raise it under `limits` of its entry in deepfix.toml",
                humane(limits.cpu_time)
            ),
        );
    }
    if let Some(hit) = &state.limiter.hit {
        return failure(hit.reason, hit.message.clone());
    }
    let root = error.root_cause().to_string();
    if root.contains("too much data") || root.contains("hostcall fuel") {
        return failure(
            FailureReason::ResultTooLarge,
            format!(
                "handed over more than its limit `result_bytes = {}` in one call; raise it under `limits` of its \
                 entry in deepfix.toml",
                limits.result_bytes
            ),
        );
    }
    if root.contains("utf-8") || root.contains("utf8") || root.contains("UTF-8") {
        return failure(FailureReason::InvalidResult, format!("handed over a text that is not UTF-8: {root}"));
    }
    if root.contains("concurrent limit") || root.contains("maximum concurrent") {
        return failure(FailureReason::NotStarted, format!("no free instance: {root}; raise `[engine] max_instances`"));
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => failure(
            FailureReason::StackOverflow,
            "its recursion ran over the stack; `[engine] stack` sets its size".to_owned(),
        ),
        // Rust guests keep their stack in linear memory, below everything else: recursion runs
        // out of it there.
        Some(Trap::MemoryOutOfBounds) => failure(
            FailureReason::StackOverflow,
            format!("read or wrote outside its memory, as a recursion without end does{}", said(state)),
        ),
        Some(trap) => failure(FailureReason::Trapped, format!("trapped: {trap}{}", said(state))),
        None => failure(FailureReason::Trapped, format!("{root}{}", said(state))),
    }
}

/// What the guest said on its standard error: a panic's text is only there.
fn said(state: &HostState) -> String {
    let bytes = state.stderr.contents();
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let shown: String = text.chars().take(SHOWN).collect();
    let more = if shown.len() < text.len() { " ..." } else { "" };
    format!("; it said: {shown:?}{more}")
}

pub(crate) fn humane(time: std::time::Duration) -> String {
    if time.subsec_millis() == 0 { format!("{}s", time.as_secs()) } else { format!("{}ms", time.as_millis()) }
}
