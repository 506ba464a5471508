//! From a file to a checked plugin. Whatever is wrong with it is found here, not in a request.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use deepfix_core::{AgentDescription, AgentError, Limits};
use sha2::{Digest, Sha256};
use wasmtime::component::{Component, InstancePre};

use crate::{
    Engine, Grants, LoadError,
    bindings::{analyzer::AnalyzerIndices, reasoner::ReasonerIndices},
    description,
    engine::Slots,
    linkage::{check_exports, check_imports, check_magic, pre},
    state::{HostState, Rehearsal},
    tape::Tape,
    trap,
};

/// Which of the two worlds a plugin targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// Reports findings of one experiment.
    Analyzer,
    /// Looks across all results.
    Reasoner,
}

impl World {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Analyzer => "analyzer",
            Self::Reasoner => "reasoner",
        }
    }

    pub(crate) fn interface(self) -> &'static str {
        match self {
            Self::Analyzer => "analyze",
            Self::Reasoner => "reason",
        }
    }

    pub(crate) fn config_table(self) -> &'static str {
        match self {
            Self::Analyzer => "[[agent]]",
            Self::Reasoner => "[reasoner]",
        }
    }

    pub(crate) fn other(self) -> Self {
        match self {
            Self::Analyzer => Self::Reasoner,
            Self::Reasoner => Self::Analyzer,
        }
    }
}

/// What the configuration says of a plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct PluginConfig {
    /// The component's file.
    pub file: PathBuf,
    /// The agent's name, and what the component must call itself unless `plugin` says otherwise; none
    /// for a plugin that was dropped into the folder, which is called what it calls itself.
    pub name: Option<String>,
    /// What the component calls itself, where the agent has another name: one component may be loaded
    /// several times, each with a name, grants and settings of its own.
    pub plugin: Option<String>,
    /// The world that it must target.
    pub world: World,
    /// What it is allowed.
    pub grants: Grants,
    /// What it may use.
    pub limits: Limits,
    /// Its settings, as a JSON object.
    pub settings: String,
    /// The SHA-256 that its bytes must have, in hexadecimal.
    pub sha256: Option<String>,
}

#[derive(Clone)]
pub(crate) enum Pre {
    Analyzer(InstancePre<HostState>, AnalyzerIndices),
    Reasoner(InstancePre<HostState>, ReasonerIndices),
}

/// A loaded and checked plugin.
#[derive(Clone)]
pub struct Plugin {
    pub(crate) engine: Engine,
    pub(crate) pre: Pre,
    pub(crate) slots: Slots,
    pub(crate) name: Arc<str>,
    pub(crate) config: Arc<PluginConfig>,
    description: Arc<AgentDescription>,
    pub(crate) rehearsal: Option<Rehearsal>,
    sha256: Arc<str>,
    size: u64,
}

impl Plugin {
    /// Loads a component: reads, compiles (or takes from the cache), checks its imports and
    /// exports, asks it to describe itself, and checks that against what is granted.
    ///
    /// # Errors
    /// Each thing that can be wrong is an error of its own, which names the file.
    pub async fn load(engine: &Engine, config: PluginConfig) -> Result<Self, LoadError> {
        let file = config.file.clone();
        let bytes = std::fs::read(&file).map_err(|error| LoadError::Unreadable {
            file: file.clone(),
            reason: error.to_string(),
        })?;
        Self::load_bytes(engine, config, bytes).await
    }

    /// The same with the bytes at hand.
    ///
    /// # Errors
    /// As [`Plugin::load`].
    pub async fn load_bytes(engine: &Engine, config: PluginConfig, bytes: Vec<u8>) -> Result<Self, LoadError> {
        let (mut plugin, description) = Self::prepare(engine, config, bytes).await?;
        description::check(&plugin.config, &description)?;
        if plugin.config.name.is_none() {
            plugin.name = description.name.as_str().into();
        }
        plugin.description = Arc::new(description);
        Ok(plugin)
    }

    /// What a component says of itself, whether or not it would be granted what it asks for. It is asked
    /// in the sandbox.
    ///
    /// # Errors
    /// As [`Plugin::load`], but for what the description is held against.
    pub async fn describe_bytes(
        engine: &Engine,
        config: PluginConfig,
        bytes: Vec<u8>,
    ) -> Result<AgentDescription, LoadError> {
        Ok(Self::prepare(engine, config, bytes).await?.1)
    }

    /// Compiles, checks imports and exports, and asks for the description.
    async fn prepare(
        engine: &Engine,
        config: PluginConfig,
        bytes: Vec<u8>,
    ) -> Result<(Self, AgentDescription), LoadError> {
        let file = config.file.clone();
        check_magic(&file, &bytes)?;
        let sha256 = hex(&Sha256::digest(&bytes));
        if let Some(expected) = &config.sha256
            && !expected.eq_ignore_ascii_case(&sha256)
        {
            return Err(LoadError::WrongDigest {
                file,
                expected: expected.clone(),
                found: sha256,
            });
        }
        let size = bytes.len() as u64;
        let compiling = engine.engine.clone();
        // Compiling a Python runtime takes seconds: not on a thread that serves requests.
        let component = tokio::task::spawn_blocking(move || Component::new(&compiling, &bytes))
            .await
            .map_err(|error| LoadError::Invalid {
                file: file.clone(),
                reason: error.to_string(),
            })?
            .map_err(|error| not_compiled(&file, &error))?;
        check_exports(&file, engine, &component, config.world)?;
        check_imports(&file, engine, &component)?;
        let pre = pre(&file, engine, &component, config.world)?;
        let slots = engine.slots().of(&component);
        let plugin = Self {
            engine: engine.clone(),
            pre,
            slots,
            name: config.name.clone().unwrap_or_else(|| file.display().to_string()).into(),
            config: Arc::new(config),
            description: Arc::new(AgentDescription {
                name: String::new(),
                version: String::new(),
                summary: String::new(),
                consumes: Vec::new(),
                codes: Vec::new(),
                capabilities: Vec::new(),
                extras: String::new(),
            }),
            rehearsal: None,
            sha256: sha256.into(),
            size,
        };
        let description = plugin.describe().await.map_err(|error| not_described(&file, &error))?;
        Ok((plugin, description))
    }

    /// The agent's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The namespace of fault codes that it owns: what the component calls itself, in lower snake case.
    /// Instances under different names share it.
    #[must_use]
    pub fn namespace(&self) -> String {
        description::own_namespace(&self.description.name)
    }

    /// The same plugin for a rehearsal: its clocks stand still and its randomness is fixed, so that two
    /// runs give the same bytes; its host calls are recorded on the tape, or answered from it.
    #[must_use]
    pub fn rehearsing(&self, tape: Option<Arc<Tape>>) -> Self {
        Self {
            rehearsal: Some(Rehearsal { tape }),
            ..self.clone()
        }
    }

    /// What the plugin said of itself when it was loaded.
    #[must_use]
    pub fn description(&self) -> &AgentDescription {
        &self.description
    }

    /// What the configuration says of it.
    #[must_use]
    pub fn config(&self) -> &PluginConfig {
        &self.config
    }

    /// The SHA-256 of the component's bytes, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The component's size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
}

fn not_compiled(file: &Path, error: &wasmtime::Error) -> LoadError {
    let (file, reason) = (file.to_owned(), format!("{error:#}"));
    if reason.contains("async") {
        LoadError::AsyncAbi { file, reason }
    } else {
        LoadError::Invalid { file, reason }
    }
}

/// Where types of exports differ, it shows at the first instantiation.
fn not_described(file: &Path, error: &AgentError) -> LoadError {
    let file = file.to_owned();
    match error.message.strip_prefix(trap::MISMATCH) {
        Some(reason) => LoadError::Mismatched {
            file,
            reason: reason.to_owned(),
        },
        None => LoadError::Describe {
            file,
            reason: error.to_string(),
        },
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
