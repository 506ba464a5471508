//! Files of stores on disk.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use crate::{
    MlflowError,
    store::{Listed, Place},
};

/// Entries of one folder that are looked at.
const MAX_ENTRIES: usize = 10_000;

/// Where a server that uses a database keeps its files unless told otherwise.
const OF_SERVERS: &str = "mlartifacts";

/// Runs work that waits for a disk where it holds up nobody.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, MlflowError> + Send + 'static,
) -> Result<T, MlflowError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(MlflowError::Local {
            path: PathBuf::new(),
            reason: format!("the work was lost: {error}"),
        })
    })
}

pub(crate) fn failed(path: &Path, reason: impl std::fmt::Display) -> MlflowError {
    MlflowError::Local {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

/// Whether a URI leads to another system: it has a scheme, and not that of files. A letter alone is a disk of Windows.
pub(crate) fn is_elsewhere(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|it| it.0.len() > 1 && it.0 != "file")
}

/// The path that a URI of a file, or a path, names.
pub(crate) fn path_of(uri: &str) -> PathBuf {
    let Some(rest) = uri.strip_prefix("file:") else {
        return PathBuf::from(uri);
    };
    // What it says of a space and of the host; a path that is relative, as some clients write it, is no URI.
    let parsed = reqwest::Url::parse(uri).ok().filter(|_| rest.starts_with('/'));
    let local = parsed.and_then(|mut it| {
        if it.host_str() == Some("localhost") {
            it.set_host(None).ok()?;
        }
        it.to_file_path().ok()
    });
    local.unwrap_or_else(|| PathBuf::from(rest.strip_prefix("//").unwrap_or(rest)))
}

/// The folder of a place. It has to lie below the store's own folder, links resolved: a store may
/// come from anyone, and names its folders itself.
fn folder(root: &Path, place: &Place) -> Option<PathBuf> {
    let uri = place.uri();
    let named = match uri.strip_prefix("mlflow-artifacts:") {
        Some(rest) if rest.split('/').any(|it| it == "..") => return None,
        Some(rest) => root.join(OF_SERVERS).join(rest.trim_start_matches('/')),
        None => root.join(path_of(uri)),
    };
    let root = root.canonicalize().ok()?;
    named.canonicalize().ok().filter(|it| it.starts_with(&root))
}

/// What to tell of files that are not looked at, since their place is none below the store: on another system, or where the
/// store was copied from. A folder below it that is not there is one of a run without files.
pub(crate) fn away(root: &Path, place: &Place) -> Option<String> {
    if folder(root, place).is_some() {
        return None;
    }
    let uri = place.uri();
    if uri.starts_with("mlflow-artifacts:") && root.join(OF_SERVERS).is_dir() {
        return None;
    }
    let below = root.canonicalize().ok()?;
    let named = root.join(path_of(uri));
    let is_below = !is_elsewhere(uri) && (named.starts_with(root) || named.starts_with(&below));
    (!is_below).then(|| {
        format!(
            "whether the run has files is not known: `{uri}` is not below the store, `{}`; start a tracking server on the \
             store, or copy the files to where it looks",
            root.display()
        )
    })
}

pub(crate) fn list(root: &Path, place: &Place, below: &str) -> Result<Vec<Listed>, MlflowError> {
    let Some(folder) = folder(root, place) else {
        return Ok(Vec::new());
    };
    let path = folder.join(below);
    let entries = match std::fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(&path, error)),
    };
    let mut files = Vec::new();
    for entry in entries.filter_map(Result::ok).take(MAX_ENTRIES) {
        // Of the entry itself: a link is neither a folder nor a file.
        let Ok(metadata) = entry.metadata() else { continue };
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if metadata.is_dir() || metadata.is_file() {
            files.push(Listed {
                path: if below.is_empty() {
                    name
                } else {
                    format!("{below}/{name}")
                },
                is_folder: metadata.is_dir(),
                size: metadata.len(),
            });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Where a file lies.
pub(crate) fn file(root: &Path, place: &Place, path: &str) -> Result<PathBuf, MlflowError> {
    let folder = folder(root, place).ok_or_else(|| failed(root, "the files of the run are not below the store"))?;
    let named = folder.join(path);
    let file = named.canonicalize().map_err(|error| failed(&named, error))?;
    if file.starts_with(&folder) && file.is_file() {
        Ok(file)
    } else {
        Err(failed(&named, "not a file of the run"))
    }
}

pub(crate) fn start_of(root: &Path, place: &Place, path: &str, length: u64) -> Result<Vec<u8>, MlflowError> {
    let file = file(root, place, path)?;
    let mut bytes = Vec::new();
    std::fs::File::open(&file)
        .and_then(|it| it.take(length).read_to_end(&mut bytes))
        .map_err(|error| failed(&file, error))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_outside_the_store_are_not_read() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("store");
        std::fs::create_dir_all(root.join("0/r/artifacts/a")).unwrap();
        std::fs::write(root.join("0/r/artifacts/a/m.bin"), b"12345").unwrap();
        std::fs::write(outer.path().join("secret"), b"x").unwrap();
        std::os::unix::fs::symlink(outer.path().join("secret"), root.join("0/r/artifacts/link")).unwrap();
        let place = |uri: String| Place::Run { id: "r".into(), uri };
        let inside = place(format!("file://{}", root.join("0/r/artifacts").display()));
        let names: Vec<_> = list(&root, &inside, "")
            .unwrap()
            .into_iter()
            .map(|it| it.path)
            .collect();
        assert_eq!(names, ["a"]);
        assert_eq!(list(&root, &inside, "a").unwrap()[0].size, 5);
        assert_eq!(start_of(&root, &inside, "a/m.bin", 2).unwrap(), b"12");
        assert!(file(&root, &inside, "link").is_err());
        assert!(file(&root, &inside, "../../../../secret").is_err());
        std::fs::create_dir_all(root.join("mlartifacts/0")).unwrap();
        assert!(
            list(&root, &place("mlflow-artifacts:/../0/r/artifacts".into()), "")
                .unwrap()
                .is_empty()
        );
        let outside = place(outer.path().display().to_string());
        assert!(list(&root, &outside, "").unwrap().is_empty());
        assert!(file(&root, &outside, "secret").is_err());
        std::fs::remove_dir_all(root.join("mlartifacts")).unwrap();
        // Nobody is told that a run has no files where they are elsewhere.
        for uri in ["s3://bucket/0/r/artifacts", "mlflow-artifacts:/0/r/artifacts"] {
            assert!(away(&root, &place(uri.into())).unwrap().contains(uri));
        }
        let gone = outer.path().join("gone").display().to_string();
        for there in [outer.path().display().to_string(), gone] {
            assert!(away(&root, &place(there.clone())).unwrap().contains(&there));
        }
        let none = root.join("0/other/artifacts").display().to_string();
        for below in [none.clone(), format!("file://{none}"), "0/other/artifacts".to_owned()] {
            assert_eq!(away(&root, &place(below)), None);
        }
        assert_eq!(away(&root, &inside), None);
        // As Python writes a path with a space, and with a host.
        std::fs::create_dir_all(root.join("my files")).unwrap();
        for host in ["", "localhost"] {
            let written = format!("file://{host}{}/my%20files", root.display());
            assert_eq!(
                folder(&root, &place(written)),
                root.join("my files").canonicalize().ok()
            );
        }
        // A server's folder that is there has no folder for a run without files.
        std::fs::create_dir_all(root.join("mlartifacts/0")).unwrap();
        assert_eq!(away(&root, &place("mlflow-artifacts:/0/other/artifacts".into())), None);
    }
}
