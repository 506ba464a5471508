//! Memory and table limits of one store. The reason is kept, since the guest itself often only
//! reports an abort.

use deepfix_core::{FailureReason, Limits};
use wasmtime::ResourceLimiter;

/// The limit that was hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LimitHit {
    pub(crate) reason: FailureReason,
    pub(crate) message: String,
}

#[derive(Debug)]
pub(crate) struct Limiter {
    memory_limit: u64,
    table_limit: u64,
    memory: u64,
    tables: u64,
    pub(crate) peak_memory: u64,
    pub(crate) hit: Option<LimitHit>,
}

/// Instances, memories and tables of one component; the largest measured runtime has 60 core
/// instances. The pool is sized by the same numbers.
pub(crate) const CORE_INSTANCES: usize = 100;
pub(crate) const MEMORIES: usize = 8;
pub(crate) const TABLES: usize = 40;
/// Elements of one table of the pool: five times the largest measured runtime.
pub(crate) const POOLED_TABLE: usize = 60_000;

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            memory_limit: limits.memory,
            table_limit: limits.table_elements,
            memory: 0,
            tables: 0,
            peak_memory: 0,
            hit: None,
        }
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.memory.saturating_add(desired.saturating_sub(current) as u64);
        if total > self.memory_limit {
            let message = format!(
                "asked for {total} bytes of memory, and its limit is `memory = {}`; raise it under `limits` of its \
                 entry in deepfix.toml",
                self.memory_limit
            );
            self.hit = Some(LimitHit {
                reason: FailureReason::MemoryLimit,
                message: message.clone(),
            });
            return Err(wasmtime::Error::msg(message));
        }
        self.memory = total;
        self.peak_memory = self.peak_memory.max(total);
        Ok(true)
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        // Within its limit, but the engine has no room: the slots of the pool are smaller.
        let message = format!(
            "its memory did not grow although its limit `memory = {}` allows it: {error:#}; raise `[engine] max_memory`",
            self.memory_limit
        );
        self.hit = Some(LimitHit {
            reason: FailureReason::MemoryLimit,
            message: message.clone(),
        });
        Err(wasmtime::Error::msg(message))
    }

    fn table_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        let message = format!(
            "its table did not grow although its limit `table_elements = {}` allows it: {error:#}; the engine's own \
             limit is {POOLED_TABLE}",
            self.table_limit
        );
        self.hit = Some(LimitHit {
            reason: FailureReason::TableLimit,
            message: message.clone(),
        });
        Err(wasmtime::Error::msg(message))
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.tables.saturating_add(desired.saturating_sub(current) as u64);
        if total > self.table_limit {
            let message = format!(
                "asked for {total} table elements, and its limit is `table_elements = {}`; raise it under `limits` \
                 of its entry in deepfix.toml",
                self.table_limit
            );
            self.hit = Some(LimitHit {
                reason: FailureReason::TableLimit,
                message: message.clone(),
            });
            return Err(wasmtime::Error::msg(message));
        }
        self.tables = total;
        Ok(true)
    }

    fn instances(&self) -> usize {
        CORE_INSTANCES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }

    fn tables(&self) -> usize {
        TABLES
    }
}
