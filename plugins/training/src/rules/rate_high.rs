//! `training.lr_too_high`: steps so large that training leaves what it had learnt.
//!
//! Formula, on the training loss per epoch, all values finite:
//! - diverged: it rises [`SPIKE`]-fold over the lowest value before and ends at least half above
//!   that value, by at least a tenth of the first loss;
//! - stuck: it starts [`SPIKE`]-fold above its later level, or the rate is far beyond the usual,
//!   and it sits at the level of guessing: the first steps threw the weights where no gradient
//!   leads back; with both, a poor level is enough;
//! - oscillating: the validation loss jumps by [`JUMPS`] and the training loss by half of that
//!   from epoch to epoch, with batches too large to be the reason; with a rate far beyond the
//!   usual, half of these jumps are enough.
//!
//! Sources: TheDeepChecker (diverging: 2 x the minimum), Bengio 2012, the Deep Learning Tuning
//! Playbook. The rate alone is no evidence: SGD at 0.1 is normal, and unscaled targets need more.
//!
//! Healthy look-alikes: warm-up spikes and warm restarts (they recover: the end is low again,
//! unless the run was cut soon after a restart),
//! a converged loss that wobbles around zero (small against the first loss), dropout noise (it
//! is not in the validation loss), tiny batches and tiny validation splits (the noise rule).

use deepfix_plugin::{Draft, Severity};
use deepfix_views::stats;
use deepfix_views::training::{Curve, Metric, Optimizer, Schedule};

use crate::case::Case;

pub(crate) const CODE: &str = "training.lr_too_high";

/// Healthy transients stay below twice the best value.
const SPIKE: f64 = 3.0;
/// The last validation loss over its lowest, up to which nothing was lost.
const CALM: f64 = 1.2;
/// The noise of the validation loss, relative to its level.
const JUMPS: f64 = 0.15;
/// Smaller batches are noisy by themselves.
const SMALL_BATCH: f64 = 8.0;
/// Fewer points have no course.
const POINTS: usize = 5;

pub(crate) fn find(case: &Case<'_>) -> Option<Draft> {
    if !case.is_gradient_trained() || case.view.points() < POINTS {
        return None;
    }
    diverged(case).or_else(|| stuck(case)).or_else(|| oscillating(case))
}

fn diverged(case: &Case<'_>) -> Option<Draft> {
    let curve = if case.view.train.len() >= POINTS {
        &case.view.train
    } else {
        &case.view.validation
    };
    let curve = &before_open_restart(case, curve);
    let first = curve.points.first()?;
    let (mut lowest, mut worst) = (*first, None);
    let mut before = *first;
    for point in &curve.points {
        let factor = point.value / lowest.value;
        if lowest.value > 0.0 && factor >= SPIKE && worst.is_none_or(|(_, it)| factor > it) {
            worst = Some((*point, factor));
            before = lowest;
        }
        if point.value < lowest.value {
            lowest = *point;
        }
    }
    let (peak, factor) = worst?;
    // A spike within the last tenth that is over already does not count as the end.
    let end = curve.end()?.min(curve.points.last()?.value);
    if end < 1.5 * before.value || end - before.value < 0.1 * first.value {
        return None;
    }
    // Restarts that only the scheduler's name tells of: each cycle but a cut one ends low again.
    let unlogged = case.view.schedule() == Schedule::Restarting && case.view.learning_rate.is_none();
    let late = curve.slice(0.5, 1.0).into_iter().fold(f64::INFINITY, f64::min);
    if unlogged && late < 1.5 * before.value {
        return None;
    }
    // Batches of a few rows, dropout and their normalisation make the training loss jump while the
    // weights stay where they are: then validation is as good as ever.
    let validation = case.view.validation.values();
    let lowest = validation.iter().copied().fold(f64::INFINITY, f64::min);
    let calm = case
        .view
        .validation
        .end()
        .is_some_and(|it| it > 0.0 && it <= CALM * lowest);
    if validation.len() >= POINTS && calm {
        return None;
    }
    let series = case.view.train_loss.as_ref().or(case.view.validation_loss.as_ref())?;
    let draft = Draft::new(CODE, Severity::High, 0.9)
        .computed(case.label("spike"), factor)
        .arg("column", series.column.as_str())
        .arg("best", before.value)
        .arg("best_at", case.at(before.label))
        .arg("peak", peak.value)
        .arg("peak_at", case.at(peak.label))
        .arg("end", end)
        .arg("factor", factor);
    let draft = case.point_fact(case.point_fact(draft, series, &before), series, &peak);
    Some(with_rate(case, draft))
}

/// The curve without the points after a restart from which the logged rate has not come down
/// again to half of its peak: a restart throws the loss up, and the rest of its cycle mends that.
fn before_open_restart(case: &Case<'_>, curve: &Curve) -> Curve {
    let open = || {
        let view = case.view;
        if view.schedule() != Schedule::Restarting {
            return None;
        }
        let rates = Curve::new(view.learning_rate.as_ref()?, view.axis.as_ref()?);
        let peak = rates.values().into_iter().fold(0.0, f64::max);
        if rates.points.last()?.value < 0.5 * peak {
            return None;
        }
        // The last rise that follows a fall.
        let pairs: Vec<_> = rates.points.iter().zip(rates.points.get(1..)?).collect();
        let rise = pairs.iter().rposition(|(a, b)| b.value > a.value)?;
        let fall = pairs.get(..rise)?.iter().rposition(|(a, b)| b.value < a.value)?;
        pairs.get(fall + 1).map(|(_, restarted)| restarted.group)
    };
    let mut kept = curve.clone();
    if let Some(from) = open() {
        kept.points.retain(|it| it.group < from);
    }
    kept
}

/// A learning rate thirty times beyond what is customary for its optimiser.
fn is_extreme(case: &Case<'_>) -> bool {
    let momentum = |name: &str| name.contains("momentum") || name.contains("nesterov");
    let heavy = case.view.params.momentum().is_some_and(|it| it.value > 0.5)
        || case.view.params.optimizer().is_some_and(|it| momentum(&it.value));
    let limit = match case.view.optimizer_kind() {
        Optimizer::Adaptive => 0.03,
        Optimizer::Plain if heavy => 0.2,
        Optimizer::Plain => 0.5,
        Optimizer::Unknown => 0.3,
    };
    case.view.peak_learning_rate().is_some_and(|it| it >= limit)
}

fn stuck(case: &Case<'_>) -> Option<Draft> {
    let view = case.view;
    let curve = &view.train;
    let level = stats::median(&curve.slice(0.5, 1.0)).filter(|it| *it > 0.0)?;
    let early = curve
        .points
        .iter()
        .take((curve.len() / 4).max(1))
        .max_by(|a, b| a.value.total_cmp(&b.value))?;
    let (before, after) = (curve.mean_between(0.25, 0.5)?, curve.mean_between(0.75, 1.0)?);
    let extreme = is_extreme(case);
    let still = before - after < if extreme { 0.1 } else { 0.05 } * level;
    let thrown = extreme && early.value >= SPIKE * level && is_poor(case);
    if !still || !(extreme || early.value >= SPIKE * level) || !(thrown || guesses(case, level)) {
        return None;
    }
    let series = view.train_loss.as_ref()?;
    let draft = Draft::new(CODE, Severity::High, if extreme { 0.85 } else { 0.75 })
        .variant("stuck")
        .computed(case.label("late-level"), level)
        .arg("column", series.column.as_str())
        .arg("peak", early.value)
        .arg("peak_at", case.at(early.label))
        .arg("end", level);
    Some(with_rate(case, case.point_fact(draft, series, early)))
}

/// Whether the model is poor on the rows it learns from: a network that huge first steps have
/// left with a few live units.
fn is_poor(case: &Case<'_>) -> bool {
    let pair = case.view.main_metric();
    pair.is_some_and(|it| match it.metric {
        Metric::R2 => it.train_curve.end().is_some_and(|it| it <= 0.5),
        Metric::Accuracy => it.train_curve.end().is_some_and(|it| it <= 0.75),
        _ => false,
    })
}

/// Whether the model has learnt nothing by its end, as far as can be told.
fn guesses(case: &Case<'_>, level: f64) -> bool {
    let view = case.view;
    let pair = view.main_metric();
    if let Some(r2) = pair.filter(|it| it.metric == Metric::R2) {
        return r2
            .train_curve
            .end()
            .or_else(|| r2.validation_curve.end())
            .is_some_and(|it| it <= 0.1);
    }
    if let Some(chance) = view.chance_loss() {
        return level >= 0.93 * chance;
    }
    let gain = pair.and_then(|it| {
        let curve = if it.train_curve.is_empty() {
            &it.validation_curve
        } else {
            &it.train_curve
        };
        Some(curve.end()? - curve.points.first()?.value)
    });
    gain.is_some_and(|it| it <= 0.05)
}

fn oscillating(case: &Case<'_>) -> Option<Draft> {
    let view = case.view;
    if case.batch().is_some_and(|it| it <= SMALL_BATCH) || view.schedule() == Schedule::Restarting {
        return None;
    }
    // A split of a few rows exaggerates every change of the weights.
    if view.validation_rows().is_some_and(|it| it < 25) {
        return None;
    }
    let (train, validation) = (view.train.noise(0.2)?, view.validation.noise(0.2)?);
    let turns = stats::sign_changes(&view.validation.slice(0.2, 1.0));
    let least = if is_extreme(case) { JUMPS / 2.0 } else { JUMPS };
    if validation < least || train < least / 2.0 || turns < 0.4 {
        return None;
    }
    let series = view.validation_loss.as_ref()?;
    let draft = Draft::new(CODE, Severity::Medium, 0.7)
        .variant("oscillating")
        .beyond(validation / least)
        .computed(case.label("validation-noise"), validation)
        .computed(case.label("train-noise"), train)
        .arg("column", series.column.as_str())
        .share("noise", validation)
        .share("train_noise", train)
        .share("turns", turns);
    let draft = match (series.lowest(), series.highest()) {
        (Some((low, _)), Some((high, _))) => case.cell_fact(case.cell_fact(draft, series, low), series, high),
        _ => draft,
    };
    Some(with_rate(case, draft))
}

fn with_rate(case: &Case<'_>, draft: Draft) -> Draft {
    let clip = match case.view.params.clip() {
        Some(_) => String::new(),
        None => case.sentence("advice-clip", &[]),
    };
    case.setting_facts(draft)
        .arg("rate", case.lower_rate_text())
        .arg("clip", clip)
}

#[cfg(test)]
mod tests {
    use deepfix_plugin::Severity;
    use serde_json::{Value as Json, json};

    use super::CODE;
    use crate::sample::{codes, decay, epochs, severity};

    fn run(train: &[f64], validation: &[f64]) -> Json {
        json!({"metrics_values": {"epoch": epochs(train.len()), "train_loss": train, "val_loss": validation},
            "params": {"learning_rate": 0.5, "optimizer": "sgd", "batch_size": 32}})
    }

    #[test]
    fn a_loss_that_explodes_and_does_not_come_back_is_found() {
        let train = [0.76, 0.5, 5.5, 42.0, 1.2, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1];
        assert_eq!(severity(&run(&train, &train), CODE), Some(Severity::High));
    }

    #[test]
    fn a_warm_up_spike_that_recovers_is_healthy() {
        let train = [0.76, 0.5, 0.45, 1.6, 0.6, 0.4, 0.35, 0.33, 0.31, 0.3, 0.3, 0.29];
        assert!(severity(&run(&train, &train), CODE).is_none());
    }

    #[test]
    fn a_run_that_was_cut_soon_after_a_restart_is_healthy() {
        let phase = |it: usize| std::f64::consts::PI * (it % 10) as f64 / 10.0;
        let rates: Vec<f64> = (0..22).map(|it| 0.05 * (1.0 + phase(it).cos())).collect();
        let loss: Vec<f64> = (0..22)
            .map(|it| {
                let cycle = [0.9, 0.6, 0.42][it / 10];
                0.05 + cycle * (-0.4 * (it % 10) as f64).exp()
            })
            .collect();
        let mut cut = run(&loss, &loss);
        cut["metrics_values"]["lr"] = json!(rates);
        assert!(severity(&cut, CODE).is_none());
        cut["metrics_values"].as_object_mut().unwrap().remove("lr");
        cut["params"]["lr_scheduler"] = json!("CosineAnnealingWarmRestarts");
        assert!(severity(&cut, CODE).is_none());
        // What a whole cycle does not mend is no restart's doing.
        let broken: Vec<f64> = loss
            .iter()
            .enumerate()
            .map(|(it, loss)| if it < 10 { *loss } else { 6.0 })
            .collect();
        let mut broken = run(&broken, &broken);
        broken["metrics_values"]["lr"] = json!(rates);
        assert_eq!(severity(&broken, CODE), Some(Severity::High));
    }

    #[test]
    fn a_huge_unscaled_loss_that_falls_is_healthy() {
        let train = decay(30, 6e8, 2e8, 4.0, 0.01);
        assert!(codes(&run(&train, &train)).is_empty());
    }

    #[test]
    fn jumps_with_large_batches_are_found() {
        let train = decay(40, 1.0, 0.8, 10.0, 0.2);
        let validation = decay(40, 1.1, 0.9, 10.0, 0.5);
        assert_eq!(severity(&run(&train, &validation), CODE), Some(Severity::Medium));
    }

    #[test]
    fn dropout_noise_in_the_training_loss_alone_is_healthy() {
        let train = decay(40, 1.0, 0.5, 10.0, 0.2);
        let validation = decay(40, 0.8, 0.45, 10.0, 0.005);
        assert!(severity(&run(&train, &validation), CODE).is_none());
    }

    #[test]
    fn huge_first_steps_that_leave_a_poor_model_are_found() {
        let mut train = vec![0.66; 30];
        train[0] = 11.2;
        let mut found = run(&train, &vec![0.75; 30]);
        found["params"] = json!({"learning_rate": 0.05, "optimizer": "rmsprop", "batch_size": 64});
        found["metrics_values"]["train_accuracy"] = json!(vec![0.6; 30]);
        assert_eq!(severity(&found, CODE), Some(Severity::High));
        found["metrics_values"]["train_accuracy"] = json!(decay(30, 0.5, 0.95, 3.0, 0.001));
        assert!(severity(&found, CODE).is_none());
    }

    #[test]
    fn a_training_loss_that_jumps_while_validation_is_calm_is_healthy() {
        let mut train = decay(40, 0.5, 0.2, 6.0, 0.05);
        train[20] = 0.11;
        train[30] = 0.45;
        let validation = decay(40, 0.5, 0.17, 6.0, 0.01);
        assert!(severity(&run(&train, &validation), CODE).is_none());
    }
}
