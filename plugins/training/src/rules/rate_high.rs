//! `training.lr_too_high`: steps so large that training leaves what it had learnt.
//!
//! Formula, on the training loss per epoch, all values finite:
//! - diverged: it rises [`SPIKE`]-fold over the lowest value before and ends at least half above
//!   that value, by at least a tenth of the first loss;
//! - stuck: it starts [`SPIKE`]-fold above its later level, or the rate is far beyond the usual,
//!   and it sits at the level of guessing: the first steps threw the weights where no gradient
//!   leads back; with both, a poor level is enough;
//! - oscillating: the validation loss jumps by [`JUMPS`] and the training loss by half of that
//!   from epoch to epoch, with batches too large to be the reason; with a rate far beyond the
//!   usual, half of these jumps are enough.
//!
//! Sources: TheDeepChecker (diverging: 2 x the minimum), Bengio 2012, the Deep Learning Tuning
//! Playbook. The rate alone is no evidence: SGD at 0.1 is normal, and unscaled targets need more.
//!
//! Healthy look-alikes: warm-up spikes and warm restarts (they recover: the end is low again,
//! unless the run was cut soon after a restart), a few rows far from all others (validation does not move),
//! a converged loss that wobbles around zero (small against the first loss), dropout noise (it
//! is not in the validation loss), tiny batches and tiny validation splits (the noise rule), a training loss that
//! only ever falls, however fast.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::stats;
use deepfix_views::training::{Curve, Metric, Optimizer, Orientation, Point, Schedule};

use crate::case::Case;

pub(crate) const CODE: &str = "training.lr_too_high";

/// Healthy transients stay below twice the best value.
const SPIKE: f64 = 3.0;
/// The last validation loss over its lowest, up to which nothing was lost.
const CALM: f64 = 1.2;
/// The noise of the validation loss, relative to its level.
const JUMPS: f64 = 0.15;
/// Smaller batches are noisy by themselves.
const SMALL_BATCH: f64 = 8.0;
/// A model with more than that on the rows it learns from does not guess.
const POOR_ACCURACY: f64 = 0.75;
/// The highest validation loss over the lowest, up to which no weight was ever thrown.
const UNMOVED: f64 = 1.05;
/// Fewer points have no course.
const POINTS: usize = 5;

pub(crate) fn find(case: &Case<'_>) -> Option<Draft> {
    if !case.is_gradient_trained() || case.view.points() < POINTS {
        return None;
    }
    diverged(case).or_else(|| stuck(case)).or_else(|| oscillating(case))
}

fn diverged(case: &Case<'_>) -> Option<Draft> {
    let (series, curve) = if case.view.train.len() >= POINTS {
        (case.view.train_loss.as_ref()?, &case.view.train)
    } else {
        (case.view.validation_loss.as_ref()?, &case.view.validation)
    };
    let curve = &before_open_restart(case, curve);
    let first = curve.points.first()?;
    let (mut lowest, mut worst) = (*first, None);
    let mut before = *first;
    for point in &curve.points {
        let factor = point.value / lowest.value;
        if lowest.value > 0.0 && factor >= SPIKE && worst.is_none_or(|(_, it)| factor > it) {
            worst = Some((*point, factor));
            before = lowest;
        }
        if point.value < lowest.value {
            lowest = *point;
        }
    }
    let (peak, _) = worst?;
    // A spike within the last tenth that is over already does not count as the end.
    let end = curve.end()?.min(curve.points.last()?.value);
    if end < 1.5 * before.value || end - before.value < 0.1 * first.value {
        return None;
    }
    // Restarts that only the scheduler's name tells of: each cycle but a cut one ends low again.
    let unlogged = case.view.schedule() == Schedule::Restarting && case.view.learning_rate.is_none();
    let late = curve.slice(0.5, 1.0).into_iter().fold(f64::INFINITY, f64::min);
    if unlogged && late < 1.5 * before.value {
        return None;
    }
    // Batches of a few rows, dropout and their normalisation make the training loss jump while the
    // weights stay where they are: then validation is as good as ever.
    let validation = case.view.validation.values();
    let lowest = validation.iter().copied().fold(f64::INFINITY, f64::min);
    let calm = case
        .view
        .validation
        .end()
        .is_some_and(|it| it > 0.0 && it <= CALM * lowest);
    if validation.len() >= POINTS && calm {
        return None;
    }
    let best = case.extreme(series, &[before], false)?;
    let peak = case.extreme(series, &[peak], true)?;
    let factor = peak.value / best.value;
    let draft = Draft::new(CODE, Severity::High, 0.9)
        .computed(case.label("spike"), factor)
        .arg("column", series.column.as_str())
        .arg("best", best.value)
        .arg("best_at", best.at.as_str())
        .arg("peak", peak.value)
        .arg("peak_at", peak.at.as_str())
        .arg("end", end)
        .arg("factor", factor);
    let draft = case.told_fact(case.told_fact(draft, series, &best), series, &peak);
    Some(with_rate(case, draft))
}

/// The curve without the points after a restart from which the logged rate has not come down
/// again to half of its peak: a restart throws the loss up, and the rest of its cycle mends that.
fn before_open_restart(case: &Case<'_>, curve: &Curve) -> Curve {
    let open = || {
        let view = case.view;
        if view.schedule() != Schedule::Restarting {
            return None;
        }
        let rates = Curve::new(view.learning_rate.as_ref()?, view.axis.as_ref()?);
        let peak = rates.values().into_iter().fold(0.0, f64::max);
        if rates.points.last()?.value < 0.5 * peak {
            return None;
        }
        // The last rise that follows a fall.
        let pairs: Vec<_> = rates.points.iter().zip(rates.points.get(1..)?).collect();
        let rise = pairs.iter().rposition(|(a, b)| b.value > a.value)?;
        let fall = pairs.get(..rise)?.iter().rposition(|(a, b)| b.value < a.value)?;
        pairs.get(fall + 1).map(|(_, restarted)| restarted.group)
    };
    let mut kept = curve.clone();
    if let Some(from) = open() {
        kept.points.retain(|it| it.group < from);
    }
    kept
}

/// A learning rate thirty times beyond what is customary for its optimiser.
fn is_extreme(case: &Case<'_>) -> bool {
    let momentum = |name: &str| name.contains("momentum") || name.contains("nesterov");
    let heavy = case.view.params.momentum().is_some_and(|it| it.value > 0.5)
        || case.view.params.optimizer().is_some_and(|it| momentum(&it.value));
    let limit = match case.view.optimizer_kind() {
        Optimizer::Adaptive => 0.03,
        Optimizer::Plain if heavy => 0.2,
        Optimizer::Plain => 0.5,
        Optimizer::Unknown => 0.3,
    };
    case.view.peak_learning_rate().is_some_and(|it| it >= limit)
}

fn stuck(case: &Case<'_>) -> Option<Draft> {
    let view = case.view;
    let curve = &view.train;
    let level = stats::median(&curve.slice(0.5, 1.0)).filter(|it| *it > 0.0)?;
    let early = curve
        .points
        .iter()
        .take((curve.len() / 4).max(1))
        .max_by(|a, b| a.value.total_cmp(&b.value))?;
    let (before, after) = (curve.mean_between(0.25, 0.5)?, curve.mean_between(0.75, 1.0)?);
    let extreme = is_extreme(case);
    let still = before - after < if extreme { 0.1 } else { 0.05 } * level;
    let thrown = extreme && early.value >= SPIKE * level && is_poor(case);
    if !extreme && is_of_the_rows(case, early) {
        return None;
    }
    if !still || !(extreme || early.value >= SPIKE * level) || !(thrown || guesses(case, level)) {
        return None;
    }
    let series = view.train_loss.as_ref()?;
    let peak = case.extreme(series, &[*early], true)?;
    let draft = Draft::new(CODE, Severity::High, if extreme { 0.85 } else { 0.75 })
        .variant("stuck")
        .computed(case.label("late-level"), level)
        .arg("column", series.column.as_str())
        .arg("peak", peak.value)
        .arg("peak_at", peak.at.as_str())
        .arg("end", level);
    Some(with_rate(case, case.told_fact(draft, series, &peak)))
}

/// Whether the validation loss went on through a spike of the training loss as if nothing had happened: then
/// rows far from all others were in that epoch's batches, and the weights stayed where they were.
fn is_of_the_rows(case: &Case<'_>, spike: &Point) -> bool {
    let points = &case.view.validation.points;
    let later = points.first().is_some_and(|it| it.group < spike.group);
    let values = case.view.validation.values();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    later && values.len() >= POINTS && low > 0.0 && high <= UNMOVED * low
}

/// Whether the model is poor on the rows it learns from: a network that huge first steps have
/// left with a few live units.
fn is_poor(case: &Case<'_>) -> bool {
    let pair = case.view.main_metric();
    pair.is_some_and(|it| match it.metric {
        Metric::R2 => it.train_curve.end().is_some_and(|it| it <= 0.5),
        Metric::Accuracy => it.train_curve.end().is_some_and(|it| it <= POOR_ACCURACY),
        _ => false,
    })
}

/// Whether the model has learnt nothing by its end, as far as can be told.
fn guesses(case: &Case<'_>, level: f64) -> bool {
    let view = case.view;
    let pair = view.main_metric();
    if let Some(r2) = pair.filter(|it| it.metric == Metric::R2) {
        return r2
            .train_curve
            .end()
            .or_else(|| r2.validation_curve.end())
            .is_some_and(|it| it <= 0.1);
    }
    if let Some(chance) = view.chance_loss() {
        return level >= 0.93 * chance;
    }
    // An error that falls gains nothing on this scale, and one that began near its best has little to gain.
    let rising = pair.filter(|it| it.metric.orientation() == Orientation::HigherIsBetter);
    let course = rising.and_then(|it| {
        let curve = if it.train_curve.is_empty() {
            &it.validation_curve
        } else {
            &it.train_curve
        };
        Some((curve.points.first()?.value, curve.end()?))
    });
    course.is_some_and(|(first, end)| end - first <= 0.05 && end <= POOR_ACCURACY)
}

fn oscillating(case: &Case<'_>) -> Option<Draft> {
    let view = case.view;
    if case.batch().is_some_and(|it| it <= SMALL_BATCH) || view.schedule() == Schedule::Restarting {
        return None;
    }
    // A split of a few rows exaggerates every change of the weights, a loss of next to nothing every
    // change of itself.
    if case.is_tiny_split() || case.is_nearly_nothing(&view.validation) {
        return None;
    }
    let (train, validation) = (view.train.noise(0.2)?, view.validation.noise(0.2)?);
    let turns = stats::sign_changes(&view.validation.slice(0.2, 1.0));
    let least = if is_extreme(case) { JUMPS / 2.0 } else { JUMPS };
    // What a training loss that only ever falls has by way of noise is the bend of its course.
    let bend = stats::sign_changes(&view.train.slice(0.2, 1.0)) <= 0.0;
    if validation < least || train < least / 2.0 || turns < 0.4 || bend {
        return None;
    }
    let series = view.validation_loss.as_ref()?;
    let decay = if case.decays() {
        String::new()
    } else {
        case.sentence("advice-decay", &[])
    };
    let draft = Draft::new(CODE, Severity::Medium, 0.7)
        .variant("oscillating")
        .arg("decay", decay)
        .beyond(validation / least)
        .computed(case.label("validation-noise"), validation)
        .computed(case.label("train-noise"), train)
        .arg("column", series.column.as_str())
        .share("noise", validation)
        .share("train_noise", train)
        .share("turns", turns);
    let draft = match (series.lowest(), series.highest()) {
        (Some((low, _)), Some((high, _))) => case.cell_fact(case.cell_fact(draft, series, low), series, high),
        _ => draft,
    };
    Some(with_rate(case, draft))
}

fn with_rate(case: &Case<'_>, draft: Draft) -> Draft {
    let clip = match case.view.params.clip() {
        Some(_) => String::new(),
        None => case.sentence("advice-clip", &[]),
    };
    case.setting_facts(draft)
        .arg("rate", case.lower_rate_text())
        .arg("clip", clip)
}

#[cfg(test)]
mod tests;
