use std::{fs, io::Write as _, path::Path};

use serde::{Deserialize, Serialize};

use crate::{Source, SourceError, digest::is_sha256};

/// `deepfix.lock`: what each remote source was resolved to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// In the order of their sources.
    #[serde(default, rename = "plugin")]
    pub plugins: Vec<Locked>,
}

/// One source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// As the configuration names it.
    pub source: String,
    /// The digest of the manifest that its tag stood for, where it is in a registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
    /// The digest of the component.
    pub sha256: String,
    /// The component's size in bytes.
    pub size: u64,
}

/// What stands at the top of the file.
const HEAD: &str = "\
# What the remote components of deepfix.toml were resolved to. Written by `deepfix plugin lock` and
# `deepfix plugin update`; keep it under version control. Other bytes than these are refused.
";

impl Lock {
    /// Reads the file; one that does not exist holds nothing.
    ///
    /// # Errors
    /// It cannot be read, or is no lock file.
    pub fn read(file: &Path) -> Result<Self, SourceError> {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => {
                return Err(SourceError::Unreadable {
                    file: file.to_owned(),
                    reason: error.to_string(),
                });
            }
        };
        let wrong = |reason: String| SourceError::NoLock {
            file: file.to_owned(),
            reason,
        };
        let lock: Self = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        for it in &lock.plugins {
            let manifest = it
                .manifest
                .as_deref()
                .map(|it| it.strip_prefix("sha256:").unwrap_or(it));
            if !is_sha256(&it.sha256) || !manifest.is_none_or(is_sha256) {
                return Err(wrong(format!("{}: a digest has 64 hexadecimal digits", it.source)));
            }
        }
        Ok(lock)
    }

    /// Writes the file, as a whole or not at all.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, file: &Path) -> Result<(), SourceError> {
        let wrong = |reason: String| SourceError::Unwritable {
            file: file.to_owned(),
            reason,
        };
        let mut sorted = self.clone();
        sorted.plugins.sort_by(|a, b| a.source.cmp(&b.source));
        let text = toml::to_string(&sorted).map_err(|error| wrong(error.to_string()))?;
        write_whole(file, format!("{HEAD}\n{text}").as_bytes()).map_err(|error| wrong(error.to_string()))
    }

    /// What a source was resolved to.
    #[must_use]
    pub fn find(&self, source: &Source) -> Option<&Locked> {
        let text = source.to_string();
        self.plugins.iter().find(|it| it.source == text)
    }

    /// Puts a source in, instead of what was there.
    pub fn set(&mut self, locked: Locked) -> Option<Locked> {
        let place = self.plugins.iter_mut().find(|it| it.source == locked.source);
        match place {
            Some(place) => Some(std::mem::replace(place, locked)),
            None => {
                self.plugins.push(locked);
                None
            }
        }
    }
}

/// Writes beside and renames: a reader sees the old or the new file, never a part.
pub(crate) fn write_whole(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
    let mut beside = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    beside.write_all(bytes)?;
    beside.as_file().sync_all()?;
    beside.persist(file).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deepfix.lock");
        assert_eq!(Lock::read(&file).unwrap(), Lock::default());
        let mut lock = Lock::default();
        for (source, manifest) in [("oci://b/c:1", Some("a".repeat(64))), ("https://a/x.wasm", None)] {
            let _ = lock.set(Locked {
                source: source.to_owned(),
                manifest,
                sha256: "b".repeat(64),
                size: 7,
            });
        }
        lock.write(&file).unwrap();
        let read = Lock::read(&file).unwrap();
        assert_eq!(read.plugins[0].source, "https://a/x.wasm");
        assert_eq!(read.find(&"oci://b/c:1".parse().unwrap()).unwrap().size, 7);
        fs::write(&file, "[[plugin]]\nsource = \"x\"\nsha256 = \"abc\"\nsize = 1").unwrap();
        assert!(
            Lock::read(&file)
                .unwrap_err()
                .to_string()
                .contains("64 hexadecimal digits")
        );
    }
}
