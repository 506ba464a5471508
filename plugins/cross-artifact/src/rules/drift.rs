//! `cross.drift_not_overfitting`: the gap between training and validation is the distance
//! between two distributions, not memorised noise.
//!
//! Both artifacts have to say so: an analyzer found drift or unseen labels between the splits,
//! and the gap was there early. The gap is the difference of the main metric (else the ratio of
//! the losses) over the last fifth of the run; early is between 15 and 35 per cent of it. It is
//! drift where the early gap is at least half of the late one and validation does not turn
//! round: memorising takes time, so a gap from overfitting opens late and validation worsens
//! while training improves (Zhang et al. 2017; Moreno-Torres et al. 2012 on dataset shift).
//! With unseen labels the validation loss rises however well the rest is learned, since a row
//! of an unknown class costs more the surer the model is; then only the metric counts. Classes that are new by their
//! spelling only are such a difference too, with a cure of its own; where the splits differ otherwise, they stand beside it.
//!
//! Sources: Rabanser et al. 2019, Moreno-Torres et al. 2012 (kinds of data set shift).
//!
//! Healthy: a gap within the binomial noise of the validation rows, R² gaps below 0.08.

use deepfix_plugin::Draft;
use deepfix_views::training::{Curve, Metric, Orientation, Point, Series, paired};

use super::{Case, Conclusion};
use crate::{experiment::point_fact, variants::is_respelt};

/// What makes the splits differ, the most specific first.
pub(crate) const DRIFT: [&str; 3] = ["checks.new_labels", "checks.covariate_drift", "checks.label_drift"];

/// How validation compares with training along the run.
pub(crate) struct Gap<'a> {
    pub(crate) train: &'a Series,
    pub(crate) validation: &'a Series,
    /// Training and validation value, early and at the end, and the last points.
    pub(crate) early: (f64, f64),
    pub(crate) end: (f64, f64),
    pub(crate) last: (Point, Point),
    /// Where early is.
    pub(crate) early_label: f64,
    /// The early gap as a share of the late one.
    pub(crate) share: f64,
    /// Validation gets worse again.
    pub(crate) turns: bool,
}

impl<'a> Gap<'a> {
    /// The gap that matters, if any: of the metric, else of the losses.
    pub(crate) fn of(case: &Case<'a>) -> Option<Self> {
        Self::of_metric(case).or_else(|| Self::of_loss(case))
    }

    fn of_metric(case: &Case<'a>) -> Option<Self> {
        let pair = case.experiment.metric()?;
        if pair.metric.orientation() != Orientation::HigherIsBetter {
            return None;
        }
        let rows = case.experiment.validation_rows();
        let gap = Self::between(
            pair.train.as_ref()?,
            pair.validation.as_ref()?,
            &pair.train_curve,
            &pair.validation_curve,
        )?;
        let noise = noise(pair.metric, gap.end.1, rows);
        let size = gap.end.0 - gap.end.1;
        if size < noise.max(if pair.metric == Metric::R2 { 0.08 } else { 0.05 }) {
            return None;
        }
        let best = pair
            .validation_curve
            .smooth()
            .into_iter()
            .fold(f64::NEG_INFINITY, f64::max);
        let share = (gap.early.0 - gap.early.1) / size;
        Some(Self {
            share,
            turns: best - gap.end.1 > noise.max(0.05),
            ..gap
        })
    }

    fn of_loss(case: &Case<'a>) -> Option<Self> {
        let view = case.experiment.training.as_ref()?;
        let gap = Self::between(
            view.train_loss.as_ref()?,
            view.validation_loss.as_ref()?,
            &view.train,
            &view.validation,
        )?;
        if gap.end.0 <= 0.0 || gap.end.1 < 1.15 * gap.end.0 {
            return None;
        }
        let share = (gap.early.1 - gap.early.0) / (gap.end.1 - gap.end.0);
        Some(Self {
            share,
            turns: loss_turns(&view.validation),
            ..gap
        })
    }

    fn between(train: &'a Series, validation: &'a Series, a: &Curve, b: &Curve) -> Option<Self> {
        let pairs = paired(a, b);
        if pairs.len() < 4 {
            return None;
        }
        let window = |from: f64, to: f64| {
            let from = (pairs.len() as f64 * from) as usize;
            let to = ((pairs.len() as f64 * to).ceil() as usize).clamp(from + 1, pairs.len());
            let part = pairs.get(from..to)?;
            let count = part.len() as f64;
            let sum = part
                .iter()
                .fold((0.0, 0.0), |sum, it| (sum.0 + it.0 / count, sum.1 + it.1 / count));
            Some((sum, part.first()?.2.label))
        };
        let (early, early_label) = window(0.15, 0.35)?;
        let (end, _) = window(0.8, 1.0)?;
        let last = (*a.points.last()?, *b.points.last()?);
        Some(Self {
            train,
            validation,
            early,
            end,
            last,
            early_label,
            share: 0.0,
            turns: false,
        })
    }
}

/// Two standard errors of a metric on so many rows; for R² a customary bound.
fn noise(metric: Metric, value: f64, rows: Option<f64>) -> f64 {
    match rows.filter(|it| *it >= 1.0) {
        Some(rows) if metric.is_classification() => {
            let share = value.clamp(0.0, 1.0);
            2.0 * ((share * (1.0 - share)).max(0.02) / rows).sqrt()
        }
        _ => 0.05,
    }
}

fn loss_turns(curve: &Curve) -> bool {
    let lowest = curve.smooth().into_iter().fold(f64::INFINITY, f64::min);
    curve.end().is_some_and(|end| lowest > 0.0 && end > 1.15 * lowest)
}

pub(super) fn find(case: &Case<'_>) -> Option<Conclusion> {
    let respelt = is_respelt(case.findings);
    let [labels, others @ ..] = &DRIFT;
    let (codes, kind): (&[&'static str], _) = match (respelt, case.findings.fault(others)) {
        (true, true) => (others, "shift"),
        (true, false) => (std::slice::from_ref(labels), "spelling"),
        (false, _) if case.findings.fault(&[*labels]) => (&DRIFT, "labels"),
        (false, _) => (&DRIFT, "shift"),
    };
    let drift = case.findings.worst(codes).filter(|it| it.strength() >= 0.4)?;
    // A leak makes validation look too good, so a gap in spite of it says nothing simple.
    let gap = Gap::of(case)?;
    let view = case.experiment.training.as_ref()?;
    let unseen = case.findings.fault(&["checks.new_labels"]);
    let turns = gap.turns || (!unseen && loss_turns(&view.validation));
    let other = case.findings.fault(&["dataset.test_too_small"]) || case.findings.measures_order();
    if gap.share < 0.5 || turns || other {
        return None;
    }
    // Two artifacts agree, but neither makes the other's fault worse than it is.
    let draft = Draft::new(
        "cross.drift_not_overfitting",
        drift.severity(),
        (0.6 + 0.3 * drift.strength()).min(0.9),
    )
    .beyond(gap.share / 0.5)
    .variant(kind)
    .arg("train_name", gap.train.column.as_str())
    .arg("validation_name", gap.validation.column.as_str())
    .arg("early_train", gap.early.0)
    .arg("early_validation", gap.early.1)
    .arg("end_train", gap.end.0)
    .arg("end_validation", gap.end.1)
    .arg("early_at", case.at(gap.early_label))
    .share("share", gap.share.min(1.0))
    .arg("drift", drift.analysis.finding.evidence.as_str())
    .computed("early gap as a share of the late one", gap.share);
    let draft = point_fact(draft, gap.train, &gap.last.0);
    Some(Conclusion::new(point_fact(draft, gap.validation, &gap.last.1)).merging(codes))
}
