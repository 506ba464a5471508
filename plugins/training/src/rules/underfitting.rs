//! `training.underfitting`: the model is poor on the very rows it learns from.
//!
//! Formula: training and validation are both poor (R² below 0.6; accuracy below 0.75 and less
//! than 0.6 of the way from guessing to perfect where the number of classes is known), the gap
//! between them is small, and something explains it:
//! - a limit of the model ([`super::limits`]): too few active units in a layer (width times the
//!   share that dropout keeps), heavy dropout, or heavy weight decay. A limit that is strong
//!   explains a model that is fair but could be good as well: R² below 0.8, less than three
//!   quarters of the way from guessing, or a cross-entropy above Fano's bound for its own
//!   accuracy, `h(e) + e ln(K - 1)`, which a calibrated model stays below: it does not dare to
//!   be sure;
//! - it ends at the level of guessing (R² below 0.1, cross-entropy near that of equal classes; where nobody knows
//!   the classes one answer to all rows, or a loss that sits at ln K with an accuracy of 1 / K for a whole K);
//! - it is still improving when the run ends: a remark.
//!
//! The gap is that of the losses, but none where R² is the same in both splits: the targets of one may spread further.
//!
//! Sources: the Deep Learning Tuning Playbook; deepchecks `SimpleModelComparison` (gain over a
//! naive model); AutoTrainer's fixed bar of 0.7 is wrong for noisy tasks and many classes.
//!
//! Healthy look-alikes: tasks whose best model is no better (noise in the data: nothing limits
//! the model), linear models on linear data, short fine-tunes, a small model that does well.

use deepfix_plugin::{Arg, Draft, Severity};
use deepfix_views::training::{Metric, MetricPair, Schedule, Task};

use super::{
    guess::guessed_classes,
    limits::{Limit, limits},
    vanishing::answers_one_class,
};
use crate::case::Case;

pub(crate) const CODE: &str = "training.underfitting";

/// Fewer points say nothing about what a model can reach.
const POINTS: usize = 5;

/// Validation over training loss at the end, from which a model does better on the rows that it learnt from.
const WIDE: f64 = 1.4;
/// An R² of both splits within so much leaves no such gap, however much further the targets of one spread.
const ALIKE: f64 = 0.1;

/// The quality at the end, on the scale of its metric.
struct Quality {
    column: String,
    train: Option<f64>,
    validation: Option<f64>,
    chance: bool,
    poor: bool,
    /// Fair, but not good.
    mediocre: bool,
    /// As good on validation as on training, by a metric that takes the spread of the target into account.
    alike: bool,
}

pub(crate) fn find(case: &Case<'_>) -> Option<Draft> {
    let view = case.view;
    if !case.is_gradient_trained() || view.points() < POINTS || view.pretrained() {
        return None;
    }
    let quality = quality(case)?;
    let limits = limits(case);
    let held_down = quality.mediocre && limits.iter().any(|it| it.is_strong(case));
    let apart = view.gap().is_some_and(|it| it.end > WIDE) && !quality.alike;
    if !(quality.poor || held_down) || apart {
        return None;
    }
    if !limits.is_empty() {
        return Some(limited(case, &quality, &limits));
    }
    if quality.chance {
        let draft = Draft::new(CODE, Severity::Medium, 0.65)
            .variant("chance")
            .arg("rate", rate(case));
        return Some(with_quality(case, draft, &quality));
    }
    let fall = still_falling(case)?;
    let draft = Draft::new(CODE, Severity::Low, 0.5).variant("unfinished");
    let draft = draft.computed(case.label("late-fall"), fall).share("fall", fall);
    Some(with_quality(case, draft, &quality))
}

/// Which way to turn the learning rate: a rate that is no lower than usual is not what is missing.
fn rate(case: &Case<'_>) -> String {
    let lower = case.view.peak_learning_rate().zip(case.lower_rate());
    let usual = case.usual_rate();
    match lower.filter(|(now, _)| *now >= usual) {
        Some((now, next)) => case.text("advice-chance-lower", &[("now", now.into()), ("next", next.into())]),
        None => case.text("advice-chance-raise", &[]),
    }
}

fn quality(case: &Case<'_>) -> Option<Quality> {
    let pair = case.view.main_metric()?;
    let (train, validation) = (pair.train_curve.end(), pair.validation_curve.end());
    // Dropout and running averages lower the training metric: the better of both counts.
    let best = train.into_iter().chain(validation).reduce(f64::max)?;
    let column = pair.validation.as_ref().or(pair.train.as_ref())?.column.clone();
    let (poor, chance, mediocre) = match pair.metric {
        Metric::R2 => (best < 0.6, best < 0.1, best < 0.8),
        Metric::Accuracy | Metric::BalancedAccuracy | Metric::F1 => classes(case, pair, best),
        Metric::Auc => (best < 0.65, best < 0.55, best < 0.8),
        _ => (false, false, false),
    };
    Some(Quality {
        column,
        train,
        validation,
        chance,
        poor,
        mediocre,
        alike: pair.metric == Metric::R2 && train.zip(validation).is_none_or(|(a, b)| (a - b).abs() < ALIKE),
    })
}

fn classes(case: &Case<'_>, pair: &MetricPair, best: f64) -> (bool, bool, bool) {
    let view = case.view;
    let Some(classes) = view.class_count().or_else(|| guessed_classes(case)) else {
        return (best < 0.7, answers_blindly(case, best), best < 0.8);
    };
    let guess = 1.0 / classes;
    let skill = (best - guess) / (1.0 - guess);
    let loss = if view.validation.is_empty() {
        view.train.end()
    } else {
        view.validation.end()
    };
    let guessing = loss.is_some_and(|it| it >= 0.95 * classes.ln()) && view.task() == Task::Classification;
    let fair = pair.metric != Metric::F1;
    let timid = pair.metric == Metric::Accuracy && loss.is_some_and(|it| it > fano(best, classes));
    (
        best < 0.75 && skill < 0.6,
        guessing && fair && skill < 0.15,
        skill < 0.75 || timid,
    )
}

/// Whether a classifier of unknown classes gives one answer to all rows: its accuracy is one number throughout, and its
/// cross-entropy no lower than that of as many right answers, all equally sure.
fn answers_blindly(case: &Case<'_>, accuracy: f64) -> bool {
    let view = case.view;
    let loss = view.validation.end().or_else(|| view.train.end());
    let least = 0.95 * fano(accuracy, 2.0);
    view.task() == Task::Classification && answers_one_class(case) && loss.is_some_and(|it| it >= least)
}

/// The largest cross-entropy of a calibrated model of this accuracy (Fano's inequality; Cover
/// and Thomas, Elements of Information Theory, section 2.10).
fn fano(accuracy: f64, classes: f64) -> f64 {
    let error = (1.0 - accuracy).clamp(1e-9, 1.0 - 1e-9);
    let binary = -error * error.ln() - (1.0 - error) * (1.0 - error).ln();
    binary + error * (classes - 1.0).max(1.0).ln()
}

fn limited(case: &Case<'_>, quality: &Quality, limits: &[Limit]) -> Draft {
    let mut draft = Draft::new(CODE, Severity::Medium, if limits.len() > 1 { 0.85 } else { 0.75 });
    let (mut clues, mut advice) = (Vec::new(), Vec::new());
    for limit in limits {
        match limit {
            Limit::Width(active) => {
                draft = draft.computed(case.label("active-units"), *active);
                clues.push(case.text("clue-width", &[("active", (*active).into())]));
                advice.push(case.text("advice-width", &[]));
            }
            Limit::Dropout(dropout) => {
                draft = draft.fact(dropout.name.clone(), dropout.raw.clone(), dropout.source.clone());
                clues.push(case.text("clue-dropout", &[("dropout", Arg::Share(dropout.value))]));
                advice.push(case.text("advice-less-dropout", &[("now", dropout.value.into())]));
            }
            Limit::Decay(decay, shrink) => {
                draft = draft.fact(decay.name.clone(), decay.raw.clone(), decay.source.clone());
                let kept = Arg::Share(1.0 - (-shrink).exp());
                clues.push(case.text("clue-decay", &[("decay", decay.value.into()), ("kept", kept)]));
                advice.push(case.text("advice-less-decay", &[("now", decay.value.into())]));
            }
        }
    }
    with_quality(case, draft, quality)
        .arg("clue", case.clauses(&clues))
        .arg("advice", case.clauses(&advice))
}

/// The share by which the loss falls between the third and the last quarter, where it still
/// does and the rate is not meant to have ended it.
fn still_falling(case: &Case<'_>) -> Option<f64> {
    let view = case.view;
    let curve = if view.validation.len() >= POINTS {
        &view.validation
    } else {
        &view.train
    };
    let (before, after) = (curve.mean_between(0.5, 0.75)?, curve.mean_between(0.75, 1.0)?);
    let fall = (before - after) / before.abs();
    let ended = view.schedule() == Schedule::Decaying || view.stopped_early() == Some(true);
    (fall >= 0.1 && !ended).then_some(fall)
}

fn with_quality(case: &Case<'_>, mut draft: Draft, quality: &Quality) -> Draft {
    let view = case.view;
    if let Some(pair) = view.main_metric() {
        for series in [&pair.train, &pair.validation].into_iter().flatten() {
            if let Some((row, _)) = series.last() {
                draft = case.cell_fact(draft, series, row);
            }
        }
    }
    // One column says nothing about the other rows.
    let (ends, alike) = match (quality.train, quality.validation) {
        (Some(train), Some(validation)) => (
            case.text(
                "clue-ends-both",
                &[("train", train.into()), ("validation", validation.into())],
            ),
            "clue-poor-alike",
        ),
        (Some(it), None) => (case.text("clue-ends-train", &[("value", it.into())]), "clue-poor-alone"),
        (None, it) => (
            case.text("clue-ends-validation", &[("value", it.unwrap_or(f64::NAN).into())]),
            "clue-poor-alone",
        ),
    };
    draft
        .arg("column", quality.column.as_str())
        .arg("ends", ends)
        .arg("alike", case.text(alike, &[]))
}

#[cfg(test)]
mod tests;
