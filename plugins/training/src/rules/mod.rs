//! The rules, and which of them may speak together.

mod early_stopping;
mod exploding;
mod final_gap;
mod guess;
mod label_noise;
mod limits;
mod mismatch;
mod no_shuffle;
mod noisy;
mod overfitting;
mod plateau;
mod rate_high;
mod rate_low;
mod underfitting;
mod vanishing;

use deepfix_plugin::{Draft, Severity};

use crate::case::Case;

/// Every code that this component reports.
pub const CODES: [&str; 12] = [
    overfitting::CODE,
    underfitting::CODE,
    rate_high::CODE,
    rate_low::CODE,
    exploding::CODE,
    vanishing::CODE,
    noisy::CODE,
    plateau::CODE,
    early_stopping::CODE,
    mismatch::CODE,
    no_shuffle::CODE,
    label_noise::CODE,
];

/// The message ids of all findings, with their variants.
pub const MESSAGES: &[&str] = &[
    "training-overfitting",
    "training-overfitting-final",
    "training-underfitting",
    "training-underfitting-chance",
    "training-underfitting-unfinished",
    "training-lr-too-high",
    "training-lr-too-high-stuck",
    "training-lr-too-high-oscillating",
    "training-lr-too-low",
    "training-lr-too-low-slow",
    "training-exploding-gradients",
    "training-exploding-gradients-null",
    "training-exploding-gradients-gradient",
    "training-exploding-gradients-isolated",
    "training-exploding-gradients-validation",
    "training-vanishing-gradients",
    "training-vanishing-gradients-flat",
    "training-noisy-loss",
    "training-plateau-no-schedule",
    "training-early-stopping-missed",
    "training-metric-loss-mismatch",
    "training-metric-loss-mismatch-forbidden",
    "training-no-shuffle",
    "training-no-shuffle-declared",
    "dataset-label-noise",
];

/// Columns of final values that could be judged.
pub(crate) fn judged_finals(case: &Case<'_>) -> Vec<String> {
    final_gap::judged(case)
}

/// What is wrong with a run.
///
/// A cause silences its symptoms: a curve that turned into NaN is not examined further; rows in
/// a fixed order make any curve rough; a diverged run neither overfits nor plateaus. Where
/// noise and a constant learning rate come together both are told, since each has its own cure.
#[must_use]
pub fn diagnose(case: &Case<'_>) -> Vec<Draft> {
    let mut found = Vec::new();
    if let Some(draft) = exploding::find(case) {
        let broken = draft.severity() > Severity::Low;
        found.push(draft);
        if broken {
            return found;
        }
    }
    if mismatch::is_contradiction(case)
        && let Some(draft) = mismatch::find(case)
    {
        found.push(draft);
        return found;
    }
    for cause in [no_shuffle::find, vanishing::find, rate_high::find, rate_low::find] {
        let Some(draft) = cause(case) else { continue };
        let decisive = draft.severity() > Severity::Low;
        let rough = draft.code() == rate_high::CODE;
        found.push(draft);
        if decisive {
            // A rate that is too high shows as noise and as a floor as well; the extent of both
            // is worth telling.
            if rough {
                found.extend(noisy::find(case));
                found.extend(plateau::find(case, true));
            }
            return found;
        }
    }
    if let Some(draft) = mismatch::find(case) {
        found.push(draft);
        return found;
    }
    let noisy = noisy::find(case);
    let rough = noisy.as_ref().is_some_and(|it| it.severity() > Severity::Low);
    let plateau = plateau::find(case, rough);
    let unsettled = [&noisy, &plateau]
        .into_iter()
        .flatten()
        .any(|it| it.severity() > Severity::Low);
    found.extend(noisy);
    found.extend(plateau);
    if unsettled {
        return found;
    }
    let noise = label_noise::find(case);
    if let Some(draft) = overfitting::find(case) {
        found.push(draft);
        found.extend(early_stopping::find(case));
        // Wrong labels are what there is to learn by heart.
        found.extend(noise.filter(|it| it.severity() > Severity::Low));
        return found;
    }
    if let Some(draft) = final_gap::find(case) {
        found.push(draft);
        // Beside losses it may be a gap without a rise that either of these explains further.
        found.extend(early_stopping::find(case));
        found.extend(noise.filter(|it| it.severity() > Severity::Low));
        return found;
    }
    found.extend(early_stopping::find(case));
    // Noise in the training labels also keeps both losses high: it explains more.
    match noise {
        Some(draft) => found.push(draft),
        None => found.extend(underfitting::find(case)),
    }
    found
}
