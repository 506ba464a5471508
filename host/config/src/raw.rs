//! The file as it is written. Every key is here; what each means is in `deepfix.toml` itself.

use std::{collections::BTreeMap, path::PathBuf};

use deepfix_core::{LimitsOverride, deserialize_bytes as size};
use serde::Deserialize;

use crate::{
    llm::RawLlm,
    mlflow::RawMlflow,
    oidc::RawOidc,
    plugins::{RawPlugins, SecretSource},
    service::{RawAccess, RawHistory},
    telemetry::RawTelemetry,
    tenants::RawTenant,
    tls::RawTls,
    uploads::RawUploads,
};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawConfig {
    pub(crate) server: RawServer,
    pub(crate) history: RawHistory,
    pub(crate) access: RawAccess,
    pub(crate) uploads: RawUploads,
    pub(crate) tls: RawTls,
    pub(crate) oidc: RawOidc,
    pub(crate) telemetry: RawTelemetry,
    pub(crate) tenant: Vec<RawTenant>,
    pub(crate) log: RawLog,
    pub(crate) engine: RawEngine,
    pub(crate) knowledge: RawKnowledge,
    pub(crate) llm: RawLlm,
    pub(crate) mlflow: RawMlflow,
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
    pub(crate) admin_listen: Option<String>,
    #[serde(deserialize_with = "size")]
    pub(crate) max_body: Option<u64>,
    pub(crate) max_in_flight: Option<usize>,
    pub(crate) max_waiting: Option<usize>,
    pub(crate) request_timeout: Option<String>,
    pub(crate) drain_timeout: Option<String>,
    pub(crate) header_timeout: Option<String>,
    #[serde(deserialize_with = "size")]
    pub(crate) max_head: Option<u64>,
    pub(crate) body_timeout: Option<String>,
    pub(crate) body_idle_timeout: Option<String>,
    pub(crate) write_timeout: Option<String>,
    pub(crate) max_connections: Option<usize>,
    pub(crate) max_jobs: Option<usize>,
    pub(crate) job_retention: Option<String>,
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
    #[serde(deserialize_with = "size")]
    pub(crate) max_memory: Option<u64>,
    #[serde(deserialize_with = "size")]
    pub(crate) stack: Option<u64>,
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAgent {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) plugin: Option<String>,
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
    pub(crate) secrets: BTreeMap<String, SecretSource>,
    #[serde(default)]
    pub(crate) limits: LimitsOverride,
    #[serde(default)]
    pub(crate) settings: BTreeMap<String, serde_json::Value>,
}
