//! The agents at work: each is run, judged, told of and timed; one that fails takes no other with it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use deepfix_core::{AgentError, Allowance, ArtifactKind, FailureReason, Outcome, OutcomeStatus};
use deepfix_runtime::{Plugin, RunInput, Spent};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::{agents::Agents, choose, judge, metrics, model::RequestModel, reconcile, respond};

/// An outcome with what it cost.
pub(super) struct Finished {
    pub(super) outcome: Outcome,
    pub(super) spent: Spent,
    pub(super) wall: Duration,
}

/// All analyzers that have something to read, at once. The results are in the order of the
/// configuration.
pub(super) async fn run_analyzers(
    agents: &Agents,
    input: &RunInput,
    model: Option<&RequestModel<'_>>,
    allowance: &Allowance,
) -> Vec<Finished> {
    let permitted: Vec<&Plugin> = agents
        .analyzers
        .iter()
        .filter(|it| allowance.permits(it.name()))
        .collect();
    let mut running = JoinSet::new();
    let mut finished: Vec<Option<Finished>> = Vec::new();
    for (index, plugin) in permitted.iter().copied().enumerate() {
        match choose::artifacts_for(plugin.description(), &plugin.config().grants, &input.artifacts) {
            Err(why) => finished.push(Some(skipped(plugin, why))),
            Ok(given) => {
                finished.push(None);
                let (plugin, mut input) = (plugin.clone(), input.clone());
                if let Some(model) = model {
                    model.lend(&plugin, &mut input);
                }
                let span = tracing::info_span!("agent", agent = plugin.name());
                let work = async move { (index, run_analyzer(&plugin, input, given).await) };
                running.spawn(work.instrument(span));
            }
        }
    }
    while let Some(joined) = running.join_next().await {
        match joined {
            Ok((index, it)) => {
                if let Some(place) = finished.get_mut(index) {
                    *place = Some(it);
                }
            }
            // A panic of the host in this agent's task: the others go on.
            Err(error) => tracing::error!(%error, "an agent's task was lost"),
        }
    }
    finished
        .into_iter()
        .zip(permitted)
        .map(|(it, plugin)| it.unwrap_or_else(|| lost(plugin)))
        .collect()
}

async fn run_analyzer(plugin: &Plugin, input: RunInput, given: Vec<ArtifactKind>) -> Finished {
    let started = Instant::now();
    let artifacts = Arc::clone(&input.artifacts);
    let progress = input.services.progress.clone();
    if let Some(progress) = &progress {
        progress.report(plugin.name(), 0.0, "started");
    }
    let request_id = Arc::clone(&input.request_id);
    let model = Arc::clone(&input.services.llm);
    let run = plugin.analyze(input).await;
    let spent = run.spent;
    let outcome = judge::outcome(plugin, given, &artifacts, model.as_ref(), run).await;
    finished(&outcome, &request_id, &spent, started.elapsed());
    if let Some(progress) = &progress {
        progress.report(plugin.name(), 1.0, "finished");
        if let Some(result) = respond::agent_result(&reconcile::without_models(&outcome), &spent) {
            progress.result(&result);
        }
    }
    Finished {
        outcome,
        spent,
        wall: started.elapsed(),
    }
}

pub(super) async fn run_reasoner(plugin: &Plugin, input: RunInput, outcomes: &[Outcome]) -> Finished {
    let started = Instant::now();
    let artifacts = Arc::clone(&input.artifacts);
    let given = artifacts
        .kinds()
        .filter(|kind| plugin.config().grants.artifacts.contains(kind))
        .collect();
    let request_id = Arc::clone(&input.request_id);
    let progress = input.services.progress.clone();
    if let Some(progress) = &progress {
        progress.report(plugin.name(), 0.0, "started");
    }
    let model = Arc::clone(&input.services.llm);
    let run = plugin.reason(input, outcomes).await;
    let spent = run.spent;
    let outcome = judge::outcome(plugin, given, &artifacts, model.as_ref(), run).await;
    finished(&outcome, &request_id, &spent, started.elapsed());
    if let Some(progress) = &progress {
        progress.report(plugin.name(), 1.0, "finished");
    }
    Finished {
        outcome,
        spent,
        wall: started.elapsed(),
    }
}

/// Says in the log and in the metrics how an agent ended.
fn finished(outcome: &Outcome, request_id: &str, spent: &Spent, wall: Duration) {
    metrics::of_agent(outcome, spent, wall);
    let (agent, wall_ms, cpu_ms) = (&outcome.agent, milliseconds(wall), milliseconds(spent.cpu));
    match &outcome.status {
        OutcomeStatus::Failed(error) => {
            tracing::warn!(
                agent,
                request_id,
                wall_ms,
                reason = error.reason.as_str(),
                error.message,
                "agent failed"
            );
        }
        OutcomeStatus::Completed { analyses, .. } => {
            let (findings, objections) = (analyses.len(), outcome.objections.len());
            tracing::debug!(
                agent,
                request_id,
                wall_ms,
                cpu_ms,
                findings,
                objections,
                "agent finished"
            );
            // One record, whatever the agent did: it must not fill the log of others.
            if let Some(first) = outcome.objections.first() {
                tracing::warn!(agent, request_id, objections, first, "the agent's answer was corrected");
            }
        }
        OutcomeStatus::Skipped(_) => {}
    }
}

fn skipped(plugin: &Plugin, why: String) -> Finished {
    plain(plugin, OutcomeStatus::Skipped(why))
}

fn lost(plugin: &Plugin) -> Finished {
    let message = "the host failed while it ran this agent; the log has the details".to_owned();
    plain(
        plugin,
        OutcomeStatus::Failed(AgentError {
            reason: FailureReason::HostFault,
            message,
        }),
    )
}

fn plain(plugin: &Plugin, status: OutcomeStatus) -> Finished {
    Finished {
        outcome: Outcome {
            agent: plugin.name().to_owned(),
            artifacts: Vec::new(),
            status,
            objections: Vec::new(),
            retrieved: Vec::new(),
        },
        spent: Spent::default(),
        wall: Duration::ZERO,
    }
}

pub(super) fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
