//! Registered and logged models: which run one is of, and where its own files are.

use rusqlite::{OptionalExtension as _, named_params};

use super::{Database, record::optional};
use crate::{MlflowError, RunRecord, store::Place};

impl Database {
    /// The run of a model by `name`, `name/version`, `name@alias` or the id of a logged model; and that
    /// model's own files.
    pub(crate) fn model(&self, name: &str) -> Result<(RunRecord, Option<Place>), MlflowError> {
        let name = name.strip_prefix("models:/").unwrap_or(name).trim_matches('/');
        let (registered, wanted) = match (name.split_once('@'), name.rsplit_once('/')) {
            (Some((name, alias)), _) => (
                name,
                Some((
                    "version = (SELECT version FROM registered_model_aliases WHERE name = :text AND alias = :wanted)",
                    alias,
                )),
            ),
            (None, Some((name, "latest"))) => (name, None),
            (None, Some((name, version))) => (name, Some(("CAST(version AS TEXT) = :wanted", version))),
            (None, None) => (name, None),
        };
        let (condition, wanted) = wanted.unwrap_or((":wanted = ''", ""));
        // Stores without a model have no such table either.
        let version: Option<(String, String)> = self
            .ask(|it| {
                it.query_row(
                    &format!(
                        "SELECT run_id, source FROM model_versions WHERE name = :text AND {condition} AND \
                         current_stage != 'Deleted_Internal' ORDER BY version DESC LIMIT 1"
                    ),
                    named_params! { ":text": registered, ":wanted": wanted },
                    |row| Ok((optional(row, "run_id")?, optional(row, "source")?)),
                )
                .optional()
            })
            .unwrap_or_default();
        let (run, logged) = match version {
            Some((run, source)) => {
                let logged = source.strip_prefix("models:/").filter(|it| it.starts_with("m-"));
                (run, logged.map(str::to_owned))
            }
            None => (String::new(), Some(name.to_owned())),
        };
        let place = match &logged {
            Some(id) => self.model_place(id)?,
            None => None,
        };
        let run = match (run.is_empty(), &logged) {
            (true, Some(id)) => self
                .ask(|it| {
                    it.query_row(
                        "SELECT source_run_id FROM logged_models WHERE model_id = :id",
                        named_params! { ":id": id },
                        |row| optional(row, "source_run_id"),
                    )
                    .optional()
                })
                .unwrap_or_default()
                .unwrap_or_default(),
            _ => run,
        };
        let run = if run.is_empty() { None } else { self.run(&run).ok() };
        Ok((self.found(run, format!("model `{name}` with a run"))?, place))
    }

    pub(crate) fn model_place(&self, id: &str) -> Result<Option<Place>, MlflowError> {
        // Stores from before MLflow 3 have no such table.
        let uri: Option<String> = self
            .ask(|it| {
                it.query_row(
                    "SELECT artifact_location FROM logged_models WHERE model_id = :id",
                    named_params! { ":id": id },
                    |row| row.get("artifact_location"),
                )
                .optional()
            })
            .unwrap_or_default();
        Ok(uri.map(|uri| Place::Model { id: id.to_owned(), uri }))
    }
}
