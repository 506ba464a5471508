//! The reasoner's paragraph in the words of the model.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::{CompletionRequest, Context, Level, Message, Report, Role, Severity};

use super::{
    Hints,
    prompt::{bounded, delimited, fill, language},
    with_note,
};

/// Conclusions that the model is told, the first first.
const MOST_CONCLUSIONS: usize = 5;
/// Characters of a conclusion, of a step, and of the summary.
const MAX_CONCLUSION: usize = 220;
const MAX_SUMMARY: usize = 900;
/// Characters of the answer, and its tokens: no language needs more than one and a half per letter.
const MAX_ANSWER: usize = 1_200;
const ANSWER_TOKENS: u32 = 900;

/// Has the summary of a reasoner's finished report written by the model, in the language of the
/// request. The host checks its numbers and takes it, or keeps the summary that is there.
#[must_use]
pub fn synthesise(cx: &Context<'_>, agent: &str, mut report: Report) -> Report {
    let Some(hints) = Hints::of(cx) else { return report };
    let system = fill(
        &hints.reasoner,
        &[("agent", agent), ("language", &language(cx.request()))],
    );
    let conclusions: Vec<Json> = report
        .analyses
        .iter()
        .filter(|it| it.finding.severity > Severity::Low)
        .take(MOST_CONCLUSIONS)
        .map(|it| {
            json!({
                "code": it.finding.code,
                "what": bounded(&it.finding.description, MAX_CONCLUSION),
                "shown_by": bounded(&it.finding.evidence, MAX_CONCLUSION),
                "do": bounded(&it.recommendation.action, MAX_CONCLUSION),
            })
        })
        .collect();
    let data = json!({"summary": bounded(&report.summary, MAX_SUMMARY), "conclusions": conclusions});
    let schema = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["summary"],
        "properties": {"summary": {"type": "string", "minLength": 1, "maxLength": MAX_ANSWER}},
    });
    let message = |role, content| Message { role, content };
    let request = CompletionRequest {
        messages: vec![message(Role::System, system), message(Role::User, delimited(&data))],
        schema: Some(schema.to_string()),
        max_tokens: Some(ANSWER_TOKENS),
        temperature: None,
        samples: 1,
    };
    match cx.host().complete(&request).map(|it| summary(&it.texts)) {
        Ok(Some(text)) => report.extras = with_note(&report.extras, json!({"summary": text})),
        Ok(None) => {}
        Err(error) => cx.log(
            Level::Info,
            "the language model gave no answer",
            &[("error", error.to_string())],
        ),
    }
    report
}

fn summary(texts: &[String]) -> Option<String> {
    #[derive(Deserialize)]
    struct Said {
        summary: String,
    }
    let said: Said = serde_json::from_str(texts.first()?).ok()?;
    Some(said.summary.trim().to_owned()).filter(|it| !it.is_empty())
}
