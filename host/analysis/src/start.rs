//! From the configuration to what stays for the life of the process: the engine, the knowledge base and
//! the language model. The agents are in `agents.rs`: they are swapped.

use std::sync::Arc;

use deepfix_config::Config;
use deepfix_core::RefusedPlugin;
use deepfix_knowledge::KnowledgeBase;
use deepfix_llm::Llm;
use deepfix_runtime::{Engine, EngineConfig};

use crate::{agents::Agents, knowledge::Knowledge, model};

/// Why the coordinator cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The machine cannot run WebAssembly, or the cache directory cannot be used.
    #[error("the WebAssembly engine cannot start: {0}")]
    Engine(String),
    /// The knowledge base cannot be read.
    #[error("the knowledge base cannot be read: {0}")]
    Knowledge(String),
    /// A tracking URI of `[mlflow]` cannot be read.
    #[error("[mlflow]: {0}")]
    Mlflow(Box<deepfix_mlflow::MlflowError>),
    /// The language model cannot be used as it is configured.
    #[error(transparent)]
    Llm(#[from] deepfix_llm::SetupError),
    /// The lock file, the keys or the store of `[plugins]` cannot be used.
    #[error(transparent)]
    Sources(#[from] deepfix_sources::SourceError),
    /// Components that the configuration names are refused.
    #[error("{}", .0.iter().map(|it| it.reason.clone()).collect::<Vec<_>>().join("\n"))]
    Agents(Vec<RefusedPlugin>),
}

impl From<deepfix_mlflow::MlflowError> for StartError {
    fn from(error: deepfix_mlflow::MlflowError) -> Self {
        Self::Mlflow(Box::new(error))
    }
}

/// What is loaded once.
pub(crate) struct Loaded {
    pub(crate) engine: Engine,
    pub(crate) knowledge: Arc<Knowledge>,
    pub(crate) llm: Option<Llm>,
}

/// Loads everything that the configuration names.
pub(crate) async fn load(config: &Config) -> Result<(Loaded, Agents), StartError> {
    let llm = model::service(config)?;
    let engine = engine(config)?;
    let paths = config.knowledge.paths.clone();
    // Parsing and indexing take as long as loading the components: do both at once.
    let knowledge = tokio::task::spawn_blocking(move || KnowledgeBase::load(&paths));
    let agents = Agents::load(&engine, config).await?;
    let knowledge = knowledge
        .await
        .map_err(|error| StartError::Knowledge(error.to_string()))?
        .map_err(|error| StartError::Knowledge(error.to_string()))?;
    let loaded = Loaded {
        engine,
        knowledge: Arc::new(Knowledge(knowledge)),
        llm,
    };
    Ok((loaded, agents))
}

/// The engine as the configuration wants it.
///
/// # Errors
/// The machine cannot run WebAssembly.
pub fn engine(config: &Config) -> Result<Engine, StartError> {
    Engine::new(&EngineConfig {
        cache_dir: config.engine.cache_dir.clone(),
        max_instances: config.engine.max_instances,
        max_memory: config.engine.max_memory,
        stack: config.engine.stack,
    })
    .map_err(StartError::Engine)
}
