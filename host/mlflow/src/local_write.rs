//! A diagnosis, written to a run of `mlruns/`: the files that a tracking server on it would write.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    MlflowError, RunRecord, WriteBack,
    local::{failed, path_of},
    write_back::shortened,
};

/// Writes report and tags. The report first, as on a server.
pub(crate) fn write(root: &Path, run: &Path, record: &RunRecord, written: &WriteBack) -> Result<(), MlflowError> {
    let files = match files_of(root, record) {
        Some(files) => files,
        None => own_folder(root, run, "artifacts")?,
    };
    let report = own_folder(root, &files, "deepfix")?;
    put(&report, "report.html", &written.html)?;
    let tags = own_folder(root, run, "tags")?;
    for (key, value) in &written.tags {
        put(&tags, key, shortened(value))?;
    }
    Ok(())
}

/// Where the run says that its files are, as far as that is in its store.
fn files_of(root: &Path, record: &RunRecord) -> Option<PathBuf> {
    let named = root.join(path_of(&record.artifact_uri));
    let within = root.canonicalize().ok();
    let is_within = named
        .canonicalize()
        .is_ok_and(|it| within.is_some_and(|root| it.starts_with(root)));
    is_within.then_some(named)
}

/// A folder below one of the run, made where it is not there. A link that leads out of the store is none.
fn own_folder(root: &Path, parent: &Path, name: &str) -> Result<PathBuf, MlflowError> {
    let root = root.canonicalize().map_err(|error| failed(root, error))?;
    let within = |folder: &Path| match folder.canonicalize() {
        Ok(resolved) if resolved.starts_with(&root) => Ok(resolved),
        Ok(_) => Err(failed(folder, "it leads out of the store")),
        Err(error) => Err(failed(folder, error)),
    };
    // Before anything is made: what stands behind a link must not even get a folder.
    let folder = within(parent)?.join(name);
    if let Err(error) = fs::create_dir(&folder)
        && error.kind() != io::ErrorKind::AlreadyExists
    {
        return Err(failed(&folder, error));
    }
    within(&folder)
}

/// Writes a file beside its place and moves it there: whoever reads meanwhile finds the old one or the new one,
/// and a link in its place is replaced, not followed.
fn put(folder: &Path, name: &str, text: &str) -> Result<(), MlflowError> {
    let is_plain = !name.is_empty()
        && name != "."
        && name != ".."
        && name
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '_' | '-'));
    if !is_plain {
        return Err(failed(&folder.join(name), "no name of a file"));
    }
    let work = || -> io::Result<()> {
        let file = tempfile::NamedTempFile::new_in(folder)?;
        fs::write(file.path(), text)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644))?;
        }
        file.persist(folder.join(name)).map_err(|error| error.error)?;
        Ok(())
    };
    work().map_err(|error| failed(&folder.join(name), error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::FolderStore;

    fn store() -> (tempfile::TempDir, FolderStore) {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("1/abc");
        fs::create_dir_all(run.join("tags")).unwrap();
        let meta = format!(
            "run_id: abc\nrun_uuid: abc\nexperiment_id: '1'\nartifact_uri: file://{}\nstart_time: 1\nstatus: 3\nrun_name: x\n",
            run.join("artifacts").display()
        );
        fs::write(run.join("meta.yaml"), meta).unwrap();
        let store = FolderStore::new(folder.path().to_owned());
        (folder, store)
    }

    fn written() -> WriteBack {
        WriteBack {
            html: "<html></html>".to_owned(),
            tags: vec![("deepfix.verdict".to_owned(), "high".to_owned())],
        }
    }

    #[test]
    fn report_and_tags_are_files_of_the_run() {
        let (folder, store) = store();
        for _ in 0..2 {
            store.write_back("abc", &written()).unwrap();
        }
        let run = folder.path().join("1/abc");
        assert_eq!(fs::read_to_string(run.join("tags/deepfix.verdict")).unwrap(), "high");
        assert_eq!(
            fs::read_to_string(run.join("artifacts/deepfix/report.html")).unwrap(),
            "<html></html>"
        );
        assert_eq!(fs::read_dir(run.join("tags")).unwrap().count(), 1);
        assert!(store.write_back("nowhere", &written()).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_store_is_not_written_through() {
        let outside = tempfile::tempdir().unwrap();
        let (folder, store) = store();
        let run = folder.path().join("1/abc");
        fs::create_dir_all(run.join("artifacts")).unwrap();
        std::os::unix::fs::symlink(outside.path(), run.join("artifacts/deepfix")).unwrap();
        assert!(store.write_back("abc", &written()).is_err());
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
        // Nor is a folder made behind a link.
        fs::rename(run.join("artifacts"), folder.path().join("kept")).unwrap();
        std::os::unix::fs::symlink(outside.path(), run.join("artifacts")).unwrap();
        assert!(store.write_back("abc", &written()).is_err());
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
        fs::remove_file(run.join("artifacts")).unwrap();
        fs::rename(folder.path().join("kept"), run.join("artifacts")).unwrap();
        // A file that is a link is replaced.
        fs::remove_file(run.join("artifacts/deepfix")).unwrap();
        let secret = outside.path().join("secret");
        fs::write(&secret, "mine").unwrap();
        std::os::unix::fs::symlink(&secret, run.join("tags/deepfix.verdict")).unwrap();
        store.write_back("abc", &written()).unwrap();
        assert_eq!(fs::read_to_string(secret).unwrap(), "mine");
    }
}
