//! `training.overfitting`, as far as final values show it: training rows are answered far better
//! than others, by a loss or metric that was recorded once on both, or by a metric without losses.
//!
//! Formula, on the last values: of shares (accuracy, F1, AUC and their kin) the distance is
//! [`SHARES`] or more, beyond [`SIGMAS`] standard errors of the validation rows, and the errors
//! double; of R² it is half of all there is to explain or more, and validation explains next to
//! nothing; where neither is there, validation errors are several times those of training
//! ([`errors`]), which is a remark, since their unit is not known. A metric that is bounded decides before
//! such an error; a loss over classes that is worse than that of a constant answer is a fault beside it. Of a metric that was logged along the run the distance must
//! have opened: at the start it is less than half of what it is at the end.
//! Sources: the User Guide of scikit-learn, section on validation curves (a high training score
//! and a low validation score); Hastie et al. 2009, sections 7.2 (optimism of the training
//! error) and 15.3 (forests reproduce their training rows by design).
//!
//! Trees and models that keep their training rows answer these nearly without an error, whatever
//! they are worth, and where labels are noisy a healthy one lies as far from them as a bad one: of
//! these only validation at the level of guessing is a fault. Values that do not tell either way
//! are no clean bill: [`judged`] says which were.
//!
//! One point tells no course. A shift between the splits or wrong labels look the same, so that
//! it is told with less confidence than curves give, and says so.
//! Not flagged: the usual optimism of the training rows, most of all of forests and boosted trees
//! ([`TREES`]); a distance that few rows make; errors next to nothing; validation that is better;
//! fine-tunes of a few points. Where losses were logged on both splits along the run the rule on
//! curves judges them, and here the metrics alone ([`course`]): training knows its rows, the
//! distance opened wide, and validation settled clearly above where it began.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::training::{Curve, Metric, MetricPair, ModelKind, Series, names_split};

use super::overfitting::CODE;
use crate::case::Case;

mod course;
mod errors;

/// The distance of two shares that is a fault, and the one that is a remark.
const SHARES: Bounds = Bounds {
    fault: 0.25,
    remark: 0.15,
};
/// The same of trees: grown to the end they answer all training rows, whatever they are worth.
const TREES: Bounds = Bounds {
    fault: 0.3,
    remark: 0.2,
};
/// Standard errors of a share of the validation rows that are no chance.
const SIGMAS: f64 = 3.0;
/// Validation rows where nothing tells: few, so that chance is given its due.
const ROWS: f64 = 100.0;
/// Errors on validation rows over those on training rows.
const TIMES_ERRORS: f64 = 2.0;
/// The distance of two R² that is a fault, and the one that is a remark.
const R2: Bounds = Bounds {
    fault: 0.5,
    remark: 0.4,
};
/// A validation R² of hardly more than a constant answer.
const HARDLY: f64 = 0.2;
/// A remark on R² needs so many times as much left unexplained.
const UNEXPLAINED: f64 = 4.0;
/// A training R², or AUC, of a model that knows its training rows.
const KNOWN: f64 = 0.8;
/// An AUC that is hardly better than a coin.
const COIN: f64 = 0.55;
/// A share that is hardly better than guessing lies no further above it.
const NEAR_GUESS: f64 = 0.05;
/// That the model answers its training rows well whatever it is worth.
const BY_DESIGN: &str = "clue-final-design";
/// Fewer points of a metric are a fine-tune, unless there is no more than one.
const POINTS: usize = 5;
/// The share of the last distance from which on it was there from the start.
const FROM_START: f64 = 0.5;
/// What one point is worth, by how bad it is: curves give 0.75 to 0.93.
const STRENGTH: [(Severity, f64); 3] = [(Severity::High, 0.7), (Severity::Medium, 0.6), (Severity::Low, 0.45)];

/// Bounds of a fault and of a remark.
#[derive(Clone, Copy)]
struct Bounds {
    fault: f64,
    remark: f64,
}

/// What two values say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// Nothing either way.
    Open,
    /// They do not lie far apart.
    Fine,
    /// They do, and should not.
    Fault(Severity),
}

impl Bounds {
    fn judge(self, value: f64) -> Verdict {
        match value {
            it if it >= self.fault => Verdict::Fault(Severity::Medium),
            it if it >= self.remark => Verdict::Fault(Severity::Low),
            _ => Verdict::Fine,
        }
    }
}

/// The last values of both splits.
struct Last<'a> {
    train: &'a Series,
    validation: &'a Series,
    /// On the scale of the metric.
    values: (f64, f64),
    /// The distance at the start, where the metric was logged along the run.
    start: Option<f64>,
    /// What the values are of the logged cells.
    scale: f64,
    verdict: Verdict,
    /// What else is to be said, by the id of its text.
    note: Option<&'static str>,
}

pub(crate) fn find(case: &Case<'_>) -> Option<Draft> {
    let view = case.view;
    let has_losses = !view.train.is_empty() && !view.validation.is_empty();
    let worst = if has_losses && !view.is_final() {
        course::worst(case)
    } else {
        all(case).into_iter().max_by_key(|it| it.verdict)
    }?;
    match worst.verdict {
        Verdict::Fault(severity) => Some(tell(case, &worst, severity)),
        _ => None,
    }
}

/// Validation columns that could be compared with those of training, whatever came of it.
pub(crate) fn judged(case: &Case<'_>) -> Vec<String> {
    let told = all(case).into_iter().filter(|it| it.verdict != Verdict::Open);
    told.map(|it| it.validation.column.clone()).collect()
}

/// All that both splits have; of equally bad ones the last is told.
fn all<'a>(case: &Case<'a>) -> Vec<Last<'a>> {
    let bounded: Vec<Last<'a>> = case.view.metrics.iter().filter_map(|it| bounded(case, it)).collect();
    let mut all: Vec<Last<'a>> = errors::log_loss(case, !bounded.is_empty()).into_iter().collect();
    if bounded.is_empty() {
        all.extend(errors::errors(case));
    }
    all.extend(bounded);
    all
}

/// The last values of two curves, where there is one point or a course.
fn last<'a>(
    (train, validation): (Option<&'a Series>, Option<&'a Series>),
    (train_curve, validation_curve): (&Curve, &Curve),
) -> Option<Last<'a>> {
    let values = (train_curve.end()?, validation_curve.end()?);
    let points = train_curve.len().min(validation_curve.len());
    if (2..POINTS).contains(&points) {
        return None;
    }
    let first = train_curve.points.first().zip(validation_curve.points.first());
    Some(Last {
        train: train?,
        validation: validation?,
        values,
        start: first.filter(|_| points > 1).map(|(a, b)| (a.value - b.value).abs()),
        scale: 1.0,
        verdict: Verdict::Open,
        note: None,
    })
}

fn pair(it: &MetricPair) -> Option<Last<'_>> {
    let last = last(
        (it.train.as_ref(), it.validation.as_ref()),
        (&it.train_curve, &it.validation_curve),
    )?;
    Some(Last {
        scale: it.scale,
        ..last
    })
}

/// A metric whose best value is known.
fn bounded<'a>(case: &Case<'_>, metric: &'a MetricPair) -> Option<Last<'a>> {
    let judge: fn(&Case<'_>, Metric, f64, f64) -> Verdict = match metric.metric {
        Metric::R2 => |case, _, train, validation| explained(case, train, validation),
        Metric::ErrorRate => |case, metric, train, validation| shares(case, metric, 1.0 - train, 1.0 - validation),
        Metric::Mse | Metric::Rmse | Metric::Mae | Metric::Mape | Metric::Perplexity => return None,
        _ => shares,
    };
    let mut found = pair(metric)?;
    let (train, validation) = found.values;
    let opened = found
        .start
        .is_none_or(|start| start < FROM_START * (train - validation).abs());
    found.verdict = match judge(case, metric.metric, train, validation) {
        Verdict::Fault(_) if !opened => Verdict::Open,
        it => it,
    };
    found.note = (knows_by_design(case) && metric.metric != Metric::R2).then_some(BY_DESIGN);
    Some(found)
}

fn grows_trees(case: &Case<'_>) -> bool {
    case.view.model_kind() == ModelKind::Trees
}

/// Whether the model answers its training rows nearly without an error, whatever it is worth.
fn knows_by_design(case: &Case<'_>) -> bool {
    grows_trees(case) || case.view.interpolates()
}

/// Whether a share is that of guessing, where its level is known or at most that of two classes.
fn is_guess(case: &Case<'_>, metric: Metric, validation: f64) -> bool {
    let level = match metric {
        Metric::Auc => Some(COIN - NEAR_GUESS),
        Metric::Accuracy | Metric::BalancedAccuracy | Metric::ErrorRate => {
            // Two classes are the most that guessing reaches.
            Some(case.view.class_count().map_or(0.5, f64::recip))
        }
        _ => None,
    };
    level.is_some_and(|it| validation <= it + NEAR_GUESS)
}

fn shares(case: &Case<'_>, metric: Metric, train: f64, validation: f64) -> Verdict {
    if !(0.0..=1.0).contains(&train) || !(-1.0..=1.0).contains(&validation) {
        return Verdict::Open;
    }
    let rows = case.view.validation_rows().map_or(ROWS, f64::from);
    let share = validation.max(0.0);
    // A share of all or no rows has an error as well.
    let error = (share * (1.0 - share)).max(0.02).sqrt() / rows.sqrt();
    let distance = train - validation;
    let by_design = knows_by_design(case);
    let verdict = if by_design { TREES } else { SHARES }.judge(distance);
    let Verdict::Fault(found) = verdict else { return verdict };
    if distance < SIGMAS * error || 1.0 - validation < TIMES_ERRORS * (1.0 - train) {
        return Verdict::Open;
    }
    if metric == Metric::Auc && train >= KNOWN && validation <= COIN {
        return Verdict::Fault(Severity::High);
    }
    // The labels may be no clearer than that.
    let unclear = by_design && !is_guess(case, metric, validation);
    Verdict::Fault(if unclear { Severity::Low } else { found })
}

fn explained(case: &Case<'_>, train: f64, validation: f64) -> Verdict {
    let verdict = R2.judge(train - validation);
    let Verdict::Fault(found) = verdict else { return verdict };
    let unexplained = 1.0 - validation >= UNEXPLAINED * (1.0 - train);
    match found {
        // A constant answer is no worse.
        _ if train >= KNOWN && validation <= 0.0 => Verdict::Fault(Severity::High),
        _ if knows_by_design(case) => Verdict::Open,
        Severity::Medium if validation <= HARDLY => Verdict::Fault(found),
        _ if unexplained => Verdict::Fault(Severity::Low),
        _ => Verdict::Open,
    }
}

fn tell(case: &Case<'_>, found: &Last<'_>, judged: Severity) -> Draft {
    let (train, validation) = (found.values.0 / found.scale, found.values.1 / found.scale);
    // A name that does not say so may be of other rows than those of training.
    let named = names_split(&found.train.column);
    let severity = match judged {
        Severity::High if !named => Severity::Medium,
        it => it,
    };
    let strength = STRENGTH
        .iter()
        .find(|it| it.0 == severity)
        .map_or(0.0, |it| if named { it.1 } else { it.1 - 0.1 });
    let course = match found.start {
        Some(start) => case.sentence("clue-final-opened", &[("start", (start / found.scale).into())]),
        None => case.sentence("clue-final-alone", &[]),
    };
    let note = found.note.map(|it| case.sentence(it, &[])).unwrap_or_default();
    let next = match found.start {
        Some(_) => String::new(),
        None => case.sentence("advice-log-course", &[]),
    };
    let name = if named {
        String::new()
    } else {
        case.sentence("clue-final-unnamed", &[("train", found.train.column.as_str().into())])
    };
    let advice = if grows_trees(case) {
        "advice-restrain-trees"
    } else {
        "advice-restrain"
    };
    let mut draft = Draft::new(CODE, severity, strength)
        .variant("final")
        .computed(case.label("final-distance"), (train - validation).abs())
        .arg("train", found.train.column.as_str())
        .arg("validation", found.validation.column.as_str())
        .arg("train_value", train)
        .arg("validation_value", validation)
        .arg("name", name)
        .arg("course", course)
        .arg("note", note)
        .arg("next", next)
        .arg("advice", case.text(advice, &[]));
    for series in [found.train, found.validation] {
        if let Some((row, _)) = series.last() {
            draft = case.cell_fact(draft, series, row);
        }
    }
    draft
}

#[cfg(test)]
mod healthy;
#[cfg(test)]
mod tests;
