//! From the file to checked types. This is the single place where that happens.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use deepfix_core::{Capability, Limits, parse_duration};

use crate::{
    AgentConfig, ArtifactsConfig, Config, ConfigError, EngineSection, KnowledgeConfig, LogConfig, LogFormat, mlflow,
    oidc, overrides, plugins, raw::RawConfig, service, telemetry, tenants, tls, uploads,
};

impl Config {
    /// Reads and checks a file, with the overrides of the process's environment.
    ///
    /// # Errors
    /// Names the file and the line, or the variable; says what was found and expected.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(file).map_err(|error| ConfigError::Unreadable {
            file: file.to_owned(),
            reason: error.to_string(),
        })?;
        // A variable that is not UTF-8 is none of ours.
        let environment =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::parse(file, &text, environment)
    }

    /// Checks the text of a file.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(
        file: &Path,
        text: &str,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let syntax = |error: toml::de::Error| ConfigError::Syntax {
            file: file.to_owned(),
            message: shown(&error),
        };
        // Even with overrides the file is first read by itself: its errors then show the line.
        let mut raw: RawConfig = toml::from_str(text).map_err(syntax)?;
        let overrides = overrides::of(environment);
        if !overrides.is_empty() {
            let mut table: toml::Table = toml::from_str(text).map_err(syntax)?;
            for (variable, value) in &overrides {
                overrides::apply(&mut table, variable, value)?;
                raw = table
                    .clone()
                    .try_into()
                    .map_err(|error: toml::de::Error| ConfigError::Environment {
                        variable: variable.clone(),
                        message: error.message().to_owned(),
                    })?;
            }
        }
        Checker { file }.check(raw)
    }
}

/// The parser's message, with the line that it is about. Of a key that is not known the value is left out: who
/// wrote a password beside the key for the name of a variable has it in no log.
fn shown(error: &toml::de::Error) -> String {
    let text = error.to_string();
    if !error.message().starts_with("unknown field") {
        return text;
    }
    let lines = text.lines().map(|line| match line.split_once(" | ") {
        Some((number, rest)) if number.trim().parse::<u32>().is_ok() => match rest.split_once('=') {
            Some((key, _)) => format!("{number} | {key}= ..."),
            None => line.to_owned(),
        },
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub(crate) struct Checker<'a> {
    file: &'a Path,
}

impl Checker<'_> {
    pub(crate) fn wrong(
        &self,
        key: impl Into<String>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> ConfigError {
        ConfigError::Value {
            file: self.file.to_owned(),
            key: key.into(),
            found: found.into(),
            expected: expected.into(),
        }
    }

    /// Relative paths are relative to the file.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        let joined = folder.join(path);
        // The engine's cache wants an absolute path, whatever way the file was named.
        std::path::absolute(&joined).unwrap_or(joined)
    }

    pub(crate) fn time(&self, key: &str, text: Option<&String>, default: Duration) -> Result<Duration, ConfigError> {
        text.map_or(Ok(default), |text| {
            parse_duration(text).map_err(|_| self.wrong(key, format!("`{text}`"), "a time such as `10s`"))
        })
    }

    fn check(&self, raw: RawConfig) -> Result<Config, ConfigError> {
        let limits = raw.limits.over(Limits::default());
        let max_memory = raw.engine.max_memory.unwrap_or(256 << 20);
        let mut agents = Vec::new();
        for agent in raw.agent {
            let key = format!("agent {}", agent.name);
            if agents.iter().any(|it: &AgentConfig| it.name == agent.name) {
                return Err(self.wrong(key, "the name twice", "a name of its own for each agent"));
            }
            agents.push(self.agent(&key, agent, limits, max_memory)?);
        }
        let Some(reasoner) = raw.reasoner else {
            return Err(self.wrong(
                "reasoner",
                "nothing",
                "the table [reasoner] with `name` and `component`",
            ));
        };
        if agents.iter().any(|it| it.name == reasoner.name) {
            return Err(self.wrong(
                "reasoner.name",
                format!("`{}`", reasoner.name),
                "a name that no agent has",
            ));
        }
        let llm = self.llm(raw.llm)?;
        let reasoner_name = reasoner.name.clone();
        let reasoner = self.agent("reasoner", reasoner, limits, max_memory)?;
        let plugins = plugins::check(self, raw.plugins)?;
        let named = agents.iter().map(|it| (format!("agent {} limits", it.name), it));
        let named = named.chain([("reasoner limits".to_owned(), &reasoner)]);
        for (key, agent) in named.filter(|(_, it)| it.capabilities.contains(&Capability::Llm)) {
            let own = agent.limits.llm_calls != limits.llm_calls;
            let key = if own { key.as_str() } else { "limits" };
            self.samples_within(&format!("{key}.llm_calls"), llm.samples, agent.limits.llm_calls)?;
        }
        if plugins.folder.is_some() && plugins.capabilities.contains(&Capability::Llm) {
            self.samples_within("limits.llm_calls", llm.samples, limits.llm_calls)?;
        }
        Ok(Config {
            file: self.file.to_owned(),
            server: self.server(&raw.server)?,
            history: service::history(self, raw.history)?,
            access: service::access(self, &raw.access)?,
            uploads: uploads::check(self, &raw.uploads)?,
            tls: tls::tls(self, &raw.tls)?,
            oidc: oidc::oidc(self, raw.oidc)?,
            tenants: tenants::tenants(self, raw.tenant, &reasoner_name)?,
            telemetry: telemetry::telemetry(self, raw.telemetry)?,
            log: self.log(raw.log.level, raw.log.format.as_deref())?,
            engine: EngineSection {
                cache_dir: raw
                    .engine
                    .cache_dir
                    .filter(|it| !it.is_empty())
                    .map(|it| self.path(Path::new(&it))),
                max_instances: self.at_least_one("engine.max_instances", raw.engine.max_instances.unwrap_or(64))?,
                max_memory,
                stack: usize::try_from(raw.engine.stack.unwrap_or(512 << 10)).unwrap_or(usize::MAX),
            },
            knowledge: KnowledgeConfig {
                paths: raw
                    .knowledge
                    .paths
                    .unwrap_or_default()
                    .iter()
                    .map(|it| self.path(it))
                    .collect(),
            },
            mlflow: mlflow::check(self, raw.mlflow)?,
            artifacts: ArtifactsConfig {
                roots: raw.artifacts.roots.iter().map(|it| self.path(it)).collect(),
            },
            llm,
            plugins,
            reasoner,
            limits,
            agents,
        })
    }

    fn log(&self, level: Option<String>, format: Option<&str>) -> Result<LogConfig, ConfigError> {
        let format = match format.unwrap_or("text") {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            other => return Err(self.wrong("log.format", format!("`{other}`"), "`text` or `json`")),
        };
        Ok(LogConfig {
            level: level.unwrap_or_else(|| "info".to_owned()),
            format,
        })
    }

    pub(crate) fn at_least_one<T: PartialOrd + From<u8> + std::fmt::Display>(
        &self,
        key: &str,
        value: T,
    ) -> Result<T, ConfigError> {
        if value < T::from(1) {
            Err(self.wrong(key, value.to_string(), "at least 1"))
        } else {
            Ok(value)
        }
    }
}

#[cfg(test)]
mod tests;
