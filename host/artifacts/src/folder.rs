//! The folder of an experiment.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use deepfix_core::{ArtifactKind, Experiment, Problem, Table};
use serde_json::{Map, Value as Json, json};

use crate::{
    FileAccess, best_model,
    found::Found,
    metrics, models,
    outputs::{self, Entry, Output, walk},
    parse_lenient, parse_yaml, tables,
};

/// A configuration, parameters or a request in a file. The largest request seen has 170 kB.
const MAX_TEXT: u64 = 64 << 20;

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
         metrics.csv, params.yaml, deepchecks.json (or .yaml), a model file with config.json, and what Lightning, Hugging \
         Face, Keras, TensorBoard and Weights & Biases write", folder.display()
    )]
    Nothing {
        /// The folder.
        folder: PathBuf,
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
pub fn read_folder(folder: &Path) -> Result<FolderContents, FolderError> {
    read(folder, true)
}

/// The same without its tables, for whoever reads these: `train.csv` and `test.csv`.
///
/// # Errors
/// As [`read_folder`].
pub fn read_folder_without_tables(folder: &Path) -> Result<FolderContents, FolderError> {
    read(folder, false)
}

fn read(folder: &Path, tables: bool) -> Result<FolderContents, FolderError> {
    let access = FileAccess::below(&[folder.to_owned()]);
    let reader = Reader {
        folder,
        files: walk(folder),
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
            files: Vec::new(),
            tables: false,
        };
        match reader.json(name)? {
            Some((_, mut document)) => match outputs::of_document(&mut document, name) {
                Ok(output) => output,
                Err(_) => return Ok(None),
            },
            None => return Ok(None),
        }
    };
    let mut found = Found::default();
    found.add(output, &mut request);
    found.request = Json::Object(request);
    let recognised = std::mem::take(&mut found.recognised);
    let access = FileAccess::below(&[folder.to_owned()]);
    let experiment = found.decode(&access).map_err(|problem| FolderError::Problem {
        folder: file.to_owned(),
        problem,
    })?;
    Ok(Some(FolderContents { experiment, recognised }))
}

fn failed((file, reason): outputs::Failed) -> FolderError {
    FolderError::File { file, reason }
}

struct Reader<'a> {
    folder: &'a Path,
    files: Vec<Entry>,
    /// Whether statistics of raw tables are wanted.
    tables: bool,
}

impl Reader<'_> {
    fn error(&self, name: &str, reason: &dyn std::fmt::Display) -> FolderError {
        FolderError::File {
            file: self.folder.join(name),
            reason: reason.to_string(),
        }
    }

    /// A request made of the files that are there.
    fn assemble(&self) -> Result<Found, FolderError> {
        let mut request = Map::new();
        let mut recognised = Vec::new();
        let name = self
            .folder
            .canonicalize()
            .ok()
            .and_then(|it| Some(it.file_name()?.to_string_lossy().into_owned()));
        request.insert("dataset_name".to_owned(), json!(name));
        for (kind, found) in [
            (ArtifactKind::Dataset, self.dataset(&mut recognised)?),
            (ArtifactKind::Deepchecks, self.checks(&mut recognised)?),
            (ArtifactKind::ModelCheckpoint, self.checkpoint(&mut recognised)?),
            (ArtifactKind::Training, self.training(&mut recognised)?),
        ] {
            if let Some(document) = found {
                request.insert(kind.request_member().to_owned(), document);
            }
        }
        let mut found = Found {
            recognised,
            ..Found::default()
        };
        if !self.folder.join("metrics.csv").is_file()
            && let Some(output) = outputs::find(self.folder, &self.files).map_err(failed)?
        {
            found.add(output, &mut request);
        }
        found.request = Json::Object(request);
        Ok(found)
    }

    fn dataset(&self, recognised: &mut Vec<String>) -> Result<Option<Json>, FolderError> {
        if let Some((name, document)) = self.first_document("dataset")? {
            recognised.push(format!("{name}: data set statistics"));
            return Ok(Some(document));
        }
        if !self.tables {
            return Ok(None);
        }
        let table = |split: &str| tables::read(&self.folder.join(format!("{split}.csv")));
        let (train, test) = (table("train")?, table("test")?);
        for (name, table) in [("train.csv", &train), ("test.csv", &test)] {
            if let Some(table) = table {
                recognised.push(format!("{name}: {} rows, {} columns", table.rows, table.columns.len()));
            }
        }
        Ok(tables::artifact(train.as_ref(), test.as_ref()))
    }

    fn checks(&self, recognised: &mut Vec<String>) -> Result<Option<Json>, FolderError> {
        let Some((name, document)) = self.first_document("deepchecks")? else {
            return Ok(None);
        };
        recognised.push(format!("{name}: check results"));
        // A file may hold the artifact or its `results` alone.
        Ok(Some(if document.get("results").is_some() {
            document
        } else {
            json!({ "results": document })
        }))
    }

    fn checkpoint(&self, recognised: &mut Vec<String>) -> Result<Option<Json>, FolderError> {
        let Some(file) =
            best_model(self.files.iter().map(|it| (it.path.as_str(), it.size))).and_then(|place| self.files.get(place))
        else {
            return Ok(None);
        };
        recognised.push(format!("{}: a checkpoint", file.path));
        let beside = match file.path.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/config.json"),
            None => "config.json".to_owned(),
        };
        let mut config = None;
        for name in [beside.as_str(), "config.json"] {
            if config.is_none()
                && let Some((name, value)) = self.json(name)?
            {
                recognised.push(format!("{name}: its configuration"));
                config = Some(value);
            }
        }
        Ok(Some(json!({ "path": file.path, "config": config })))
    }

    fn training(&self, recognised: &mut Vec<String>) -> Result<Option<Json>, FolderError> {
        let mut document = Map::new();
        if self.folder.join("metrics.csv").is_file() {
            // Read where the request is decoded; read here to name what is wrong with it.
            if let Some(table) = self.csv("metrics.csv")? {
                recognised.push(format!(
                    "metrics.csv: {} rows of {} columns",
                    table.rows(),
                    table.columns().len()
                ));
                document.insert("metrics_path".to_owned(), json!("metrics.csv"));
            }
        }
        for stem in ["params", "hparams"] {
            if let Some((name, params)) = self.first_document(stem)? {
                recognised.push(format!("{name}: training parameters"));
                document.insert("params".to_owned(), params);
                break;
            }
        }
        Ok((!document.is_empty()).then_some(Json::Object(document)))
    }

    fn first_document(&self, stem: &str) -> Result<Option<(String, Json)>, FolderError> {
        if let Some(found) = self.json(&format!("{stem}.json"))? {
            return Ok(Some(found));
        }
        for suffix in ["yaml", "yml"] {
            let name = format!("{stem}.{suffix}");
            if let Some(text) = self.text(&name)? {
                let value = parse_yaml(&text).map_err(|error| self.error(&name, &error))?;
                return Ok(Some((name, value)));
            }
        }
        Ok(None)
    }

    fn json(&self, name: &str) -> Result<Option<(String, Json)>, FolderError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let value = parse_lenient(text.as_bytes()).map_err(|error| self.error(name, &error))?;
        Ok(Some((name.to_owned(), value)))
    }

    fn text(&self, name: &str) -> Result<Option<String>, FolderError> {
        let Some(file) = self.open(name)? else { return Ok(None) };
        let mut text = String::new();
        file.take(MAX_TEXT + 1)
            .read_to_string(&mut text)
            .map_err(|error| self.error(name, &error))?;
        if text.len() as u64 > MAX_TEXT {
            return Err(self.error(name, &format!("larger than {} MiB", MAX_TEXT >> 20)));
        }
        Ok(Some(text))
    }

    /// A regular file of that name, if there is one: a pipe or a device would never end.
    fn open(&self, name: &str) -> Result<Option<File>, FolderError> {
        let path = self.folder.join(name);
        match std::fs::metadata(&path) {
            Ok(kind) if kind.is_file() => File::open(path).map(Some).map_err(|error| self.error(name, &error)),
            Ok(_) => Err(self.error(name, &"it is no regular file")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.error(name, &error)),
        }
    }

    fn csv(&self, name: &str) -> Result<Option<Table>, FolderError> {
        let Some(file) = self.open(name)? else { return Ok(None) };
        metrics::from_csv(std::io::BufReader::new(file))
            .map(Some)
            .map_err(|it| self.error(name, &it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_device_or_a_folder_in_place_of_a_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/dev/zero", folder.path().join("request.json")).unwrap();
        let error = read_folder(folder.path()).unwrap_err().to_string();
        assert!(error.contains("it is no regular file"), "{error}");
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
        let found = read_folder(folder.path()).unwrap();
        assert_eq!(found.experiment.artifacts.kinds().count(), 4);
        assert_eq!(found.recognised.len(), 6, "{:?}", found.recognised);
        let training = found.experiment.artifacts.get(ArtifactKind::Training).unwrap();
        assert_eq!(training.document["params"]["learning_rate"], 0.1);
        assert_eq!(training.tables["metrics"].rows(), 2);
        assert!(found.experiment.warnings.is_empty(), "{:?}", found.experiment.warnings);
    }

    #[test]
    fn an_empty_folder_says_what_was_looked_for() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_folder(folder.path()).unwrap_err().to_string();
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
            read_folder(folder.path())
                .unwrap_err()
                .to_string()
                .contains("params.yaml")
        );
        std::fs::write(folder.path().join("request.json"), "{").unwrap();
        assert!(
            read_folder(folder.path())
                .unwrap_err()
                .to_string()
                .contains("request.json")
        );
    }
}
