//! The request and the answer of `POST /chat/completions`.

use serde_json::{Map, Value as Json, json};

use crate::{
    ErrorKind, LlmError,
    ledger::Tokens,
    provider::{Format, Habits, Row, TokensField, strict_subset},
};

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the field's own")]
pub enum Role {
    System,
    User,
    Assistant,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: String,
}

impl Message {
    /// A message of a role.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self {
            role,
            content: content.into(),
        }
    }
}

/// One exchange, before it takes the form that an endpoint wants.
#[derive(Debug, Clone)]
pub(crate) struct Exchange<'a> {
    pub(crate) model: &'a str,
    pub(crate) messages: &'a [Message],
    pub(crate) schema: Option<&'a Json>,
    pub(crate) max_tokens: u32,
    pub(crate) temperature: f64,
    /// Which of several samples: equal requests must stay apart in caches and on tapes.
    pub(crate) sample: u32,
}

impl Exchange<'_> {
    /// Everything that decides the answer, whatever form the endpoint wants.
    pub(crate) fn identity(&self) -> Json {
        json!({
            "model": self.model,
            "messages": self.messages(None),
            "schema": self.schema,
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "sample": self.sample,
        })
    }

    /// Characters of what the model reads.
    pub(crate) fn characters(&self) -> usize {
        let messages: usize = self.messages.iter().map(|it| it.content.chars().count()).sum();
        messages + self.schema.map_or(0, |it| it.to_string().chars().count())
    }

    fn messages(&self, note: Option<&str>) -> Vec<Json> {
        let mut messages: Vec<Json> = self
            .messages
            .iter()
            .map(|it| json!({"role": it.role.name(), "content": it.content}))
            .collect();
        let Some(note) = note else { return messages };
        // Some chat templates accept one system message only, and only at the start.
        match messages.first_mut().and_then(Json::as_object_mut) {
            Some(first) if first.get("role") == Some(&json!("system")) => {
                let content = first.get("content").and_then(Json::as_str).unwrap_or_default();
                let content = format!("{content}\n{note}");
                first.insert("content".to_owned(), Json::String(content));
            }
            _ => messages.insert(0, json!({"role": "system", "content": note})),
        }
        messages
    }

    /// The body of the request. `note` says in words what the schema says.
    pub(crate) fn body(&self, row: &Row, habits: Habits, note: &str) -> Json {
        let asks = self.schema.map(|schema| (schema, habits.format));
        let note = matches!(asks, Some((_, Format::JsonObject | Format::Prompt))).then_some(note);
        let mut body = Map::new();
        body.insert("model".to_owned(), json!(self.model));
        body.insert("messages".to_owned(), json!(self.messages(note)));
        let bound = match habits.tokens {
            TokensField::MaxTokens => "max_tokens",
            TokensField::MaxCompletionTokens => "max_completion_tokens",
        };
        body.insert(bound.to_owned(), json!(self.max_tokens));
        if habits.temperature {
            body.insert("temperature".to_owned(), json!(self.temperature));
        }
        match asks {
            Some((schema, Format::JsonSchema)) => {
                let schema = if row.strict_subset {
                    strict_subset(schema)
                } else {
                    schema.clone()
                };
                let named = json!({"name": "answer", "strict": true, "schema": schema});
                body.insert(
                    "response_format".to_owned(),
                    json!({"type": "json_schema", "json_schema": named}),
                );
            }
            Some((_, Format::JsonObject)) => {
                body.insert("response_format".to_owned(), json!({"type": "json_object"}));
            }
            Some((_, Format::Prompt)) | None => {}
        }
        Json::Object(body)
    }
}

/// A completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) text: String,
    pub(crate) model: String,
    pub(crate) tokens: Tokens,
}

/// What an answer with status 200 turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Parsed {
    Reply(Reply),
    /// It ended at the token limit.
    Length(Tokens),
    /// An error object in a 200: the status that it stands for, and its text.
    Error(u16, String),
}

/// Characters of an endpoint's own words in an error.
const QUOTED: usize = 200;

/// At most so many characters, on one line: what others say does not fill a log.
pub(crate) fn quoted(text: &str) -> String {
    let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(QUOTED) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// The text of an error body, whatever its shape, with its code.
pub(crate) fn complaint(body: &Json) -> (String, String) {
    let error = body.get("error").unwrap_or(body);
    let text = |name: &str| match error.get(name) {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let message = match error {
        Json::String(text) => text.clone(),
        _ if !text("message").is_empty() => text("message"),
        _ => body.get("detail").map(Json::to_string).unwrap_or_default(),
    };
    let param = text("param");
    let message = if param.is_empty() {
        message
    } else {
        format!("{message} (`{param}`)")
    };
    (message, format!("{} {}", text("code"), text("type")).trim().to_owned())
}

/// Reads a chat completion.
pub(crate) fn parse(body: &Json) -> Result<Parsed, LlmError> {
    if body.get("error").is_some_and(|it| !it.is_null()) {
        let (message, code) = complaint(body);
        let status = code.split(' ').find_map(|it| it.parse().ok()).unwrap_or(502);
        return Ok(Parsed::Error(status, format!("{message} {code}").trim().to_owned()));
    }
    let usage = |name: &str| {
        body.pointer(&format!("/usage/{name}"))
            .and_then(Json::as_u64)
            .unwrap_or(0)
    };
    let tokens = Tokens {
        input: usage("prompt_tokens"),
        output: usage("completion_tokens"),
    };
    let Some(choices) = body.get("choices").and_then(Json::as_array) else {
        return Err(LlmError::new(
            ErrorKind::Malformed,
            "the answer has no `choices`: is `base_url` an OpenAI-compatible endpoint?",
        ));
    };
    let Some(choice) = choices.first() else {
        return Err(LlmError::new(ErrorKind::Empty, "the answer has no choice"));
    };
    let message = choice.get("message").unwrap_or(&Json::Null);
    let refusal = message.get("refusal").and_then(Json::as_str).unwrap_or_default();
    if !refusal.is_empty() {
        // Its words are a model's, and nobody has checked them.
        return Err(LlmError::new(
            ErrorKind::Refused,
            format!("the model refused, in {} characters", refusal.chars().count()),
        ));
    }
    match choice.get("finish_reason").and_then(Json::as_str) {
        // Whatever is there is cut: it is never parsed.
        Some("length") => return Ok(Parsed::Length(tokens)),
        Some("content_filter") => {
            return Err(LlmError::new(
                ErrorKind::Filtered,
                "the endpoint's content filter held the answer back",
            ));
        }
        _ => {}
    }
    let text = match message.get("content") {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Array(parts)) => parts
            .iter()
            .filter_map(|it| it.get("text").and_then(Json::as_str))
            .collect(),
        _ => String::new(),
    };
    if text.trim().is_empty() {
        return Err(LlmError::new(ErrorKind::Empty, "the answer has no content"));
    }
    let model = body.get("model").and_then(Json::as_str).unwrap_or_default().to_owned();
    Ok(Parsed::Reply(Reply { text, model, tokens }))
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
