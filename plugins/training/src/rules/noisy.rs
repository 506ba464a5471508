//! `training.noisy_loss`: the loss jumps from epoch to epoch instead of settling.
//!
//! Formula: the distance of each epoch's validation loss from the mean of its neighbours,
//! relative to its level, is at least [`NOISE`] in the root mean square without the largest
//! tenth, and the curve turns at [`TURNS`] of its points. The validation loss is a fixed
//! function of the weights, so its jumps are jumps of the weights, free of batch and dropout
//! noise. Sources: AutoTrainer (oscillation), TheDeepChecker (smoothness over a window); for the
//! cause Smith et al. 2018 (noise grows as the learning rate over the batch size).
//!
//! Healthy look-alikes: a steep fall (second differences of logarithms remove it), one spike
//! (trimmed), warm-up and restarts (few points), dropout (not in the validation loss), and a
//! validation split of a few rows or a loss of next to nothing, where it stays a remark.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::stats;
use deepfix_views::training::{Curve, Schedule, Series};

use crate::case::Case;

pub(crate) const CODE: &str = "training.noisy_loss";

/// Healthy validation curves have 0.001 to 0.07.
const NOISE: f64 = 0.105;
/// Training curves carry the noise of batches and dropout as well.
const TRAIN_NOISE: f64 = 0.3;
/// White noise turns at two thirds of its points.
const TURNS: f64 = 0.35;
/// Fewer points cannot tell noise from course.
const POINTS: usize = 10;
/// Batches that are noisy by themselves.
const SMALL_BATCH: f64 = 4.0;
/// With such batches less is enough: the reason is known.
const SMALL_BATCH_NOISE: f64 = 0.085;

pub(crate) fn find(case: &Case<'_>) -> Option<Draft> {
    let view = case.view;
    if !case.is_gradient_trained() || view.schedule() == Schedule::Restarting {
        return None;
    }
    let validated = view.validation.len() >= POINTS;
    let (series, curve) = if validated {
        (view.validation_loss.as_ref()?, &view.validation)
    } else {
        (view.train_loss.as_ref()?, &view.train)
    };
    let (all, late) = noise(curve)?;
    let small_batch = case.batch().is_some_and(|it| it <= SMALL_BATCH);
    let dropout = view.architecture(|it| it.dropout()).is_some_and(|it| it.value >= 0.1);
    let (severity, confidence) = match validated {
        true if late >= 1.7 * NOISE => (Severity::High, 0.85),
        true if late >= NOISE => (Severity::Medium, 0.8),
        // It was noisy at first; small batches are a reason that will be back.
        true if small_batch && all.max(late) >= SMALL_BATCH_NOISE => (Severity::Medium, 0.7),
        true if all >= NOISE => (Severity::Low, 0.5),
        false if late >= TRAIN_NOISE && !dropout => (Severity::Medium, 0.5),
        _ => return None,
    };
    let tiny = view.validation_rows().filter(|_| case.is_tiny_split() && validated);
    let slight = tiny.is_some() || case.is_nearly_nothing(curve);
    let severity = if slight { Severity::Low } else { severity };
    let shown = if late >= NOISE { late } else { all.max(late) };
    let mut draft = Draft::new(CODE, severity, confidence)
        .beyond(shown / NOISE)
        .computed(case.label("noise"), shown)
        .arg("column", series.column.as_str())
        .share("noise", shown)
        .arg("times", (shown / 0.02).round())
        .arg("cause", cause(case, tiny));
    draft = with_extremes(case, draft, series, curve);
    Some(
        case.setting_facts(draft)
            .arg("advice", case.clauses(&advice(case, tiny))),
    )
}

/// The noise of all points and of those after the first third; none where the curve does not
/// turn often enough.
fn noise(curve: &Curve) -> Option<(f64, f64)> {
    if curve.len() < POINTS || stats::sign_changes(&curve.slice(0.0, 1.0)) < TURNS {
        return None;
    }
    Some((curve.noise(0.0)?, curve.noise(0.33)?))
}

fn with_extremes(case: &Case<'_>, draft: Draft, series: &Series, curve: &Curve) -> Draft {
    // The extremes of the second half show the jumps without the fall at the start.
    let half = curve.points.get(curve.len() / 2..).unwrap_or_default();
    let (Some(low), Some(high)) = (case.extreme(series, half, false), case.extreme(series, half, true)) else {
        return draft;
    };
    case.told_fact(case.told_fact(draft, series, &low), series, &high)
        .arg("low", low.value)
        .arg("low_at", low.at)
        .arg("high", high.value)
        .arg("high_at", high.at)
}

fn cause(case: &Case<'_>, tiny: Option<u32>) -> String {
    let params = &case.view.params;
    if let Some(rows) = tiny {
        return case.sentence("clue-tiny-split", &[("rows", u64::from(rows).into())]);
    }
    match (params.batch_size(), case.view.peak_learning_rate()) {
        (Some(batch), Some(rate)) => case.sentence(
            "clue-batch-and-rate",
            &[("batch", batch.value.into()), ("rate", rate.into())],
        ),
        (Some(batch), None) => case.sentence("clue-batch", &[("batch", batch.value.into())]),
        (None, Some(rate)) => case.sentence("clue-rate", &[("rate", rate.into())]),
        (None, None) => String::new(),
    }
}

fn advice(case: &Case<'_>, tiny: Option<u32>) -> Vec<String> {
    let first = match case.batch() {
        _ if tiny.is_some() => case.text("advice-larger-split", &[]),
        Some(batch) if batch < 16.0 => {
            case.text("advice-larger-batch", &[("now", batch.into()), ("next", 32.0.into())])
        }
        _ => case.lower_rate_text(),
    };
    let decay = (!case.decays()).then(|| case.text("advice-decay-rate", &[]));
    let keep = case.text("advice-keep-best", &[]);
    [Some(first), decay, Some(keep)].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use deepfix_plugin::Severity;
    use serde_json::{Value as Json, json};

    use super::CODE;
    use crate::sample::{action, decay, epochs, severity};

    fn run(train_noise: f64, validation_noise: f64, batch: u32) -> Json {
        json!({"metrics_values": {"epoch": epochs(30), "train_loss": decay(30, 1.0, 0.2, 4.0, train_noise),
                "val_loss": decay(30, 1.0, 0.3, 4.0, validation_noise)},
            "params": {"batch_size": batch, "learning_rate": 0.01, "optimizer": "adam", "lr_scheduler": "cosine"}})
    }

    #[test]
    fn a_validation_loss_that_jumps_is_found() {
        assert_eq!(severity(&run(0.1, 0.3, 2), CODE), Some(Severity::High));
    }

    #[test]
    fn steep_falls_and_dropout_noise_are_healthy() {
        assert!(severity(&run(0.02, 0.01, 2), CODE).is_none());
        assert!(severity(&run(0.3, 0.02, 32), CODE).is_none());
    }

    #[test]
    fn a_split_of_a_few_rows_makes_it_a_remark() {
        let mut run = run(0.1, 0.3, 4);
        let accuracy: Vec<f64> = (0..30).map(|it| f64::from(5 + it % 7) / 12.0).collect();
        run["metrics_values"]["val_accuracy"] = json!(accuracy);
        assert_eq!(severity(&run, CODE), Some(Severity::Low));
    }

    #[test]
    fn a_rate_that_decays_is_not_told_to() {
        let action = |metrics: &Json, params: &Json| {
            let mut run = run(0.1, 0.3, 32);
            for (name, values) in metrics.as_object().unwrap() {
                run["metrics_values"][name] = values.clone();
            }
            run["params"] = params.clone();
            action(&run, CODE).unwrap()
        };
        let advised = |action: &str| action.contains("let the learning rate decay");
        let falling: Vec<f64> = (0..30).map(|it| 0.486 - 0.014 * f64::from(it)).collect();
        assert!(!advised(&action(&json!({"learning_rate": falling}), &json!({}))));
        assert!(!advised(&action(&json!({}), &json!({"lr_scheduler": "linear"}))));
        // What was logged counts, not what was meant.
        let same = json!({"learning_rate": vec![0.4; 30]});
        assert!(advised(&action(&same, &json!({"lr_scheduler": "linear"}))));
        assert!(advised(&action(&json!({}), &json!({}))));
    }
}
