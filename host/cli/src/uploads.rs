//! What the server makes of files that a browser hands over: the same as `deepfix analyse` of a path,
//! and runs of MLflow, which are folders then.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use deepfix_artifacts::FolderLimits;
use deepfix_core::{Experiment, MlflowSource, MlflowTarget};
use deepfix_mlflow::{Retriever, Settings};
use deepfix_server::{ReadFiles, Reader};

use crate::{
    analyse,
    folders::FLAGS,
    ingest::{self, TableArgs},
};

/// Folders within one that are searched for a run: `mlruns/EXPERIMENT/RUN`.
const MAX_DEPTH: usize = 4;
/// The documents that clients of DeepFix log, of which one tells that it is their layout.
const LAYOUT: [&str; 5] = [
    "dataset/dataset.yaml",
    "deepchecks/deepchecks.yaml",
    "model_checkpoint/model_checkpoint.yaml",
    "training_artifacts/training_artifacts.yaml",
    "training_artifacts/metrics.csv",
];
/// The id that such a folder gets as a run.
const RUN: &str = "upload";
/// Longer than a run on the disk takes to be read.
const PATIENCE: Duration = Duration::from_secs(60);

/// The reader of the server.
pub(crate) fn reader() -> Reader {
    Arc::new(|path: &Path, label: Option<&str>| {
        read(path, label).map_err(|error| {
            // A form has a field for it.
            let text = without_own(&format!("{error:#}"), path);
            text.replace("--label COLUMN", "the predicted column's field")
                .replace("--label", "the field of the predicted column")
        })
    })
}

fn read(path: &Path, label: Option<&str>) -> anyhow::Result<ReadFiles> {
    if let Some(experiment) = run_of_mlflow(path)? {
        return Ok(ReadFiles {
            experiment,
            recognised: vec!["a run of MLflow".to_owned()],
        });
    }
    let limits = FolderLimits::default();
    let table = TableArgs {
        label: label.map(str::to_owned),
        ..TableArgs::default()
    };
    let (mut experiment, recognised) = match ingest::read_tables(path, &table, &limits, false)? {
        Some(read) => read,
        None => analyse::read(path, &limits)?,
    };
    experiment.warnings.extend(stands_alone(path, &recognised));
    for warning in &mut experiment.warnings {
        *warning = without_own(warning, path);
    }
    Ok(ReadFiles { experiment, recognised })
}

/// Commands that could be pasted elsewhere would name a folder of the server's own, which is gone by then.
fn without_own(text: &str, path: &Path) -> String {
    // Nor is a flag of the command line any use to who drops a folder.
    FLAGS
        .iter()
        .fold(text.replace(&format!("{}/", path.display()), ""), |text, flag| {
            text.replace(&format!(" (`{flag}`)"), "")
        })
}

/// Who drops a folder sees what was made of it in the report only: that its request was read and nothing beside it.
fn stands_alone(path: &Path, recognised: &[String]) -> Option<String> {
    let [line] = recognised else { return None };
    // As the command line says it.
    let line = line.strip_prefix("read ").unwrap_or(line);
    let name = line.strip_suffix(": a request")?;
    let others = std::fs::read_dir(path).ok()?.filter_map(Result::ok);
    let others = others.filter(|it| it.file_name() != *name).count();
    (others > 0).then(|| {
        format!("`{name}` is the request: of {others} files and folders beside it only those that it names were read")
    })
}

/// A folder that is a run of MLflow or holds one, or has the files that clients of DeepFix log to one.
fn run_of_mlflow(path: &Path) -> anyhow::Result<Option<Experiment>> {
    if !path.is_dir() {
        return Ok(None);
    }
    let mut runs = Vec::new();
    find_runs(path, 0, &mut runs);
    let (store, id) = match runs.as_slice() {
        [] if LAYOUT.iter().any(|it| path.join(it).is_file()) => (as_store(path)?, RUN.to_owned()),
        [] => return Ok(None),
        [run] => {
            let id = run
                .file_name()
                .and_then(|it| it.to_str())
                .context("a run without a name")?;
            // The store is two folders up: `STORE/EXPERIMENT/RUN`.
            let store = run.parent().and_then(Path::parent).context("a run without a store")?;
            (store.to_owned(), id.to_owned())
        }
        many => anyhow::bail!(
            "it holds {} runs of MLflow; hand over the folder of one of them, or let the server read the store (`[mlflow]`)",
            many.len()
        ),
    };
    let settings = Settings {
        tracking_uri: Some(store.display().to_string()),
        ..Settings::default()
    };
    let wanted = Experiment {
        language: "english".to_owned(),
        source: Some(MlflowSource {
            tracking_uri: None,
            target: MlflowTarget::Run(id),
            write_back: false,
        }),
        ..Experiment::default()
    };
    let retriever = Retriever::new(settings)?;
    // Called on a thread for work that blocks.
    let filled = tokio::runtime::Handle::current().block_on(retriever.fill(wanted, PATIENCE))?;
    Ok(Some(Experiment { run: None, ..filled }))
}

fn find_runs(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let is_run = std::fs::read_to_string(folder.join("meta.yaml"))
        .is_ok_and(|it| it.lines().any(|line| line.starts_with("run_id:")));
    if is_run {
        found.push(folder.to_owned());
        return;
    }
    if depth == MAX_DEPTH {
        return;
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    for entry in entries.filter(|it| it.file_type().is_ok_and(|it| it.is_dir())) {
        find_runs(&entry.path(), depth + 1, found);
    }
}

/// A store of one run whose files these are. The folder is the upload's own, and moved within it.
fn as_store(path: &Path) -> anyhow::Result<PathBuf> {
    let store = path.with_extension("store");
    let run = store.join("0").join(RUN);
    std::fs::create_dir_all(&run)?;
    std::fs::rename(path, run.join("artifacts"))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let meta = serde_json::json!({ "run_id": RUN, "run_name": name, "experiment_id": "0" });
    // JSON is YAML.
    std::fs::write(run.join("meta.yaml"), meta.to_string())?;
    Ok(store)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_beside_a_request_and_was_not_read_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let told = |lines: &[&str]| {
            let lines: Vec<String> = lines.iter().map(|it| (*it).to_owned()).collect();
            stands_alone(folder.path(), &lines)
        };
        std::fs::write(folder.path().join("request.json"), "{}").unwrap();
        assert_eq!(told(&["request.json: a request"]), None, "alone");
        std::fs::write(folder.path().join("train.csv"), "a\n1\n").unwrap();
        let said = told(&["request.json: a request"]).unwrap();
        assert!(said.contains("of 1 files and folders"), "{said}");
        assert_eq!(told(&["metrics.csv: a history"]), None);
        assert_eq!(told(&["params.yaml: parameters", "metrics.csv: a history"]), None);
    }

    #[test]
    fn no_path_of_the_server_is_told_of_an_upload() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("log.csv", "epoch,loss\n0,1\n1,0.5\n"), ("a.csv", "x,y\n1,0\n")] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let said = read(folder.path(), None).unwrap().experiment.warnings.join("\n");
        assert!(said.contains("deepfix ingest --train a.csv"), "{said}");
    }

    #[test]
    fn the_request_of_an_upload_is_not_counted_among_what_lies_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let request = serde_json::json!({ "training_artifacts": { "params": { "epochs": 3 } } });
        std::fs::write(folder.path().join("request.json"), request.to_string()).unwrap();
        let warnings = || read(folder.path(), None).unwrap().experiment.warnings.join("\n");
        assert!(!warnings().contains("is the request"), "{}", warnings());
        std::fs::write(folder.path().join("notes.txt"), "by hand").unwrap();
        let said = warnings();
        assert!(
            said.contains("`request.json` is the request: of 1 files and folders"),
            "{said}"
        );
    }
}
