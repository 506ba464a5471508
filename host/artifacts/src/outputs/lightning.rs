//! Folders of versions, as Lightning numbers its runs.

use super::Entry;
use crate::models::number_after;

/// Whether a file is the log of one of Lightning's versions.
pub(super) fn is_version(path: &str) -> bool {
    version(path).is_some_and(|it| path.strip_prefix(it) == Some("metrics.csv"))
}

/// The folder of one of Lightning's versions that a file is in: `logs/version_3/`.
fn version(path: &str) -> Option<&str> {
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

/// Whether a file belongs to the version of Lightning whose metrics [`super::find`] reads, or to none.
pub(crate) fn is_of_read_version(files: &[Entry], path: &str) -> bool {
    let logs = files.iter().filter(|it| is_version(&it.path));
    let newest = logs.max_by_key(|it| (number_after(&it.path, "version_"), &it.path));
    match (newest.and_then(|it| version(&it.path)), version(path)) {
        (Some(newest), Some(own)) => newest == own,
        _ => true,
    }
}
