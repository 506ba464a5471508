//! What keeps a model small: width, dropout and weight decay.
//!
//! Decay is of two kinds. Decoupled, as in AdamW (Loshchilov & Hutter 2019), a weight cannot grow
//! beyond 1 / decay, since no step is longer than the rate; it takes rate x decay x steps to get
//! there. In the gradient, as in SGD and Adam, it is a penalty that the loss has to outweigh.

use deepfix_views::training::{Optimizer, Param};

use crate::case::Case;

/// Fewer active units cannot separate more than a few groups.
pub(crate) const UNITS: f64 = 4.0;
/// More than half of the signal is cut at every layer.
pub(crate) const DROPOUT: f64 = 0.6;
/// exp(-0.25): decay alone takes a fifth of each weight.
pub(crate) const SHRINK: f64 = 0.25;
/// Weights of usual networks on standardised inputs stay below 3.
pub(crate) const DECOUPLED: f64 = 0.25;
/// A hundred times the usual.
pub(crate) const COUPLED: f64 = 0.02;

/// What keeps the model small.
pub(crate) enum Limit {
    Width(f64),
    Dropout(Param<f64>),
    Decay(Param<f64>, f64),
}

impl Limit {
    /// Whether it would hold back any network on any task.
    pub(crate) fn is_strong(&self, case: &Case<'_>) -> bool {
        match self {
            Self::Width(active) => *active < 2.0,
            Self::Dropout(dropout) => dropout.value >= 0.75,
            Self::Decay(decay, shrink) if is_decoupled(case) => decay.value >= 0.8 && *shrink >= 2.0 * SHRINK,
            Self::Decay(decay, _) => decay.value >= 2.5 * COUPLED,
        }
    }
}

/// The limits that the settings of a run hold.
pub(crate) fn limits(case: &Case<'_>) -> Vec<Limit> {
    let view = case.view;
    let mut limits = Vec::new();
    let dropout = view.architecture(|it| it.dropout());
    let kept = 1.0 - dropout.as_ref().map_or(0.0, |it| it.value);
    if let Some(sizes) = view.architecture(|it| it.hidden_sizes()) {
        let active = sizes.value.iter().copied().fold(f64::INFINITY, f64::min) * kept;
        if active < UNITS {
            limits.push(Limit::Width(active));
        }
    }
    if let Some(dropout) = dropout.filter(|it| it.value >= DROPOUT) {
        limits.push(Limit::Dropout(dropout));
    }
    if let Some(decay) = view.params.weight_decay() {
        // Without logged steps the least there can have been, so that no decay seems stronger than it is.
        let shrink = mean_rate(case).map(|rate| rate * decay.value * least_updates(case));
        let (least, enough) = if is_decoupled(case) {
            (DECOUPLED, SHRINK)
        } else {
            (COUPLED, 0.0)
        };
        // A penalty needs its time as well, where that is known.
        if !is_decoupled(case) && case.view.updates().is_some() && !has_time(case, decay.value) {
            return limits;
        }
        if let Some(shrink) = shrink.filter(|it| *it >= enough && decay.value >= least) {
            limits.push(Limit::Decay(decay, shrink));
        }
    }
    limits
}

/// Whether weight decay acts on the weights directly, as in AdamW, Lion and LAMB. An optimiser
/// that is not known counts as such: that asks for more decay.
fn is_decoupled(case: &Case<'_>) -> bool {
    let name = case.view.params.optimizer().map(|it| it.value.to_lowercase());
    name.is_none_or(|it| {
        ["adamw", "lion", "lamb", "adafactor", "sgdw"]
            .iter()
            .any(|known| it.contains(known))
    })
}

/// Whether a penalty in the gradient can have moved the weights. SGD takes rate x decay of a weight with
/// each step, momentum the same again 1 / (1 - momentum) times; Adam and its kin divide by the size of the
/// gradient, so that where the penalty leads a weight goes down by the rate itself.
fn has_time(case: &Case<'_>, decay: f64) -> bool {
    /// A weight of usual size.
    const WEIGHT: f64 = 0.3;
    let (Some(rate), steps) = (mean_rate(case), least_updates(case)) else {
        return true;
    };
    if case.view.optimizer_kind() == Optimizer::Adaptive {
        return rate * steps >= SHRINK * WEIGHT;
    }
    let momentum = case.view.params.momentum().map_or(0.0, |it| it.value.clamp(0.0, 0.99));
    rate * decay * steps / (1.0 - momentum) >= SHRINK
}

/// The least number of updates that there can have been. Without logged steps an epoch has one or
/// more; where the rows of the validation split show in its metric, as many as twice these rows
/// make batches, since a validation split is seldom more than a third of the data.
fn least_updates(case: &Case<'_>) -> f64 {
    let view = case.view;
    let least = view.least_updates();
    let per_epoch = view.validation_rows().zip(case.batch()).map_or(1.0, |(rows, batch)| {
        (2.0 * f64::from(rows) / batch.max(1.0)).floor().max(1.0)
    });
    match view.updates() {
        Some(_) => least,
        None => least.max(per_epoch * view.points() as f64),
    }
}

fn mean_rate(case: &Case<'_>) -> Option<f64> {
    let logged: Option<Vec<f64>> = case
        .view
        .learning_rate
        .as_ref()
        .map(|it| it.finite().map(|(_, it)| it).collect());
    logged
        .and_then(|it| deepfix_views::stats::mean(&it))
        .or_else(|| case.view.peak_learning_rate())
}
