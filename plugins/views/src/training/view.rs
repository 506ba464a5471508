//! Reading the artifact.

use std::collections::BTreeMap;

use deepfix_plugin::{ArtifactKind, ColumnType, Context, Error, MetricTable, Source, Statistic};
use serde_json::Value as Json;

use super::{Axis, Curve, METRICS, Metric, Params, Role, Series, Split, Unit, resolve};

/// One metric on both splits.
#[derive(Debug, Clone)]
pub struct MetricPair {
    /// Which one.
    pub metric: Metric,
    /// On the training rows.
    pub train: Option<Series>,
    /// On the validation rows.
    pub validation: Option<Series>,
    /// One value per epoch on the training rows; empty where there is none.
    pub train_curve: Curve,
    /// One value per epoch on the validation rows; empty where there is none.
    pub validation_curve: Curve,
    /// What the curves are of the logged cells: a hundredth where a share was logged in per cent.
    pub scale: f64,
}

/// The gradient norm of one layer over the whole run.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The layer's name, such as `layers.0`.
    pub name: String,
    /// The column that holds it.
    pub column: String,
    /// The mean over the run.
    pub mean: f64,
    /// The largest value of the run.
    pub max: f64,
}

impl Layer {
    /// Where the mean stands.
    #[must_use]
    pub fn mean_source(&self) -> Source {
        Source::column(ArtifactKind::Training, METRICS, &self.column, Statistic::Mean)
    }
}

/// The training artifact with its names resolved.
#[derive(Debug, Clone, Default)]
pub struct TrainingView {
    /// Rows of the metrics table; 0 where there is no table.
    pub rows: usize,
    /// How the rows are grouped into epochs; none without metrics.
    pub axis: Option<Axis>,
    /// The training loss.
    pub train_loss: Option<Series>,
    /// The training loss at its finest resolution: the same series, or the one logged per step.
    pub train_loss_steps: Option<Series>,
    /// The validation loss, or the test loss where that is all there is.
    pub validation_loss: Option<Series>,
    /// The training loss per epoch; empty where there is none.
    pub train: Curve,
    /// The validation loss per epoch; empty where there is none.
    pub validation: Curve,
    /// Other metrics, the one that says most first.
    pub metrics: Vec<MetricPair>,
    /// The learning rate over time.
    pub learning_rate: Option<Series>,
    /// The norm of the whole gradient over time.
    pub gradient_norm: Option<Series>,
    /// Gradient norms per layer, from the input on.
    pub layers: Vec<Layer>,
    /// Optimiser steps over time.
    pub steps: Option<Series>,
    /// The epochs as logged.
    pub epochs: Option<Series>,
    /// The training parameters.
    pub params: Params,
    /// The model's own configuration, which tells the architecture where the training
    /// parameters do not. Empty where the agent may not read the checkpoint artifact.
    pub model_config: Params,
    /// Columns whose meaning is unknown.
    pub unknown_columns: Vec<String>,
}

/// Candidates for one meaning.
#[derive(Default)]
struct Candidates(Vec<(u8, bool, String)>);

impl Candidates {
    /// The plainest name among those with enough values: Hugging Face logs `loss` along the
    /// run and one `train_loss` at its end.
    fn choose(&self, table: &MetricTable<'_>) -> Result<Option<Series>, Error> {
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

    fn per_step(&self, table: &MetricTable<'_>) -> Result<Option<Series>, Error> {
        match self.0.iter().find(|(_, per_step, _)| *per_step) {
            Some((_, _, column)) => Series::read(table, column).map(Some),
            None => Ok(None),
        }
    }
}

/// The columns of the table, by meaning.
#[derive(Default)]
struct Columns {
    epoch: Candidates,
    step: Candidates,
    learning_rate: Candidates,
    gradient_norm: Candidates,
    losses: BTreeMap<u8, Candidates>,
    metrics: Vec<(Metric, BTreeMap<u8, Candidates>)>,
    layers: Vec<(String, String)>,
    unknown: Vec<String>,
}

fn key(split: Split) -> u8 {
    match split {
        Split::Train => 0,
        Split::Validation => 1,
        Split::Test => 2,
    }
}

impl Columns {
    fn sort(table: &MetricTable<'_>) -> Self {
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
        columns
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

impl TrainingView {
    /// Reads the artifact; none where the request carries none.
    ///
    /// # Errors
    /// Access is denied or a limit is used up. Odd contents are no error: what cannot be
    /// understood counts as absent.
    pub fn read(cx: &Context<'_>) -> Result<Option<Self>, Error> {
        if !cx.has(ArtifactKind::Training) {
            return Ok(None);
        }
        let mut view = Self::default();
        if let Some(params) = cx.read::<Json>(ArtifactKind::Training, "/params")? {
            view.params.add(ArtifactKind::Training, &["params"], &params);
        }
        if cx.has(ArtifactKind::ModelCheckpoint) {
            for place in ["config", "hyperparameters"] {
                let pointer = format!("/{place}");
                // A configuration that cannot be read is the checkpoint analyzer's business.
                if let Ok(Some(config)) = cx.read::<Json>(ArtifactKind::ModelCheckpoint, &pointer) {
                    view.model_config.add(ArtifactKind::ModelCheckpoint, &[place], &config);
                }
            }
        }
        match cx.table(ArtifactKind::Training, METRICS) {
            Ok(table) => view.read_table(&table)?,
            Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(Some(view))
    }

    fn read_table(&mut self, table: &MetricTable<'_>) -> Result<(), Error> {
        let mut columns = Columns::sort(table);
        // Beyond that a row number does not fit; such a log is cut by the host long before.
        self.rows = usize::try_from(table.row_count())
            .unwrap_or(usize::MAX)
            .min(u32::MAX as usize);
        self.epochs = columns.epoch.choose(table)?;
        self.steps = columns.step.choose(table)?;
        self.learning_rate = columns.learning_rate.choose(table)?;
        self.gradient_norm = columns.gradient_norm.choose(table)?;
        self.layers = layers(table, &columns.layers)?;
        self.unknown_columns = std::mem::take(&mut columns.unknown);
        if let Some(train) = columns.losses.get(&0) {
            self.train_loss = train.choose(table)?;
            self.train_loss_steps = train.per_step(table)?.or_else(|| self.train_loss.clone());
        }
        self.validation_loss = validation(&columns.losses, table)?;
        self.use_error_as_loss(&columns, table)?;
        if self.rows == 0 {
            return Ok(());
        }
        let (epochs, steps) = (self.epochs.as_ref(), self.steps.as_ref());
        let mut axis = Axis::new(
            self.rows,
            epochs,
            steps,
            self.train_loss.as_ref(),
            self.validation_loss.as_ref(),
        );
        if self.params.epochs().is_some_and(|it| axis.steps_are_epochs(it.value)) {
            axis.unit = Unit::Epoch;
            self.epochs = self.steps.take();
        }
        let curve = |series: &Option<Series>| series.as_ref().map(|it| Curve::new(it, &axis)).unwrap_or_default();
        self.train = curve(&self.train_loss);
        self.validation = curve(&self.validation_loss);
        for (metric, splits) in &columns.metrics {
            let train = match splits.get(&0) {
                Some(candidates) => candidates.choose(table)?,
                None => None,
            };
            let validation = validation(splits, table)?;
            let scale = scale(*metric, &[train.as_ref(), validation.as_ref()]);
            self.metrics.push(MetricPair {
                metric: *metric,
                train_curve: curve(&train).scaled(scale),
                validation_curve: curve(&validation).scaled(scale),
                scale,
                train,
                validation,
            });
        }
        self.metrics
            .sort_by_key(|it| (weight(it.metric), it.train.is_none(), it.validation.is_none()));
        self.axis = Some(axis);
        Ok(())
    }

    /// Where no loss was logged an error measure that is minimised serves as well.
    fn use_error_as_loss(&mut self, columns: &Columns, table: &MetricTable<'_>) -> Result<(), Error> {
        if self.train_loss.is_some() || self.validation_loss.is_some() {
            return Ok(());
        }
        for wanted in [
            Metric::Mse,
            Metric::Rmse,
            Metric::Mae,
            Metric::ErrorRate,
            Metric::Perplexity,
        ] {
            let Some((_, splits)) = columns.metrics.iter().find(|(it, _)| *it == wanted) else {
                continue;
            };
            if let Some(train) = splits.get(&0) {
                self.train_loss = train.choose(table)?;
                self.train_loss_steps = self.train_loss.clone();
            }
            self.validation_loss = validation(splits, table)?;
            return Ok(());
        }
        Ok(())
    }
}

fn validation(splits: &BTreeMap<u8, Candidates>, table: &MetricTable<'_>) -> Result<Option<Series>, Error> {
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

/// A hundredth for shares that one of the splits has in per cent, else 1.
fn scale(metric: Metric, splits: &[Option<&Series>]) -> f64 {
    /// No share is above 1, but for rounding and averages of several batches.
    const BEYOND_SHARES: f64 = 1.5;
    // Errors are averaged over rows, so that none of a share lies above 1.
    let beyond = match metric {
        Metric::Accuracy | Metric::BalancedAccuracy | Metric::F1 | Metric::Auc | Metric::Precision | Metric::Recall => {
            BEYOND_SHARES
        }
        Metric::ErrorRate => 1.0,
        _ => return 1.0,
    };
    let (low, high) = splits
        .iter()
        .flatten()
        .flat_map(|it| it.finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (_, it)| {
            (it.min(low), it.max(high))
        });
    if low >= 0.0 && high > beyond && high <= 100.0 {
        0.01
    } else {
        1.0
    }
}

/// The order in which metrics speak for the quality of a model.
fn weight(metric: Metric) -> u8 {
    match metric {
        Metric::Accuracy | Metric::R2 => 0,
        Metric::F1 | Metric::BalancedAccuracy | Metric::Auc => 1,
        Metric::MeanAveragePrecision | Metric::Iou | Metric::Dice | Metric::Correlation => 2,
        Metric::ErrorRate | Metric::Rmse | Metric::Mae | Metric::Mse => 3,
        Metric::Precision | Metric::Recall | Metric::Mape | Metric::Perplexity => 4,
    }
}

/// Gradient norms per layer, from the input on; weights only where biases are logged as well.
fn layers(table: &MetricTable<'_>, columns: &[(String, String)]) -> Result<Vec<Layer>, Error> {
    /// The ratio of the first to the last layer does not need every layer of a deep network.
    const MOST_LAYERS: usize = 200;
    let has_weights = columns
        .iter()
        .any(|(layer, _)| layer.ends_with("weight") || layer.ends_with("kernel"));
    let mut chosen: Vec<&(String, String)> = columns
        .iter()
        .filter(|(layer, _)| !has_weights || layer.ends_with("weight") || layer.ends_with("kernel"))
        .collect();
    chosen.sort_by_cached_key(|(layer, _)| natural(layer));
    let every = chosen.len().div_ceil(MOST_LAYERS).max(1);
    let last = chosen.len().saturating_sub(1);
    let mut layers = Vec::new();
    for (index, (name, column)) in chosen.into_iter().enumerate() {
        if index % every != 0 && index != last {
            continue;
        }
        let summary = table.summary(column)?;
        if summary.count > 0 && summary.mean.is_finite() {
            layers.push(Layer {
                name: name.clone(),
                column: column.clone(),
                mean: summary.mean,
                max: summary.max,
            });
        }
    }
    Ok(layers)
}

/// Sorts `layers.10` after `layers.9`.
fn natural(name: &str) -> Vec<(u64, String)> {
    let mut parts = Vec::new();
    let (mut text, mut digits) = (String::new(), String::new());
    for letter in name.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if !digits.is_empty() {
            parts.push((digits.parse().unwrap_or(u64::MAX), std::mem::take(&mut text)));
            digits.clear();
        }
        text.push(letter);
    }
    parts.push((digits.parse().unwrap_or_default(), text));
    // The text before a number comes first, so that blocks of one kind stay together.
    parts
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::needless_pass_by_value)]
mod tests;
