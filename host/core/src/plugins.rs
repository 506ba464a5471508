use std::path::PathBuf;

use serde::Serialize;
use utoipa::ToSchema;

/// A component that was not loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefusedPlugin {
    /// Its file or source.
    #[schema(value_type = String)]
    pub component: PathBuf,
    /// Why, and what would change it.
    pub reason: String,
    /// The digest of the version that goes on running in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<String>,
}

/// What the last look at plugins and configuration came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct PluginsInfo {
    /// Counts the swaps; 1 is what the process started with.
    pub generation: u64,
    /// Agents whose version, grants or settings are new in this generation.
    pub changed: Vec<String>,
    /// Agents that are gone since the generation before.
    pub removed: Vec<String>,
    /// What was refused.
    pub refused: Vec<RefusedPlugin>,
    /// Sections of the configuration that differ and that only a restart brings in.
    pub needs_restart: Vec<String>,
    /// Why the configuration could not be read: all agents stayed as they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}
