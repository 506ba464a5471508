//! From outcomes to the response that clients parse.

use deepfix_core::{
    AgentResult, JudgedAnalysis, Outcome, OutcomeStatus, Severity, WireAnalysis, WireFact, WireFinding,
    WireRecommendation, WireSource,
};
use deepfix_runtime::Spent;
use serde_json::{Map, Value as Json, json};

use crate::judge::object;

/// The result of one agent. None for one that was not asked.
pub(crate) fn agent_result(outcome: &Outcome, spent: &Spent) -> Option<AgentResult> {
    let mut outputs = Map::new();
    let (analysis, error) = match &outcome.status {
        OutcomeStatus::Skipped(_) => return None,
        OutcomeStatus::Failed(error) => {
            outputs.insert("status".to_owned(), json!("failed"));
            outputs.insert("failure_reason".to_owned(), json!(error.reason.as_str()));
            (Vec::new(), Some(error.to_string()))
        }
        OutcomeStatus::Completed {
            analyses,
            summary,
            extras,
        } => {
            outputs.extend(extras.clone());
            outputs.insert("summary".to_owned(), json!(summary));
            outputs.insert("status".to_owned(), json!("completed"));
            (analyses.iter().map(wire_analysis).collect(), None)
        }
    };
    if !outcome.objections.is_empty() {
        outputs.insert("objections".to_owned(), json!(outcome.objections));
    }
    outputs.insert("usage".to_owned(), usage(spent));
    Some(AgentResult {
        agent_name: outcome.agent.clone(),
        analysis,
        analyzed_artifacts: Some(outcome.artifacts.iter().map(|it| it.wire_name().to_owned()).collect()),
        retrieved_knowledge: Some(outcome.retrieved.clone()),
        additional_outputs: outputs,
        error_message: error.or_else(|| {
            (!outcome.objections.is_empty()).then(|| format!("partial result: {}", outcome.objections.join("; ")))
        }),
    })
}

fn usage(spent: &Spent) -> Json {
    json!(spent.usage)
}

/// A judged analysis as clients read it.
pub(crate) fn wire_analysis(judged: &JudgedAnalysis) -> WireAnalysis {
    let (finding, recommendation) = (&judged.analysis.finding, &judged.analysis.recommendation);
    WireAnalysis {
        findings: WireFinding {
            id: judged.id.clone(),
            code: finding.code.clone(),
            description: finding.description.clone(),
            evidence: finding.evidence.clone(),
            severity: finding.severity,
            confidence: finding.confidence,
            facts: judged
                .facts
                .iter()
                .map(|it| WireFact {
                    label: it.fact.label.clone(),
                    value: it.fact.value.clone(),
                    source: it.fact.source.as_ref().map(|source| WireSource {
                        artifact: source.artifact.wire_name().to_owned(),
                        pointer: source.pointer.clone(),
                    }),
                    verified: it.verified,
                })
                .collect(),
            evidence_verified: judged.evidence_verified,
            extras: object(&finding.extras),
        },
        recommendations: WireRecommendation {
            action: recommendation.action.clone(),
            rationale: recommendation.rationale.clone(),
            confidence: recommendation.confidence,
            citations: recommendation.citations.clone(),
        },
    }
}

/// Says that there is nothing to say: the reasoner's entry when it failed and no analyzer
/// found anything.
pub(crate) fn no_finding(reasoner: &str, summary: &str) -> WireAnalysis {
    WireAnalysis {
        findings: WireFinding {
            id: format!("{reasoner}/0"),
            code: "cross.no_synthesis".to_owned(),
            description: summary.to_owned(),
            evidence: String::new(),
            severity: Severity::Low,
            confidence: 0.0,
            facts: Vec::new(),
            evidence_verified: false,
            extras: Map::new(),
        },
        recommendations: WireRecommendation {
            action: summary.to_owned(),
            rationale: String::new(),
            confidence: 0.0,
            citations: Vec::new(),
        },
    }
}
