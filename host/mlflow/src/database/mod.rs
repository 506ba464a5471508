//! `mlflow.db`: the tables of MLflow's SQLite store, read only, columns by name.

mod model;
mod record;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, named_params};

use crate::{MlflowError, RunRecord, local::failed, store::Page, wire::infinities};
use record::{one, records};

/// How long one question may take: a page of runs with all that they have takes milliseconds.
const LONGEST_QUESTION: Duration = Duration::from_secs(20);
/// Steps of SQLite's machine between two looks at the clock.
const STEPS: i32 = 100_000;
/// Runs of one page.
const PAGE: usize = 100;

#[derive(Debug, Clone)]
pub(crate) struct Database {
    path: PathBuf,
    longest: Duration,
}

type Answer<T> = Result<T, rusqlite::Error>;

impl Database {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            longest: LONGEST_QUESTION,
        }
    }

    pub(crate) fn uri(&self) -> String {
        format!("sqlite:///{}", self.path.display())
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("/")).to_owned()
    }

    /// Opens the file for one question. A training may be writing to it.
    fn ask<T>(&self, question: impl FnOnce(&Connection) -> Answer<T>) -> Result<T, MlflowError> {
        if !self.path.is_file() {
            return Err(failed(&self.path, "there is no such file"));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let end = Instant::now() + self.longest;
        Connection::open_with_flags(&self.path, flags)
            .and_then(|connection| {
                // A view may stand in for a table, and recurse without an end.
                connection.progress_handler(STEPS, Some(move || Instant::now() > end))?;
                // A schema may hold views and triggers of whoever made the file.
                connection.pragma_update(None, "trusted_schema", false)?;
                question(&connection)
            })
            .map_err(|error| failed(&self.path, format!("cannot be read as MLflow's database: {error}")))
    }

    fn found<T>(&self, found: Option<T>, what: String) -> Result<T, MlflowError> {
        found.ok_or_else(|| MlflowError::NotFound { uri: self.uri(), what })
    }

    pub(crate) fn run(&self, id: &str) -> Result<RunRecord, MlflowError> {
        let run = self.ask(|it| one(it, "run_uuid = :text", id))?;
        self.found(run, format!("run `{id}`"))
    }

    pub(crate) fn dataset(&self, name: &str) -> Result<RunRecord, MlflowError> {
        let run = self.ask(|it| {
            // Without LIKE: a name may hold its wildcards.
            let named = "name = :text OR substr(name, 1, length(:text) + 3) = :text || '___'";
            if let Some(run) = one(it, named, name)? {
                return Ok(Some(run));
            }
            let input = "run_uuid IN (SELECT destination_id FROM inputs JOIN datasets ON source_id = dataset_uuid \
                         WHERE source_type = 'DATASET' AND destination_type = 'RUN' AND datasets.name = :text)";
            one(it, input, name)
        })?;
        self.found(run, format!("run that recorded a data set `{name}`"))
    }

    pub(crate) fn runs_page(&self, experiment: &str, offset: usize) -> Result<Page, MlflowError> {
        let page = self.ask(|it| {
            let id: Option<String> = it
                .query_row(
                    "SELECT CAST(experiment_id AS TEXT) FROM experiments WHERE name = :text OR \
                     CAST(experiment_id AS TEXT) = :text ORDER BY name = :text DESC LIMIT 1",
                    named_params! { ":text": experiment },
                    |row| row.get(0),
                )
                .optional()?;
            let Some(id) = id else { return Ok(None) };
            let condition = format!(
                "lifecycle_stage = 'active' AND CAST(experiment_id AS TEXT) = :text ORDER BY start_time DESC, run_uuid \
                 LIMIT {PAGE} OFFSET {offset}"
            );
            records(it, &condition, &id).map(Some)
        })?;
        let runs = self.found(page, format!("experiment `{experiment}`"))?;
        let next = (runs.len() == PAGE).then(|| (offset + PAGE).to_string());
        Ok(Page { runs, next })
    }

    /// The latest value of a metric.
    pub(crate) fn latest(&self, run: &str, metric: &str) -> Result<Option<f64>, MlflowError> {
        self.ask(|it| {
            it.query_row(
                "SELECT value, is_nan FROM latest_metrics WHERE run_uuid = :run AND key = :key",
                named_params! { ":run": run, ":key": metric },
                |row| {
                    let nan = row.get::<_, Option<bool>>("is_nan")?.unwrap_or(false);
                    let value = row.get::<_, Option<f64>>("value")?.map_or(f64::NAN, infinities);
                    Ok(if nan { f64::NAN } else { value })
                },
            )
            .optional()
        })
    }

    pub(crate) fn history(&self, run: &str, metric: &str, most: usize) -> Result<Option<Vec<(i64, f64)>>, MlflowError> {
        self.ask(|it| {
            let mut statement = it.prepare(
                "SELECT step, value, is_nan FROM metrics WHERE run_uuid = :run AND key = :key ORDER BY timestamp, step, \
                 value",
            )?;
            let mut rows = statement.query(named_params! { ":run": run, ":key": metric })?;
            let mut points = Vec::new();
            while let Some(row) = rows.next()? {
                let nan: bool = row.get::<_, Option<bool>>("is_nan")?.unwrap_or(false);
                let value = row.get::<_, Option<f64>>("value")?.map_or(f64::NAN, infinities);
                let step = row.get::<_, Option<i64>>("step")?.unwrap_or(0);
                points.push((step, if nan { f64::NAN } else { value }));
                if points.len() > most {
                    return Ok(None);
                }
            }
            Ok(Some(points))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_with_a_parameter_that_is_not_utf_8_is_there_and_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mlflow.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch(
                "CREATE TABLE experiments (experiment_id, name); INSERT INTO experiments VALUES (1, 'sweep');
                 CREATE TABLE runs (run_uuid, name, status, artifact_uri, experiment_id, start_time, lifecycle_stage);
                 INSERT INTO runs VALUES ('bad', 'b', 'FINISHED', '', 1, 2, 'active'), ('good', 'g', '', '', 1, 1, 'active');
                 CREATE TABLE params (key, value, run_uuid);
                 INSERT INTO params VALUES ('lr', CAST(X'30FF' AS TEXT), 'bad'), ('lr', '0.1', 'good');
                 CREATE TABLE tags (key, value, run_uuid); CREATE TABLE latest_metrics (key, run_uuid);",
            )
            .unwrap();
        let runs = Database::new(path).runs_page("sweep", 0).unwrap().runs;
        let said: Vec<_> = runs
            .iter()
            .map(|it| (it.id.as_str(), it.unreadable.as_deref()))
            .collect();
        assert_eq!((said[0].0, said[1]), ("bad", ("good", None)));
        assert!(said[0].1.is_some_and(|it| it.contains("utf-8")), "{said:?}");
    }

    #[test]
    fn a_view_that_never_ends_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mlflow.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch(
                "CREATE VIEW runs AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT hex(x) AS run_uuid, \
                 '' AS name, '' AS status, '' AS artifact_uri, '' AS experiment_id, 0 AS start_time FROM r",
            )
            .unwrap();
        let mut database = Database::new(path);
        database.longest = Duration::from_millis(50);
        let error = database.run("a").unwrap_err().to_string();
        assert!(error.contains("interrupted"), "{error}");
    }
}
