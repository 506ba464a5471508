//! `cross.poor_unexplained`: no rule found a fault, and yet the model is hardly better than a
//! constant answer.
//!
//! Poor: R² below [`LEAST_SKILL`] on both splits; an accuracy that goes less than [`LEAST_SKILL`] of the way
//! from always answering the most frequent class to always being right, by more than a standard
//! error of the rows; an AUC below [`LEAST_AUC`]. To call such a run healthy would be wrong, and to
//! name a cause would be a guess: the task itself may allow no better. Source: deepchecks
//! `SimpleModelComparison` (gain over a naive model).
//!
//! Healthy: short fine-tunes and runs without a metric of both kinds; a hard task is told as what
//! it may be.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::training::Metric;

use crate::{
    codes::POOR,
    experiment::{Experiment, point_fact},
};

/// The way from a constant answer to a perfect one.
const LEAST_SKILL: f64 = 0.3;
/// Half of the cases would be 0.5.
const LEAST_AUC: f64 = 0.65;
/// Fewer points tell of a run that was cut, not of a model.
const POINTS: usize = 5;

/// What to say of a run without a fault whose model is poor.
pub(crate) fn find(experiment: &Experiment) -> Option<Draft> {
    let view = experiment.training.as_ref()?;
    let pair = experiment.validation_metric()?;
    if view.points() < POINTS || view.params.pretrained() {
        return None;
    }
    // The better split counts: what is poor on one only has a name of its own.
    let ends = [pair.train_curve.end(), pair.validation_curve.end()];
    let best = ends.into_iter().flatten().reduce(f64::max)?;
    let (is_poor, constant) = match pair.metric {
        Metric::R2 => (best < LEAST_SKILL, 0.0),
        Metric::Accuracy => {
            let constant = experiment.majority()?;
            let rows = experiment.validation_rows().unwrap_or(100.0).max(1.0);
            let error = (constant * (1.0 - constant) / rows).sqrt();
            (best + error < constant + LEAST_SKILL * (1.0 - constant), constant)
        }
        Metric::Auc => (best < LEAST_AUC, 0.5),
        _ => return None,
    };
    let series = pair.validation.as_ref()?;
    let end = pair.validation_curve.points.last()?;
    is_poor.then(|| {
        let draft = Draft::new(POOR, Severity::Low, 0.6)
            .arg("metric", series.column.as_str())
            .arg("end", end.value)
            .arg("constant", constant)
            .computed("metric of a constant answer", constant);
        point_fact(draft, series, end)
    })
}
