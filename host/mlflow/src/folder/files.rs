//! The many small files of the store: read within limits, and no link out of it is followed.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use deepfix_artifacts::parse_yaml;
use serde_json::Value as Json;

use crate::{MlflowError, local::failed};

/// A `meta.yaml`, a parameter, a tag: values have at most 8,000 characters, profiles some more.
const MAX_SMALL: u64 = 1 << 20;
/// Names of metrics nest by their slashes.
const MAX_DEPTH: usize = 8;
/// Files of one kind of one run.
const MAX_FILES: usize = 10_000;
/// Characters of a parameter or tag that are kept; MLflow itself allows 6,000 and 8,000.
const MAX_VALUE: usize = 8_000;

/// The folders in a folder, sorted; hidden ones (`.trash`) left out.
pub(super) fn folders(path: &Path) -> Result<Vec<PathBuf>, MlflowError> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => return Err(failed(path, error)),
    };
    let mut folders: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|it| it.file_type().is_ok_and(|it| it.is_dir()) && !it.file_name().to_string_lossy().starts_with('.'))
        .map(|it| it.path())
        .collect();
    folders.sort();
    Ok(folders)
}

/// The text of a small file. What is no regular file (a link out of the store, a pipe) is refused.
pub(super) fn small(path: &Path) -> Result<String, MlflowError> {
    let kind = fs::symlink_metadata(path).map_err(|error| failed(path, error))?;
    if !kind.is_file() {
        return Err(failed(path, "it is no regular file"));
    }
    let mut text = String::new();
    fs::File::open(path)
        .and_then(|it| it.take(MAX_SMALL).read_to_string(&mut text))
        .map_err(|error| failed(path, error))?;
    Ok(text)
}

pub(super) fn meta(folder: &Path) -> Result<Json, MlflowError> {
    let path = folder.join("meta.yaml");
    parse_yaml(&small(&path)?).map_err(|error| failed(&path, error))
}

/// Files below a folder by name; a slash in a name is a folder.
pub(super) fn names(folder: &Path, prefix: &str, depth: usize, found: &mut Vec<String>) -> Result<(), MlflowError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(folder, error)),
    };
    // Links may lead out of the store.
    if fs::symlink_metadata(folder).is_ok_and(|it| it.is_symlink()) {
        return Ok(());
    }
    for entry in entries.filter_map(Result::ok) {
        let (Ok(kind), Ok(name)) = (entry.file_type(), entry.file_name().into_string()) else {
            continue;
        };
        let name = format!("{prefix}{name}");
        if kind.is_file() && found.len() < MAX_FILES {
            found.push(name);
        } else if kind.is_dir() && depth < MAX_DEPTH {
            names(&entry.path(), &format!("{name}/"), depth + 1, found)?;
        }
    }
    Ok(())
}

pub(super) fn values(folder: &Path) -> Result<Vec<(String, String)>, MlflowError> {
    let mut found = Vec::new();
    names(folder, "", 0, &mut found)?;
    found
        .into_iter()
        .map(|name| {
            let mut value = small(&folder.join(&name))?;
            if let Some((end, _)) = value.char_indices().nth(MAX_VALUE) {
                value.truncate(end);
            }
            Ok((name, value))
        })
        .collect()
}
