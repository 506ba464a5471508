//! Answers of a model that does what the schema asks for.

use serde_json::{Map, Value, json};

use crate::{Answer, Request};

/// A chat completion with this content.
#[must_use]
pub fn completion(content: &str) -> Answer {
    crate::json(
        200,
        &json!({
            "id": "x", "object": "chat.completion", "model": "fake-1",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }),
    )
}

/// The smallest answer that satisfies the request's schema. A translation repeats each text in
/// brackets: `⟨text⟩`.
#[must_use]
pub fn answer_for(request: &Request) -> Value {
    let schema = &request.body["response_format"]["json_schema"]["schema"];
    let texts = request.body["messages"]
        .as_array()
        .and_then(|it| it.last())
        .and_then(|it| it["content"].as_str())
        .and_then(|it| serde_json::from_str::<Map<String, Value>>(it).ok());
    if let Some(texts) = texts.filter(|it| it.contains_key("t1")) {
        let translated = texts
            .into_iter()
            .map(|(key, text)| (key, json!(format!("⟨{}⟩", text.as_str().unwrap_or_default()))));
        return Value::Object(translated.collect());
    }
    let mut answer = instance(schema);
    // A summary speaks of what was found.
    if let (Some(summary), Some(code)) = (answer.get_mut("summary"), first_conclusion(request)) {
        *summary = json!(format!("All that was found is said, `{code}` first."));
    }
    answer
}

/// The code of the first conclusion of which a summary is wanted.
fn first_conclusion(request: &Request) -> Option<String> {
    let message = request.body["messages"].as_array()?.last()?["content"]
        .as_str()?
        .to_owned();
    let data = message.strip_prefix("<<<DATA\n")?.strip_suffix("\nDATA>>>")?.to_owned();
    let data: Value = serde_json::from_str(&data).ok()?;
    Some(data["conclusions"][0]["code"].as_str()?.to_owned())
}

fn instance(schema: &Value) -> Value {
    if let Some(first) = schema["enum"].as_array().and_then(|it| it.first()) {
        return first.clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let members = required.iter().filter_map(Value::as_str);
            Value::Object(
                members
                    .map(|it| (it.to_owned(), instance(&schema["properties"][it])))
                    .collect(),
            )
        }
        Some("array") => json!([]),
        Some("boolean") => json!(true),
        Some("string") => json!("All that was found is said."),
        _ => Value::Null,
    }
}

/// Answers every request by [`answer_for`].
#[must_use]
pub fn obliging(request: &Request) -> Answer {
    completion(&answer_for(request).to_string())
}
