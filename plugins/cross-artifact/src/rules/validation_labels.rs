//! `cross.val_labels_corrupted`: the model learns, but on the validation rows it is no better
//! than guessing, and that from the first epochs on: their labels do not belong to them.
//!
//! Four conditions, each with the noise of the sample in mind:
//!
//! 1. *Training learned*: over the second half its accuracy lies three standard errors and a
//!    tenth of the way to 1 above the majority class (R² from 0.3; loss at most 0.85 of chance).
//! 2. *Validation is blind*: over the second half its accuracy is within 1.3 standard errors of
//!    the majority class (R² at most 0.1), or its lowest loss ever is no lower than that of a
//!    constant answer.
//! 3. *From the start*: already over the first three epochs training and validation differ by
//!    2.5 standard errors and 0.1 (R² by 0.3). Where a check found that features predict the
//!    label in training but not in test, the point at which training has done half of its way
//!    will do instead.
//! 4. *Nothing else explains it*: no drift, unseen labels, tiny split, fixed row order, or broken
//!    training.
//!
//! Healthy: overfitting, whose gap opens as training rows are memorised; R² below zero in the
//! first epochs; majority-class accuracy of a model that has not learned; a split of ten rows.
//! (Northcutt et al. 2021, Pervasive label errors in test sets.)

use deepfix_plugin::{ArtifactKind, Draft, Severity};
use deepfix_views::training::{Curve, Metric, MetricPair, TrainingView, paired};

use super::{Case, Conclusion, drift::DRIFT};
use crate::experiment::point_fact;

/// What else can make validation bad from the start.
const OTHER_CAUSES: [&str; 8] = [
    "dataset.test_too_small",
    "training.no_shuffle",
    "training.exploding_gradients",
    "training.lr_too_high",
    "training.vanishing_gradients",
    "training.metric_loss_mismatch",
    "training.lr_too_low",
    "dataset.mixed_types",
];

const FEWEST_ROWS: f64 = 15.0;

/// What the metric, or the losses, say about the four conditions.
struct Look {
    learned: bool,
    blind: bool,
    /// Training and validation differ by so many times the bound at the start, and at half of
    /// training's way.
    start: f64,
    half: f64,
}

pub(super) fn find(case: &Case<'_>) -> Option<Conclusion> {
    let view = case.experiment.training.as_ref()?;
    if case.findings.fault(&DRIFT) || case.findings.fault(&OTHER_CAUSES) {
        return None;
    }
    if view.params.shuffle().is_some_and(|it| !it.value) {
        return None;
    }
    let rows = case.experiment.validation_rows();
    if rows.is_some_and(|it| it < FEWEST_ROWS) {
        return None;
    }
    let correlation = case.findings.worst(&["checks.train_test_correlation_change"]).is_some();
    let metric = by_metric(case, rows);
    let loss = by_loss(case, view);
    let holds = |look: &Look| look.learned && (look.start >= 1.0 || (correlation && look.half >= 1.0));
    let found = match (&metric, &loss) {
        (Some(metric), Some(loss)) => {
            // Where one of them sees a little more than chance the gap has to be beyond doubt.
            let blind = (metric.blind && loss.blind) || ((metric.blind || loss.blind) && metric.start >= 1.6);
            blind && holds(metric)
        }
        (Some(metric), None) => metric.blind && holds(metric),
        (None, Some(loss)) => loss.blind && holds(loss) && rows.is_some_and(|it| it >= 40.0),
        (None, None) => false,
    };
    found.then(|| conclude(case, view, correlation)).flatten()
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
        Some(it) => (it.train.as_ref()?, it.validation.as_ref()?, &it.train_curve, &it.validation_curve),
        None => (view.train_loss.as_ref()?, view.validation_loss.as_ref()?, &view.train, &view.validation),
    };
    let pairs = paired(a, b);
    let (first_train, first_validation, point) = pairs.first()?;
    let (last_train, last_validation) = (a.points.last()?, b.points.last()?);
    let mut draft = Draft::new("cross.val_labels_corrupted", severity, confidence)
        .variant(if case.experiment.metric().is_some() { "metric" } else { "loss" })
        .arg("train_name", train.column.as_str())
        .arg("validation_name", validation.column.as_str())
        .arg("first_train", *first_train)
        .arg("first_validation", *first_validation)
        .arg("first_at", case.at(point.label))
        .arg("last_train", last_train.value)
        .arg("last_validation", last_validation.value)
        .arg("rows", case.experiment.validation_rows().unwrap_or_default() as u64)
        .arg("checked", case.text(if compared { "splits-compared" } else { "splits-not-compared" }, &[]));
    for (series, point) in [(train, last_train), (validation, point), (validation, last_validation)] {
        draft = point_fact(draft, series, point);
    }
    Some(Conclusion::new(draft))
}

fn second_half(curve: &Curve) -> Option<f64> {
    curve.mean_between(0.5, 1.0)
}

/// The mean difference of two curves (`a` above `b` is positive) over the first points, and at
/// the point where `a` has done half of its way.
fn differences(a: &Curve, b: &Curve) -> Option<(f64, f64)> {
    let pairs = paired(a, b);
    let first: Vec<f64> = pairs.iter().take(3).map(|it| it.0 - it.1).collect();
    let start = first.iter().sum::<f64>() / first.len().max(1) as f64;
    let (from, to) = (a.points.first()?.value, a.end()?);
    let half = pairs.iter().find(|it| (it.0 - from).abs() >= 0.5 * (to - from).abs()).map(|it| it.0 - it.1)?;
    (!first.is_empty()).then_some((start, half))
}

fn by_metric(case: &Case<'_>, rows: Option<f64>) -> Option<Look> {
    let pair: &MetricPair = case.experiment.metric()?;
    let (train, validation) = (second_half(&pair.train_curve)?, second_half(&pair.validation_curve)?);
    let (start, half) = differences(&pair.train_curve, &pair.validation_curve)?;
    match pair.metric {
        Metric::R2 => Some(Look {
            learned: train >= 0.3,
            blind: validation <= 0.1,
            start: start / 0.3,
            half: half / 0.3,
        }),
        Metric::Accuracy => {
            let majority = case.experiment.majority()?;
            let rows = rows?;
            let spread = (majority * (1.0 - majority)).max(0.02).sqrt();
            let error = spread / rows.sqrt();
            let train_error = spread / case.experiment.train_rows.as_ref().map_or(rows, |it| it.count).sqrt();
            let bound = (2.5 * error).max(0.1);
            Some(Look {
                learned: train >= majority + (0.1 * (1.0 - majority)).max(3.0 * train_error),
                blind: validation <= majority + 1.3 * error,
                start: start / bound,
                half: half / bound,
            })
        }
        // The chance level of F1 depends on the class shares and on what the model answers.
        Metric::Auc | Metric::BalancedAccuracy => {
            let chance = if pair.metric == Metric::Auc { 0.5 } else { 1.0 / case.experiment.classes()? };
            let error = 0.5 / rows?.sqrt();
            let bound = (2.5 * error).max(0.1);
            Some(Look {
                learned: train >= chance + 0.15,
                blind: validation <= chance + 1.3 * error,
                start: start / bound,
                half: half / bound,
            })
        }
        _ => None,
    }
}

fn by_loss(case: &Case<'_>, view: &TrainingView) -> Option<Look> {
    // Weights per class change the scale of the loss, so that chance is unknown.
    if view.params.class_weights().is_some() {
        return None;
    }
    let chance = case.experiment.chance_loss().filter(|it| *it > 0.0)?;
    let lowest = view.validation.values().into_iter().fold(f64::INFINITY, f64::min);
    let (start, half) = differences(&view.train, &view.validation)?;
    Some(Look {
        learned: second_half(&view.train)? <= 0.85 * chance,
        blind: lowest >= 0.97 * chance,
        start: -start / (0.25 * chance),
        half: -half / (0.25 * chance),
    })
}
