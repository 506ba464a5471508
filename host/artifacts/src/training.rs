//! Metrics and parameters.

use std::{fs::File, path::Path};

use deepfix_core::{Artifact, Problem, Table};
use serde_json::Value as Json;

use crate::{FileAccess, csv_log, describe::describe, metrics, odd_cells::without_odd_cells};

/// The name of the table.
pub(crate) const METRICS: &str = "metrics";

/// The artifact of `training_artifacts`.
///
/// # Errors
/// A member has the wrong shape.
pub(crate) fn read(
    pointer: &str,
    document: Json,
    access: &FileAccess,
    warnings: &mut Vec<String>,
) -> Result<Artifact, Problem> {
    let Json::Object(mut document) = document else {
        return Err(Problem::field(pointer, describe(&document), "an object"));
    };
    if let Some(params) = document.get("params")
        && !params.is_null()
        && !params.is_object()
    {
        return Err(Problem::field(
            format!("{pointer}/params"),
            describe(params),
            "an object {name: value} or null",
        ));
    }
    let mut artifact = Artifact::default();
    // The values move into the table: a history of a million points is not kept twice.
    match document.remove("metrics_values") {
        None | Some(Json::Null) => {
            if let Some(table) = from_path(pointer, document.get("metrics_path"), access, warnings)? {
                insert_metrics(&mut artifact, table, warnings);
            }
        }
        Some(values) => {
            let table = metrics::from_json(&format!("{pointer}/metrics_values"), &values)?;
            insert_metrics(&mut artifact, table, warnings);
        }
    }
    artifact.document = Json::Object(document);
    Ok(artifact)
}

/// Makes a table the metrics of a training, and warns of cells in it that are no numbers.
pub fn insert_metrics(artifact: &mut Artifact, table: Table, warnings: &mut Vec<String>) {
    let (table, warning) = without_odd_cells(table);
    warnings.extend(warning);
    artifact.tables.insert(METRICS.to_owned(), table);
}

fn from_path(
    pointer: &str,
    path: Option<&Json>,
    access: &FileAccess,
    warnings: &mut Vec<String>,
) -> Result<Option<Table>, Problem> {
    let path = match path {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::String(path)) if path.is_empty() => return Ok(None),
        Some(Json::String(path)) => path,
        Some(other) => {
            return Err(Problem::field(
                format!("{pointer}/metrics_path"),
                describe(other),
                "a string or null",
            ));
        }
    };
    let table = access
        .resolve(Path::new(path))
        .and_then(|file| File::open(file).map_err(|error| error.to_string()))
        .and_then(csv_log::from_csv);
    match table {
        Ok(table) => Ok(Some(table)),
        Err(why) => {
            warnings.push(format!("`{pointer}/metrics_path` was not read: {why}"));
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_become_the_table_and_leave_the_document() {
        let it = read(
            "/t",
            json!({"metrics_values": {"loss": [1.0]}, "params": {"lr": 0.1}}),
            &FileAccess::default(),
            &mut Vec::new(),
        )
        .unwrap();
        assert_eq!(it.tables[METRICS].rows(), 1);
        assert_eq!(it.document, json!({"params": {"lr": 0.1}}));
    }

    #[test]
    fn a_path_below_a_root_is_read_as_csv() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("metrics.csv"), "epoch,loss\n0,0.5\n").unwrap();
        let access = FileAccess::below(&[folder.path().to_owned()]);
        let it = read("/t", json!({"metrics_path": "metrics.csv"}), &access, &mut Vec::new()).unwrap();
        assert_eq!(it.tables[METRICS].columns()[1].name, "loss");
    }

    #[test]
    fn wrong_shapes_name_the_field() {
        let read = |value| {
            read("/t", value, &FileAccess::default(), &mut Vec::new())
                .unwrap_err()
                .pointer
                .unwrap()
        };
        assert_eq!(read(json!({"params": [1]})), "/t/params");
        assert_eq!(read(json!({"metrics_values": 3})), "/t/metrics_values");
        assert_eq!(read(json!({"metrics_path": {}})), "/t/metrics_path");
        assert_eq!(read(json!([])), "/t");
    }
}
