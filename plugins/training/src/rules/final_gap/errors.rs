//! Losses and errors, which have no best value but 0: by how many times they are those of training.
//!
//! Formula: an error of unknown unit that is [`LINEAR`] times that of training (its square where it is one
//! of squares) is a remark, no more: how much of the target it is does not show. The loss of a classifier
//! has a unit: beyond that of a constant answer, the logarithm of the number of classes, the model is worse
//! than none.
//! Sources: Hastie et al. 2009, sections 7.2 and 7.3 (optimism of the training error); the cross-entropy of
//! a uniform answer is the entropy of the classes (Cover and Thomas 2006, section 2.1).
//!
//! Not flagged: trees and models that keep their training rows; a training error of nearly nothing,
//! which any distance is many times of; validation errors that are next to nothing; a loss beside a
//! score that shows the model to be good.

use std::f64::consts::LN_2;

use deepfix_plugin::Severity;
use deepfix_views::training::{Metric, Task};

use super::{BY_DESIGN, Bounds, Last, Verdict, grows_trees, knows_by_design, last, pair};
use crate::case::Case;

/// How an error is judged by how many times it is that of training.
#[derive(Clone, Copy)]
struct Scale {
    bounds: Bounds,
    /// Validation errors below are next to nothing, of a target of spread 1.
    floor: f64,
    /// The share of the validation error below which that of training is nearly nothing.
    nothing: f64,
    /// Whether its size has a meaning of its own.
    known: bool,
}

/// Errors in the unit of the target.
const LINEAR: Scale = Scale {
    bounds: Bounds {
        fault: 5.0,
        remark: 3.5,
    },
    floor: 0.25,
    nothing: 1e-4,
    known: false,
};
/// Errors squared: the bounds are squares of those above.
const SQUARE: Scale = Scale {
    bounds: Bounds {
        fault: 25.0,
        remark: 12.0,
    },
    floor: 0.0625,
    nothing: 1e-8,
    known: false,
};
/// The exponential of a loss over words.
const PERPLEXITY: Scale = Scale {
    bounds: Bounds {
        fault: 5.0,
        remark: 3.0,
    },
    floor: 2.0,
    nothing: 0.0,
    known: true,
};
/// Losses over classes. A probability of three quarters for the right class is next to nothing.
const CLASSES: Bounds = Bounds {
    fault: 10.0,
    remark: 6.0,
};
/// A loss of which nothing tells that it is one over classes.
const UNNAMED: Bounds = SQUARE.bounds;
/// A cross-entropy that is next to nothing.
const CONFIDENT: f64 = 0.3;
/// A training cross-entropy of nearly nothing: rows that the model has kept.
const KEPT: f64 = 1e-6;
/// A validation score that no model worse than a constant answer reaches.
const FAIR: f64 = 0.75;

/// Errors, and the loss of a regression where there is no other.
pub(super) fn errors<'a>(case: &Case<'a>) -> Vec<Last<'a>> {
    let view = case.view;
    let metrics = view.metrics.iter().filter_map(|it| {
        let scale = match it.metric {
            Metric::Rmse | Metric::Mae | Metric::Mape => LINEAR,
            Metric::Mse => SQUARE,
            Metric::Perplexity => PERPLEXITY,
            _ => return None,
        };
        Some(judge(case, pair(it)?, scale))
    });
    let mut all: Vec<Last<'a>> = metrics.collect();
    if all.is_empty() && view.task() == Task::Regression {
        let losses = (view.train_loss.as_ref(), view.validation_loss.as_ref());
        all.extend(last(losses, (&view.train, &view.validation)).map(|it| judge(case, it, SQUARE)));
    }
    all
}

fn judge<'a>(case: &Case<'a>, mut found: Last<'a>, scale: Scale) -> Last<'a> {
    let (train, validation) = found.values;
    let verdict = scale.bounds.judge(validation / train.max(f64::MIN_POSITIVE));
    let silent = knows_by_design(case) || train <= scale.nothing * validation || validation < scale.floor;
    found.verdict = match verdict {
        _ if train < 0.0 || validation < 0.0 => Verdict::Open,
        Verdict::Fault(_) if silent => Verdict::Open,
        Verdict::Fault(_) if !scale.known => Verdict::Fault(Severity::Low),
        it => it,
    };
    found.note = (!scale.known).then_some("clue-final-unit");
    found
}

/// A loss that is one over classes, or may be; beside a bounded metric no more than what that leaves open.
pub(super) fn log_loss<'a>(case: &Case<'a>, beside: bool) -> Option<Last<'a>> {
    let view = case.view;
    let column = &view.validation_loss.as_ref()?.column;
    // An error that stands in for a loss is judged as what it is.
    let stands_in = view
        .metrics
        .iter()
        .any(|it| it.validation.as_ref().is_some_and(|it| it.column == *column));
    if stands_in || view.task() == Task::Regression {
        return None;
    }
    let losses = (view.train_loss.as_ref(), view.validation_loss.as_ref());
    let mut found = last(losses, (&view.train, &view.validation))?;
    let (train, validation) = found.values;
    let bounds = if view.task() == Task::Classification || names_classes(column) {
        CLASSES
    } else {
        UNNAMED
    };
    // Of an unknown number of classes an AUC tells that there are two.
    let is_binary = view.metrics.iter().any(|it| it.metric == Metric::Auc);
    let unknown = if beside && !is_binary { f64::INFINITY } else { LN_2 };
    let constant = view.class_count().map_or(unknown, f64::ln);
    let worse = validation > constant && !is_fair(case);
    found.verdict = match bounds.judge(validation / train.max(f64::MIN_POSITIVE)) {
        _ if train < 0.0 || validation < 0.0 => Verdict::Open,
        Verdict::Fault(_) if validation < CONFIDENT => Verdict::Open,
        // One tree is sure of each answer, so that a few wrong ones cost as much.
        Verdict::Fault(_) if knows_by_design(case) && (!worse || train < KEPT || !grows_trees(case)) => Verdict::Open,
        Verdict::Fault(_) if knows_by_design(case) => Verdict::Fault(Severity::Low),
        Verdict::Fault(_) if !worse && (beside || train < KEPT) => Verdict::Open,
        Verdict::Fault(_) if !worse => Verdict::Fault(Severity::Low),
        it => it,
    };
    found.note = knows_by_design(case).then_some(BY_DESIGN);
    Some(found)
}

/// Whether the name of a loss says that it is one over classes.
fn names_classes(column: &str) -> bool {
    let plain: String = column
        .to_lowercase()
        .chars()
        .filter(|it| it.is_alphanumeric())
        .collect();
    ["logloss", "crossentropy", "bce", "xent", "nll"]
        .iter()
        .any(|it| plain.contains(it))
}

/// Whether a validation score shows that the model is better than a constant answer.
fn is_fair(case: &Case<'_>) -> bool {
    case.view.metrics.iter().any(|it| {
        let Some(end) = it.validation_curve.end() else {
            return false;
        };
        match it.metric {
            Metric::Accuracy | Metric::BalancedAccuracy | Metric::F1 | Metric::Auc => end >= FAIR,
            Metric::ErrorRate => end <= 1.0 - FAIR,
            _ => false,
        }
    })
}
