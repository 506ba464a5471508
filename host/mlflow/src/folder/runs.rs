//! The runs of an experiment in `mlruns/`, those that cannot be read among them.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::{
    FolderStore,
    files::{folders, meta},
    record::status,
};
use crate::{MlflowError, RunRecord, local::failed, store::Page};

/// Runs of one page: each is some dozen small files.
const PAGE: usize = 100;
/// Where the store keeps registered models: no experiment, although its folders have a `meta.yaml` too.
const REGISTRY: &str = "models";

/// Hexadecimal digits of the id that MLflow gives a run.
const ID: usize = 32;

/// A run before the most of it is read.
struct Entry {
    started: i64,
    folder: PathBuf,
    /// What `meta.yaml` says, or what is wrong with it.
    meta: Result<Json, MlflowError>,
}

impl FolderStore {
    /// Some runs of an experiment, newest first. One that cannot be read is among them and says why: a table
    /// without it would look whole.
    pub(crate) fn runs_page(&self, experiment: &str, offset: usize) -> Result<Page, MlflowError> {
        for folder in folders(&self.root())? {
            let name = folder.file_name().unwrap_or_default();
            let by_name = || meta(&folder).is_ok_and(|it| it.get("name").and_then(Json::as_str) == Some(experiment));
            if name == REGISTRY || !(name == experiment || by_name()) {
                continue;
            }
            let mut runs: Vec<Entry> = folders(&folder)?.into_iter().filter_map(entry).collect();
            runs.sort_by(|a, b| b.started.cmp(&a.started).then_with(|| a.folder.cmp(&b.folder)));
            let next = (runs.len() > offset + PAGE).then(|| (offset + PAGE).to_string());
            let page = runs.into_iter().skip(offset).take(PAGE);
            return Ok(Page {
                runs: page.map(|it| self.record(it)).collect(),
                next,
            });
        }
        Err(self.missing(format!("experiment `{experiment}`")))
    }

    fn record(&self, entry: Entry) -> RunRecord {
        let (meta, read) = match entry.meta {
            Ok(meta) => (meta, self.read(&entry.folder)),
            Err(error) => (Json::Null, Err(error)),
        };
        let text = |name: &str| meta.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let name = |path: Option<&Path>| {
            let name = path.and_then(Path::file_name).unwrap_or_default();
            name.to_string_lossy().into_owned()
        };
        read.unwrap_or_else(|error| RunRecord {
            id: name(Some(&entry.folder)),
            name: text("run_name"),
            experiment_id: name(entry.folder.parent()),
            status: status(&meta).to_owned(),
            unreadable: Some(error.to_string()),
            ..RunRecord::default()
        })
    }
}

/// A folder right below an experiment's that has a `meta.yaml` is a run: data sets, models and traces are one
/// folder deeper. So is one that is called like a run and lost the file. None for a run that was deleted.
fn entry(folder: PathBuf) -> Option<Entry> {
    let name = folder.file_name().unwrap_or_default().as_encoded_bytes();
    let is_called_so = name.len() == ID && name.iter().all(u8::is_ascii_hexdigit);
    if !folder.join("meta.yaml").is_file() && !is_called_so {
        return None;
    }
    // An empty file is valid YAML, and what a full disk leaves.
    let meta = meta(&folder).and_then(|it| match it.get("run_id").or(it.get("run_uuid")) {
        Some(_) => Ok(it),
        None => Err(failed(
            &folder.join("meta.yaml"),
            "found no `run_id`, expected that of a run",
        )),
    });
    let of_run = meta.as_ref().ok();
    if of_run.is_some_and(|it| it.get("lifecycle_stage") == Some(&Json::from("deleted"))) {
        return None;
    }
    let started = of_run.and_then(|it| it.get("start_time")?.as_i64()).unwrap_or(0);
    Some(Entry { started, folder, meta })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The id of a run.
    const LOST: &str = "0123456789abcdef0123456789abcdef";

    fn store(runs: &[(&str, &str)]) -> (tempfile::TempDir, FolderStore) {
        let root = tempfile::tempdir().unwrap();
        let experiment = root.path().join("7");
        fs::create_dir_all(&experiment).unwrap();
        fs::write(experiment.join("meta.yaml"), "name: sweep\nexperiment_id: '7'\n").unwrap();
        for (id, meta) in runs {
            fs::create_dir_all(experiment.join(id)).unwrap();
            fs::write(experiment.join(id).join("meta.yaml"), meta).unwrap();
        }
        let store = FolderStore::new(root.path().to_owned());
        (root, store)
    }

    #[test]
    fn runs_come_page_by_page_newest_first() {
        let runs: Vec<(String, String)> = (0..PAGE * 2 + 30)
            .map(|run| {
                let stage = if run == 5 { "deleted" } else { "active" };
                let id = format!("run{run:04}");
                let meta = format!("run_id: {id}\nstart_time: {run}\nlifecycle_stage: {stage}\n");
                (id, meta)
            })
            .collect();
        let runs: Vec<(&str, &str)> = runs.iter().map(|(id, meta)| (id.as_str(), meta.as_str())).collect();
        let (_root, store) = store(&runs);
        let (mut offset, mut seen) = (Some(0), Vec::new());
        while let Some(at) = offset {
            let page = store.runs_page("sweep", at).unwrap();
            assert!(page.runs.len() <= PAGE);
            seen.extend(page.runs.into_iter().map(|it| it.id));
            offset = page.next.map(|it| it.parse().unwrap());
        }
        assert_eq!(seen.len(), PAGE * 2 + 29);
        assert_eq!(
            (seen[0].as_str(), seen.last().unwrap().as_str()),
            ("run0229", "run0000")
        );
        assert!(!seen.contains(&"run0005".to_owned()));
    }

    #[test]
    fn a_run_that_cannot_be_read_is_there_and_says_why() {
        let (root, store) = store(&[
            ("fine", "run_id: fine\nstart_time: 9\n"),
            ("torn", "run_id: torn\nrun_name: [\n"),
            ("empty", ""),
            ("other", "name: x\n"),
            ("text", "run_id: text\nrun_name: mine\nstart_time: 5\nstatus: 3\n"),
            (LOST, "x"),
            ("gone", "run_id: gone\nlifecycle_stage: deleted\n"),
        ]);
        fs::remove_file(root.path().join("7").join(LOST).join("meta.yaml")).unwrap();
        fs::create_dir_all(root.path().join("7/text/params")).unwrap();
        fs::write(root.path().join("7/text/params/lr"), b"0.1\xff").unwrap();
        fs::create_dir_all(root.path().join("7/datasets/d1")).unwrap();
        fs::write(root.path().join("7/datasets/d1/meta.yaml"), "name: d\n").unwrap();
        let runs = store.runs_page("sweep", 0).unwrap().runs;
        let ids: Vec<&str> = runs.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids, ["fine", "text", LOST, "empty", "other", "torn"]);
        let said = |place: usize| runs[place].unreadable.clone().unwrap_or_default();
        assert_eq!(said(0), "");
        assert!(
            said(1).contains("params/lr") && said(1).contains("UTF-8"),
            "{}",
            said(1)
        );
        assert_eq!((runs[1].name.as_str(), runs[1].status.as_str()), ("mine", "FINISHED"));
        assert_eq!(runs[5].experiment_id, "7");
        for place in 2..6 {
            assert!(said(place).contains("meta.yaml"), "{}", said(place));
        }
    }

    #[test]
    fn the_registry_of_models_is_no_experiment() {
        let (root, store) = store(&[]);
        fs::create_dir_all(root.path().join("models/wine")).unwrap();
        fs::write(root.path().join("models/wine/meta.yaml"), "name: wine\n").unwrap();
        let error = store.runs_page("models", 0).err().unwrap();
        assert!(matches!(error, MlflowError::NotFound { .. }), "{error}");
    }
}
