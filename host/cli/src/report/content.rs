//! What a report shows, whatever its format.

use deepfix_core::{AgentResult, AnalyseResponse, Severity, WireAnalysis};
use serde_json::Value as Json;

/// Codes of the reasoner that say that there is no fault.
const VERDICTS: [&str; 2] = ["cross.healthy", "cross.not_examined"];

/// One row of the table of agents.
pub(crate) struct Agent<'a> {
    pub(crate) name: &'a str,
    pub(crate) findings: usize,
    pub(crate) milliseconds: Option<f64>,
    pub(crate) error: Option<&'a str>,
}

/// A step of the reasoner's plan.
pub(crate) struct Action<'a> {
    pub(crate) action: &'a str,
    pub(crate) how_to_tell: &'a str,
}

/// One root cause.
pub(crate) struct RootCause<'a> {
    pub(crate) analysis: &'a WireAnalysis,
    /// The step of the plan that is its recommendation, so that it need not be said twice.
    pub(crate) step: Option<usize>,
    /// Codes of the analyzers' findings that it joins under its own.
    pub(crate) joins: Vec<&'a str>,
    /// Codes that it explains.
    pub(crate) consequences: Vec<&'a str>,
}

/// A line with an explanation.
pub(crate) struct Note<'a> {
    pub(crate) what: String,
    pub(crate) why: &'a str,
    pub(crate) send: &'a str,
}

/// The response, sorted for a reader.
pub(crate) struct Content<'a> {
    pub(crate) title: String,
    pub(crate) summary: &'a str,
    /// The reasoner's analyses: one per root cause.
    pub(crate) root_causes: Vec<RootCause<'a>>,
    /// Nothing among them is more than a remark.
    pub(crate) only_remarks: bool,
    pub(crate) actions: Vec<Action<'a>>,
    /// Findings of analyzers that are neither behind a root cause nor one of its consequences,
    /// and that were not ruled out.
    pub(crate) also_seen: Vec<&'a WireAnalysis>,
    pub(crate) ruled_out: Vec<Note<'a>>,
    pub(crate) not_examined: Vec<Note<'a>>,
    pub(crate) warnings: Vec<&'a str>,
    pub(crate) agents: Vec<Agent<'a>>,
}

fn text<'a>(value: &'a Json, name: &str) -> &'a str {
    value.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// A text, or a list of texts.
fn names(value: Option<&Json>) -> String {
    match value {
        Some(Json::String(name)) => name.clone(),
        Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(", "),
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

impl<'a> Content<'a> {
    pub(crate) fn of(response: &'a AnalyseResponse) -> Self {
        // The reasoner is the last.
        let (reasoner, analyzers) = match response.agent_results.0.split_last() {
            Some((reasoner, analyzers)) => (Some(&reasoner.1), analyzers),
            None => (None, [].as_slice()),
        };
        let reasoned = reasoner.map(|it| it.analysis.as_slice()).unwrap_or_default();
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
            })
            .collect();
        // That nothing is wrong, or that nothing could be looked at, is what the summary says.
        let faults = || {
            reasoned
                .iter()
                .filter(|it| !VERDICTS.contains(&it.findings.code.as_str()))
        };
        Self {
            only_remarks: faults().all(|it| it.findings.severity == Severity::Low),
            title: response.dataset_name.clone().unwrap_or_default(),
            summary: &response.summary,
            root_causes: faults()
                .map(|it| RootCause {
                    analysis: it,
                    step: actions
                        .iter()
                        .position(|step| step.action == it.recommendations.action)
                        .map(|place| place + 1),
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
