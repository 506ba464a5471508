//! `training.early_stopping_missed`: the run went on long after its best epoch.
//!
//! Formula: as for overfitting, the smoothed validation loss has its best point in the first
//! two thirds of the run and ends clearly above it, beyond its noise, later than any usual
//! patience allows; whether the training loss goes on falling does not matter here. Sources:
//! Prechelt 1998, SageMaker `Overtraining` (patience 10, delta 0.1), the early-stopping
//! callbacks of Keras, Lightning and Hugging Face (patience 3 to 10).
//!
//! Healthy look-alikes: early stopping at work (it ends a few epochs after the best), weights of
//! the best epoch kept anyway (a remark), validation loss that rises by over-confidence alone
//! while the metric still improves at the end (a remark).

use deepfix_plugin::{Draft, Severity};
use deepfix_views::training::Orientation;

use super::overfitting;
use crate::case::Case;

pub(crate) const CODE: &str = "training.early_stopping_missed";

/// A rise that costs something.
const CLEAR_RISE: f64 = 0.1;

pub(crate) fn find(case: &Case<'_>) -> Option<Draft> {
    let view = case.view;
    let known = overfitting::rise(case);
    let untold = known.is_none();
    // Beside a training loss the rule on overfitting says it.
    let best = known.or_else(|| overfitting::unnoticed(case).filter(|_| view.train.is_empty()))?;
    let gap_from_start = view
        .gap()
        .is_some_and(|it| overfitting::is_open_from_start(view, &it, &best));
    let kept = view.params.restores_best().is_some_and(|it| it.value);
    let (severity, confidence) = match best.rise {
        // Without a good epoch there is none to go back to: the data, not the length, is wrong.
        _ if gap_from_start && best.index == 0 => return None,
        _ if kept || untold || metric_still_improves(case) || gap_from_start => (Severity::Low, 0.55),
        it if it >= CLEAR_RISE => (Severity::Medium, 0.85),
        _ => (Severity::Low, 0.6),
    };
    let validation = view.validation_loss.as_ref()?;
    let lowest = case.lowest(validation, &view.validation, &best)?;
    // The patience is one of curve points, which may stand for many logged values.
    let patience = (patience(best.index) * lowest.of).div_ceil(view.validation.len().max(1));
    let mut draft = Draft::new(CODE, severity, confidence)
        .beyond(best.rise / CLEAR_RISE)
        .computed(case.label("rise"), best.rise)
        .computed(case.label("points-after"), lowest.after)
        .arg("column", validation.column.as_str())
        .arg("lowest", overfitting::is_lowest(case, &lowest))
        .arg("best", lowest.value)
        .arg("best_at", lowest.at.as_str())
        .arg("around", overfitting::around(case, &best, &lowest))
        .arg("end", best.end)
        .share("rise", best.rise)
        .arg("after", lowest.after)
        .arg("unit", case.unit(lowest.after))
        .arg("points", lowest.of)
        .arg("patience", patience)
        .arg("wait", case.unit(patience))
        .extra("best_label", case.label_of(lowest.row));
    draft = case.cell_fact(draft, validation, lowest.row);
    if let Some((row, _)) = validation.last() {
        draft = case.cell_fact(draft, validation, row);
    }
    let stopping = view.params.early_stopping();
    let said = match &stopping {
        Some(it) if it.value => case.text("clue-stopping-on", &[]),
        Some(_) => case.text("clue-stopping-off", &[]),
        None if untold => case.text("clue-stopping-maybe", &[]),
        None => case.text("clue-stopping-unknown", &[]),
    };
    if let Some(it) = stopping {
        draft = draft.fact(it.name, it.raw, it.source);
    }
    Some(draft.arg("said", said))
}

/// A patience that fits the pace of the run: about half of the way to the best point, 5 to 15.
fn patience(best: usize) -> usize {
    (best / 2).clamp(5, 15)
}

/// The validation metric is at its best in the last tenth, by more than a little.
fn metric_still_improves(case: &Case<'_>) -> bool {
    let Some(pair) = case.view.main_metric() else {
        return false;
    };
    let (Some(middle), Some(end)) = (
        pair.validation_curve.mean_between(0.4, 0.6),
        pair.validation_curve.end(),
    ) else {
        return false;
    };
    let gain = if pair.metric.orientation() == Orientation::HigherIsBetter {
        end - middle
    } else {
        middle - end
    };
    // A gain within one standard error of a share of rows is none.
    let error = match case.view.validation_rows() {
        Some(rows) if pair.metric.is_share_of_rows() => (end * (1.0 - end)).max(0.02).sqrt() / f64::from(rows).sqrt(),
        _ => 0.0,
    };
    gain >= (0.03 * middle.abs()).max(error).max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use deepfix_plugin::Severity;
    use serde_json::{Value as Json, json};

    use super::CODE;
    use crate::sample::{codes, decay, epochs, severity};

    fn run(params: &Json) -> Json {
        let validation: Vec<f64> = (0..80).map(|it| 0.5 + 0.004 * f64::from((it - 15i32).abs())).collect();
        json!({"metrics_values": {"epoch": epochs(80), "train_loss": decay(80, 0.6, 0.48, 9.0, 0.002), "val_loss": validation}, "params": params})
    }

    #[test]
    fn a_best_epoch_long_ago_is_found() {
        assert_eq!(
            severity(&run(&json!({"early_stopping": false})), CODE),
            Some(Severity::Medium)
        );
    }

    #[test]
    fn keeping_the_best_weights_makes_it_a_remark() {
        assert_eq!(
            severity(&run(&json!({"load_best_model_at_end": true})), CODE),
            Some(Severity::Low)
        );
    }

    #[test]
    fn a_run_that_ends_at_its_best_is_healthy() {
        let loss = decay(80, 1.0, 0.3, 15.0, 0.004);
        let run = json!({"metrics_values": {"epoch": epochs(80), "train_loss": loss, "val_loss": loss}});
        assert!(codes(&run).is_empty());
    }
    #[test]
    fn a_run_that_the_recorded_callback_ended_is_not_told_that_nothing_is_recorded() {
        let validation: Vec<f64> = (0..23).map(|it| 0.24 + 0.006 * f64::from((it - 7i32).abs())).collect();
        let run = |params: &Json| json!({"metrics_values": {"epoch": epochs(23), "train_loss": decay(23, 0.6, 0.06, 6.0, 0.001), "val_loss": validation}, "params": params});
        let stated = "EarlyStopping(patience=15, restore_best_weights=True)";
        for params in [
            json!({"epochs": 300, "early_stopping": stated}),
            json!({"epochs": 300, "callbacks": [stated]}),
            json!({"epochs": 300, "early_stopping": 15}),
        ] {
            assert!(codes(&run(&params)).is_empty(), "{params}");
        }
        // A patience that never ended the run is no excuse.
        assert!(
            codes(&run(
                &json!({"epochs": 23, "callbacks": ["EarlyStopping(patience=50)"]})
            ))
            .contains(&CODE.to_owned())
        );
    }
}
