//! What trainings leave behind: folders and files of the usual frameworks and loggers.

mod lightning;
mod rows;
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

use crate::{History, metrics, models::number_after, parse_lenient};
pub(crate) use lightning::ReadVersion;
use lightning::is_version;
pub(crate) use walk::{Entry, walk};

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

/// Folders in which TensorBoard's curves of one split lie, and how their names begin then.
const SPLITS: [(&str, &str); 5] = [
    ("train", "train/"),
    ("validation", "validation/"),
    ("val", "validation/"),
    ("eval", "validation/"),
    ("test", "test/"),
];

/// Metrics and parameters that were found.
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub table: Option<Table>,
    pub params: Map<String, Json>,
    /// What was recognised, for the user: one line each.
    pub recognised: Vec<String>,
    pub warnings: Vec<String>,
}

/// A file that cannot be read, and why.
pub(crate) type Failed = (PathBuf, String);

/// Looks for the metrics of a training among the files of a folder.
///
/// # Errors
/// The file that has them cannot be read.
pub(crate) fn find(folder: &Path, files: &[Entry]) -> Result<Option<Output>, Failed> {
    let has = |path: &str| files.iter().any(|it| it.path == path);
    if let Some(path) = chosen(files) {
        let is_log = path.ends_with("metrics.csv");
        let output = if is_log {
            lightning::read(folder, files, path)
        } else {
            read(folder, path)
        };
        return output.map(Some);
    }
    if let Some(log) = LOGS.iter().find(|it| has(it)) {
        return read(folder, log).map(Some);
    }
    let by_name = |ending: &str| {
        files
            .iter()
            .filter(|it| it.path.ends_with(ending))
            .max_by_key(|it| &it.path)
    };
    if let Some(run) = by_name(".wandb") {
        return read(folder, &run.path).map(Some);
    }
    events(folder, files)
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
            Ok(of_table(metrics_of(&rows)?, format!("{name}: metrics, one row a line")))
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
    result.map_err(|why| (path, why))
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
        let table = metrics_of(document)?;
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

fn is_events(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|it| it.contains(".tfevents."))
}

fn table_of_csv(file: BufReader<File>, name: &str) -> Result<Output, String> {
    let table = metrics::from_csv(file)?;
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
    Ok(of_table(table, said))
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

/// All event files of one run: those of one folder, or of folders that are named after splits.
fn events(folder: &Path, files: &[Entry]) -> Result<Option<Output>, Failed> {
    let parent = |path: &str| path.rsplit_once('/').map_or("", |(it, _)| it).to_owned();
    let split = |folder: &str| {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        SPLITS.iter().find(|(it, _)| *it == name).map(|(_, prefix)| *prefix)
    };
    // A run is the folder that has the files, or the one that has the folders of its splits.
    let run = |path: &str| {
        let folder = parent(path);
        if split(&folder).is_some() {
            parent(&folder)
        } else {
            folder
        }
    };
    let mut all: Vec<&Entry> = files.iter().filter(|it| is_events(&it.path)).collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    // Of several runs the one that was written last, by the time in the names of its files.
    let time = |it: &Entry| number_after(&it.path, ".tfevents.");
    let Some(newest) = all.iter().max_by_key(|it| (time(it), &it.path)).map(|it| run(&it.path)) else {
        return Ok(None);
    };
    let mut history = History::default();
    let mut output = Output::default();
    let mut others = std::collections::BTreeSet::new();
    for file in all {
        let own = run(&file.path);
        if own != newest {
            others.insert(own);
            continue;
        }
        let path = folder.join(&file.path);
        let prefix = split(&parent(&file.path)).unwrap_or_default();
        let stopped = open(&path)
            .and_then(|it| tensorboard::read(it, prefix, &mut history))
            .map_err(|why| (path, why))?;
        output.recognised.push(format!("{}: events of TensorBoard", file.path));
        output.warnings.extend(stopped.map(|it| format!("{}: {it}", file.path)));
    }
    if !others.is_empty() {
        let names: Vec<_> = others.iter().take(5).map(String::as_str).collect();
        output.warnings.push(format!(
            "{} other runs with events of TensorBoard were not read: {}",
            others.len(),
            names.join(", ")
        ));
    }
    if !history.is_empty() {
        output.table = Some(table(history).map_err(|why| (folder.to_owned(), why))?);
    }
    Ok(Some(output))
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
