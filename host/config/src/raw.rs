//! The file as it is written. Every key is here; what each means is in `deepfix.toml` itself.

use std::{collections::BTreeMap, path::PathBuf};

use deepfix_core::LimitsOverride;
use serde::Deserialize;

use crate::llm::RawLlm;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawConfig {
    pub(crate) server: RawServer,
    pub(crate) log: RawLog,
    pub(crate) engine: RawEngine,
    pub(crate) knowledge: RawKnowledge,
    pub(crate) llm: RawLlm,
    pub(crate) artifacts: RawArtifacts,
    pub(crate) limits: LimitsOverride,
    pub(crate) plugins: RawPlugins,
    pub(crate) agent: Vec<RawAgent>,
    pub(crate) reasoner: Option<RawAgent>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawServer {
    pub(crate) listen: Option<String>,
    pub(crate) max_body: Option<String>,
    pub(crate) max_in_flight: Option<usize>,
    pub(crate) max_waiting: Option<usize>,
    pub(crate) request_timeout: Option<String>,
    pub(crate) drain_timeout: Option<String>,
    pub(crate) header_timeout: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawLog {
    pub(crate) level: Option<String>,
    pub(crate) format: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawEngine {
    pub(crate) cache_dir: Option<String>,
    pub(crate) max_instances: Option<u32>,
    pub(crate) max_memory: Option<String>,
    pub(crate) stack: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawKnowledge {
    pub(crate) paths: Option<Vec<PathBuf>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawArtifacts {
    pub(crate) roots: Vec<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawPlugins {
    pub(crate) folder: Option<PathBuf>,
    pub(crate) artifacts: Option<Vec<String>>,
    pub(crate) capabilities: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAgent {
    pub(crate) name: String,
    pub(crate) component: PathBuf,
    #[serde(default)]
    pub(crate) sha256: Option<String>,
    #[serde(default)]
    pub(crate) artifacts: Vec<String>,
    #[serde(default)]
    pub(crate) capabilities: Vec<String>,
    #[serde(default)]
    pub(crate) namespaces: Vec<String>,
    #[serde(default)]
    pub(crate) limits: LimitsOverride,
    #[serde(default)]
    pub(crate) settings: BTreeMap<String, serde_json::Value>,
}
