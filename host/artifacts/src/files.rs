//! Files that a request may name.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use deepfix_core::Blob;

/// Which files may be read.
#[derive(Debug, Clone, Default)]
pub struct FileAccess {
    roots: Vec<PathBuf>,
}

impl FileAccess {
    /// Only files below these folders, links resolved. A root that does not exist allows
    /// nothing.
    #[must_use]
    pub fn below(roots: &[PathBuf]) -> Self {
        Self {
            roots: roots.iter().filter_map(|root| root.canonicalize().ok()).collect(),
        }
    }

    /// Files below a folder that the user named himself. A snapshot of a Hugging Face hub's cache has its files
    /// in `blobs` beside `snapshots`, and links to them.
    #[must_use]
    pub fn of_folder(folder: &Path) -> Self {
        let mut access = Self::below(&[folder.to_owned()]);
        if let Some(root) = access.roots.first()
            && let Some(snapshots) = root.ancestors().find(|it| it.ends_with("snapshots"))
            && let Some(model) = snapshots.parent()
        {
            let blobs = Self::below(&[model.join("blobs")]);
            access.roots.extend(blobs.roots);
        }
        access
    }

    /// The regular file that a path leads to, links resolved, if it is below a root.
    pub(crate) fn file(&self, path: &Path) -> Option<PathBuf> {
        let file = path.canonicalize().ok()?;
        let is_below = self.roots.iter().any(|root| file.starts_with(root));
        (is_below && file.is_file()).then_some(file)
    }

    /// The file that a path names, if it is a regular file below a root. A relative path is
    /// tried below each root.
    ///
    /// # Errors
    /// One message for every reason: a request must not learn which files exist elsewhere.
    pub fn resolve(&self, path: &Path) -> Result<PathBuf, String> {
        self.named(path).map(|(_, file)| file)
    }

    /// The same, with the path under which it was found: the name at the end of a link may be another one.
    pub(crate) fn named(&self, path: &Path) -> Result<(PathBuf, PathBuf), String> {
        let candidates: Vec<PathBuf> = if path.is_absolute() {
            vec![path.to_owned()]
        } else {
            self.roots.iter().map(|it| it.join(path)).collect()
        };
        candidates
            .iter()
            .find_map(|candidate| Some((candidate.clone(), self.file(candidate)?)))
            .ok_or_else(|| {
                if self.roots.is_empty() {
                    "no folder is configured from which requests may name files; add one to `[artifacts] roots` in \
                     deepfix.toml"
                        .to_owned()
                } else {
                    "not a readable file below a folder of `[artifacts] roots` in deepfix.toml".to_owned()
                }
            })
    }
}

/// A file as a blob: nothing of it is kept in memory.
#[derive(Debug)]
pub struct FileBlob {
    file: File,
    size: u64,
}

impl FileBlob {
    /// Opens a regular file.
    ///
    /// # Errors
    /// It cannot be opened, or is not a regular file.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        Ok(Self {
            size: metadata.len(),
            file,
        })
    }
}

impl Blob for FileBlob {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        use std::os::unix::fs::FileExt;
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, offset.saturating_add(filled as u64)) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_below_a_root_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        std::fs::create_dir_all(root.join("run")).unwrap();
        std::fs::write(root.join("run/model.bin"), b"x").unwrap();
        std::fs::write(folder.path().join("secret"), b"x").unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret"), root.join("link")).unwrap();
        let access = FileAccess::below(std::slice::from_ref(&root));
        assert!(access.resolve(&root.join("run/model.bin")).is_ok());
        assert!(access.resolve(Path::new("run/model.bin")).is_ok());
        for path in ["../secret", "link", "run", "nowhere", "/etc/passwd"] {
            assert!(access.resolve(Path::new(path)).is_err(), "{path}");
        }
        assert!(
            FileAccess::default()
                .resolve(&root.join("run/model.bin"))
                .unwrap_err()
                .contains("[artifacts] roots")
        );
    }

    #[test]
    fn a_read_beyond_the_end_is_short() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, b"abcdef").unwrap();
        let blob = FileBlob::open(&path).unwrap();
        let mut buffer = [0; 4];
        assert_eq!(blob.read_at(4, &mut buffer).unwrap(), 2);
        assert_eq!(blob.read_at(u64::MAX - 1, &mut buffer).unwrap_or(0), 0);
        assert!(FileBlob::open(folder.path()).is_err());
    }
}
