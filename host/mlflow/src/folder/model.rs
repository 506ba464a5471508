//! Registered and logged models: which run one is of, and where its own files are.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::{
    FolderStore,
    files::{folders, meta, small},
};
use crate::{MlflowError, RunRecord, store::Place};

impl FolderStore {
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
}

/// A name that leads nowhere else.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0'])
}
