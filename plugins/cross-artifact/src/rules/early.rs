//! How early, and how far, training leaves validation behind: what the rule on wrong validation
//! labels asks of the curves.

use deepfix_views::training::{Curve, Metric, MetricPair, Params, TrainingView, paired};

use super::{Case, looks::second_half, validation_labels::FEWEST_ROWS};

/// The mean difference of two curves over so many points from the start.
pub(super) fn mean_lead(a: &Curve, b: &Curve, points: usize) -> f64 {
    let first: Vec<f64> = paired(a, b).iter().take(points).map(|it| it.0 - it.1).collect();
    first.iter().sum::<f64>() / first.len().max(1) as f64
}

/// Whether the training metric passes `level` for good within the first passes while validation
/// lies so many standard errors behind until their end, and does not improve from there on.
pub(super) fn learns_early(pair: &MetricPair, level: f64, error: f64, sigmas: f64, passes: usize) -> bool {
    let pairs = paired(&pair.train_curve, &pair.validation_curve);
    let Some(place) = pairs.iter().position(|it| it.0 >= level) else {
        return false;
    };
    let after = pairs.get(place..).unwrap_or_default();
    let (Some(first), Some(end)) = (after.first(), pair.validation_curve.end()) else {
        return false;
    };
    let kept = after.iter().filter(|it| it.0 >= level).count() * 10 >= after.len() * 9;
    let until: Vec<f64> = after
        .iter()
        .take((passes - place.min(passes)).max(1))
        .map(|it| it.0 - it.1)
        .collect();
    let lead = until.iter().sum::<f64>() / until.len().max(1) as f64;
    // A poor validation that gets better is on its way; one that is blind stays where it is.
    place < passes && kept && lead >= (sigmas * error).max(0.1) && end <= first.1 + error.min(0.05)
}

/// How far below a constant answer validation lies within the first passes from where the training R² is
/// above `level`, beside how far training lies above it. Labels that do not belong to their rows turn the one into
/// the other: what is learnt of right labels varies as much on other rows, and R² falls by that variance (by half of
/// it where a quarter of the labels are right). What is learnt by heart varies less on rows not seen. None where
/// the level is not passed, or only at the end.
pub(super) fn mirrored(pair: &MetricPair, level: f64, passes: usize) -> Option<f64> {
    /// Fewer show no level.
    const POINTS: usize = 3;
    let pairs = paired(&pair.train_curve, &pair.validation_curve);
    let place = pairs.iter().position(|it| it.0 >= level).filter(|it| *it < passes)?;
    let there = pairs
        .get(place..passes.min(pairs.len()))
        .filter(|it| it.len() >= POINTS)?;
    let (train, validation) = there.iter().fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    (train > 0.0).then_some(-validation / train)
}

/// Passes in which no usual network learns its rows by heart.
pub(super) const PASSES: usize = 20;

/// Passes over the rows after which a network may know many of them by heart; a network with
/// several weights for each row needs few, unless validation is worse than a constant throughout.
pub(super) fn passes(case: &Case<'_>, hopeless: bool) -> usize {
    const OVERSIZED: usize = 5;
    const WEIGHTS_PER_ROW: f64 = 4.0;
    let experiment = case.experiment;
    let sizes = experiment
        .training
        .as_ref()
        .and_then(|it| it.architecture(Params::hidden_sizes))
        .map(|it| it.value);
    let (Some(sizes), Some(rows)) = (sizes, experiment.train_rows.as_ref()) else {
        return PASSES;
    };
    let inputs = experiment.dataset.as_ref().map_or(1, |it| it.features().count()) as f64;
    let widths: Vec<f64> = std::iter::once(inputs).chain(sizes).collect();
    let weights: f64 = widths.windows(2).map(|it| it.iter().product::<f64>()).sum();
    if weights > WEIGHTS_PER_ROW * rows.count && !hopeless {
        OVERSIZED
    } else {
        PASSES
    }
}

/// Validation is far worse than any guess while training is good: its labels name other classes
/// than those of training. That shifts the shares of classes as well, so that drift is no
/// explanation; classes that training has not seen are one.
pub(super) fn is_inverted(case: &Case<'_>, view: &TrainingView) -> bool {
    let experiment = case.experiment;
    let pair = experiment.metric().filter(|it| it.metric == Metric::Accuracy);
    let (Some(pair), Some(classes), Some(rows)) = (pair, experiment.classes(), experiment.validation_rows()) else {
        return false;
    };
    let (Some(train), Some(validation)) = (second_half(&pair.train_curve), second_half(&pair.validation_curve)) else {
        return false;
    };
    let error = (0.25 / rows).sqrt();
    // A metric that is computed wrongly is wrong on both splits, and contradicts the loss.
    let consistent = view
        .validation
        .end()
        .is_some_and(|it| it >= experiment.chance_loss().unwrap_or(f64::INFINITY));
    rows >= FEWEST_ROWS
        && train >= 0.8
        && validation + 3.0 * error <= 0.6 / classes
        && consistent
        && !case
            .findings
            .fault(&["checks.new_labels", "training.metric_loss_mismatch"])
}
