//! Reading the artifact.

mod candidates;
mod gradients;

use deepfix_plugin::{ArtifactKind, Context, Error, MetricTable};
use serde_json::Value as Json;

use super::{Axis, Curve, METRICS, Metric, Params, Series, Unit};
use candidates::{Columns, validation};
use gradients::layers;

pub use gradients::Layer;

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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::needless_pass_by_value)]
mod tests;
