//! What changed between two analyses: faults that are gone, new or other than before.

use std::collections::BTreeMap;

use deepfix_core::{AnalyseResponse, Problem, ProblemCode, WireFinding};
use deepfix_history::Stored;
use serde::Serialize;
use utoipa::ToSchema;

/// A fault in one or both of two analyses.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Change {
    code: String,
    /// `new`, `gone`, `changed` or `same`.
    change: &'static str,
    before: Option<State>,
    after: Option<State>,
}

/// The worst finding of a code.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = FaultState)]
struct State {
    severity: String,
    confidence: f64,
    description: String,
    count: usize,
}

/// What changed from one analysis to the other; an error where one of them cannot be read, since that it has no
/// findings would be wrong.
pub(crate) fn changes(before: &Stored, after: &Stored) -> Result<Vec<Change>, Problem> {
    Ok(between(&read(before)?, &read(after)?))
}

fn read(stored: &Stored) -> Result<AnalyseResponse, Problem> {
    let id = &stored.entry.id;
    serde_json::from_str(&stored.response).map_err(|error| {
        tracing::error!(%error, %id, "a stored response cannot be read");
        Problem::new(
            ProblemCode::Internal,
            format!("the stored response of `{id}` cannot be read"),
        )
    })
}

fn between(before: &AnalyseResponse, after: &AnalyseResponse) -> Vec<Change> {
    let (before, mut after) = (states(before), states(after));
    let mut changes = Vec::new();
    for (code, was) in before {
        let is = after.remove(&code);
        let change = match &is {
            None => "gone",
            Some(is) if is.severity == was.severity && is.count == was.count => "same",
            Some(_) => "changed",
        };
        changes.push(Change {
            code,
            change,
            before: Some(was),
            after: is,
        });
    }
    changes.extend(after.into_iter().map(|(code, is)| Change {
        code,
        change: "new",
        before: None,
        after: Some(is),
    }));
    let order = |it: &Change| {
        ["new", "changed", "gone", "same"]
            .iter()
            .position(|name| *name == it.change)
    };
    changes.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.code.cmp(&b.code)));
    changes
}

impl From<Change> for deepfix_pages::Change {
    fn from(it: Change) -> Self {
        let state = |it: State| deepfix_pages::State {
            severity: it.severity,
            confidence: (it.confidence.clamp(0.0, 1.0) * 100.0).round() as u32,
            description: it.description,
            count: it.count,
        };
        Self {
            code: it.code,
            change: it.change,
            before: it.before.map(state),
            after: it.after.map(state),
        }
    }
}

fn states(response: &AnalyseResponse) -> BTreeMap<String, State> {
    let mut states: BTreeMap<String, State> = BTreeMap::new();
    let own = |it: &&WireFinding| !response.is_of_reasoner(it) || it.code.starts_with("cross.");
    for finding in response.faults().filter(own) {
        let state = State {
            severity: finding.severity.as_str().to_owned(),
            confidence: finding.confidence,
            description: finding.description.clone(),
            count: 1,
        };
        match states.get_mut(&finding.code) {
            None => {
                states.insert(finding.code.clone(), state);
            }
            Some(known) => {
                let count = known.count + 1;
                if rank(&state) > rank(known) {
                    *known = state;
                }
                known.count = count;
            }
        }
    }
    states
}

fn rank(state: &State) -> (usize, u64) {
    let severity = ["low", "medium", "high"].iter().position(|it| *it == state.severity);
    (severity.map_or(0, |it| it + 1), (state.confidence * 1e6) as u64)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn finding(id: &str, code: &str, severity: &str) -> Json {
        json!({
            "findings": {
                "id": id, "code": code, "severity": severity, "confidence": 0.9, "description": "d", "evidence": "e",
                "facts": [], "evidence_verified": true,
            },
            "recommendations": {"action": "a", "rationale": "r", "confidence": 0.9, "citations": []},
        })
    }

    fn agent(name: &str, findings: &[(&str, &str)]) -> Json {
        let analysis: Vec<Json> = findings
            .iter()
            .enumerate()
            .map(|(n, (code, severity))| finding(&format!("{name}/{n}"), code, severity))
            .collect();
        json!({
            "agent_name": name, "analysis": analysis, "analyzed_artifacts": null, "retrieved_knowledge": null,
            "additional_outputs": {}, "error_message": null,
        })
    }

    /// Of an analyzer, and of a reasoner that repeats it.
    fn response(findings: &[(&str, &str)]) -> Json {
        json!({
            "agent_results": {"A": agent("A", findings), "R": agent("R", findings)}, "summary": "s",
            "additional_outputs": {}, "error_messages": {}, "dataset_name": null,
        })
    }

    fn changes(before: Json, after: Json) -> Vec<Change> {
        between(
            &serde_json::from_value(before).unwrap(),
            &serde_json::from_value(after).unwrap(),
        )
    }

    #[test]
    fn what_is_new_gone_changed_and_same_is_said_in_that_order() {
        let before = response(&[("a.same", "low"), ("a.gone", "high"), ("a.changed", "high")]);
        let after = response(&[
            ("a.same", "low"),
            ("a.new", "medium"),
            ("a.changed", "low"),
            ("cross.healthy", "low"),
            ("cross.not_examined", "low"),
            ("cross.no_synthesis", "low"),
        ]);
        let said: Vec<_> = changes(before, after)
            .into_iter()
            .map(|it| (it.code, it.change))
            .collect();
        let expected = [
            ("a.new", "new"),
            ("a.changed", "changed"),
            ("a.gone", "gone"),
            ("a.same", "same"),
        ];
        assert_eq!(said, expected.map(|(code, change)| (code.to_owned(), change)));
    }

    #[test]
    fn the_worst_finding_of_a_code_stands_for_all() {
        let before = response(&[("a.b", "low"), ("a.b", "high")]);
        let changes = changes(before, response(&[]));
        let state = changes[0].before.as_ref().unwrap();
        assert_eq!((state.severity.as_str(), state.count), ("high", 2));
    }

    #[test]
    fn what_the_reasoner_ruled_out_is_no_fault() {
        let mut before = response(&[("a.ruled_out", "high"), ("a.stands", "low")]);
        before["agent_results"]["R"] = agent("R", &[("cross.own", "medium"), ("a.stands", "low")]);
        before["additional_outputs"]["ruled_out"] = json!([{"code": "a.ruled_out", "findings": ["A/0"]}]);
        let changes = changes(before, response(&[]));
        let codes: Vec<&str> = changes.iter().map(|it| it.code.as_str()).collect();
        assert_eq!(codes, ["a.stands", "cross.own"]);
        assert!(changes.iter().all(|it| it.before.as_ref().unwrap().count == 1));
    }
}
