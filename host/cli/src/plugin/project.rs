//! `plugin.toml`: what the commands need to know of a plugin's project.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use deepfix_config::Config;
use deepfix_core::{ArtifactKind, Capability};
use deepfix_runtime::{Grants, PluginConfig, Secrets, World};
use serde::Deserialize;

use super::args::Language;

pub(crate) const FILE: &str = "plugin.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: String,
    language: String,
    component: PathBuf,
    #[serde(default)]
    artifacts: Vec<String>,
    #[serde(default)]
    capabilities: Vec<String>,
    #[serde(default)]
    namespaces: Vec<String>,
    /// Names; a case is granted the name in the place of a value.
    #[serde(default)]
    secrets: Vec<String>,
    #[serde(default)]
    settings: serde_json::Map<String, serde_json::Value>,
}

/// What a case changes of that.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawCase {
    artifacts: Option<Vec<String>>,
    capabilities: Option<Vec<String>>,
    secrets: Option<Vec<String>>,
    settings: Option<serde_json::Map<String, serde_json::Value>>,
}

/// A plugin's project.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) folder: PathBuf,
    pub(crate) language: Language,
    /// What `deepfix plugin build` makes.
    pub(crate) component: PathBuf,
    raw: Raw,
}

fn read<T: for<'a> Deserialize<'a>>(file: &Path) -> anyhow::Result<T> {
    let text = std::fs::read_to_string(file).with_context(|| {
        format!(
            "{} cannot be read: `deepfix plugin new` makes a project with one",
            file.display()
        )
    })?;
    toml::from_str(&text).with_context(|| file.display().to_string())
}

impl Project {
    pub(crate) fn read(folder: &Path) -> anyhow::Result<Self> {
        let file = folder.join(FILE);
        let raw: Raw = read(&file)?;
        let language = match raw.language.as_str() {
            "rust" => Language::Rust,
            "python" => Language::Python,
            "javascript" => Language::Javascript,
            "typescript" => Language::Typescript,
            "c" => Language::C,
            other => anyhow::bail!(
                "{}: `language`: found `{other}`, expected `rust`, `python`, `javascript`, `typescript` or `c`",
                file.display()
            ),
        };
        Ok(Self {
            folder: folder.to_owned(),
            language,
            component: folder.join(&raw.component),
            raw,
        })
    }

    /// The plugin as a case runs it. A case's `case.toml` changes what the project says.
    pub(crate) fn entry(&self, config: &Config, case: &Path) -> anyhow::Result<PluginConfig> {
        let file = case.join("case.toml");
        let changes: RawCase = if file.is_file() {
            read(&file)?
        } else {
            RawCase::default()
        };
        let settings = changes.settings.as_ref().unwrap_or(&self.raw.settings);
        let artifacts = changes.artifacts.as_ref().unwrap_or(&self.raw.artifacts);
        let capabilities = changes.capabilities.as_ref().unwrap_or(&self.raw.capabilities);
        let secrets = changes.secrets.as_ref().unwrap_or(&self.raw.secrets);
        Ok(PluginConfig {
            file: self.component.clone(),
            name: Some(self.raw.name.clone()),
            plugin: None,
            world: World::Analyzer,
            grants: Grants {
                artifacts: artifacts.iter().map(|it| kind(it)).collect::<Result<_, _>>()?,
                capabilities: capabilities.iter().map(|it| capability(it)).collect::<Result<_, _>>()?,
                namespaces: self.raw.namespaces.clone(),
                secrets: Secrets::placeholders(secrets.iter().map(String::as_str)),
            },
            limits: config.limits,
            settings: if settings.is_empty() {
                String::new()
            } else {
                serde_json::to_string(settings)?
            },
            sha256: None,
        })
    }
}

fn kind(name: &str) -> anyhow::Result<ArtifactKind> {
    let found = ArtifactKind::ALL.into_iter().find(|it| it.config_name() == name);
    found.with_context(|| {
        let known = ArtifactKind::ALL.map(ArtifactKind::config_name).join("`, `");
        format!("`artifacts`: found `{name}`, expected some of `{known}`")
    })
}

fn capability(name: &str) -> anyhow::Result<Capability> {
    let all = [Capability::Knowledge, Capability::Llm];
    let found = all.into_iter().find(|it| it.config_name() == name);
    found.with_context(|| format!("`capabilities`: found `{name}`, expected `knowledge` or `llm`"))
}
