//! Tables that `deepfix analyse` finds: statistics and checks on the fly.

use std::path::{Path, PathBuf};

use deepfix_artifacts::{FileAccess, FolderError, TABLE_ENDINGS, decode_value, read_folder_without_tables};
use deepfix_core::Experiment;
use deepfix_tabular::{Format, Options, Source};
use serde_json::json;

use super::{Computed, TableArgs, compute};

/// Names that label columns have.
const LABELS: [&str; 6] = ["target", "label", "labels", "class", "y", "outcome"];
/// Words that a log of metrics has among its columns, and a data set hardly.
const METRICS: [&str; 6] = ["epoch", "step", "loss", "accuracy", "iteration", "val_"];
/// Check results that somebody put beside the tables.
const CHECKS: [&str; 3] = ["deepchecks.json", "deepchecks.yaml", "deepchecks.yml"];

/// The experiment of a table, or of a folder with tables beside whatever else an experiment leaves, and what
/// the user should know of it; none where there is no table. `bars`: whether somebody watches.
///
/// # Errors
/// A table cannot be read, or nothing tells which column is predicted.
pub(crate) fn read_tables(
    path: &Path,
    args: &TableArgs,
    bars: bool,
) -> anyhow::Result<Option<(Experiment, Vec<String>)>> {
    let mut options = args.options();
    let Some((train, test)) = found(path, &options)? else {
        if options.label.is_some() {
            anyhow::bail!(
                "--label: {} is no table, and holds no train.csv (.parquet, .arrow)",
                path.display()
            );
        }
        return Ok(None);
    };
    let source = Source::open(&train, &options)?;
    let guessed = options.label.is_none();
    if guessed {
        options.label = guess(&source);
    }
    if options.label.is_none() && !path.is_dir() {
        anyhow::bail!(unknown_label(&source));
    }
    let name = super::name_of(&train);
    // Without a label there is little to check, and much to misread; nor is it done again where somebody has.
    let checked = path.is_dir() && CHECKS.iter().any(|it| path.join(it).exists());
    let wanted = options.label.is_some() && !checked;
    let mut computed = compute::compute(&name, &train, test.as_deref(), &options, wanted, bars)?;
    let mut said = std::mem::take(&mut computed.said);
    match &options.label {
        Some(label) if guessed => said.push(format!(
            "taking column `{label}` for what is predicted; another one: --label COLUMN"
        )),
        Some(_) => {}
        None => said.push(format!("{}; no data checks without it", unknown_label(&source))),
    }
    let experiment = beside(path, &name, computed, &mut said)?;
    Ok(Some((experiment, said)))
}

/// The training table and the test table of a path.
fn found(path: &Path, options: &Options) -> anyhow::Result<Option<(PathBuf, Option<PathBuf>)>> {
    if path.is_dir() {
        // What was computed before is taken as it is.
        if ["request.json", "dataset.json", "dataset.yaml", "dataset.yml"]
            .iter()
            .any(|it| path.join(it).exists())
        {
            return Ok(None);
        }
        let split = |stem: &str| {
            TABLE_ENDINGS
                .iter()
                .map(|it| path.join(format!("{stem}.{it}")))
                .find(|it| it.is_file())
        };
        return Ok(split("train").map(|train| (train, split("test"))));
    }
    let is_table = match Format::of_suffix(path) {
        None => false,
        Some(Format::Csv) if options.label.is_none() => {
            // A log of metrics is a table as well. One that is no table at all is for others to explain.
            let names = Source::open(path, options)
                .map(|it| it.names().to_vec())
                .unwrap_or_default();
            let metric = |name: &String| METRICS.iter().any(|it| name.to_ascii_lowercase().contains(it));
            !names.is_empty() && !names.iter().any(metric)
        }
        Some(_) => true,
    };
    Ok(is_table.then(|| (path.to_owned(), None)))
}

/// The one column with a usual name.
fn guess(source: &Source) -> Option<String> {
    let usual = |name: &&String| LABELS.contains(&name.to_ascii_lowercase().as_str());
    let mut found = source.names().iter().filter(usual);
    found.next().filter(|_| found.next().is_none()).cloned()
}

/// What to do where nothing tells which column is predicted.
pub(super) fn unknown_label(source: &Source) -> String {
    const SHOWN: usize = 20;
    let names: Vec<&str> = source.names().iter().take(SHOWN).map(String::as_str).collect();
    let more = if source.names().len() > SHOWN { ", ..." } else { "" };
    format!(
        "{}: which column is predicted is not known; say it with --label COLUMN. The columns are {}{more}",
        source.file().display(),
        names.join(", ")
    )
}

/// The experiment with what else lies beside the tables.
fn beside(path: &Path, name: &str, computed: Computed, said: &mut Vec<String>) -> anyhow::Result<Experiment> {
    let mut request = json!({ "dataset_name": name, "dataset_artifacts": computed.dataset });
    if let (Some(checks), Some(members)) = (computed.checks, request.as_object_mut()) {
        members.insert("deepchecks_artifacts".to_owned(), checks);
    }
    let mut experiment =
        decode_value(request, &FileAccess::below(&[])).map_err(|problem| anyhow::anyhow!("{problem}"))?;
    if path.is_dir() {
        match read_folder_without_tables(path) {
            Ok(contents) => {
                said.extend(contents.recognised.iter().map(|line| format!("read {line}")));
                let ours = std::mem::replace(&mut experiment, contents.experiment);
                for kind in ours.artifacts.kinds().collect::<Vec<_>>() {
                    if let Some(artifact) = ours.artifacts.get(kind) {
                        experiment.artifacts.insert(kind, artifact.clone());
                    }
                }
            }
            Err(FolderError::Nothing { unread, .. }) => experiment.warnings.extend(unread),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(experiment)
}
