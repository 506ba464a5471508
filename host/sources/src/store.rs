//! Components and manifests by their digests, on disk. Nothing is believed because it lies here: it is
//! hashed again at each load.

use std::{fs, path::PathBuf};

use crate::{SourceError, digest::sha256, lock::write_whole};

#[derive(Debug, Clone)]
pub(crate) struct Store {
    pub(crate) folder: PathBuf,
}

impl Store {
    fn place(&self, digest: &str, kind: &str) -> PathBuf {
        self.folder.join(format!("{digest}.{kind}"))
    }

    /// The bytes of a digest, where they were kept.
    pub(crate) fn get(&self, digest: &str, kind: &str, source: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let file = self.place(digest, kind);
        let Ok(bytes) = fs::read(&file) else {
            return Ok(None);
        };
        let found = sha256(&bytes);
        if found == digest {
            return Ok(Some(bytes));
        }
        Err(SourceError::Tampered {
            source_text: source.to_owned(),
            file,
            found,
        })
    }

    pub(crate) fn put(&self, digest: &str, kind: &str, bytes: &[u8]) -> Result<(), SourceError> {
        let file = self.place(digest, kind);
        fs::create_dir_all(&self.folder)
            .and_then(|()| write_whole(&file, bytes))
            .map_err(|error| SourceError::Unwritable {
                file,
                reason: error.to_string(),
            })
    }

    /// Signatures and bundles, which prove themselves.
    pub(crate) fn proof(&self, digest: &str, kind: &str) -> Option<String> {
        fs::read_to_string(self.place(digest, kind)).ok()
    }
}
