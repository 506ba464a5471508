//! How endpoints differ, in one table. What the table does not know is learned from the
//! endpoint's refusals, once per endpoint and model.

use std::sync::Mutex;

use serde_json::Value as Json;

/// Which row of the table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the products' own")]
pub enum Provider {
    /// The row is found by the host name of the endpoint.
    Auto,
    OpenAi,
    Azure,
    OpenRouter,
    Anthropic,
    Ollama,
    LlamaCpp,
    LlamaCppPython,
    Vllm,
    /// Any other endpoint.
    Generic,
}

/// How a JSON answer is asked for, the strictest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Format {
    /// `response_format` with the schema.
    JsonSchema,
    /// `response_format: json_object`, the schema in the prompt.
    JsonObject,
    /// Only the prompt says so.
    Prompt,
}

/// What the bound on the answer's length is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokensField {
    MaxTokens,
    MaxCompletionTokens,
}

/// Where the key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    Bearer,
    ApiKey,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    provider: Provider,
    /// The configuration's name.
    name: &'static str,
    /// Host names of the endpoint, whole or as an ending.
    hosts: &'static [&'static str],
    pub(crate) auth: Auth,
    format: Format,
    tokens: TokensField,
    /// Only a subset of JSON Schema is accepted (OpenAI, "Structured outputs", supported schemas):
    /// bounds on lengths are left out of what is sent, and hold in our own validation.
    pub(crate) strict_subset: bool,
}

const fn row(provider: Provider, name: &'static str, hosts: &'static [&'static str]) -> Row {
    Row {
        provider,
        name,
        hosts,
        auth: Auth::Bearer,
        format: Format::JsonSchema,
        tokens: TokensField::MaxTokens,
        strict_subset: false,
    }
}

const TABLE: [Row; 9] = [
    Row {
        tokens: TokensField::MaxCompletionTokens,
        strict_subset: true,
        ..row(Provider::OpenAi, "openai", &["api.openai.com"])
    },
    // The deployment stands in the URL, with `?api-version=` behind it.
    Row {
        auth: Auth::ApiKey,
        tokens: TokensField::MaxCompletionTokens,
        strict_subset: true,
        ..row(
            Provider::Azure,
            "azure",
            &[".openai.azure.com", ".cognitiveservices.azure.com"],
        )
    },
    // Passes the schema on to whoever serves the model; errors may arrive with status 200.
    Row {
        strict_subset: true,
        ..row(Provider::OpenRouter, "openrouter", &["openrouter.ai"])
    },
    // Its compatibility layer ignores `response_format`.
    Row {
        format: Format::Prompt,
        ..row(Provider::Anthropic, "anthropic", &["api.anthropic.com"])
    },
    // Accepts a schema and may ignore it: the validation shows.
    row(Provider::Ollama, "ollama", &[]),
    row(Provider::LlamaCpp, "llama.cpp", &[]),
    // Knows text and json_object only.
    Row {
        format: Format::JsonObject,
        ..row(Provider::LlamaCppPython, "llama-cpp-python", &[])
    },
    row(Provider::Vllm, "vllm", &[]),
    row(Provider::Generic, "generic", &[]),
];

impl Row {
    /// The well-known value of `gen_ai.provider.name`. An endpoint that only speaks OpenAI's protocol is
    /// called so, as the conventions want it where the product is not known.
    pub(crate) fn convention(&self) -> &'static str {
        match self.provider {
            Provider::Azure => "azure.ai.openai",
            Provider::Auto | Provider::Generic => "openai",
            _ => self.name,
        }
    }
}

impl Provider {
    /// The names that the configuration may use.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        std::iter::once("auto").chain(TABLE.iter().map(|it| it.name)).collect()
    }

    /// The provider of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        if name == "auto" {
            return Some(Self::Auto);
        }
        TABLE.iter().find(|it| it.name == name).map(|it| it.provider)
    }

    /// The row that holds for an endpoint.
    pub(crate) fn row(self, host: &str) -> Row {
        let generic = row(Self::Generic, "generic", &[]);
        let by_host = |it: &&Row| {
            it.hosts
                .iter()
                .any(|known| host == *known || (known.starts_with('.') && host.ends_with(known)))
        };
        match self {
            Self::Auto => TABLE.iter().find(by_host).copied().unwrap_or(generic),
            named => TABLE.iter().find(|it| it.provider == named).copied().unwrap_or(generic),
        }
    }
}

/// How an endpoint says that it does not know a field, and not that its value is wrong.
const UNHEARD: [&str; 7] = [
    "unsupported",
    "not supported",
    "unknown",
    "unrecognized",
    "not permitted",
    "unexpected",
    "instead",
];

/// What was learned of one endpoint and model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Habits {
    pub(crate) format: Format,
    pub(crate) tokens: TokensField,
    /// Some reasoning models accept no temperature.
    pub(crate) temperature: bool,
}

/// The habits of the endpoint, which calls share.
#[derive(Debug)]
pub(crate) struct Learned(Mutex<Habits>);

impl Learned {
    pub(crate) fn new(row: &Row) -> Self {
        Self(Mutex::new(Habits {
            format: row.format,
            tokens: row.tokens,
            temperature: true,
        }))
    }

    pub(crate) fn now(&self) -> Habits {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Learns from a 400 or 422 that names a field, given the habits of the refused request.
    /// None where the refusal is about something else. What an endpoint says of a request whose fields
    /// are not the host's own holds for that request, and `teaches` nothing to others: its schema may be
    /// one that nobody could accept.
    pub(crate) fn learn(&self, refused: Habits, complaint: &str, teaches: bool) -> Option<Habits> {
        let mut next = refused;
        let complaint = complaint.to_ascii_lowercase();
        if [
            "response_format",
            "json_schema",
            "json_object",
            "guided_json",
            "grammar",
        ]
        .iter()
        .any(|it| complaint.contains(it))
        {
            next.format = match refused.format {
                Format::JsonSchema => Format::JsonObject,
                Format::JsonObject => Format::Prompt,
                Format::Prompt => return None,
            };
        } else if (complaint.contains("max_tokens") || complaint.contains("max_completion_tokens"))
            && UNHEARD.iter().any(|it| complaint.contains(it))
        {
            next.tokens = match refused.tokens {
                TokensField::MaxTokens if complaint.contains("max_completion_tokens") => {
                    TokensField::MaxCompletionTokens
                }
                TokensField::MaxCompletionTokens => TokensField::MaxTokens,
                TokensField::MaxTokens => return None,
            };
        } else if complaint.contains("temperature") && refused.temperature {
            next.temperature = false;
        } else {
            return None;
        }
        if !teaches {
            return Some(next);
        }
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Another call may have learned the same, or more, meanwhile.
        now.format = now.format.max(next.format);
        now.temperature &= next.temperature;
        if next.tokens != refused.tokens {
            now.tokens = next.tokens;
        }
        tracing::info!(?refused, now = ?*now, "the language model's endpoint refused a field");
        Some(*now)
    }
}

/// A schema without what the strict subset does not know.
pub(crate) fn strict_subset(schema: &Json) -> Json {
    const UNKNOWN: [&str; 10] = [
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "minimum",
        "maximum",
        "minItems",
        "maxItems",
        "uniqueItems",
        "default",
    ];
    match schema {
        Json::Object(members) => Json::Object(
            members
                .iter()
                .filter(|(name, _)| !UNKNOWN.contains(&name.as_str()))
                .map(|(name, value)| {
                    // Names below `properties` are the user's, not keywords.
                    let value = match (name.as_str(), value) {
                        ("properties", Json::Object(properties)) => Json::Object(
                            properties
                                .iter()
                                .map(|(name, it)| (name.clone(), strict_subset(it)))
                                .collect(),
                        ),
                        ("enum" | "const", value) => value.clone(),
                        (_, value) => strict_subset(value),
                    };
                    (name.clone(), value)
                })
                .collect(),
        ),
        Json::Array(items) => Json::Array(items.iter().map(strict_subset).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_row_is_found_by_name_or_by_the_endpoints_host() {
        assert_eq!(
            Provider::Auto.row("api.openai.com").tokens,
            TokensField::MaxCompletionTokens
        );
        assert_eq!(Provider::Auto.row("mine.openai.azure.com").auth, Auth::ApiKey);
        assert_eq!(Provider::Auto.row("notopenrouter.ai").name, "generic");
        assert_eq!(
            Provider::of("llama-cpp-python").unwrap().row("x").format,
            Format::JsonObject
        );
        assert!(Provider::of("unheard").is_none());
        for name in Provider::names() {
            assert!(Provider::of(name).is_some(), "{name}");
        }
    }

    #[test]
    fn the_ladder_is_stepped_down_only_where_a_refusal_names_the_field() {
        let learned = Learned::new(&Provider::Generic.row(""));
        let first = learned.now();
        assert!(learned.learn(first, "the model is overloaded", true).is_none());
        let second = learned
            .learn(first, "Unknown field: response_format.json_schema", true)
            .unwrap();
        assert_eq!(second.format, Format::JsonObject);
        // A call that was under way with the old habits learns the same, not one step more.
        assert_eq!(
            learned.learn(first, "response_format", true).unwrap().format,
            Format::JsonObject
        );
        let third = learned
            .learn(second, "'response_format' is not supported", true)
            .unwrap();
        assert_eq!(third.format, Format::Prompt);
        assert!(learned.learn(third, "response_format", true).is_none());
    }

    #[test]
    fn the_names_of_the_token_bound_and_a_refused_temperature_are_learned() {
        let learned = Learned::new(&Provider::Generic.row(""));
        let text = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.";
        let habits = learned.learn(learned.now(), text, true).unwrap();
        assert_eq!(habits.tokens, TokensField::MaxCompletionTokens);
        let habits = learned.learn(habits, "temperature does not support 0.7", true).unwrap();
        assert!(!habits.temperature);
        assert!(learned.learn(habits, "temperature", true).is_none());
    }

    #[test]
    fn a_value_that_is_refused_changes_no_name() {
        let learned = Learned::new(&Provider::OpenAi.row(""));
        for text in [
            "max_tokens is too large: 9000. This model allows at most 4096 completion tokens.",
            "'max_completion_tokens' must be at least 16",
        ] {
            assert!(learned.learn(learned.now(), text, true).is_none(), "{text}");
        }
    }

    #[test]
    fn what_is_said_of_somebody_elses_schema_is_learned_for_that_request_alone() {
        let learned = Learned::new(&Provider::Generic.row(""));
        let first = learned.now();
        let own = learned.learn(first, "Invalid schema for response_format 'answer'", false);
        assert_eq!(own.unwrap().format, Format::JsonObject);
        assert_eq!(learned.now(), first);
    }

    #[test]
    fn the_strict_subset_loses_bounds_but_not_properties_of_the_same_name() {
        let schema =
            json!({"type": "object", "properties": {"format": {"type": "string", "maxLength": 3}}, "minItems": 1});
        let expected = json!({"type": "object", "properties": {"format": {"type": "string"}}});
        assert_eq!(strict_subset(&schema), expected);
    }
}
