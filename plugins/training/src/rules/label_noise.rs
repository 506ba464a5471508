//! `dataset.label_noise`, as far as curves show it: the training rows are harder than the
//! validation rows although nothing makes them so on purpose.
//!
//! Formula: over the last third of the run, or around the best validation loss where that comes
//! earlier (afterwards the wrong labels are learnt by heart), the validation loss is below
//! [`EASIER`] of the training loss (of a regression, that or what R² leaves unexplained), less the share that
//! dropout and normalisation by batches take of training alone, and the validation metric is above the
//! training metric, by [`SIGMAS`] standard errors where rows are counted; where an accuracy tells the error of that,
//! [`COUNTED_SIGMAS`] do beside [`COUNTED`] of the loss. Wrong labels in the training split
//! alone keep its loss high while the validation labels are clean. Sources: Zhang et al. 2017; Northcutt et al. 2021;
//! rule of thumb of UMLAUT (validation above training); Ioffe & Szegedy 2015 (the noise of batch statistics).
//!
//! Healthy look-alikes, all excluded: dropout (up to a quarter is allowed for), normalisation by batches of up to
//! eight rows, augmentation, label smoothing and class weights
//! (they burden the training loss alone), which runs on images and texts often have without
//! saying so: there it is a remark at most; a loss that still falls (its epoch average lags
//! behind); an easy or tiny validation split, which is why this alone is a remark unless the
//! difference is large: checks of the rows must confirm it.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::stats;
use deepfix_views::training::{Curve, Metric, MetricPair};

use crate::case::Case;

pub(crate) const CODE: &str = "dataset.label_noise";

/// Validation over training loss, less the share that dropout takes; healthy runs without
/// dropout have 0.87 and more.
const EASIER: f64 = 0.84;
/// Stronger dropout can explain any difference.
const LIGHT_DROPOUT: f64 = 0.25;
/// What a network keeps under dropout of 0.15, beside which there is no remark.
const UNBURDENED: f64 = 0.85;
/// Noise of normalisation, see [`normalising`], beside which there is no remark.
const NORMALISED: f64 = 0.04;
/// See [`normalising`].
const NORMALISING: f64 = 1.5;
/// Batches of so few rows are normalised too roughly to tell anything.
const FEW_NORMALISED: f64 = 8.0;
/// A ratio beyond what a lucky split gives.
const MUCH_EASIER: f64 = 0.72;
/// Standard errors between the accuracies.
const SIGMAS: f64 = 1.2;
/// The same, for a finding that stands without other evidence.
const CLEAR_SIGMAS: f64 = 2.0;
/// A ratio of regression losses that no lucky split gives.
const FAR_EASIER: f64 = 0.6;
/// With such a ratio a smaller difference of R² is enough.
const R2_SIGMAS: f64 = 1.6;
/// A ratio that a lucky split can give, but not together with [`SURE_SIGMAS`].
const QUITE_EASIER: f64 = 0.8;
/// One split in four hundred lies so far off.
const SURE_SIGMAS: f64 = 2.8;
/// Rows that are counted have a known error, so that less of a loss beside them will do:
const COUNTED: f64 = 0.9;
/// one split in a hundred and sixty lies so far off, and training rows that were learnt from tend the other way.
const COUNTED_SIGMAS: f64 = 2.5;
/// Fewer wrong labels are lost among hard rows.
const LEAST_SHARE: f64 = 0.1;
/// A training R² below this is no matter of labels.
const WORST_R2: f64 = -0.2;
/// Rows with right labels are explained at least this well where anything is learnt.
const LEAST_R2: f64 = 0.1;
/// Names of losses that spare large errors.
const SPARING: [&str; 6] = ["mae", "mean_absolute", "absolute_error", "l1", "huber", "cosh"];
/// Fewer points do not show a level.
const POINTS: usize = 8;

pub(crate) fn find(case: &Case<'_>) -> Option<Draft> {
    let view = case.view;
    if view.train.len() < POINTS || view.validation.len() < POINTS || is_burdened(case) || still_learning(case) {
        return None;
    }
    let window = window(case)?;
    let (train, validation) = (
        stats::median(&view.train.slice(window.0, window.1))?,
        stats::median(&view.validation.slice(window.0, window.1))?,
    );
    let pair = view.main_metric()?;
    let dropout = view.architecture(|it| it.dropout()).map(|it| it.value);
    // Dropout takes its share of what the network knows, in training alone; so does the noise of
    // normalising by a few rows.
    let kept = (1.0 - dropout.unwrap_or(0.0)) / (1.0 + normalising(case).unwrap_or(0.0));
    let ratio = unexplained(pair, window)
        .unwrap_or(f64::INFINITY)
        .min(validation / train)
        / kept;
    let counted = pair.metric == Metric::Accuracy && normalising(case).is_none() && kept >= UNBURDENED;
    if !(train > 0.0 && (0.0..if counted { COUNTED } else { EASIER }).contains(&ratio)) {
        return None;
    }
    let least = if ratio < EASIER { SIGMAS } else { CLEAR_SIGMAS };
    let distance = distance(case, pair, window).filter(|it| it.sigmas >= least)?;
    let beyond_luck = (ratio < MUCH_EASIER && distance.sigmas >= CLEAR_SIGMAS)
        || (ratio < QUITE_EASIER && distance.sigmas >= SURE_SIGMAS)
        || (counted && distance.sigmas >= COUNTED_SIGMAS)
        || (ratio < FAR_EASIER && pair.metric == Metric::R2 && distance.sigmas >= R2_SIGMAS);
    // Wrong labels make no model worse than a constant on its own rows, nor hide that something
    // general is learnt: such a run is broken, or its training values are scaled otherwise.
    if pair.metric == Metric::R2 && (distance.train < WORST_R2 || distance.validation < LEAST_R2) {
        return None;
    }
    // So many right answers leave no room for wrong labels that matter.
    let room = pair.metric != Metric::Accuracy || distance.train < 1.0 - LEAST_SHARE;
    // Pipelines for images and texts burden their training rows in ways that parameters seldom
    // tell; what is known to learn from a table has none.
    let of_tables = (view.params.is_of_tables() || view.model_config.is_of_tables())
        && !view.params.is_of_others()
        && !view.model_config.is_of_others();
    // Targets of validation that spread further alone raise its R², at the same loss; a loss that spares large errors
    // shows less of wrong labels.
    let spares = view
        .params
        .loss()
        .is_some_and(|it| SPARING.iter().any(|name| it.value.contains(name)));
    let by_loss = pair.metric != Metric::R2 || spares || (0.0..EASIER).contains(&(validation / train / kept));
    let clear = beyond_luck && by_loss && room && dropout.is_some() && of_tables;
    // What training is known to be burdened with may be more than it usually is: no remark.
    if !clear && (kept < UNBURDENED || normalising(case).is_some_and(|it| it >= NORMALISED)) {
        return None;
    }
    let (severity, confidence) = if clear {
        (Severity::Medium, 0.65)
    } else {
        (Severity::Low, 0.45)
    };
    let (train_series, validation_series) = (view.train_loss.as_ref()?, view.validation_loss.as_ref()?);
    let metric = pair.validation.as_ref().or(pair.train.as_ref())?;
    let mut draft = Draft::new(CODE, severity, confidence)
        .beyond(distance.sigmas / if clear { SURE_SIGMAS } else { SIGMAS })
        .computed(case.label("late-ratio"), ratio)
        .computed(case.label("sigmas"), distance.sigmas)
        .arg("train", train_series.column.as_str())
        .arg("validation", validation_series.column.as_str())
        .arg("metric", metric.column.as_str())
        .arg("train_loss", train)
        .arg("validation_loss", validation)
        .arg("train_metric", distance.train)
        .arg("validation_metric", distance.validation);
    for series in [
        Some(train_series),
        Some(validation_series),
        pair.train.as_ref(),
        pair.validation.as_ref(),
    ] {
        if let Some((series, (row, _))) = series.and_then(|it| Some((it, it.last()?))) {
            draft = case.cell_fact(draft, series, row);
        }
    }
    if let Some(dropout) = view.architecture(|it| it.dropout()) {
        draft = draft.fact(dropout.name, dropout.raw, dropout.source);
    }
    Some(draft)
}

/// Something makes the training loss higher on purpose.
fn is_burdened(case: &Case<'_>) -> bool {
    let view = case.view;
    view.architecture(|it| it.dropout())
        .is_some_and(|it| it.value > LIGHT_DROPOUT)
        || view.params.hardened_training().is_some()
        || normalising(case).is_some_and(|it| it >= NORMALISING / FEW_NORMALISED)
        || view.params.class_weights().is_some()
}

/// The variance of the noise that batch normalisation adds to an output of variance 1, in training alone: 1/b
/// by the mean of a batch of b rows, 1/(2 b) by its deviation. Dropout of a share p makes p / (1 - p) of it. None
/// without such layers, beyond any bound where the batch is unknown.
fn normalising(case: &Case<'_>) -> Option<f64> {
    let normalises = case.view.params.mentions(&["batch_norm", "batchnorm", "use_bn"]);
    normalises.then(|| case.batch().map_or(f64::INFINITY, |batch| NORMALISING / batch.max(1.0)))
}

/// Learning is so fast that the average of the training loss over an epoch lags behind by more
/// than the rule allows for. The validation loss tells, since it is free of the noise of batches.
fn still_learning(case: &Case<'_>) -> bool {
    /// The fall from one point to the next; half of it is the lag.
    const PER_POINT: f64 = 0.03;
    let curve = &case.view.validation;
    let (before, after) = (curve.mean_between(0.5, 0.75), curve.mean_between(0.75, 1.0));
    let quarter = curve.len() as f64 / 4.0;
    before
        .zip(after)
        .is_some_and(|(before, after)| before - after > PER_POINT * quarter.min(8.0) * before.abs())
}

struct Distance {
    train: f64,
    validation: f64,
    sigmas: f64,
}

/// The part of the run that shows what both splits can reach: where validation was best, or the
/// last third of a run that ends there. The training average of an epoch lags behind by half of
/// it, so the window opens one point after the best: the labels that are learnt by heart
/// meanwhile only weaken the evidence.
fn window(case: &Case<'_>) -> Option<(f64, f64)> {
    const NARROWEST: f64 = 0.04;
    const WIDEST: f64 = 0.12;
    let best = case.view.best()?;
    let point = 1.0 / case.view.validation.len().max(1) as f64;
    Some(if best.share < 0.66 && best.rise >= 0.1 {
        let from = best.share + point;
        (from, from + (4.0 * point).clamp(NARROWEST, WIDEST))
    } else {
        (0.66, 1.0)
    })
}

/// How far the validation metric lies above the training metric.
fn distance(case: &Case<'_>, pair: &MetricPair, window: (f64, f64)) -> Option<Distance> {
    let view = case.view;
    let train = stats::mean(&pair.train_curve.slice(window.0, window.1))?;
    let validation = stats::mean(&pair.validation_curve.slice(window.0, window.1))?;
    let sigmas = match pair.metric {
        Metric::Accuracy => {
            let rows = f64::from(view.validation_rows().unwrap_or(50));
            let steps = view
                .updates()
                .zip(view.axis.as_ref())
                .map(|(steps, axis)| steps / axis.len() as f64);
            let train_rows = steps
                .zip(case.batch())
                .map_or(3.0 * rows, |(steps, batch)| (steps * batch).max(1.0));
            stats::two_proportion_z(validation, rows, train, train_rows)?
        }
        Metric::R2 => (validation - train) / r2_error(case),
        _ => return None,
    };
    Some(Distance {
        train,
        validation,
        sigmas,
    })
}

/// What is left to explain of the validation rows beside the training rows, for a regression: a loss
/// that counts large errors for less (absolute, Huber) shows wrong targets less than squares do, and
/// targets that spread further in one split move its loss but not its R².
fn unexplained(pair: &MetricPair, window: (f64, f64)) -> Option<f64> {
    let left = |curve: &Curve| Some(1.0 - stats::mean(&curve.slice(window.0, window.1))?);
    let train = left(&pair.train_curve).filter(|it| *it > 0.0)?;
    (pair.metric == Metric::R2).then_some(left(&pair.validation_curve)? / train)
}

/// About one standard error of R² on the validation rows: a tenth of the explained variance for a
/// hundred rows. R² does not tell its rows; where batches and steps tell those of training, a
/// third as many are validated on, as usual splits have it. Beyond [`MOST_ROWS`] what differs
/// between the splits counts for more than their size.
fn r2_error(case: &Case<'_>) -> f64 {
    const MOST_ROWS: f64 = 200.0;
    let view = case.view;
    let trained = view
        .updates()
        .zip(view.axis.as_ref())
        .zip(case.batch())
        .map(|((steps, axis), batch)| steps / axis.len().max(1) as f64 * batch);
    let rows = view.validation_rows().map(f64::from).or(trained.map(|it| it / 3.0));
    0.1 * (100.0 / rows.unwrap_or(100.0).clamp(5.0, MOST_ROWS)).sqrt()
}

#[cfg(test)]
mod tests;
