//! The checkpoint: its file stays a file, its configuration is read beside it.

use std::{path::Path, sync::Arc};

use deepfix_core::{Artifact, Problem};
use serde_json::{Map, Value as Json};

use crate::{FileAccess, FileBlob, describe::describe, parse_lenient, siblings};

/// A model's `config.json` is a few kilobytes.
const MAX_CONFIG: u64 = 4 << 20;

/// The artifact of `model_checkpoint_artifacts`. A file that may not be read is a warning: the
/// rest of the request can still be diagnosed.
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
    let mut artifact = Artifact::default();
    match document.get("path") {
        None | Some(Json::Null) => {}
        Some(Json::String(path)) if path.is_empty() => {}
        Some(Json::String(path)) => match access.named(Path::new(path)) {
            Ok((named, file)) => {
                if let Err(error) = open(&named, &file, access, &mut artifact, &mut document) {
                    warnings.push(format!("`{pointer}/path`: the file cannot be read: {error}"));
                }
            }
            Err(why) => warnings.push(format!("`{pointer}/path` was not read: {why}")),
        },
        Some(other) => {
            return Err(Problem::field(
                format!("{pointer}/path"),
                describe(other),
                "a string or null",
            ));
        }
    }
    artifact.document = Json::Object(document);
    Ok(artifact)
}

/// Opens the file, and takes the configuration from beside it where the request has none. What lies beside it
/// goes by the name that leads to it.
fn open(
    named: &Path,
    file: &Path,
    access: &FileAccess,
    artifact: &mut Artifact,
    document: &mut Map<String, Json>,
) -> std::io::Result<()> {
    let name = named
        .file_name()
        .map_or_else(|| "model".into(), |it| it.to_string_lossy())
        .into_owned();
    artifact.blobs.insert(name, Arc::new(FileBlob::open(file)?));
    for (name, path) in siblings::of(named, access) {
        artifact.blobs.insert(name, Arc::new(FileBlob::open(&path)?));
    }
    if document.get("config").is_none_or(Json::is_null)
        && let Some(path) = named.parent().map(|folder| folder.join("config.json"))
        && let Some(config) = access.file(&path).and_then(|it| beside(&it))
    {
        document.insert("config".to_owned(), config);
    }
    Ok(())
}

/// A configuration file, links resolved.
fn beside(path: &Path) -> Option<Json> {
    if path.metadata().ok()?.len() > MAX_CONFIG {
        return None;
    }
    parse_lenient(&std::fs::read(path).ok()?).ok().filter(Json::is_object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_below_a_root_becomes_a_blob_with_its_configuration() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("m.safetensors"), b"12345678").unwrap();
        std::fs::write(folder.path().join("config.json"), b"{\"num_labels\": 3}").unwrap();
        let access = FileAccess::below(&[folder.path().to_owned()]);
        let mut warnings = Vec::new();
        let it = read(
            "/c",
            json!({"path": "m.safetensors", "config": null}),
            &access,
            &mut warnings,
        )
        .unwrap();
        assert_eq!(it.blobs["m.safetensors"].size(), 8);
        assert_eq!(it.document["config"]["num_labels"], 3);
        assert!(warnings.is_empty());
    }

    #[test]
    fn a_file_that_may_not_be_read_is_a_warning_that_says_what_to_change() {
        let mut warnings = Vec::new();
        let it = read(
            "/c",
            json!({"path": "/etc/passwd"}),
            &FileAccess::default(),
            &mut warnings,
        )
        .unwrap();
        assert!(it.blobs.is_empty());
        assert!(
            warnings[0].contains("`/c/path` was not read: no folder is configured"),
            "{warnings:?}"
        );
    }

    #[test]
    fn a_path_that_is_no_string_is_refused() {
        let problem = read("/c", json!({"path": 3}), &FileAccess::default(), &mut Vec::new()).unwrap_err();
        assert_eq!(problem.pointer.as_deref(), Some("/c/path"));
    }
}
