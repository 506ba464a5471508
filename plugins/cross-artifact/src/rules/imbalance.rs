//! `cross.imbalance_accuracy_metric`: classes are unequal, and only accuracy tells how good the
//! model is.
//!
//! The imbalance must have been found as a fault by an analyzer. Only accuracy: no F1, AUC,
//! precision, recall or balanced accuracy among the logged metrics, nor as the metric that the
//! parameters say is watched. Surer where the validation accuracy is within one standard error
//! of what always answering the most frequent class gives.
//!
//! Sources: He & Garcia 2009 (learning from imbalanced data), Brodersen et al. 2010 (balanced accuracy),
//! Provost et al. 1998 (the case against accuracy).
//!
//! Healthy: a mild imbalance; any other metric beside accuracy.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::{
    dataset::Which,
    training::{Metric, Task},
};

use super::{Case, Conclusion};
use crate::experiment::point_fact;

pub(super) fn find(case: &Case<'_>) -> Option<Conclusion> {
    let imbalance = case.findings.serious(&["dataset.class_imbalance"])?;
    let view = case.experiment.training.as_ref()?;
    if view.task() == Task::Regression {
        return None;
    }
    let plain = |metric: Metric| matches!(metric, Metric::Accuracy | Metric::ErrorRate);
    let pair = view.metrics.iter().find(|it| it.metric == Metric::Accuracy)?;
    let watched = case.experiment.watched.as_deref().unwrap_or_default();
    let others = [
        "f1",
        "auc",
        "recall",
        "precision",
        "balanced",
        "kappa",
        "mcc",
        "matthews",
    ];
    if view
        .metrics
        .iter()
        .any(|it| !plain(it.metric) && it.metric.is_classification())
        || view
            .unknown_columns
            .iter()
            .any(|it| others.iter().any(|name| it.to_lowercase().contains(name)))
        || others.iter().any(|it| watched.contains(it))
    {
        return None;
    }
    let (series, curve) = match (&pair.validation, &pair.train) {
        (Some(series), _) if !pair.validation_curve.is_empty() => (series, &pair.validation_curve),
        (_, Some(series)) => (series, &pair.train_curve),
        _ => return None,
    };
    let best = curve.points.iter().max_by(|a, b| a.value.total_cmp(&b.value))?;
    let shares = case
        .experiment
        .class_shares(Which::Test)
        .or_else(|| case.experiment.class_shares(Which::Train));
    let majority = shares.and_then(|it| it.first().copied());
    let rows = case.experiment.validation_rows().unwrap_or(100.0).max(1.0);
    let useless = majority.is_some_and(|it| best.value <= it + (it * (1.0 - it) / rows).sqrt());
    let confidence: f64 = if useless { 0.9 } else { 0.7 };
    let mut draft = Draft::new(
        "cross.imbalance_accuracy_metric",
        Severity::Medium,
        confidence.min(imbalance.strength()),
    )
    .arg("metric", series.column.as_str())
    .arg("best", best.value)
    .arg("imbalance", imbalance.analysis.finding.evidence.as_str());
    draft = match majority {
        Some(majority) => {
            let variant = if useless { "majority" } else { "known" };
            draft
                .variant(variant)
                .share("majority", majority)
                .computed("share of the most frequent class", majority)
        }
        None => draft,
    };
    Some(Conclusion::new(point_fact(draft, series, best)).merging(&["dataset.class_imbalance"]))
}
