//! The subset of JSON Schema that some endpoints accept.

use serde_json::Value as Json;

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
    fn the_strict_subset_loses_bounds_but_not_properties_of_the_same_name() {
        let schema =
            json!({"type": "object", "properties": {"format": {"type": "string", "maxLength": 3}}, "minItems": 1});
        let expected = json!({"type": "object", "properties": {"format": {"type": "string"}}});
        assert_eq!(strict_subset(&schema), expected);
    }
}
