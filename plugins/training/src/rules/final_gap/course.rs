//! Metrics along a run with losses: a distance that opened wide although no loss rose.
//!
//! A validation loss that stays level while the training rows are learnt by heart has no best
//! point to go back to, yet the model does far better on its training rows than on others. Of wrong
//! validation labels or a drift between the splits the distance is there from the start, or
//! validation never improves.
//!
//! Formula, on the metrics of both splits: training ends at [`KNOWN`] or better; the distance is that
//! of a fault between shares, or [`R2`] between two R²; at the start it is less than half of that; and the
//! second half of the run lies clearly above the first validation value. An R² that was logged on
//! validation rows alone is compared through the losses, whose unit it gives away.
//! Sources: as for final values (Hastie et al. 2009, section 7.2).
//!
//! Not flagged: distances from the start, and validation that never improves (wrong labels, drift);
//! the usual optimism of training rows; models that answer these by design.

use deepfix_plugin::Severity;
use deepfix_views::training::{Metric, MetricPair};

use super::{FROM_START, KNOWN, Last, ROWS, SHARES, Verdict, knows_by_design, last, pair};
use crate::case::Case;

/// The distance of two R² that is a fault where both are known along the run.
const R2: f64 = 0.4;
/// The improvement of a validation R² that is no chance.
const R2_GAINED: f64 = 0.1;
/// The same of a share, in standard errors of the validation rows.
const SIGMAS: f64 = 2.0;

/// What validation may end below its best without having lost anything.
const KEPT: f64 = 0.02;
/// How far beyond the bound the distance is no longer that of a hard task.
const MARGIN: f64 = 0.1;

/// The first of the metrics logged along the run that shows it.
pub(super) fn worst<'a>(case: &Case<'a>) -> Option<Last<'a>> {
    if knows_by_design(case) {
        return None;
    }
    let all = &case.view.metrics;
    all.iter()
        .find_map(|it| judge(case, it))
        .or_else(|| all.iter().find_map(|it| by_loss(case, it)))
}

/// A metric on both splits.
fn judge<'a>(case: &Case<'a>, metric: &'a MetricPair) -> Option<Last<'a>> {
    let mut found = pair(metric)?;
    let (bound, rows) = match metric.metric {
        Metric::R2 => (R2, None),
        Metric::Accuracy | Metric::BalancedAccuracy | Metric::F1 | Metric::Auc | Metric::ErrorRate => {
            (SHARES.fault, Some(case.view.validation_rows().map_or(ROWS, f64::from)))
        }
        // Other scores are no shares of rows: how far they scatter is not known.
        _ => return None,
    };
    // Of an error rate what is left of all.
    let turn = |value: f64| match metric.metric {
        Metric::ErrorRate => 1.0 - value,
        _ => value,
    };
    let ends = (turn(found.values.0), turn(found.values.1));
    let opened = is_wide(ends, found.start?, bound);
    // Where nothing was lost on the way, a distance near the bound is what hard tasks have.
    let best = metric
        .validation_curve
        .values()
        .into_iter()
        .map(turn)
        .fold(f64::NEG_INFINITY, f64::max);
    let usual = metric.metric != Metric::R2 && best - ends.1 < KEPT && ends.0 - ends.1 < bound + MARGIN;
    (opened && has_improved(metric, turn, rows)?).then(|| {
        found.verdict = Verdict::Fault(if usual { Severity::Low } else { Severity::Medium });
        found
    })
}

/// An R² on validation rows alone: the losses are those of the same unit, and tell the other.
fn by_loss<'a>(case: &Case<'a>, metric: &'a MetricPair) -> Option<Last<'a>> {
    let view = case.view;
    let alone = metric.metric == Metric::R2 && metric.train_curve.is_empty();
    let variance = view.target_variance().filter(|it| alone && *it > 0.0)?;
    let mut found = last(
        (view.train_loss.as_ref(), view.validation_loss.as_ref()),
        (&view.train, &view.validation),
    )?;
    let explained = |loss: f64| 1.0 - loss / variance;
    let ends = (explained(found.values.0), explained(found.values.1));
    let opened = is_wide(ends, found.start? / variance, R2);
    (opened && has_improved(metric, |it| it, None)?).then(|| {
        found.verdict = Verdict::Fault(Severity::Medium);
        found
    })
}

/// Training knows its rows, and the distance is wide and was not at the start.
fn is_wide((train, validation): (f64, f64), start: f64, bound: f64) -> bool {
    let distance = train - validation;
    train >= KNOWN && distance >= bound && start < FROM_START * distance
}

/// Whether validation settled clearly above its first value. One good epoch of a restless curve is
/// no improvement, and neither is coming back to a constant answer.
fn has_improved(metric: &MetricPair, turn: impl Fn(f64) -> f64, rows: Option<f64>) -> Option<bool> {
    let level = turn(metric.validation_curve.mean_between(0.5, 1.0)?);
    let first = turn(metric.validation_curve.points.first()?.value);
    Some(match rows {
        Some(rows) => level - first >= SIGMAS * (level * (1.0 - level)).max(0.02).sqrt() / rows.sqrt(),
        None => level - first.max(0.0) >= R2_GAINED,
    })
}

#[cfg(test)]
mod tests {
    use deepfix_plugin::Severity;
    use serde_json::{Value as Json, json};

    use super::super::CODE;
    use crate::sample::{decay, epochs, severity};

    /// A curve from `first` to `end` that is there after a few points.
    fn settles(first: f64, end: f64) -> Vec<f64> {
        (0..60)
            .map(|it| end + (first - end) * (-f64::from(it) / 3.0).exp())
            .collect()
    }

    /// Losses of which none rises, and metrics beside them.
    fn of(metrics: &Json, params: &Json) -> Option<Severity> {
        let mut values = json!({
            "epoch": epochs(60), "train_loss": decay(60, 1.0, 0.05, 5.0, 0.001), "val_loss": settles(0.95, 0.6),
        });
        for (name, curve) in metrics.as_object().unwrap() {
            values[name] = curve.clone();
        }
        severity(&json!({"metrics_values": values, "params": params}), CODE)
    }

    #[test]
    fn a_distance_that_opened_wide_is_found_though_no_loss_rises() {
        let none = json!({});
        let r2 = json!({"train_r2": settles(0.0, 0.95), "val_r2": settles(0.0, 0.4)});
        assert_eq!(of(&r2, &none), Some(Severity::Medium));
        // 1 - R² times a variance of 1.
        let alone = json!({"val_r2": settles(0.05, 0.4)});
        assert_eq!(of(&alone, &json!({"loss": "mse"})), Some(Severity::Medium));
        let shares = |end: f64| json!({"train_accuracy": settles(0.35, 0.99), "val_accuracy": settles(0.33, end)});
        assert_eq!(of(&shares(0.55), &none), Some(Severity::Medium));
        let errors = json!({"train_error": settles(0.65, 0.01), "val_error": settles(0.67, 0.45)});
        assert_eq!(of(&errors, &none), Some(Severity::Medium));
        // Hard tasks end so, where validation is at its best.
        assert_eq!(of(&shares(0.7), &none), Some(Severity::Low));
        // Scores that are no shares of rows scatter otherwise.
        let overlap = json!({"train_iou": settles(0.35, 0.99), "val_iou": settles(0.33, 0.55)});
        assert_eq!(of(&overlap, &none), None);
    }

    #[test]
    fn a_distance_from_the_start_or_without_improvement_has_another_cause() {
        let none = json!({});
        for metrics in [
            // Labels that belong to other rows.
            json!({"train_r2": settles(0.55, 0.86), "val_r2": settles(-0.52, -0.52)}),
            json!({"train_r2": settles(0.0, 0.9), "val_r2": settles(-0.3, 0.0)}),
            json!({"train_accuracy": settles(0.5, 0.99), "val_accuracy": settles(0.5, 0.52)}),
            // Other data.
            json!({"train_accuracy": settles(0.7, 0.99), "val_accuracy": settles(0.4, 0.7)}),
        ] {
            assert_eq!(of(&metrics, &none), None, "{metrics}");
        }
    }

    #[test]
    fn the_usual_optimism_and_models_that_know_their_rows_are_healthy() {
        let none = json!({});
        for metrics in [
            json!({"train_r2": settles(0.0, 0.95), "val_r2": settles(0.0, 0.65)}),
            json!({"val_r2": settles(0.05, 0.65)}),
            json!({"train_accuracy": settles(0.35, 0.98), "val_accuracy": settles(0.33, 0.8)}),
            json!({"train_accuracy": settles(0.35, 0.75), "val_accuracy": settles(0.33, 0.45)}),
        ] {
            assert_eq!(of(&metrics, &none), None, "{metrics}");
        }
        let shares = json!({"train_accuracy": settles(0.35, 0.99), "val_accuracy": settles(0.33, 0.65)});
        assert_eq!(of(&shares, &json!({"model_name": "XGBClassifier"})), None);
    }
}
