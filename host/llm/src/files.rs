//! Files that hold prompts and answers: readable for their owner alone, complete or not there.

use std::{io::Write as _, path::Path};

use serde_json::Value as Json;

/// Writes beside and renames.
pub(crate) fn write_private(file: &Path, json: &Json) -> std::io::Result<()> {
    let beside = file.with_extension(format!("{}-{:x}", std::process::id(), fastrand::u64(..)));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options
        .open(&beside)
        .and_then(|mut it| it.write_all(json.to_string().as_bytes()))
        .and_then(|()| std::fs::rename(&beside, file));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}

/// A digest as a file name.
pub(crate) fn digest(json: &Json) -> String {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(json.to_string().as_bytes())
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect()
}
