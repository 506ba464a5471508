//! How right the diagnosis is: a corpus of labelled experiments through the real coordinator and
//! the real components, and what came out as figures.

mod answer;
mod calibration;
mod corpus;
mod datasets;
mod isotonic;
mod misses;
mod page;
mod plot;
mod run;
mod score;
mod severity;
mod table;
#[cfg(test)]
mod tests;
mod times;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

pub(crate) use run::start;
use serde::Serialize;

use crate::{Result, root};

/// `cargo xtask bench diagnosis`.
#[derive(Debug, clap::Parser)]
#[command(
    name = "cargo xtask bench diagnosis",
    about = "Scores the diagnosis of a labelled corpus."
)]
pub(crate) struct Options {
    /// The corpus; by default ../shared/corpus-dev where it is, else examples/.
    folder: Option<PathBuf>,
    /// Writes all figures and every case.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Writes a page with the reliability plot and the worst misses.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Keeps every response as ID.json.
    #[arg(long, value_name = "FOLDER")]
    responses: Option<PathBuf>,
    /// How many of the worst cases are printed.
    #[arg(long, default_value_t = 15, value_name = "COUNT")]
    misses: usize,
}

/// Everything that is known of a corpus after it was scored. `summary`, `per_fault` and `cases`
/// are named as the corpus's own scorer names them.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) corpus: String,
    pub(crate) summary: score::Summary,
    pub(crate) per_fault: BTreeMap<String, score::PerCode>,
    pub(crate) calibration: calibration::Calibration,
    pub(crate) datasets: datasets::Spread,
    /// By the label's severity.
    pub(crate) severities: BTreeMap<String, severity::Reported>,
    pub(crate) times: Vec<times::AgentTime>,
    pub(crate) cases: Vec<score::Row>,
}

impl Report {
    pub(crate) fn of(corpus: &Path, cases: &[corpus::Case], answers: &[run::Answer]) -> Self {
        let rows: Vec<score::Row> = cases
            .iter()
            .zip(answers)
            .map(|(case, answer)| score::judge(case, answer))
            .collect();
        let borrowed: Vec<&score::Row> = rows.iter().collect();
        Self {
            corpus: corpus.display().to_string(),
            summary: score::summarise(&borrowed),
            per_fault: score::per_code(&borrowed),
            calibration: calibration::calibration(&calibration::claims(cases, &rows)),
            datasets: datasets::spread(&rows),
            severities: severity::by_label(cases, &rows),
            times: times::by_agent(answers),
            cases: rows,
        }
    }
}

/// With the default corpus, to the terminal.
pub(crate) fn run_default() -> Result<()> {
    run(&<Options as clap::Parser>::parse_from(["diagnosis"]))
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let corpus = options.folder.clone().unwrap_or_else(default_corpus);
    let cases = corpus::load(&corpus)?;
    println!("{} experiments of {}", cases.len(), corpus.display());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let answers = runtime.block_on(async {
        let coordinator = run::start().await?;
        Ok::<_, Box<dyn std::error::Error>>(run::answers(&coordinator, &cases).await)
    })?;
    if let Some(folder) = &options.responses {
        fs::create_dir_all(folder)?;
        for (case, answer) in cases.iter().zip(&answers) {
            if let Some(response) = &answer.response {
                let file = folder.join(format!("{}.json", case.label.case_id));
                fs::write(file, serde_json::to_string_pretty(response)?)?;
            }
        }
    }
    let report = Report::of(&corpus, &cases, &answers);
    println!("{}", table::table(&report, options.misses));
    if let Some(file) = &options.json {
        fs::write(file, serde_json::to_string_pretty(&report)?)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        println!("written: {}", file.display());
    }
    if let Some(file) = &options.html {
        fs::write(file, page::page(&report)).map_err(|error| format!("{}: {error}", file.display()))?;
        println!("written: {}", file.display());
    }
    Ok(())
}

/// The labelled experiments beside the repository, or else those in it.
fn default_corpus() -> PathBuf {
    let beside = root().join("../shared/corpus-dev");
    if beside.is_dir() {
        beside
    } else {
        root().join("examples")
    }
}
