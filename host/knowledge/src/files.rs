//! Finding and reading the Markdown files of a base.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::error::KnowledgeError;
use crate::limits::{MAX_FILE_BYTES, MAX_FOLDER_DEPTH};

/// The Markdown files of the paths: each path in turn, the entries of a folder by name.
pub(crate) fn markdown_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, KnowledgeError> {
    let mut files = Vec::new();
    for path in paths {
        if fs::metadata(path).map_err(read_error(path))?.is_dir() {
            walk(path, 0, &mut files)?;
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), KnowledgeError> {
    if depth > MAX_FOLDER_DEPTH {
        return Err(KnowledgeError::TooDeep {
            path: folder.to_path_buf(),
        });
    }
    let entries: io::Result<Vec<_>> = fs::read_dir(folder).and_then(Iterator::collect);
    let mut entries = entries.map_err(read_error(folder))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), entry.file_name());
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        // Linked folders are not entered: they could form a loop. Linked files are read, as
        // Kubernetes mounts a ConfigMap that way.
        if entry.file_type().map_err(read_error(&path))?.is_dir() {
            walk(&path, depth + 1, files)?;
        } else if is_document(&path, &name) && fs::metadata(&path).map_err(read_error(&path))?.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

/// A README explains a folder to people; it is no document of the base.
fn is_document(path: &Path, name: &OsStr) -> bool {
    path.extension().is_some_and(|extension| extension == "md") && name != "README.md"
}

/// The text of a file of at most [`MAX_FILE_BYTES`].
pub(crate) fn read(path: &Path) -> Result<String, KnowledgeError> {
    let file = File::open(path).map_err(read_error(path))?;
    let mut bytes = Vec::new();
    // The size is that of what was read: a file can grow after it was asked for.
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(read_error(path))?;
    if u64::try_from(bytes.len()).is_ok_and(|read| read > MAX_FILE_BYTES) {
        let bytes = fs::metadata(path).map_or(MAX_FILE_BYTES + 1, |metadata| metadata.len());
        return Err(KnowledgeError::FileTooLarge {
            path: path.to_path_buf(),
            bytes,
        });
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error
            .as_bytes()
            .get(..error.utf8_error().valid_up_to())
            .unwrap_or_default();
        let line = good.iter().filter(|&&byte| byte == b'\n').count() + 1;
        KnowledgeError::NotUtf8 {
            path: path.to_path_buf(),
            line,
        }
    })
}

fn read_error(path: &Path) -> impl Fn(io::Error) -> KnowledgeError {
    move |source| KnowledgeError::Read {
        path: path.to_path_buf(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_walked_in_order_without_hidden_files_and_readmes() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in [
            "b/c.md",
            "b/README.md",
            "a.md",
            "z.md",
            "notes.txt",
            ".git/x.md",
            "b.d/q.md",
        ] {
            fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
            fs::write(root.join(name), "").unwrap();
        }
        let other = tempfile::NamedTempFile::new().unwrap();
        let found = markdown_files(&[other.path().to_path_buf(), root.to_path_buf()]).unwrap();
        let expected: Vec<PathBuf> = ["a.md", "b/c.md", "b.d/q.md", "z.md"]
            .map(|name| root.join(name))
            .into();
        assert_eq!(found[0], other.path());
        assert_eq!(found[1..], expected);
    }

    #[cfg(unix)]
    #[test]
    fn linked_files_are_read_and_linked_folders_are_not_entered() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("a.txt"), "").unwrap();
        std::os::unix::fs::symlink(root.join("a.txt"), root.join("a.md")).unwrap();
        std::os::unix::fs::symlink(root, root.join("loop")).unwrap();
        assert_eq!(markdown_files(&[root.to_path_buf()]).unwrap(), [root.join("a.md")]);
    }

    #[test]
    fn folders_deeper_than_the_bound_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let nested = |depth: usize| (0..depth).fold(folder.path().to_path_buf(), |path, _| path.join("d"));
        fs::create_dir_all(nested(MAX_FOLDER_DEPTH)).unwrap();
        assert!(markdown_files(&[folder.path().to_path_buf()]).is_ok());
        fs::create_dir_all(nested(MAX_FOLDER_DEPTH + 1)).unwrap();
        assert!(matches!(
            markdown_files(&[folder.path().to_path_buf()]),
            Err(KnowledgeError::TooDeep { .. })
        ));
    }

    #[test]
    fn a_file_over_the_bound_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let largest = usize::try_from(MAX_FILE_BYTES).unwrap();
        fs::write(file.path(), "a".repeat(largest)).unwrap();
        assert_eq!(read(file.path()).unwrap().len(), largest);
        fs::write(file.path(), "a".repeat(largest + 7)).unwrap();
        let KnowledgeError::FileTooLarge { bytes, .. } = read(file.path()).unwrap_err() else {
            panic!()
        };
        assert_eq!(bytes, MAX_FILE_BYTES + 7);
    }

    #[test]
    fn text_that_is_not_utf_8_is_refused_with_its_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), b"one\ntwo \xff\n").unwrap();
        assert!(matches!(
            read(file.path()),
            Err(KnowledgeError::NotUtf8 { line: 2, .. })
        ));
    }

    #[test]
    fn a_path_that_does_not_exist_is_named() {
        let error = markdown_files(&["/no/such/folder".into()]).unwrap_err();
        assert!(
            error.to_string().starts_with("/no/such/folder: cannot be read"),
            "{error}"
        );
    }
}
