use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use deepfix_core::{ArtifactKind, Capability, Limits};

use crate::{
    AccessConfig, HistoryConfig, LlmConfig, MlflowConfig, OidcConfig, PluginsConfig, SecretSource, TelemetryConfig,
    TenantConfig, TlsConfig, UploadsConfig,
};

/// The whole configuration, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file that it came from.
    pub file: PathBuf,
    /// The HTTP server.
    pub server: ServerConfig,
    /// What the server remembers.
    pub history: HistoryConfig,
    /// Whom the server answers.
    pub access: AccessConfig,
    /// Files that people hand over in a browser.
    pub uploads: UploadsConfig,
    /// The server's own certificate.
    pub tls: Option<TlsConfig>,
    /// The identity provider.
    pub oidc: OidcConfig,
    /// What single tenants may use.
    pub tenants: Vec<TenantConfig>,
    /// Where traces go.
    pub telemetry: TelemetryConfig,
    /// Logs.
    pub log: LogConfig,
    /// The WebAssembly engine.
    pub engine: EngineSection,
    /// The knowledge base.
    pub knowledge: KnowledgeConfig,
    /// The language model.
    pub llm: LlmConfig,
    /// Where experiments of MLflow come from.
    pub mlflow: MlflowConfig,
    /// Files that a request may name.
    pub artifacts: ArtifactsConfig,
    /// The limits of every agent that does not set its own.
    pub limits: Limits,
    /// Analyzers that are dropped into a folder.
    pub plugins: PluginsConfig,
    /// The analyzers, in the order in which their results are shown.
    pub agents: Vec<AgentConfig>,
    /// The reasoner.
    pub reasoner: AgentConfig,
}

/// The HTTP server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerConfig {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Where metrics and administration are; with the rest, on loopback only, where there is none.
    pub admin_listen: Option<SocketAddr>,
    /// The largest body, in bytes.
    pub max_body: u64,
    /// Requests analysed at once.
    pub max_in_flight: usize,
    /// Requests that may wait for a place; more are refused with Retry-After.
    pub max_waiting: usize,
    /// Wall time of one request, waiting included.
    pub request_timeout: Duration,
    /// How long running requests may go on after SIGTERM.
    pub drain_timeout: Duration,
    /// How long a client may take to send the headers of a request.
    pub header_timeout: Duration,
    /// Request line and headers together, in bytes.
    pub max_head: usize,
    /// How long the whole body of a request may take to arrive.
    pub body_timeout: Duration,
    /// How long a client may send nothing of its body.
    pub body_idle_timeout: Duration,
    /// How long a client may take none of its answer.
    pub write_timeout: Duration,
    /// Connections at once; the kernel's backlog holds more until one ends.
    pub max_connections: usize,
    /// Jobs that are kept, finished ones included.
    pub max_jobs: usize,
    /// How long a finished job can be fetched.
    pub job_retention: Duration,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8844)),
            admin_listen: None,
            max_body: 64 << 20,
            max_in_flight: 8,
            max_waiting: 64,
            request_timeout: Duration::from_secs(120),
            drain_timeout: Duration::from_secs(20),
            header_timeout: Duration::from_secs(10),
            // SDKs send about 300 bytes; browsers with cookies and proxies that add headers
            // stay below 16 KiB.
            max_head: 64 << 10,
            // 64 MiB at 9 Mbit/s. A large body is read while an analysis slot is held, so this
            // is how long a slow client can keep one.
            body_timeout: Duration::from_secs(60),
            body_idle_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(30),
            // Below the 1,024 open files that a process may commonly have, with room for
            // components and artifacts.
            max_connections: 512,
            // A result has about 100 kB, a large one 1 MB: some 256 MB in the worst case.
            max_jobs: 256,
            // SDKs poll every 5 s, but laptops sleep and people lunch.
            job_retention: Duration::from_secs(60 * 60),
        }
    }
}

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Logs.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// A filter such as `info` or `info,deepfix::plugin=debug`.
    pub level: String,
    /// How logs are written.
    pub format: LogFormat,
}

/// The WebAssembly engine.
#[derive(Debug, Clone)]
pub struct EngineSection {
    /// Where compiled components are kept; none compiles at every start.
    pub cache_dir: Option<PathBuf>,
    /// Analyses that may run at once.
    pub max_instances: u32,
    /// The most memory that an agent's limits may give it: the size of a slot.
    pub max_memory: u64,
    /// Stack of a guest, in bytes.
    pub stack: usize,
}

/// The knowledge base.
#[derive(Debug, Clone)]
pub struct KnowledgeConfig {
    /// Folders of Markdown files.
    pub paths: Vec<PathBuf>,
}

/// Files that a request may name.
#[derive(Debug, Clone)]
pub struct ArtifactsConfig {
    /// Only files below these folders.
    pub roots: Vec<PathBuf>,
}

/// One agent.
#[derive(Debug, Clone)]
pub struct AgentConfig {
    /// Its name in responses.
    pub name: String,
    /// What its component calls itself, where that is another name.
    pub plugin: Option<String>,
    /// Its component: a file, or the text of an `oci://` or `https://` source.
    pub component: PathBuf,
    /// The digest that the file must have.
    pub sha256: Option<String>,
    /// What it may read.
    pub artifacts: Vec<ArtifactKind>,
    /// What it may use.
    pub capabilities: Vec<Capability>,
    /// Namespaces of codes that it may report beside its own.
    pub namespaces: Vec<String>,
    /// Secrets that it may read, and where they are.
    pub secrets: BTreeMap<String, SecretSource>,
    /// What it may use up.
    pub limits: Limits,
    /// Passed to it as JSON; empty when there are none.
    pub settings: String,
}
