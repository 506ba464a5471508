//! Asking the language model, where the host has one.
//!
//! An analyzer hands its finished report to [`Question::ask`]: one call at most, with a small
//! prompt made of facts that it has read already, each with its source. What comes back is never
//! taken at its word. A finding can only point to those facts; whoever wants to add one must be
//! agreed with by most samples; the host reads the facts again, holds every number of the text
//! against them, and drops what does not follow. Without a model, or when it does not
//! answer, the report stays what the rules made it, byte for byte.
//!
//! ```
//! # use deepfix_plugin::{ArtifactKind, Context, Description, Report, ask::Question};
//! # fn of(cx: &Context<'_>, description: Description, report: Report) -> Report {
//! Question::of(description, "Look at the curves.")
//!     .table(cx, ArtifactKind::Training, "metrics", 4)
//!     .ask(cx, report)
//! # }
//! ```
//!
//! The host's side of this is in `docs/llm.md`.

mod agreement;
mod facts;
mod prompt;
mod synthesis;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::{
    Analysis, CompletionRequest, Context, Description, Fact, Finding, Level, Query, Recommendation, Report, Severity,
    Value,
};

pub use synthesis::synthesise;

/// Facts in a prompt. What matters is among the first; more dilute it.
const MOST_FACTS: usize = 28;
/// The longest answer: three findings and their facts fit into half of it.
const ANSWER_TOKENS: u32 = 900;
/// New findings per answer. A model that sees more than this sees ghosts.
const MOST_FINDINGS: usize = 3;
/// Citations per finding, as many as a rule's.
const CITATIONS: u32 = 2;

/// What the host says of its language model, in the request's extras.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Hints {
    pub(crate) samples: u32,
    pub(crate) analyzer: String,
    pub(crate) reasoner: String,
}

impl Hints {
    /// None where there is no model that this agent may use.
    pub(crate) fn of(cx: &Context<'_>) -> Option<Self> {
        #[derive(Deserialize)]
        struct Extras {
            llm: Hints,
        }
        let extras: Extras = serde_json::from_str(&cx.request().extras).ok()?;
        cx.host().llm_available().then_some(extras.llm)
    }
}

/// What an analyzer asks.
#[derive(Debug, Clone)]
pub struct Question {
    agent: String,
    codes: Vec<String>,
    focus: String,
    observed: Vec<Fact>,
}

impl Question {
    /// A question about the codes that an agent reports. `focus` says in one sentence, in
    /// English, what to look at.
    #[must_use]
    pub fn of(description: Description, focus: &str) -> Self {
        Self {
            agent: description.name,
            codes: description.codes,
            focus: focus.to_owned(),
            observed: Vec::new(),
        }
    }

    /// A fact beyond those of the report's findings.
    #[must_use]
    pub fn fact(mut self, fact: Fact) -> Self {
        self.observed.push(fact);
        self
    }

    /// Facts of a table: first, last, lowest and highest value of its first numeric columns.
    #[must_use]
    pub fn table(mut self, cx: &Context<'_>, kind: crate::ArtifactKind, name: &str, columns: usize) -> Self {
        if Hints::of(cx).is_some() {
            self.observed.extend(facts::of_table(cx, kind, name, columns));
        }
        self
    }

    /// Facts of a document: the numbers and short texts nearest to a place of it.
    #[must_use]
    pub fn document(mut self, cx: &Context<'_>, kind: crate::ArtifactKind, pointer: &str, most: usize) -> Self {
        if Hints::of(cx).is_some() {
            self.observed.extend(facts::of_document(cx, kind, pointer, most));
        }
        self
    }

    /// Asks, and returns the report with what came of it.
    #[must_use]
    pub fn ask(self, cx: &Context<'_>, mut report: Report) -> Report {
        let Some(hints) = Hints::of(cx) else { return report };
        let facts = self.facts(&report);
        if facts.is_empty() {
            return report;
        }
        let prompt = prompt::Prompt::new(&self, &hints, cx.request(), &report, &facts);
        let request = CompletionRequest {
            messages: prompt.messages,
            schema: Some(prompt.schema),
            max_tokens: Some(ANSWER_TOKENS),
            temperature: None,
            samples: hints.samples,
        };
        match cx.host().complete(&request) {
            // A sample that was lost agrees with nothing.
            Ok(completion) => {
                let asked = completion.texts.len().max(hints.samples as usize);
                self.merge(cx, &facts, &completion.texts, asked, &mut report);
            }
            // The host reports why; the rules have spoken already.
            Err(error) => cx.log(
                Level::Info,
                "the language model gave no answer",
                &[("error", error.to_string())],
            ),
        }
        report
    }

    /// The facts of the findings, then what was observed, each place once.
    fn facts(&self, report: &Report) -> Vec<Fact> {
        let mut facts: Vec<Fact> = Vec::new();
        let found = report.analyses.iter().flat_map(|it| &it.finding.facts);
        for fact in found.chain(&self.observed) {
            let known = facts.iter().any(|it| it.source == fact.source);
            if fact.source.is_some() && !known && facts.len() < MOST_FACTS {
                facts.push(fact.clone());
            }
        }
        facts
    }

    fn merge(&self, cx: &Context<'_>, facts: &[Fact], texts: &[String], asked: usize, report: &mut Report) {
        let answers: Vec<Said> = texts.iter().filter_map(|it| serde_json::from_str(it).ok()).collect();
        for it in agreement::reported(&answers, asked) {
            let named = report
                .analyses
                .iter_mut()
                .filter(|analysis| analysis.finding.code == it.code);
            for analysis in named.take(1) {
                let note = if it.stands {
                    json!({"wording": it.text, "agree": it.agree, "of": asked})
                } else {
                    json!({"disputed": true, "agree": it.agree, "of": asked})
                };
                analysis.finding.extras = with_note(&analysis.finding.extras, note);
            }
        }
        for it in agreement::findings(&answers, asked) {
            let known = report
                .analyses
                .iter()
                .any(|analysis| analysis.finding.code == it.said.code);
            if known || !self.codes.contains(&it.said.code) {
                continue;
            }
            let cited: Vec<Fact> = it.facts.iter().filter_map(|id| fact_of(facts, id)).cloned().collect();
            if cited.is_empty() {
                continue;
            }
            let evidence = cited.iter().map(|fact| shown(cx, fact)).collect::<Vec<_>>().join("; ");
            let query = Query {
                text: format!("{} what to try first", it.said.code.replace(['.', '_'], " ")),
                domain: None,
                code: Some(it.said.code.clone()),
                limit: CITATIONS,
            };
            report.analyses.push(Analysis {
                finding: Finding {
                    code: it.said.code.clone(),
                    description: it.said.description.clone(),
                    evidence,
                    facts: cited,
                    severity: it.severity,
                    confidence: it.confidence,
                    extras: with_note("", json!({"origin": "model", "agree": it.agree, "of": asked})),
                },
                recommendation: Recommendation {
                    action: it.said.action.clone(),
                    rationale: String::new(),
                    confidence: it.confidence,
                    citations: cx.search(&query).into_iter().map(|it| it.id).collect(),
                },
            });
        }
    }
}

/// One answer, in the form of the schema.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Said {
    findings: Vec<SaidFinding>,
    reported: Vec<SaidMeaning>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SaidFinding {
    code: String,
    facts: Vec<String>,
    description: String,
    action: String,
    severity: String,
}

impl SaidFinding {
    fn severity(&self) -> Severity {
        if self.severity == "low" {
            Severity::Low
        } else {
            Severity::Medium
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SaidMeaning {
    code: String,
    meaning: String,
    #[serde(default = "stands")]
    stands: bool,
}

/// Who does not doubt a finding says nothing of it.
fn stands() -> bool {
    true
}

fn fact_of<'a>(facts: &'a [Fact], id: &str) -> Option<&'a Fact> {
    let number: usize = id.strip_prefix('f')?.parse().ok()?;
    facts.get(number.checked_sub(1)?)
}

fn shown(cx: &Context<'_>, fact: &Fact) -> String {
    let value = match &fact.value {
        Value::Number(it) => cx.language().number(*it),
        Value::Integer(it) => it.to_string(),
        Value::Boolean(it) => it.to_string(),
        Value::Text(it) => it.clone(),
    };
    format!("{} = {value}", fact.label)
}

/// A finding's extras with what the model has to do with it.
pub(crate) fn with_note(extras: &str, note: Json) -> String {
    let mut members: serde_json::Map<String, Json> = serde_json::from_str(extras).unwrap_or_default();
    members.insert("llm".to_owned(), note);
    Json::Object(members).to_string()
}
