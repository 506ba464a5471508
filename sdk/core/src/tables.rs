//! From tables to artifacts.

use arrow_array::ffi_stream::RecordBatchStreamReader;
use deepfix_tabular::{CheckOptions, Options, Task, checks, dataset_artifact};
use serde_json::json;

use crate::{fault::Fault, stream::Stream};

/// Names that an error lists.
const SHOWN: usize = 20;

/// What is predicted, as Python says it.
pub(crate) fn task(name: &str) -> Result<Task, Fault> {
    match name {
        "classification" => Ok(Task::Classification),
        "regression" => Ok(Task::Regression),
        _ => Err(Fault::Task { found: name.to_owned() }),
    }
}

/// A training table and a test table.
pub(crate) struct Tables {
    pub(crate) name: String,
    pub(crate) train: RecordBatchStreamReader,
    pub(crate) test: Option<RecordBatchStreamReader>,
    pub(crate) checks: bool,
}

impl Tables {
    /// The artifacts as JSON.
    pub(crate) fn artifacts(self, options: &Options) -> Result<String, Fault> {
        let train = Stream::new("train", self.train, options)?;
        let test = self.test.map(|it| Stream::new("test", it, options)).transpose()?;
        named(&train, options)?;
        if let Some(test) = &test {
            same_columns(&train, test)?;
        }
        let train = train.table(options)?;
        let test = test.map(|it| it.table(options)).transpose()?;
        let mut remarks = train.remarks.clone();
        for remark in test.iter().flat_map(|it| &it.remarks) {
            // The test table gives the same cause for the same remark.
            if !remarks.contains(remark) {
                remarks.push(remark.clone());
            }
        }
        let how = CheckOptions {
            threads: options.threads,
            ..CheckOptions::default()
        };
        let checks = self.checks.then(|| checks(&self.name, &train, test.as_ref(), &how));
        let artifacts = json!({
            "dataset_artifacts": dataset_artifact(&self.name, &train, test.as_ref()),
            "deepchecks_artifacts": checks,
            "remarks": remarks,
        });
        Ok(artifacts.to_string())
    }
}

/// Whether every column that an argument names is there.
fn named(table: &Stream, options: &Options) -> Result<(), Fault> {
    let single = [
        ("label", &options.label),
        ("index", &options.index),
        ("date", &options.date),
    ];
    let single = single
        .into_iter()
        .filter_map(|(argument, it)| Some((argument, it.as_ref()?)));
    let lists = [("ignore", &options.ignore), ("categorical", &options.categorical)];
    let lists = lists
        .into_iter()
        .flat_map(|(argument, it)| it.iter().map(move |it| (argument, it)));
    for (argument, name) in single.chain(lists) {
        if !table.names().contains(name) {
            return Err(Fault::NoColumn {
                argument,
                split: table.split(),
                name: name.clone(),
                columns: listed(table.names().iter()),
            });
        }
    }
    Ok(())
}

fn same_columns(train: &Stream, test: &Stream) -> Result<(), Fault> {
    let lacks = |one: &Stream, other: &Stream| {
        let lacking: Vec<&String> = other.names().iter().filter(|it| !one.names().contains(it)).collect();
        (!lacking.is_empty()).then(|| format!("{} lacks {}", one.split(), listed(lacking.into_iter())))
    };
    let difference: Vec<String> = [lacks(test, train), lacks(train, test)].into_iter().flatten().collect();
    if difference.is_empty() {
        return Ok(());
    }
    Err(Fault::Different {
        difference: difference.join("; "),
    })
}

fn listed<'a>(names: impl ExactSizeIterator<Item = &'a String>) -> String {
    let more = if names.len() > SHOWN { ", ..." } else { "" };
    let shown: Vec<String> = names.take(SHOWN).map(|it| format!("`{it}`")).collect();
    format!("{}{more}", shown.join(", "))
}
