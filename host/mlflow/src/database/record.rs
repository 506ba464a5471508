//! Runs as the tables have them.

use rusqlite::{Connection, Row, named_params};

use super::Answer;
use crate::{RunRecord, run::DatasetRecord};

/// The newest run for which a condition on `:text` holds.
pub(super) fn one(connection: &Connection, condition: &str, text: &str) -> Answer<Option<RunRecord>> {
    let condition = format!("({condition}) ORDER BY start_time DESC, run_uuid LIMIT 1");
    Ok(records(connection, &condition, text)?.into_iter().next())
}

pub(super) fn records(connection: &Connection, condition: &str, text: &str) -> Answer<Vec<RunRecord>> {
    let mut statement = connection.prepare(&format!(
        "SELECT run_uuid, name, status, artifact_uri, CAST(experiment_id AS TEXT) AS experiment FROM runs WHERE {condition}"
    ))?;
    let rows = statement.query_map(named_params! { ":text": text }, |row| {
        Ok(RunRecord {
            id: optional(row, "run_uuid")?,
            name: optional(row, "name")?,
            experiment_id: optional(row, "experiment")?,
            status: optional(row, "status")?,
            artifact_uri: optional(row, "artifact_uri")?,
            ..RunRecord::default()
        })
    })?;
    let mut runs = rows.collect::<Answer<Vec<_>>>()?;
    for run in &mut runs {
        match complete(connection, run) {
            // Of this run alone: the others are none the worse for it.
            Err(error) if is_of_value(&error) => run.unreadable = Some(error.to_string()),
            completed => completed?,
        }
    }
    Ok(runs)
}

/// A value that is not what its column should hold, such as a parameter that is not UTF-8.
fn is_of_value(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error};
    matches!(
        error,
        FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..) | Utf8Error(..)
    )
}

pub(super) fn optional(row: &Row<'_>, column: &str) -> Answer<String> {
    Ok(row.get::<_, Option<String>>(column)?.unwrap_or_default())
}

/// Parameters, tags, names of metrics, data sets and models.
fn complete(connection: &Connection, run: &mut RunRecord) -> Answer<()> {
    let pairs = |table: &str| -> Answer<Vec<(String, String)>> {
        let mut statement = connection.prepare(&format!(
            "SELECT key, value FROM {table} WHERE run_uuid = :run ORDER BY key"
        ))?;
        let rows = statement.query_map(named_params! { ":run": run.id }, |row| {
            Ok((optional(row, "key")?, optional(row, "value")?))
        })?;
        rows.collect()
    };
    let (params, tags) = (pairs("params")?, pairs("tags")?);
    let mut statement =
        connection.prepare("SELECT DISTINCT key FROM latest_metrics WHERE run_uuid = :run ORDER BY key")?;
    let metrics = statement
        .query_map(named_params! { ":run": run.id }, |row| optional(row, "key"))?
        .collect::<Answer<Vec<_>>>()?;
    if run.name.is_empty()
        && let Some((_, name)) = tags.iter().find(|(key, _)| key == "mlflow.runName")
    {
        run.name.clone_from(name);
    }
    // Older stores lack these tables: a run without inputs is still a run.
    run.datasets = datasets(connection, &run.id).unwrap_or_default();
    run.models = models(connection, &run.id).unwrap_or_default();
    (run.params, run.tags, run.metrics) = (params, tags, metrics);
    Ok(())
}

fn datasets(connection: &Connection, run: &str) -> Answer<Vec<DatasetRecord>> {
    let mut statement = connection.prepare(
        "SELECT datasets.name AS name, digest, dataset_schema, dataset_profile, (SELECT value FROM input_tags WHERE \
         input_tags.input_uuid = inputs.input_uuid AND input_tags.name = 'mlflow.data.context') AS context FROM inputs \
         JOIN datasets ON source_id = dataset_uuid WHERE source_type = 'DATASET' AND destination_type = 'RUN' AND \
         destination_id = :run ORDER BY datasets.name",
    )?;
    let rows = statement.query_map(named_params! { ":run": run }, |row| {
        Ok(DatasetRecord {
            name: optional(row, "name")?,
            digest: optional(row, "digest")?,
            context: optional(row, "context")?,
            schema: optional(row, "dataset_schema")?,
            profile: optional(row, "dataset_profile")?,
        })
    })?;
    rows.collect()
}

fn models(connection: &Connection, run: &str) -> Answer<Vec<String>> {
    let mut statement = connection.prepare(
        "SELECT destination_id FROM inputs WHERE source_type = 'RUN_OUTPUT' AND destination_type = 'MODEL_OUTPUT' AND \
         source_id = :run ORDER BY destination_id",
    )?;
    let rows = statement.query_map(named_params! { ":run": run }, |row| optional(row, "destination_id"))?;
    rows.collect()
}
