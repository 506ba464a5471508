//! `cross.val_labels_corrupted`: the model learns, but on the validation rows it is no better
//! than guessing, and that from the first epochs on: their labels do not belong to them.
//!
//! Four conditions; `e` is the standard error of the validation accuracy at the level of guessing:
//!
//! 1. *Training learned*: over the second half its accuracy lies three standard errors and a
//!    tenth of the way to 1 above the majority class (R² from 0.3; loss at most 0.85 of chance).
//! 2. *Validation is blind*: its accuracy never gets 1.6 e above the majority class (R² over
//!    the second half at most 0.1), and its lowest loss is no lower than that of a constant
//!    answer. Overfitting begins with an improvement, whatever follows.
//! 3. *From the start*: over the first three epochs, in which little can be memorised, training
//!    is ahead by 3.3 e and 0.1 (R² by 0.3), or by 5.5 e where training has done half of its
//!    way; by 5 e at the start where training rows are known by heart in the end. If only one
//!    of accuracy and loss is blind, as with partly permuted labels, by 6.5 e,
//!    or by 5.5 e over the first eight epochs.
//!    Or: within twenty passes, too few to learn rows by heart, training reaches a level that it
//!    keeps to the end (R² of 0.2, accuracy three standard errors and a tenth above the majority
//!    class) while validation is blind then and ever after, and gets worse. An R² of 0.1 will do where validation
//!    lies below zero by a third of it, as rows with other rows' labels do; with several weights for each row
//!    it must lie there.
//!    Where a check found that features predict the label in training but not in test, 2.5 e at
//!    the start or 3.3 e half-way will do.
//! 4. *Nothing else explains it*: no drift, unseen labels, tiny split, measured effect of the row
//!    order (or a fixed one, unless that check speaks), or broken training.
//!
//! Also: validation far below any guess while training is good, whatever else is found: labels
//! that were mapped to other classes.
//!
//! Where nobody knows the shares of the classes, training must gain something: an accuracy that stands where it began
//! is that of a constant answer. Without the number of classes the level of guessing is unknown; then validation must not
//! improve at all after the first epoch. Without curves a check must have found that features
//! which predict the label in training do not in test, which is a medium fault.
//!
//! Sources: Northcutt et al. 2021 (wrong labels in test sets), Zhang et al. 2017 (what is learnt by
//! heart does not carry over).
//!
//! Healthy: overfitting, whose gap opens as training rows are memorised; R² below zero in the
//! first epochs; majority-class accuracy of a model that has not learned; a split of ten rows; an oversized network
//! on targets that nothing predicts, whose answers on other rows vary less than on its own.

use deepfix_plugin::{ArtifactKind, Draft, Severity};
use deepfix_views::{
    dataset::Which,
    training::{Metric, TrainingView, paired},
};

use super::{
    Case, Conclusion,
    drift::DRIFT,
    early::is_inverted,
    looks::{Look, by_loss, by_metric, differences, second_half},
};
use crate::experiment::point_fact;

/// What else can make validation bad from the start.
const OTHER_CAUSES: [&str; 7] = [
    "dataset.test_too_small",
    "training.exploding_gradients",
    "training.lr_too_high",
    "training.vanishing_gradients",
    "training.metric_loss_mismatch",
    "training.lr_too_low",
    "dataset.mixed_types",
];

pub(super) const FEWEST_ROWS: f64 = 15.0;
const CORRELATION: &str = "checks.train_test_correlation_change";

pub(super) fn find(case: &Case<'_>) -> Option<Conclusion> {
    if let Some(view) = &case.experiment.training
        && is_inverted(case, view)
    {
        return conclude(case, view, false);
    }
    if case.findings.fault(&DRIFT) || case.findings.fault(&OTHER_CAUSES) || case.findings.measures_order() {
        return None;
    }
    match case.experiment.training.as_ref().filter(|it| it.points() > 0) {
        Some(view) => by_curves(case, view),
        None => by_checks(case),
    }
}

/// Without curves a check has to say it alone: what predicts the label in training does not in
/// test, while the features are alike.
fn by_checks(case: &Case<'_>) -> Option<Conclusion> {
    let change = case.findings.serious(&[CORRELATION])?;
    if case.experiment.validation_rows()? < 2.0 * FEWEST_ROWS {
        return None;
    }
    let draft = Draft::new(
        "cross.val_labels_corrupted",
        Severity::Medium,
        0.6_f64.min(change.strength()),
    )
    .variant("checks")
    .arg("change", change.analysis.finding.evidence.as_str());
    Some(Conclusion::new(draft))
}

fn by_curves(case: &Case<'_>, view: &TrainingView) -> Option<Conclusion> {
    let correlation = case.findings.worst(&[CORRELATION]).is_some();
    // A fixed order may teach as little that is general; but it does not change what predicts the label.
    if view.params.shuffle().is_some_and(|it| !it.value) && !correlation {
        return None;
    }
    let rows = case.experiment.validation_rows();
    if rows.is_some_and(|it| it < FEWEST_ROWS) {
        return None;
    }
    if !gains(case, view) {
        return None;
    }
    let (metric, loss) = (by_metric(case, rows), by_loss(case, view));
    let found = match (&metric, &loss) {
        (Some(metric), loss) if metric.early && loss.as_ref().map_or(metric.blind, |it| it.blind) => {
            rows.is_some_and(|it| it >= 2.0 * FEWEST_ROWS)
        }
        (Some(metric), loss) => {
            let blind = metric.blind && loss.as_ref().is_none_or(|it| it.blind);
            let half_blind = metric.blind || loss.as_ref().is_some_and(|it| it.blind);
            let known_by_heart = is_known_by_heart(case, view);
            // Where the frequent class dominates accuracy hardly moves, but the loss does.
            let learned = metric.learned || (correlation && loss.as_ref().is_some_and(|it| it.learned));
            learned && from_the_start(metric, blind, half_blind, known_by_heart, correlation)
        }
        (None, Some(loss)) => {
            let enough_rows = rows.is_some_and(|it| it >= 40.0);
            loss.learned && enough_rows && from_the_start(loss, loss.blind, loss.blind, false, correlation)
        }
        (None, None) => never_improves(case, view, rows?, correlation),
    };
    found.then(|| conclude(case, view, correlation)).flatten()
}

/// The third condition.
fn from_the_start(look: &Look, blind: bool, half_blind: bool, known_by_heart: bool, correlation: bool) -> bool {
    if !half_blind {
        return false;
    }
    if correlation {
        return if blind {
            (look.start >= 2.5 && look.matters) || look.half >= 3.3
        } else {
            look.start >= 4.0
        };
    }
    match (blind, known_by_heart) {
        (true, false) => look.matters && (look.start >= 3.3 || (look.start >= 2.0 && look.half >= 5.5)),
        (true, true) => look.matters && look.start >= 5.0,
        (false, _) => look.matters && (look.start >= 6.5 || (look.eight >= 5.5 && !known_by_heart)),
    }
}

/// Whether training rows are reproduced without an error in the end, so that what training
/// shows says nothing of how much there is to learn.
fn is_known_by_heart(case: &Case<'_>, view: &TrainingView) -> bool {
    let low = match (view.train.end(), case.experiment.chance_loss()) {
        (Some(end), Some(chance)) => end <= 0.1 * chance,
        _ => false,
    };
    let pair = case.experiment.metric().filter(|it| it.metric.is_classification());
    low && pair.is_some_and(|it| second_half(&it.train_curve).is_some_and(|it| it >= 0.98))
}

/// Where nobody knows the number of classes, and so the level of guessing: training learns from
/// the first epochs on, and validation gets no better than in the very first. Overfitting at
/// least begins with an improvement.
fn never_improves(case: &Case<'_>, view: &TrainingView, rows: f64, correlation: bool) -> bool {
    let Some(pair) = case.experiment.metric().filter(|it| it.metric == Metric::Accuracy) else {
        return false;
    };
    let (Some(train), Some(validation)) = (second_half(&pair.train_curve), second_half(&pair.validation_curve)) else {
        return false;
    };
    let (Some((start, _)), Some(first)) = (
        differences(&pair.train_curve, &pair.validation_curve),
        pair.validation_curve.points.first(),
    ) else {
        return false;
    };
    let error = (validation * (1.0 - validation)).max(0.02).sqrt() / rows.sqrt();
    let losses = view.validation.values();
    let lowest = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let loss_falls = losses.first().is_some_and(|first| lowest < 0.98 * first);
    let still = validation - first.value <= 1.3 * error && !loss_falls && !losses.is_empty();
    let certainty = if correlation { 1.0 } else { 1.5 };
    !case.experiment.grows_trees() && still && train - validation >= 0.2 && start >= certainty * (2.5 * error).max(0.1)
}

/// Whether training learns anything, as far as one must ask where nobody knows the shares of the classes: an accuracy
/// that stands where it began, beside a loss that hardly moves, is that of a constant answer, which other shares in
/// validation leave behind.
fn gains(case: &Case<'_>, view: &TrainingView) -> bool {
    const GAINED: f64 = 0.05;
    const FELL: f64 = 0.25;
    let experiment = case.experiment;
    let known = experiment
        .class_shares(Which::Train)
        .or_else(|| experiment.class_shares(Which::Test));
    let Some(pair) = experiment
        .metric()
        .filter(|it| known.is_none() && it.metric == Metric::Accuracy)
    else {
        return true;
    };
    let gained = second_half(&pair.train_curve).zip(pair.train_curve.points.first());
    gained.is_none_or(|(late, first)| late - first.value >= GAINED)
        || view.train.relative_fall().is_none_or(|it| it >= FELL)
}

fn conclude(case: &Case<'_>, view: &TrainingView, correlation: bool) -> Option<Conclusion> {
    let compared = [ArtifactKind::Dataset, ArtifactKind::Deepchecks]
        .into_iter()
        .any(|it| case.experiment.present.contains(&it));
    let (severity, confidence) = match (compared, correlation) {
        (true, true) => (Severity::High, 0.93),
        (true, false) => (Severity::High, 0.85),
        // Nobody compared the splits, so that drift remains possible.
        (false, _) => (Severity::Medium, 0.6),
    };
    let (train, validation, a, b) = match case.experiment.metric() {
        Some(it) => (
            it.train.as_ref()?,
            it.validation.as_ref()?,
            &it.train_curve,
            &it.validation_curve,
        ),
        None => (
            view.train_loss.as_ref()?,
            view.validation_loss.as_ref()?,
            &view.train,
            &view.validation,
        ),
    };
    let pairs = paired(a, b);
    let (first_train, first_validation, point) = pairs.first()?;
    let (last_train, last_validation) = (a.points.last()?, b.points.last()?);
    let mut draft = Draft::new("cross.val_labels_corrupted", severity, confidence)
        .variant(if case.experiment.metric().is_some() {
            "metric"
        } else {
            "loss"
        })
        .arg("train_name", train.column.as_str())
        .arg("validation_name", validation.column.as_str())
        .arg("first_train", *first_train)
        .arg("first_validation", *first_validation)
        .arg("first_at", case.at(point.label))
        .arg("last_train", last_train.value)
        .arg("last_validation", last_validation.value)
        .arg("rows", case.experiment.validation_rows().unwrap_or_default() as u64)
        .arg(
            "checked",
            case.text(
                if compared {
                    "splits-compared"
                } else {
                    "splits-not-compared"
                },
                &[],
            ),
        );
    for (series, point) in [(train, last_train), (validation, point), (validation, last_validation)] {
        draft = point_fact(draft, series, point);
    }
    Some(Conclusion::new(draft))
}
