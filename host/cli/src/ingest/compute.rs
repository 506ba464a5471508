//! Tables to artifacts, with a bar for each file.

use std::path::Path;

use deepfix_tabular::{CheckOptions, Options, Source, Table, checks, dataset_artifact, same_columns, scan_with};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value as Json;

use crate::output;

/// The artifacts of a training table and a test table.
pub(crate) struct Computed {
    /// `dataset_artifacts`.
    pub(crate) dataset: Json,
    /// `deepchecks_artifacts`.
    pub(crate) checks: Option<Json>,
    /// What was read, for the user.
    pub(crate) said: Vec<String>,
}

/// Opens the tables, and says what is wrong with them as far as their first lines tell.
///
/// # Errors
/// A table cannot be read, lacks a column that is named, or the two do not belong together.
pub(crate) fn open(train: &Path, test: Option<&Path>, options: &Options) -> anyhow::Result<(Source, Option<Source>)> {
    let train = Source::open(train, options)?;
    let test = test.map(|it| Source::open(it, options)).transpose()?;
    // A wrong column before different columns: the user most likely mistyped it.
    let named = [&options.label, &options.index, &options.date].into_iter().flatten();
    for name in named.chain(&options.ignore).chain(&options.categorical) {
        train.place(name)?;
    }
    if let Some(test) = &test {
        same_columns(&train, test)?;
    }
    Ok((train, test))
}

/// `bars`: whether somebody watches.
///
/// # Errors
/// A table cannot be read, or the two do not belong together.
pub(crate) fn compute(
    name: &str,
    train: &Path,
    test: Option<&Path>,
    options: &Options,
    with_checks: bool,
    bars: bool,
) -> anyhow::Result<Computed> {
    let (train, test) = open(train, test, options)?;
    let mut said = Vec::new();
    let train = read(&train, options, bars, &mut said)?;
    let test = test.map(|it| read(&it, options, bars, &mut said)).transpose()?;
    let checks = with_checks.then(|| {
        let bar = if bars {
            spinner("data checks")
        } else {
            ProgressBar::hidden()
        };
        let options = CheckOptions {
            threads: options.threads,
            ..CheckOptions::default()
        };
        let results = checks(name, &train, test.as_ref(), &options);
        bar.finish_and_clear();
        results
    });
    Ok(Computed {
        dataset: dataset_artifact(name, &train, test.as_ref()),
        checks,
        said,
    })
}

fn read(source: &Source, options: &Options, bars: bool, said: &mut Vec<String>) -> anyhow::Result<Table> {
    let bar = if bars {
        ProgressBar::new(source.size())
    } else {
        ProgressBar::hidden()
    };
    if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:30} {bytes} of {total_bytes}, {bytes_per_sec}") {
        bar.set_style(style);
    }
    let file = output::printable(&source.file().display().to_string());
    bar.set_prefix(file);
    let table = scan_with(source, options, &|done, _| bar.set_position(done));
    bar.finish_and_clear();
    let table = table?;
    let exact = if table.is_exact() {
        ""
    } else {
        ", quartiles and checks from a sample"
    };
    let name = source.file().file_name().unwrap_or_default().display();
    said.push(format!(
        "read {name}: {} rows, {} columns{exact}",
        table.rows,
        table.columns.len()
    ));
    // The test table gives the same cause for the same remark.
    let new: Vec<String> = table.remarks.iter().filter(|it| !said.contains(it)).cloned().collect();
    said.extend(new);
    Ok(table)
}

fn spinner(text: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.set_message(text);
    bar.enable_steady_tick(std::time::Duration::from_millis(100));
    bar
}
