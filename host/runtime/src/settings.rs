//! What a plugin declares in the `extras` of its description: the schema of its settings and the
//! secrets that it cannot do without. The WIT's records are closed; `extras` is where they grow.

use serde::Deserialize;
use serde_json::Value as Json;

/// Bytes of `extras` with a declaration. A schema of some dozen settings has 10 kB.
const LARGEST: usize = 64 << 10;
/// Objections that are spelled out.
const SPELLED_OUT: usize = 3;

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
        // A plugin's own pattern must not cost time that grows with what it is matched to: an engine
        // without backtracking. A `$ref` to elsewhere cannot be fetched and is an error.
        let validator = jsonschema::options()
            .with_pattern_options(jsonschema::PatternOptions::regex())
            .build(schema)
            .map_err(|error| format!("its `settings_schema` is no JSON Schema: {error}"))?;
        let settings: Json = match settings {
            "" => Json::Object(serde_json::Map::new()),
            text => serde_json::from_str(text).map_err(|error| error.to_string())?,
        };
        let mut wrong = validator.iter_errors(&settings);
        let told: Vec<String> = wrong
            .by_ref()
            .take(SPELLED_OUT)
            .map(|error| match error.instance_path().to_string() {
                at if at.is_empty() => format!("`settings`: {error}"),
                at => format!("`settings{}`: {error}", at.replace('/', ".")),
            })
            .collect();
        if told.is_empty() {
            return Ok(());
        }
        let more = wrong.count();
        let more = if more > 0 {
            format!("; and {more} more")
        } else {
            String::new()
        };
        Err(format!("{}{more}", told.join("; ")))
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
        assert!(check(&json!({ "$ref": "https://example.org/x.json" }), "").is_err());
        assert!(declared(&format!("{{\"x\":\"{}\"}}", "x".repeat(LARGEST))).is_err());
    }

    #[test]
    fn a_pattern_cannot_cost_time_without_end() {
        let schema = json!({ "properties": { "x": { "pattern": "^(a+)+$" } } });
        let settings = json!({ "x": format!("{}!", "a".repeat(50_000)) }).to_string();
        assert!(check(&schema, &settings).is_err());
    }
}
