//! What the files of a folder are: those that a request is made of, alone or in the folders of a run that was
//! logged to MLflow, and what frameworks write.

use std::{fs::File, io::Read as _, path::Path};

use deepfix_core::{ArtifactKind, Table};
use serde_json::{Map, Value as Json, json};

use super::{
    FolderError, failed,
    taken::{Taken, folders_around, what_params},
    unread,
};
use crate::{
    best_model, csv_log,
    found::Found,
    outputs::{self, Entry, Experiments, ReadVersion, Walked},
    parse_lenient, parse_yaml, tables,
};

/// A configuration, parameters or a request in a file. The largest request seen has 170 kB.
const MAX_TEXT: u64 = 64 << 20;
/// Where metrics are as a table.
const METRICS: [&str; 2] = ["metrics.csv", "training_artifacts/metrics.csv"];

/// Reads what a folder holds, file by file.
pub(super) struct Reader<'a> {
    pub folder: &'a Path,
    pub walked: Walked,
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
        let mut taken = Taken::default();
        let name = self
            .folder
            .canonicalize()
            .ok()
            .and_then(|it| Some(it.file_name()?.to_string_lossy().into_owned()));
        request.insert("dataset_name".to_owned(), json!(name));
        let has_metrics = self.has_metrics();
        let experiments = Experiments::of(&self.walked.files, has_metrics);
        let files: Vec<Entry> = self.files_of(&experiments);
        let version = (!has_metrics).then(|| ReadVersion::of(&files));
        let model = model(&files, version.as_ref());
        for (kind, found) in [
            (ArtifactKind::Dataset, self.dataset(&mut taken)?),
            (ArtifactKind::Deepchecks, self.checks(&mut taken)?),
            (ArtifactKind::ModelCheckpoint, self.checkpoint(model, &mut taken)?),
            (ArtifactKind::Training, self.training(&mut taken)?),
        ] {
            if let Some(document) = found {
                request.insert(kind.request_member().to_owned(), document);
            }
        }
        let mut found = Found::default();
        let mut around = folders_around(model.map(|it| it.path.as_str()));
        let mut read = if has_metrics { Some("metrics.csv") } else { None };
        let mut found_log = false;
        if !has_metrics {
            let output = outputs::find(self.folder, &files, &around).map_err(failed)?;
            if let Some(output) = output {
                // Where there is no model the log tells which training is read.
                let log = output.table.as_ref().and_then(|_| output.files.first().cloned());
                taken.used.extend(output.files.iter().cloned());
                found.add(output, &mut request);
                let log = log.and_then(|log| files.iter().find(|it| it.path == log));
                read = log.map(|it| it.path.as_str());
                found_log = read.is_some();
                if around.is_empty() {
                    around = folders_around(read);
                }
            }
        }
        let read = read.or(model.map(|it| it.path.as_str()));
        let has_both = model.is_some() && (has_metrics || found_log);
        let told = read.map(|it| [experiments.told(self.folder, it), experiments.unclear(it)]);
        taken.warnings.extend(told.into_iter().flatten().flatten());
        self.params_around(&around, &mut request, &mut taken);
        found.recognised.splice(0..0, std::mem::take(&mut taken.recognised));
        found.warnings.splice(0..0, std::mem::take(&mut taken.warnings));
        let known = unread::Known {
            folder: self.folder,
            files: &self.walked.files,
            experiments: &experiments,
            version: version.as_ref(),
            model: model.map(|it| it.path.as_str()),
            used: &taken.used,
            own_tables: !self.tables || request.contains_key(ArtifactKind::Dataset.request_member()),
        };
        found.warnings.extend(unread::told(&known));
        found.warnings.extend(self.walked.warnings.iter().cloned());
        if !has_both || found.recognised.is_empty() {
            found.warnings.extend(self.walked.too_deep());
        }
        found.request = Json::Object(request);
        Ok(found)
    }

    /// Parameters beside the model that is read, or beside the log, where the folder itself has none.
    fn params_around(&self, around: &[&str], request: &mut Map<String, Json>, taken: &mut Taken) {
        let training = ArtifactKind::Training.request_member();
        if taken.has_params || around.is_empty() {
            return;
        }
        let stems: Vec<String> = around
            .iter()
            .flat_map(|it| ["params", "hparams", "training_artifacts/params"].map(|stem| format!("{it}{stem}")))
            .collect();
        let stems: Vec<&str> = stems.iter().map(String::as_str).collect();
        let (name, params) = match self.first_document(&stems) {
            Ok(Some((name, Json::Object(params)))) => (name, params),
            Ok(_) => return,
            // They may be of something else.
            Err(FolderError::File { file, reason }) => {
                let name = file.strip_prefix(self.folder).unwrap_or(&file).display();
                taken.warnings.push(format!("`{name}` was not read: {reason}"));
                return;
            }
            Err(_) => return,
        };
        // Those of Lightning came with its log.
        if taken.used.contains(&name) {
            return;
        }
        taken.add(&name, what_params(&name));
        let members = request.entry(training).or_insert_with(|| json!({})).as_object_mut();
        if let Some(members) = members {
            let there = members.entry("params").or_insert(Json::Null);
            if !there.is_object() {
                *there = json!({});
            }
            for (name, value) in params {
                there.as_object_mut().map(|it| it.entry(name).or_insert(value));
            }
        }
    }

    /// The files that may be read together.
    fn files_of(&self, experiments: &Experiments<'_>) -> Vec<Entry> {
        let files = self.walked.files.iter();
        files.filter(|it| experiments.has(&it.path)).cloned().collect()
    }

    /// Whether the folder itself has the metrics: those of other trainings below it are not looked for.
    fn has_metrics(&self) -> bool {
        METRICS.iter().any(|it| self.folder.join(it).is_file())
    }

    fn dataset(&self, taken: &mut Taken) -> Result<Option<Json>, FolderError> {
        if let Some((name, document)) = self.first_document(&["dataset", "dataset/dataset"])? {
            taken.add(&name, "data set statistics");
            return Ok(Some(document));
        }
        if !self.tables {
            return Ok(None);
        }
        let table = |split: &str| tables::read(&self.folder.join(format!("{split}.csv")));
        let (train, test) = (table("train")?, table("test")?);
        for (name, table) in [("train.csv", &train), ("test.csv", &test)] {
            if let Some(table) = table {
                taken.add(name, &format!("{} rows, {} columns", table.rows, table.columns.len()));
            }
        }
        Ok(tables::artifact(train.as_ref(), test.as_ref()))
    }

    fn checks(&self, taken: &mut Taken) -> Result<Option<Json>, FolderError> {
        let Some((name, document)) = self.first_document(&["deepchecks", "deepchecks/deepchecks"])? else {
            return Ok(None);
        };
        taken.add(&name, "check results");
        // A file may hold the artifact or its `results` alone.
        Ok(Some(if document.get("results").is_some() {
            document
        } else {
            json!({ "results": document })
        }))
    }

    fn checkpoint(&self, model: Option<&Entry>, taken: &mut Taken) -> Result<Option<Json>, FolderError> {
        let described = self.first_document(&["model_checkpoint", "model_checkpoint/model_checkpoint"])?;
        let mut document = match described {
            Some((name, Json::Object(mut document))) => {
                taken.add(&name, "a description of the model");
                // A path on the machine that wrote it.
                document.remove("path");
                document
            }
            Some((name, _)) => return Err(self.error(&name, &"it holds no object")),
            None => Map::new(),
        };
        let Some(file) = model else {
            return Ok((!document.is_empty()).then_some(Json::Object(document)));
        };
        taken.add(&file.path, "a checkpoint");
        document.insert("path".to_owned(), json!(file.path));
        let beside = match file.path.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/config.json"),
            None => "config.json".to_owned(),
        };
        for name in [beside.as_str(), "config.json"] {
            if document.get("config").is_none_or(Json::is_null)
                && let Some((name, value)) = self.json(name)?
            {
                taken.add(&name, "its configuration");
                document.insert("config".to_owned(), value);
            }
        }
        Ok(Some(Json::Object(document)))
    }

    fn training(&self, taken: &mut Taken) -> Result<Option<Json>, FolderError> {
        let mut document = Map::new();
        let described = self.first_document(&["training_artifacts", "training_artifacts/training_artifacts"])?;
        if let Some((name, Json::Object(described))) = described {
            taken.add(&name, "training metrics and parameters");
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
                taken.used.insert(name.to_owned());
                if !outputs::is_filled(&table) {
                    taken
                        .warnings
                        .push(format!("`{name}` was not read: {}", outputs::EMPTY));
                    continue;
                }
                taken.add(name, &format!("{what}{rows} rows of {columns} columns"));
                let word = csv_log::one_column(&table);
                taken.warnings.extend(word.map(|it| format!("{name}: {it}")));
                document.insert("metrics_path".to_owned(), json!(name));
            }
        }
        if document.get("params").is_none_or(Json::is_null)
            && let Some((name, params)) = self.first_document(&["params", "hparams", "training_artifacts/params"])?
        {
            taken.add(&name, what_params(&name));
            document.insert("params".to_owned(), params);
        }
        taken.has_params = document.get("params").is_some_and(|it| !it.is_null());
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
        csv_log::from_csv(std::io::BufReader::new(file))
            .map(Some)
            .map_err(|it| self.error(name, &it))
    }
}

/// The model that is read, of all that lie below the folder.
fn model<'a>(files: &'a [Entry], version: Option<&ReadVersion<'_>>) -> Option<&'a Entry> {
    // An empty file is none: the weights of one version beside the curves of another would contradict each other.
    let size = |it: &Entry| {
        if version.is_none_or(|version| version.has(&it.path)) {
            it.size
        } else {
            0
        }
    };
    let place = best_model(files.iter().map(|it| (it.path.as_str(), size(it))));
    place.and_then(|it| files.get(it))
}
