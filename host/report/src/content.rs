//! What a report shows, whatever its format.

use deepfix_core::{AgentResult, AnalyseResponse, Severity, WireAnalysis};
use serde_json::Value as Json;

use crate::checks::both_sets;

/// One row of the table of agents.
#[derive(Debug)]
pub struct Agent<'a> {
    /// Its name.
    pub name: &'a str,
    /// How many findings it has.
    pub findings: usize,
    /// Wall time.
    pub milliseconds: Option<f64>,
    /// Why it gave no result, or not all of it.
    pub error: Option<&'a str>,
}

/// A step of the reasoner's plan.
#[derive(Debug)]
pub struct Action<'a> {
    /// What to do.
    pub action: &'a str,
    /// How to tell that it worked.
    pub how_to_tell: &'a str,
    /// Minutes, hours or days.
    pub effort: &'a str,
    /// How much it is expected to help.
    pub effect: &'a str,
    /// The code of the root cause that it is for.
    pub root_cause: &'a str,
}

/// One root cause.
#[derive(Debug)]
pub struct RootCause<'a> {
    /// What the reasoner says of it.
    pub analysis: &'a WireAnalysis,
    /// What it is called; empty where the reasoner gives no title.
    pub title: &'a str,
    /// Ids of the analyzers' findings behind it.
    pub findings: Vec<&'a str>,
    /// What follows from it.
    pub symptoms: Vec<Symptom<'a>>,
    /// The step of the plan that is its recommendation, so that it need not be said twice.
    pub step: Option<usize>,
    /// Codes of the analyzers' findings that it joins under its own.
    pub joins: Vec<&'a str>,
    /// Codes that it explains.
    pub consequences: Vec<&'a str>,
}

/// What follows from a root cause.
#[derive(Debug)]
pub struct Symptom<'a> {
    /// Its code.
    pub code: &'a str,
    /// Ids of the findings.
    pub findings: Vec<&'a str>,
    /// Why it follows.
    pub why: &'a str,
}

/// A line with an explanation.
#[derive(Debug)]
pub struct Note<'a> {
    /// What it is about.
    pub what: String,
    /// Why.
    pub why: &'a str,
    /// What to send so that it can be looked at.
    pub send: &'a str,
}

/// The response, sorted for a reader.
#[derive(Debug)]
pub struct Content<'a> {
    /// The data set's name.
    pub title: String,
    /// The paragraph for a busy person.
    pub summary: &'a str,
    /// The reasoner's analyses: one per root cause.
    pub root_causes: Vec<RootCause<'a>>,
    /// Nothing among them is more than a remark.
    pub only_remarks: bool,
    /// What to do, in this order.
    pub actions: Vec<Action<'a>>,
    /// Findings of analyzers that are neither behind a root cause nor one of its consequences,
    /// and that were not ruled out.
    pub also_seen: Vec<&'a WireAnalysis>,
    /// What it looks like and is not.
    pub ruled_out: Vec<Note<'a>>,
    /// What could not be looked at.
    pub not_examined: Vec<Note<'a>>,
    /// What was odd about the request.
    pub warnings: Vec<&'a str>,
    /// Who looked.
    pub agents: Vec<Agent<'a>>,
}

fn text<'a>(value: &'a Json, name: &str) -> &'a str {
    value.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// A text, or a list of texts.
fn names(value: Option<&Json>) -> String {
    match value {
        Some(Json::String(name)) => name.clone(),
        Some(Json::Array(names)) => both_sets(names.iter().filter_map(Json::as_str)).join(", "),
        _ => String::new(),
    }
}

fn list<'a>(response: &'a AnalyseResponse, name: &str) -> &'a [Json] {
    response
        .additional_outputs
        .get(name)
        .and_then(Json::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// The step of the plan, counted from one, with which the advice on a cause begins: each of its parts has a step of
/// its own.
fn step(actions: &[Action<'_>], cause: &WireAnalysis) -> Option<usize> {
    let advice = cause.recommendations.action.as_str();
    let begins = |it: &Action<'_>| {
        it.root_cause == cause.findings.code && !it.action.is_empty() && advice.starts_with(it.action)
    };
    let whole = actions.iter().position(|it| it.action == advice);
    whole.or_else(|| actions.iter().position(begins)).map(|place| place + 1)
}

impl<'a> Content<'a> {
    /// Sorts a response.
    #[must_use]
    pub fn of(response: &'a AnalyseResponse) -> Self {
        let analyzers = response.analyzers();
        let reasoned = response.reasoner().map(|it| it.analysis.as_slice()).unwrap_or_default();
        let mut placed = response.ids("root_causes");
        placed.extend(response.ids("ruled_out"));
        let notes = |name: &str| {
            let note = |it: &'a Json| Note {
                what: names(it.get("what").or_else(|| it.get("code"))),
                why: text(it, "why"),
                send: text(it, "send"),
            };
            list(response, name).iter().map(note).collect()
        };
        let actions: Vec<Action<'_>> = list(response, "actions")
            .iter()
            .map(|it| Action {
                action: text(it, "action"),
                how_to_tell: text(it, "how_to_tell"),
                effort: text(it, "effort"),
                effect: text(it, "expected_effect"),
                root_cause: text(it, "root_cause"),
            })
            .collect();
        // That nothing is wrong, or that nothing could be looked at, is what the summary says.
        let faults = || reasoned.iter().filter(|it| it.findings.is_fault());
        Self {
            only_remarks: faults().all(|it| it.findings.severity == Severity::Low),
            title: response.dataset_name.clone().unwrap_or_default(),
            summary: &response.summary,
            root_causes: faults()
                .map(|it| RootCause {
                    analysis: it,
                    title: entries(response, &it.findings.code)
                        .map(|it| text(it, "title"))
                        .next()
                        .unwrap_or_default(),
                    findings: entries(response, &it.findings.code).flat_map(ids).collect(),
                    symptoms: symptoms(response, &it.findings.code),
                    step: step(&actions, it),
                    joins: joins(response, analyzers, &it.findings.code),
                    consequences: consequences(response, &it.findings.code),
                })
                .collect(),
            actions,
            also_seen: analyzers
                .iter()
                .flat_map(|(_, result)| &result.analysis)
                .filter(|it| !placed.contains(it.findings.id.as_str()))
                .filter(|it| !reasoned.iter().any(|root| root.findings.code == it.findings.code))
                .collect(),
            ruled_out: notes("ruled_out"),
            not_examined: notes("not_examined"),
            warnings: list(response, "warnings").iter().filter_map(Json::as_str).collect(),
            agents: response
                .agent_results
                .iter()
                .map(|(name, result)| Agent {
                    name,
                    findings: result.analysis.len(),
                    milliseconds: response
                        .additional_outputs
                        .get("timings_ms")
                        .and_then(|it| it.get(name)?.get("wall")?.as_f64()),
                    error: result.error_message.as_deref(),
                })
                .collect(),
        }
    }
}

/// The entries of the reasoner's `root_causes` with this code.
fn entries<'a>(response: &'a AnalyseResponse, code: &str) -> impl Iterator<Item = &'a Json> {
    list(response, "root_causes")
        .iter()
        .filter(move |it| text(it, "code") == code)
}

/// The ids that an entry lists.
fn ids(entry: &Json) -> impl Iterator<Item = &str> {
    let list = entry.get("findings").and_then(Json::as_array);
    list.into_iter().flatten().filter_map(Json::as_str)
}

fn symptoms<'a>(response: &'a AnalyseResponse, code: &str) -> Vec<Symptom<'a>> {
    entries(response, code)
        .filter_map(|it| it.get("consequences")?.as_array())
        .flatten()
        .map(|it| Symptom {
            code: text(it, "code"),
            findings: ids(it).collect(),
            why: text(it, "why"),
        })
        .collect()
}

/// Codes of the findings behind a root cause, where they differ from its own.
fn joins<'a>(response: &'a AnalyseResponse, analyzers: &'a [(String, AgentResult)], code: &str) -> Vec<&'a str> {
    let ids: Vec<&str> = entries(response, code)
        .filter_map(|it| it.get("findings")?.as_array())
        .flatten()
        .filter_map(Json::as_str)
        .collect();
    let mut codes: Vec<&str> = analyzers
        .iter()
        .flat_map(|(_, result)| &result.analysis)
        .filter(|it| ids.contains(&it.findings.id.as_str()) && it.findings.code != code)
        .map(|it| it.findings.code.as_str())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Codes that a root cause explains.
fn consequences<'a>(response: &'a AnalyseResponse, code: &str) -> Vec<&'a str> {
    entries(response, code)
        .filter_map(|it| it.get("consequences")?.as_array())
        .flatten()
        .map(|it| text(it, "code"))
        .filter(|it| !it.is_empty())
        .collect()
}
