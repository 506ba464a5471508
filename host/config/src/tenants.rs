//! The tables `[[tenant]]`.

use std::time::Duration;

use serde::Deserialize;

use crate::{ConfigError, load::Checker};

/// What one tenant may use. A tenant that has no table may use what everybody may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantConfig {
    /// Its name, as keys and tokens have it.
    pub name: String,
    /// The analyzers that it may use and see; none names all.
    pub agents: Option<Vec<String>>,
    /// Requests a minute of each of its keys; none is `[access]`'s.
    pub requests_per_minute: Option<u32>,
    /// How many of them at once; none is `[access]`'s.
    pub burst: Option<u32>,
    /// Its analyses that run or wait at once, jobs included.
    pub max_requests: Option<usize>,
    /// Calls of the language model on one day (UTC).
    pub llm_calls: Option<u64>,
    /// Tokens of the language model on one day (UTC).
    pub llm_tokens: Option<u64>,
    /// How long its analyses and ended jobs are kept; none is `[history]`'s.
    pub retention: Option<Duration>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTenant {
    name: String,
    agents: Option<Vec<String>>,
    requests_per_minute: Option<u32>,
    burst: Option<u32>,
    max_requests: Option<usize>,
    llm_calls: Option<u64>,
    llm_tokens: Option<u64>,
    retention: Option<String>,
}

/// `agents` are the analyzers of the configuration; dropped-in ones have names that are not known yet.
pub(crate) fn tenants(
    checker: &Checker<'_>,
    raw: Vec<RawTenant>,
    reasoner: &str,
) -> Result<Vec<TenantConfig>, ConfigError> {
    let mut tenants: Vec<TenantConfig> = Vec::new();
    for raw in raw {
        let key = |field: &str| format!("tenant {}.{field}", raw.name);
        if tenants.iter().any(|it| it.name == raw.name) {
            return Err(checker.wrong(
                format!("tenant {}", raw.name),
                "the name twice",
                "one table for each tenant",
            ));
        }
        if raw.agents.iter().flatten().any(|it| it == reasoner) {
            let expected = "analyzers alone: the reasoner looks across whatever there is";
            return Err(checker.wrong(key("agents"), format!("`{reasoner}`"), expected));
        }
        let at_least_one = |field: &str, value: Option<u32>| {
            let checked = value.map(|it| checker.at_least_one(&key(field), it));
            checked.transpose()
        };
        let age = Duration::ZERO;
        let retention = checker.time(&key("retention"), raw.retention.as_ref(), age)?;
        tenants.push(TenantConfig {
            requests_per_minute: at_least_one("requests_per_minute", raw.requests_per_minute)?,
            burst: at_least_one("burst", raw.burst)?,
            max_requests: match raw.max_requests {
                Some(0) => return Err(checker.wrong(key("max_requests"), "0", "at least 1")),
                other => other,
            },
            retention: raw.retention.is_some().then_some(retention),
            agents: raw.agents,
            llm_calls: raw.llm_calls,
            llm_tokens: raw.llm_tokens,
            name: raw.name,
        });
    }
    Ok(tenants)
}

#[cfg(test)]
mod tests {
    use std::{path::Path, time::Duration};

    use crate::Config;

    fn parse(text: &str) -> Result<Config, crate::ConfigError> {
        let text = format!("{text}\n[reasoner]\nname = \"R\"\ncomponent = \"r.wasm\"\n");
        Config::parse(Path::new("/etc/deepfix.toml"), &text, std::iter::empty())
    }

    #[test]
    fn a_tenant_has_what_its_table_says_and_else_what_all_have() {
        let tenant = "[[tenant]]\nname = \"a\"\nagents = [\"A\"]\nllm_calls = 0\nretention = \"1d\"";
        let config = parse(tenant).unwrap();
        let tenant = &config.tenants[0];
        assert_eq!(tenant.agents.as_deref(), Some(&["A".to_owned()][..]));
        assert_eq!(
            (tenant.llm_calls, tenant.llm_tokens, tenant.burst),
            (Some(0), None, None)
        );
        assert_eq!(tenant.retention, Some(Duration::from_secs(86_400)));
    }

    #[test]
    fn what_is_wrong_with_access_names_its_key() {
        for (text, key) in [
            ("[[tenant]]\nname = \"a\"\n[[tenant]]\nname = \"a\"", "`tenant a`"),
            ("[[tenant]]\nname = \"a\"\nburst = 0", "`tenant a.burst`"),
            ("[[tenant]]\nname = \"a\"\nmax_requests = 0", "`tenant a.max_requests`"),
            ("[[tenant]]\nname = \"a\"\nagents = [\"R\"]", "`tenant a.agents`"),
            ("[[tenant]]\nname = \"a\"\nretention = \"long\"", "`tenant a.retention`"),
            ("[[tenant]]\nname = \"a\"\ncolour = 1", "colour"),
            ("[tls]\nkey = \"k\"", "`tls.certificate`"),
            ("[tls]\ncertificate = \"c\"", "`tls.key`"),
            ("[telemetry]\nendpoint = \"here\"", "`telemetry.endpoint`"),
            ("[telemetry]\nsample = 2.0", "`telemetry.sample`"),
            ("[oidc]\naudience = \"a\"", "`oidc.issuer`"),
            ("[oidc]\nissuer = \"https://i\"", "`oidc.audience`"),
            ("[oidc]\nissuer = \"http://i\"\naudience = \"a\"", "`oidc.issuer`"),
            (
                "[oidc]\nissuer = \"http://127.0.0.1.evil\"\naudience = \"a\"",
                "`oidc.issuer`",
            ),
            ("[oidc]\nalgorithms = [\"HS256\"]", "`oidc.algorithms`"),
            ("[oidc]\nalgorithms = [\"none\"]", "`oidc.algorithms`"),
            ("[oidc]\nalgorithms = []", "`oidc.algorithms`"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(key), "{text}: {error}");
        }
    }
}
