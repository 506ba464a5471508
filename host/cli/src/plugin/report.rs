//! A report as JSON and as text.

use deepfix_core::{Report, Value};
use deepfix_runtime::Run;
use serde_json::{Value as Json, json};

use crate::output::{BOLD, DIM, RED, YELLOW, printable, styled};

fn value(it: &Value) -> Json {
    match it {
        Value::Boolean(it) => json!(it),
        Value::Integer(it) => json!(it),
        Value::Number(it) if it.is_finite() => json!(it),
        Value::Number(it) => json!(it.to_string()),
        Value::Text(it) => json!(it),
    }
}

/// The findings of a report with all that they say.
pub(crate) fn findings(report: &Report) -> Json {
    let all = report.analyses.iter().map(|it| {
        let (finding, advice) = (&it.finding, &it.recommendation);
        let facts = finding.facts.iter().map(|fact| {
            let source = fact
                .source
                .as_ref()
                .map(|it| format!("{} {}", it.artifact.config_name(), it.pointer));
            json!({ "label": fact.label, "value": value(&fact.value), "source": source })
        });
        json!({
            "code": finding.code, "severity": finding.severity.as_str(), "confidence": finding.confidence,
            "description": finding.description, "evidence": finding.evidence, "facts": facts.collect::<Vec<_>>(),
            "action": advice.action, "rationale": advice.rationale, "citations": advice.citations,
        })
    });
    Json::Array(all.collect())
}

/// A whole report.
pub(crate) fn json(report: &Report) -> Json {
    let extras: Json = serde_json::from_str(&report.extras).unwrap_or_else(|_| json!({}));
    json!({ "findings": findings(report), "summary": report.summary, "extras": extras })
}

/// A run for people.
pub(crate) fn text(run: &Run) -> String {
    let mut text = String::new();
    match &run.result {
        Err(error) => {
            text += &format!(
                "{} {}: {}\n",
                styled(RED, "failed"),
                error.reason.as_str(),
                printable(&error.message)
            );
        }
        Ok(report) => {
            for it in &report.analyses {
                let head = format!(
                    "{} {:.0} %",
                    it.finding.severity.as_str(),
                    it.finding.confidence * 100.0
                );
                text += &format!(
                    "{} {}\n  {}\n  {}\n  {} {}\n",
                    styled(BOLD, &printable(&it.finding.code)),
                    styled(DIM, &head),
                    printable(&it.finding.description),
                    styled(DIM, &printable(&it.finding.evidence)),
                    styled(DIM, "do:"),
                    printable(&it.recommendation.action),
                );
            }
            text += &format!("{}\n", printable(&report.summary));
        }
    }
    for objection in &run.objections {
        text += &format!("{} {}\n", styled(YELLOW, "note"), printable(objection));
    }
    let spent = &run.spent;
    let spent = format!(
        "{} host calls, {:.1} ms CPU, {} kB memory, {} bytes read",
        spent.usage.host_calls,
        spent.cpu.as_secs_f64() * 1e3,
        spent.peak_memory / 1000,
        spent.usage.artifact_bytes
    );
    text + &format!("{}\n", styled(DIM, &spent))
}
