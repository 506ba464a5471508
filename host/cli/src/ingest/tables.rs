//! Tables that `deepfix analyse` finds: statistics and checks on the fly.

use std::path::{Path, PathBuf};

use deepfix_artifacts::{
    FileAccess, FolderError, FolderLimits, TABLE_ENDINGS, decode_value, read_folder_without_tables,
};
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
    limits: &FolderLimits,
    bars: bool,
) -> anyhow::Result<Option<(Experiment, Vec<String>)>> {
    let mut options = args.options();
    let Some((train, test)) = found(path, &options)? else {
        if let Some(flag) = args.given() {
            anyhow::bail!(no_table(path, flag));
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
    let experiment = beside(path, &name, computed, limits, &mut said)?;
    Ok(Some((experiment, said)))
}

/// Why a flag on the columns of a table has no effect on a path, and what would change it.
fn no_table(path: &Path, flag: &str) -> String {
    let shown = path.display();
    if let Err(error) = path.metadata() {
        return format!("{shown} cannot be read: {error}");
    }
    if !path.is_dir() {
        let is_log = path.is_file() && matches!(Format::of_suffix(path), Some(Format::Csv));
        return if is_log {
            format!(
                "{flag}: {shown} is read as a log of metrics, for its columns are called so; where it is a table, say what is \
                 predicted with --label COLUMN"
            )
        } else {
            format!("{flag} is for tables, and {shown} is none")
        };
    }
    let train = split(path, "train");
    match (computed(path), train) {
        (Some(name), Some(train)) => format!(
            "{flag}: {shown} holds {name}, which is read as it is in place of its tables; name the table \
             (deepfix analyse {} --label COLUMN), or take {name} away to have the tables of the folder read",
            train.display()
        ),
        (Some(name), None) => {
            format!("{flag} is for tables; {shown} holds {name} in place of any, which is read as it is")
        }
        (None, _) => format!("{flag} is for tables, and {shown} holds no train.csv (.tsv, .parquet, .arrow)"),
    }
}

/// What was computed of the tables of a folder before, or says all of it, and is taken as it is.
fn computed(folder: &Path) -> Option<&'static str> {
    let names = ["request.json", "dataset.json", "dataset.yaml", "dataset.yml"];
    names.into_iter().find(|it| folder.join(it).exists())
}

/// The table of a split in a folder.
fn split(folder: &Path, stem: &str) -> Option<PathBuf> {
    let mut names = TABLE_ENDINGS.iter().map(|it| folder.join(format!("{stem}.{it}")));
    names.find(|it| it.is_file())
}

/// The training table and the test table of a path.
fn found(path: &Path, options: &Options) -> anyhow::Result<Option<(PathBuf, Option<PathBuf>)>> {
    if path.is_dir() {
        if computed(path).is_some() {
            return Ok(None);
        }
        return Ok(split(path, "train").map(|train| (train, split(path, "test"))));
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
fn beside(
    path: &Path,
    name: &str,
    computed: Computed,
    limits: &FolderLimits,
    said: &mut Vec<String>,
) -> anyhow::Result<Experiment> {
    let mut request = json!({ "dataset_name": name, "dataset_artifacts": computed.dataset });
    if let (Some(checks), Some(members)) = (computed.checks, request.as_object_mut()) {
        members.insert("deepchecks_artifacts".to_owned(), checks);
    }
    let mut experiment =
        decode_value(request, &FileAccess::below(&[])).map_err(|problem| anyhow::anyhow!("{problem}"))?;
    if path.is_dir() {
        match read_folder_without_tables(path, limits) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_without_a_table_gets_the_true_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let args = TableArgs {
            label: Some("y".to_owned()),
            ..TableArgs::default()
        };
        let said = |path: &Path| {
            read_tables(path, &args, &FolderLimits::default(), false)
                .unwrap_err()
                .to_string()
        };
        assert!(said(path).contains("holds no train.csv"), "{}", said(path));
        std::fs::write(path.join("dataset.json"), "{}").unwrap();
        assert!(
            said(path).contains("holds dataset.json in place of any"),
            "{}",
            said(path)
        );
        std::fs::write(path.join("train.csv"), "a,y\n1,0\n").unwrap();
        let text = said(path);
        let command = format!("deepfix analyse {} --label COLUMN", path.join("train.csv").display());
        assert!(
            text.contains("holds dataset.json, which is read as it is") && text.contains(&command),
            "{text}"
        );
        let notes = path.join("notes.txt");
        std::fs::write(&notes, "some words").unwrap();
        assert!(said(&notes).contains("is none"), "{}", said(&notes));
        let missing = path.join("nothing");
        assert!(said(&missing).contains("cannot be read"), "{}", said(&missing));
        // Other flags on columns make no table of a log.
        let log = path.join("log.csv");
        std::fs::write(&log, "epoch,loss\n0,1\n").unwrap();
        let args = TableArgs {
            index: Some("epoch".to_owned()),
            ..TableArgs::default()
        };
        let error = read_tables(&log, &args, &FolderLimits::default(), false)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("--index:") && error.contains("a log of metrics"),
            "{error}"
        );
    }
}
