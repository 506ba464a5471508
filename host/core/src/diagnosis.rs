use std::{
    future::Future,
    path::PathBuf,
    pin::Pin,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    AgentResult, AnalyseResponse, ArtifactKind, Capability, CapabilityRequest, Consumed, Experiment, KnowledgePassage,
    KnowledgeQuery, Limits, PluginsInfo, Problem,
};

/// Hears how far an agent is.
pub trait Progress: Send + Sync {
    /// `fraction` is between 0 and 1.
    fn report(&self, agent: &str, fraction: f64, message: &str);

    /// An agent's result, as soon as it is there. What the whole response says of the agent later
    /// counts: findings of a language model are still held against those of all others.
    fn result(&self, result: &AgentResult) {
        let _ = result;
    }
}

/// A future in a box: traits with async functions cannot be objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What belongs to one request beside the experiment itself.
#[derive(Clone)]
pub struct AnalyseOptions {
    /// The id of the request, for the log.
    pub request_id: Arc<str>,
    /// Wall time that is left for the whole analysis.
    pub time_left: Duration,
    /// Who hears of progress.
    pub progress: Option<Arc<dyn Progress>>,
    /// What the one who asks may use.
    pub allowance: Allowance,
}

/// What the one who asks may use; by default, all that there is.
#[derive(Debug, Clone, Default)]
pub struct Allowance {
    /// Whose request it is; empty where there are no tenants.
    pub tenant: Arc<str>,
    /// The analyzers; none means all.
    pub agents: Option<Arc<[String]>>,
    /// The language model; none means as much as the configuration gives every request.
    pub llm: Option<Arc<LlmAllowance>>,
}

impl Allowance {
    /// Whether an analyzer may be used.
    #[must_use]
    pub fn permits(&self, agent: &str) -> bool {
        self.agents
            .as_ref()
            .is_none_or(|it| it.iter().any(|name| name == agent))
    }
}

/// How much of the language model a request may use, and how much it did.
#[derive(Debug, Default)]
pub struct LlmAllowance {
    /// Calls at most.
    pub calls: u64,
    /// Tokens at most.
    pub tokens: u64,
    /// Calls made so far.
    pub used_calls: AtomicU64,
    /// Tokens used so far.
    pub used_tokens: AtomicU64,
}

/// What an agent is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reports findings of one experiment.
    Analyzer,
    /// Looks across all results.
    Reasoner,
}

/// A loaded agent, as `GET /v1/agents` and `deepfix agents` show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AgentInfo {
    /// Its name in responses.
    pub name: String,
    /// What its component calls itself.
    pub plugin: String,
    /// What it is for.
    pub role: Role,
    /// The plugin's own version.
    pub version: String,
    /// What it looks at and what it finds.
    pub summary: String,
    /// The component's file.
    #[schema(value_type = String)]
    pub component: PathBuf,
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// What it reads.
    pub consumes: Vec<Consumed>,
    /// Every code that it can report.
    pub codes: Vec<String>,
    /// What it asks for.
    pub requested: Vec<CapabilityRequest>,
    /// Artifact kinds that it may read.
    pub granted_artifacts: Vec<ArtifactKind>,
    /// Capabilities that it may use.
    pub granted_capabilities: Vec<Capability>,
    /// Names of the secrets that it may read.
    pub granted_secrets: Vec<String>,
    /// What it may use up.
    #[schema(value_type = Object)]
    pub limits: Limits,
    /// The trusted key that signed its component.
    pub signed_by: Option<String>,
    /// The swap that brought this version; 1 is the start of the process.
    pub generation: u64,
}

/// Diagnoses experiments. The server is written against this trait, so that its own behaviour
/// under faults can be tested.
pub trait Diagnosis: Send + Sync + 'static {
    /// Reads a request body.
    ///
    /// # Errors
    /// What is wrong with it: the field, what was found and what was expected.
    fn decode(&self, body: &[u8]) -> Result<Experiment, Problem>;

    /// Gets the artifacts of an experiment that are not in its request. An experiment without a
    /// [source](Experiment::source) comes back as it is.
    ///
    /// # Errors
    /// The source is unknown, not allowed or not reachable in `time_left`, or holds nothing.
    fn retrieve(&self, experiment: Experiment, time_left: Duration) -> BoxFuture<'_, Result<Experiment, Problem>> {
        let _ = time_left;
        Box::pin(async move { Ok(experiment) })
    }

    /// Diagnoses one experiment. Never fails as a whole: what goes wrong in an agent is part of
    /// the response. Dropping the future ends all work for it.
    fn analyse(&self, experiment: Experiment, options: AnalyseOptions) -> BoxFuture<'_, AnalyseResponse>;

    /// The loaded agents, in the order of the configuration, the reasoner last.
    fn agents(&self) -> Vec<AgentInfo>;

    /// What the last look at plugins and configuration came to.
    fn plugins(&self) -> PluginsInfo {
        PluginsInfo::default()
    }

    /// Looks at plugins and configuration now, and swaps what changed.
    fn reload(&self) -> BoxFuture<'_, PluginsInfo> {
        Box::pin(async { self.plugins() })
    }

    /// Passages of the knowledge base, the best first.
    ///
    /// # Errors
    /// The index does not answer.
    fn knowledge(&self, query: &KnowledgeQuery) -> Result<Vec<KnowledgePassage>, Problem> {
        let _ = query;
        Ok(Vec::new())
    }

    /// The domains of the knowledge base, sorted.
    fn knowledge_domains(&self) -> Vec<String> {
        Vec::new()
    }
}
