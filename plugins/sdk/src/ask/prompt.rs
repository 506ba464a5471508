//! What the model reads: our words in the system message, data and nothing else in the user's.

use serde_json::{Map, Value as Json, json};

use crate::{Fact, Message, Report, Request, Role, Severity, Value};

use super::{Hints, MOST_FINDINGS, Question};

/// Characters of the data. Facts beyond it are left out, the last first.
const MOST_DATA: usize = 1_500;
/// Characters of a label or text of an artifact.
const MAX_TEXT: usize = 48;
/// Letters of the name of a language.
const MAX_LANGUAGE: usize = 32;

pub(super) struct Prompt {
    pub(super) messages: Vec<Message>,
    pub(super) schema: String,
}

impl Prompt {
    pub(super) fn new(question: &Question, hints: &Hints, request: &Request, report: &Report, facts: &[Fact]) -> Self {
        let mut reported: Vec<&str> = Vec::new();
        for it in &report.analyses {
            if !reported.contains(&it.finding.code.as_str()) {
                reported.push(&it.finding.code);
            }
        }
        let system = fill(
            &hints.analyzer,
            &[
                ("agent", &question.agent),
                ("focus", &question.focus),
                ("language", &language(request)),
            ],
        );
        let (data, ids) = data(report, facts);
        let codes: Vec<&str> = question
            .codes
            .iter()
            .map(String::as_str)
            .filter(|it| !reported.contains(it))
            .collect();
        Self {
            messages: vec![
                Message {
                    role: Role::System,
                    content: system,
                },
                Message {
                    role: Role::User,
                    content: delimited(&data),
                },
            ],
            schema: schema(&codes, &reported, &ids).to_string(),
        }
    }
}

/// The language of the answer. It is free text of a client: letters, the digits of a region (`es-419`)
/// and brackets (`Chinese (Simplified)`), or else English.
pub(super) fn language(request: &Request) -> String {
    let text = request.language.trim();
    let fine = text.chars().all(|it| {
        it.is_alphabetic() || it.is_ascii_digit() || is_mark(it) || matches!(it, ' ' | '-' | '_' | '(' | ')')
    });
    if text.is_empty() || !fine || text.chars().count() > MAX_LANGUAGE {
        "english".to_owned()
    } else {
        text.to_owned()
    }
}

/// Marks that belong to the letters before them, without which names such as `हिन्दी` cannot be
/// written: the combining blocks of the Unicode Character Database, and the two joiners.
fn is_mark(it: char) -> bool {
    matches!(it,
        '\u{0300}'..='\u{036f}' | '\u{0591}'..='\u{05c7}' | '\u{064b}'..='\u{065f}' | '\u{0900}'..='\u{0dff}'
        | '\u{0e31}'..='\u{0e4e}' | '\u{0eb1}'..='\u{0ece}' | '\u{0f18}'..='\u{0fbc}' | '\u{102b}'..='\u{103e}'
        | '\u{17b4}'..='\u{17d3}' | '\u{200c}' | '\u{200d}')
}

/// Fills in a template. What is filled in is not looked at again.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{ ") {
        text.push_str(before);
        let Some((name, after)) = after.split_once(" }}") else {
            break;
        };
        if let Some((_, value)) = values.iter().find(|(it, _)| *it == name) {
            text.push_str(value);
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// Data between lines that it cannot contain: it is JSON without angle brackets.
pub(super) fn delimited(data: &Json) -> String {
    let data = data.to_string().replace('<', "\\u003c").replace('>', "\\u003e");
    format!("<<<DATA\n{data}\nDATA>>>")
}

/// At most so many characters, without control characters.
pub(super) fn bounded(text: &str, most: usize) -> String {
    let mut out: String = text
        .chars()
        .map(|it| if it.is_control() { ' ' } else { it })
        .take(most)
        .collect();
    if text.chars().count() > most {
        out.push('…');
    }
    out
}

fn shown(value: &Value) -> Json {
    match value {
        Value::Boolean(it) => json!(it),
        Value::Integer(it) => json!(it),
        Value::Number(it) if it.is_finite() => {
            // Four digits say what there is to say; the host compares within rounding.
            let text = crate::Language::English.number(*it);
            text.parse::<f64>().map_or_else(|_| json!(text), |it| json!(it))
        }
        Value::Number(it) => json!(crate::Language::English.number(*it)),
        Value::Text(it) => json!(bounded(it, MAX_TEXT)),
    }
}

/// Reported faults and facts as JSON, and the ids of the facts that found room.
fn data(report: &Report, facts: &[Fact]) -> (Json, Vec<String>) {
    let mut listed = Map::new();
    let mut ids = Vec::new();
    let mut length = 0;
    for (number, fact) in facts.iter().enumerate() {
        let id = format!("f{}", number + 1);
        let entry = json!([bounded(&fact.label, MAX_TEXT), shown(&fact.value)]);
        length += entry.to_string().chars().count() + id.len() + 4;
        if length > MOST_DATA {
            break;
        }
        listed.insert(id.clone(), entry);
        ids.push(id);
    }
    let mut reported = Map::new();
    for it in &report.analyses {
        let cited: Vec<String> = it
            .finding
            .facts
            .iter()
            .filter_map(|fact| {
                facts
                    .iter()
                    .position(|known| known.source == fact.source && fact.source.is_some())
            })
            .map(|place| format!("f{}", place + 1))
            .filter(|id| ids.contains(id))
            .collect();
        let severity = match it.finding.severity {
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
        };
        let cited = cited.join(" ");
        reported.insert(it.finding.code.clone(), json!(format!("{severity} {cited}").trim_end()));
    }
    (json!({"reported": reported, "facts": listed}), ids)
}

fn text(most: usize) -> Json {
    json!({"type": "string", "minLength": 1, "maxLength": most})
}

#[allow(clippy::needless_pass_by_value, reason = "takes what `json!` makes")]
fn object(properties: Json) -> Json {
    let required: Vec<&String> = properties.as_object().map(|it| it.keys().collect()).unwrap_or_default();
    json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties})
}

fn schema(codes: &[&str], reported: &[&str], ids: &[String]) -> Json {
    let mut properties = Map::new();
    if !codes.is_empty() {
        let finding = object(json!({
            "code": {"type": "string", "enum": codes},
            "facts": {"type": "array", "minItems": 1, "maxItems": 4, "items": {"type": "string", "enum": ids}},
            "severity": {"type": "string", "enum": ["low", "medium"]},
            "description": text(300),
            "action": text(300),
        }));
        properties.insert(
            "findings".to_owned(),
            json!({"type": "array", "maxItems": MOST_FINDINGS, "items": finding}),
        );
    }
    if !reported.is_empty() {
        let meaning = object(
            json!({"code": {"type": "string", "enum": reported}, "stands": {"type": "boolean"}, "meaning": text(240)}),
        );
        properties.insert(
            "reported".to_owned(),
            json!({"type": "array", "maxItems": reported.len(), "items": meaning}),
        );
    }
    object(Json::Object(properties))
}
