//! The folder of an experiment.

mod paste;
mod reader;
mod taken;
mod unread;

pub(crate) use paste::pasted;
pub use unread::TABLE_ENDINGS;
pub(crate) use unread::is_document;

use std::path::{Path, PathBuf};

use deepfix_core::{ArtifactKind, Experiment, Problem};
use serde_json::{Map, Value as Json, json};

use crate::{
    FileAccess, FolderLimits,
    found::Found,
    models,
    outputs::{self, Output, Walked, walk},
};
use reader::Reader;

/// What was found in a folder.
#[derive(Debug)]
pub struct FolderContents {
    /// The experiment.
    pub experiment: Experiment,
    /// What was recognised: one line each, with the file's name.
    pub recognised: Vec<String>,
}

/// Why a folder cannot be read as an experiment.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file cannot be read or parsed.
    #[error("{}: {reason}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A table cannot be read.
    #[error("{0}")]
    Table(String),
    /// Nothing was recognised.
    #[error(
        "{}: holds nothing that an experiment leaves behind; looked for request.json, train.csv, test.csv, dataset.json, \
         metrics.csv, params.yaml, deepchecks.json (or .yaml), a model file with config.json, the folders of a run that \
         DeepFix logged to MLflow, and what Lightning, Hugging Face, Keras, TensorBoard and Weights & Biases write{}",
        folder.display(),
        unread.iter().map(|it| format!("; {it}")).collect::<String>()
    )]
    Nothing {
        /// The folder.
        folder: PathBuf,
        /// What was recognised and cannot be read, or is not read there: a line each.
        unread: Vec<String>,
    },
    /// What the files hold does not make a request.
    #[error("{}: {problem}", folder.display())]
    Problem {
        /// The folder.
        folder: PathBuf,
        /// What is wrong.
        problem: Problem,
    },
}

/// Reads the folder of an experiment: its `request.json`, or else whatever files it has.
///
/// # Errors
/// Names the file and what is wrong with it.
pub fn read_folder(folder: &Path, limits: &FolderLimits) -> Result<FolderContents, FolderError> {
    read(folder, limits, true)
}

/// The same without its tables, for whoever reads these: `train.csv` and `test.csv`.
///
/// # Errors
/// As [`read_folder`].
pub fn read_folder_without_tables(folder: &Path, limits: &FolderLimits) -> Result<FolderContents, FolderError> {
    read(folder, limits, false)
}

fn read(folder: &Path, limits: &FolderLimits, tables: bool) -> Result<FolderContents, FolderError> {
    let access = FileAccess::of_folder(folder);
    let reader = Reader {
        folder,
        walked: walk(folder, &access, limits),
        tables,
    };
    let mut found = match reader.json("request.json")? {
        Some((name, request)) => Found {
            request,
            recognised: vec![format!("{name}: a request")],
            ..Found::default()
        },
        None => reader.assemble()?,
    };
    if found.recognised.is_empty() {
        return Err(FolderError::Nothing {
            folder: folder.to_owned(),
            unread: std::mem::take(&mut found.warnings),
        });
    }
    let recognised = std::mem::take(&mut found.recognised);
    let experiment = found.decode(&access).map_err(|problem| FolderError::Problem {
        folder: folder.to_owned(),
        problem,
    })?;
    Ok(FolderContents { experiment, recognised })
}

/// Reads a single file of a training: a log of metrics, a model. None where the file may be a
/// request.
///
/// # Errors
/// What is wrong with it.
pub fn read_file(file: &Path) -> Result<Option<FolderContents>, FolderError> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let Some(name) = file.file_name().and_then(|it| it.to_str()) else {
        return Ok(None);
    };
    let mut request = Map::new();
    request.insert("dataset_name".to_owned(), json!(name));
    let output = if outputs::is_known(name) {
        outputs::read(folder, name).map_err(failed)?
    } else if models::is_model(name) {
        request.insert(
            ArtifactKind::ModelCheckpoint.request_member().to_owned(),
            json!({ "path": name }),
        );
        Output {
            recognised: vec![format!("{name}: a checkpoint")],
            ..Output::default()
        }
    } else {
        let reader = Reader {
            folder,
            walked: Walked::default(),
            tables: false,
        };
        match reader.json(name).map_err(|error| unknown(name, error))? {
            Some((_, mut document)) => match outputs::of_document(&mut document, name) {
                Ok(output) => output,
                Err(why) if why == outputs::EMPTY => return Err(failed((file.to_owned(), why))),
                Err(_) => return Ok(None),
            },
            None => return Ok(None),
        }
    };
    let mut found = Found::default();
    found.add(output, &mut request);
    found.request = Json::Object(request);
    let recognised = std::mem::take(&mut found.recognised);
    let access = FileAccess::of_folder(folder);
    let experiment = found.decode(&access).map_err(|problem| FolderError::Problem {
        folder: file.to_owned(),
        problem,
    })?;
    Ok(Some(FolderContents { experiment, recognised }))
}

/// Why a file is nothing that is known, where its name does not say JSON.
fn unknown(name: &str, error: FolderError) -> FolderError {
    match error {
        FolderError::File { file, reason } if !name.to_ascii_lowercase().ends_with(".json") => FolderError::File {
            file,
            reason: format!(
                "neither a request nor metrics in JSON ({reason}); other files are known by their names: tables (.csv, \
                 .parquet, .arrow), logs of metrics (.csv, .log, .jsonl, events.out.tfevents.*, .wandb) and checkpoints \
                 (.safetensors, .pt, .ckpt, .onnx and the like)"
            ),
        },
        other => other,
    }
}

fn failed((file, reason): outputs::Failed) -> FolderError {
    FolderError::File { file, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_device_or_a_folder_in_place_of_a_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/dev/zero", folder.path().join("request.json")).unwrap();
        let error = read_folder(folder.path(), &FolderLimits::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains("it is no regular file"), "{error}");
    }

    #[test]
    fn a_file_that_is_nothing_known_is_told_what_would_be() {
        let folder = tempfile::tempdir().unwrap();
        let says = |name: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, "some words").unwrap();
            read_file(&file).unwrap_err().to_string()
        };
        let error = says("notes.txt");
        assert!(error.contains("notes.txt") && error.contains(".parquet"), "{error}");
        let error = says("request.json");
        assert!(!error.contains(".parquet"), "what is wrong with it is enough: {error}");
    }

    #[test]
    fn whatever_is_there_is_recognised() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("train.csv", "a,target\n1,0\n2,1\n");
        write("metrics.csv", "epoch,train_loss\n0,1.5\n1,nan\n");
        write("params.yaml", "learning_rate: 0.1\nhidden_sizes:\n- 3\n");
        write("model.safetensors", "1234");
        write("config.json", "{\"num_labels\": 2}");
        write("deepchecks.json", "{\"data_integrity\": []}");
        let found = read_folder(folder.path(), &FolderLimits::default()).unwrap();
        assert_eq!(found.experiment.artifacts.kinds().count(), 4);
        assert_eq!(found.recognised.len(), 6, "{:?}", found.recognised);
        let training = found.experiment.artifacts.get(ArtifactKind::Training).unwrap();
        assert_eq!(training.document["params"]["learning_rate"], 0.1);
        assert_eq!(training.tables["metrics"].rows(), 2);
        assert!(found.experiment.warnings.is_empty(), "{:?}", found.experiment.warnings);
    }

    #[test]
    fn the_files_of_a_run_that_was_logged_to_mlflow_are_known() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        };
        write(
            "dataset/dataset.yaml",
            "dataset_name: people\ntask_type: tabular_classification\n",
        );
        write("deepchecks/deepchecks.yaml", "dataset_name: people\nresults: {}\n");
        write(
            "model_checkpoint/model_checkpoint.yaml",
            "path: /home/someone/model.pt\nmodel_type: Net\nhyperparameters: {depth: 3}\nconfig: null\n",
        );
        write("best_checkpoint/model.safetensors", "1234");
        write("best_checkpoint/config.json", "{\"num_labels\": 2}");
        write("training_artifacts/metrics.csv", "epoch,train_loss\n0,1.5\n1,1.2\n");
        write("training_artifacts/params.yaml", "lr: 0.1\n");
        let found = read_folder(folder.path(), &FolderLimits::default()).unwrap();
        assert_eq!(found.recognised.len(), 7, "{:?}", found.recognised);
        let model = found.experiment.artifacts.get(ArtifactKind::ModelCheckpoint).unwrap();
        assert_eq!(model.document["model_type"], "Net");
        assert_eq!(model.document["hyperparameters"]["depth"], 3);
        assert_eq!(model.document["config"]["num_labels"], 2);
        assert!(
            model.blobs.contains_key("model.safetensors"),
            "{:?}",
            model.blobs.keys()
        );
        let training = found.experiment.artifacts.get(ArtifactKind::Training).unwrap();
        assert_eq!(training.document["params"]["lr"], 0.1);
        assert_eq!(training.tables["metrics"].rows(), 2);
        assert!(found.experiment.warnings.is_empty(), "{:?}", found.experiment.warnings);
    }

    #[cfg(unix)]
    #[test]
    fn a_snapshot_of_the_hub_is_read_through_its_links_and_no_other_link_is() {
        use std::os::unix::fs::symlink;
        let cache = tempfile::tempdir().unwrap();
        let model = cache.path().join("models--someone--net");
        let (blobs, snapshot) = (model.join("blobs"), model.join("snapshots/0123abc"));
        std::fs::create_dir_all(&blobs).unwrap();
        std::fs::create_dir_all(&snapshot).unwrap();
        for (blob, text, name) in [
            ("aa", "12345678", "model-00001-of-00002.safetensors"),
            ("bb", "123456789", "model-00002-of-00002.safetensors"),
            ("cc", "{\"weight_map\": {}}", "model.safetensors.index.json"),
            ("dd", "{\"num_labels\": 5}", "config.json"),
        ] {
            std::fs::write(blobs.join(blob), text).unwrap();
            symlink(format!("../../blobs/{blob}"), snapshot.join(name)).unwrap();
        }
        std::fs::write(cache.path().join("secret"), "x").unwrap();
        symlink(cache.path().join("secret"), snapshot.join("best.safetensors")).unwrap();
        // From the snapshot, from the model's folder, and from one of its files.
        for found in [
            read_folder(&snapshot, &FolderLimits::default()).unwrap(),
            read_folder(&model, &FolderLimits::default()).unwrap(),
            read_file(&snapshot.join("model.safetensors.index.json"))
                .unwrap()
                .unwrap(),
        ] {
            let artifact = found.experiment.artifacts.get(ArtifactKind::ModelCheckpoint).unwrap();
            let names: Vec<&str> = artifact.blobs.keys().map(String::as_str).collect();
            assert_eq!(
                names,
                [
                    "model-00001-of-00002.safetensors",
                    "model-00002-of-00002.safetensors",
                    "model.safetensors.index.json"
                ]
            );
            assert_eq!(artifact.document["config"]["num_labels"], 5);
            assert!(found.experiment.warnings.is_empty(), "{:?}", found.experiment.warnings);
        }
    }

    #[test]
    fn an_empty_folder_says_what_was_looked_for() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_folder(folder.path(), &FolderLimits::default())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("holds nothing") && error.contains("metrics.csv"),
            "{error}"
        );
    }

    #[test]
    fn a_broken_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("params.yaml"), "a: [1").unwrap();
        assert!(
            read_folder(folder.path(), &FolderLimits::default())
                .unwrap_err()
                .to_string()
                .contains("params.yaml")
        );
        std::fs::write(folder.path().join("request.json"), "{").unwrap();
        assert!(
            read_folder(folder.path(), &FolderLimits::default())
                .unwrap_err()
                .to_string()
                .contains("request.json")
        );
    }
}
