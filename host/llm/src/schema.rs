//! What an answer must be: JSON that satisfies the schema, whatever the endpoint promised.

use jsonschema::Validator;
use serde_json::Value as Json;

use crate::{ErrorKind, LlmError};

/// Bytes of a schema. The largest of the built-in agents has 2 kB.
pub(crate) const MAX_SCHEMA: usize = 64 << 10;
/// Objections that a repair is told.
const MOST_OBJECTIONS: usize = 5;
/// Characters of one objection.
const MAX_OBJECTION: usize = 200;

/// A compiled schema.
pub(crate) struct Schema {
    pub(crate) json: Json,
    validator: Validator,
}

/// What is wrong with an answer.
#[derive(Debug)]
pub(crate) struct Objections {
    /// With the answer's own values, for the model.
    pub(crate) full: String,
    /// Without them, for people: an answer's values are not to be trusted.
    pub(crate) masked: String,
}

impl Schema {
    pub(crate) fn compile(text: &str) -> Result<Self, LlmError> {
        let wrong = |what: String| LlmError::new(ErrorKind::Invalid, format!("`schema`: {what}"));
        if text.len() > MAX_SCHEMA {
            return Err(wrong(format!(
                "found {} bytes, expected at most {MAX_SCHEMA}",
                text.len()
            )));
        }
        let json: Json = serde_json::from_str(text).map_err(|error| wrong(format!("is no JSON: {error}")))?;
        // Without the crate's resolvers a `$ref` to elsewhere cannot be fetched, and is an error.
        let validator = jsonschema::validator_for(&json).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { json, validator })
    }

    /// The answer as one line of JSON, or what is wrong with it.
    pub(crate) fn accept(&self, text: &str) -> Result<String, Objections> {
        let Some(json) = extract(text) else {
            let words = "- the answer is not one JSON document".to_owned();
            return Err(Objections {
                masked: words.clone(),
                full: words,
            });
        };
        let mut objections = self.validator.iter_errors(&json).peekable();
        if objections.peek().is_none() {
            return Ok(json.to_string());
        }
        let (mut full, mut masked) = (Vec::new(), Vec::new());
        for it in objections.take(MOST_OBJECTIONS) {
            let place = it.instance_path().to_string();
            full.push(line(&place, &it.to_string()));
            masked.push(line(&place, &it.masked().to_string()));
        }
        Err(Objections {
            full: full.join("\n"),
            masked: masked.join("; "),
        })
    }
}

fn line(place: &str, text: &str) -> String {
    let place = if place.is_empty() { "/" } else { place };
    let text: String = text.chars().take(MAX_OBJECTION).collect();
    format!("- at `{place}`: {text}")
}

/// The JSON document of an answer: the whole, what stands behind a model's thoughts, or what
/// stands in its last fence. Never a piece of something cut.
fn extract(text: &str) -> Option<Json> {
    // A text of the document may speak of such marks.
    if let Ok(json) = serde_json::from_str(text.trim()) {
        return Some(json);
    }
    let text = text.rsplit_once("</think>").map_or(text, |(_, rest)| rest).trim();
    if let Ok(json) = serde_json::from_str(text) {
        return Some(json);
    }
    let mut fences = text.rmatch_indices("```");
    let (end, _) = fences.next()?;
    let (start, _) = fences.next()?;
    let inside = text.get(start + 3..end)?;
    let inside = inside.strip_prefix("json").unwrap_or(inside);
    serde_json::from_str(inside.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r#"{"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}, "additionalProperties": false}"#;

    #[test]
    fn an_answer_is_found_bare_fenced_or_behind_thoughts() {
        let schema = Schema::compile(SCHEMA).unwrap();
        for text in [
            "{\"a\": 1}",
            " {\"a\":1}\n",
            "Here it is:\n```json\n{\"a\": 1}\n```\nDone.",
            "<think>{\"a\": \"x\"}</think>\n{\"a\": 1}",
            "```\n{\"a\": 1}\n```",
        ] {
            assert_eq!(schema.accept(text).unwrap(), "{\"a\":1}", "{text}");
        }
        let any = Schema::compile("{}").unwrap();
        let speaks = "{\"a\":\"it ends at </think> {}\"}";
        assert_eq!(any.accept(speaks).unwrap(), speaks);
        for text in ["", "{\"a\": 1", "no", "```json\n{\"a\": 1", "{\"a\": 1} {\"a\": 2}"] {
            assert!(schema.accept(text).is_err(), "{text}");
        }
    }

    #[test]
    fn objections_name_the_place_and_hide_the_value_from_people() {
        let objections = Schema::compile(SCHEMA)
            .unwrap()
            .accept("{\"a\": \"secret\"}")
            .unwrap_err();
        assert!(objections.full.contains("`/a`") && objections.full.contains("secret"));
        assert!(objections.masked.contains("`/a`") && !objections.masked.contains("secret"));
    }

    #[test]
    fn a_schema_elsewhere_is_never_fetched_and_a_wrong_one_is_refused() {
        for schema in [
            r#"{"$ref": "http://127.0.0.1:9/schema.json"}"#,
            r#"{"$ref": "file:///etc/passwd"}"#,
            r#"{"type": 7}"#,
            "{",
        ] {
            let error = Schema::compile(schema).err().unwrap();
            assert_eq!(error.kind, ErrorKind::Invalid, "{schema}");
        }
        let large = format!("{{\"description\": \"{}\"}}", "x".repeat(MAX_SCHEMA));
        assert!(Schema::compile(&large).is_err());
    }
}
