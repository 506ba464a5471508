//! What the host checks of each report before anyone sees it.

use std::{collections::HashSet, sync::Arc};

use deepfix_core::{
    AgentError, ArtifactKind, ArtifactSet, FactCheck, FailureReason, JudgedAnalysis, Outcome, OutcomeStatus,
};
use deepfix_runtime::{LanguageModel, Plugin, Run};
use serde_json::{Map, Value as Json};

use crate::{claims::Claims, said::Said, wanted};

/// The confidence of a finding whose evidence reads differently in the artifact: it may still
/// be right, but nobody should act on it alone.
const UNVERIFIED_CONFIDENCE: f64 = 0.3;

/// Facts beyond which their check may take longer than a thread of the server should be held: a
/// fact about a checkpoint may have to wait for the disk.
const FACTS_INLINE: usize = 100;

/// The outcome of one run, judged where it does not hold up other requests, beside what the language
/// model answered the agent; where it could not ask one, its extras are its own.
pub(crate) async fn outcome(
    plugin: &Plugin,
    given: Vec<ArtifactKind>,
    artifacts: &Arc<ArtifactSet>,
    model: &dyn LanguageModel,
    run: Run,
) -> Outcome {
    let agent = plugin.name();
    let said = Said::of(model, wanted::marks(plugin));
    let facts: usize = run
        .result
        .iter()
        .flat_map(|it| &it.analyses)
        .map(|it| it.finding.facts.len())
        .sum();
    if facts <= FACTS_INLINE {
        return judge(agent, given, artifacts, said.as_ref(), run);
    }
    let (name, artifacts) = (agent.to_owned(), Arc::clone(artifacts));
    let judged = tokio::task::spawn_blocking(move || judge(&name, given, &artifacts, said.as_ref(), run)).await;
    judged.unwrap_or_else(|error| Outcome {
        agent: agent.to_owned(),
        artifacts: Vec::new(),
        status: OutcomeStatus::Failed(AgentError {
            reason: FailureReason::HostFault,
            message: format!("its findings could not be checked: {error}"),
        }),
        objections: Vec::new(),
        retrieved: Vec::new(),
    })
}

/// The outcome of one run: evidence re-read, citations reduced to what was retrieved.
fn judge(agent: &str, given: Vec<ArtifactKind>, artifacts: &ArtifactSet, said: Option<&Said>, run: Run) -> Outcome {
    let mut objections = run.objections;
    let status = match run.result {
        Err(error) => OutcomeStatus::Failed(error),
        Ok(report) => {
            let mut analyses = Vec::with_capacity(report.analyses.len());
            let mut invented = 0;
            let mut check = FactCheck::new(artifacts);
            let retrieved: HashSet<&str> = run.retrieved.iter().map(|(id, _)| id.as_str()).collect();
            let mut claims = Claims::default();
            for mut analysis in report.analyses {
                let (facts, evidence_verified) = check.judge(&analysis.finding.facts);
                if let Some(said) = said
                    && !claims.check(&mut analysis, &facts, evidence_verified, said)
                {
                    continue;
                }
                let wrong = facts.iter().filter(|it| it.verified == Some(false)).count();
                if wrong > 0 {
                    analysis.finding.confidence = analysis.finding.confidence.min(UNVERIFIED_CONFIDENCE);
                    objections.push(format!(
                        "{wrong} of {} facts of `{}` read differently in the artifact: its confidence is capped at \
                         {UNVERIFIED_CONFIDENCE}",
                        facts.len(),
                        analysis.finding.code
                    ));
                }
                let before = analysis.recommendation.citations.len();
                analysis
                    .recommendation
                    .citations
                    .retain(|id| retrieved.contains(id.as_str()));
                invented += before - analysis.recommendation.citations.len();
                let id = format!("{agent}/{}", analyses.len());
                analyses.push(JudgedAnalysis {
                    id,
                    analysis,
                    facts,
                    evidence_verified,
                });
            }
            if invented > 0 {
                objections.push(format!(
                    "{invented} citations were dropped: this agent did not retrieve them"
                ));
            }
            let (mut summary, mut extras) = (report.summary, object(&report.extras));
            if said.is_some() {
                claims.summary(&mut summary, &mut extras, &analyses);
            }
            claims.write(&mut extras);
            OutcomeStatus::Completed {
                analyses,
                summary,
                extras,
            }
        }
    };
    let retrieved = run.retrieved.into_iter().map(|(_, line)| line).collect();
    Outcome {
        agent: agent.to_owned(),
        artifacts: given,
        status,
        objections,
        retrieved,
    }
}

/// A JSON object from its text; the runtime has checked that it is one.
pub(crate) fn object(text: &str) -> Map<String, Json> {
    if text.is_empty() {
        Map::new()
    } else {
        serde_json::from_str(text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {

    use deepfix_core::{Analysis, Artifact, Fact, Finding, Recommendation, Report, Severity, Source, Value};
    use deepfix_runtime::Spent;

    use super::*;

    fn judged(stated: f64, citations: &[&str]) -> (JudgedAnalysis, Vec<String>) {
        let mut artifacts = ArtifactSet::default();
        let document = serde_json::json!({"params": {"lr": 0.5}});
        artifacts.insert(
            ArtifactKind::Training,
            Artifact {
                document,
                ..Artifact::default()
            },
        );
        let source = Source {
            artifact: ArtifactKind::Training,
            pointer: "/params/lr".into(),
        };
        let analysis = Analysis {
            finding: Finding {
                code: "training.lr_too_high".into(),
                description: "d".into(),
                evidence: "e".into(),
                facts: vec![Fact {
                    label: "lr".into(),
                    value: Value::Number(stated),
                    source: Some(source),
                }],
                severity: Severity::High,
                confidence: 0.9,
                extras: String::new(),
            },
            recommendation: Recommendation {
                action: "a".into(),
                rationale: String::new(),
                confidence: 0.9,
                citations: citations.iter().map(|it| (*it).to_owned()).collect(),
            },
        };
        let run = Run {
            result: Ok(Report {
                analyses: vec![analysis],
                ..Report::default()
            }),
            objections: vec![],
            retrieved: vec![("real#one".into(), "real#one: Title (source)".into())],
            spent: Spent::default(),
        };
        let outcome = judge("A", vec![ArtifactKind::Training], &artifacts, None, run);
        let OutcomeStatus::Completed { mut analyses, .. } = outcome.status else {
            panic!("completed")
        };
        (analyses.remove(0), outcome.objections)
    }

    #[test]
    fn evidence_that_reads_the_same_is_verified() {
        let (it, objections) = judged(0.5, &["real#one"]);
        assert!(it.evidence_verified && objections.is_empty());
        assert_eq!(it.analysis.recommendation.citations, ["real#one"]);
        assert_eq!(it.id, "A/0");
    }

    #[test]
    fn evidence_that_reads_differently_caps_the_confidence() {
        let (it, objections) = judged(0.05, &[]);
        assert!(!it.evidence_verified);
        assert_eq!(it.facts[0].verified, Some(false));
        assert!(it.analysis.finding.confidence <= UNVERIFIED_CONFIDENCE);
        assert!(
            objections[0].contains("1 of 1 facts of `training.lr_too_high` read differently"),
            "{objections:?}"
        );
    }

    #[test]
    fn an_invented_citation_is_dropped_and_counted() {
        let (it, objections) = judged(0.5, &["real#one", "invented#two"]);
        assert_eq!(it.analysis.recommendation.citations, ["real#one"]);
        assert!(objections[0].contains("1 citations were dropped"), "{objections:?}");
    }
}
