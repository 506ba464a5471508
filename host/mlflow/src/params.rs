//! Parameters: MLflow keeps texts, what was meant were Python's values.

use serde_json::{Map, Value as Json};

/// The parameters of a run as JSON.
pub(crate) fn of(params: &[(String, String)]) -> Map<String, Json> {
    params.iter().map(|(key, value)| (key.clone(), parse(value))).collect()
}

/// `0.001`, `True`, `None`, `[1, 2]` and `{'a': 1}` as the values that they were; anything else is
/// a text.
fn parse(text: &str) -> Json {
    let trimmed = text.trim();
    match trimmed {
        "True" | "true" => return Json::Bool(true),
        "False" | "false" => return Json::Bool(false),
        "None" | "null" => return Json::Null,
        _ => {}
    }
    if trimmed.starts_with(['[', '{', '(']) {
        return list(trimmed).unwrap_or_else(|| Json::String(text.to_owned()));
    }
    // A whole number beyond 64 bits is an identifier; `inf` and `nan` stay texts.
    if let Ok(whole) = trimmed.parse::<i64>() {
        return whole.into();
    }
    let numeric = trimmed.bytes().any(|it| it.is_ascii_digit()) && trimmed.contains(['.', 'e', 'E']);
    match trimmed.parse::<f64>() {
        Ok(number) if numeric && number.is_finite() => number.into(),
        _ => Json::String(text.to_owned()),
    }
}

/// A list or a dictionary that is JSON, or is it with other quotes and words.
fn list(text: &str) -> Option<Json> {
    let read = |text: &str| {
        serde_json::from_str::<Json>(text)
            .ok()
            .filter(|it| it.is_array() || it.is_object())
    };
    if let Some(value) = read(text) {
        return Some(value);
    }
    if text.contains('"') {
        return None;
    }
    let text = match text.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
        Some(inner) => format!("[{}]", inner.trim_end_matches([',', ' '])),
        None => text.to_owned(),
    };
    let python = text.replace('\'', "\"");
    let words = python
        .replace("True", "true")
        .replace("False", "false")
        .replace("None", "null");
    read(&words)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pythons_values_are_read_and_the_rest_stays_text() {
        for (text, value) in [
            ("0.001", json!(0.001)),
            ("1e-05", json!(1e-5)),
            ("32", json!(32)),
            ("-1", json!(-1)),
            ("True", json!(true)),
            ("None", Json::Null),
            ("[64, 32]", json!([64, 32])),
            ("(0.9, 0.999)", json!([0.9, 0.999])),
            ("{'a': None, 'b': 'x'}", json!({"a": null, "b": "x"})),
            ("adam", json!("adam")),
            ("<function relu at 0x7f>", json!("<function relu at 0x7f>")),
            ("123456789012345678901234", json!("123456789012345678901234")),
            ("{'a': <object>}", json!("{'a': <object>}")),
            ("inf", json!("inf")),
            ("1e999", json!("1e999")),
            ("", json!("")),
        ] {
            assert_eq!(parse(text), value, "{text}");
        }
    }
}
