use std::time::Duration;

use deepfix_core::{AnalyseResponse, Severity, WireAnalysis};
use deepfix_history::{NewAnalysis, now};

use crate::{access::Identity, app::App};

/// How long an answer waits for the database at most. What takes longer is counted as lost.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);
/// Codes that say that there is nothing to say.
const NO_FAULT: [&str; 2] = ["cross.healthy", "cross.no_synthesis"];

/// Writes an analysis down under an id. Whether it is there: a database that fails costs the memory
/// of an analysis, never the analysis.
pub(crate) async fn remember(
    app: &App,
    identity: &Identity,
    id: &str,
    response: &AnalyseResponse,
    text: &str,
    patience: Duration,
) -> bool {
    let Some(history) = &app.service.history else {
        return false;
    };
    let record = record(identity, id, response, text);
    let lost = match tokio::time::timeout(patience, history.add(&record)).await {
        Ok(Ok(())) => return true,
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {patience:?}"),
    };
    metrics::counter!("deepfix_history_lost_total").increment(1);
    tracing::error!(error = lost, id, "an analysis was not remembered");
    false
}

fn record(identity: &Identity, id: &str, response: &AnalyseResponse, text: &str) -> NewAnalysis {
    let results = || response.agent_results.0.iter().map(|(_, it)| it);
    let all = results().flat_map(|it| &it.analysis).filter(|it| is_fault(it));
    let mut codes: Vec<String> = all.map(|it| it.findings.code.clone()).collect();
    codes.sort();
    codes.dedup();
    // The reasoner comes last and has the last word: what it ruled out is not what is wrong.
    let concluded = response.agent_results.0.last().map(|(_, it)| &it.analysis);
    let concluded = concluded.into_iter().flatten().filter(|it| is_fault(it));
    let severity = concluded.clone().map(|it| level(it.findings.severity)).max();
    NewAnalysis {
        id: id.to_owned(),
        tenant: identity.tenant.to_string(),
        created_at: now(),
        dataset_name: response.dataset_name.clone().unwrap_or_default(),
        severity: severity.unwrap_or(0),
        findings: i64::try_from(concluded.count()).unwrap_or(i64::MAX),
        codes,
        failed_agents: i64::try_from(results().filter(|it| failed(it)).count()).unwrap_or(i64::MAX),
        summary: response.summary.clone(),
        response: text.to_owned(),
    }
}

fn failed(result: &deepfix_core::AgentResult) -> bool {
    result.additional_outputs.get("status").is_some_and(|it| it == "failed")
}

fn is_fault(analysis: &WireAnalysis) -> bool {
    !NO_FAULT.contains(&analysis.findings.code.as_str())
}

fn level(severity: Severity) -> i64 {
    match severity {
        Severity::Low => 1,
        Severity::Medium => 2,
        Severity::High => 3,
    }
}

/// The name of a level of the database.
pub(crate) fn severity_name(level: i64) -> &'static str {
    match level {
        3 => "high",
        2 => "medium",
        1 => "low",
        _ => "none",
    }
}
