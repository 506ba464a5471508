//! `training.vanishing_gradients`: the gradient dies on its way to the first layers.
//!
//! Formula: the mean gradient norm of the first layer is below [`RATIO`] of the last one's and
//! grows from layer to layer (rank correlation at least 0.8), while the loss hardly falls. With
//! no per-layer norms: the loss sits still at the level of guessing after the first quarter,
//! although the learning rate is not tiny, in a deep network of saturating units; the same with
//! norms that grow from layer to layer by less, below [`HEALTHY_RATIO`], or whose first half is
//! below that in no order. Sources:
//! AutoTrainer (first over last layer below 1e-3), TheDeepChecker, Glorot & Bengio 2010. The
//! norm of the whole gradient is useless here: the last layer dominates it.
//!
//! Healthy look-alikes: frozen layers (their norm is exactly 0: left out), narrow bottlenecks
//! (a ratio of 1e-2 is normal), a model that has converged (its loss is below guessing), a
//! learning rate that is too low (its loss still falls along a line).

use deepfix_plugin::{Arg, Draft, Severity};
use deepfix_views::stats;
use deepfix_views::training::{Layer, Metric, Task};

use super::{guess::guessed_classes, rate_low};
use crate::case::Case;

pub(crate) const CODE: &str = "training.vanishing_gradients";

/// The ratio that speaks for itself.
const RATIO: f64 = 1e-3;
/// Healthy networks have ratios of 0.05 to 20; below, a loss at the level of guessing decides.
const HEALTHY_RATIO: f64 = 0.05;
/// The loss falls by less than this after the first quarter of the run.
const STUCK: f64 = 0.04;
/// Fewer layers do not make gradients vanish.
const DEEP: usize = 5;
/// Fewer points do not show that the loss stays where it is.
const POINTS: usize = 5;

pub(crate) fn find(case: &Case<'_>) -> Option<Draft> {
    if !case.is_gradient_trained() {
        return None;
    }
    // In two hidden layers a small first gradient comes from a bottleneck, not from depth.
    if layers(case).len() < 4 {
        return flat(case);
    }
    // Norms that a healthy network has as well contradict a loss that sits still.
    let dwindles = || shrinks(case).is_some_and(|ratio| ratio < HEALTHY_RATIO) || first_half_starves(case);
    layered(case).or_else(|| dwindles().then(|| flat(case))?)
}

/// The layers of the first half get next to nothing of the last one's gradient, in no order among themselves, and
/// the loss is known to be that of guessing.
fn first_half_starves(case: &Case<'_>) -> bool {
    let means: Vec<f64> = layers(case).iter().map(|it| it.mean).collect();
    let half = means.get(..means.len() / 2).and_then(stats::median);
    let starves = half
        .zip(means.last())
        .is_some_and(|(it, last)| it < HEALTHY_RATIO * last);
    let certain = case.view.class_count().is_some() || guessed_classes(case).is_some();
    starves && (certain || case.view.task() == Task::Regression)
}

/// The first layer's norm over the last one's, where norms grow from layer to layer.
fn shrinks(case: &Case<'_>) -> Option<f64> {
    let means: Vec<f64> = layers(case).iter().map(|it| it.mean).collect();
    let places: Vec<f64> = (0..means.len()).map(|it| it as f64).collect();
    stats::spearman(&places, &means).filter(|it| *it >= 0.8)?;
    Some(means.first()? / means.last()?)
}

/// Layers that learn at all.
fn layers<'a>(case: &Case<'a>) -> Vec<&'a Layer> {
    case.view.layers.iter().filter(|it| it.max > 0.0).collect()
}

fn layered(case: &Case<'_>) -> Option<Draft> {
    let layers = layers(case);
    let (first, last) = (layers.first()?, layers.last()?);
    let ratio = shrinks(case).filter(|it| *it < RATIO)?;
    // Units that huge steps have killed pass on no gradient either: that is another cause.
    if case.view.validation.noise(0.2).is_some_and(|it| it > 0.1) {
        return None;
    }
    let (severity, confidence) = if late_fall(case).is_none_or(|it| it < 0.06) {
        (Severity::High, 0.95)
    } else {
        // It learns all the same: with the layers that still get a gradient.
        (Severity::Low, 0.5)
    };
    let draft = Draft::new(CODE, severity, confidence)
        .beyond((RATIO / ratio).max(1.0).log10())
        .fact(
            case.text("label-mean", &[("column", first.column.as_str().into())]),
            first.mean,
            first.mean_source(),
        )
        .fact(
            case.text("label-mean", &[("column", last.column.as_str().into())]),
            last.mean,
            last.mean_source(),
        )
        .computed(case.label("layer-ratio"), ratio)
        .arg("first", first.name.as_str())
        .arg("last", last.name.as_str())
        .arg("first_norm", first.mean)
        .arg("last_norm", last.mean)
        .arg("ratio", ratio)
        .arg("layers", layers.len())
        .arg("per_layer", (1.0 / ratio).powf(1.0 / (layers.len() - 1) as f64));
    Some(with_loss(case, with_architecture(case, draft)))
}

/// The share by which the loss falls after the first quarter of the run. Before that even the
/// output layer alone learns how frequent the classes are.
fn late_fall(case: &Case<'_>) -> Option<f64> {
    let curve = if case.view.train.len() >= 3 {
        &case.view.train
    } else {
        &case.view.validation
    };
    let (before, after) = (curve.mean_between(0.25, 0.5)?, curve.mean_between(0.75, 1.0)?);
    let fall = (before - after) / before.abs();
    fall.is_finite().then_some(fall)
}

fn flat(case: &Case<'_>) -> Option<Draft> {
    let view = case.view;
    let fall = late_fall(case).filter(|it| it.abs() < STUCK)?;
    let curve = if view.validation.len() >= POINTS {
        &view.validation
    } else {
        &view.train
    };
    let depth = view.architecture(|it| it.hidden_sizes()).map(|it| it.value.len());
    let activation = view.architecture(|it| it.activation()).map(|it| it.value);
    let saturating = activation.as_ref().map(|it| {
        ["sigmoid", "tanh", "logistic", "softsign"]
            .iter()
            .any(|name| it.contains(name))
            && !it.contains("hardtanh")
    });
    let (severity, confidence) = match (depth.map(|it| it >= DEEP), saturating) {
        (Some(true), Some(true)) => (Severity::High, 0.85),
        (Some(true), None) | (None, Some(true)) => (Severity::Medium, 0.6),
        // Units that do not saturate pass gradients on, unless their weights are tiny: then
        // nothing moves from the first epoch on.
        (Some(true), Some(false)) if is_frozen(case, depth) => (Severity::Medium, 0.55),
        (Some(true), Some(false)) => (Severity::Low, 0.4),
        _ => return None,
    };
    // Noise speaks for steps that are too large, unless the architecture explains all.
    let wobbles = severity < Severity::High && curve.noise(0.2).is_some_and(|it| it > STUCK);
    if view.points() < POINTS || wobbles || rate_low::has_shape(case) || !guesses(case) {
        return None;
    }
    let draft = Draft::new(CODE, severity, confidence)
        .variant("flat")
        .computed(case.label("late-fall-share"), fall);
    Some(with_loss(case, with_architecture(case, draft)))
}

/// A very deep network whose training loss never moves, or no further than one answer to all rows takes it: how
/// frequent the classes are is learnt without the first layers. Steps far beyond the usual make it so as well.
fn is_frozen(case: &Case<'_>, depth: Option<usize>) -> bool {
    const VERY_DEEP: usize = 7;
    const FAR: f64 = 5.0;
    let fall = case.view.train.relative_fall();
    let usual = case
        .view
        .peak_learning_rate()
        .is_some_and(|it| it <= FAR * case.usual_rate());
    let still = fall.is_some_and(|it| it.abs() < 0.01) || (usual && answers_one_class(case));
    depth.is_some_and(|it| it >= VERY_DEEP) && still
}

/// Whether the model does no better than guessing, as far as can be told.
fn guesses(case: &Case<'_>) -> bool {
    let view = case.view;
    let end = if view.validation.is_empty() {
        view.train.end()
    } else {
        view.validation.end()
    };
    let Some(end) = end else { return false };
    let r2 = view
        .metrics
        .iter()
        .find(|it| it.metric == Metric::R2)
        .and_then(|it| it.validation_curve.end());
    match (view.task(), r2, view.chance_loss()) {
        (_, Some(r2), _) => r2 <= 0.05,
        // Unequal classes are guessed at less; a model that gives one answer to all rows shows it.
        (Task::Classification, None, Some(chance)) => {
            let least = if answers_one_class(case) { 0.8 } else { 0.93 };
            end >= least * chance && end <= 1.1 * chance
        }
        // Two balanced classes are the lowest loss that guessing has; imbalance goes lower, but so
        // do models that have learnt.
        (Task::Classification, None, None) => end >= 0.66,
        _ => false,
    }
}

/// The validation accuracy is the same number at all of the later epochs.
pub(super) fn answers_one_class(case: &Case<'_>) -> bool {
    let pair = case.view.metrics.iter().find(|it| it.metric == Metric::Accuracy);
    let late = pair.map(|it| it.validation_curve.slice(0.3, 1.0)).unwrap_or_default();
    late.len() >= POINTS && late.windows(2).all(|it| it.first() == it.last())
}

fn with_architecture(case: &Case<'_>, mut draft: Draft) -> Draft {
    let view = case.view;
    let mut clues = Vec::new();
    if let Some(sizes) = view.architecture(|it| it.hidden_sizes()) {
        draft = draft.computed(case.label("hidden-layers"), sizes.value.len());
        clues.push(case.text("clue-depth", &[("count", sizes.value.len().into())]));
    }
    if let Some(activation) = view.architecture(|it| it.activation()) {
        draft = draft.fact(activation.name, activation.raw, activation.source);
        clues.push(case.text("clue-activation", &[("activation", activation.value.into())]));
    }
    let clue = if clues.is_empty() {
        String::new()
    } else {
        format!(" ({})", clues.join(", "))
    };
    draft.arg("architecture", clue)
}

fn with_loss(case: &Case<'_>, draft: Draft) -> Draft {
    let view = case.view;
    let (series, curve) = match (&view.validation_loss, &view.train_loss) {
        (Some(series), _) if !view.validation.is_empty() => (series, &view.validation),
        (_, Some(series)) => (series, &view.train),
        _ => return draft.arg("loss", String::new()),
    };
    let (Some(first), Some(end)) = (curve.points.first(), curve.end()) else {
        return draft.arg("loss", String::new());
    };
    let args = [
        ("column", Arg::from(series.column.as_str())),
        ("from", first.value.into()),
        ("to", end.into()),
    ];
    let text = case.text("clue-loss-stays", &args);
    case.ends(draft, Some(series)).arg("loss", text)
}

#[cfg(test)]
mod tests;
