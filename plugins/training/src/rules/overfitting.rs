//! `training.overfitting`: the model goes on learning the training rows at the expense of others.
//!
//! Formula: the smoothed validation loss has its best point in the first [`LATEST`] of the run
//! and ends at least [`RISE`] above it and [`BEYOND`] times its own noise; the training loss
//! falls by a fifth or more after that point; the run goes on long enough after it that no
//! early stopping can have been at work; and the gap *opens*: at the first points validation is
//! not clearly worse than training, or the gap at least doubles after validation improved. Sources: Prechelt 1998 (generalisation loss), SageMaker
//! `Overfit` and `Overtraining` (patience 10, delta 0.1), UMLAUT.
//!
//! Not overfitting, though a gap is there: a gap from the first epoch on (drift between the
//! splits, wrong validation labels, an unrepresentative split), unless R² of both splits agree there, a gap that stays as wide as it
//! is, noise, runs that early stopping ended a few epochs after their best (where nothing tells of it, a remark up to [`FAR_RISE`]). Where validation
//! never improves at all, wrong labels or other data explain it as well, and it is a remark: only a network with
//! many more weights than rows makes overfitting the likelier cause. That a metric was once better than
//! such labels allow ([`learnt`]) counts though the rise has undone it.
//! Healthy look-alikes: dropout and augmentation (validation better than training), a tiny rise
//! at the end of a good fit.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::training::{Best, Curve, Gap, TrainingView};

use crate::{case::Case, place::Lowest};

mod learnt;

pub(crate) const CODE: &str = "training.overfitting";

/// The best point must not lie in the last third.
const LATEST: f64 = 0.67;
/// Validation loss at the end over the best one, minus 1.
const RISE: f64 = 0.05;
/// A rise beyond this is no detail.
const CLEAR_RISE: f64 = 0.12;
/// A rise that no early stopping of a healthy run leaves behind it: such runs end within 5 %.
const FAR_RISE: f64 = 0.2;
/// The rise in units of the noise of neighbouring points.
const BEYOND: f64 = 3.0;
/// With so many points the best and the last value average over five or more,
const AVERAGED: usize = 50;
/// which halves their noise.
const BEYOND_AVERAGED: f64 = 1.8;
/// How much the training loss falls after the best point.
const STILL_LEARNING: f64 = 0.2;
/// Early stopping with the usual patience of 3 to 10 ends a run within so many points.
const PATIENCE: usize = 11;
/// Fewer points after the best one are what any patience takes.
const FEWEST_AFTER: usize = 5;
/// Validation over training loss at the first points that tells of different data. The training
/// loss of an epoch averages over its steps and so is higher than a loss at the epoch's end.
const OPEN_FROM_START: f64 = 1.3;
/// A gap that memorising opens wide may be a small one in the first epoch, in which small batches
/// have learnt much already: up to here,
const WIDE_FROM_START: f64 = 1.6;
/// at the best point half of what it is at the end or less,
const DOUBLED: f64 = 0.5;
/// and with a validation loss that first fell by a tenth, as wrong labels do not let it.
const IMPROVED: f64 = 0.9;

/// The rise of the validation loss after its best point, where it is one.
pub(crate) fn rise(case: &Case<'_>) -> Option<Best> {
    let best = case.view.best()?;
    // Both ends are means over a tenth of the run: the more points, the less noise is in them.
    let beyond = if case.view.validation.len() >= AVERAGED {
        BEYOND_AVERAGED
    } else {
        BEYOND
    };
    let real = best.rise >= RISE && best.rise_in_noise >= beyond && best.share <= LATEST && best.value > 0.0;
    (real && best.after >= least_after(case.view)).then_some(best)
}

/// The same in a run so short that early stopping may have ended it, where nothing tells: a remark, since
/// the last weights are not those to keep unless somebody kept the best.
pub(crate) fn unnoticed(case: &Case<'_>) -> Option<Best> {
    let view = case.view;
    let told = view.params.early_stopping().is_some()
        || view.params.patience().is_some()
        || view.params.restores_best().is_some()
        || view.stopped_early().is_some();
    let best = view.best().filter(|_| !told)?;
    let clear = best.rise >= CLEAR_RISE && best.rise_in_noise >= BEYOND && best.value > 0.0;
    (clear && best.share <= LATEST && best.after >= FEWEST_AFTER).then_some(best)
}

/// Points after the best one that early stopping would not have allowed.
fn least_after(view: &TrainingView) -> usize {
    let stated = view.params.patience().map(|it| it.value as usize + 1);
    // A patience longer than the run never ends it.
    let idle = stated.is_some_and(|it| it >= view.points());
    let stopping = view.params.early_stopping().map(|it| it.value && !idle);
    match (stopping, view.stopped_early()) {
        // Stopping is off and the run is complete: a few points are enough.
        (Some(false), Some(false) | None) | (None, Some(false)) => 4,
        // It ended early, whatever the parameters say, or may have.
        _ => stated.filter(|_| !idle).unwrap_or(PATIENCE).max(PATIENCE),
    }
}

/// Whether validation is clearly worse than training from the first points on, and the gap is
/// not one that only opens after validation has improved. Targets of another variance make losses
/// of another size: where the R² of both agree at first there is no gap ([`learnt::agreed`]).
pub(crate) fn is_open_from_start(view: &TrainingView, gap: &Gap, best: &Best) -> bool {
    let improved = view
        .validation
        .points
        .first()
        .is_some_and(|it| best.value <= IMPROVED * it.value);
    let opens = gap.start < WIDE_FROM_START && gap.at_best <= DOUBLED * gap.end && improved;
    gap.start >= OPEN_FROM_START && !opens && !learnt::agreed(view)
}

pub(crate) fn find(case: &Case<'_>) -> Option<Draft> {
    let view = case.view;
    let known = rise(case);
    let untold = known.is_none();
    let best = known.or_else(|| unnoticed(case))?;
    let gap = view.gap()?;
    let fall = fall_after(&view.train, best.point.group)?;
    if fall < STILL_LEARNING || is_open_from_start(view, &gap, &best) || gap.end < 1.2 || gap.end < gap.start {
        return None;
    }
    let unclear = learnt::never_improved(case, &best) && !is_oversized(case);
    let guesses = view.validation_chance().is_some_and(|it| it.at_or_below == Some(true));
    let (severity, confidence) = match best.rise {
        // Validation that never got better may have wrong labels or other data instead.
        // At the level of guessing they are the likelier reason, and the rules that see the data
        // speak of them: here it is no more than a remark.
        _ if unclear && guesses => (Severity::Low, 0.4),
        _ if unclear => (Severity::Low, 0.45),
        // Early stopping ends a healthy run near its best as well: so far from it the run has overfitted,
        // whatever weights were kept.
        it if untold && it >= FAR_RISE => (Severity::Medium, 0.75),
        _ if untold => (Severity::Low, 0.5),
        it if it >= 0.4 => (Severity::High, 0.93),
        it if it >= CLEAR_RISE => (Severity::Medium, 0.85),
        _ => (Severity::Low, 0.6),
    };
    let (train, validation) = (view.train_loss.as_ref()?, view.validation_loss.as_ref()?);
    let lowest = case.lowest(validation, &view.validation, &best)?;
    let fall = fall_after(&view.train, lowest.group)?;
    let mut draft = Draft::new(CODE, severity, confidence)
        .beyond(best.rise / if severity == Severity::Low { RISE } else { CLEAR_RISE })
        .computed(case.label("rise"), best.rise)
        .computed(case.label("fall-after-best"), fall)
        .computed(case.label("end-gap"), gap.end)
        .arg("train", train.column.as_str())
        .arg("validation", validation.column.as_str())
        .arg("lowest", is_lowest(case, &lowest))
        .arg("best", lowest.value)
        .arg("best_at", lowest.at.as_str())
        .arg("around", around(case, &best, &lowest))
        .arg("level", best.value)
        .arg("end", best.end)
        .share("rise", best.rise)
        .share("fall", fall)
        .arg("train_end", view.train.end()?)
        .arg("gap", gap.end)
        .arg("start", start(case, &gap))
        .extra("best_label", case.label_of(lowest.row));
    draft = case.cell_fact(draft, validation, lowest.row);
    draft = case.ends(draft, Some(train));
    if let Some((row, _)) = validation.last() {
        draft = case.cell_fact(draft, validation, row);
    }
    Some(with_regularisation(case, draft, untold))
}

/// How the gap of the losses at the first points compares with that at the end.
fn start(case: &Case<'_>, gap: &Gap) -> String {
    if gap.start >= OPEN_FROM_START {
        case.text("clue-start-less", &[("start", gap.start.into())])
    } else {
        case.text("clue-start-alike", &[])
    }
}

/// The level of the curve about its lowest row, where that row is not it: a single row is as low as
/// its noise makes it, and no end of a run is to be compared with it.
pub(crate) fn around(case: &Case<'_>, best: &Best, lowest: &Lowest) -> String {
    /// The share by which the two differ as good as nothing.
    const SAME: f64 = 0.01;
    if (best.value - lowest.value).abs() <= SAME * best.value.abs() {
        String::new()
    } else {
        case.text("clue-level", &[("level", best.value.into())])
    }
}

/// How the lowest value is told, given whether a single value elsewhere is lower.
pub(crate) fn is_lowest(case: &Case<'_>, lowest: &Lowest) -> String {
    case.text(
        if lowest.outlier {
            "clue-lowest-but-single"
        } else {
            "clue-lowest"
        },
        &[],
    )
}

/// Far more weights than training rows, and nothing that restrains them: such a network learns
/// its rows by heart whatever the labels of others are.
fn is_oversized(case: &Case<'_>) -> bool {
    /// Weights per row; healthy tables and networks have 1 to 20.
    const WEIGHTS_PER_ROW: f64 = 25.0;
    let view = case.view;
    let Some(sizes) = view.architecture(|it| it.hidden_sizes()) else {
        return false;
    };
    let weights: f64 = sizes.value.windows(2).map(|it| it.iter().product::<f64>()).sum();
    let steps = view
        .updates()
        .zip(view.axis.as_ref())
        .map(|(steps, axis)| steps / axis.len().max(1) as f64);
    let rows = steps.zip(case.batch()).map(|(steps, batch)| steps * batch);
    let restrained = view.architecture(|it| it.dropout()).is_some_and(|it| it.value >= 0.1);
    rows.is_some_and(|rows| weights >= WEIGHTS_PER_ROW * rows) && !restrained
}

/// The share by which the training loss falls after a group.
fn fall_after(train: &Curve, group: u32) -> Option<f64> {
    let smooth = train.smooth();
    let place = train.points.iter().position(|it| it.group >= group)?;
    let (there, end) = (smooth.get(place).copied()?, train.end()?);
    let fall = (there - end) / there.abs();
    fall.is_finite().then_some(fall)
}

/// What regularisation is there, and what to add.
fn with_regularisation(case: &Case<'_>, mut draft: Draft, untold: bool) -> Draft {
    let view = case.view;
    let mut clues = Vec::new();
    if untold {
        clues.push(case.text("clue-stopping-maybe", &[]));
    }
    let mut advice = Vec::new();
    match view.architecture(|it| it.dropout()) {
        Some(dropout) if dropout.value < 0.3 => {
            advice.push(case.text("advice-dropout", &[("now", dropout.value.into()), ("next", 0.3.into())]));
            draft = draft.fact(dropout.name, dropout.raw, dropout.source);
        }
        Some(_) => {}
        None => advice.push(case.text("advice-dropout-unknown", &[])),
    }
    if let Some(decay) = view.params.weight_decay().filter(|it| it.value < 0.01) {
        advice.push(case.text(
            "advice-weight-decay",
            &[("now", decay.value.into()), ("next", 0.01.into())],
        ));
        draft = draft.fact(decay.name, decay.raw, decay.source);
    }
    if let Some(sizes) = view.architecture(|it| it.hidden_sizes()) {
        let shown = sizes
            .value
            .iter()
            .take(6)
            .map(|it| format!("{it}"))
            .collect::<Vec<_>>()
            .join("-");
        clues.push(case.text("clue-hidden-sizes", &[("sizes", shown.clone().into())]));
        advice.push(case.text("advice-smaller-network", &[("sizes", shown.into())]));
        draft = draft.computed(case.label("hidden-units"), sizes.value.iter().sum::<f64>());
    }
    let clue = if clues.is_empty() {
        String::new()
    } else {
        format!(" {}", clues.join(" "))
    };
    draft.arg("clue", clue).arg("advice", case.clauses(&advice))
}

#[cfg(test)]
mod tests;
