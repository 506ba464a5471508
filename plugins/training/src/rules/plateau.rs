//! `training.plateau_no_schedule`: the loss stalls at the noise of a learning rate that never
//! falls.
//!
//! Formula: the rate is constant (its column, or a parameter that says so); the second half
//! brings neither loss forward by more than [`GAIN`] of the whole fall, or than its noise; and
//! the validation loss still jumps by [`NOISE`] or more. The jumps are what tells a plateau
//! that a schedule would lower from one where nothing is left to learn: at a minimum the weights
//! of a run with small steps stand still. Sources: SageMaker `LossNotDecreasing`, Keras and
//! Lightning `ReduceLROnPlateau`, Bottou et al. 2018 (the noise floor is proportional to the
//! rate).
//!
//! Healthy look-alikes: no schedule and still falling; no schedule and converged without jumps;
//! a schedule that has decayed; short runs; early stopping soon after the best epoch; a loss of next to
//! nothing, where a fraction more or less changes no answer.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::stats;
use deepfix_views::training::{Curve, Schedule};

use super::overfitting;
use crate::case::Case;

pub(crate) const CODE: &str = "training.plateau_no_schedule";

/// Healthy validation curves under a constant rate have 0.001 to 0.03.
const NOISE: f64 = 0.065;
/// The training loss of a converged run with usual batches has 0.01 to 0.03.
const TRAIN_NOISE: f64 = 0.045;
/// An absolute error grows with the distance, a squared one with its square: the same jump of
/// the weights is half of the noise.
const LINEAR_LOSS: f64 = 0.5;
/// The share of the whole fall that the last quarter may add to the third one.
const GAIN: f64 = 0.05;
/// A loss that goes on falling by an eighth a quarter is on its way, however far it came before.
const STILL_GAINING: f64 = 0.12;
/// The rise of the validation loss from its best that is no noise about a level.
const RISING: f64 = 0.08;
/// Fewer points are no plateau.
const POINTS: usize = 16;

/// `rough` says that the loss was found to jump, which lowers the bar for both losses: then it
/// is only the question whether it gets anywhere.
pub(crate) fn find(case: &Case<'_>, rough: bool) -> Option<Draft> {
    let view = case.view;
    let (train, validation) = (&view.train, &view.validation);
    if !case.is_gradient_trained()
        || view.schedule() != Schedule::Constant
        || train.len() < POINTS
        || validation.len() < POINTS
    {
        return None;
    }
    if case.is_tiny_split() || case.is_nearly_nothing(validation) || view.stopped_early() == Some(true) {
        return None;
    }
    // A schedule that waits for a plateau has not seen one.
    if view.params.scheduler().is_some_and(|it| it.value.contains("plateau")) {
        return None;
    }
    let share = if rough { 0.4 } else { 1.0 } * if is_linear(case) { LINEAR_LOSS } else { 1.0 };
    let noise = validation.noise(0.4).filter(|it| *it >= share * NOISE)?;
    let train_noise = train.noise(0.4).filter(|it| *it >= share * TRAIN_NOISE)?;
    // Beside noise that is no more than noteworthy, a validation loss that rises says more.
    let weak = noise < NOISE || train_noise < TRAIN_NOISE;
    if weak && overfitting::rise(case).is_some_and(|it| it.rise >= RISING) {
        return None;
    }
    if !is_flat(train) || !is_flat(validation) {
        return None;
    }
    let series = view.train_loss.as_ref()?;
    let level = train.mean_between(0.5, 1.0)?;
    let floor = case.beginning(series, train.points.get(train.len() / 2)?)?;
    let (severity, confidence) = if noise >= 1.5 * NOISE {
        (Severity::Medium, 0.8)
    } else {
        (Severity::Medium, 0.65)
    };
    let draft = Draft::new(CODE, severity, confidence)
        .beyond(noise / (1.5 * NOISE))
        .computed(case.label("late-mean"), level)
        .computed(case.label("validation-noise"), noise)
        .computed(case.label("train-noise"), train_noise)
        .arg("column", series.column.as_str())
        .arg("level", level)
        .arg("since", floor.at.as_str())
        .share("noise", noise)
        .arg("rate", rate(case));
    let mut draft = case.told_fact(case.setting_facts(draft), series, &floor);
    if let Some(scheduler) = view.params.scheduler() {
        draft = draft.fact(scheduler.name, scheduler.raw, scheduler.source);
    }
    if let Some((row, _)) = view.learning_rate.as_ref().and_then(|it| it.last())
        && let Some(rate) = &view.learning_rate
    {
        draft = case.cell_fact(draft, rate, row);
    }
    Some(draft)
}

/// A loss that grows with the error itself.
fn is_linear(case: &Case<'_>) -> bool {
    let name = case
        .view
        .params
        .loss()
        .map(|it| it.value.to_lowercase())
        .unwrap_or_default();
    ["mae", "l1", "absolute", "huber", "rmse"]
        .iter()
        .any(|it| name.contains(it))
}

fn rate(case: &Case<'_>) -> String {
    match case.view.peak_learning_rate() {
        Some(rate) => case.text("clue-constant-rate", &[("rate", rate.into())]),
        None => case.text("clue-constant-rate-unknown", &[]),
    }
}

/// The last quarter is no better than the third, given the whole fall and the noise.
fn is_flat(curve: &Curve) -> bool {
    let (third, last) = (curve.slice(0.5, 0.75), curve.slice(0.75, 1.0));
    let Some((before, after)) = stats::mean(&third).zip(stats::mean(&last)) else {
        return false;
    };
    let spread = stats::standard_deviation(&third)
        .unwrap_or_default()
        .max(stats::standard_deviation(&last).unwrap_or_default());
    let error = spread * (2.0 / third.len().max(1) as f64).sqrt();
    let lowest = curve.smooth().into_iter().fold(f64::INFINITY, f64::min);
    let fall = curve.points.first().map_or(0.0, |it| it.value - lowest);
    let gained = before - after;
    gained <= 2.0 * error || (gained <= GAIN * fall && gained <= STILL_GAINING * before.abs())
}

#[cfg(test)]
mod tests {
    use deepfix_plugin::Severity;
    use serde_json::{Value as Json, json};

    use super::CODE;
    use crate::sample::{codes, decay, epochs, severity};

    fn run(pace: f64, noise: f64, scheduler: &str) -> Json {
        json!({"metrics_values": {"epoch": epochs(45), "train_loss": decay(45, 1.0, 0.3, pace, noise), "val_loss": decay(45, 1.1, 0.5, pace, noise)},
            "params": {"batch_size": 8, "learning_rate": 0.04, "optimizer": "adam", "lr_scheduler": scheduler}})
    }

    #[test]
    fn a_noisy_floor_under_a_constant_rate_is_found() {
        assert_eq!(severity(&run(3.0, 0.09, "none"), CODE), Some(Severity::Medium));
    }

    #[test]
    fn decayed_rates_smooth_floors_and_falling_losses_are_healthy() {
        assert!(severity(&run(3.0, 0.09, "cosine"), CODE).is_none());
        assert!(codes(&run(3.0, 0.004, "none")).is_empty());
        assert!(severity(&run(40.0, 0.004, "none"), CODE).is_none());
    }

    #[test]
    fn early_stopping_soon_after_the_best_epoch_is_healthy() {
        let mut run = run(3.0, 0.09, "none");
        run["params"]["num_epochs"] = json!(100);
        assert!(severity(&run, CODE).is_none());
    }
}
