//! The coordinator as the server sees it: what it has loaded, and the [`Diagnosis`] that it is.

mod experiment;
mod response;
mod running;

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use deepfix_artifacts::{FileAccess, decode_request};
use deepfix_config::Config;
use deepfix_core::{
    AgentInfo, AnalyseOptions, AnalyseResponse, BoxFuture, Diagnosis, Experiment, KnowledgePassage, KnowledgeQuery,
    PluginsInfo, Problem, RefusedPlugin, Role,
};
use deepfix_mlflow::Retriever;
use deepfix_runtime::{Allocator, Plugin};

use crate::{
    StartError,
    agents::{Agents, Meta},
    mlflow,
    start::{self, Loaded},
    watch::{self, Seen},
};

/// Loaded agents, and everything that they need.
pub struct Coordinator {
    pub(crate) loaded: Loaded,
    /// Swapped whole; an analysis takes them once.
    pub(crate) agents: ArcSwap<Agents>,
    /// What the last look at plugins and configuration came to, a refused one included.
    pub(crate) last_look: ArcSwap<PluginsInfo>,
    pub(crate) reloading: tokio::sync::Mutex<()>,
    pub(crate) started_with: Config,
    /// The files as they were before they were loaded.
    pub(crate) seen: Seen,
    configuration: ArcSwap<Config>,
    access: FileAccess,
    mlflow: Retriever,
    may_write_back: bool,
    samples: u32,
}

impl Coordinator {
    /// Loads every component that the configuration names, and the knowledge base.
    ///
    /// # Errors
    /// What cannot be loaded, each with its reason. A dropped-in plugin that is refused is no
    /// error: see [`Coordinator::refused`].
    pub async fn start(config: &Config) -> Result<Self, StartError> {
        // Before loading: what changes meanwhile is a change.
        let seen = watch::look(config);
        let (loaded, agents) = start::load(config).await?;
        Ok(Self {
            loaded,
            last_look: ArcSwap::from_pointee(agents.info.clone()),
            agents: ArcSwap::from_pointee(agents),
            reloading: tokio::sync::Mutex::default(),
            started_with: config.clone(),
            seen,
            configuration: ArcSwap::from_pointee(config.clone()),
            access: FileAccess::below(&config.artifacts.roots),
            mlflow: mlflow::retriever(&config.mlflow)?,
            may_write_back: config.mlflow.write_back,
            samples: config.llm.samples,
        })
    }

    /// Plugins that were refused.
    #[must_use]
    pub fn refused(&self) -> Vec<RefusedPlugin> {
        self.last_look.load().refused.clone()
    }

    pub(crate) fn agents(&self) -> Arc<Agents> {
        self.agents.load_full()
    }

    /// The configuration that the agents are from.
    pub(crate) fn configuration(&self) -> Config {
        Config::clone(&self.configuration.load())
    }

    pub(crate) fn set_configuration(&self, config: Config) {
        self.configuration.store(Arc::new(config));
    }

    /// What gets experiments from MLflow.
    #[must_use]
    pub fn mlflow(&self) -> &Retriever {
        &self.mlflow
    }

    /// Where instances come from on this machine.
    #[must_use]
    pub fn allocator(&self) -> Allocator {
        self.loaded.engine.allocator()
    }
}

impl Diagnosis for Coordinator {
    fn decode(&self, body: &[u8]) -> Result<Experiment, Problem> {
        decode_request(body, &self.access)
    }

    fn retrieve(&self, experiment: Experiment, time_left: Duration) -> BoxFuture<'_, Result<Experiment, Problem>> {
        Box::pin(mlflow::fill(&self.mlflow, experiment, time_left))
    }

    fn analyse(&self, experiment: Experiment, options: AnalyseOptions) -> BoxFuture<'_, AnalyseResponse> {
        Box::pin(self.run(experiment, options))
    }

    fn agents(&self) -> Vec<AgentInfo> {
        let agents = Self::agents(self);
        let analyzers = agents.analyzers.iter().map(|it| (it, Role::Analyzer));
        analyzers
            .chain(std::iter::once((&agents.reasoner, Role::Reasoner)))
            .map(|(plugin, role)| info(plugin, role, agents.meta(plugin.name())))
            .collect()
    }

    fn plugins(&self) -> PluginsInfo {
        PluginsInfo::clone(&self.last_look.load())
    }

    fn reload(&self) -> BoxFuture<'_, PluginsInfo> {
        Box::pin(self.reload_now("asked for"))
    }

    fn knowledge(&self, query: &KnowledgeQuery) -> Result<Vec<KnowledgePassage>, Problem> {
        self.loaded.knowledge.look_up(query)
    }

    fn knowledge_domains(&self) -> Vec<String> {
        self.loaded
            .knowledge
            .0
            .domains()
            .into_iter()
            .map(str::to_owned)
            .collect()
    }
}

fn info(plugin: &Plugin, role: Role, meta: Option<&Meta>) -> AgentInfo {
    let (description, config) = (plugin.description().clone(), plugin.config());
    AgentInfo {
        name: plugin.name().to_owned(),
        plugin: description.name,
        role,
        version: description.version,
        summary: description.summary,
        component: config.file.clone(),
        sha256: plugin.sha256().to_owned(),
        size: plugin.size(),
        consumes: description.consumes,
        codes: description.codes,
        requested: description.capabilities,
        granted_artifacts: config.grants.artifacts.clone(),
        granted_capabilities: config.grants.capabilities.clone(),
        granted_secrets: config.grants.secrets.names().map(str::to_owned).collect(),
        limits: config.limits,
        signed_by: meta.and_then(|it| it.signed_by.clone()),
        generation: meta.map_or(1, |it| it.generation),
    }
}
