//! Which files of a folder are of one and the same training, where several lie in it: the curve of one beside the
//! model of another would be a diagnosis of neither.
//!
//! Logs and models have a home: their folder, without the parts of it that frameworks make for themselves
//! (`checkpoints`, `version_3`, `logs/train`). A home that has only one of the two is a part of the one above it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::{
    ANYWHERE, Entry,
    belongs::Belongs,
    homes::{above, is_part, parent},
    is_events, is_log,
    lightning::version,
    several::Several,
    sure_log,
};
use crate::{best_model, folder::pasted, models};

/// Stems of files with parameters.
const PARAMS: [&str; 2] = ["params", "hparams"];
/// Other experiments that a warning names; more are counted.
const MAX_NAMES: usize = 5;

/// How sure a file is a log of metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Log {
    #[default]
    None,
    /// By a name that other files have as well; only beside a model.
    Doubtful,
    Sure,
}

/// What lies in a home.
#[derive(Debug, Clone, Default)]
struct Home<'a> {
    log: Log,
    model: bool,
    params: bool,
    several: Several<'a>,
    /// One of its logs.
    at: Option<&'a str>,
}

impl Home<'_> {
    fn is_complete(&self) -> bool {
        self.log > Log::None && self.model
    }

    fn is_experiment(&self) -> bool {
        self.log == Log::Sure || self.is_complete()
    }
}

/// The experiments of a folder.
#[derive(Debug, Default)]
pub(crate) struct Experiments<'a> {
    experiments: BTreeMap<&'a str, Home<'a>>,
    /// Where a home is a part of another one.
    part_of: BTreeMap<&'a str, &'a str>,
    belongs: Belongs<'a>,
    /// Those of which nothing is read.
    left_out: BTreeSet<&'a str>,
    /// Those with several runs and models of which nothing tells what belongs to what.
    unclear: BTreeSet<&'a str>,
}

impl<'a> Experiments<'a> {
    /// `has_metrics`: whether the folder itself has the metrics, which are read then.
    pub(crate) fn of(files: &'a [Entry], has_metrics: bool) -> Self {
        let mut all = Self {
            belongs: Belongs::of(files),
            ..Self::default()
        };
        // A name before what it is the beginning of: above before below.
        for (name, home) in all.homes(files) {
            // What may be a log is read as one in the folder itself alone, or beside a model.
            let is_read = home.log == Log::Sure || home.model || (name.is_empty() && home.log > Log::None);
            if !home.is_complete() && !is_read {
                continue;
            }
            let above = if home.is_complete() || all.belongs.is_own_run(name) {
                None
            } else {
                above(name).find(|it| all.experiments.contains_key(it) && (home.model || !all.belongs.is_torn(it)))
            };
            match above.and_then(|it| Some((it, all.experiments.get_mut(it)?))) {
                Some((above, whole)) => {
                    whole.log = whole.log.max(home.log);
                    whole.model |= home.model;
                    whole.several.join(home.several);
                    whole.at = whole.at.or(home.at);
                    all.part_of.insert(name, above);
                }
                None => {
                    all.experiments.insert(name, home);
                }
            }
        }
        for (name, home) in &mut all.experiments {
            if home.several.is_unclear(name) {
                home.model = home.several.has_within();
                all.unclear.insert(name);
            }
        }
        if let Some(read) = all.chosen(files, has_metrics) {
            let others = all.experiments.keys().filter(|it| **it != read);
            all.left_out = others.copied().collect();
        }
        // The model of one of several runs is that of no other log.
        let lone = all.experiments.iter().filter(|it| it.1.log == Log::None);
        let lone = lone.map(|it| *it.0).filter(|it| all.belongs.is_own_run(it));
        all.left_out.extend(lone);
        all
    }

    fn homes(&self, files: &'a [Entry]) -> BTreeMap<&'a str, Home<'a>> {
        let mut homes: BTreeMap<&str, Home<'a>> = BTreeMap::new();
        for file in files {
            let path = file.path.as_str();
            let (log, model) = (log(path), models::is_one(path, file.size));
            let is_params = is_params(path);
            if log == Log::None && !model && !is_params {
                continue;
            }
            let name = self.belongs.home(path);
            let home = homes.entry(name).or_default();
            home.log = home.log.max(log);
            home.model |= model;
            home.params |= is_params;
            if log > Log::None {
                home.several.add_log(path);
                home.at = home.at.or(Some(path));
            }
            if model {
                home.several.add_model(path, name);
            }
        }
        homes
    }

    /// The experiment that is read; none where all that is found may be of one.
    fn chosen(&self, files: &'a [Entry], has_metrics: bool) -> Option<&'a str> {
        let complete: Vec<(&str, &Home<'_>)> = self.complete().collect();
        if has_metrics || complete.iter().any(|it| it.0.is_empty()) {
            return Some("");
        }
        let score = |it: &Home<'_>| (it.log, it.params);
        if let Some(best) = complete.iter().map(|it| score(it.1)).max() {
            let first: BTreeSet<&str> = complete
                .iter()
                .filter(|it| score(it.1) == best)
                .map(|it| it.0)
                .collect();
            let is_first = |path: &str| self.experiment(path).is_some_and(|it| first.contains(it));
            let sizes = files
                .iter()
                .map(|it| (it.path.as_str(), if is_first(&it.path) { it.size } else { 0 }));
            let model = best_model(sizes).and_then(|it| files.get(it))?;
            return self.experiment(&model.path);
        }
        // A log here, a model there: of one log they may be parts of one training.
        let logs = self.experiments.values().filter(|it| it.log > Log::None).count();
        (logs > 1)
            .then(|| sure_log(files).and_then(|it| self.experiment(it)))
            .flatten()
    }

    fn complete(&self) -> impl Iterator<Item = (&'a str, &Home<'a>)> {
        let all = self.experiments.iter().filter(|it| it.1.is_complete());
        all.map(|(name, home)| (*name, home))
    }

    fn experiment(&self, path: &str) -> Option<&'a str> {
        let home = self.belongs.home(path);
        let whole = self.part_of.get(home).copied();
        whole.or_else(|| self.experiments.get_key_value(home).map(|it| *it.0))
    }

    /// Whether a file may be read with what was chosen.
    pub(crate) fn has(&self, path: &str) -> bool {
        let is_unclear = |it: &str| self.unclear.contains(it) && models::is_model(path) && version(path).is_none();
        self.experiment(path)
            .is_none_or(|it| !self.left_out.contains(it) && !is_unclear(it))
    }

    /// What to say where no model was read, for it may be of another run than the log.
    pub(crate) fn unclear(&self, read: &str) -> Option<String> {
        let of = self.experiment(read).filter(|it| self.unclear.contains(it))?;
        Some(format!(
            "{} holds several runs and several models, and nothing tells which model is of which run: none was read; \
             name the file of a model to read it",
            shown(of)
        ))
    }

    /// Whether an experiment without a model is a part of the only one that has both: the log of a trainer beside
    /// the folder of its results.
    fn is_around(&self, name: &str, home: &Home<'_>) -> bool {
        let mut complete = self.complete();
        let (Some((only, _)), None) = (complete.next(), complete.next()) else {
            return false;
        };
        let beside = |part: &str| {
            let whole = self.belongs.whole(parent(part.trim_end_matches('/')));
            !only.starts_with(part) && only.starts_with(whole)
        };
        let is_below = !home.is_complete() && only.starts_with(name);
        is_below || (!home.is_complete() && above(name).any(|it| is_part(it) && beside(it)))
    }

    /// What to say of the others beside the experiment that a file was read of.
    pub(crate) fn told(&self, folder: &Path, read: &str) -> Option<String> {
        let read = self.experiment(read)?;
        let own = self.experiments.get(read)?;
        let others = self
            .experiments
            .iter()
            .filter(|it| *it.0 != read && it.1.is_experiment());
        let others = others.filter(|it| !own.is_complete() || !self.is_around(it.0, it.1));
        let others: Vec<&str> = others.map(|it| place(it.0, it.1)).collect();
        let first = others.first()?;
        let count = others.len() + usize::from(own.is_experiment());
        if count < 2 {
            return None;
        }
        let names: Vec<String> = others.iter().take(MAX_NAMES).map(|it| shown(it)).collect();
        let more = others.len().saturating_sub(MAX_NAMES);
        let more = if more > 0 { format!(" (+{more})") } else { String::new() };
        let how = if first.is_empty() {
            "name the log of the folder itself to read that".to_owned()
        } else {
            format!("read another with `deepfix analyse {}`", pasted(folder, first))
        };
        Some(format!(
            "this folder holds {count} experiments, and one is read at a time: {} was read, not {}{more}; {how}",
            shown(read),
            names.join(", "),
        ))
    }
}

/// Where an experiment is found: of one that is no more than a log, the folder of that.
fn place<'a>(name: &'a str, home: &Home<'a>) -> &'a str {
    let log = home.at.filter(|_| !home.model).map(parent);
    log.unwrap_or(name).trim_end_matches('/')
}

fn shown(name: &str) -> String {
    match name.trim_end_matches('/') {
        "" => "the folder itself".to_owned(),
        name => format!("`{name}`"),
    }
}

/// Whether a file has the name of a log of metrics that nothing else has.
pub(super) fn is_sure(path: &str) -> bool {
    log(path) == Log::Sure
}

fn log(path: &str) -> Log {
    let name = path.rsplit('/').next().unwrap_or(path);
    if !is_log(path) {
        Log::None
    } else if name == "metrics.json" || !(ANYWHERE.contains(&name) || is_events(name) || name.ends_with(".wandb")) {
        Log::Doubtful
    } else {
        Log::Sure
    }
}

/// Whether a file has the name of a training's parameters.
pub(crate) fn is_params(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.')
        .is_some_and(|(stem, ending)| PARAMS.contains(&stem) && matches!(ending, "json" | "yaml" | "yml"))
}

#[cfg(test)]
#[path = "experiments_tests.rs"]
mod tests;
