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
/// Patterns of a schema: each is compiled, and may take as much memory as [`PATTERN`].
const MOST_PATTERNS: usize = 64;
/// Bytes of a compiled pattern.
const PATTERN: usize = 256 << 10;
/// What leads to another place of a schema. A chain of them, each naming the next twice, makes a schema of a
/// kilobyte cost more than a host has time. No schema of the built-in agents has one.
const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];

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
        // A plugin's schema is compiled and applied in the host, outside of every limit of the sandbox.
        bounded(&json, &mut 0).map_err(wrong)?;
        // An engine without backtracking: a pattern's time grows with the answer alone.
        let pattern = jsonschema::PatternOptions::regex().size_limit(PATTERN);
        let validator = jsonschema::options()
            .with_pattern_options(pattern)
            .build(&json)
            .map_err(|error| wrong(error.to_string()))?;
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

/// Refuses what makes a schema cost more than its size, as the runtime does for schemas of settings: the two
/// crates share no other that knows of schemas, and this is all that they would share.
fn bounded(schema: &Json, patterns: &mut usize) -> Result<(), String> {
    match schema {
        Json::Array(all) => all.iter().try_for_each(|it| bounded(it, patterns)),
        Json::Object(members) => {
            for (name, value) in members {
                if REFERENCES.contains(&name.as_str()) {
                    return Err(format!(
                        "has a `{name}`: write out what it refers to, as references are not followed"
                    ));
                }
                *patterns += match (name.as_str(), value) {
                    ("pattern", Json::String(_)) => 1,
                    ("patternProperties", Json::Object(all)) => all.len(),
                    _ => 0,
                };
                if *patterns > MOST_PATTERNS {
                    return Err(format!("has more than {MOST_PATTERNS} patterns, expected at most that"));
                }
                bounded(value, patterns)?;
            }
            Ok(())
        }
        _ => Ok(()),
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
    use serde_json::json;

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

    #[test]
    fn references_are_refused_before_any_is_followed() {
        // Each of forty definitions names the next twice: 2^40 steps.
        let mut definitions = json!({ "d40": { "type": "string" } });
        for index in 0..40 {
            let next = json!({ "$ref": format!("#/$defs/d{}", index + 1) });
            definitions[format!("d{index}")] = json!({ "allOf": [next, next] });
        }
        let schema = json!({ "$defs": definitions, "properties": { "x": { "$ref": "#/$defs/d0" } } });
        let error = Schema::compile(&schema.to_string()).err().unwrap();
        assert!(error.message.contains("write out what it refers to"), "{error}");
        for name in REFERENCES {
            let error = Schema::compile(&json!({ "items": [{ name: "#" }] }).to_string());
            assert!(error.err().unwrap().message.contains(name));
        }
    }

    #[test]
    fn patterns_are_counted_and_cost_no_time_without_end() {
        let many: Vec<Json> = (0..=MOST_PATTERNS).map(|_| json!({ "pattern": "a" })).collect();
        let error = Schema::compile(&json!({ "allOf": many }).to_string()).err().unwrap();
        assert!(error.message.contains("more than 64 patterns"), "{error}");
        assert!(Schema::compile(r#"{"pattern": "(a{500}){500}"}"#).is_err());
        let schema = Schema::compile(r#"{"pattern": "^(a+)+$"}"#).unwrap();
        assert!(
            schema
                .accept(&json!(format!("{}!", "a".repeat(50_000))).to_string())
                .is_err()
        );
    }
}
