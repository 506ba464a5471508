//! SARIF 2.1.0, which code hosts and editors show beside code.
//!
//! Format: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use std::collections::BTreeMap;

use deepfix_core::{AnalyseResponse, Severity, WireFinding};
use serde_json::{Value as Json, json};

/// The response as a SARIF log. What the reasoner ruled out is in it as a suppressed result.
#[must_use]
pub fn sarif(response: &AnalyseResponse) -> Json {
    let ruled_out = response.ids("ruled_out");
    let mut rules: BTreeMap<&str, Json> = BTreeMap::new();
    let mut results = Vec::new();
    for (agent, result) in response.agent_results.iter() {
        // That nothing is wrong is no result.
        for analysis in result.analysis.iter().filter(|it| it.findings.is_fault()) {
            let finding = &analysis.findings;
            rules.entry(&finding.code).or_insert_with(|| {
                json!({ "id": finding.code, "name": finding.code.replace('.', "_"),
                    "shortDescription": { "text": finding.code } })
            });
            let mut entry = json!({
                "ruleId": finding.code,
                "level": level(finding.severity),
                "kind": "fail",
                "message": { "text": format!("{} {}", finding.description, finding.evidence).trim() },
                "locations": locations(finding),
                "partialFingerprints": { "deepfix/v1": format!("{}|{}", finding.code, finding.id) },
                "properties": {
                    "agent": agent,
                    "id": finding.id,
                    "severity": finding.severity,
                    "confidence": finding.confidence,
                    "evidence_verified": finding.evidence_verified,
                    "action": analysis.recommendations.action,
                    "citations": analysis.recommendations.citations,
                },
            });
            if ruled_out.contains(finding.id.as_str())
                && let Some(members) = entry.as_object_mut()
            {
                let why = "ruled out by the reasoner";
                members.insert(
                    "suppressions".to_owned(),
                    json!([{ "kind": "external", "justification": why }]),
                );
            }
            results.push(entry);
        }
    }
    let notifications: Vec<Json> = response
        .error_messages
        .iter()
        .filter_map(|(agent, error)| Some((agent, error.as_ref()?)))
        .map(|(agent, error)| json!({ "level": "error", "message": { "text": format!("{agent}: {error}") } }))
        .collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "DeepFix",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.into_values().collect::<Vec<_>>(),
            } },
            "invocations": [{
                "executionSuccessful": response.failed().next().is_none(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
            "properties": { "dataset_name": response.dataset_name, "summary": response.summary },
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// Artifacts are no source files: the place is a logical one, within a file of the artifact's name.
fn locations(finding: &WireFinding) -> Vec<Json> {
    let mut artifacts: Vec<&str> = Vec::new();
    let mut places = Vec::new();
    for source in finding.facts.iter().filter_map(|it| it.source.as_ref()) {
        if !artifacts.contains(&source.artifact.as_str()) {
            artifacts.push(&source.artifact);
        }
        let name = format!("{}{}", source.artifact, source.pointer);
        places.push(json!({ "fullyQualifiedName": name, "kind": "object" }));
    }
    let artifact = artifacts.first().copied().unwrap_or("experiment");
    let uri: String = artifact.chars().filter(char::is_ascii_alphanumeric).collect();
    vec![json!({
        "physicalLocation": { "artifactLocation": { "uri": uri } },
        "logicalLocations": places,
    })]
}
