//! The level of guessing where nobody states the classes.

use deepfix_views::training::{Metric, MetricPair};

use crate::case::Case;

/// A training loss that falls by less sits where it began.
const SITS: f64 = 0.05;
/// How near to ln K it ends, relative to that.
const NEAR: f64 = 0.02;
/// The distance to 1 / K that is allowed, if that is less than half of it; in small splits it is three standard errors.
const APART: f64 = 0.06;
/// Beyond these the logarithms of whole numbers lie closer to each other than twice [`NEAR`]: any loss is near one.
const MOST: f64 = 10.0;

/// The number of classes between which a run guesses as if they were equally frequent: the training loss sits at
/// the logarithm of a whole number, and the accuracy at one in so many.
pub(super) fn guessed_classes(case: &Case<'_>) -> Option<f64> {
    let view = case.view;
    let loss = if view.train.is_empty() {
        &view.validation
    } else {
        &view.train
    };
    let end = loss.end().filter(|it| *it > 0.0)?;
    let classes = end.exp().round().max(2.0);
    let sits = loss.relative_fall()?.abs() < SITS && (end / classes.ln() - 1.0).abs() < NEAR;
    let guess = 1.0 / classes;
    let rows = view.validation_rows().map_or(100.0, f64::from);
    let apart = (3.0 * (guess * (1.0 - guess) / rows).sqrt()).max(APART.min(guess / 2.0));
    let shares = |it: &&MetricPair| matches!(it.metric, Metric::Accuracy | Metric::BalancedAccuracy);
    let pair = view.metrics.iter().find(shares)?;
    let (train, validation) = (pair.train_curve.end(), pair.validation_curve.end());
    let best = train.into_iter().chain(validation).reduce(f64::max)?;
    (sits && classes <= MOST && (best - guess).abs() <= apart).then_some(classes)
}
