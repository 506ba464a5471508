//! A diagnosis, written back to the run of MLflow that it is of. Nothing that goes wrong here may cost
//! anyone the diagnosis.

use std::time::Duration;

use deepfix_core::{AnalyseResponse, MlflowRun, Severity};
use deepfix_mlflow::{Retriever, WriteBack};
use serde_json::{Value as Json, json};

/// How long writing may take: a report has some hundred kilobytes.
const LONGEST: Duration = Duration::from_secs(20);

/// Writes what was asked for, and says in the response what came of it.
pub(crate) async fn write(
    mlflow: &Retriever,
    is_allowed: bool,
    run: &MlflowRun,
    language: &str,
    time_left: Duration,
    response: &mut AnalyseResponse,
) {
    let result = if is_allowed {
        let written = WriteBack {
            html: match deepfix_report::html(response, language) {
                Ok(html) => html,
                Err(error) => return warn(response, &run.id, &error.to_string()),
            },
            tags: tags(response),
        };
        mlflow
            .write_back(run, &written, time_left.min(LONGEST))
            .await
            .map_err(|error| error.to_string())
    } else {
        Err("requests may not have it written back: `[mlflow] write_back` in deepfix.toml is false".to_owned())
    };
    match result {
        Ok(()) => {
            let said = json!({ "run_id": run.id, "report": "deepfix/report.html" });
            response.additional_outputs.insert("write_back".to_owned(), said);
        }
        Err(why) => warn(response, &run.id, &why),
    }
}

fn warn(response: &mut AnalyseResponse, run: &str, why: &str) {
    tracing::warn!(run, why, "the diagnosis was not written back");
    let text = format!("the diagnosis was not written back to run `{run}`: {why}");
    match response.additional_outputs.get_mut("warnings") {
        Some(Json::Array(warnings)) => warnings.push(json!(text)),
        _ => {
            response.additional_outputs.insert("warnings".to_owned(), json!([text]));
        }
    }
}

/// Tags by which runs can be searched: `tags.\`deepfix.verdict\` = 'high'`.
fn tags(response: &AnalyseResponse) -> Vec<(String, String)> {
    let verdict = response.faults().map(|it| it.severity).max().map(Severity::as_str);
    let count = |severity| response.faults().filter(move |it| it.severity == severity);
    let causes: Vec<&str> = response
        .reasoner()
        .into_iter()
        .flat_map(|it| &it.analysis)
        .filter(|it| it.findings.severity > Severity::Low)
        .map(|it| it.findings.code.as_str())
        .collect();
    let mut tags = vec![
        (
            "deepfix.verdict".to_owned(),
            verdict
                .unwrap_or(if response.examined() { "healthy" } else { "not_examined" })
                .to_owned(),
        ),
        ("deepfix.root_causes".to_owned(), causes.join(",")),
        ("deepfix.summary".to_owned(), response.summary.clone()),
        ("deepfix.version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ("deepfix.report".to_owned(), "deepfix/report.html".to_owned()),
    ];
    for severity in [Severity::High, Severity::Medium, Severity::Low] {
        let found = count(severity).filter(|it| !response.is_of_reasoner(it)).count();
        tags.push((format!("deepfix.findings.{}", severity.as_str()), found.to_string()));
    }
    tags
}
