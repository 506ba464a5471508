//! Folders that hold more than one experiment leaves, or hold it further down: what is read of them, and what is
//! said of the rest.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod experiments;
mod logs;
mod tables;

use std::fs;

use deepfix_artifacts::{FolderContents, FolderLimits, read_file, read_folder};
use deepfix_core::ArtifactKind;
use tempfile::TempDir;

const LOG: &str = "epoch,train_loss,val_loss\n0,1.5,1.6\n1,1.2,1.4\n";
const TABLE: &str = "age,income,target\n1,2,0\n3,4,1\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    folder
}

fn read(files: &[(&str, &str)]) -> FolderContents {
    read_folder(folder(files).path(), &FolderLimits::default()).unwrap()
}

fn warnings(found: &FolderContents) -> String {
    found.experiment.warnings.join("\n")
}

fn rows(found: &FolderContents) -> Option<usize> {
    let training = found.experiment.artifacts.get(ArtifactKind::Training)?;
    Some(training.tables.get("metrics")?.rows())
}

fn rate(found: &FolderContents) -> serde_json::Value {
    let training = found.experiment.artifacts.get(ArtifactKind::Training).unwrap();
    training.document["params"]["lr"].clone()
}
