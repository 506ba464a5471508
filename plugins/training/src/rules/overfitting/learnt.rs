//! Whether validation ever showed that something general was learnt.
//!
//! Formula: the loss first fell, a metric settled above its first value, or its best smoothed value is one
//! that permuted labels do not reach: an R² of [`EXPLAINS`], an accuracy [`SIGMAS`] standard errors above
//! guessing and above its first value.
//! Source: Ojala and Garriga 2010 (permutation tests for the performance of classifiers).
//!
//! Not flagged by itself: it only weighs a rise of the loss that was found.

use deepfix_views::training::{Best, Metric, MetricPair, Orientation, TrainingView};

use crate::case::Case;

/// An R² that permuted validation labels do not reach anywhere.
const EXPLAINS: f64 = 0.08;
/// Two R² that differ by no more are as good as equal.
const SAME: f64 = 0.05;
/// Validation rows where nothing tells: few, so that chance is given its due.
const ROWS: f64 = 100.0;
/// Standard errors of a share that are no chance.
const SIGMAS: f64 = 2.0;

/// Validation was never clearly better than at its first point, by loss or by metric.
pub(super) fn never_improved(case: &Case<'_>, best: &Best) -> bool {
    /// The least fall of the validation loss that shows that something general was learnt.
    const LEARNT: f64 = 0.08;
    let view = case.view;
    if has_gained(case) {
        return false;
    }
    let Some(first) = view.validation.points.first() else {
        return true;
    };
    // Never better than a constant: that the loss fell says no more than where it began.
    let r2 = view
        .metrics
        .iter()
        .find(|it| it.metric == Metric::R2)
        .map(|it| it.validation_curve.smooth());
    if r2.is_some_and(|it| !it.is_empty() && it.iter().all(|it| *it <= 0.05)) {
        return true;
    }
    let constant = view.class_count().map_or(f64::INFINITY, f64::ln);
    // Better than guessing by far, from the first epoch on: the labels are those of training.
    if constant.is_finite() && best.value <= 0.8 * constant {
        return false;
    }
    let fell = first.value - best.value >= LEARNT * first.value.abs() && best.value < 0.99 * constant;
    let noise = view.validation_rows().map_or(0.08, |rows| 1.0 / f64::from(rows).sqrt());
    let gained = view.main_metric().is_some_and(|pair| {
        let curve = &pair.validation_curve;
        let (Some(first), Some(late)) = (curve.points.first(), curve.mean_between(0.2, 1.0)) else {
            return false;
        };
        let sign = if pair.metric.orientation() == Orientation::HigherIsBetter {
            1.0
        } else {
            -1.0
        };
        sign * (late - first.value) > noise || is_fair(pair.metric, first.value, late)
    });
    !fell && !gained
}

/// A validation metric that permuted labels would not allow: good, and not falling.
fn is_fair(metric: Metric, first: f64, late: f64) -> bool {
    match metric {
        Metric::R2 => late >= 0.3,
        Metric::Accuracy | Metric::BalancedAccuracy | Metric::F1 | Metric::Auc => late >= 0.75 && late >= first - 0.03,
        _ => false,
    }
}

/// A validation metric that was, anywhere in the run, better than permuted labels let it be: what
/// memorising has undone since is no sign of wrong labels.
pub(super) fn has_gained(case: &Case<'_>) -> bool {
    case.view.metrics.iter().any(|it| match it.metric {
        Metric::R2 => best(it).is_some_and(|it| it >= EXPLAINS),
        Metric::Accuracy | Metric::BalancedAccuracy => outdoes_chance(case, it),
        _ => false,
    })
}

/// The best smoothed value on validation rows of a metric that should rise.
fn best(pair: &MetricPair) -> Option<f64> {
    pair.validation_curve.smooth().into_iter().max_by(f64::total_cmp)
}

/// A share above that of guessing and above its first value. Where classes are unequal guessing
/// is better than their number says, and an untrained model may begin there.
fn outdoes_chance(case: &Case<'_>, pair: &MetricPair) -> bool {
    let chance = case.view.class_count().map(f64::recip);
    let (Some(best), Some(first), Some(chance)) = (best(pair), pair.validation_curve.points.first(), chance) else {
        return false;
    };
    let rows = case.view.validation_rows().map_or(ROWS, f64::from);
    let error = (chance * (1.0 - chance) / rows).max(0.0).sqrt();
    best - chance.max(first.value) > SIGMAS * error
}

/// Both splits began with the same R², and one that shows that validation was learnt: what their
/// losses differ by at first is the variance of their targets.
pub(super) fn agreed(view: &TrainingView) -> bool {
    view.metrics.iter().filter(|it| it.metric == Metric::R2).any(|it| {
        let first = it.train_curve.points.first().zip(it.validation_curve.points.first());
        first.is_some_and(|(train, validation)| {
            validation.value >= EXPLAINS && (train.value - validation.value).abs() <= SAME
        })
    })
}
