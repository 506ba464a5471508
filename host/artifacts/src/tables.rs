//! Tables of an experiment's folder, where nobody says which column is predicted.

use std::path::Path;

use deepfix_tabular::{Options, Source, Table, dataset_artifact, scan, split_statistics};
use serde_json::{Value as Json, json};

use crate::FolderError;

/// Names that label columns have; the label is in the statistics but not among the features.
const LABELS: [&str; 5] = ["target", "label", "labels", "class", "y"];

/// Reads a table; none where there is no such file.
///
/// # Errors
/// It cannot be read.
pub(crate) fn read(file: &Path) -> Result<Option<Table>, FolderError> {
    if std::fs::symlink_metadata(file).is_err_and(|it| it.kind() == std::io::ErrorKind::NotFound) {
        return Ok(None);
    }
    let failed = |error: deepfix_tabular::TableError| FolderError::Table(error.to_string());
    let source = Source::open(file, &Options::default()).map_err(failed)?;
    let label = source
        .names()
        .iter()
        .find(|it| LABELS.contains(&it.to_ascii_lowercase().as_str()));
    let options = Options {
        label: label.cloned(),
        ..Options::default()
    };
    scan(&source, &options).map(Some).map_err(failed)
}

/// The dataset artifact of the tables that are there.
pub(crate) fn artifact(train: Option<&Table>, test: Option<&Table>) -> Option<Json> {
    match (train, test) {
        (Some(train), _) => Some(dataset_artifact("", train, test)).map(|mut it| {
            // The folder's name is in the request.
            if let Some(members) = it.as_object_mut() {
                members.remove("dataset_name");
            }
            it
        }),
        (None, Some(test)) => Some(json!({
            "task_type": deepfix_tabular::task_type(test),
            "test_statistics": split_statistics(test),
        })),
        (None, None) => None,
    }
}
