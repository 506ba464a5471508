//! What follows from the curves. Nothing here judges: thresholds that
//! decide about findings live in the components.

use super::{Curve, Metric, MetricPair, Orientation, Params, Point, Series, Task, TrainingView, Unit, paired};
use crate::stats;

/// The best point of the validation loss and what came after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Best {
    /// The point itself.
    pub point: Point,
    /// Its place on the curve.
    pub index: usize,
    /// The smoothed value there.
    pub value: f64,
    /// The mean of the last tenth of the curve.
    pub end: f64,
    /// `end / value - 1`, where both are positive; else the rise relative to the fall before.
    pub rise: f64,
    /// The rise in units of the curve's own noise.
    pub rise_in_noise: f64,
    /// Points after the best one.
    pub after: usize,
    /// Where on the curve the best point lies, from 0 to 1.
    pub share: f64,
}

/// Validation loss over training loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// At the first points.
    pub start: f64,
    /// Where the validation loss is best.
    pub at_best: f64,
    /// At the end.
    pub end: f64,
}

/// How the validation metric compares with guessing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    /// The validation metric is at or below the level of a constant prediction, where that
    /// level is known; none where it is not.
    pub at_or_below: Option<bool>,
    /// Neither validation loss nor metric improves over the run by more than noise.
    pub flat: bool,
    /// Validation is already clearly worse than training in the first epoch.
    pub worse_from_start: bool,
}

impl TrainingView {
    /// Optimiser steps of the whole run, where they were logged.
    #[must_use]
    pub fn updates(&self) -> Option<f64> {
        self.steps.as_ref()?.highest().map(|(_, it)| it).filter(|it| *it > 0.0)
    }

    /// The least number of optimiser steps that the run can have had: the logged ones, else one
    /// for each loss that was logged.
    #[must_use]
    pub fn least_updates(&self) -> f64 {
        let losses = self.train_loss_steps.as_ref().map_or(0, Series::finite_count);
        self.updates().unwrap_or(losses.max(self.points()) as f64)
    }

    /// Epochs (or other points) that the run has: of its losses, else of its metrics. 0 where it
    /// recorded final values alone and none of them on both splits, so that nothing can be told.
    #[must_use]
    pub fn points(&self) -> usize {
        if self.is_final() && !self.is_paired() {
            return 0;
        }
        let losses = self.train.len().max(self.validation.len());
        let metrics = self
            .metrics
            .iter()
            .flat_map(|it| [&it.train_curve, &it.validation_curve]);
        if losses > 0 {
            losses
        } else {
            metrics.map(Curve::len).max().unwrap_or_default()
        }
    }

    /// Whether the run recorded its final values alone, as is usual for models without epochs: no
    /// loss and no metric has more than one value, and one of these is finite.
    #[must_use]
    pub fn is_final(&self) -> bool {
        let losses = [&self.train_loss, &self.validation_loss, &self.train_loss_steps];
        let metrics = self.metrics.iter().flat_map(|it| [&it.train, &it.validation]);
        let all = losses.into_iter().chain(metrics).flatten();
        let counts = all.map(|it| (it.values.len(), it.finite_count()));
        let most = counts.fold((0, 0), |(a, b), (c, d)| (a.max(c), b.max(d)));
        most == (1, 1)
    }

    /// Whether the loss or a metric was recorded on the training rows and on others.
    #[must_use]
    pub fn is_paired(&self) -> bool {
        let metrics = self.metrics.iter().map(|it| (&it.train_curve, &it.validation_curve));
        let mut all = metrics.chain([(&self.train, &self.validation)]);
        all.any(|(train, validation)| !train.is_empty() && !validation.is_empty())
    }

    /// Whether the run ended before its planned number of epochs, as early stopping does; none
    /// where either number is unknown.
    #[must_use]
    pub fn stopped_early(&self) -> Option<bool> {
        let axis = self.axis.as_ref().filter(|it| it.unit == Unit::Epoch)?;
        let planned = self.params.epochs()?.value;
        Some((axis.len() as f64) < planned - 0.5)
    }

    /// The metric that says most of the model's quality.
    #[must_use]
    pub fn main_metric(&self) -> Option<&MetricPair> {
        self.metrics
            .iter()
            .find(|it| !it.train_curve.is_empty() || !it.validation_curve.is_empty())
    }

    /// Rows of the validation split, where its accuracies give that away.
    #[must_use]
    pub fn validation_rows(&self) -> Option<u32> {
        /// Larger splits leave no trace in accuracies of six digits, and their noise hardly matters.
        const MOST_ROWS: u32 = 1000;
        let pair = self.metrics.iter().find(|it| it.metric == Metric::Accuracy)?;
        let values: Vec<f64> = pair
            .validation
            .as_ref()?
            .finite()
            .map(|(_, it)| pair.scale * it)
            .take(4000)
            .collect();
        stats::denominator(&values, MOST_ROWS)
    }

    /// The best point of the validation loss, smoothed, and what came after it.
    #[must_use]
    pub fn best(&self) -> Option<Best> {
        best_of(&self.validation)
    }

    /// Validation loss over training loss, where both are positive.
    #[must_use]
    pub fn gap(&self) -> Option<Gap> {
        let pairs = paired(&self.train, &self.validation);
        let best = self.best()?;
        let ratio = |train: f64, validation: f64| (train > 0.0 && validation > 0.0).then(|| validation / train);
        let (train, validation, _) = pairs.first()?;
        let near = pairs.iter().find(|(_, _, point)| point.group == best.point.group)?;
        Some(Gap {
            start: ratio(*train, *validation)?,
            at_best: ratio(near.0, near.1)?,
            end: ratio(self.train.end()?, self.validation.end()?)?,
        })
    }

    /// The variance of the target, from losses and R² of the same epochs: an MSE is the variance
    /// times 1 - R². None where the two do not agree along the run, as with another loss.
    #[must_use]
    pub fn target_variance(&self) -> Option<f64> {
        let pair = self.metrics.iter().find(|it| it.metric == Metric::R2)?;
        let estimates: Vec<f64> = paired(&self.validation, &pair.validation_curve)
            .into_iter()
            .filter(|(loss, r2, _)| *loss > 0.0 && *r2 < 0.99)
            .map(|(loss, r2, _)| loss / (1.0 - r2))
            .collect();
        let centre = stats::median(&estimates).filter(|it| *it > 0.0)?;
        (stats::mad(&estimates)? <= 0.2 * centre).then_some(centre)
    }

    /// Classes, where a model configuration states them.
    #[must_use]
    pub fn class_count(&self) -> Option<f64> {
        self.architecture(Params::class_count).map(|it| it.value)
    }

    /// The loss of a constant prediction: the target's variance for an MSE; the logarithm of
    /// the number of classes for a cross-entropy, which is an upper bound where classes are
    /// unequal.
    #[must_use]
    pub fn chance_loss(&self) -> Option<f64> {
        match self.task() {
            Task::Regression => self.target_variance(),
            Task::Classification => self.class_count().map(f64::ln),
            Task::Unknown => None,
        }
    }

    /// The share of the training loss's fall at the start that is left: 0 where it never fell,
    /// 1 where it fell to nothing.
    #[must_use]
    pub fn train_fall(&self) -> Option<f64> {
        self.train.relative_fall()
    }

    /// Whether training alone looks fine: its loss fell by a quarter or more, and stayed down.
    #[must_use]
    pub fn trains_well(&self) -> bool {
        let lowest = self.train.values().into_iter().fold(f64::INFINITY, f64::min);
        let fell = self.train_fall().is_some_and(|it| it >= 0.25);
        fell && self.train.end().is_some_and(|it| it <= lowest * 1.5 || lowest <= 0.0)
    }

    /// How the validation metric compares with guessing.
    #[must_use]
    pub fn validation_chance(&self) -> Option<Chance> {
        /// A fall of the loss that is lost in noise.
        const FLAT: f64 = 0.05;
        /// The ratio of validation to training loss in the first epoch that is no accident: the
        /// training loss of an epoch is an average over its steps and so tends to be higher.
        const WORSE: f64 = 1.3;
        let first = self.validation.points.first()?.value;
        let lowest = self.validation.values().into_iter().fold(f64::INFINITY, f64::min);
        let metric = self.main_metric();
        let gain = metric.and_then(|it| gain(it.metric, &it.validation_curve));
        let noise = self.validation_rows().map_or(0.07, |rows| 1.5 / f64::from(rows).sqrt());
        let at_or_below = match metric.map(|it| (it.metric, &it.validation_curve)) {
            Some((Metric::R2, curve)) => curve.end().map(|it| it <= 0.02),
            Some((Metric::Auc, curve)) => curve.end().map(|it| it <= 0.53),
            _ => self
                .chance_loss()
                .and_then(|chance| self.validation.end().map(|it| it >= chance)),
        };
        Some(Chance {
            at_or_below,
            flat: (first - lowest) <= FLAT * first.abs() && gain.is_none_or(|it| it <= noise),
            worse_from_start: self.gap().is_some_and(|it| it.start >= WORSE),
        })
    }
}

/// The improvement of a metric from its first value to its best, in its own direction.
fn gain(metric: Metric, curve: &Curve) -> Option<f64> {
    let first = curve.points.first()?.value;
    let values = curve.values();
    Some(match metric.orientation() {
        Orientation::HigherIsBetter => values.into_iter().fold(f64::NEG_INFINITY, f64::max) - first,
        Orientation::LowerIsBetter => first - values.into_iter().fold(f64::INFINITY, f64::min),
    })
}

fn best_of(curve: &Curve) -> Option<Best> {
    let smooth = curve.smooth();
    let (index, value) = smooth.iter().copied().enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let point = curve.points.get(index).copied()?;
    let end = curve.end()?;
    let first = smooth.first().copied()?;
    let rise = if value > 0.0 {
        end / value - 1.0
    } else {
        (end - value) / (first - value).abs().max(f64::MIN_POSITIVE)
    };
    // The start may be rougher than what the two values are taken from.
    let noise = curve.noise(0.0).unwrap_or_default();
    let noise = curve.noise(0.33).map_or(noise, |late| late.min(noise)).max(1e-4);
    Some(Best {
        point,
        index,
        value,
        end,
        rise,
        rise_in_noise: rise / noise,
        after: curve.len() - 1 - index,
        share: index as f64 / (curve.len() - 1).max(1) as f64,
    })
}
