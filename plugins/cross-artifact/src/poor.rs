//! `cross.poor_unexplained`: no rule found a fault, and yet the model is hardly better than a
//! constant answer.
//!
//! Poor on the validation rows: the metric goes less than [`LEAST_SKILL`] of the way from a constant
//! answer to a perfect one, or is within a standard error of the constant answer: R² (constant 0),
//! accuracy (the share of the most frequent class), balanced accuracy (equal classes), AUC (0.5). Where
//! several are logged all of them must be poor, since under imbalance an accuracy near the share
//! of the frequent class goes with a good AUC; an F1 far above that of calling everything the
//! rare class speaks for the model as well. The values are means of the last tenth of the run, on which
//! single noisy points weigh little. To call such a run healthy would be wrong, and to name a
//! cause would be a guess: the task itself may allow no better. Remarks of the analyzers are
//! named as where to look first. Source: deepchecks `SimpleModelComparison` (gain over a naive
//! model).
//!
//! Healthy: short fine-tunes, runs without a metric that has a constant answer, and models that are
//! modest but clearly better than one; a hard task is told as what it may be.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::training::{Metric, MetricPair};

use crate::{
    codes::POOR,
    experiment::{Experiment, point_fact},
};

/// The way from a constant answer to a perfect one.
const LEAST_SKILL: f64 = 0.1;
/// On few rows a standard error is wide; no model so far from a constant is called one.
const WIDEST_ERROR: f64 = 0.05;
/// Fewer points tell of a run that was cut, not of a model.
const POINTS: usize = 5;

/// A metric beside what a constant answer would have.
struct Compared<'a> {
    pair: &'a MetricPair,
    end: f64,
    constant: f64,
    poor: bool,
}

/// What to say of a run without a fault whose model is poor, with the names of the remarks on it.
pub(crate) fn find(experiment: &Experiment, remarks: &str) -> Option<Draft> {
    let view = experiment.training.as_ref()?;
    if view.points() < POINTS || view.pretrained() {
        return None;
    }
    // Were it poor on these rows only, and for a reason that shows, a rule would have told it.
    let compared: Vec<Compared<'_>> = view.metrics.iter().filter_map(|it| compare(experiment, it)).collect();
    if compared.iter().any(|it| !it.poor) {
        return None;
    }
    // An F1 can only speak for a model: which class it is of is not known.
    let shown = compared.iter().find(|it| it.pair.metric != Metric::F1)?;
    let series = shown.pair.validation.as_ref()?;
    let point = shown.pair.validation_curve.points.last()?;
    let mut draft = Draft::new(POOR, Severity::Low, 0.6)
        .arg("metric", series.column.as_str())
        .arg("end", shown.end)
        .arg("constant", shown.constant)
        .computed("metric at the end", shown.end)
        .computed("metric of a constant answer", shown.constant);
    if !remarks.is_empty() {
        draft = draft.variant("remarks").arg("remarks", remarks);
    }
    Some(point_fact(draft, series, point))
}

fn compare<'a>(experiment: &Experiment, pair: &'a MetricPair) -> Option<Compared<'a>> {
    let end = pair.validation_curve.end()?;
    let rows = experiment.validation_rows().unwrap_or(100.0).max(1.0);
    let constant = match pair.metric {
        Metric::R2 => 0.0,
        Metric::Auc => 0.5,
        Metric::Accuracy => experiment.majority()?,
        Metric::BalancedAccuracy => 1.0 / experiment.classes()?,
        Metric::F1 => {
            // The rarer class of two: everything called it has all of its rows and this precision.
            let rare = 1.0 - experiment.majority()?;
            2.0 * rare / (1.0 + rare)
        }
        _ => return None,
    };
    let error = match pair.metric {
        Metric::Accuracy | Metric::BalancedAccuracy => (constant * (1.0 - constant) / rows).sqrt(),
        _ => 0.0,
    };
    let skill = LEAST_SKILL * (1.0 - constant);
    let poor = end <= constant + skill.max(error.min(WIDEST_ERROR));
    Some(Compared {
        pair,
        end,
        constant,
        poor,
    })
}
