//! What a language model said through an agent, checked before it becomes part of a result.
//!
//! An agent marks it in the member `llm` of extras: a whole finding (`origin: model`), words for a
//! finding of a rule (`wording`), or a summary (`summary`); with the samples that agree and how
//! many were asked. A claim that fails is dropped and counted in `model_claims`; the rules'
//! results stay.

use std::collections::HashSet;

use deepfix_core::{Analysis, JudgedAnalysis, ResolvedFact, Severity, Value};
use serde_json::{Map, Value as Json, json};

use crate::{
    judge::object,
    numbers::unfounded,
    said::Said,
    wording::{plays_down, unfit as unfit_form},
};

/// The member of extras.
const NOTE: &str = "llm";
/// Samples from which on a finding of a model may be more than a remark.
const ENOUGH: u64 = 3;
/// Why a model's doubt of a rule's finding is not passed on.
const DISPUTED: &str = "it doubts a rule's finding and shows nothing against it";
/// Why words that could stand beside any finding are not passed on.
const UNGROUNDED: &str = "it speaks of none of the finding's facts";
/// Why a summary that could be one of any experiment is not taken.
const OF_NOTHING: &str = "it speaks of no finding";
/// Why words beside a fault are not passed on.
const PLAYED_DOWN: &str = "it plays down what a rule has found";
/// The claims of one agent.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    kept: usize,
    worded: usize,
    dropped: Vec<Json>,
}

impl Claims {
    /// Whether a finding stays. Rules' findings always do. `said`: what the model answered this
    /// agent; a finding that holds words of it is the model's, whatever its mark.
    pub(crate) fn check(
        &mut self,
        analysis: &mut Analysis,
        facts: &[ResolvedFact],
        verified: bool,
        said: &Said,
    ) -> bool {
        let mut extras = object(&analysis.finding.extras);
        let note = match extras.get(NOTE) {
            Some(Json::Object(note)) if note.get("origin").and_then(Json::as_str) == Some("model") => note.clone(),
            // Whatever else a plugin says of them.
            _ if said.is_behind(analysis) => unmarked(said),
            // Of another agent's model, and judged there.
            Some(Json::Object(note)) if note.contains_key("agreement") => return true,
            Some(Json::Object(note)) => note.clone(),
            _ => return true,
        };
        // No more samples can agree than have answered.
        let agree = count(&note, "agree").min(said.answers());
        let of = count(&note, "of").max(said.answers());
        let own = note.get("origin").and_then(Json::as_str) == Some("model");
        if own {
            if let Some(reason) = wrong(analysis, facts, verified) {
                self.drop(&analysis.finding.code, &reason);
                return false;
            }
            self.kept += 1;
            let sure = interval(agree, of).0;
            analysis.finding.confidence = analysis.finding.confidence.min(sure);
            analysis.recommendation.confidence = analysis.recommendation.confidence.min(sure);
            let most = if of >= ENOUGH { Severity::Medium } else { Severity::Low };
            analysis.finding.severity = analysis.finding.severity.min(most);
        } else if note.get("disputed").is_some() {
            self.drop(&analysis.finding.code, DISPUTED);
            extras.remove(NOTE);
            analysis.finding.extras = text_of(extras);
            return true;
        } else if let Some(words) = note.get("wording").and_then(Json::as_str) {
            match wrong_words(words, analysis, facts) {
                Some(reason) => {
                    self.drop(&analysis.finding.code, &reason);
                    extras.remove(NOTE);
                    analysis.finding.extras = text_of(extras);
                    return true;
                }
                None => {
                    self.worded += 1;
                    let description = format!("{} {}", analysis.finding.description.trim_end(), words.trim());
                    analysis.finding.description = description;
                }
            }
        }
        let (low, high) = interval(agree, of);
        let origin = if own { "finding" } else { "wording" };
        extras.insert(
            NOTE.to_owned(),
            json!({
                "origin": origin, "agreement": format!("{agree} of {of}"),
                "interval": [rounded(low), rounded(high)], "calibrated": false,
            }),
        );
        analysis.finding.extras = text_of(extras);
        true
    }

    /// Takes a model's summary in place of what follows the verdict of an agent's own, where each
    /// of its numbers stands in the agent's findings or summary, it speaks of one of them, and it plays
    /// nothing down. The verdict stays: a text without numbers cannot be held against facts.
    pub(crate) fn summary(
        &mut self,
        summary: &mut String,
        extras: &mut Map<String, Json>,
        analyses: &[JudgedAnalysis],
    ) {
        let Some(note) = extras.remove(NOTE) else { return };
        let Some(text) = note.get("summary").and_then(Json::as_str) else {
            return;
        };
        let mut known = numbers_of(summary);
        for it in analyses {
            let (finding, recommendation) = (&it.analysis.finding, &it.analysis.recommendation);
            for text in [&finding.description, &finding.evidence, &recommendation.action] {
                known.extend(numbers_of(text));
            }
            known.extend(it.facts.iter().filter_map(|it| number(&it.fact.value)));
        }
        // Where something is wrong a summary says so; where nothing is, it may say that.
        let faults = analyses
            .iter()
            .any(|it| it.analysis.finding.severity > Severity::Low && !is_models(it));
        let down = || (faults && plays_down(text)).then(|| PLAYED_DOWN.to_owned());
        let of_nothing = || {
            let speaks = analyses.is_empty() || names_a_finding(text, analyses, extras, &known);
            (!speaks).then(|| OF_NOTHING.to_owned())
        };
        if let Some(reason) = unfit(text, &[], &known).or_else(down).or_else(of_nothing) {
            self.drop("summary", &reason);
            return;
        }
        let first = verdict(summary);
        let whole = if text.starts_with(first) {
            text.to_owned()
        } else {
            format!("{first} {text}")
        };
        extras.insert("rule_summary".to_owned(), json!(summary));
        if extras.contains_key("summary") {
            extras.insert("summary".to_owned(), json!(whole));
        }
        *summary = whole;
        self.worded += 1;
    }

    /// States what became of the claims, where there were any.
    pub(crate) fn write(self, extras: &mut Map<String, Json>) {
        if self.kept + self.worded + self.dropped.len() > 0 {
            extras.insert(
                "model_claims".to_owned(),
                json!({"findings": self.kept, "wordings": self.worded, "dropped": self.dropped}),
            );
        }
    }

    fn drop(&mut self, what: &str, reason: &str) {
        self.dropped.push(json!({"claim": what, "reason": reason}));
    }
}

/// The first sentence of a summary: what is wrong, or that nothing is.
pub(crate) fn verdict(summary: &str) -> &str {
    let end = summary.match_indices(['.', '!', '?']).find_map(|(at, mark)| {
        let end = at + mark.len();
        let next = summary.get(end..)?.chars().next();
        next.is_none_or(char::is_whitespace).then_some(end)
    });
    end.and_then(|it| summary.get(..it)).unwrap_or(summary)
}

/// Whether a model is behind a judged finding.
pub(crate) fn is_models(analysis: &JudgedAnalysis) -> bool {
    object(&analysis.analysis.finding.extras)
        .get(NOTE)
        .and_then(|it| it.get("origin"))
        .is_some_and(|it| it == "finding")
}

/// The mark of a finding that has none: nobody knows how many samples agree.
fn unmarked(said: &Said) -> Map<String, Json> {
    let mut note = Map::new();
    note.insert("origin".to_owned(), json!("model"));
    note.insert("agree".to_owned(), json!(1));
    note.insert("of".to_owned(), json!(said.answers()));
    note
}

fn wrong(analysis: &Analysis, facts: &[ResolvedFact], verified: bool) -> Option<String> {
    if !verified {
        return Some(if facts.iter().any(|it| it.verified == Some(false)) {
            "its facts read differently in the artifact".to_owned()
        } else {
            "it points to no place of an artifact".to_owned()
        });
    }
    // What was read, and not what a plugin says was.
    let read = facts.iter().filter(|it| it.verified == Some(true));
    let values: Vec<f64> = read.filter_map(|it| number(&it.fact.value)).collect();
    let finding = &analysis.finding;
    // Form is judged before names are taken out: a link does not become harmless by standing in
    // the artifact as well.
    unfit_form(&finding.description)
        .or_else(|| unfit_form(&finding.evidence))
        .or_else(|| unfit(&without_names(&finding.description, facts), &values, &[]))
        .or_else(|| unfit(&without_names(&finding.evidence, facts), &values, &[]))
        .or_else(|| {
            let of_facts = names_a_fact(&finding.description, facts.iter(), &values, &[]);
            (!of_facts).then(|| "its description speaks of none of its facts".to_owned())
        })
        // What an action advises is no claim about the artifact: its numbers are free.
        .or_else(|| unfit_form(&analysis.recommendation.action))
        .or_else(|| unfit_form(&analysis.recommendation.rationale))
}

/// Words of a label that any fact may have.
const COMMON: [&str; 14] = [
    "first", "last", "lowest", "highest", "rows", "value", "values", "number", "with", "the", "and", "for", "all",
    "not",
];

/// Whether a description speaks of what its facts are about: it states one of their values, or a
/// word of their names. Prompts ask for names as they stand, in every language.
fn names_a_fact<'a>(
    text: &str,
    mut facts: impl Iterator<Item = &'a ResolvedFact>,
    values: &[f64],
    known: &[f64],
) -> bool {
    let lower = text.to_lowercase();
    let words: HashSet<&str> = lower.split(|it: char| !it.is_alphanumeric()).collect();
    let word = |it: &str| it.chars().count() > 2 && !COMMON.contains(&it) && words.contains(it);
    let named = facts.any(|it| {
        let label = it.fact.label.to_lowercase();
        let whole = match &it.fact.value {
            Value::Text(text) => text.to_lowercase(),
            _ => String::new(),
        };
        label.split(|it: char| !it.is_alphanumeric()).any(word)
            || (label.chars().count() > 2 && lower.contains(&label))
            || (whole.chars().count() > 2 && lower.contains(&whole))
    });
    named || !numbers_of(text).is_empty() && unfounded(text, values, known).is_none()
}

/// Whether a summary speaks of a finding: of a fact of one, its code or its title, or by a number.
fn names_a_finding(text: &str, analyses: &[JudgedAnalysis], extras: &Map<String, Json>, known: &[f64]) -> bool {
    if names_a_fact(text, analyses.iter().flat_map(|it| &it.facts), &[], known) {
        return true;
    }
    let lower = text.to_lowercase();
    let says = |it: &str| it.chars().count() > 2 && lower.contains(&it.to_lowercase());
    let titles = extras.get("root_causes").and_then(Json::as_array).into_iter().flatten();
    let mut titles = titles.filter_map(|it| it.get("title")?.as_str());
    let mut codes = analyses.iter().map(|it| it.analysis.finding.code.as_str());
    titles.any(says)
        || codes.any(|code| {
            let name = code.rsplit('.').next().unwrap_or(code);
            says(code) || says(&name.replace('_', " "))
        })
}

fn wrong_words(words: &str, analysis: &Analysis, facts: &[ResolvedFact]) -> Option<String> {
    let values: Vec<f64> = facts.iter().filter_map(|it| number(&it.fact.value)).collect();
    let (finding, recommendation) = (&analysis.finding, &analysis.recommendation);
    let known: Vec<f64> = [
        &finding.description,
        &finding.evidence,
        &recommendation.action,
        &recommendation.rationale,
    ]
    .into_iter()
    .flat_map(|it| numbers_of(it))
    .collect();
    unfit_form(words)
        .or_else(|| plays_down(words).then(|| PLAYED_DOWN.to_owned()))
        .or_else(|| unfit(&without_names(words, facts), &values, &known))
        .or_else(|| {
            let of_facts = names_a_fact(words, facts.iter(), &values, &known);
            (!of_facts).then(|| UNGROUNDED.to_owned())
        })
}

/// Numbers inside the names that an artifact gives are not claims.
fn without_names(text: &str, facts: &[ResolvedFact]) -> String {
    let mut names: Vec<&str> = facts.iter().map(|it| it.fact.label.as_str()).collect();
    names.extend(facts.iter().filter_map(|it| match &it.fact.value {
        Value::Text(text) => Some(text.as_str()),
        _ => None,
    }));
    names.retain(|it| !it.is_empty() && it.chars().any(char::is_alphabetic));
    names.sort_by_key(|it| std::cmp::Reverse(it.len()));
    names
        .into_iter()
        .fold(text.to_owned(), |text, name| text.replace(name, " "))
}

fn unfit(text: &str, facts: &[f64], known: &[f64]) -> Option<String> {
    unfit_form(text).or_else(|| {
        unfounded(text, facts, known).map(|it| format!("the number {} does not follow from its facts", it.text))
    })
}

fn numbers_of(text: &str) -> Vec<f64> {
    crate::numbers::stated(text)
        .iter()
        .flat_map(crate::numbers::Stated::values)
        .collect()
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(it) => Some(*it as f64),
        Value::Number(it) => Some(*it),
        Value::Boolean(_) | Value::Text(_) => None,
    }
}

fn count(note: &Map<String, Json>, name: &str) -> u64 {
    note.get(name).and_then(Json::as_u64).unwrap_or(0)
}

fn rounded(share: f64) -> f64 {
    (share * 100.0).round() / 100.0
}

fn text_of(extras: Map<String, Json>) -> String {
    if extras.is_empty() {
        String::new()
    } else {
        Json::Object(extras).to_string()
    }
}

/// Wilson's 95 % interval of a share (Wilson 1927). It says how well the agreement is known; what
/// agreement is worth was never fitted on labelled runs, hence `calibrated: false`.
fn interval(agree: u64, of: u64) -> (f64, f64) {
    const Z: f64 = 1.96;
    if of == 0 {
        return (0.0, 1.0);
    }
    let n = of as f64;
    let share = agree.min(of) as f64 / n;
    let centre = share + Z * Z / (2.0 * n);
    let margin = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (
        ((centre - margin) / scale).max(0.0),
        ((centre + margin) / scale).min(1.0),
    )
}

#[cfg(test)]
#[path = "claims_tests.rs"]
mod tests;
