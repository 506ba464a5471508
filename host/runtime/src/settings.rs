//! What a plugin declares in the `extras` of its description: the schema of its settings and the
//! secrets that it cannot do without. The WIT's records are closed; `extras` is where they grow.

use serde::Deserialize;
use serde_json::Value as Json;

/// Bytes of `extras` with a declaration. A schema of some dozen settings has 10 kB.
const LARGEST: usize = 64 << 10;
/// Patterns of a schema: each is compiled, and may take as much memory as [`PATTERN`].
const MOST_PATTERNS: usize = 64;
/// Bytes of a compiled pattern. That of a date or a version has some kilobytes.
const PATTERN: usize = 256 << 10;
/// What leads to another place of a schema. A chain of them, each naming the next twice, makes a schema of a
/// kilobyte cost more than a host has time.
const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];

/// What is declared; anything else in `extras` is the plugin's own affair.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Declared {
    #[serde(default)]
    settings_schema: Option<Json>,
    /// Names of secrets without which the plugin is not loaded.
    #[serde(default)]
    pub(crate) secrets: Vec<String>,
}

/// Reads the declaration.
pub(crate) fn declared(extras: &str) -> Result<Declared, String> {
    if extras.is_empty() {
        return Ok(Declared::default());
    }
    if extras.len() > LARGEST {
        return Err(format!(
            "`extras` has {} bytes, expected at most {LARGEST}",
            extras.len()
        ));
    }
    serde_json::from_str(extras).map_err(|error| format!("`extras`: {error}"))
}

impl Declared {
    /// Holds settings (a JSON object, or empty) against the schema.
    pub(crate) fn check(&self, settings: &str) -> Result<(), String> {
        let Some(schema) = &self.settings_schema else {
            return Ok(());
        };
        // This runs in the host, outside of every limit of the sandbox: its cost must stay that of the schema
        // times that of the settings.
        let mut patterns = 0;
        bounded(schema, &mut patterns)?;
        // A plugin's own pattern must not cost time that grows with what it is matched to: an engine
        // without backtracking.
        let pattern = jsonschema::PatternOptions::regex().size_limit(PATTERN);
        let validator = jsonschema::options()
            .with_pattern_options(pattern)
            .build(schema)
            .map_err(|error| format!("its `settings_schema` is no JSON Schema: {error}"))?;
        let settings: Json = match settings {
            "" => Json::Object(serde_json::Map::new()),
            text => serde_json::from_str(text).map_err(|error| error.to_string())?,
        };
        validator
            .validate(&settings)
            .map_err(|error| match error.instance_path().to_string() {
                at if at.is_empty() => format!("`settings`: {error}"),
                at => format!("`settings{}`: {error}", at.replace('/', ".")),
            })
    }
}

/// Refuses what makes a schema cost more than its size.
fn bounded(schema: &Json, patterns: &mut usize) -> Result<(), String> {
    match schema {
        Json::Array(all) => all.iter().try_for_each(|it| bounded(it, patterns)),
        Json::Object(members) => {
            for (name, value) in members {
                if REFERENCES.contains(&name.as_str()) {
                    return Err(format!(
                        "its `settings_schema` has a `{name}`: write out what it refers to, as references are not \
                         followed"
                    ));
                }
                *patterns += match (name.as_str(), value) {
                    ("pattern", Json::String(_)) => 1,
                    ("patternProperties", Json::Object(all)) => all.len(),
                    _ => 0,
                };
                if *patterns > MOST_PATTERNS {
                    return Err(format!(
                        "its `settings_schema` has more than {MOST_PATTERNS} patterns, expected at most that"
                    ));
                }
                bounded(value, patterns)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(schema: &Json, settings: &str) -> Result<(), String> {
        declared(&json!({ "settings_schema": schema }).to_string())?.check(settings)
    }

    #[test]
    fn settings_that_do_not_fit_are_named_with_the_place() {
        let schema = json!({
            "type": "object", "additionalProperties": false,
            "properties": { "threshold": { "type": "number", "minimum": 0 } },
        });
        assert_eq!(check(&schema, ""), Ok(()));
        assert_eq!(check(&schema, r#"{"threshold": 0.5}"#), Ok(()));
        let told = check(&schema, r#"{"threshold": "high"}"#).unwrap_err();
        assert!(told.contains("`settings.threshold`"), "{told}");
        let told = check(&schema, r#"{"treshold": 0.5}"#).unwrap_err();
        assert!(told.contains("treshold"), "{told}");
    }

    #[test]
    fn required_settings_are_required_where_there_are_none() {
        let told = check(&json!({ "required": ["label"] }), "").unwrap_err();
        assert!(told.contains("label"), "{told}");
    }

    #[test]
    fn a_schema_that_is_none_is_refused() {
        assert!(
            check(&json!({ "type": "decimal" }), "")
                .unwrap_err()
                .contains("no JSON Schema")
        );
        assert!(declared(&format!("{{\"x\":\"{}\"}}", "x".repeat(LARGEST))).is_err());
    }

    #[test]
    fn references_are_refused_before_any_is_followed() {
        // Each of forty definitions names the next twice: 2^40 steps.
        let mut definitions = json!({ "d40": { "type": "string" } });
        for index in 0..40 {
            let next = json!({ "$ref": format!("#/$defs/d{}", index + 1) });
            definitions[format!("d{index}")] = json!({ "allOf": [next, next] });
        }
        let told = check(
            &json!({ "$defs": definitions, "properties": { "x": { "$ref": "#/$defs/d0" } } }),
            r#"{"x": 1}"#,
        );
        assert!(told.unwrap_err().contains("write out what it refers to"));
        for name in REFERENCES {
            assert!(
                check(&json!({ "items": [{ name: "#" }] }), "")
                    .unwrap_err()
                    .contains(name)
            );
        }
    }

    #[test]
    fn patterns_are_counted_and_their_size_is_bounded() {
        let many: Vec<Json> = (0..=MOST_PATTERNS).map(|_| json!({ "pattern": "a" })).collect();
        assert!(
            check(&json!({ "allOf": many }), "")
                .unwrap_err()
                .contains("more than 64 patterns")
        );
        let names: serde_json::Map<String, Json> =
            (0..=MOST_PATTERNS).map(|it| (format!("a{it}"), json!({}))).collect();
        assert!(check(&json!({ "patternProperties": names }), "").is_err());
        assert!(check(&json!({ "properties": { "x": { "pattern": "(a{500}){500}" } } }), "").is_err());
    }

    #[test]
    fn a_pattern_cannot_cost_time_without_end() {
        let schema = json!({ "properties": { "x": { "pattern": "^(a+)+$" } } });
        let settings = json!({ "x": format!("{}!", "a".repeat(50_000)) }).to_string();
        assert!(check(&schema, &settings).is_err());
    }
}
