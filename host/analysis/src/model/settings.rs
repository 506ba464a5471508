//! The service as the configuration wants it.

use deepfix_config::{Config, LlmConfig};
use deepfix_llm::{Llm, Prices, Provider, Settings, SetupError, Tape, read_key};

/// The service that the configuration names; none where it names none.
pub(crate) fn service(config: &Config) -> Result<Option<Llm>, SetupError> {
    if !config.llm.is_configured() {
        return Ok(None);
    }
    Llm::new(settings(&config.llm)?).map(Some)
}

fn settings(config: &LlmConfig) -> Result<Settings, SetupError> {
    let provider = Provider::of(&config.provider).ok_or_else(|| SetupError {
        key: "provider",
        message: format!(
            "found `{}`, expected one of {}",
            config.provider,
            Provider::names().join(", ")
        ),
    })?;
    let tape = match (&config.record, &config.replay) {
        (_, Some(folder)) => Tape::Replay(folder.clone()),
        (Some(folder), None) => Tape::Record(folder.clone()),
        (None, None) => Tape::None,
    };
    // A replay sends nothing, and so needs no key.
    let key = match tape {
        Tape::Replay(_) => None,
        _ => read_key(&config.api_key_env, config.api_key_file.as_deref())?,
    };
    Ok(Settings {
        base_url: config.base_url.clone(),
        model: config.model.clone(),
        provider,
        key,
        organization: config.organization.clone(),
        project: config.project.clone(),
        proxy: config.proxy.clone(),
        ca_file: config.ca_file.clone(),
        max_concurrency: config.max_concurrency,
        connect_timeout: config.connect_timeout,
        call_timeout: config.call_timeout,
        attempts: config.attempts,
        max_backoff: config.max_backoff,
        max_answer: usize::try_from(config.max_answer).unwrap_or(usize::MAX),
        max_tokens: config.max_tokens,
        temperature: config.temperature,
        sampling_temperature: config.sampling_temperature,
        request_calls: config.request_calls,
        request_tokens: config.request_tokens,
        cache_entries: config.cache_entries,
        cache_ttl: config.cache_ttl,
        cache_dir: config.cache_dir.clone(),
        prices: Prices {
            input: config.price_input,
            output: config.price_output,
        },
        prompts: config.prompts.clone(),
        tape,
    })
}
