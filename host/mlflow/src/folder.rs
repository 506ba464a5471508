//! `mlruns/`: `<experiment>/<run>/{meta.yaml, metrics/, params/, tags/, inputs/, outputs/, artifacts/}`.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
};

use deepfix_artifacts::parse_yaml;
use serde_json::Value as Json;

use crate::{MlflowError, RunRecord, WriteBack, local::failed, local_write, run::DatasetRecord, store::Place};

/// A `meta.yaml`, a parameter, a tag: values have at most 8,000 characters, profiles some more.
const MAX_SMALL: u64 = 1 << 20;
/// Names of metrics nest by their slashes.
const MAX_DEPTH: usize = 8;
/// Files of one kind of one run.
const MAX_FILES: usize = 10_000;
/// Characters of a parameter or tag that are kept; MLflow itself allows 6,000 and 8,000.
const MAX_VALUE: usize = 8_000;
/// Bytes of a line of a metric's file: three numbers, and since lately a data set's name.
const MAX_LINE: u64 = 4096;

#[derive(Debug, Clone)]
pub(crate) struct FolderStore {
    path: PathBuf,
}

impl FolderStore {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(crate) fn uri(&self) -> String {
        self.path.display().to_string()
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.path.clone()
    }

    pub(crate) fn missing(&self, what: String) -> MlflowError {
        MlflowError::NotFound { uri: self.uri(), what }
    }

    pub(crate) fn run(&self, id: &str) -> Result<RunRecord, MlflowError> {
        self.read(&self.run_folder(id)?)
    }

    /// Writes a diagnosis to a run.
    pub(crate) fn write_back(&self, id: &str, written: &WriteBack) -> Result<(), MlflowError> {
        let folder = self.run_folder(id)?;
        local_write::write(&self.path, &folder, &self.read(&folder)?, written)
    }

    fn run_folder(&self, id: &str) -> Result<PathBuf, MlflowError> {
        let plain = !id.is_empty()
            && id
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_');
        if plain {
            for experiment in folders(&self.path)? {
                let folder = experiment.join(id);
                // Of the folder itself: a link may lead out of the store.
                let is_folder = fs::symlink_metadata(&folder).is_ok_and(|it| it.is_dir());
                if is_folder && folder.join("meta.yaml").is_file() {
                    return Ok(folder);
                }
            }
        }
        Err(self.missing(format!("run `{id}`")))
    }

    pub(crate) fn dataset(&self, name: &str) -> Result<RunRecord, MlflowError> {
        let prefix = format!("{name}___");
        let mut newest: Option<(i64, RunRecord)> = None;
        for experiment in folders(&self.path)? {
            for folder in folders(&experiment)?
                .into_iter()
                .filter(|it| it.join("meta.yaml").is_file())
            {
                let Ok(run) = self.read(&folder) else { continue };
                let matches =
                    run.name == name || run.name.starts_with(&prefix) || run.datasets.iter().any(|it| it.name == name);
                let started = start(&folder);
                if matches && newest.as_ref().is_none_or(|(other, _)| started > *other) {
                    newest = Some((started, run));
                }
            }
        }
        newest
            .map(|(_, run)| run)
            .ok_or_else(|| self.missing(format!("run that recorded a data set `{name}`")))
    }

    /// The run of a model by `name`, `name/version`, `name@alias` or the id of a logged model; and that
    /// model's own files.
    pub(crate) fn model(&self, name: &str) -> Result<(RunRecord, Option<Place>), MlflowError> {
        let name = name.strip_prefix("models:/").unwrap_or(name).trim_matches('/');
        let missing = || self.missing(format!("model `{name}` with a run"));
        let (registered, wanted) = match (name.split_once('@'), name.rsplit_once('/')) {
            (Some((name, alias)), _) => {
                let file = self.path.join("models").join(name).join("aliases").join(alias);
                let plain = is_plain(name) && is_plain(alias);
                (
                    name,
                    Some(
                        small(&file)
                            .ok()
                            .filter(|_| plain)
                            .ok_or_else(missing)?
                            .trim()
                            .to_owned(),
                    ),
                )
            }
            (None, Some((name, "latest"))) => (name, None),
            (None, Some((name, version))) => (name, Some(version.to_owned())),
            (None, None) => (name, None),
        };
        if !is_plain(registered) {
            return Err(missing());
        }
        let version =
            |folder: &Path| -> Option<u64> { folder.file_name()?.to_str()?.strip_prefix("version-")?.parse().ok() };
        let mut versions = folders(&self.path.join("models").join(registered)).unwrap_or_default();
        versions
            .retain(|it| version(it).is_some_and(|it| wanted.as_ref().is_none_or(|wanted| *wanted == it.to_string())));
        versions.sort_by_key(|it| version(it));
        let text = |meta: &Json, key: &str| meta.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let (mut run, logged) = match versions.last() {
            Some(folder) => {
                let meta = meta(folder)?;
                let source = text(&meta, "source");
                let logged = source.strip_prefix("models:/").filter(|it| it.starts_with("m-"));
                (text(&meta, "run_id"), logged.map(str::to_owned))
            }
            None => (String::new(), Some(name.to_owned())),
        };
        let place = match &logged {
            Some(id) => self.model_place(id)?,
            None => None,
        };
        if run.is_empty()
            && let Some(id) = logged.filter(|it| is_plain(it))
        {
            let of = |it: PathBuf| meta(&it.join("models").join(&id)).ok();
            let meta = folders(&self.path)?.into_iter().find_map(of);
            run = meta.map(|it| text(&it, "source_run_id")).unwrap_or_default();
        }
        if run.is_empty() {
            return Err(missing());
        }
        Ok((self.run(&run)?, place))
    }

    /// The latest value of a metric: that of the last step, and of the last time within it.
    pub(crate) fn latest(&self, run: &RunRecord, metric: &str) -> Result<Option<f64>, MlflowError> {
        if !run.metrics.iter().any(|it| it == metric) {
            return Ok(None);
        }
        let points = self.history(run, metric, usize::MAX)?.unwrap_or_default();
        // The later of two equal steps is the last one.
        Ok(points.iter().max_by_key(|(step, _)| *step).map(|(_, value)| *value))
    }

    pub(crate) fn model_place(&self, id: &str) -> Result<Option<Place>, MlflowError> {
        let found = folders(&self.path)?
            .into_iter()
            .map(|it| it.join("models").join(id).join("artifacts"))
            .find(|it| !id.contains(['/', '.']) && it.is_dir());
        Ok(found.map(|it| Place::Model {
            id: id.to_owned(),
            uri: it.display().to_string(),
        }))
    }

    pub(crate) fn history(
        &self,
        run: &RunRecord,
        metric: &str,
        most: usize,
    ) -> Result<Option<Vec<(i64, f64)>>, MlflowError> {
        let path = self
            .path
            .join(&run.experiment_id)
            .join(&run.id)
            .join("metrics")
            .join(metric);
        let file = fs::File::open(&path).map_err(|error| failed(&path, error))?;
        let mut reader = BufReader::new(file);
        let (mut points, mut line) = (Vec::new(), String::new());
        loop {
            line.clear();
            let read = (&mut reader)
                .take(MAX_LINE)
                .read_line(&mut line)
                .map_err(|error| failed(&path, error))?;
            if read == 0 {
                return Ok(Some(points));
            }
            let mut words = line.split_whitespace();
            // The oldest files have no step.
            let (Some(_), Some(value), step) = (words.next(), words.next(), words.next()) else {
                continue;
            };
            let Ok(value) = value.parse::<f64>() else {
                return Err(failed(&path, format!("line {}: no number", points.len() + 1)));
            };
            points.push((step.and_then(|it| it.parse().ok()).unwrap_or(0), value));
            if points.len() > most {
                return Ok(None);
            }
        }
    }

    pub(crate) fn read(&self, folder: &Path) -> Result<RunRecord, MlflowError> {
        let meta = meta(folder)?;
        let text = |name: &str| meta.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        if text("run_id").is_empty() {
            return Err(failed(folder, "its meta.yaml is none of a run"));
        }
        // What the folder is called, which is where the run is; the file may say anything.
        let id = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let experiment = folder.parent().unwrap_or(folder);
        let mut tags = values(&folder.join("tags"))?;
        tags.sort();
        let named = tags.iter().find(|(key, _)| key == "mlflow.runName");
        let mut params = values(&folder.join("params"))?;
        params.sort();
        let mut metrics: Vec<String> = Vec::new();
        names(&folder.join("metrics"), "", 0, &mut metrics)?;
        metrics.sort();
        Ok(RunRecord {
            id,
            name: Some(text("run_name"))
                .filter(|it| !it.is_empty())
                .or_else(|| named.map(|(_, name)| name.clone()))
                .unwrap_or_default(),
            experiment_id: experiment
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            status: status(&meta).to_owned(),
            // Where it is now: a store may have been moved since the URI was written.
            artifact_uri: folder.join("artifacts").display().to_string(),
            metrics,
            params,
            tags,
            datasets: datasets(experiment, folder)?,
            models: models(folder),
            ..RunRecord::default()
        })
    }
}

/// A name that leads nowhere else.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0'])
}

/// The folders in a folder, sorted; hidden ones (`.trash`) left out.
pub(crate) fn folders(path: &Path) -> Result<Vec<PathBuf>, MlflowError> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => return Err(failed(path, error)),
    };
    let mut folders: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|it| it.file_type().is_ok_and(|it| it.is_dir()) && !it.file_name().to_string_lossy().starts_with('.'))
        .map(|it| it.path())
        .collect();
    folders.sort();
    Ok(folders)
}

/// The text of a small file. What is no regular file (a link out of the store, a pipe) is refused.
fn small(path: &Path) -> Result<String, MlflowError> {
    let kind = fs::symlink_metadata(path).map_err(|error| failed(path, error))?;
    if !kind.is_file() {
        return Err(failed(path, "it is no regular file"));
    }
    let mut text = String::new();
    fs::File::open(path)
        .and_then(|it| it.take(MAX_SMALL).read_to_string(&mut text))
        .map_err(|error| failed(path, error))?;
    Ok(text)
}

pub(crate) fn meta(folder: &Path) -> Result<Json, MlflowError> {
    let path = folder.join("meta.yaml");
    parse_yaml(&small(&path)?).map_err(|error| failed(&path, error))
}

/// `status` in a run's `meta.yaml` is a number.
pub(crate) fn status(meta: &Json) -> &'static str {
    match meta.get("status").and_then(Json::as_i64) {
        Some(1) => "RUNNING",
        Some(2) => "SCHEDULED",
        Some(3) => "FINISHED",
        Some(4) => "FAILED",
        Some(5) => "KILLED",
        _ => "",
    }
}

fn start(folder: &Path) -> i64 {
    meta(folder)
        .ok()
        .and_then(|it| it.get("start_time")?.as_i64())
        .unwrap_or(0)
}

/// Files below a folder by name; a slash in a name is a folder.
fn names(folder: &Path, prefix: &str, depth: usize, found: &mut Vec<String>) -> Result<(), MlflowError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(folder, error)),
    };
    // Links may lead out of the store.
    if fs::symlink_metadata(folder).is_ok_and(|it| it.is_symlink()) {
        return Ok(());
    }
    for entry in entries.filter_map(Result::ok) {
        let (Ok(kind), Ok(name)) = (entry.file_type(), entry.file_name().into_string()) else {
            continue;
        };
        let name = format!("{prefix}{name}");
        if kind.is_file() && found.len() < MAX_FILES {
            found.push(name);
        } else if kind.is_dir() && depth < MAX_DEPTH {
            names(&entry.path(), &format!("{name}/"), depth + 1, found)?;
        }
    }
    Ok(())
}

fn values(folder: &Path) -> Result<Vec<(String, String)>, MlflowError> {
    let mut found = Vec::new();
    names(folder, "", 0, &mut found)?;
    found
        .into_iter()
        .map(|name| {
            let mut value = small(&folder.join(&name))?;
            if let Some((end, _)) = value.char_indices().nth(MAX_VALUE) {
                value.truncate(end);
            }
            Ok((name, value))
        })
        .collect()
}

/// The models that a run logged.
fn models(run: &Path) -> Vec<String> {
    let outputs = folders(&run.join("outputs")).unwrap_or_default();
    outputs
        .iter()
        .filter_map(|it| it.file_name()?.to_str().map(str::to_owned))
        .collect()
}

fn datasets(experiment: &Path, run: &Path) -> Result<Vec<DatasetRecord>, MlflowError> {
    let inputs = run.join("inputs");
    if !inputs.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for input in folders(&inputs)? {
        let Ok(input) = meta(&input) else { continue };
        let id = input.get("source_id").and_then(Json::as_str).unwrap_or_default();
        if id.is_empty() || id.contains(['/', '\\', '.']) {
            continue;
        }
        let Ok(dataset) = meta(&experiment.join("datasets").join(id)) else {
            continue;
        };
        let text = |name: &str| dataset.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let context = input.pointer("/tags/mlflow.data.context").and_then(Json::as_str);
        found.push(DatasetRecord {
            name: text("name"),
            digest: text("digest"),
            context: context.unwrap_or_default().to_owned(),
            schema: text("schema"),
            profile: text("profile"),
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_run_that_is_a_link_out_of_the_store_is_none() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("mlruns");
        for folder in [root.join("1/inside"), outer.path().join("outside")] {
            let id = folder.file_name().unwrap().to_string_lossy().into_owned();
            fs::create_dir_all(folder.join("tags")).unwrap();
            fs::write(folder.join("meta.yaml"), format!("run_id: {id}\n")).unwrap();
            fs::write(folder.join("tags/secret"), "x").unwrap();
        }
        std::os::unix::fs::symlink(outer.path().join("outside"), root.join("1/outside")).unwrap();
        let store = FolderStore::new(root);
        assert_eq!(store.run("inside").unwrap().tags.len(), 1);
        for error in [
            store.run("outside").unwrap_err(),
            store.write_back("outside", &WriteBack::default()).unwrap_err(),
        ] {
            assert!(
                matches!(&error, MlflowError::NotFound { what, .. } if what == "run `outside`"),
                "{error}"
            );
        }
    }

    #[test]
    fn names_of_models_lead_nowhere_else() {
        let root = tempfile::tempdir().unwrap();
        let store = FolderStore::new(root.path().join("mlruns"));
        fs::create_dir_all(root.path().join("mlruns/models")).unwrap();
        for name in ["../x", "a@../../x", "..", "a/1", "m-1"] {
            assert!(store.model(name).is_err(), "{name}");
        }
    }
}
