//! What an endpoint's refusals teach: which fields it knows by which name.

use std::sync::Mutex;

use super::{Format, Row, TokensField};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Provider;

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
}
