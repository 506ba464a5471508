//! `training.no_shuffle`: the training rows come in the same order in every epoch, and that
//! order matters.
//!
//! Formula: the training loss, logged several times an epoch, depends on the place within the
//! epoch: after removing the trend by a moving average over one epoch, a one-way analysis of
//! variance over the places (on logarithms) has F of at least [`F`] and explains at least
//! [`EXPLAINED`] of the variance; and the places differ by their mean loss or more
//! ([`CONTRAST`]). Where the model never gets hold of the rows all places are about equally bad;
//! then the validation loss tells, which is always of the same rows: if it swings with the place
//! by [`SWING`] in the same pattern, the weights follow the order of the rows; and so does a
//! training accuracy that ranges over [`FOLLOWS`] from place to place. Source: the saw-tooth is what training on sorted rows looks like (Bengio
//! 2012, section 3.3; cleanlab Datalab `non_iid` tests the same on rows).
//!
//! Healthy look-alikes: `shuffle: false` for boosted trees, whole-table batches, streams that
//! were shuffled before, and data in time order: a fixed order alone is no fault. Fixed batches
//! of mixed rows repeat exactly, but their losses differ by less than their mean. A loss that
//! falls within each of the first epochs: the trend is removed. A short last batch is noisier,
//! not worse. Shuffled rows give F near 1.

use deepfix_plugin::{Arg, Draft, Severity};
use deepfix_views::training::SawTooth;

use crate::case::Case;

pub(crate) const CODE: &str = "training.no_shuffle";

/// The key of a finding's extras that says whether losses or accuracies follow the order of rows.
const MEASURED: &str = "measured";

/// F under no effect is near 1; its 99.9 % point for 5 to 9 places and tens of rows is below 6.
const F: f64 = 6.0;
/// Half of the epoch-internal variance; shuffled rows explain about places / rows.
const EXPLAINED: f64 = 0.4;
/// The mean losses of the worst and the best place differ by the mean of all. Mixed batches of
/// 16 rows stay below, sorted ones above.
const CONTRAST: f64 = 1.0;
/// Where rows are known to be unshuffled a smaller contrast is worth a remark.
const SLIGHT: f64 = 0.6;
/// The range of the training accuracy over the places within the epoch; batches of mixed rows
/// stay below 0.25, sorted ones go from one class to the next.
const FOLLOWS: f64 = 0.35;
/// The difference of the logarithms of the validation loss at the worst and the best place of
/// the later epochs, without the trend; batches of mixed rows stay below 0.025.
const SWING: f64 = 0.03;
/// Below this the validation loss does not depend on the place.
const STILL: f64 = 0.016;
/// Validation over training loss in the first epoch; of mixed rows training is the higher one,
/// since it averages over the epoch.
const AHEAD: f64 = 1.6;
/// Points and rows of a batch with which a loss stays calm unless something moves it.
const STEADY_POINTS: usize = 10;
const SMALL_BATCH: f64 = 4.0;
/// Validation loss that jumps between epochs although it is the same rows each time.
const ROUGH: f64 = 0.1;

pub(crate) fn find(case: &Case<'_>) -> Option<Draft> {
    let shuffle = case.view.params.shuffle();
    if !case.is_gradient_trained() || shuffle.as_ref().is_some_and(|it| it.value) || is_full_batch(case) {
        return None;
    }
    let declared = shuffle.is_some();
    let validation = case.view.validation_tooth();
    let moves = |it: &SawTooth| is_pattern(it, declared) && it.pattern.amplitude >= SWING;
    let follows = case
        .view
        .accuracy_swing()
        .is_some_and(|it| it >= if declared { FOLLOWS } else { 1.4 * FOLLOWS });
    let swings = validation.as_ref().is_some_and(moves) || follows;
    let still = !swings && validation.is_some_and(|it| it.pattern.amplitude < STILL);
    let least = match (declared, swings) {
        (true, true) => 0.0,
        (true, false) | (false, true) => SLIGHT,
        (false, false) => CONTRAST,
    };
    let repeats = |it: &SawTooth| is_pattern(it, declared || follows) && it.contrast >= least;
    match case.view.saw_tooth().filter(repeats) {
        // Fixed batches of mixed rows have losses of their own, but leave the weights in peace.
        Some(_) if still && !declared => None,
        Some(tooth) => Some(saw_tooth(case, &tooth, declared, (swings, still))),
        None if declared => declared_only(case, follows),
        None => None,
    }
}

/// Where something else says that the order is fixed, less is enough: noise of the weights blurs the pattern.
fn is_pattern(tooth: &SawTooth, declared: bool) -> bool {
    let share = if declared { 0.6 } else { 1.0 };
    tooth.pattern.f >= share * F && tooth.pattern.explained >= share * EXPLAINED
}

/// One step per epoch sees all rows at once: their order cannot matter.
fn is_full_batch(case: &Case<'_>) -> bool {
    let epochs = case.view.axis.as_ref().map(|it| it.len() as f64);
    case.view
        .updates()
        .zip(epochs)
        .is_some_and(|(updates, epochs)| updates <= epochs * 1.01)
}

fn saw_tooth(case: &Case<'_>, tooth: &SawTooth, declared: bool, (swings, still): (bool, bool)) -> Draft {
    let (severity, confidence) = match (declared, tooth.contrast) {
        _ if still => (Severity::Low, 0.5),
        (true, it) if it >= 1.5 * CONTRAST => (Severity::High, 0.93),
        (true, it) if it >= CONTRAST || swings => (Severity::Medium, 0.85),
        (true, _) => (Severity::Low, 0.5),
        (false, _) => (Severity::Medium, 0.75),
    };
    let column = case
        .view
        .train_loss_steps
        .as_ref()
        .map(|it| it.column.clone())
        .unwrap_or_default();
    let mut draft = Draft::new(CODE, severity, confidence)
        .beyond(tooth.contrast / CONTRAST)
        .computed(case.label("explained"), tooth.pattern.explained)
        .computed(case.label("tooth-worst"), tooth.worst_loss)
        .computed(case.label("tooth-best"), tooth.best_loss)
        .arg("column", column)
        .share("explained", tooth.pattern.explained)
        .arg("places", tooth.pattern.period)
        .arg("worst", tooth.worst + 1)
        .arg("worst_loss", tooth.worst_loss)
        .arg("best", tooth.best + 1)
        .arg("best_loss", tooth.best_loss)
        .arg("epochs", tooth.pattern.periods)
        .extra("period", tooth.pattern.period)
        .extra(MEASURED, true);
    draft = with_shuffle(case, draft);
    case.setting_facts(draft)
}

/// The order is fixed, but the log is too coarse to show what it does, or training is too
/// unsteady for a pattern.
fn declared_only(case: &Case<'_>, follows: bool) -> Option<Draft> {
    // What jumps by itself, a few points, a few rows or batches of a few, is no sign of the order.
    let steady = case.view.validation.len() >= STEADY_POINTS
        && !case.is_tiny_split()
        && case.batch().is_none_or(|it| it > SMALL_BATCH);
    let rough = case.view.validation.noise(0.0).filter(|it| *it >= ROUGH && steady);
    // Runs of one class are easy to follow from the first epoch on, and teach nothing.
    let ahead = follows || case.view.gap().is_some_and(|it| it.start >= AHEAD);
    if rough.is_none() && !ahead && case.view.saw_tooth().is_some() {
        return None;
    }
    let draft = match rough {
        Some(noise) => Draft::new(CODE, Severity::Medium, 0.6).computed(case.label("validation-noise"), noise),
        // The training accuracy follows the order. A gap alone is also what rows in time order have.
        None if follows => Draft::new(CODE, Severity::Medium, 0.55),
        None => Draft::new(CODE, Severity::Low, 0.4),
    };
    let clue = match rough {
        Some(noise) => case.sentence("clue-rough-validation", &[("noise", Arg::Share(noise))]),
        None => String::new(),
    };
    // Other rules ask whether the harm is seen to follow the order of the rows.
    let draft = draft.variant("declared").arg("clue", clue).extra(MEASURED, follows);
    Some(with_shuffle(case, draft))
}

fn with_shuffle(case: &Case<'_>, draft: Draft) -> Draft {
    match case.view.params.shuffle() {
        Some(shuffle) => {
            let said = case.text("clue-shuffle-off", &[("name", shuffle.name.clone().into())]);
            draft.fact(shuffle.name, shuffle.raw, shuffle.source).arg("said", said)
        }
        None => draft.arg("said", case.text("clue-shuffle-unknown", &[])),
    }
}

#[cfg(test)]
mod tests {
    use deepfix_plugin::Severity;
    use serde_json::{Value as Json, json};

    use super::CODE;
    use crate::sample::{codes, decay, severity};

    /// Ten epochs of eight rows; `tooth` scales the loss by the place within the epoch.
    fn run(tooth: impl Fn(usize) -> f64, params: &Json) -> Json {
        let loss: Vec<f64> = decay(80, 1.0, 0.5, 20.0, 0.05)
            .iter()
            .enumerate()
            .map(|(i, it)| it * tooth(i % 8))
            .collect();
        let epoch: Vec<usize> = (0..80).map(|it| it / 8).collect();
        json!({"metrics_values": {"epoch": epoch, "train_loss": loss}, "params": params})
    }

    #[test]
    fn a_saw_tooth_with_shuffling_off_is_found() {
        let found = run(
            |place| (0.3 * place as f64).exp(),
            &json!({"shuffle": false, "batch_size": 16}),
        );
        assert_eq!(severity(&found, CODE), Some(Severity::High));
        assert_eq!(codes(&found), [CODE]);
    }

    #[test]
    fn what_jumps_by_itself_is_no_sign_of_the_order() {
        let declared = |points: usize, batch: u32| {
            let (train, validation) = (decay(points, 1.0, 0.5, 5.0, 0.02), decay(points, 1.0, 0.5, 5.0, 0.3));
            json!({"metrics_values": {"epoch": (0..points).collect::<Vec<_>>(), "train_loss": train, "val_loss": validation},
                "params": {"shuffle": false, "batch_size": batch}})
        };
        assert_eq!(severity(&declared(30, 32), CODE), Some(Severity::Medium));
        for (points, batch) in [(6, 32), (30, 2)] {
            assert!(severity(&declared(points, batch), CODE).is_none_or(|it| it == Severity::Low));
        }
    }

    #[test]
    fn a_saw_tooth_is_found_without_any_parameter() {
        assert_eq!(
            severity(&run(|place| (0.4 * place as f64).exp(), &json!({})), CODE),
            Some(Severity::Medium)
        );
    }

    #[test]
    fn a_fixed_order_of_mixed_rows_is_healthy() {
        assert!(
            severity(
                &run(|place| 1.0 + 0.02 * place as f64, &json!({"shuffle": false})),
                CODE
            )
            .is_none()
        );
    }

    #[test]
    fn several_rows_an_epoch_of_shuffled_data_are_healthy() {
        assert!(codes(&run(|_| 1.0, &json!({"shuffle": true}))).is_empty());
    }

    #[test]
    fn unshuffled_trees_and_whole_table_batches_are_healthy() {
        let trees = json!({"metrics_values": {"loss": [0.6, 0.5, 0.4]}, "params": {"model": "XGBClassifier", "shuffle": false}});
        assert!(codes(&trees).is_empty());
        let whole = json!({"metrics_values": {"epoch": [0, 1, 2], "step": [1, 2, 3], "loss": [0.6, 0.5, 0.4]}, "params": {"shuffle": false}});
        assert!(codes(&whole).is_empty());
    }

    /// Ten epochs of eight rows with fixed batches; `swing` is how far validation follows them.
    fn validated(swing: f64) -> Json {
        let place = |it: usize| (it % 8) as f64 / 7.0 - 0.5;
        let mut run = run(
            |it| 1.0 + 1.2 * (it as f64 / 7.0 - 0.5),
            &json!({"shuffle": false, "batch_size": 16}),
        );
        let validation: Vec<f64> = decay(80, 1.0, 0.6, 20.0, 0.001)
            .iter()
            .enumerate()
            .map(|(it, loss)| loss * (1.0 + swing * place(it)))
            .collect();
        run["metrics_values"]["val_loss"] = json!(validation);
        run
    }

    #[test]
    fn validation_that_swings_with_the_order_makes_it_a_fault_and_one_that_does_not_a_remark() {
        assert!(severity(&validated(0.2), CODE).is_some_and(|it| it > Severity::Low));
        assert_eq!(severity(&validated(0.0), CODE), Some(Severity::Low));
    }

    #[test]
    fn training_ahead_from_the_first_epoch_is_a_remark_since_rows_in_time_order_show_it_too() {
        let train = decay(12, 0.9, 0.2, 5.0, 0.001);
        let validation: Vec<f64> = train.iter().map(|it| 1.7 * it).collect();
        let run = json!({"metrics_values": {"epoch": (0..12).collect::<Vec<_>>(), "train_loss": train, "val_loss": validation},
            "params": {"shuffle": false, "batch_size": 8, "loss": "mse"}});
        assert_eq!(severity(&run, CODE), Some(Severity::Low));
    }
}
