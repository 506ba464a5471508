//! `training.lr_too_low`: the loss falls, but so slowly that the run ends where it began.
//!
//! Formula: the smoother of the two losses falls from point to point almost without exception
//! (rank correlation with time at most -0.9), in all by less than [`FALL`], and the last third
//! falls at least [`STEADY`] times as fast as the first, per unit of a rate that decays, so that
//! nothing flattens; the learning
//! rate is small for its optimiser: below 1e-4 for Adam and its kin, which move each weight by
//! about the rate in each step, and below 5e-3 for SGD. A fall of up to [`SLOW_FALL`] counts as
//! well at so small a rate, where the loss of a dozen points or more falls [`SLOW_STEADY`] times as fast
//! at the end whatever the schedule, and a metric or the classes say that the model is far from good. Sources: AutoTrainer slow convergence,
//! TheDeepChecker `NonDecreasing` (5 % a period), UMLAUT (1e-7).
//!
//! Healthy look-alikes: short fine-tunes of a model that is good already (fewer than
//! [`POINTS`] points, a pretrained model, a loss well below guessing); convergence (it
//! flattens); few updates because of huge batches (the rate is not small); vanishing gradients
//! (the fall ends after the first epoch).

use deepfix_plugin::{Draft, Severity};
use deepfix_views::stats;
use deepfix_views::training::{Curve, Metric, Optimizer, Series, Task};

use crate::case::Case;

pub(crate) const CODE: &str = "training.lr_too_low";

/// Healthy runs from scratch lose half of their loss or more.
const FALL: f64 = 0.15;
/// More than that is progress, even at a small rate.
const SLOW_FALL: f64 = 0.45;
/// Fewer points do not tell a slow run from a short one.
const SLOW_POINTS: usize = 12;
/// The slope of the last third over that of the first, of a fall that is no crawl: an exponential one that has done two
/// thirds of its way is at half.
const SLOW_STEADY: f64 = 0.7;
/// An accuracy that is no longer far from good where nobody knows the classes.
const FAIR: f64 = 0.6;
/// The slope of the last third over that of the first.
const STEADY: f64 = 0.4;
/// The same where guessing is as good.
const STEADY_AT_CHANCE: f64 = 0.2;
/// Fine-tunes of three or four epochs say nothing about speed.
const POINTS: usize = 6;

pub(crate) fn find(case: &Case<'_>) -> Option<Draft> {
    let view = case.view;
    let crawls = has_shape(case);
    if !case.is_gradient_trained() || view.pretrained() || !(crawls || is_slow(case)) || is_good_already(case) {
        return None;
    }
    let (series, curve) = judged(case)?;
    let fall = curve.relative_fall()?;
    let rate = view.peak_learning_rate();
    let small = rate.map(|it| it <= small_rate(case));
    let (severity, confidence) = match small {
        Some(true) if fall < 0.05 => (Severity::High, 0.92),
        Some(true) if crawls => (Severity::Medium, 0.8),
        Some(true) => (Severity::Medium, 0.65),
        Some(false) => return None,
        None => (Severity::Low, 0.5),
    };
    let draft = Draft::new(CODE, severity, confidence);
    let draft = if crawls { draft } else { draft.variant("slow") };
    let draft = draft
        .beyond(rate.map_or(1.0, |it| small_rate(case) / it))
        .computed(case.label("fall"), fall)
        .arg("column", series.column.as_str())
        .share("fall", fall)
        .arg("points", case.logged(series))
        .arg("unit", case.unit(case.logged(series)))
        .arg("from", curve.points.first()?.value)
        .arg("to", curve.end()?);
    let draft = case.ends(draft, view.validation_loss.as_ref().or(view.train_loss.as_ref()));
    let raise = match rate {
        Some(rate) => {
            let usual = case.usual_rate();
            case.text(
                "advice-raise-rate",
                &[("now", rate.into()), ("next", usual.max(rate * 10.0).into())],
            )
        }
        None => case.text("advice-raise-rate-unknown", &[]),
    };
    Some(case.setting_facts(draft).arg("rate", raise))
}

/// A learning rate up to which slowness is its fault.
fn small_rate(case: &Case<'_>) -> f64 {
    match case.view.optimizer_kind() {
        Optimizer::Plain => 5e-3,
        Optimizer::Adaptive | Optimizer::Unknown => 1e-4,
    }
}

/// The loss that shows the trend best: validation is computed on the same rows every time.
fn judged<'a>(case: &Case<'a>) -> Option<(&'a Series, &'a Curve)> {
    let view = case.view;
    match (&view.validation_loss, &view.train_loss) {
        (Some(series), _) if view.validation.len() >= POINTS => Some((series, &view.validation)),
        (_, Some(series)) if view.train.len() >= POINTS => Some((series, &view.train)),
        _ => None,
    }
}

/// A slow, straight, unbroken fall.
pub(crate) fn has_shape(case: &Case<'_>) -> bool {
    let least = if is_at_chance(case) { STEADY_AT_CHANCE } else { STEADY };
    // A schedule that decays slows the fall itself: what counts is the fall per unit of the rate.
    let rates = rates(case);
    let rate = |from, to| rates.as_ref().and_then(|it| it.mean_between(from, to)).unwrap_or(1.0);
    falls_straight(case, FALL, |early, late| {
        least * (rate(late.0, late.1) / rate(early.0, early.1)).min(1.0)
    })
}

/// A fall that is no crawl, but at a small rate as straight and far from its end.
fn is_slow(case: &Case<'_>) -> bool {
    let view = case.view;
    let small = view.peak_learning_rate().is_some_and(|it| it <= small_rate(case));
    let enough = judged(case).is_some_and(|(_, curve)| curve.len() >= SLOW_POINTS);
    small && enough && is_known_poor(case) && falls_straight(case, SLOW_FALL, |_, _| SLOW_STEADY)
}

/// Whether anything says how good the model is at all, and that this is not good yet: a loss alone has no scale.
fn is_known_poor(case: &Case<'_>) -> bool {
    let view = case.view;
    let known = match view.task() {
        Task::Regression => view.chance_loss().is_some(),
        _ => view.class_count().is_some(),
    };
    known || best_end(case, Metric::R2).is_some() || best_end(case, Metric::Accuracy).is_some_and(|it| it < FAIR)
}

/// The better of the two ends of a metric.
fn best_end(case: &Case<'_>, metric: Metric) -> Option<f64> {
    let pair = case.view.metrics.iter().find(|it| it.metric == metric)?;
    let ends = pair.train_curve.end().into_iter().chain(pair.validation_curve.end());
    ends.reduce(f64::max)
}

/// An unbroken fall by less than `most`, at the end at least so many times as fast as at first.
fn falls_straight(case: &Case<'_>, most: f64, least: impl Fn((f64, f64), (f64, f64)) -> f64) -> bool {
    let Some((_, curve)) = judged(case) else { return false };
    let values = curve.values();
    let time: Vec<f64> = (0..values.len()).map(|it| it as f64).collect();
    let monotone = stats::spearman(&time, &values).is_some_and(|it| it <= -0.9);
    let small = curve.relative_fall().is_some_and(|it| (0.0..most).contains(&it));
    let slope = |from, to| stats::linear_fit(&curve.slice(from, to)).map(|it| it.slope);
    // Noise may turn the slope of short thirds: halves serve as well where there are few points.
    let (early, late) = if values.len() >= 12 {
        ((0.0, 0.34), (0.66, 1.0))
    } else {
        ((0.0, 0.5), (0.5, 1.0))
    };
    let steady = slope(early.0, early.1)
        .zip(slope(late.0, late.1))
        .is_some_and(|(a, b)| a < 0.0 && b <= least(early, late) * a);
    monotone && small && steady
}

/// Whether a small rate ends where guessing is: what has learnt nothing has not converged.
fn is_at_chance(case: &Case<'_>) -> bool {
    let view = case.view;
    let small = view.peak_learning_rate().is_some_and(|it| it <= small_rate(case));
    small && best_end(case, Metric::R2).is_some_and(|it| it <= 0.1)
}

/// The learning rate per epoch, where it was logged and positive.
fn rates(case: &Case<'_>) -> Option<Curve> {
    let (series, axis) = case.view.learning_rate.as_ref().zip(case.view.axis.as_ref())?;
    let curve = Curve::new(series, axis);
    let falls = curve.points.iter().all(|it| it.value >= 0.0) && curve.mean_between(0.0, 0.34)? > 0.0;
    falls.then_some(curve)
}

/// A loss or metric that guessing does not reach: little is left to learn.
fn is_good_already(case: &Case<'_>) -> bool {
    let view = case.view;
    let end = |metric| {
        let pair = view.metrics.iter().find(|it| it.metric == metric)?;
        if pair.validation_curve.is_empty() {
            pair.train_curve.end()
        } else {
            pair.validation_curve.end()
        }
    };
    if end(Metric::R2).is_some_and(|it| it >= 0.4) || end(Metric::Auc).is_some_and(|it| it >= 0.8) {
        return true;
    }
    let Some(loss) = judged(case).and_then(|(_, curve)| curve.end()) else {
        return false;
    };
    match (view.task(), view.chance_loss()) {
        (Task::Classification, Some(chance)) => loss < 0.75 * chance,
        // Two balanced classes are guessed at 0.69.
        (Task::Classification, None) => loss < 0.55,
        (Task::Regression, Some(variance)) => loss < 0.6 * variance,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
