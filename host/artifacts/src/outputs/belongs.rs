//! Which folder a log or a model is of: that of its training, as far as names and places tell.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    Entry,
    experiments::is_sure,
    homes::{is_fixed, is_part, is_run, name, parent, splits},
};
use crate::models;

/// What was seen in a folder: a sure log, a model.
type Seen = (bool, bool);

/// The folders of trainings.
#[derive(Debug, Default)]
pub(super) struct Belongs<'a> {
    /// Folders of splits that have a sibling.
    splits: BTreeSet<&'a str>,
    /// Folders that are called like parts, and hold a training each.
    own: BTreeSet<&'a str>,
    /// Models that are called like a folder of logs elsewhere.
    paired: BTreeMap<&'a str, &'a str>,
    /// The folders that these models were in.
    torn: BTreeSet<&'a str>,
    /// Runs of Weights & Biases that are of the folder above `wandb`.
    folded: BTreeMap<&'a str, &'a str>,
    /// Those that are not, for some have a model of their own.
    runs: BTreeSet<&'a str>,
}

impl<'a> Belongs<'a> {
    pub(super) fn of(files: &'a [Entry]) -> Self {
        let mut all = Self {
            splits: splits(files),
            ..Self::default()
        };
        let seen = |it: &'a Entry| (it.path.as_str(), (is_sure(&it.path), models::is_one(&it.path, it.size)));
        let seen: Vec<(&str, Seen)> = files.iter().map(seen).filter(|it| it.1.0 || it.1.1).collect();
        all.own = all.standing(&seen);
        all.pair(&seen);
        all.fold(&seen);
        all
    }

    fn is_part(&self, folder: &str) -> bool {
        !folder.is_empty() && !self.own.contains(folder) && (is_part(folder) || self.splits.contains(folder))
    }

    /// The folder of the training that has what lies in this one.
    pub(super) fn whole<'b>(&self, mut folder: &'b str) -> &'b str {
        while self.is_part(folder) {
            folder = parent(folder.trim_end_matches('/'));
        }
        folder
    }

    /// The folder of the training that a log or a model is of.
    pub(super) fn home<'b>(&self, path: &'b str) -> &'b str
    where
        'a: 'b,
    {
        let home = match self.paired.get(path) {
            Some(home) => home,
            None => self.whole(parent(path)),
        };
        self.folded.get(home).copied().unwrap_or(home)
    }

    /// Whether it is one of several runs of Weights & Biases of which some have a model of their own.
    pub(super) fn is_own_run(&self, home: &str) -> bool {
        self.runs.contains(home)
    }

    /// Whether models of a folder were told to be those of logs elsewhere: the others are of no log that is left.
    pub(super) fn is_torn(&self, home: &str) -> bool {
        self.torn.contains(home)
    }

    /// Parts that have a curve and a model, where there are several of them.
    fn standing(&self, files: &[(&'a str, Seen)]) -> BTreeSet<&'a str> {
        let depth = |it: &str| Reverse(it.matches('/').count());
        let mut rest: BTreeMap<(Reverse<usize>, &str), Seen> = BTreeMap::new();
        let add = |seen: &mut Seen, more: Seen| *seen = (seen.0 || more.0, seen.1 || more.1);
        for (path, seen) in files {
            let folder = parent(path);
            add(rest.entry((depth(folder), folder)).or_default(), *seen);
        }
        let mut complete: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        // The deepest first.
        while let Some(((_, folder), seen)) = rest.pop_first() {
            if !self.is_part(folder) {
                continue;
            }
            let above = parent(folder.trim_end_matches('/'));
            if seen == (true, true) && !is_fixed(folder) && !self.splits.contains(folder) {
                complete.entry(self.whole(above)).or_default().push(folder);
            } else {
                add(rest.entry((depth(above), above)).or_default(), seen);
            }
        }
        complete.into_values().filter(|it| it.len() > 1).flatten().collect()
    }

    fn seen(&self, files: &[(&'a str, Seen)]) -> BTreeMap<&'a str, Seen> {
        let mut homes: BTreeMap<&str, Seen> = BTreeMap::new();
        for (path, seen) in files {
            let home = homes.entry(self.home(path)).or_default();
            *home = (home.0 || seen.0, home.1 || seen.1);
        }
        homes
    }

    /// `logs/a` has the curve of `weights/a.pt` or `models/a/net.pt`, where there are several.
    fn pair(&mut self, files: &[(&'a str, Seen)]) {
        let homes = self.seen(files);
        let logs = homes
            .iter()
            .filter(|(it, seen)| **seen == (true, false) && !it.is_empty());
        let logs: Vec<&str> = logs.map(|it| *it.0).collect();
        if logs.len() < 2 {
            return;
        }
        let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for log in &logs {
            let called = name(log);
            let called = if is_run(log) { called.rsplit('-').next() } else { None }.unwrap_or(called);
            by_name.entry(called).or_default().push(log);
        }
        for (path, _) in files.iter().filter(|it| it.1.1) {
            let home = self.whole(parent(path));
            let has_log = homes.get(home).is_none_or(|it| it.0) || logs.iter().any(|it| path.starts_with(it));
            let file = path.rsplit('/').next().unwrap_or(path);
            let stem = file.split('.').next().unwrap_or(file);
            let mut same = [name(home), stem].into_iter().filter_map(|it| by_name.get(it));
            if let (false, Some([log])) = (has_log, same.next().map(Vec::as_slice)) {
                self.paired.insert(path, log);
                self.torn.insert(home);
            }
        }
    }

    /// Runs of Weights & Biases are of the training above them, unless one of several has a model.
    fn fold(&mut self, files: &[(&'a str, Seen)]) {
        let mut groups: BTreeMap<&str, Vec<(&str, Seen)>> = BTreeMap::new();
        for (run, seen) in self.seen(files).into_iter().filter(|it| is_run(it.0)) {
            let above = self.whole(parent(run.trim_end_matches('/')));
            groups.entry(above).or_default().push((run, seen));
        }
        for (above, runs) in groups {
            if runs.len() > 1 && runs.iter().any(|it| it.1.1) {
                self.runs.extend(runs.into_iter().map(|it| it.0));
            } else {
                self.folded.extend(runs.into_iter().map(|it| (it.0, above)));
            }
        }
    }
}
