//! `training.metric_loss_mismatch`: the loss improves while the metric that people read worsens.
//!
//! Formula: on the training rows (or, without such a metric, on the validation rows) loss and
//! metric move the wrong way together: rank correlation above [`AGREE`] for a metric that
//! should rise; the loss falls by at least a tenth; the metric ends worse than it began by at
//! least [`DROP`] and by three standard errors; and validation does not contradict. In place of
//! correlation and drop a contradiction will do: a row that is misclassified costs at least ln 2, so
//! that accuracy is at least 1 - loss / ln 2 for a cross-entropy; a metric [`BELOW`] under that
//! on the training rows is not the accuracy of this model, and may have been wrong from the start.
//! Source: TheDeepChecker `Representativeness` (the sign of the correlation between loss and metric).
//!
//! Healthy look-alikes: late overfitting (validation loss rises while accuracy holds: training
//! loss and training metric still agree), a metric that moves by a few rows, a metric that dips
//! in the first epochs and recovers (the ends are compared), accuracies that start high because
//! the untrained model happens to favour the majority class and end higher. No contradiction: a
//! binary cross-entropy unless two classes are stated (the mean over many labels is low where one
//! label of a row is wrong), an accuracy that rises as the loss falls (of whole sequences, beside a
//! loss per token or one divided by accumulated batches).

use deepfix_plugin::{Draft, Severity};
use deepfix_views::stats;
use deepfix_views::training::{Curve, Metric, MetricPair, Orientation, Series, names_split, paired};

use crate::case::Case;

pub(crate) const CODE: &str = "training.metric_loss_mismatch";

/// The rank correlation of loss and (rising) metric; healthy runs have -0.5 to -1.
const AGREE: f64 = 0.3;
/// The least loss of a metric that matters.
const DROP: f64 = 0.05;

/// How far an accuracy may lie below what the loss allows; both are rounded and averaged.
const BELOW: f64 = 0.15;

/// How metric and loss of one split move.
struct Moves {
    correlation: f64,
    /// How much worse the metric ends than it began.
    drop: f64,
    loss_fall: f64,
    from: f64,
    to: f64,
    /// How far the metric ends below what the loss allows.
    below: f64,
}

impl Moves {
    /// The metric improves with the loss.
    fn rises(&self) -> bool {
        self.drop <= -DROP
    }
}

fn moves(pair: &MetricPair, loss: &Curve, metric: &Curve) -> Option<Moves> {
    let sign = if pair.metric.orientation() == Orientation::HigherIsBetter {
        1.0
    } else {
        -1.0
    };
    let (losses, metrics): (Vec<f64>, Vec<f64>) =
        paired(loss, metric).into_iter().map(|(a, b, _)| (a, sign * b)).unzip();
    if losses.len() < 5 {
        return None;
    }
    let (from, to) = (metric.start()?, metric.end()?);
    Some(Moves {
        correlation: stats::spearman(&losses, &metrics)?,
        drop: sign * (from - to),
        loss_fall: loss.relative_fall()?,
        from,
        to,
        below: if pair.metric == Metric::Accuracy {
            1.0 - loss.end()? / std::f64::consts::LN_2 - to
        } else {
            0.0
        },
    })
}

/// Whether the metric contradicts the loss by arithmetic, so that no other cause can explain it.
pub(crate) fn is_contradiction(case: &Case<'_>) -> bool {
    let view = case.view;
    let mut accuracies = view.metrics.iter().filter(|it| it.metric == Metric::Accuracy);
    is_cross_entropy(case)
        && accuracies.any(|pair| {
            [
                (&view.train, &pair.train_curve),
                (&view.validation, &pair.validation_curve),
            ]
            .into_iter()
            .filter_map(|(loss, metric)| moves(pair, loss, metric))
            .any(|it| it.below >= BELOW)
        })
}

pub(crate) fn find(case: &Case<'_>) -> Option<Draft> {
    let view = case.view;
    // Error measures of regression are the loss in other units; shares and R² are what people read.
    let read = |it: &&MetricPair| it.metric.is_classification() || it.metric == Metric::R2;
    view.metrics.iter().filter(read).find_map(|pair| judge(case, pair))
}

/// Whether the loss is a cross-entropy in natural units, as far as anything says.
fn is_cross_entropy(case: &Case<'_>) -> bool {
    let name = case
        .view
        .params
        .loss()
        .map(|it| it.value.to_lowercase().replace(['_', '-', ' '], ""));
    let known = ["crossentropy", "nll", "logloss", "logistic"];
    let Some(name) = name.filter(|it| known.iter().any(|known| it.contains(known))) else {
        return false;
    };
    // A row of several labels is wrong where one of them is, and its loss is their mean.
    let several = ["binary", "bce", "sigmoid"].iter().any(|it| name.contains(it))
        && case.view.class_count().is_none_or(|it| (it - 2.0).abs() > 0.5);
    // These count hard rows or frequent classes less.
    let weighted = ["focal", "weighted"].iter().any(|it| name.contains(it));
    case.view.params.class_weights().is_none() && !several && !weighted
}

fn judge(case: &Case<'_>, pair: &MetricPair) -> Option<Draft> {
    let view = case.view;
    let train = moves(pair, &view.train, &pair.train_curve);
    let validation = moves(pair, &view.validation, &pair.validation_curve);
    let exact = is_cross_entropy(case);
    // A bare name beside a training loss may be that of other rows, which such a loss forbids nothing.
    let same_rows = pair.validation.is_some() || pair.train.as_ref().is_some_and(|it| names_split(&it.column));
    let wrong = |it: &Moves| {
        let moves = it.correlation >= AGREE && it.drop >= DROP;
        let stuck = same_rows && !it.rises();
        (moves || (exact && it.below >= BELOW && (it.drop >= DROP || stuck))) && it.loss_fall >= 0.1
    };
    let (main, loss, metric): (_, Option<&Series>, Option<&Series>) = match (&train, &validation) {
        (Some(train), _) => (train, view.train_loss.as_ref(), pair.train.as_ref()),
        (None, Some(validation)) => (validation, view.validation_loss.as_ref(), pair.validation.as_ref()),
        (None, None) => return None,
    };
    // What arithmetic forbids is no matter of a few rows.
    let forbidden = exact && train.is_some() && main.below >= BELOW;
    let contradicted = train.is_some()
        && validation.as_ref().is_some_and(|it| {
            if forbidden && main.drop < DROP {
                it.rises()
            } else {
                it.drop < 0.0 || (it.correlation < 0.0 && !forbidden)
            }
        });
    if !wrong(main) || contradicted || !(forbidden || beyond_noise(case, main)) {
        return None;
    }
    let (loss, metric) = (loss?, metric?);
    let severity = if main.drop >= 0.1 {
        Severity::High
    } else {
        Severity::Medium
    };
    let draft = Draft::new(
        CODE,
        severity,
        if validation.is_some() && train.is_some() {
            0.93
        } else {
            0.8
        },
    )
    .computed(case.label("correlation"), main.correlation)
    .arg("loss", loss.column.as_str())
    .arg("metric", metric.column.as_str())
    .arg("loss_from", loss.first()?.1)
    .arg("loss_to", loss.last()?.1)
    .arg("from", main.from)
    .arg("to", main.to)
    .arg("correlation", main.correlation);
    let draft = if main.drop < DROP {
        // It never was right.
        let least = main.to + main.below;
        draft
            .variant("forbidden")
            .computed(case.label("least-accuracy"), least)
            .arg("least", least)
    } else {
        draft
    };
    let mut draft = case.ends(case.ends(draft, Some(loss)), Some(metric));
    let weights = view.params.class_weights();
    let clue = match weights {
        Some(weights) => {
            draft = draft.computed(weights.name.clone(), weights.raw.clone());
            match weights.value {
                Some(ratio) => {
                    draft = draft.computed(case.label("weight-ratio"), ratio);
                    case.text(
                        "clue-class-weights",
                        &[("name", weights.name.into()), ("ratio", ratio.into())],
                    )
                }
                None => case.text("clue-class-weights-balanced", &[("name", weights.name.into())]),
            }
        }
        None => case.text("clue-no-class-weights", &[]),
    };
    draft = draft.arg("clue", clue);
    Some(draft)
}

/// Shares of few validation rows move by themselves. Without the number of rows, a hundred are
/// assumed, which suits small tables.
fn beyond_noise(case: &Case<'_>, moves: &Moves) -> bool {
    let rows = f64::from(case.view.validation_rows().unwrap_or(100));
    if !((0.0..=1.0).contains(&moves.from) && (0.0..=1.0).contains(&moves.to)) {
        return true;
    }
    stats::two_proportion_z(moves.from, rows, moves.to, rows).is_some_and(|it| it.abs() >= 1.5)
}

#[cfg(test)]
mod tests;
