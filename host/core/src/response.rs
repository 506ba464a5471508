//! The response, in the shape that existing clients parse. Keys that they do not know are
//! ignored by them, so what is new stands beside what they read.

use std::{collections::BTreeSet, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use crate::{Severity, Value};

/// The answer to one request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AnalyseResponse {
    /// One result per agent that ran, in the order of the configuration, the reasoner last.
    #[schema(value_type = BTreeMap<String, AgentResult>)]
    pub agent_results: OrderedMap<AgentResult>,
    /// A paragraph that a busy person can act on.
    pub summary: String,
    /// The reasoner's structured outputs, warnings, skipped agents and timings.
    #[schema(value_type = Object)]
    pub additional_outputs: Map<String, Json>,
    /// Every agent that was asked, null when it is fine.
    #[schema(value_type = BTreeMap<String, Option<String>>)]
    pub error_messages: OrderedMap<Option<String>>,
    /// As in the request.
    pub dataset_name: Option<String>,
}

/// A JSON object that keeps the order in which members were added.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderedMap<T>(pub Vec<(String, T)>);

impl<T> OrderedMap<T> {
    /// The member of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(it, _)| it == name).map(|(_, value)| value)
    }

    /// All members in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl<T: Serialize> Serialize for OrderedMap<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OrderedMap<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = OrderedMap<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(OrderedMap(members))
            }
        }
        deserializer.deserialize_map(Members(PhantomData))
    }
}

/// The result of one agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentResult {
    /// The agent's name.
    pub agent_name: String,
    /// Its findings.
    pub analysis: Vec<WireAnalysis>,
    /// What it was given to read.
    pub analyzed_artifacts: Option<Vec<String>>,
    /// Passages that it retrieved.
    pub retrieved_knowledge: Option<Vec<String>>,
    /// Its summary and whatever else it wants to say.
    #[schema(value_type = Object)]
    pub additional_outputs: Map<String, Json>,
    /// Why it gave no result, or not all of it.
    pub error_message: Option<String>,
}

/// A finding with its recommendation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WireAnalysis {
    /// A single object, in spite of its name.
    pub findings: WireFinding,
    /// A single object, in spite of its name.
    pub recommendations: WireRecommendation,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WireFinding {
    /// Unique in the response; the reasoner's outputs refer to it.
    pub id: String,
    /// The stable fault code.
    pub code: String,
    /// What is wrong.
    pub description: String,
    /// What shows it.
    pub evidence: String,
    /// low, medium or high.
    pub severity: Severity,
    /// 0 to 1.
    pub confidence: f64,
    /// The values behind the evidence.
    pub facts: Vec<WireFact>,
    /// At least one fact was read again from the artifact, and all that could be are equal.
    pub evidence_verified: bool,
    /// What the plugin adds for other programs.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub extras: Map<String, Json>,
}

/// The reasoner's word for that nobody could look.
const NOT_EXAMINED: &str = "cross.not_examined";
/// Codes of the reasoner that say that nothing is wrong, or that nobody knows. The Python package has the same.
const NO_FAULT: [&str; 3] = ["cross.healthy", NOT_EXAMINED, "cross.no_synthesis"];

impl WireFinding {
    /// Whether it says that something is wrong. The reasoner always says something: where there is no
    /// fault, that there is none, or that nothing could be examined.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        !NO_FAULT.contains(&self.code.as_str())
    }
}

/// What to do about a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WireRecommendation {
    /// The step to take.
    pub action: String,
    /// Why it helps, and how to tell that it did.
    pub rationale: String,
    /// 0 to 1.
    pub confidence: f64,
    /// Ids of knowledge passages that this agent retrieved.
    pub citations: Vec<String>,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WireFact {
    /// What the value is.
    pub label: String,
    /// The value; non-finite numbers are strings.
    #[schema(value_type = Json)]
    pub value: Value,
    /// Where it was read; null for a computed value.
    pub source: Option<WireSource>,
    /// What the fact check said; null for a computed value.
    pub verified: Option<bool>,
}

/// Where a value was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WireSource {
    /// Such as `TrainingArtifacts`.
    pub artifact: String,
    /// The place in it.
    pub pointer: String,
}

impl AnalyseResponse {
    /// The response without what may differ between two runs of the same request: only the
    /// timings.
    #[must_use]
    pub fn without_timings(mut self) -> Self {
        self.additional_outputs.remove("timings_ms");
        self
    }

    /// The results of the analyzers.
    #[must_use]
    pub fn analyzers(&self) -> &[(String, AgentResult)] {
        self.agent_results.0.split_last().map(|(_, it)| it).unwrap_or_default()
    }

    /// The result of the reasoner, which looks across those of the analyzers: the last.
    #[must_use]
    pub fn reasoner(&self) -> Option<&AgentResult> {
        self.agent_results.0.last().map(|(_, it)| it)
    }

    /// Whether a finding is the reasoner's. Those repeat what an analyzer found, but for those whose codes are its own
    /// (`cross.`).
    #[must_use]
    pub fn is_of_reasoner(&self, finding: &WireFinding) -> bool {
        let name = self.agent_results.0.last().map(|(name, _)| name.as_str());
        let rest = name.and_then(|it| finding.id.strip_prefix(it));
        rest.is_some_and(|it| it.starts_with('/'))
    }

    /// The findings of all agents that the reasoner did not rule out.
    pub fn standing(&self) -> impl Iterator<Item = &WireFinding> {
        let ruled_out = self.ids("ruled_out");
        self.agent_results
            .iter()
            .flat_map(|(_, result)| &result.analysis)
            .map(|it| &it.findings)
            .filter(move |it| !ruled_out.contains(it.id.as_str()))
    }

    /// The findings that stand and say that something is wrong.
    pub fn faults(&self) -> impl Iterator<Item = &WireFinding> {
        self.standing().filter(|it| it.is_fault())
    }

    /// Whether there was anything that could be examined. Where there was not, that nothing is wrong says nothing.
    #[must_use]
    pub fn examined(&self) -> bool {
        self.standing().all(|it| it.code != NOT_EXAMINED)
    }

    /// The ids of the findings that the entries of one of the reasoner's lists name, those of
    /// their consequences included.
    #[must_use]
    pub fn ids(&self, list: &str) -> BTreeSet<&str> {
        fn of<'a>(entry: &'a Json, ids: &mut BTreeSet<&'a str>) {
            let list = |name: &str| entry.get(name).and_then(Json::as_array).into_iter().flatten();
            ids.extend(list("findings").filter_map(Json::as_str));
            for consequence in list("consequences") {
                of(consequence, ids);
            }
        }
        let mut ids = BTreeSet::new();
        for entry in self
            .additional_outputs
            .get(list)
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
        {
            of(entry, &mut ids);
        }
        ids
    }

    /// The agents that failed.
    pub fn failed(&self) -> impl Iterator<Item = &str> {
        let failed = |result: &AgentResult| result.additional_outputs.get("status").is_some_and(|it| it == "failed");
        self.agent_results
            .iter()
            .filter(move |(_, it)| failed(it))
            .map(|(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_reasoner_is_the_last_agent_and_its_findings_are_known_by_their_ids() {
        let agent = |name: &str| {
            json!({
                "agent_name": name, "analysis": [{
                    "findings": {
                        "id": format!("{name}/0"), "code": "a.b", "severity": "low", "confidence": 0.9, "description": "d",
                        "evidence": "e", "facts": [], "evidence_verified": true,
                    },
                    "recommendations": {"action": "a", "rationale": "r", "confidence": 0.9, "citations": []},
                }],
                "analyzed_artifacts": null, "retrieved_knowledge": null, "additional_outputs": {}, "error_message": null,
            })
        };
        let of = |names: &[&str]| AnalyseResponse {
            agent_results: OrderedMap(
                names
                    .iter()
                    .map(|&name| (name.to_owned(), serde_json::from_value(agent(name)).unwrap()))
                    .collect(),
            ),
            summary: String::new(),
            additional_outputs: Map::new(),
            error_messages: OrderedMap(Vec::new()),
            dataset_name: None,
        };
        // The name of one begins like that of the other.
        let response = of(&["RR", "A", "R"]);
        let names: Vec<&str> = response.analyzers().iter().map(|(name, _)| name.as_str()).collect();
        let reasoned: Vec<&str> = response
            .standing()
            .filter(|it| response.is_of_reasoner(it))
            .map(|it| it.id.as_str())
            .collect();
        assert_eq!(names, ["RR", "A"]);
        assert_eq!(response.reasoner().unwrap().agent_name, "R");
        assert_eq!(reasoned, ["R/0"]);
        let none = of(&[]);
        assert!(none.analyzers().is_empty() && none.reasoner().is_none());
    }
}
