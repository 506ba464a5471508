//! Which files of a run are what.

use deepfix_artifacts::{belongs_to, best_model};
use deepfix_core::ArtifactKind;

use crate::store::Listed;

/// Folders of the layout that DeepFix clients write, and the document in each.
const DOCUMENTS: [(ArtifactKind, &str); 4] = [
    (ArtifactKind::Dataset, "dataset/dataset.yaml"),
    (ArtifactKind::Deepchecks, "deepchecks/deepchecks.yaml"),
    (ArtifactKind::ModelCheckpoint, "model_checkpoint/model_checkpoint.yaml"),
    (ArtifactKind::Training, "training_artifacts/training_artifacts.yaml"),
];
/// The training artifact in two files.
const METRICS: &str = "training_artifacts/metrics.csv";
const PARAMS: &str = "training_artifacts/params.yaml";

/// Folders that never hold a model.
const SKIPPED: [&str; 7] = [
    "plots",
    "images",
    "figures",
    "traces",
    "eval_results",
    "explanations",
    "logs",
];

/// What was found among the files of a run.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    pub documents: Vec<(ArtifactKind, Listed)>,
    pub metrics: Option<Listed>,
    pub params: Option<Listed>,
}

impl Layout {
    /// The files of DeepFix's own layout.
    pub(crate) fn of(files: &[Listed]) -> Self {
        let find = |path: &str| files.iter().find(|it| it.path == path).cloned();
        Self {
            documents: DOCUMENTS
                .iter()
                .filter_map(|(kind, path)| Some((*kind, find(path)?)))
                .collect(),
            metrics: find(METRICS),
            params: find(PARAMS),
        }
    }
}

/// Whether a folder is worth a look. Each costs a request.
pub(crate) fn is_worth(folder: &str) -> bool {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    !name.starts_with(['.', '_']) && !SKIPPED.contains(&name.to_ascii_lowercase().as_str())
}

/// The best model file.
pub(crate) fn checkpoint(files: &[Listed]) -> Option<&Listed> {
    let files: Vec<&Listed> = files.iter().filter(|it| !it.is_folder).collect();
    let place = best_model(files.iter().map(|it| (it.path.as_str(), it.size)))?;
    files.get(place).copied()
}

/// A file that lies in the same folder.
pub(crate) fn beside<'a>(files: &'a [Listed], file: &Listed, name: &str) -> Option<&'a Listed> {
    let path = match file.path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{name}"),
        None => name.to_owned(),
    };
    files.iter().find(|it| it.path == path && !it.is_folder)
}

/// The files that belong to a model in several files.
pub(crate) fn parts<'a>(files: &'a [Listed], file: &Listed) -> Vec<&'a Listed> {
    let split = |path: &'a str| path.rsplit_once('/').unwrap_or(("", path));
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    files
        .iter()
        .filter(|it| {
            let (other, other_name) = split(&it.path);
            !it.is_folder && other == folder && belongs_to(name, other_name)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(paths: &[(&str, u64)]) -> Vec<Listed> {
        paths
            .iter()
            .map(|(path, size)| Listed {
                path: (*path).to_owned(),
                is_folder: false,
                size: *size,
            })
            .collect()
    }

    #[test]
    fn the_layout_of_clients_is_known() {
        let files = files(&[("dataset/dataset.yaml", 1), ("training_artifacts/metrics.csv", 1)]);
        let layout = Layout::of(&files);
        assert_eq!(layout.documents[0].0, ArtifactKind::Dataset);
        assert!(layout.metrics.is_some() && layout.params.is_none());
        let config = super::beside(&files, &files[0], "dataset.yaml");
        assert!(config.is_some());
    }
}
