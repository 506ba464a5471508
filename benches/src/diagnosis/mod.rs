//! How right the diagnosis is: a corpus of labelled experiments through the real coordinator and
//! the real components, and what came out as figures.

mod run;

use std::{fs, path::PathBuf};

use deepfix_diagnosis_score::{Report, load, page, table};
pub(crate) use run::start;

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

/// With the default corpus, to the terminal.
pub(crate) fn run_default() -> Result<()> {
    run(&<Options as clap::Parser>::parse_from(["diagnosis"]))
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let corpus = options.folder.clone().unwrap_or_else(default_corpus);
    let cases = load(&corpus)?;
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
    println!("{}", table(&report, options.misses));
    if let Some(file) = &options.json {
        fs::write(file, serde_json::to_string_pretty(&report)?)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        println!("written: {}", file.display());
    }
    if let Some(file) = &options.html {
        fs::write(file, page(&report)).map_err(|error| format!("{}: {error}", file.display()))?;
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
