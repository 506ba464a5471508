//! How endpoints differ, in one table. What the table does not know is learned from the
//! endpoint's refusals, once per endpoint and model.

mod learned;
mod strict;

pub(crate) use learned::{Habits, Learned};
pub(crate) use strict::strict_subset;

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

#[cfg(test)]
mod tests {
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
}
