//! Which column speaks for what: the candidates for each meaning, and the one that is read.

use std::collections::BTreeMap;

use deepfix_plugin::{ColumnType, Error, MetricTable};

use crate::training::{Metric, Role, Series, Split, names_split, resolve};

/// Candidates for one meaning.
#[derive(Default)]
pub(super) struct Candidates(Vec<(u8, bool, String)>);

impl Candidates {
    /// The plainest name among those with enough values: Hugging Face logs `loss` along the
    /// run and one `train_loss` at its end.
    pub(super) fn choose(&self, table: &MetricTable<'_>) -> Result<Option<Series>, Error> {
        let mut counted = Vec::new();
        for (rank, per_step, column) in &self.0 {
            let summary = table.summary(column)?;
            counted.push((summary.count + summary.nan + summary.infinite, *rank, *per_step, column));
        }
        let most = counted.iter().map(|it| it.0).max().unwrap_or_default();
        let best = counted
            .into_iter()
            .filter(|(count, _, per_step, _)| count * 3 >= most || (!per_step && *count >= 3))
            .min_by_key(|(count, rank, per_step, _)| (*per_step, *rank, std::cmp::Reverse(*count)));
        match best {
            Some((_, _, _, column)) => Series::read(table, column).map(Some),
            None => Ok(None),
        }
    }

    pub(super) fn per_step(&self, table: &MetricTable<'_>) -> Result<Option<Series>, Error> {
        match self.0.iter().find(|(_, per_step, _)| *per_step) {
            Some((_, _, column)) => Series::read(table, column).map(Some),
            None => Ok(None),
        }
    }
}

/// The columns of the table, by meaning.
#[derive(Default)]
pub(super) struct Columns {
    pub(super) epoch: Candidates,
    pub(super) step: Candidates,
    pub(super) learning_rate: Candidates,
    pub(super) gradient_norm: Candidates,
    pub(super) losses: BTreeMap<u8, Candidates>,
    pub(super) metrics: Vec<(Metric, BTreeMap<u8, Candidates>)>,
    pub(super) layers: Vec<(String, String)>,
    pub(super) unknown: Vec<String>,
}

fn key(split: Split) -> u8 {
    match split {
        Split::Train => 0,
        Split::Validation => 1,
        Split::Test => 2,
    }
}

impl Columns {
    pub(super) fn sort(table: &MetricTable<'_>) -> Self {
        let mut columns = Self::default();
        for column in table
            .columns()
            .iter()
            .filter(|it| it.column_type == ColumnType::Numeric)
        {
            let name = column.name.clone();
            match resolve(&name) {
                Role::Epoch => columns.epoch.0.push((0, false, name)),
                Role::Step => columns
                    .step
                    .0
                    .push((u8::from(!name.to_lowercase().contains("step")), false, name)),
                Role::LearningRate => columns.learning_rate.0.push((0, false, name)),
                Role::GradientNorm => columns.gradient_norm.0.push((0, false, name)),
                Role::LayerGradientNorm(layer) => columns.layers.push((layer, name)),
                Role::Loss { split, rank, per_step } => {
                    columns
                        .losses
                        .entry(key(split))
                        .or_default()
                        .0
                        .push((rank, per_step, name));
                }
                Role::Metric {
                    split,
                    metric,
                    rank,
                    per_step,
                } => columns.metric(metric, split, (rank, per_step, name)),
                Role::Other => columns.unknown.push(name),
            }
        }
        columns.split_numbered_sets();
        columns.judge_bare_metrics();
        columns
    }

    /// Notebooks of fastai and Hugging Face show `Training Loss`, `Validation Loss` and `Accuracy`: where both
    /// losses say of which rows they are and no metric does for validation, a bare name is of validation. Keras'
    /// `loss` says nothing, and its `accuracy` is of training like it.
    fn judge_bare_metrics(&mut self) {
        let bare = |it: &(u8, bool, String)| it.0 == 0 && !it.1 && !names_split(&it.2);
        let [train, validation, test] = [Split::Train, Split::Validation, Split::Test].map(key);
        let Some(losses) = self.losses.get(&train).filter(|it| !it.0.iter().any(bare)) else {
            return;
        };
        let Some(judged) = [validation, test].into_iter().find(|it| self.losses.contains_key(it)) else {
            return;
        };
        let judges = |it: &BTreeMap<u8, Candidates>| it.contains_key(&validation) || it.contains_key(&test);
        if !losses.0.iter().any(|it| names_split(&it.2)) || self.metrics.iter().any(|(_, it)| judges(it)) {
            return;
        }
        for (_, splits) in &mut self.metrics {
            let Some(all) = splits.remove(&train) else { continue };
            let (moved, kept): (Vec<_>, Vec<_>) = all.0.into_iter().partition(bare);
            for (split, candidates) in [(judged, moved), (train, kept)] {
                if !candidates.is_empty() {
                    splits.insert(split, Candidates(candidates));
                }
            }
        }
    }

    fn metric(&mut self, metric: Metric, split: Split, candidate: (u8, bool, String)) {
        let place = match self.metrics.iter().position(|(it, _)| *it == metric) {
            Some(place) => place,
            None => {
                self.metrics.push((metric, BTreeMap::new()));
                self.metrics.len() - 1
            }
        };
        if let Some((_, splits)) = self.metrics.get_mut(place) {
            splits.entry(key(split)).or_default().0.push(candidate);
        }
    }

    /// XGBoost names its evaluation sets `validation_0`, `validation_1`; by convention the first
    /// is the training set where there are two.
    fn split_numbered_sets(&mut self) {
        let all = std::iter::once(&mut self.losses).chain(self.metrics.iter_mut().map(|(_, splits)| splits));
        for splits in all {
            if splits.contains_key(&0) {
                continue;
            }
            let Some(validation) = splits.get_mut(&1) else { continue };
            let names: Vec<String> = validation.0.iter().map(|it| it.2.clone()).collect();
            let first = validation
                .0
                .iter()
                .position(|(_, _, name)| name.contains("_0") && names.contains(&name.replacen("_0", "_1", 1)));
            if let Some(first) = first {
                let candidate = validation.0.remove(first);
                splits.entry(0).or_default().0.push(candidate);
            }
        }
    }
}

pub(super) fn validation(splits: &BTreeMap<u8, Candidates>, table: &MetricTable<'_>) -> Result<Option<Series>, Error> {
    for split in [Split::Validation, Split::Test] {
        if let Some(candidates) = splits.get(&key(split))
            && let Some(series) = candidates.choose(table)?
            && (!series.is_empty() || split == Split::Test)
        {
            return Ok(Some(series));
        }
    }
    // A column of nulls is still a column: an exploded run may have been logged like that.
    match splits.get(&key(Split::Validation)) {
        Some(candidates) => candidates.choose(table),
        None => Ok(None),
    }
}
