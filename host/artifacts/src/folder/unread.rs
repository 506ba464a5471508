//! What was recognised in a folder and is not read: the user would take silence for "looked at".

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::paste::ingest;
use crate::{
    belongs_to, models,
    outputs::{self, Entry, Experiments, ReadVersion},
};

/// Endings of tables, in the order in which one of a folder is looked for.
pub const TABLE_ENDINGS: [&str; 6] = ["csv", "tsv", "parquet", "pq", "arrow", "feather"];
/// Stems of documents that an experiment leaves.
const DOCUMENTS: [&str; 5] = [
    "request",
    "dataset",
    "deepchecks",
    "model_checkpoint",
    "training_artifacts",
];
/// Folders and kinds of files that are told of, a line each: a folder of a hundred runs must not hide the report.
const MAX_LINES: usize = 6;
/// Files that a line names; the others are counted.
const MAX_NAMES: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Table,
    Log,
    Model,
    Document,
}

/// What is known of the folder.
pub(super) struct Known<'a> {
    /// As the user named it.
    pub folder: &'a Path,
    pub files: &'a [Entry],
    pub experiments: &'a Experiments<'a>,
    /// The version of Lightning whose log is read; none where the metrics lie in the folder itself.
    pub version: Option<&'a ReadVersion<'a>>,
    /// The model that is read.
    pub model: Option<&'a str>,
    /// The files that were looked into.
    pub used: &'a BTreeSet<String>,
    /// Whether `train` and `test` of the folder itself are read by another, or stand in a document already.
    pub own_tables: bool,
}

/// One line for each folder, or kind of files, that was not read, and what to do about it.
pub(super) fn told(known: &Known<'_>) -> Vec<String> {
    let mut folders: BTreeMap<&str, Vec<(What, &str)>> = BTreeMap::new();
    let mut lines: BTreeMap<What, Vec<&str>> = BTreeMap::new();
    for (what, path) in known.unread() {
        match known.own_folder(path) {
            _ if what == What::Model && known.is_of_same_training(path) => lines.entry(what).or_default().push(path),
            Some(folder) => folders.entry(folder).or_default().push((what, path)),
            None => lines.entry(what).or_default().push(path),
        }
    }
    let mut said: Vec<String> = lines
        .into_iter()
        .map(|(what, paths)| known.line(what, &paths))
        .collect();
    said.extend(
        folders
            .into_iter()
            .map(|(folder, files)| known.of_folder(folder, &files)),
    );
    let more = said.len().saturating_sub(MAX_LINES);
    said.truncate(MAX_LINES);
    if more > 0 {
        said.push(format!(
            "{more} more folders with tables, logs or models were not read; name one to read it"
        ));
    }
    said
}

impl Known<'_> {
    /// The files that are recognised and that nothing looked into.
    fn unread(&self) -> Vec<(What, &str)> {
        let used_by = |is: fn(&str) -> bool| self.used.iter().any(|it| is(it));
        // Of these the reader of the one that was chosen has told already.
        let events = used_by(outputs::is_events);
        let told = |path: &str| {
            let is_other = self.version.is_some_and(|version| !version.has(path));
            self.experiments.has(path) && (is_other || (events && outputs::is_events(path)))
        };
        self.files
            .iter()
            .filter(|it| !self.used.contains(&it.path) && !self.is_part(&it.path))
            .filter(|it| !told(&it.path))
            .filter(|it| {
                let is_same = |used: &str| is_state(used) && same(used, &it.path);
                !(is_state(&it.path) && self.experiments.has(&it.path) && self.used.iter().any(|used| is_same(used)))
            })
            .filter_map(|it| Some((self.what(it)?, it.path.as_str())))
            .collect()
    }

    fn what(&self, file: &Entry) -> Option<What> {
        let name = file.path.rsplit('/').next()?.to_ascii_lowercase();
        let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
        if outputs::is_log(&file.path) {
            return Some(What::Log);
        }
        if TABLE_ENDINGS.contains(&ending) {
            return (!self.own_tables || !self.is_own(&file.path)).then_some(What::Table);
        }
        if models::is_one(&file.path, file.size) {
            return Some(What::Model);
        }
        (DOCUMENTS.contains(&stem) && matches!(ending, "json" | "yaml" | "yml")).then_some(What::Document)
    }

    /// Whether a table is the one that the command line reads of the folder: of several the first.
    fn is_own(&self, path: &str) -> bool {
        if !path.starts_with("train.") && !path.starts_with("test.") {
            return false;
        }
        ["train", "test"].into_iter().any(|stem| {
            let names = TABLE_ENDINGS.iter().map(|ending| format!("{stem}.{ending}"));
            let mut there = names.filter(|name| self.files.iter().any(|it| it.path == *name));
            there.next().is_some_and(|it| it == path)
        })
    }

    /// Whether a file is a part of the model that is read.
    fn is_part(&self, path: &str) -> bool {
        let Some(model) = self.model else { return false };
        let split = |path: &str| {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            (folder.to_owned(), name.to_owned())
        };
        let ((folder, name), (own, part)) = (split(model), split(path));
        folder == own && belongs_to(&name, &part)
    }

    /// Whether a model is another checkpoint of the training whose model is read.
    fn is_of_same_training(&self, path: &str) -> bool {
        // Folders with a number may be trainings of their own.
        self.experiments.has(path) && self.model.is_some_and(|model| same(model, path))
    }

    /// The topmost folder around a file of which nothing is read; none where its own folder is read from.
    fn own_folder<'b>(&self, path: &'b str) -> Option<&'b str> {
        let mut folders = path.match_indices('/').filter_map(|(at, _)| path.get(..=at));
        folders
            .find(|folder| !self.used.iter().any(|it| it.starts_with(folder)))
            .map(|it| it.trim_end_matches('/'))
    }
}

fn is_state(path: &str) -> bool {
    path.rsplit('/').next() == Some("trainer_state.json")
}

/// Whether two files are of one training: in the same folder, or in folders that are numbered by their steps.
fn same(a: &str, b: &str) -> bool {
    let family = |path: &str| {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        let is_step = ["checkpoint-", "checkpoint_", "step", "epoch"]
            .iter()
            .any(|it| name.starts_with(it) && name.ends_with(|it: char| it.is_ascii_digit()));
        if is_step { above.to_owned() } else { folder.to_owned() }
    };
    family(a) == family(b)
}

fn names(paths: &[&str]) -> String {
    let shown: Vec<&str> = paths.iter().take(MAX_NAMES).copied().collect();
    let more = paths.len().saturating_sub(MAX_NAMES);
    let more = if more > 0 { format!(" (+{more})") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

impl Known<'_> {
    /// Files beside those that are read.
    fn line(&self, what: What, paths: &[&str]) -> String {
        let names = names(paths);
        let why = match what {
            What::Table => {
                let flags = ingest(self.folder, paths, self.train());
                format!(
                    "a table of a folder is read where it is called train.csv or test.csv; name its file, or use {flags}"
                )
            }
            What::Log => "one log of metrics is read at a time; name its file to read it".to_owned(),
            What::Model => "one model is read at a time; name its file to read it".to_owned(),
            What::Document => "another document is read for it, or its folder is not the one that was named".to_owned(),
        };
        format!("`{names}` was not read: {why}")
    }

    /// A folder of which nothing is read.
    fn of_folder(&self, folder: &str, files: &[(What, &str)]) -> String {
        let paths: Vec<&str> = files.iter().map(|it| it.1).collect();
        let within: Vec<&str> = paths
            .iter()
            .map(|it| it.strip_prefix(folder).unwrap_or(it).trim_start_matches('/'))
            .collect();
        let names = names(&within);
        let only = |what: What| files.iter().all(|it| it.0 == what);
        let why = if only(What::Table) {
            format!(
                "tables are read in the folder that is named; name this one, or use {}",
                ingest(self.folder, &paths, None)
            )
        } else {
            let what = if only(What::Log) {
                "log of metrics"
            } else if only(What::Model) {
                "model"
            } else {
                "experiment"
            };
            format!("one {what} is read at a time; name this folder to read it")
        };
        format!("`{folder}` was not read: it holds {names}; {why}")
    }

    /// The training table of the folder itself, where it has one.
    fn train(&self) -> Option<&str> {
        let names = TABLE_ENDINGS.iter().map(|ending| format!("train.{ending}"));
        let mut there = names.filter_map(|name| self.files.iter().find(|it| it.path == name));
        there.next().map(|it| it.path.as_str())
    }
}

/// Whether a file is called like a table or a document that an experiment leaves.
pub(crate) fn is_document(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
    TABLE_ENDINGS.contains(&ending)
        || (DOCUMENTS.contains(&stem) && matches!(ending, "json" | "yaml" | "yml"))
        || outputs::is_params(&name)
}
