use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::units;

/// What one agent may use for one analysis. Each limit is enforced by the host and has a test
/// that trips it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Linear memory of all the component's instances together, in bytes. A Python runtime
    /// with numpy-free analysis code needs about 40 MiB; Rust analyzers 2 MiB.
    pub memory: u64,
    /// Elements of all WebAssembly tables. StarlingMonkey, the largest runtime measured, has
    /// 12,000.
    pub table_elements: u64,
    /// Wall time, host calls included. A user waits for it.
    pub wall_time: Duration,
    /// CPU time inside the sandbox. A typical analysis takes 2 ms; scanning a checkpoint of
    /// 2 GB about 2 s.
    pub cpu_time: Duration,
    /// Calls of any host function. 54 check items are read with fewer than 200.
    pub host_calls: u64,
    /// Host resources (open tables, blobs, streams) held at once.
    pub resources: u64,
    /// Bytes that one call may hand from the plugin to the host, its report included.
    pub result_bytes: u64,
    /// Findings in one report. More than this is a list of failed checks, not a diagnosis.
    pub findings: u64,
    /// Bytes of log records and standard output; what exceeds it is dropped and counted.
    pub log_bytes: u64,
    /// Bytes read from artifacts.
    pub artifact_bytes: u64,
    /// Searches of the knowledge base.
    pub knowledge_searches: u64,
    /// Calls of the language model, each sample counted.
    pub llm_calls: u64,
    /// Tokens of the language model, input and output.
    pub llm_tokens: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            table_elements: 20_000,
            wall_time: Duration::from_secs(20),
            cpu_time: Duration::from_secs(10),
            host_calls: 100_000,
            resources: 256,
            result_bytes: 4 << 20,
            findings: 200,
            log_bytes: 64 << 10,
            artifact_bytes: 256 << 20,
            knowledge_searches: 100,
            llm_calls: 8,
            llm_tokens: 50_000,
        }
    }
}

/// The limits that a part of the configuration sets; the others keep their value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the fields are those of `Limits`")]
pub struct LimitsOverride {
    #[serde(deserialize_with = "units::bytes")]
    pub memory: Option<u64>,
    pub table_elements: Option<u64>,
    #[serde(deserialize_with = "units::duration")]
    pub wall_time: Option<Duration>,
    #[serde(deserialize_with = "units::duration")]
    pub cpu_time: Option<Duration>,
    pub host_calls: Option<u64>,
    pub resources: Option<u64>,
    #[serde(deserialize_with = "units::bytes")]
    pub result_bytes: Option<u64>,
    pub findings: Option<u64>,
    #[serde(deserialize_with = "units::bytes")]
    pub log_bytes: Option<u64>,
    #[serde(deserialize_with = "units::bytes")]
    pub artifact_bytes: Option<u64>,
    pub knowledge_searches: Option<u64>,
    pub llm_calls: Option<u64>,
    pub llm_tokens: Option<u64>,
}

impl LimitsOverride {
    /// The limits with these changes.
    #[must_use]
    pub fn over(&self, base: Limits) -> Limits {
        Limits {
            memory: self.memory.unwrap_or(base.memory),
            table_elements: self.table_elements.unwrap_or(base.table_elements),
            wall_time: self.wall_time.unwrap_or(base.wall_time),
            cpu_time: self.cpu_time.unwrap_or(base.cpu_time),
            host_calls: self.host_calls.unwrap_or(base.host_calls),
            resources: self.resources.unwrap_or(base.resources),
            result_bytes: self.result_bytes.unwrap_or(base.result_bytes),
            findings: self.findings.unwrap_or(base.findings),
            log_bytes: self.log_bytes.unwrap_or(base.log_bytes),
            artifact_bytes: self.artifact_bytes.unwrap_or(base.artifact_bytes),
            knowledge_searches: self.knowledge_searches.unwrap_or(base.knowledge_searches),
            llm_calls: self.llm_calls.unwrap_or(base.llm_calls),
            llm_tokens: self.llm_tokens.unwrap_or(base.llm_tokens),
        }
    }
}
