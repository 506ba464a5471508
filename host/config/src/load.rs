//! From the file to checked types. This is the single place where that happens.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use deepfix_core::{ArtifactKind, Capability, Limits, parse_duration};

use crate::{
    AgentConfig, ArtifactsConfig, Config, ConfigError, EngineSection, KnowledgeConfig, LogConfig, LogFormat,
    ServerConfig, mlflow, oidc, overrides, plugins,
    raw::{RawAgent, RawConfig, RawServer},
    service, telemetry, tenants, tls, uploads,
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

/// What the HTTP library can be given as the size of its buffer for a request's head: it panics
/// below the lower one, and no client needs more than the upper one.
const HEAD_SIZES: std::ops::RangeInclusive<usize> = (8 << 10)..=(16 << 20);

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

    fn server(&self, raw: &RawServer) -> Result<ServerConfig, ConfigError> {
        let default = ServerConfig::default();
        let at_least_one = |key: &str, value: Option<usize>, default| self.at_least_one(key, value.unwrap_or(default));
        let max_head = raw
            .max_head
            .map_or(default.max_head, |it| usize::try_from(it).unwrap_or(usize::MAX));
        if !HEAD_SIZES.contains(&max_head) {
            return Err(self.wrong(
                "server.max_head",
                format!("{max_head} bytes"),
                "between `8 KiB` and `16 MiB`",
            ));
        }
        let address = |key: &str, text: Option<&str>| {
            let parsed = text.filter(|it| !it.is_empty()).map(|text| {
                let expected = "an address and port such as `127.0.0.1:8844`";
                text.parse::<SocketAddr>()
                    .map_err(|_| self.wrong(key, format!("`{text}`"), expected))
            });
            parsed.transpose()
        };
        Ok(ServerConfig {
            listen: address("server.listen", raw.listen.as_deref())?.unwrap_or(default.listen),
            admin_listen: address("server.admin_listen", raw.admin_listen.as_deref())?,
            max_body: raw.max_body.unwrap_or(default.max_body),
            max_in_flight: at_least_one("server.max_in_flight", raw.max_in_flight, default.max_in_flight)?,
            max_waiting: raw.max_waiting.unwrap_or(default.max_waiting),
            request_timeout: self.time(
                "server.request_timeout",
                raw.request_timeout.as_ref(),
                default.request_timeout,
            )?,
            drain_timeout: self.time(
                "server.drain_timeout",
                raw.drain_timeout.as_ref(),
                default.drain_timeout,
            )?,
            header_timeout: self.time(
                "server.header_timeout",
                raw.header_timeout.as_ref(),
                default.header_timeout,
            )?,
            max_head,
            body_timeout: self.time("server.body_timeout", raw.body_timeout.as_ref(), default.body_timeout)?,
            body_idle_timeout: self.time(
                "server.body_idle_timeout",
                raw.body_idle_timeout.as_ref(),
                default.body_idle_timeout,
            )?,
            write_timeout: self.time(
                "server.write_timeout",
                raw.write_timeout.as_ref(),
                default.write_timeout,
            )?,
            max_connections: at_least_one("server.max_connections", raw.max_connections, default.max_connections)?,
            max_jobs: at_least_one("server.max_jobs", raw.max_jobs, default.max_jobs)?,
            job_retention: self.time(
                "server.job_retention",
                raw.job_retention.as_ref(),
                default.job_retention,
            )?,
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

    fn agent(&self, key: &str, raw: RawAgent, limits: Limits, max_memory: u64) -> Result<AgentConfig, ConfigError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    const REASONER: &str = "[reasoner]\nname = \"R\"\ncomponent = \"r.wasm\"\n";

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(
            Path::new("/etc/deepfix.toml"),
            &format!("{text}\n{REASONER}"),
            std::iter::empty(),
        )
    }

    #[test]
    fn an_unknown_key_is_an_error_that_shows_its_line() {
        let error = parse("[server]\nlisten = \"127.0.0.1:1\"\nmax_boddy = \"1 MiB\"")
            .unwrap_err()
            .to_string();
        assert!(error.contains("line 3"), "{error}");
        assert!(error.contains("max_boddy") && error.contains("max_body"), "{error}");
        assert!(
            error.contains("| max_boddy = ...") && !error.contains("1 MiB"),
            "{error}"
        );
    }

    #[test]
    fn a_wrong_value_names_the_key_what_was_found_and_what_was_expected() {
        let error = parse("[server]\nlisten = \"here\"").unwrap_err().to_string();
        assert!(
            error.contains("`server.listen`: found `here`, expected an address"),
            "{error}"
        );
        let error = parse("[[agent]]\nname = \"A\"\ncomponent = \"a\"\nartifacts = [\"data\"]")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("`agent A.artifacts`: found `data`, expected some of `dataset`"),
            "{error}"
        );
        let error = parse("[server]\nmax_head = \"1 KiB\"").unwrap_err().to_string();
        assert!(
            error.contains("`server.max_head`: found 1024 bytes, expected between"),
            "{error}"
        );
        let error = parse("[server]\nmax_jobs = 0").unwrap_err().to_string();
        assert!(error.contains("`server.max_jobs`: found 0"), "{error}");
        let error = parse("[limits]\nmemory = \"much\"").unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("found `much`"), "{error}");
        let error = parse("[engine]\nmax_instances = 0").unwrap_err().to_string();
        assert!(
            error.contains("`engine.max_instances`: found 0, expected at least 1"),
            "{error}"
        );
    }

    #[test]
    fn an_agents_limits_are_over_the_default_ones() {
        let config = parse(
            "[limits]\nfindings = 5\nwall_time = \"3s\"\n[[agent]]\nname = \"A\"\ncomponent = \"a.wasm\"\n\
             limits = { findings = 9 }",
        )
        .unwrap();
        assert_eq!(config.agents[0].limits.findings, 9);
        assert_eq!(config.agents[0].limits.wall_time, Duration::from_secs(3));
        assert_eq!(config.reasoner.limits.findings, 5);
        assert_eq!(config.agents[0].component, Path::new("/etc/a.wasm"));
    }

    #[test]
    fn the_environment_overrides_a_value_and_is_named_when_wrong() {
        let text = format!("[server]\nlisten = \"127.0.0.1:1\"\n{REASONER}");
        let environment = |value: &str| vec![("DEEPFIX_SERVER__LISTEN".to_owned(), value.to_owned())].into_iter();
        let config = Config::parse(Path::new("d.toml"), &text, environment("127.0.0.1:2")).unwrap();
        assert_eq!(config.server.listen.port(), 2);
        let wrong = vec![("DEEPFIX_SERVER__LISTENN".to_owned(), "x".to_owned())].into_iter();
        let error = Config::parse(Path::new("d.toml"), &text, wrong)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("DEEPFIX_SERVER__LISTENN") && error.contains("listenn"),
            "{error}"
        );
    }

    #[test]
    fn no_agent_gets_more_memory_than_a_slot_has() {
        let error = parse("[limits]\nmemory = \"1 GiB\"").unwrap_err().to_string();
        assert!(
            error.contains("`reasoner.limits.memory`") && error.contains("`[engine] max_memory`"),
            "{error}"
        );
    }

    #[test]
    fn dropped_in_plugins_get_what_is_granted_and_no_more() {
        let config = parse("[plugins]\nfolder = \"p\"").unwrap();
        assert!(config.plugins.artifacts.is_empty() && config.plugins.capabilities.is_empty());
        let config = parse("[plugins]\nfolder = \"p\"\nartifacts = [\"training\"]").unwrap();
        assert_eq!(config.plugins.artifacts, [ArtifactKind::Training]);
    }

    #[test]
    fn a_signature_is_asked_for_of_a_key_or_an_identity() {
        let error = parse("[plugins]\nrequire_signature = true").unwrap_err().to_string();
        assert!(
            error.contains("plugins.trusted_keys") && error.contains("trusted_identities"),
            "{error}"
        );
        let config = parse(
            "[plugins]\nrequire_signature = true\nsigstore_root = \"root.json\"\nmax_bundle = \"1 KiB\"\n\
             trusted_identities = [{ issuer = \"https://forge.example\", subject = \"acme\" },\
             { issuer = \"https://forge.example\", subject = \"acme\", repository = \"https://forge.example/acme\" }]",
        )
        .unwrap();
        let identities = &config.plugins.trusted_identities;
        assert_eq!(
            (identities[0].subject.as_str(), &identities[0].repository),
            ("acme", &None)
        );
        assert_eq!(identities[1].repository.as_deref(), Some("https://forge.example/acme"));
        assert_eq!(
            config.plugins.sigstore_root.as_deref(),
            Some(Path::new("/etc/root.json"))
        );
        assert_eq!(config.plugins.max_bundle, 1024);
        let built_in = parse("[plugins]\nsigstore_root = \"\"").unwrap();
        assert_eq!(built_in.plugins.sigstore_root, None);
        let error = parse("[plugins]\ntrusted_identities = [{ issuer = \"https://forge.example\" }]");
        assert!(error.unwrap_err().to_string().contains("subject"));
    }

    #[test]
    fn sizes_are_texts_or_numbers_of_bytes() {
        for size in ["\"1 MiB\"", "1048576", "\"1048576\""] {
            let config = parse(&format!("[server]\nmax_body = {size}\n[engine]\nstack = {size}")).unwrap();
            assert_eq!(
                (config.server.max_body, config.engine.stack),
                (1 << 20, 1 << 20),
                "{size}"
            );
        }
        let error = parse("[server]\nmax_body = \"big\"").unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("found `big`"), "{error}");
    }

    #[test]
    fn two_agents_of_one_name_are_refused() {
        let agent = "[[agent]]\nname = \"A\"\ncomponent = \"a.wasm\"\n";
        let error = parse(&agent.repeat(2)).unwrap_err().to_string();
        assert!(error.contains("the name twice"), "{error}");
    }
}
