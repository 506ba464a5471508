//! From a trap to a reason that a person understands.

use deepfix_core::{AgentError, FailureReason};
use wasmtime::{PoolConcurrencyLimitError, Trap, WasmBacktrace, component::ResourceTableError};
use wasmtime_wasi::I32Exit;

use crate::{
    error::{Ended, Mismatch},
    state::HostState,
};

/// At most so much of what the guest wrote to its standard error is shown.
const SHOWN: usize = 600;
/// How the message of a [`Mismatch`] starts.
pub(crate) const MISMATCH: &str = "its functions or types differ from those of this host: ";

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
    if let Some(Ended(text)) = error.downcast_ref::<Ended>() {
        return failure(FailureReason::Trapped, text.clone());
    }
    if let Some(Mismatch(text)) = error.downcast_ref::<Mismatch>() {
        return failure(FailureReason::NotStarted, format!("{MISMATCH}{text}"));
    }
    if let Some(I32Exit(status)) = error.downcast_ref::<I32Exit>() {
        return failure(
            FailureReason::Trapped,
            format!(
                "left through `exit({status})` instead of returning a report{}",
                said(state)
            ),
        );
    }
    if let Some(ResourceTableError::Full) = error.downcast_ref::<ResourceTableError>() {
        return failure(
            FailureReason::Trapped,
            format!(
                "holds as many resources as its limit `resources = {}` allows; raise it under `limits` of its entry \
                 in deepfix.toml",
                limits.resources
            ),
        );
    }
    let root = error.root_cause().to_string();
    // wasmtime's error for it is private; a test holds this text.
    if root.contains("too much data is being copied") {
        return failure(
            FailureReason::ResultTooLarge,
            format!(
                "handed over more than its limit `result_bytes = {}` in one call; raise it under `limits` of its \
                 entry in deepfix.toml",
                limits.result_bytes
            ),
        );
    }
    if error.is::<std::str::Utf8Error>() {
        return failure(
            FailureReason::InvalidResult,
            format!("handed over a text that is not UTF-8: {root}"),
        );
    }
    if error.is::<PoolConcurrencyLimitError>() {
        return failure(
            FailureReason::NotStarted,
            format!("no free instance: {root}; raise `[engine] max_instances`"),
        );
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => failure(
            FailureReason::StackOverflow,
            "its recursion ran over the stack; `[engine] stack` sets its size".to_owned(),
        ),
        // Rust guests keep their stack in linear memory, below everything else: recursion runs
        // out of it there.
        Some(Trap::MemoryOutOfBounds) if recurses(error) => failure(
            FailureReason::StackOverflow,
            format!(
                "its recursion ran over the stack that it has in its own memory; the plugin's linker sets its size \
                 (`-z stack-size`){}",
                said(state)
            ),
        ),
        Some(trap) => failure(FailureReason::Trapped, format!("trapped: {trap}{}", said(state))),
        None if LIFTING.iter().any(|it| root.contains(it)) => failure(
            FailureReason::InvalidResult,
            format!("handed over a value that is not of its type: {root}"),
        ),
        None => failure(FailureReason::Trapped, format!("{root}{}", said(state))),
    }
}

/// What wasmtime says where a guest's value cannot be read as its type promises. The errors have
/// no type of their own.
const LIFTING: [&str; 5] = [
    "discriminant",
    "out of bounds of memory",
    "not aligned",
    "converted integer out of range",
    "char",
];

/// Whether one function is many times among the innermost frames.
fn recurses(error: &wasmtime::Error) -> bool {
    let frames = error
        .downcast_ref::<WasmBacktrace>()
        .map(WasmBacktrace::frames)
        .unwrap_or_default();
    let calls = |function| frames.iter().filter(|it| it.func_index() == function).count();
    frames.iter().any(|frame| calls(frame.func_index()) >= 4)
}

/// What the guest said on its standard error: a panic's text is only there.
fn said(state: &HostState) -> String {
    // Without secrets before it is cut.
    let text = state.stderr.tail(&state.secrets);
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let surplus = text.chars().count().saturating_sub(SHOWN);
    let shown: String = text.chars().skip(surplus).collect();
    let more = if surplus > 0 { "... " } else { "" };
    format!("; it said: {more}{shown:?}")
}

/// A plugin's own text of an error: it stands in logs, in the response and in what the reasoner
/// reads, so that a long one would be paid for many times.
const ERROR_TEXT: usize = 2_000;

pub(crate) fn shorten(text: &str) -> String {
    let mut characters = text.chars();
    let mut short: String = characters.by_ref().take(ERROR_TEXT).collect();
    let left = characters.count();
    if left > 0 {
        short.push_str(&format!(" [{left} more characters]"));
    }
    short
}

pub(crate) fn humane(time: std::time::Duration) -> String {
    if time.subsec_millis() == 0 {
        format!("{}s", time.as_secs())
    } else {
        format!("{}ms", time.as_millis())
    }
}
