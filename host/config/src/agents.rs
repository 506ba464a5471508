//! The tables `[[agent]]` and `[reasoner]`.

use deepfix_core::{ArtifactKind, Capability, Limits};

use crate::{AgentConfig, ConfigError, load::Checker, plugins, raw::RawAgent};

impl Checker<'_> {
    pub(crate) fn agent(
        &self,
        key: &str,
        raw: RawAgent,
        limits: Limits,
        max_memory: u64,
    ) -> Result<AgentConfig, ConfigError> {
        let limits = raw.limits.over(limits);
        if limits.memory > max_memory {
            return Err(self.wrong(
                format!("{key}.limits.memory"),
                format!("{} bytes", limits.memory),
                format!("at most `[engine] max_memory`, {max_memory} bytes"),
            ));
        }
        if let Some(digest) = &raw.sha256
            && (digest.len() != 64 || !digest.chars().all(|c| c.is_ascii_hexdigit()))
        {
            return Err(self.wrong(format!("{key}.sha256"), format!("`{digest}`"), "64 hexadecimal digits"));
        }
        let settings = if raw.settings.is_empty() {
            String::new()
        } else {
            serde_json::to_string(&raw.settings)
                .map_err(|error| self.wrong(format!("{key}.settings"), error.to_string(), "values that JSON has"))?
        };
        Ok(AgentConfig {
            artifacts: self.artifact_kinds(&format!("{key}.artifacts"), &raw.artifacts)?,
            capabilities: self.capabilities(&format!("{key}.capabilities"), &raw.capabilities)?,
            component: match raw.component.to_str() {
                Some(text) if is_remote(text) => raw.component,
                _ => self.path(&raw.component),
            },
            plugin: raw.plugin,
            secrets: plugins::secrets(self, raw.secrets),
            name: raw.name,
            sha256: raw.sha256,
            namespaces: raw.namespaces,
            limits,
            settings,
        })
    }

    pub(crate) fn artifact_kinds(&self, key: &str, names: &[String]) -> Result<Vec<ArtifactKind>, ConfigError> {
        let known = || ArtifactKind::ALL.map(ArtifactKind::config_name).join("`, `");
        names
            .iter()
            .map(|name| {
                ArtifactKind::ALL
                    .into_iter()
                    .find(|kind| kind.config_name() == name)
                    .ok_or_else(|| self.wrong(key, format!("`{name}`"), format!("some of `{}`", known())))
            })
            .collect()
    }

    pub(crate) fn capabilities(&self, key: &str, names: &[String]) -> Result<Vec<Capability>, ConfigError> {
        names
            .iter()
            .map(|name| match name.as_str() {
                "knowledge" => Ok(Capability::Knowledge),
                "llm" => Ok(Capability::Llm),
                other => Err(self.wrong(key, format!("`{other}`"), "`knowledge` or `llm`")),
            })
            .collect()
    }
}

/// Whether a component is not a file of this machine.
fn is_remote(component: &str) -> bool {
    ["oci://", "https://", "http://"]
        .iter()
        .any(|it| component.starts_with(it))
}
