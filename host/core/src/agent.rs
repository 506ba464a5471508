use serde::Serialize;
use utoipa::ToSchema;

use crate::{Analysis, ArtifactKind, ResolvedFact};

/// What a plugin may ask for beyond reading artifacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Capability {
    /// Search the knowledge base.
    Knowledge,
    /// Ask the configured language model.
    Llm,
}

impl Capability {
    /// The name that the configuration uses.
    #[must_use]
    pub fn config_name(self) -> &'static str {
        match self {
            Self::Knowledge => "knowledge",
            Self::Llm => "llm",
        }
    }
}

/// A kind of artifact that a plugin reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Consumed {
    /// The kind.
    pub kind: ArtifactKind,
    /// Without it the plugin is not run.
    pub required: bool,
}

/// A capability that a plugin asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CapabilityRequest {
    /// The capability.
    pub capability: Capability,
    /// Without it the plugin is not loaded.
    pub required: bool,
}

/// What a plugin says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgentDescription {
    /// The agent's name.
    pub name: String,
    /// The plugin's own version.
    pub version: String,
    /// What it looks at and what it finds.
    pub summary: String,
    /// What it reads.
    pub consumes: Vec<Consumed>,
    /// Every code that it can report.
    pub codes: Vec<String>,
    /// What it asks for.
    pub capabilities: Vec<CapabilityRequest>,
    /// A JSON object, or empty.
    #[serde(skip)]
    pub extras: String,
}

/// Why an agent gave no result, or not all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// The plugin itself returned an error.
    PluginError,
    /// Wall time was over.
    TimedOut,
    /// CPU time was over.
    CpuLimit,
    /// Memory limit.
    MemoryLimit,
    /// Table limit.
    TableLimit,
    /// The stack of WebAssembly ran over.
    StackOverflow,
    /// It handed over too much data at once.
    ResultTooLarge,
    /// The plugin trapped: a panic, an exception, an illegal instruction.
    Trapped,
    /// The answer breaks the contract.
    InvalidResult,
    /// The component could not be started.
    NotStarted,
    /// A fault of the host.
    HostFault,
}

impl FailureReason {
    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PluginError => "plugin_error",
            Self::TimedOut => "timed_out",
            Self::CpuLimit => "cpu_limit",
            Self::MemoryLimit => "memory_limit",
            Self::TableLimit => "table_limit",
            Self::StackOverflow => "stack_overflow",
            Self::ResultTooLarge => "result_too_large",
            Self::Trapped => "trapped",
            Self::InvalidResult => "invalid_result",
            Self::NotStarted => "not_started",
            Self::HostFault => "host_fault",
        }
    }
}

/// A failure with its explanation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", reason.as_str())]
pub struct AgentError {
    /// The kind of failure.
    pub reason: FailureReason,
    /// What happened, and where possible which line of the configuration would change it.
    pub message: String,
}

/// An analysis after the host has checked it.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedAnalysis {
    /// Unique in the request.
    pub id: String,
    /// What the plugin said, its confidence capped where a fact was wrong, its citations
    /// reduced to what was retrieved.
    pub analysis: Analysis,
    /// The facts with what the check said of each.
    pub facts: Vec<ResolvedFact>,
    /// At least one fact has a source and all of those are equal.
    pub evidence_verified: bool,
}

/// What became of an agent.
#[derive(Debug, Clone, PartialEq)]
pub enum OutcomeStatus {
    /// It ran to its end.
    Completed {
        /// The checked analyses.
        analyses: Vec<JudgedAnalysis>,
        /// The plugin's summary.
        summary: String,
        /// The plugin's extras: a JSON object.
        extras: serde_json::Map<String, serde_json::Value>,
    },
    /// It gave no result.
    Failed(AgentError),
    /// It had nothing to read.
    Skipped(String),
}

/// The outcome of one agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The agent's name.
    pub agent: String,
    /// What it was given to read.
    pub artifacts: Vec<ArtifactKind>,
    /// What became of it.
    pub status: OutcomeStatus,
    /// What was wrong with its answer although it gave one.
    pub objections: Vec<String>,
    /// Passages that it retrieved: `id: title (source)`.
    pub retrieved: Vec<String>,
}
