//! `deepfix.toml` as types. Unknown keys are errors that point at the line; environment
//! variables `DEEPFIX_SECTION__KEY` override single values; relative paths are relative to the
//! file.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod agents;
mod error;
mod llm;
mod load;
mod login;
mod mlflow;
mod oidc;
mod overrides;
mod plugins;
mod raw;
mod server;
mod service;
mod telemetry;
mod tenants;
mod tls;
mod types;
mod uploads;

pub use error::ConfigError;
pub use llm::LlmConfig;
pub use login::{LOGIN_PATH, LoginConfig, LoginToken};
pub use mlflow::{MlflowConfig, MlflowServerConfig};
pub use oidc::OidcConfig;
pub use plugins::{PluginsConfig, RegistryConfig, SecretSource, TrustedIdentityConfig, TrustedKeyConfig};
pub use service::{AccessConfig, HistoryConfig, RequireKeys};
pub use telemetry::TelemetryConfig;
pub use tenants::TenantConfig;
pub use tls::TlsConfig;
pub use types::{
    AgentConfig, ArtifactsConfig, Config, EngineSection, KnowledgeConfig, LogConfig, LogFormat, ServerConfig,
};
pub use uploads::UploadsConfig;
