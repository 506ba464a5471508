//! What one folder holds.

use std::{fs::ReadDir, io, path::Path};

use super::is_log;
use crate::{FileAccess, folder::is_document, models};

/// Folders that hold what others wrote.
const SKIPPED: [&str; 6] = [
    "node_modules",
    "site-packages",
    "__pycache__",
    "venv",
    "target",
    "mlruns",
];
/// The names of a folder that matter.
#[derive(Default)]
pub(super) struct Names {
    pub folders: Vec<String>,
    pub files: Vec<String>,
    pub count: usize,
}

/// The names that matter, in no order. Of more than `most` only so many are counted.
pub(super) fn names(entries: ReadDir, most: usize) -> io::Result<Names> {
    let mut names = Names::default();
    for entry in entries {
        let entry = entry?;
        names.count += 1;
        if names.count > most {
            break;
        }
        let (Ok(kind), Ok(name)) = (entry.file_type(), entry.file_name().into_string()) else {
            continue;
        };
        if kind.is_dir() {
            if !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
                names.folders.push(name);
            }
        } else if is_log(&name) || models::is_model(&name) || is_document(&name) {
            names.files.push(name);
        }
    }
    Ok(names)
}

/// Logs before models before the rest, where not all are looked at.
pub(super) fn rank(name: &str) -> (u8, &str) {
    let what = if is_log(name) {
        0
    } else if models::is_model(name) {
        1
    } else {
        2
    };
    (what, name)
}

/// The size of a regular file, or of one that a link leads to and that may be read.
pub(super) fn size(path: &Path, access: &FileAccess) -> Option<u64> {
    let metadata = std::fs::symlink_metadata(path).ok()?;
    if metadata.is_symlink() {
        return Some(access.file(path)?.metadata().ok()?.len());
    }
    metadata.is_file().then_some(metadata.len())
}
