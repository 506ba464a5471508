//! From the configuration to loaded agents.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use deepfix_config::{AgentConfig, Config};
use deepfix_knowledge::KnowledgeBase;
use deepfix_llm::Llm;
use deepfix_runtime::{Engine, EngineConfig, Grants, LoadError, Plugin, PluginConfig, World};
use tokio::task::JoinSet;

use crate::{knowledge::Knowledge, model};

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
    /// Components that the configuration names are refused.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Agents(Vec<LoadError>),
}

impl From<deepfix_mlflow::MlflowError> for StartError {
    fn from(error: deepfix_mlflow::MlflowError) -> Self {
        Self::Mlflow(Box::new(error))
    }
}

/// A dropped-in component that was refused. The others go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its file.
    pub file: PathBuf,
    /// Why, and what would change it.
    pub reason: String,
}

pub(crate) struct Loaded {
    pub(crate) engine: Engine,
    pub(crate) analyzers: Vec<Plugin>,
    pub(crate) reasoner: Plugin,
    pub(crate) refused: Vec<Refused>,
    pub(crate) knowledge: Arc<Knowledge>,
    pub(crate) llm: Option<Llm>,
}

/// Loads everything that the configuration names.
pub(crate) async fn load(config: &Config) -> Result<Loaded, StartError> {
    let llm = model::service(config)?;
    let engine = engine(config)?;
    let paths = config.knowledge.paths.clone();
    // Parsing and indexing take as long as loading the components: do both at once.
    let knowledge = tokio::task::spawn_blocking(move || KnowledgeBase::load(&paths));
    let dropped_in = dropped_in(config);
    let mut loading = JoinSet::new();
    let configured = config.agents.len();
    let plugins = config
        .agents
        .iter()
        .map(|agent| plugin_config(agent, World::Analyzer))
        .chain(std::iter::once(plugin_config(&config.reasoner, World::Reasoner)))
        .chain(dropped_in);
    for (index, plugin) in plugins.enumerate() {
        let engine = engine.clone();
        loading.spawn(async move { (index, plugin.file.clone(), Plugin::load(&engine, plugin).await) });
    }
    let mut results = Vec::new();
    while let Some(result) = loading.join_next().await {
        results.push(result.map_err(|error| StartError::Engine(error.to_string()))?);
    }
    results.sort_by_key(|(index, ..)| *index);
    let (mut analyzers, mut reasoner, mut errors, mut refused) = (Vec::new(), None, Vec::new(), Vec::new());
    for (index, file, result) in results {
        match result {
            Ok(plugin) if index == configured => reasoner = Some(plugin),
            Ok(plugin) if index < configured => analyzers.push(plugin),
            Ok(plugin) => match duplicate(&analyzers, reasoner.as_ref(), &plugin) {
                Some(reason) => refused.push(Refused { file, reason }),
                None => analyzers.push(plugin),
            },
            Err(error) if index <= configured => errors.push(error),
            Err(error) => refused.push(Refused {
                file,
                reason: error.to_string(),
            }),
        }
    }
    for it in &refused {
        tracing::warn!(file = %it.file.display(), reason = it.reason, "a dropped-in plugin is refused");
    }
    let Some(reasoner) = reasoner.filter(|_| errors.is_empty()) else {
        return Err(StartError::Agents(errors));
    };
    let knowledge = knowledge
        .await
        .map_err(|error| StartError::Knowledge(error.to_string()))?
        .map_err(|error| StartError::Knowledge(error.to_string()))?;
    Ok(Loaded {
        engine,
        analyzers,
        reasoner,
        refused,
        knowledge: Arc::new(Knowledge(knowledge)),
        llm,
    })
}

fn engine(config: &Config) -> Result<Engine, StartError> {
    Engine::new(&EngineConfig {
        cache_dir: config.engine.cache_dir.clone(),
        max_instances: config.engine.max_instances,
        max_memory: config.engine.max_memory,
        stack: config.engine.stack,
    })
    .map_err(StartError::Engine)
}

fn plugin_config(agent: &AgentConfig, world: World) -> PluginConfig {
    PluginConfig {
        file: agent.component.clone(),
        name: Some(agent.name.clone()),
        plugin: None,
        world,
        grants: Grants {
            artifacts: agent.artifacts.clone(),
            capabilities: agent.capabilities.clone(),
            namespaces: agent.namespaces.clone(),
            secrets: Default::default(),
        },
        limits: agent.limits,
        settings: agent.settings.clone(),
        sha256: agent.sha256.clone(),
    }
}

/// The components of the plugin folder, in order of their names. A folder that does not exist
/// holds none.
fn dropped_in(config: &Config) -> Vec<PluginConfig> {
    let Some(folder) = &config.plugins.folder else {
        return Vec::new();
    };
    wasm_files(folder)
        .into_iter()
        .map(|file| PluginConfig {
            file,
            name: None,
            plugin: None,
            world: World::Analyzer,
            grants: Grants {
                artifacts: config.plugins.artifacts.clone(),
                capabilities: config.plugins.capabilities.clone(),
                namespaces: Vec::new(),
                secrets: Default::default(),
            },
            limits: config.limits,
            settings: String::new(),
            sha256: None,
        })
        .collect()
}

fn wasm_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|it| it == "wasm"))
        .collect();
    files.sort();
    files
}

/// Namespaces of codes that the built-in agents report. A dropped-in plugin owns the namespace of
/// its name, so it may not be called like one of these.
const RESERVED: [&str; 5] = ["dataset", "checks", "checkpoint", "training", "cross"];

fn duplicate(analyzers: &[Plugin], reasoner: Option<&Plugin>, plugin: &Plugin) -> Option<String> {
    let own = plugin.namespace();
    if RESERVED.contains(&own.as_str()) {
        return Some(format!(
            "calls itself `{}`, a namespace of the built-in agents; give it another name",
            plugin.name()
        ));
    }
    let other = analyzers.iter().chain(reasoner).find(|it| it.namespace() == own)?;
    Some(format!(
        "calls itself `{}`, a name that {} has already; give it another one in its `describe`",
        plugin.name(),
        other.config().file.display()
    ))
}
