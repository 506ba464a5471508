use std::time::Duration;

use deepfix_core::{AnalyseResponse, Severity};
use deepfix_history::{NewAnalysis, now};

use crate::{access::Identity, app::App};

/// Writes an analysis down under an id, and waits for that at most `patience`: what takes longer is counted as
/// lost. Whether it is there: a database that fails costs the memory of an analysis, never the analysis.
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
    let mut codes: Vec<String> = response.faults().map(|it| it.code.clone()).collect();
    codes.sort();
    codes.dedup();
    // The reasoner has the last word on what is wrong.
    let concluded = response
        .reasoner()
        .into_iter()
        .flat_map(|it| &it.analysis)
        .map(|it| &it.findings);
    let concluded = concluded.filter(|it| it.is_fault());
    let severity = concluded.clone().map(|it| level(it.severity)).max();
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn response(reasoned: &[(&str, &str)], found: &[(&str, &str)], outputs: &serde_json::Value) -> AnalyseResponse {
        let agent = |name: &str, findings: &[(&str, &str)]| {
            let analysis: Vec<_> = findings
                .iter()
                .enumerate()
                .map(|(n, (code, severity))| {
                    json!({
                        "findings": {
                            "id": format!("{name}/{n}"), "code": code, "severity": severity, "confidence": 0.9,
                            "description": "d", "evidence": "e", "facts": [], "evidence_verified": true,
                        },
                        "recommendations": {"action": "a", "rationale": "r", "confidence": 0.9, "citations": []},
                    })
                })
                .collect();
            json!({
                "agent_name": name, "analysis": analysis, "analyzed_artifacts": null, "retrieved_knowledge": null,
                "additional_outputs": {}, "error_message": null,
            })
        };
        serde_json::from_value(json!({
            "agent_results": {"A": agent("A", found), "R": agent("R", reasoned)}, "summary": "s",
            "additional_outputs": outputs, "error_messages": {}, "dataset_name": null,
        }))
        .unwrap()
    }

    fn listed(response: &AnalyseResponse) -> (i64, i64, Vec<String>) {
        let record = record(&Identity::default(), "1", response, "{}");
        (record.severity, record.findings, record.codes)
    }

    #[test]
    fn what_says_that_there_is_no_fault_is_not_listed_as_one() {
        for code in ["cross.healthy", "cross.not_examined", "cross.no_synthesis"] {
            let response = response(&[(code, "low")], &[], &json!({}));
            assert_eq!(listed(&response), (0, 0, Vec::new()), "{code}");
        }
    }

    #[test]
    fn what_was_ruled_out_is_not_listed() {
        let outputs = json!({"ruled_out": [{"code": "a.ruled_out", "findings": ["A/1"]}]});
        let response = response(
            &[("a.b", "medium")],
            &[("a.b", "medium"), ("a.ruled_out", "high")],
            &outputs,
        );
        assert_eq!(listed(&response), (2, 1, vec!["a.b".to_owned()]));
    }
}
