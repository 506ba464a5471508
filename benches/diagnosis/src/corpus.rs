//! A folder of labelled experiments.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::Result;

/// Deeper folders are no corpus but something that got into the path.
const DEEPEST: usize = 8;

/// What is known of an experiment: what was injected, and what else is really there.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Label {
    /// The name.
    pub case_id: String,
    /// Codes that have to be reported.
    pub faults: Vec<String>,
    /// Codes that join two artifacts, where the second really confirms the first.
    pub cross_expected: Vec<String>,
    /// Consequences and natural faults: to report them is neither right nor wrong.
    pub also_ok: Vec<String>,
    /// How bad.
    pub severity: Option<String>,
    /// How plain.
    pub strength: String,
    /// Nothing is wrong.
    pub clean: bool,
    /// What makes a healthy case special.
    pub kind: Option<String>,
    /// For people.
    pub notes: String,
    /// What it is made of.
    pub dataset: Option<String>,
}

impl Label {
    pub(crate) fn required(&self) -> BTreeSet<String> {
        self.faults.iter().map(|it| leaf(it)).collect()
    }

    /// Neither required nor a false alarm.
    pub(crate) fn neutral(&self) -> BTreeSet<String> {
        let required = self.required();
        let allowed = self.also_ok.iter().chain(&self.cross_expected).map(|it| leaf(it));
        allowed.filter(|it| !required.contains(it)).collect()
    }

    /// Whether a finding of this code, its last component, is right: required or allowed.
    #[must_use]
    pub fn is_right(&self, code: &str) -> bool {
        self.required().contains(code) || self.neutral().contains(code)
    }
}

/// The last component of a code: leaf names are unique, and which agent sees a fault is not scored.
#[must_use]
pub fn leaf(code: &str) -> String {
    let code = code.trim().to_lowercase();
    let last = code.rsplit('.').next().unwrap_or_default();
    last.replace(['-', ' '], "_")
}

/// A labelled experiment.
#[derive(Debug, Clone)]
pub struct Case {
    /// Where its files are.
    pub folder: PathBuf,
    /// What is known of it.
    pub label: Label,
}

/// All experiments below a folder that have a label: `label.json` beside `request.json` or beside
/// the files of an experiment, or else `labels/ID.json` for `cases/ID/request.json`.
///
/// # Errors
/// The folder cannot be read, a label is no JSON, or there is no labelled experiment.
pub fn load(corpus: &Path) -> Result<Vec<Case>> {
    let mut folders = Vec::new();
    walk(corpus, 0, &mut folders)?;
    folders.sort();
    let mut cases = Vec::new();
    for folder in folders {
        let Some(file) = label_file(corpus, &folder) else {
            continue;
        };
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let mut label: Label = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        if label.case_id.is_empty() {
            label.case_id = name(&folder);
        }
        cases.push(Case { folder, label });
    }
    if cases.is_empty() {
        return Err(format!(
            "{}: no labelled experiment; looked for folders with label.json beside request.json (or metrics.csv, \
             train.csv, ...), and for labels/ID.json of cases/ID/request.json",
            corpus.display()
        )
        .into());
    }
    Ok(cases)
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<()> {
    if depth > DEEPEST {
        return Ok(());
    }
    if ["request.json", "label.json"]
        .iter()
        .any(|it| folder.join(it).is_file())
    {
        found.push(folder.to_owned());
    }
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), depth + 1, found)?;
        }
    }
    Ok(())
}

fn label_file(corpus: &Path, folder: &Path) -> Option<PathBuf> {
    let file = format!("{}.json", name(folder));
    let beside = folder
        .parent()
        .and_then(Path::parent)
        .map(|it| it.join("labels").join(&file));
    [
        Some(folder.join("label.json")),
        beside,
        Some(corpus.join("labels").join(&file)),
    ]
    .into_iter()
    .flatten()
    .find(|it| it.is_file())
}

fn name(folder: &Path) -> String {
    folder
        .file_name()
        .map(|it| it.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_component_of_a_code_counts() {
        assert_eq!(leaf(" training.LR-too high "), "lr_too_high");
        assert_eq!(leaf("overfitting"), "overfitting");
    }

    #[test]
    fn both_layouts_of_a_corpus_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str, text: &str| {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        at("deep/a/request.json", "{}");
        at("deep/a/label.json", r#"{"case_id": "a", "clean": true}"#);
        at("cases/b/request.json", "{}");
        at("labels/b.json", r#"{"faults": ["x.y"]}"#);
        at("files/c/label.json", "{}");
        at("unlabelled/d/request.json", "{}");
        let cases = load(folder.path()).unwrap();
        let ids: Vec<_> = cases.iter().map(|it| it.label.case_id.as_str()).collect();
        assert_eq!(ids, ["b", "a", "c"], "a label without an id takes the folder's name");
        let error = load(&folder.path().join("unlabelled")).unwrap_err().to_string();
        assert!(error.contains("no labelled experiment"), "{error}");
    }

    #[test]
    fn what_is_required_is_not_neutral() {
        let label = Label {
            faults: vec!["a.x".into()],
            also_ok: vec!["b.x".into(), "b.y".into()],
            cross_expected: vec!["cross.z".into()],
            ..Label::default()
        };
        assert_eq!(Vec::from_iter(label.neutral()), ["y", "z"]);
        assert!(label.is_right("x") && label.is_right("z") && !label.is_right("w"));
    }
}
