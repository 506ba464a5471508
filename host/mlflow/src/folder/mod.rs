//! `mlruns/`: `<experiment>/<run>/{meta.yaml, metrics/, params/, tags/, inputs/, outputs/, artifacts/}`.

mod files;
mod metrics;
mod model;
mod record;
mod runs;

use std::{fs, path::PathBuf};

use crate::{MlflowError, RunRecord, WriteBack, local_write};
use files::folders;
use record::start;

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
