//! The index that is kept on disk: used again, built again, never in the way.

use std::path::{Path, PathBuf};

use super::*;

fn stored(index: &Path, folder: &TempDir) -> KnowledgeBase {
    KnowledgeBase::open_or_build(index, &[folder.path().to_path_buf()]).unwrap()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    entries
}

#[test]
fn a_stored_index_answers_as_one_in_memory_and_is_used_again() {
    let (documents, place) = (folder(&files()), tempfile::tempdir().unwrap());
    let index = place.path().join("new/index");
    let expected = search(&load(&documents).unwrap(), "stripes of peel");
    assert_eq!(search(&stored(&index, &documents), "stripes of peel"), expected);
    let built = entries(&index);
    assert_eq!(built.len(), 1);
    let modified = |entry: &PathBuf| fs::metadata(entry.join("meta.json")).unwrap().modified().unwrap();
    let first = modified(&built[0]);

    assert_eq!(search(&stored(&index, &documents), "stripes of peel"), expected);
    assert_eq!(entries(&index), built);
    assert_eq!(modified(&built[0]), first);
}

#[test]
fn a_changed_base_gets_a_new_stored_index() {
    let (documents, index) = (folder(&files()), tempfile::tempdir().unwrap());
    assert!(search(&stored(index.path(), &documents), "mango").is_empty());
    fs::write(
        documents.path().join("4.md"),
        document("mango", "training", "", "## Stone\nText.\n"),
    )
    .unwrap();
    assert_eq!(
        ids(&search(&stored(index.path(), &documents), "mango")),
        ["mango#stone"]
    );
    assert_eq!(entries(index.path()).len(), 2);
}

#[test]
fn a_damaged_stored_index_is_built_again() {
    let (documents, index) = (folder(&files()), tempfile::tempdir().unwrap());
    let expected = search(&stored(index.path(), &documents), "stripes");
    let built = entries(index.path()).remove(0);
    for file in entries(&built).iter().filter(|file| file.is_file()) {
        for damage in [&b""[..], &b"not an index"[..]] {
            fs::write(file, damage).unwrap();
            assert_eq!(
                search(&stored(index.path(), &documents), "stripes"),
                expected,
                "{}",
                file.display()
            );
        }
    }
}

#[test]
fn an_index_folder_that_cannot_be_written_is_named() {
    let (documents, file) = (folder(&files()), tempfile::NamedTempFile::new().unwrap());
    let error = KnowledgeBase::open_or_build(file.path(), &[documents.path().to_path_buf()]).unwrap_err();
    let KnowledgeError::Store { path, .. } = error else {
        panic!("{error}")
    };
    assert!(path.starts_with(file.path()));
}

#[test]
fn threads_that_build_the_same_index_do_not_meet() {
    let (documents, index) = (folder(&files()), tempfile::tempdir().unwrap());
    let expected = search(&load(&documents).unwrap(), "stripes");
    std::thread::scope(|scope| {
        let builders: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| stored(index.path(), &documents)))
            .collect();
        for builder in builders {
            assert_eq!(search(&builder.join().unwrap(), "stripes"), expected);
        }
    });
    assert_eq!(entries(index.path()).len(), 1);
}
