//! What a metric, or the losses, say of wrong validation labels.

use deepfix_views::training::{Curve, Metric, MetricPair, TrainingView, paired};

use super::{
    Case,
    early::{PASSES, learns_early, mean_lead, mirrored, passes},
};

/// What the metric, or the losses, say. Leads are those of training over validation, in
/// standard errors of the validation rows (R² and losses on a scale that matches).
pub(super) struct Look {
    pub(super) learned: bool,
    pub(super) blind: bool,
    /// Over the first three epochs.
    pub(super) start: f64,
    /// Where training has done half of its way.
    pub(super) half: f64,
    /// The lead at the start is large enough to matter, however small its error.
    pub(super) matters: bool,
    /// Training learns within the first passes what validation never shows.
    pub(super) early: bool,
    /// The mean lead over the first eight epochs.
    pub(super) eight: f64,
}

pub(super) fn second_half(curve: &Curve) -> Option<f64> {
    curve.mean_between(0.5, 1.0)
}

/// The mean difference of two curves (`a` above `b` is positive) over the first points, and at
/// the point where `a` has done half of its way.
pub(super) fn differences(a: &Curve, b: &Curve) -> Option<(f64, f64)> {
    let pairs = paired(a, b);
    let start = mean_lead(a, b, 3);
    let (from, to) = (a.points.first()?.value, a.end()?);
    let half = pairs
        .iter()
        .find(|it| (it.0 - from).abs() >= 0.5 * (to - from).abs())
        .map(|it| it.0 - it.1)?;
    Some((start, half))
}

/// The training R² that a few passes teach where there is little to learn.
const EARLY_R2: f64 = 0.1;
/// See [`mirrored`].
const MIRRORED: f64 = 0.35;

/// R² and relative losses have no binomial error; 0.3 weighs as much as 3.3 standard errors.
const SCALE: f64 = 0.3 / 3.3;

pub(super) fn by_metric(case: &Case<'_>, rows: Option<f64>) -> Option<Look> {
    let pair: &MetricPair = case.experiment.metric()?;
    let (train, validation) = (second_half(&pair.train_curve)?, second_half(&pair.validation_curve)?);
    let best = pair
        .validation_curve
        .smooth()
        .into_iter()
        .fold(f64::NEG_INFINITY, f64::max);
    let (start, half) = differences(&pair.train_curve, &pair.validation_curve)?;
    // Rows known by heart do harm only where nothing general is learnt first.
    let below = mirrored(pair, EARLY_R2.max(chance_r2(case)), PASSES).is_some_and(|it| it >= MIRRORED);
    let hopeless = pair.metric == Metric::R2 && best <= 0.0 && below;
    let span = passes(case, hopeless);
    // A network with many weights for each row learns some by heart even so early.
    let apart = pair.metric != Metric::R2 || below || span >= PASSES;
    let look = |learned, blind, error: f64, level: f64| Look {
        learned: learned && apart,
        blind,
        start: start / error,
        half: half / error,
        matters: start >= 0.05,
        early: apart && learns_early(pair, level, error, if blind { 3.0 } else { 5.0 }, span),
        eight: mean_lead(&pair.train_curve, &pair.validation_curve, 8) / error,
    };
    match pair.metric {
        // Beyond doubt even where rows are known by heart: validation worse than a constant.
        Metric::R2 => Some(look(
            train >= 0.3,
            validation <= 0.1,
            SCALE,
            (if hopeless { EARLY_R2 } else { 0.2 }).max(chance_r2(case)),
        )),
        Metric::Accuracy => {
            let majority = case.experiment.majority()?;
            let rows = rows?;
            let spread = (majority * (1.0 - majority)).max(0.02).sqrt();
            let error = spread / rows.sqrt();
            let train_error = spread / case.experiment.train_rows.as_ref().map_or(rows, |it| it.count).sqrt();
            let level = majority + (0.1 * (1.0 - majority)).max(3.0 * train_error);
            Some(look(train >= level, best <= majority + 1.6 * error, error, level))
        }
        // The chance level of F1 depends on the class shares and on what the model answers.
        Metric::Auc | Metric::BalancedAccuracy => {
            let chance = if pair.metric == Metric::Auc {
                0.5
            } else {
                1.0 / case.experiment.classes()?
            };
            let error = 0.5 / rows?.sqrt();
            let level = chance + 0.15;
            Some(look(train >= level, best <= chance + 1.6 * error, error, level))
        }
        _ => None,
    }
}

/// Twice the R² that a model with a weight for each feature has on its own rows where nothing can be learnt, and falls
/// short by on others: the features by the rows (Wherry 1931).
fn chance_r2(case: &Case<'_>) -> f64 {
    let features = case.experiment.dataset.as_ref().map_or(0, |it| it.features().count());
    let rows = case.experiment.train_rows.as_ref().map_or(0.0, |it| it.count);
    if rows > 0.0 { 2.0 * features as f64 / rows } else { 0.0 }
}

pub(super) fn by_loss(case: &Case<'_>, view: &TrainingView) -> Option<Look> {
    // Weights per class change the scale of the loss, so that chance is unknown.
    if view.params.class_weights().is_some() {
        return None;
    }
    let chance = case.experiment.chance_loss().filter(|it| *it > 0.0)?;
    let constant = case.experiment.validation_chance_loss().unwrap_or(chance);
    let lowest = view.validation.values().into_iter().fold(f64::INFINITY, f64::min);
    let (start, half) = differences(&view.train, &view.validation)?;
    Some(Look {
        learned: second_half(&view.train)? <= 0.85 * chance,
        blind: lowest >= 0.97 * constant,
        start: -start / (SCALE * chance),
        half: -half / (SCALE * chance),
        matters: -start >= 0.2 * chance,
        early: false,
        eight: 0.0,
    })
}
