//! What a language model answered an agent, so that its words are known again in the agent's
//! findings, whether the agent marks them or not.

use std::sync::Arc;

use deepfix_core::Analysis;
use deepfix_runtime::LanguageModel;
use serde_json::Value as Json;

/// Characters from which on a text is recognised: shorter ones stand in many texts by chance.
const TELLING: usize = 24;
/// Texts that are kept of one agent's answers; a schema-bound answer has about ten.
const MOST_TEXTS: usize = 500;

/// The texts of a model's answers, but for those that it only repeats: they stand in the question.
#[derive(Debug, Default)]
pub(crate) struct Said {
    answers: usize,
    texts: Vec<String>,
}

impl Said {
    /// What it said; none where there is no model. An agent that `marks` what a model said is taken at
    /// its word: else a model that guesses the words of a rule could take its finding for its own.
    pub(crate) fn of(model: &dyn LanguageModel, marks: bool) -> Option<Self> {
        if !model.available() {
            return None;
        }
        let answers = model.said();
        Some(if marks {
            Self {
                answers: answers.len(),
                texts: Vec::new(),
            }
        } else {
            Self::in_answers(&answers)
        })
    }

    pub(crate) fn in_answers(answers: &[(Arc<str>, String)]) -> Self {
        let mut texts = Vec::new();
        for (asked, answer) in answers {
            let mut own = Vec::new();
            match serde_json::from_str::<Json>(answer) {
                Ok(json) => leaves(&json, &mut own),
                Err(_) => answer.lines().for_each(|it| keep(it, &mut own)),
            }
            own.retain(|it| !asked.contains(it.as_str()) && !asked.contains(&escaped(it)));
            texts.extend(own);
        }
        texts.truncate(MOST_TEXTS);
        Self {
            answers: answers.len(),
            texts,
        }
    }

    /// How many answers there were, those of all samples.
    pub(crate) fn answers(&self) -> u64 {
        self.answers as u64
    }

    /// Whether words of answers fill at least half of a finding's description, or of all that it
    /// says. A few words in common do not make a rule's finding a model's.
    pub(crate) fn is_behind(&self, analysis: &Analysis) -> bool {
        let (finding, recommendation) = (&analysis.finding, &analysis.recommendation);
        let written = [
            &finding.description,
            &finding.evidence,
            &recommendation.action,
            &recommendation.rationale,
        ];
        let (mut filled, mut length) = (0, 0);
        for (place, it) in written.into_iter().enumerate() {
            let words = self.words_in(it);
            if place == 0 && words > 0 && 2 * words >= it.len() {
                return true;
            }
            filled += words;
            length += it.len();
        }
        filled > 0 && 2 * filled >= length
    }

    /// Bytes of a text that are words of answers.
    fn words_in(&self, text: &str) -> usize {
        let mut ranges: Vec<(usize, usize)> = self
            .texts
            .iter()
            .flat_map(|said| {
                text.match_indices(said.as_str())
                    .map(|(at, words)| (at, at + words.len()))
            })
            .collect();
        ranges.sort_unstable();
        let (mut filled, mut end) = (0, 0);
        for (from, to) in ranges {
            filled += to.max(end) - from.max(end);
            end = end.max(to);
        }
        filled
    }
}

/// A text as prompts hold it: in JSON without angle brackets.
fn escaped(text: &str) -> String {
    let json = Json::String(text.to_owned()).to_string();
    let inner = json.trim_start_matches('"').trim_end_matches('"');
    inner.replace('<', "\\u003c").replace('>', "\\u003e")
}

fn leaves(json: &Json, texts: &mut Vec<String>) {
    match json {
        Json::String(text) => keep(text, texts),
        Json::Array(items) => items.iter().for_each(|it| leaves(it, texts)),
        Json::Object(members) => members.values().for_each(|it| leaves(it, texts)),
        _ => {}
    }
}

fn keep(text: &str, texts: &mut Vec<String>) {
    let text = text.trim();
    if text.chars().count() >= TELLING && texts.len() < MOST_TEXTS {
        texts.push(text.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use deepfix_core::{Finding, Recommendation, Severity};

    use super::*;

    fn analysis(description: &str) -> Analysis {
        Analysis {
            finding: Finding {
                code: "a.b".into(),
                description: description.into(),
                evidence: String::new(),
                facts: vec![],
                severity: Severity::High,
                confidence: 0.9,
                extras: String::new(),
            },
            recommendation: Recommendation {
                action: String::new(),
                rationale: String::new(),
                confidence: 0.9,
                citations: vec![],
            },
        }
    }

    #[test]
    fn words_of_an_answer_are_known_again() {
        let answer = r#"{"findings": [{"code": "a.b", "description": "The labels of the test set look shuffled."}]}"#;
        let plain = "The learning rate is far too large for this model.\nshort";
        let said = Said::in_answers(&[("Q".into(), answer.to_owned()), ("Q".into(), plain.to_owned())]);
        assert_eq!(said.answers(), 2);
        assert!(said.is_behind(&analysis("We think: The labels of the test set look shuffled. Do act.")));
        assert!(said.is_behind(&analysis("The learning rate is far too large for this model.")));
        assert!(!said.is_behind(&analysis("The labels look shuffled.")));
        // Nor does a sentence in common make the rest of a rule's text a model's.
        let rule = "After epoch 12 the validation loss rises while the training loss falls to 0.01, so the network \
                    memorises. The learning rate is far too large for this model.";
        assert!(!said.is_behind(&analysis(rule)));
        let mut advised = analysis("Act.");
        advised.recommendation.action = "The labels of the test set look shuffled.".into();
        assert!(said.is_behind(&advised));
        assert!(!said.is_behind(&analysis("a.b short")));
        // What it was told to say, or read in the question, is no word of its own: else a model, or
        // who writes the names of columns, could take a rule's finding for its own.
        let rule = "The validation loss \"rises\" while the training loss falls.";
        let asked = format!("<<<DATA\n{}\nDATA>>>", serde_json::json!({"do": rule}));
        let echo = serde_json::json!({"summary": rule}).to_string();
        let said = Said::in_answers(&[(asked.into(), echo)]);
        assert!(!said.is_behind(&analysis(rule)));
    }
}
