use serde_json::Value;

/// A check's value as plain JSON: a numpy scalar `{"dtype", "value"}` becomes its number, a
/// text that holds an object or array becomes that. The host has decoded these already; a
/// test host, and a client's request as it came, have not.
#[must_use]
pub fn decode(value: Value) -> Value {
    at(value, 0)
}

/// JSON itself bounds the depth of a document, but not of texts within texts.
const DEEPEST: u32 = 64;

fn at(value: Value, depth: u32) -> Value {
    if depth >= DEEPEST {
        return Value::Null;
    }
    match value {
        Value::Object(mut members) => {
            let is_scalar = members.len() == 2
                && members.contains_key("dtype")
                && members.get("value").is_some_and(|it| !it.is_object());
            if is_scalar && let Some(inner) = members.remove("value") {
                return at(inner, depth + 1);
            }
            for (_, member) in members.iter_mut() {
                *member = at(std::mem::take(member), depth + 1);
            }
            Value::Object(members)
        }
        Value::Array(mut items) => {
            for item in &mut items {
                *item = at(std::mem::take(item), depth + 1);
            }
            Value::Array(items)
        }
        Value::String(text) if text.starts_with(['[', '{']) => match serde_json::from_str::<Value>(&text) {
            Ok(inner) => at(inner, depth + 1),
            Err(_) => Value::String(text),
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn scalars_and_tables_in_texts_become_plain_json() {
        let wire = json!({"a": {"dtype": "float64", "value": 0.5}, "t": "[{\"x\": 1.0}]", "n": "NaN", "b": "[broken"});
        assert_eq!(
            decode(wire),
            json!({"a": 0.5, "t": [{"x": 1.0}], "n": "NaN", "b": "[broken"})
        );
    }
}
