//! `cross.batch_size_vs_dataset`: a batch that holds most of the table leaves too few updates
//! to learn anything.
//!
//! Updates per epoch = ceil(rows / (batch size * accumulated batches)), or as logged where that
//! is more. A fault where there are at most 2 per epoch and 100 in the whole run, and the run
//! ended unfinished: the last quarter of the epochs still brought a twentieth of the whole fall
//! of the training loss and one per cent of its level (less where the rate decays), validation
//! fell with it, and the loss is still a quarter or more of that of guessing.
//!
//! Sources: the Deep Learning Tuning Playbook (batch size; steps, not epochs, train a model), Shallue et
//! al. 2019 (the number of steps), Keskar et al. 2017 and Masters & Luschi 2018 (large batches).
//!
//! Healthy: full-batch training that converged; early stopping, after which validation no
//! longer falls; three or more updates per epoch; tables of a few rows; a learning rate so small
//! that no number of updates would have sufficed, which is a fault of its own.

use deepfix_plugin::{Draft, Severity, Source};
use deepfix_views::training::{Curve, Optimizer, Params, Task, TrainingView, Unit};

use super::{Case, Conclusion};
use crate::experiment::{point_fact, rows_fact};

const MOST_PER_EPOCH: f64 = 2.0;
const MOST_IN_ALL: f64 = 100.0;
/// Below this any batch size is a large share.
const FEWEST_ROWS: f64 = 40.0;
/// Far below what is customary: then the rate is what makes training slow.
const TINY_ADAPTIVE: f64 = 1e-4;
const TINY_PLAIN: f64 = 1e-3;
/// What most tables of a few hundred rows are trained with.
const USUAL_BATCH: f64 = 32.0;

/// The number of optimiser steps.
#[derive(Debug, Clone)]
pub(crate) struct Updates {
    pub(crate) per_epoch: f64,
    pub(crate) in_all: f64,
    pub(crate) epochs: f64,
    pub(crate) batch: f64,
    pub(crate) rows: f64,
    batch_source: Source,
    batch_name: String,
    batch_raw: deepfix_plugin::Value,
}

/// Counts the updates, where rows, batch size and epochs are known.
pub(crate) fn updates(case: &Case<'_>) -> Option<Updates> {
    let view = case.experiment.training.as_ref()?;
    if case.experiment.grows_trees() {
        return None;
    }
    let rows = case.experiment.train_rows.as_ref()?.count;
    let param = view.architecture(Params::batch_size)?;
    let batch = param.value * view.params.accumulation().max(1.0);
    let axis = view.axis.as_ref().filter(|it| it.unit == Unit::Epoch)?;
    let epochs = axis.len() as f64;
    if epochs < 1.0 {
        return None;
    }
    let by_size = (rows / batch).ceil().max(1.0);
    let logged = view.updates().map_or(0.0, |it| it / epochs);
    let per_epoch = by_size.max(logged.floor());
    Some(Updates {
        per_epoch,
        in_all: per_epoch * epochs,
        epochs,
        batch,
        rows,
        batch_source: param.source,
        batch_name: param.name,
        batch_raw: param.raw,
    })
}

/// The fall over the last quarter of a curve: as a share of the whole fall, and of the level.
fn late_fall(curve: &Curve) -> Option<(f64, f64)> {
    if curve.len() < 4 {
        return None;
    }
    let first = curve.points.first()?.value;
    let before = curve.mean_between(0.65, 0.8)?;
    let end = curve.end()?;
    let (whole, late) = (first - end, before - end);
    (whole > 0.0).then(|| (late / whole, late / before.abs().max(f64::MIN_POSITIVE)))
}

/// The learning rate over the last quarter as a share of its mean: what a schedule leaves of the
/// pace. Never below 0.4, so that a run that has come to rest does not seem to go on.
fn late_rate(view: &TrainingView) -> f64 {
    let rates = view.learning_rate.as_ref().zip(view.axis.as_ref());
    let share = rates.and_then(|(series, axis)| {
        let curve = Curve::new(series, axis);
        Some(curve.mean_between(0.7, 1.0)? / curve.mean_between(0.0, 1.0)?)
    });
    share.filter(|it| it.is_finite()).map_or(1.0, |it| it.clamp(0.4, 1.0))
}

fn is_unfinished(case: &Case<'_>, view: &TrainingView) -> bool {
    let pace = late_rate(view);
    let falls = |curve: &Curve, least: (f64, f64)| {
        late_fall(curve).is_some_and(|it| it.0 >= pace * least.0 && it.1 >= pace * least.1)
    };
    let train = falls(&view.train, (0.05, 0.01));
    let validation = view.validation.is_empty() || falls(&view.validation, (0.03, 0.003));
    // Targets are most often of unit size; where they are not, a low loss is no sign of an early end.
    let unit = (case.experiment.task() == Task::Regression).then_some(1.0);
    let left = match (view.train.end(), case.experiment.chance_loss().or(unit)) {
        // Where the loss is low already it has to fall fast.
        (Some(end), Some(chance)) => end >= 0.25 * chance || (end >= 0.1 * chance && falls(&view.train, (0.07, 0.15))),
        _ => true,
    };
    train && validation && left
}

pub(super) fn find(case: &Case<'_>) -> Option<Conclusion> {
    let updates = updates(case)?;
    if updates.per_epoch > MOST_PER_EPOCH || updates.in_all > MOST_IN_ALL || updates.rows < FEWEST_ROWS {
        return None;
    }
    let view = case.experiment.training.as_ref()?;
    let tiny = if view.optimizer_kind() == Optimizer::Plain {
        TINY_PLAIN
    } else {
        TINY_ADAPTIVE
    };
    if view.peak_learning_rate().is_some_and(|it| it < tiny) || !is_unfinished(case, view) {
        return None;
    }
    let better = USUAL_BATCH.min((updates.rows / 8.0).floor()).max(4.0);
    let series = view.train_loss.as_ref()?;
    let (before, end) = (
        view.train.points.get(view.train.len() * 3 / 4)?,
        view.train.points.last()?,
    );
    let draft = Draft::new("cross.batch_size_vs_dataset", Severity::Medium, 0.88)
        .arg("rows", updates.rows as u64)
        .arg("batch", updates.batch as u64)
        .arg("per_epoch", updates.per_epoch as u64)
        .arg("in_all", updates.in_all as u64)
        .arg("epochs", updates.epochs as u64)
        .arg("better", better as u64)
        .arg("more", ((updates.rows / better).ceil() * updates.epochs) as u64)
        .arg("column", series.column.as_str())
        .arg("before", before.value)
        .arg("before_at", case.at(before.label))
        .arg("end", end.value)
        .fact(
            updates.batch_name.as_str(),
            updates.batch_raw.clone(),
            updates.batch_source.clone(),
        )
        .computed("updates per epoch", updates.per_epoch)
        .computed("updates in all", updates.in_all);
    let draft = point_fact(point_fact(draft, series, before), series, end);
    let rows = case.experiment.train_rows.as_ref()?;
    Some(Conclusion::new(rows_fact(draft, "training rows", rows)))
}
