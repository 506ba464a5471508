//! The section `[llm]`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use deepfix_core::deserialize_bytes as size;
use serde::Deserialize;

use crate::{ConfigError, load::Checker};

/// The language model. What each key means is in `deepfix.toml`.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "documented in deepfix.toml, key by key")]
pub struct LlmConfig {
    pub base_url: String,
    pub model: String,
    pub provider: String,
    pub api_key_env: String,
    pub api_key_file: Option<PathBuf>,
    pub organization: String,
    pub project: String,
    pub proxy: String,
    pub ca_file: Option<PathBuf>,
    pub max_concurrency: usize,
    pub connect_timeout: Duration,
    pub call_timeout: Duration,
    pub attempts: u32,
    pub max_backoff: Duration,
    pub max_answer: u64,
    pub max_tokens: u32,
    pub samples: u32,
    pub temperature: f64,
    pub sampling_temperature: f64,
    pub request_calls: u64,
    pub request_tokens: u64,
    pub cache_entries: u64,
    pub cache_ttl: Duration,
    pub cache_dir: Option<PathBuf>,
    pub price_input: f64,
    pub price_output: f64,
    pub prompts: Option<PathBuf>,
    /// Where the command line has traffic recorded.
    pub record: Option<PathBuf>,
    /// Where the command line has it replayed from.
    pub replay: Option<PathBuf>,
}

impl LlmConfig {
    /// Whether there is a model at all.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        !self.base_url.is_empty() || self.replay.is_some()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawLlm {
    base_url: String,
    model: String,
    provider: Option<String>,
    api_key_env: String,
    api_key_file: String,
    organization: String,
    project: String,
    proxy: String,
    ca_file: String,
    max_concurrency: Option<usize>,
    connect_timeout: Option<String>,
    call_timeout: Option<String>,
    attempts: Option<u32>,
    max_backoff: Option<String>,
    #[serde(deserialize_with = "size")]
    max_answer: Option<u64>,
    max_tokens: Option<u32>,
    samples: Option<u32>,
    temperature: Option<f64>,
    sampling_temperature: Option<f64>,
    request_calls: Option<u64>,
    request_tokens: Option<u64>,
    cache_entries: Option<u64>,
    cache_ttl: Option<String>,
    cache_dir: String,
    price_input: Option<f64>,
    price_output: Option<f64>,
    prompts: String,
}

/// Samples beyond this say nothing more about agreement; each is a call.
const MOST_SAMPLES: u32 = 16;

impl Checker<'_> {
    pub(crate) fn llm(&self, raw: RawLlm) -> Result<LlmConfig, ConfigError> {
        if !raw.base_url.is_empty() && raw.model.is_empty() {
            return Err(self.wrong("llm.model", "nothing", "the name of a model beside `base_url`"));
        }
        let samples = self.at_least_one("llm.samples", raw.samples.unwrap_or(1))?;
        if samples > MOST_SAMPLES {
            return Err(self.wrong("llm.samples", samples.to_string(), format!("at most {MOST_SAMPLES}")));
        }
        let request_calls = raw.request_calls.unwrap_or(24);
        self.samples_within("llm.request_calls", samples, request_calls)?;
        let path = |text: &str| (!text.is_empty()).then(|| self.path(Path::new(text)));
        Ok(LlmConfig {
            provider: raw.provider.unwrap_or_else(|| "auto".to_owned()),
            api_key_file: path(&raw.api_key_file),
            ca_file: path(&raw.ca_file),
            cache_dir: path(&raw.cache_dir),
            prompts: path(&raw.prompts),
            max_concurrency: self.at_least_one("llm.max_concurrency", raw.max_concurrency.unwrap_or(8))?,
            connect_timeout: self.time(
                "llm.connect_timeout",
                raw.connect_timeout.as_ref(),
                Duration::from_secs(5),
            )?,
            call_timeout: self.time("llm.call_timeout", raw.call_timeout.as_ref(), Duration::from_secs(60))?,
            attempts: self.at_least_one("llm.attempts", raw.attempts.unwrap_or(3))?,
            max_backoff: self.time("llm.max_backoff", raw.max_backoff.as_ref(), Duration::from_secs(8))?,
            max_answer: raw.max_answer.unwrap_or(1 << 20),
            max_tokens: self.at_least_one("llm.max_tokens", raw.max_tokens.unwrap_or(2048))?,
            samples,
            temperature: self.within("llm.temperature", raw.temperature.unwrap_or(0.0), 2.0)?,
            sampling_temperature: self.within(
                "llm.sampling_temperature",
                raw.sampling_temperature.unwrap_or(0.7),
                2.0,
            )?,
            request_calls,
            request_tokens: raw.request_tokens.unwrap_or(200_000),
            cache_entries: raw.cache_entries.unwrap_or(1_000),
            cache_ttl: self.time("llm.cache_ttl", raw.cache_ttl.as_ref(), Duration::from_secs(3_600))?,
            price_input: self.within("llm.price_input", raw.price_input.unwrap_or(0.0), f64::MAX)?,
            price_output: self.within("llm.price_output", raw.price_output.unwrap_or(0.0), f64::MAX)?,
            base_url: raw.base_url,
            model: raw.model,
            api_key_env: raw.api_key_env,
            organization: raw.organization,
            project: raw.project,
            proxy: raw.proxy,
            record: None,
            replay: None,
        })
    }

    /// Each sample is a call: with fewer calls than samples every question would be refused. Without any
    /// call none is asked, which may be what is wanted.
    pub(crate) fn samples_within(&self, key: &str, samples: u32, calls: u64) -> Result<(), ConfigError> {
        if calls == 0 || u64::from(samples) <= calls {
            return Ok(());
        }
        Err(self.wrong(
            "llm.samples",
            format!("{samples}, beside `{key} = {calls}`"),
            "at most as many samples as calls: each is one",
        ))
    }

    pub(crate) fn within(&self, key: &str, value: f64, most: f64) -> Result<f64, ConfigError> {
        if (0.0..=most).contains(&value) {
            return Ok(value);
        }
        let expected = if most < f64::MAX {
            format!("0 to {most}")
        } else {
            "0 or more".to_owned()
        };
        Err(self.wrong(key, value.to_string(), expected))
    }
}

#[cfg(test)]
mod tests {
    use crate::Config;

    const REASONER: &str = "[reasoner]\nname = \"R\"\ncomponent = \"r.wasm\"\n";

    fn parse(text: &str) -> Result<Config, crate::ConfigError> {
        let text = format!("{text}\n{REASONER}");
        Config::parse(std::path::Path::new("/etc/deepfix.toml"), &text, std::iter::empty())
    }

    #[test]
    fn without_a_base_url_there_is_no_model() {
        assert!(!parse("").unwrap().llm.is_configured());
        let config = parse("[llm]\nbase_url = \"http://h/v1\"\nmodel = \"m\"\nprompts = \"mine\"").unwrap();
        assert!(config.llm.is_configured());
        assert_eq!(config.llm.prompts.unwrap(), std::path::Path::new("/etc/mine"));
    }

    #[test]
    fn wrong_values_name_their_key() {
        for (text, key) in [
            ("base_url = \"http://h\"", "llm.model"),
            ("samples = 0", "llm.samples"),
            ("samples = 17", "llm.samples"),
            ("temperature = 3.0", "llm.temperature"),
            ("price_input = -1.0", "llm.price_input"),
            ("price_output = nan", "llm.price_output"),
            ("attempts = 0", "llm.attempts"),
            ("call_timeout = \"soon\"", "llm.call_timeout"),
            ("max_answer = \"big\"", "max_answer"),
        ] {
            let error = parse(&format!("[llm]\n{text}")).unwrap_err().to_string();
            assert!(error.contains(key), "{error}");
        }
    }

    #[test]
    fn more_samples_than_an_agent_has_calls_name_both_keys() {
        let agent = "[[agent]]\nname = \"A\"\ncomponent = \"a.wasm\"\ncapabilities = [\"llm\"]";
        let with_agent = |text: &str, more: &str| parse(&format!("[llm]\n{text}\n{agent}\n{more}"));
        let error = with_agent("samples = 9", "").unwrap_err().to_string();
        assert!(
            error.contains("llm.samples") && error.contains("`limits.llm_calls = 8`"),
            "{error}"
        );
        assert!(with_agent("samples = 9\n[limits]\nllm_calls = 9", "").is_ok());
        assert!(with_agent("samples = 3\n[limits]\nllm_calls = 0", "").is_ok());
        let error = with_agent("samples = 3", "limits = { llm_calls = 2 }")
            .unwrap_err()
            .to_string();
        assert!(error.contains("`agent A limits.llm_calls = 2`"), "{error}");
        // Limits that are nobody's.
        assert!(with_agent("samples = 9", "limits = { llm_calls = 9 }").is_ok());
        assert!(parse("[llm]\nsamples = 9").is_ok());
        let error = parse("[llm]\nsamples = 9\n[plugins]\nfolder = \"p\"\ncapabilities = [\"llm\"]");
        assert!(error.unwrap_err().to_string().contains("`limits.llm_calls = 8`"));
        // The reasoner's, which stands last.
        let reasoner = |text: &str| format!("[llm]\nsamples = 3\n{REASONER}capabilities = [\"llm\"]\n{text}");
        let file = std::path::Path::new("/etc/deepfix.toml");
        let read = |text: &str| Config::parse(file, &reasoner(text), std::iter::empty());
        assert!(read("").is_ok());
        let error = read("limits = { llm_calls = 2 }").unwrap_err().to_string();
        assert!(error.contains("`reasoner limits.llm_calls = 2`"), "{error}");
    }

    #[test]
    fn a_request_has_calls_for_all_samples() {
        let error = parse("[llm]\nsamples = 3\nrequest_calls = 2").unwrap_err().to_string();
        assert!(error.contains("`llm.request_calls = 2`"), "{error}");
        assert!(parse("[llm]\nsamples = 3\nrequest_calls = 3").is_ok());
        assert!(parse("[llm]\nsamples = 3\nrequest_calls = 0").is_ok());
    }

    #[test]
    fn a_key_in_the_file_is_an_unknown_key() {
        let error = parse("[llm]\napi_key = \"sk-secret\"").unwrap_err().to_string();
        assert!(error.contains("api_key_env") && !error.contains("sk-secret"), "{error}");
    }
}
