//! The built-in rules over a corpus, natively: the same code as in the components, without the
//! sandbox around it. The checks of a host, such as reading facts again, are those of the test host.

use std::{path::Path, time::Instant};

use deepfix_checkpoint_plugin::ModelCheckpointArtifactsAnalyzer;
use deepfix_cross_artifact_plugin::CrossArtifactReasoner;
use deepfix_dataset_plugin::DatasetArtifactsAnalyzer;
use deepfix_deepchecks_plugin::DeepchecksArtifactsAnalyzer;
use deepfix_diagnosis_score::{Answer, Case, Report, Result, load};
use deepfix_plugin::{AgentOutcome, Analysis, Outcome, Reasoner, Severity, testing::FakeHost};
use deepfix_training_plugin::TrainingArtifactsAnalyzer;
use serde_json::{Map, Value as Json, json};

/// The answer to one experiment.
pub fn answer(case: &Case) -> Answer {
    let started = Instant::now();
    let host = FakeHost::from_folder(&case.folder);
    let outcomes = [
        host.outcome::<DatasetArtifactsAnalyzer>(),
        host.outcome::<DeepchecksArtifactsAnalyzer>(),
        host.outcome::<ModelCheckpointArtifactsAnalyzer>(),
        host.outcome::<TrainingArtifactsAnalyzer>(),
    ];
    let reasoned = host.reason::<CrossArtifactReasoner>(&outcomes);
    let seconds = started.elapsed().as_secs_f64();
    let mut agents = Map::new();
    for outcome in &outcomes {
        agents.insert(outcome.agent.clone(), json!({"analysis": analyses(outcome)}));
    }
    match reasoned {
        Ok(report) => {
            let found: Vec<Json> = report.analyses.iter().map(finding).collect();
            let name = CrossArtifactReasoner::describe().name;
            agents.insert(name, json!({"analysis": found, "additional_outputs": serde_json::from_str::<Json>(&report.extras).unwrap_or_default()}));
            let response = json!({"agent_results": agents, "summary": report.summary});
            Answer {
                response: Some(response),
                seconds,
                error: None,
            }
        }
        Err(error) => Answer {
            response: None,
            seconds,
            error: Some(error.to_string()),
        },
    }
}

fn analyses(outcome: &AgentOutcome) -> Vec<Json> {
    match &outcome.outcome {
        Outcome::Completed { analyses, .. } => analyses.iter().map(|it| finding(&it.analysis)).collect(),
        _ => Vec::new(),
    }
}

fn finding(analysis: &Analysis) -> Json {
    let it = &analysis.finding;
    let severity = match it.severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
    };
    let extras: Json = serde_json::from_str(&it.extras).unwrap_or_default();
    json!({"findings": {"code": it.code, "severity": severity, "confidence": it.confidence,
        "description": it.description, "evidence": it.evidence, "extras": extras},
        "recommendations": {"action": analysis.recommendation.action}})
}

/// A corpus with its answers and figures.
pub struct Measured {
    pub cases: Vec<Case>,
    pub answers: Vec<Answer>,
    #[allow(dead_code, reason = "not every tool shows figures")]
    pub report: Report,
}

/// Answers all experiments of a folder, on as many threads as there are processors.
pub fn measure(folder: &Path) -> Result<Measured> {
    let cases = load(folder)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = cases.len().div_ceil(threads).max(1);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let parts: Vec<_> = cases
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(answer).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().filter_map(|it| it.join().ok()).flatten().collect()
    });
    let report = Report::of(folder, &cases, &answers);
    Ok(Measured { cases, answers, report })
}
