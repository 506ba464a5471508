//! The data of DeepFix and its validation: requests, artifacts, findings, responses, limits
//! and problems. No I/O happens here; a checkpoint's bytes are behind the trait [`Blob`].
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod agent;
mod artifact;
mod diagnosis;
mod evidence;
mod figures;
mod finding;
mod knowledge;
mod limits;
mod plugins;
mod problem;
mod response;
mod source;
mod table;
mod units;

pub use agent::{
    AgentDescription, AgentError, Capability, CapabilityRequest, Consumed, FailureReason, JudgedAnalysis, Outcome,
    OutcomeStatus,
};
pub use artifact::{Artifact, ArtifactKind, ArtifactSet, Blob, Experiment};
pub use diagnosis::{AgentInfo, Allowance, AnalyseOptions, BoxFuture, Diagnosis, LlmAllowance, Progress, Role};
pub use evidence::{FactCheck, ResolvedFact};
pub use figures::{Classes, Curves, Feature, Figures, Series, Spread};
pub use finding::{Analysis, Fact, Finding, Recommendation, Report, Severity, Source, Value};
pub use knowledge::{KnowledgePassage, KnowledgeQuery};
pub use limits::{Limits, LimitsOverride};
pub use plugins::{PluginsInfo, RefusedPlugin};
pub use problem::{Problem, ProblemCode};
pub use response::{
    AgentResult, AnalyseResponse, OrderedMap, WireAnalysis, WireFact, WireFinding, WireRecommendation, WireSource,
};
pub use source::{MlflowRun, MlflowSource, MlflowTarget};
pub use table::{Column, ColumnData, ColumnSummary, Table};
pub use units::{bytes as deserialize_bytes, parse_bytes, parse_duration};
