//! What the service is configured with. The key is read here and nowhere else.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::SecretString;

use crate::{SetupError, provider::Provider};

/// Longer than any key that a provider hands out: what exceeds it is another file.
const MAX_KEY: usize = 8 << 10;

/// What tokens cost, per million, in whatever currency the user reckons.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Prices {
    /// A million tokens of prompt.
    pub input: f64,
    /// A million tokens of answer.
    pub output: f64,
}

impl Prices {
    pub(crate) fn cost(self, input: u64, output: u64) -> f64 {
        (self.input * input as f64 + self.output * output as f64) / 1e6
    }
}

/// Whether traffic is written down or read back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Tape {
    /// Neither.
    #[default]
    None,
    /// Each exchange becomes a file in this folder.
    Record(PathBuf),
    /// Each exchange is read from this folder; nothing is sent.
    Replay(PathBuf),
}

/// All settings of the service.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where `/chat/completions` is, such as `https://api.openai.com/v1`.
    pub base_url: String,
    /// The model's name.
    pub model: String,
    /// How the endpoint behaves.
    pub provider: Provider,
    /// The key; none where the endpoint wants none.
    pub key: Option<SecretString>,
    /// Sent as `OpenAI-Organization`; empty sends none.
    pub organization: String,
    /// Sent as `OpenAI-Project`; empty sends none.
    pub project: String,
    /// A proxy for these calls; empty uses none, whatever the environment says.
    pub proxy: String,
    /// Certificates in PEM that are trusted beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Calls in flight at once over all requests.
    pub max_concurrency: usize,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long one attempt may take, headers and body.
    pub call_timeout: Duration,
    /// Attempts of one call, the first included.
    pub attempts: u32,
    /// The longest wait between two attempts.
    pub max_backoff: Duration,
    /// Bytes of one answer.
    pub max_answer: usize,
    /// The most tokens that any answer may have.
    pub max_tokens: u32,
    /// The temperature of one sample; several are taken at [`Settings::sampling_temperature`].
    pub temperature: f64,
    /// The temperature at which several samples are taken.
    pub sampling_temperature: f64,
    /// Calls of one request over all agents.
    pub request_calls: u64,
    /// Tokens of one request over all agents.
    pub request_tokens: u64,
    /// Answers kept in memory; 0 keeps none.
    pub cache_entries: u64,
    /// How long they are kept.
    pub cache_ttl: Duration,
    /// Where they are kept over a restart as well.
    pub cache_dir: Option<PathBuf>,
    /// What tokens cost.
    pub prices: Prices,
    /// Prompt templates that replace the built-in ones of the same file name.
    pub prompts: Option<PathBuf>,
    /// Record or replay.
    pub tape: Tape,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: String::new(),
            model: String::new(),
            provider: Provider::Auto,
            key: None,
            organization: String::new(),
            project: String::new(),
            proxy: String::new(),
            ca_file: None,
            max_concurrency: 8,
            connect_timeout: Duration::from_secs(5),
            call_timeout: Duration::from_secs(60),
            attempts: 3,
            max_backoff: Duration::from_secs(8),
            max_answer: 1 << 20,
            max_tokens: 2048,
            temperature: 0.0,
            sampling_temperature: 0.7,
            request_calls: 24,
            request_tokens: 200_000,
            cache_entries: 1_000,
            cache_ttl: Duration::from_secs(3_600),
            cache_dir: None,
            prices: Prices::default(),
            prompts: None,
            tape: Tape::None,
        }
    }
}

/// Reads the key from an environment variable or a file. Both empty: there is none.
///
/// # Errors
/// The variable is not set, the file cannot be read, or what it holds is no key. The message
/// names the place, never the content.
pub fn read_key(variable: &str, file: Option<&Path>) -> Result<Option<SecretString>, SetupError> {
    let (key, text) = match (variable, file) {
        ("", None) => return Ok(None),
        ("", Some(file)) => {
            let text = std::fs::read_to_string(file).map_err(|error| {
                SetupError::new("api_key_file", format!("{} cannot be read: {error}", file.display()))
            })?;
            ("api_key_file", text)
        }
        (variable, None) => {
            let text = std::env::var(variable).map_err(|_| {
                SetupError::new(
                    "api_key_env",
                    format!("the environment variable `{variable}` is not set, or is no text"),
                )
            })?;
            ("api_key_env", text)
        }
        (_, Some(_)) => {
            return Err(SetupError::new(
                "api_key_file",
                "found beside `api_key_env`, expected one of the two",
            ));
        }
    };
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_KEY || !text.chars().all(|it| it.is_ascii_graphic()) {
        return Err(SetupError::new(
            key,
            format!(
                "found {} bytes that are no key, expected one line of visible ASCII",
                text.len()
            ),
        ));
    }
    Ok(Some(SecretString::from(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_from_a_file_and_never_printed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, "sk-very-secret\n").unwrap();
        let settings = Settings {
            key: read_key("", Some(&file)).unwrap(),
            ..Settings::default()
        };
        assert!(settings.key.is_some());
        assert!(!format!("{settings:?}").contains("very-secret"));
        std::fs::write(&file, "two words sk-very-secret").unwrap();
        let error = read_key("", Some(&file)).unwrap_err().to_string();
        assert!(
            error.contains("api_key_file") && !error.contains("very-secret"),
            "{error}"
        );
    }

    #[test]
    fn a_missing_variable_and_two_places_are_errors_that_name_them() {
        let error = read_key("DEEPFIX_NO_SUCH_KEY", None).unwrap_err().to_string();
        assert!(error.contains("`DEEPFIX_NO_SUCH_KEY` is not set"), "{error}");
        assert!(read_key("A", Some(Path::new("b"))).is_err());
        assert!(read_key("", None).unwrap().is_none());
    }

    #[test]
    fn cost_is_per_million_tokens() {
        let prices = Prices {
            input: 2.0,
            output: 8.0,
        };
        assert!((prices.cost(1_000_000, 500_000) - 6.0).abs() < 1e-12);
    }
}
