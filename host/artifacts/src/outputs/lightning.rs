//! Folders of versions, as Lightning numbers its runs.

use std::path::Path;

use serde_json::Value as Json;

use super::{Entry, Failed, Output, text};
use crate::parse_yaml;

/// Parameters.
const MAX_PARAMS: u64 = 8 << 20;

/// Whether a file is the log of one of Lightning's versions.
pub(super) fn is_version(path: &str) -> bool {
    version(path).is_some_and(|it| path.strip_prefix(it) == Some("metrics.csv"))
}

/// The folder of one of Lightning's versions that a file is in: `logs/version_3/`.
pub(super) fn version(path: &str) -> Option<&str> {
    let (mut at, mut found) = (0, None);
    for part in path.split_inclusive('/') {
        at += part.len();
        let number = part.strip_suffix('/').and_then(|it| it.strip_prefix("version_"));
        if number.is_some_and(|it| it.parse::<u64>().is_ok()) {
            found = path.get(..at);
        }
    }
    found
}

/// The metrics of a version and its parameters.
///
/// # Errors
/// One of the two files cannot be read.
pub(super) fn read(folder: &Path, files: &[Entry], metrics: &str) -> Result<Output, Failed> {
    // Of one in which nothing stands yet the others are told all the same.
    let mut output = super::or_empty(folder, super::read(folder, metrics))?;
    let others = files
        .iter()
        .filter(|it| it.path != metrics && is_version(&it.path))
        .count();
    if others > 0 {
        output.warnings.push(format!(
            "{others} other versions of Lightning were not read; name the folder of one to read it"
        ));
    }
    let hparams = metrics.replace("metrics.csv", "hparams.yaml");
    if files.iter().any(|it| it.path == hparams) {
        let path = folder.join(&hparams);
        let parsed = text(&path, MAX_PARAMS)
            .and_then(|it| parse_yaml(&it))
            .map_err(|why| (path, why))?;
        if let Json::Object(params) = parsed {
            output.params.extend(params);
            output.files.push(hparams.clone());
            output
                .recognised
                .push(format!("{hparams}: hyper-parameters of Lightning"));
        }
    }
    Ok(output)
}

/// Which files belong to what [`super::find`] reads: where that is the log of one of Lightning's versions, what lies
/// in the folders of the others belongs to other trainings.
pub(crate) struct ReadVersion<'a>(Option<&'a str>);

impl<'a> ReadVersion<'a> {
    /// Of these files, found in one walk over them. None is restricted to where the log of no version is read; that
    /// may be its events as well.
    pub(crate) fn of(files: &'a [Entry]) -> Self {
        let log = super::sure_log(files).filter(|it| is_version(it) || super::is_events(it));
        Self(log.and_then(version))
    }

    /// Whether a file belongs to it, or to no version.
    pub(crate) fn has(&self, path: &str) -> bool {
        match (self.0, version(path)) {
            (Some(read), Some(own)) => read == own,
            _ => true,
        }
    }
}
