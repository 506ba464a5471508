//! What the configuration and the plugin folder ask for.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use deepfix_config::{AgentConfig, Config, SecretSource};
use deepfix_runtime::{Grants, Plugin, PluginConfig, Secrets, World};
use deepfix_sources::{Credential, Identities, Policy, SourceError, Sources, TrustedIdentity, TrustedKey};

/// Namespaces of codes that the built-in agents report. A dropped-in plugin owns the namespace of
/// its name, so it may not be called like one of these.
pub(crate) const RESERVED: [&str; 5] = ["dataset", "checks", "checkpoint", "training", "cross"];

/// The agents that come with the host. They mark what a language model said.
const BUILT_IN: [&str; 5] = [
    "DatasetArtifactsAnalyzer",
    "DeepchecksArtifactsAnalyzer",
    "ModelCheckpointArtifactsAnalyzer",
    "TrainingArtifactsAnalyzer",
    "CrossArtifactReasoningAgent",
];

/// Whether an agent is one of those, by the configuration's word: what a dropped-in plugin calls itself
/// does not count. An instance under a name of its own is what it is one of.
pub(crate) fn marks(plugin: &Plugin) -> bool {
    is_built_in(plugin.config())
}

fn is_built_in(config: &PluginConfig) -> bool {
    let name = config.plugin.as_deref().or(config.name.as_deref());
    name.is_some_and(|it| BUILT_IN.contains(&it))
}

/// One component that should run.
pub(crate) struct Wanted {
    /// The agent's name; none for a dropped-in plugin.
    pub(crate) name: Option<String>,
    pub(crate) is_reasoner: bool,
    pub(crate) source: String,
    /// What the runtime is told, or why it cannot be.
    pub(crate) config: Result<PluginConfig, String>,
}

impl Wanted {
    /// What messages call it.
    pub(crate) fn key(&self) -> String {
        self.source.clone()
    }
}

/// The agents in the order of the configuration, the reasoner, then the plugin folder.
pub(crate) fn all(config: &Config) -> Vec<Wanted> {
    let agents = config.agents.iter().map(|it| configured(it, World::Analyzer));
    let reasoner = std::iter::once(configured(&config.reasoner, World::Reasoner));
    agents.chain(reasoner).chain(dropped_in(config)).collect()
}

fn configured(agent: &AgentConfig, world: World) -> Wanted {
    Wanted {
        name: Some(agent.name.clone()),
        is_reasoner: world == World::Reasoner,
        source: agent.component.display().to_string(),
        config: plugin_config(agent, world),
    }
}

/// An agent as the runtime is told of it, its secrets read.
///
/// # Errors
/// A secret is not there.
pub fn plugin_config(agent: &AgentConfig, world: World) -> Result<PluginConfig, String> {
    Ok(PluginConfig {
        file: agent.component.clone(),
        name: Some(agent.name.clone()),
        plugin: agent.plugin.clone(),
        world,
        grants: Grants {
            artifacts: agent.artifacts.clone(),
            capabilities: agent.capabilities.clone(),
            namespaces: agent.namespaces.clone(),
            secrets: secrets(&agent.secrets).map_err(|error| format!("agent `{}`: {error}", agent.name))?,
        },
        limits: agent.limits,
        settings: agent.settings.clone(),
        sha256: agent.sha256.clone(),
    })
}

fn secrets(sources: &BTreeMap<String, SecretSource>) -> Result<Secrets, String> {
    let values = sources.iter().map(|(name, source)| {
        let value = source.read().map_err(|error| format!("secret `{name}`: {error}"))?;
        Ok((name.clone(), value))
    });
    Secrets::new(values.collect::<Result<_, String>>()?)
}

/// What a dropped-in plugin is told and given.
#[must_use]
pub fn dropped_in_config(config: &Config, file: PathBuf) -> PluginConfig {
    PluginConfig {
        file,
        name: None,
        plugin: None,
        world: World::Analyzer,
        grants: Grants {
            artifacts: config.plugins.artifacts.clone(),
            capabilities: config.plugins.capabilities.clone(),
            ..Grants::none()
        },
        limits: config.limits,
        settings: String::new(),
        sha256: None,
    }
}

/// The components of the plugin folder, in order of their names. A folder that does not exist
/// holds none.
fn dropped_in(config: &Config) -> Vec<Wanted> {
    let files = config.plugins.folder.as_deref().map(wasm_files).unwrap_or_default();
    files
        .into_iter()
        .map(|file| Wanted {
            name: None,
            is_reasoner: false,
            source: file.display().to_string(),
            config: Ok(dropped_in_config(config, file)),
        })
        .collect()
}

pub(crate) fn wasm_files(folder: &Path) -> Vec<PathBuf> {
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

/// Whose signatures are believed.
///
/// # Errors
/// A key is none, or an identity or its trust root; or this build has no Sigstore, and an identity is trusted.
pub fn policy(config: &Config) -> Result<Policy, SourceError> {
    let keys = config.plugins.trusted_keys.iter().map(|it| {
        let expires = it.expires.as_deref().map(str::parse).transpose();
        let expires = expires.map_err(|reason| SourceError::NoKey {
            place: format!("trusted key `{}`", it.name),
            reason,
        })?;
        TrustedKey::new(&it.name, &it.key, expires)
    });
    Ok(Policy {
        require: config.plugins.require_signature,
        keys: keys.collect::<Result<_, _>>()?,
        identities: identities(config)?,
    })
}

fn identities(config: &Config) -> Result<Option<Identities>, SourceError> {
    let plugins = &config.plugins;
    let all = plugins.trusted_identities.iter();
    let all: Vec<_> = all
        .map(|it| {
            let identity = TrustedIdentity::new(&it.issuer, &it.subject);
            identity.map(|new| new.of_repository(it.repository.as_deref()))
        })
        .collect::<Result<_, _>>()?;
    let Some(file) = plugins.sigstore_root.as_ref().filter(|_| !all.is_empty()) else {
        return Identities::new(all, None);
    };
    let text = std::fs::read_to_string(file).map_err(|error| SourceError::Unreadable {
        file: file.clone(),
        reason: error.to_string(),
    })?;
    Identities::new(all, Some((&text, &file.display().to_string())))
}

/// What fetches components.
///
/// # Errors
/// A key is none, or the credentials of a registry are not set.
pub fn sources(config: &Config) -> Result<Sources, SourceError> {
    let variable = |host: &str, name: &str| {
        let unset = |_| SourceError::Setup(format!("registry {host}: the environment variable {name} is not set"));
        std::env::var(name).map_err(unset)
    };
    let credentials = config.plugins.registries.iter().map(|it| {
        Ok(Credential {
            registry: it.host.clone(),
            username: variable(&it.host, &it.username_env)?,
            password: variable(&it.host, &it.password_env)?,
        })
    });
    Sources::new(deepfix_sources::Config {
        store: config.plugins.store.clone(),
        max_component: config.plugins.max_component,
        max_bundle: config.plugins.max_bundle,
        timeout: config.plugins.fetch_timeout,
        policy: policy(config)?,
        credentials: credentials.collect::<Result<_, SourceError>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_what_it_is_one_of() {
        let called = |name: Option<&str>, plugin: Option<&str>| {
            is_built_in(&PluginConfig {
                file: PathBuf::new(),
                name: name.map(str::to_owned),
                plugin: plugin.map(str::to_owned),
                world: World::Analyzer,
                grants: Grants::none(),
                limits: deepfix_core::Limits::default(),
                settings: String::new(),
                sha256: None,
            })
        };
        assert!(called(Some("TrainingArtifactsAnalyzer"), None));
        assert!(called(Some("Training of the night"), Some("TrainingArtifactsAnalyzer")));
        assert!(!called(Some("TrainingArtifactsAnalyzer"), Some("acme")));
        assert!(!called(Some("acme"), None) && !called(None, None));
    }
}
