//! What the files of a folder are: those that a request is made of, alone or in the folders of a run that was
//! logged to MLflow, and what frameworks write.

use std::{fs::File, io::Read as _, path::Path};

use deepfix_core::{ArtifactKind, Table};
use serde_json::{Map, Value as Json, json};

use super::{FolderError, failed};
use crate::{
    best_model,
    found::Found,
    metrics,
    outputs::{self, Entry, ReadVersion},
    parse_lenient, parse_yaml, tables,
};

/// A configuration, parameters or a request in a file. The largest request seen has 170 kB.
const MAX_TEXT: u64 = 64 << 20;
/// Where metrics are as a table.
const METRICS: [&str; 2] = ["metrics.csv", "training_artifacts/metrics.csv"];

/// Reads what a folder holds, file by file.
pub(super) struct Reader<'a> {
    pub folder: &'a Path,
    pub files: Vec<Entry>,
    /// Whether statistics of raw tables are wanted.
    pub tables: bool,
}

impl Reader<'_> {
    fn error(&self, name: &str, reason: &dyn std::fmt::Display) -> FolderError {
        FolderError::File {
            file: self.folder.join(name),
            reason: reason.to_string(),
        }
    }

    /// A request made of the files that are there.
    pub(super) fn assemble(&self) -> Result<Found, FolderError> {
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
        if !self.has_metrics()
            && let Some(output) = outputs::find(self.folder, &self.files).map_err(failed)?
        {
            found.add(output, &mut request);
        }
        found.request = Json::Object(request);
        Ok(found)
    }

    /// Whether the folder itself has the metrics: those of other trainings below it are not looked for.
    fn has_metrics(&self) -> bool {
        METRICS.iter().any(|it| self.folder.join(it).is_file())
    }

    fn dataset(&self, recognised: &mut Vec<String>) -> Result<Option<Json>, FolderError> {
        if let Some((name, document)) = self.first_document(&["dataset", "dataset/dataset"])? {
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
        let Some((name, document)) = self.first_document(&["deepchecks", "deepchecks/deepchecks"])? else {
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
        let described = self.first_document(&["model_checkpoint", "model_checkpoint/model_checkpoint"])?;
        let mut document = match described {
            Some((name, Json::Object(mut document))) => {
                recognised.push(format!("{name}: a description of the model"));
                // A path on the machine that wrote it.
                document.remove("path");
                document
            }
            Some((name, _)) => return Err(self.error(&name, &"it holds no object")),
            None => Map::new(),
        };
        // An empty file is none: the weights of one version beside the curves of another would contradict each other.
        let read = (!self.has_metrics()).then(|| ReadVersion::of(&self.files));
        let size = |it: &Entry| {
            if read.as_ref().is_none_or(|version| version.has(&it.path)) {
                it.size
            } else {
                0
            }
        };
        let file = best_model(self.files.iter().map(|it| (it.path.as_str(), size(it))));
        let Some(file) = file.and_then(|place| self.files.get(place)) else {
            return Ok((!document.is_empty()).then_some(Json::Object(document)));
        };
        recognised.push(format!("{}: a checkpoint", file.path));
        document.insert("path".to_owned(), json!(file.path));
        let beside = match file.path.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/config.json"),
            None => "config.json".to_owned(),
        };
        for name in [beside.as_str(), "config.json"] {
            if document.get("config").is_none_or(Json::is_null)
                && let Some((name, value)) = self.json(name)?
            {
                recognised.push(format!("{name}: its configuration"));
                document.insert("config".to_owned(), value);
            }
        }
        Ok(Some(Json::Object(document)))
    }

    fn training(&self, recognised: &mut Vec<String>) -> Result<Option<Json>, FolderError> {
        let mut document = Map::new();
        let described = self.first_document(&["training_artifacts", "training_artifacts/training_artifacts"])?;
        if let Some((name, Json::Object(described))) = described {
            recognised.push(format!("{name}: training metrics and parameters"));
            document = described;
            // A path on the machine that wrote it.
            document.remove("metrics_path");
        }
        let has_values = document.get("metrics_values").is_some_and(|it| !it.is_null());
        for name in METRICS {
            if has_values || document.contains_key("metrics_path") || !self.folder.join(name).is_file() {
                continue;
            }
            // Read where the request is decoded; read here to name what is wrong with it.
            if let Some(table) = self.csv(name)? {
                let (rows, columns) = (table.rows(), table.columns().len());
                let what = if self.folder.join("hparams.yaml").is_file() {
                    "a log of Lightning, "
                } else {
                    ""
                };
                recognised.push(format!("{name}: {what}{rows} rows of {columns} columns"));
                document.insert("metrics_path".to_owned(), json!(name));
            }
        }
        if document.get("params").is_none_or(Json::is_null)
            && let Some((name, params)) = self.first_document(&["params", "hparams", "training_artifacts/params"])?
        {
            let what = if name.starts_with("hparams.") {
                "hyper-parameters of Lightning"
            } else {
                "training parameters"
            };
            recognised.push(format!("{name}: {what}"));
            document.insert("params".to_owned(), params);
        }
        Ok((!document.is_empty()).then_some(Json::Object(document)))
    }

    /// The first document under one of these names, as JSON or YAML.
    fn first_document(&self, stems: &[&str]) -> Result<Option<(String, Json)>, FolderError> {
        for stem in stems {
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
        }
        Ok(None)
    }

    pub(super) fn json(&self, name: &str) -> Result<Option<(String, Json)>, FolderError> {
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
