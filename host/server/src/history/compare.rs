//! What changed between two analyses: faults that are gone, new or other than before.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;
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

pub(crate) fn changes(before: &str, after: &str) -> Vec<Change> {
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

fn states(response: &str) -> BTreeMap<String, State> {
    let response: Json = serde_json::from_str(response).unwrap_or_default();
    let agents = response.get("agent_results").and_then(Json::as_object);
    let mut states: BTreeMap<String, State> = BTreeMap::new();
    // The reasoner repeats what the others found.
    let many = agents.map_or(0, serde_json::Map::len);
    for (place, result) in agents.into_iter().flat_map(serde_json::Map::values).enumerate() {
        let analyses = result.get("analysis").and_then(Json::as_array);
        for finding in analyses.into_iter().flatten().filter_map(|it| it.get("findings")) {
            let text = |name: &str| finding.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
            let code = text("code");
            let own = code.starts_with("cross.");
            if (place + 1 == many && !own && many > 1) || code == "cross.healthy" {
                continue;
            }
            let state = State {
                severity: text("severity"),
                confidence: finding.get("confidence").and_then(Json::as_f64).unwrap_or_default(),
                description: text("description"),
                count: 1,
            };
            match states.get_mut(&code) {
                None => {
                    states.insert(code, state);
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
    }
    states
}

fn rank(state: &State) -> (usize, u64) {
    let severity = ["low", "medium", "high"].iter().position(|it| *it == state.severity);
    (severity.map_or(0, |it| it + 1), (state.confidence * 1e6) as u64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn response(findings: &[(&str, &str)]) -> String {
        let analysis: Vec<Json> = findings
            .iter()
            .map(|(code, severity)| {
                json!({"findings": {"code": code, "severity": severity, "confidence": 0.9, "description": "d"}})
            })
            .collect();
        json!({"agent_results": {"A": {"analysis": analysis}, "R": {"analysis": analysis}}}).to_string()
    }

    #[test]
    fn what_is_new_gone_changed_and_same_is_said_in_that_order() {
        let before = response(&[("a.same", "low"), ("a.gone", "high"), ("a.changed", "high")]);
        let after = response(&[
            ("a.same", "low"),
            ("a.new", "medium"),
            ("a.changed", "low"),
            ("cross.healthy", "low"),
        ]);
        let said: Vec<_> = changes(&before, &after)
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
        let changes = changes(&before, "{}");
        let state = changes[0].before.as_ref().unwrap();
        assert_eq!((state.severity.as_str(), state.count), ("high", 2));
    }
}
