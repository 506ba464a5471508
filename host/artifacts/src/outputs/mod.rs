//! What trainings leave behind: folders and files of the usual frameworks and loggers.

mod belongs;
mod deeper;
mod events;
mod experiments;
mod homes;
mod lightning;
mod listing;
mod rows;
mod several;
mod tensorboard;
mod walk;
mod wandb;

use std::{
    fs::File,
    io::{BufReader, Read as _},
    path::{Path, PathBuf},
};

use deepfix_core::Table;
use serde_json::{Map, Value as Json};

use crate::{History, csv_log, metrics, models::number_after, parse_lenient};
use deeper::ANYWHERE;
pub(crate) use deeper::is_log;
use events::events;
pub(crate) use experiments::{Experiments, is_params};
pub(crate) use lightning::ReadVersion;
use lightning::is_version;
pub use walk::FolderLimits;
pub(crate) use walk::{Entry, Walked, walk};

/// A log of metrics in JSON: a million rows have about 200 MB.
const MAX_JSON: u64 = 256 << 20;

/// Names of logs of metrics in a folder itself, the most telling first. Keras calls its own
/// `training.log` in its documentation; others are what people write.
const LOGS: [&str; 15] = [
    "history.json",
    "history.csv",
    "training.log",
    "metrics.json",
    "metrics.jsonl",
    "history.jsonl",
    "log.csv",
    "logs.csv",
    "training_log.csv",
    "train_log.csv",
    "progress.csv",
    "results.csv",
    "log.jsonl",
    "logs.jsonl",
    "training_log.json",
];

/// What is wrong with a log in which nothing stands.
pub(crate) const EMPTY: &str =
    "found no row of metrics, expected the names of the metrics and at least one row of values";

/// Metrics and parameters that were found.
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub table: Option<Table>,
    pub params: Map<String, Json>,
    /// What was recognised, for the user: one line each.
    pub recognised: Vec<String>,
    pub warnings: Vec<String>,
    /// The files that were looked into, from the folder on.
    pub files: Vec<String>,
}

/// A file that cannot be read, and why.
pub(crate) type Failed = (PathBuf, String);

/// Looks for the metrics of a training among the files of a folder. `beside` are the folders around its model,
/// the nearest first, with `/` at their ends.
///
/// # Errors
/// The file that has them cannot be read. One that lies further down is a warning: it may be of something else, or of
/// another training.
pub(crate) fn find(folder: &Path, files: &[Entry], beside: &[&str]) -> Result<Option<Output>, Failed> {
    let has = |path: &str| files.iter().any(|it| it.path == path);
    if let Some(path) = chosen(files) {
        let is_log = path.ends_with("metrics.csv");
        let output = if is_log {
            lightning::read(folder, files, path)
        } else {
            read(folder, path)
        };
        return or_empty(folder, output).map(Some);
    }
    if let Some(log) = LOGS.iter().find(|it| has(it)) {
        return or_empty(folder, read(folder, log)).map(Some);
    }
    let mut tried = Output::default();
    for path in deeper::beside(files, beside) {
        if deeper::attempt(folder, &path, &mut tried) {
            return Ok(Some(tried));
        }
    }
    let other = match last_of_wandb(files) {
        Some(run) => read(folder, run).map(Some),
        None => events(folder, files),
    };
    match other {
        Ok(Some(mut output)) => {
            output.warnings.append(&mut tried.warnings);
            output.files.append(&mut tried.files);
            return Ok(Some(output));
        }
        Ok(None) => {}
        Err((path, why)) if path.parent() != Some(folder) => {
            let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            tried.warnings.push(format!("`{name}` was not read: {why}"));
            tried.files.push(name);
        }
        Err(failed) => return Err(failed),
    }
    for path in deeper::anywhere(files, beside) {
        if !tried.files.iter().any(|it| it == path) && deeper::attempt(folder, path, &mut tried) {
            break;
        }
    }
    Ok((!tried.files.is_empty()).then_some(tried))
}

/// A log in which nothing stands yet is no reason to read nothing of its folder.
fn or_empty(folder: &Path, output: Result<Output, Failed>) -> Result<Output, Failed> {
    match output {
        Err((path, why)) if why == EMPTY => {
            let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            Ok(Output {
                warnings: vec![format!("`{name}` was not read: {why}")],
                files: vec![name],
                ..Output::default()
            })
        }
        output => output,
    }
}

/// The last run of Weights & Biases.
fn last_of_wandb(files: &[Entry]) -> Option<&str> {
    let runs = files
        .iter()
        .map(|it| it.path.as_str())
        .filter(|it| it.ends_with(".wandb"));
    runs.max()
}

/// Of all logs that are ones by their names and lie in whatever folder the one that is read.
fn sure_log(files: &[Entry]) -> Option<&str> {
    let chosen = chosen(files).or_else(|| last_of_wandb(files));
    chosen.or_else(|| events::newest(files).map(|it| it.path.as_str()))
}

/// The state of Hugging Face's trainer, or else the log of Lightning that is read: the last one.
fn chosen(files: &[Entry]) -> Option<&str> {
    let newest = |name: &str, word: &str| {
        let is = |it: &&Entry| it.path.rsplit('/').next() == Some(name) && number_after(&it.path, word).is_some();
        files
            .iter()
            .filter(is)
            .max_by_key(|it| (number_after(&it.path, word), &it.path))
            .map(|it| it.path.as_str())
    };
    let state = "trainer_state.json";
    files
        .iter()
        .find(|it| it.path == state)
        .map(|it| it.path.as_str())
        .or_else(|| newest(state, "checkpoint-"))
        .or_else(|| newest("metrics.csv", "version_"))
}

/// Reads one file of a known kind, by its name and content.
///
/// # Errors
/// It cannot be read, or is of no known kind.
pub(crate) fn read(folder: &Path, name: &str) -> Result<Output, Failed> {
    let path = folder.join(name);
    let result = open(&path).and_then(|file| match kind(name) {
        Kind::Csv => table_of_csv(file, name),
        Kind::Lines => {
            let rows = rows::json_lines(file)?;
            let table = filled(metrics_of(&rows)?)?;
            Ok(of_table(table, format!("{name}: metrics, one row a line")))
        }
        Kind::Wandb => {
            let run = wandb::read(file)?;
            let mut output = of_table(table(run.history)?, format!("{name}: a run of Weights & Biases"));
            output.params = run.config;
            output.warnings.extend(run.stopped.map(|it| format!("{name}: {it}")));
            Ok(output)
        }
        Kind::Events => {
            let mut history = History::default();
            let stopped = tensorboard::read(file, "", &mut history)?;
            if history.is_empty() {
                return Err("found no scalar among its events, expected at least one metric".to_owned());
            }
            let mut output = of_table(table(history)?, format!("{name}: events of TensorBoard"));
            output.warnings.extend(stopped.map(|it| format!("{name}: {it}")));
            Ok(output)
        }
        Kind::Json => {
            drop(file);
            let mut document = parse_lenient(text(&path, MAX_JSON)?.as_bytes()).map_err(|error| error.to_string())?;
            of_document(&mut document, name)
        }
    });
    match result {
        Ok(mut output) => {
            output.files.push(name.to_owned());
            Ok(output)
        }
        Err(why) => Err((path, why)),
    }
}

/// A document that is already parsed.
///
/// # Errors
/// It holds no metrics.
pub(crate) fn of_document(document: &mut Json, name: &str) -> Result<Output, String> {
    if let Some(state) = rows::trainer_state(document) {
        let mut output = of_table(
            metrics_of(&state.rows)?,
            format!("{name}: state of Hugging Face's trainer"),
        );
        output.params = state.params;
        return Ok(output);
    }
    if rows::is_metrics(document) {
        // What its History and its callbacks write; others that do the same are called so too.
        let is_keras = document.get("loss").or(document.get("val_loss")).is_some();
        let what = if is_keras {
            "a history as Keras has it"
        } else {
            "metrics"
        };
        let table = filled(metrics_of(document)?)?;
        let (rows, columns) = (table.rows(), table.columns().len());
        return Ok(of_table(
            table,
            format!("{name}: {what}, {rows} rows of {columns} columns"),
        ));
    }
    Err("expected metrics: an object of columns, an array of rows, or the state of a trainer".to_owned())
}

enum Kind {
    Csv,
    Json,
    Lines,
    Wandb,
    Events,
}

fn kind(name: &str) -> Kind {
    let name = name.rsplit('/').next().unwrap_or(name);
    let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        _ if is_events(name) => Kind::Events,
        "csv" | "log" | "tsv" => Kind::Csv,
        "jsonl" | "ndjson" => Kind::Lines,
        "wandb" => Kind::Wandb,
        _ => Kind::Json,
    }
}

/// Whether a single file of that name can be read by [`read`].
pub(crate) fn is_known(name: &str) -> bool {
    !matches!(kind(name), Kind::Json)
}

pub(crate) fn is_events(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|it| it.contains(".tfevents."))
}

fn table_of_csv(file: BufReader<File>, name: &str) -> Result<Output, String> {
    let table = filled(csv_log::from_csv(file)?)?;
    let what = if is_version(name) {
        "a log of Lightning, "
    } else if name.rsplit('/').next() == Some("training.log") {
        "a log of Keras, "
    } else {
        ""
    };
    let said = format!(
        "{name}: {what}{} rows of {} columns",
        table.rows(),
        table.columns().len()
    );
    let warning = csv_log::one_column(&table).map(|it| format!("{name}: {it}"));
    let mut output = of_table(table, said);
    output.warnings.extend(warning);
    Ok(output)
}

/// The table, where it has anything.
///
/// # Errors
/// There is no column, or no row.
fn filled(table: Table) -> Result<Table, String> {
    if is_filled(&table) {
        Ok(table)
    } else {
        Err(EMPTY.to_owned())
    }
}

/// Whether a log has at least one row: a training that has just begun has none yet.
pub(crate) fn is_filled(table: &Table) -> bool {
    !table.columns().is_empty() && table.rows() > 0
}

fn of_table(table: Table, said: String) -> Output {
    Output {
        table: Some(table),
        recognised: vec![said],
        ..Output::default()
    }
}

fn table(history: History) -> Result<Table, String> {
    history.table().map_err(|error| error.to_string())
}

fn metrics_of(values: &Json) -> Result<Table, String> {
    metrics::from_json("", values).map_err(|problem| problem.detail)
}

fn open(path: &Path) -> Result<BufReader<File>, String> {
    File::open(path)
        .map(|it| BufReader::with_capacity(256 << 10, it))
        .map_err(|error| error.to_string())
}

fn text(path: &Path, limit: u64) -> Result<String, String> {
    let mut text = String::new();
    let got = File::open(path)
        .and_then(|it| it.take(limit + 1).read_to_string(&mut text))
        .map_err(|error| error.to_string())?;
    if got as u64 > limit {
        return Err(format!("more than {limit} bytes"));
    }
    Ok(text)
}
