//! `deepfix analyse --mlflow-experiment`: every run, a few at a time.

use std::{collections::BTreeMap, io::IsTerminal as _, process::ExitCode, time::Duration};

use deepfix_analysis::Coordinator;
use deepfix_config::Config;
use deepfix_core::{Allowance, AnalyseOptions, AnalyseResponse, Diagnosis as _, Severity};
use deepfix_mlflow::{MlflowError, RunRecord, Search};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::{
    EXIT_FAILURE, EXIT_FINDINGS,
    args::{AnalyseArgs, Format},
    output, report,
};

mod unreached;

use unreached::{Outcome, Unreached};

/// Runs at once for each core: some wait for the server while others compute.
const RUNS_PER_CORE: usize = 4;

/// One run in the table.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Row {
    pub(crate) run_id: String,
    pub(crate) run_name: String,
    pub(crate) status: String,
    /// The worst of its findings; none where there are none or it could not be diagnosed.
    pub(crate) worst: Option<Severity>,
    /// Findings of the analyzers.
    pub(crate) findings: BTreeMap<Severity, usize>,
    /// Codes of the root causes at medium or high, the most important first.
    pub(crate) root_causes: Vec<String>,
    /// Why it could not be diagnosed, or not wholly.
    pub(crate) error: Option<String>,
    /// What of it was not read, or not written back where it was meant to be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) warnings: Vec<String>,
}

impl Row {
    /// Whether nothing of the run was looked at.
    fn is_unexamined(&self) -> bool {
        self.error.is_some() && self.findings.is_empty()
    }
}

/// What came of an experiment.
#[derive(Debug, Serialize)]
pub(crate) struct Table {
    pub(crate) experiment: String,
    pub(crate) runs: Vec<Row>,
    /// How many runs have each root cause.
    pub(crate) root_causes: BTreeMap<String, usize>,
}

/// Diagnoses every run of an experiment.
pub(crate) async fn run(
    coordinator: &Coordinator,
    config: &Config,
    args: &AnalyseArgs,
    experiment: &str,
) -> anyhow::Result<ExitCode> {
    if matches!(args.format, Format::Html | Format::Sarif) {
        anyhow::bail!(
            "`--format html` and `sarif` are for one run: of an experiment take `text`, `markdown` or `json`; \
             `--write-back` puts a page with each run"
        );
    }
    let search = Search {
        tracking_uri: None,
        experiment: experiment.to_owned(),
        filter: args.mlflow.filter.clone().unwrap_or_default(),
    };
    let language = args.language.as_deref().unwrap_or("english").trim().to_lowercase();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let time = config.server.request_timeout;
    let bar = progress();
    let mlflow = coordinator.mlflow();
    // Pages are asked for as they are needed: thousands of runs are never all in memory.
    let pages = stream::try_unfold(Some(None::<String>), |page| {
        let search = &search;
        async move {
            let Some(page) = page else { return Ok(None) };
            let found = mlflow.runs(search, page.as_deref()).await?;
            let next = found.next.map(Some);
            Ok::<_, MlflowError>(Some((stream::iter(found.runs.into_iter().map(Ok)), next)))
        }
    });
    let mut unreached = Unreached::of(cores * RUNS_PER_CORE, config.mlflow.max_unreached);
    let rows: Vec<Row> = pages
        .try_flatten()
        .map_ok(|run| one(coordinator, run, &language, args.mlflow.write_back, time))
        .try_buffered(cores * RUNS_PER_CORE)
        .map(|outcome| outcome.and_then(|it| unreached.next(it)))
        .inspect_ok(|_| bar.inc(1))
        .try_collect()
        .await?;
    unreached.end()?;
    bar.finish_and_clear();
    let unwritten: Vec<&str> = rows.iter().filter_map(not_written).collect();
    if let Some(first) = unwritten.first() {
        output::remark(&output::printable(&format!("{} of the runs: {first}", unwritten.len())));
    }
    let mut root_causes = BTreeMap::new();
    for code in rows.iter().flat_map(|it| &it.root_causes) {
        *root_causes.entry(code.clone()).or_insert(0) += 1;
    }
    let table = Table {
        experiment: experiment.to_owned(),
        runs: rows,
        root_causes,
    };
    let text = match args.format {
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&table)?),
        Format::Text => report::runs_text(&table, &language),
        Format::Markdown => report::runs_markdown(&table, &language),
        Format::Html | Format::Sarif => String::new(),
    };
    output::write(&text, args.output.as_deref())?;
    let worst = table.runs.iter().filter_map(|it| it.worst).max();
    if args.fail_on.is_some_and(|level| worst >= Some(level.into())) {
        return Ok(ExitCode::from(EXIT_FINDINGS));
    }
    // As for one run: where nothing could be examined that is no success, and a gate that cannot see everything does
    // not open.
    let unseen = table.runs.iter().filter(|it| it.error.is_some()).count();
    if table.runs.iter().all(Row::is_unexamined) {
        output::remark(&format!("none of {unseen} runs could be examined"));
        return Ok(ExitCode::from(EXIT_FAILURE));
    }
    if unseen > 0 && args.fail_on.is_some() {
        output::remark(&format!(
            "nothing as severe was found, but {unseen} runs were not looked at in full"
        ));
        return Ok(ExitCode::from(EXIT_FAILURE));
    }
    Ok(ExitCode::SUCCESS)
}

/// One run. What is wrong with it alone is in its row; what is wrong with the server ends all, unless it may be
/// otherwise for the next run.
async fn one(
    coordinator: &Coordinator,
    run: RunRecord,
    language: &str,
    write_back: bool,
    time: Duration,
) -> Result<Outcome, MlflowError> {
    let mut row = Row {
        run_id: run.id.clone(),
        run_name: run.name.clone(),
        status: run.status.clone(),
        worst: None,
        findings: BTreeMap::new(),
        root_causes: Vec::new(),
        error: None,
        warnings: Vec::new(),
    };
    let retrieved = tokio::time::timeout(time, coordinator.mlflow().experiment(None, &run, language, write_back));
    let experiment = match retrieved.await {
        Ok(Ok(experiment)) => experiment,
        Ok(Err(error)) if error.is_of_server() && !error.may_pass() => return Err(error),
        Ok(Err(error)) => {
            row.error = Some(error.to_string());
            let unreached = error.may_pass().then_some(error);
            return Ok(Outcome { row, unreached });
        }
        Err(_) => {
            row.error = Some("getting the run took too long (`[server] request_timeout`)".to_owned());
            return Ok(Outcome { row, unreached: None });
        }
    };
    let options = AnalyseOptions {
        request_id: run.id.as_str().into(),
        time_left: time,
        progress: None,
        allowance: Allowance::default(),
    };
    fill(&mut row, &coordinator.analyse(experiment, options).await);
    Ok(Outcome { row, unreached: None })
}

/// That the diagnosis could not be written back.
fn not_written(row: &Row) -> Option<&str> {
    let mut warnings = row.warnings.iter().map(String::as_str);
    warnings.find(|it| it.contains("not written back"))
}

fn fill(row: &mut Row, response: &AnalyseResponse) {
    if let Some(reasoner) = response.reasoner() {
        for analysis in response.analyzers().iter().flat_map(|(_, it)| &it.analysis) {
            *row.findings.entry(analysis.findings.severity).or_insert(0) += 1;
        }
        let causes = reasoner.analysis.iter().map(|it| &it.findings);
        row.root_causes = causes
            .filter(|it| it.severity > Severity::Low)
            .map(|it| it.code.clone())
            .collect();
        row.worst = response.faults().map(|it| it.severity).max();
    }
    let mut errors: Vec<String> = response
        .error_messages
        .iter()
        .filter_map(|(agent, error)| Some(format!("{agent}: {}", error.as_ref()?)))
        .collect();
    if !response.examined() {
        errors.push("nothing could be examined".to_owned());
    }
    row.error = (!errors.is_empty()).then(|| errors.join("; "));
    let warnings = response.additional_outputs.get("warnings").and_then(|it| it.as_array());
    let texts = warnings.into_iter().flatten().filter_map(|it| it.as_str());
    row.warnings = texts.map(str::to_owned).collect();
}

fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} runs, {per_sec}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The row of a run of which the reasoner, and nobody else, says one thing.
    fn row(code: &str) -> Row {
        let finding = json!({
            "findings": {
                "id": "R/0", "code": code, "severity": "low", "confidence": 0.9, "description": "d", "evidence": "e",
                "facts": [], "evidence_verified": true,
            },
            "recommendations": {"action": "a", "rationale": "r", "confidence": 0.9, "citations": []},
        });
        let agent = |name: &str, analysis: Vec<serde_json::Value>| {
            json!({
                "agent_name": name, "analysis": analysis, "analyzed_artifacts": null, "retrieved_knowledge": null,
                "additional_outputs": {}, "error_message": null,
            })
        };
        let response = json!({
            "agent_results": {"A": agent("A", Vec::new()), "R": agent("R", vec![finding])}, "summary": "s",
            "additional_outputs": {}, "error_messages": {}, "dataset_name": null,
        });
        let mut row = Row::default();
        fill(&mut row, &serde_json::from_value(response).unwrap());
        row
    }

    #[test]
    fn only_what_is_wrong_counts_and_what_was_not_examined_is_not_fine() {
        let told = |code| {
            let row = row(code);
            (row.worst, row.error.is_some())
        };
        assert_eq!(told("cross.healthy"), (None, false));
        assert_eq!(told("cross.not_examined"), (None, true));
        assert_eq!(told("cross.poor_unexplained"), (Some(Severity::Low), false));
    }
}
