//! `training.overfitting`, as far as final values show it: training rows are answered far better
//! than others, by a loss or metric that was recorded once on both, or by a metric without losses.
//!
//! Formula, on the last values: of shares (accuracy, F1, AUC and their kin) the distance is
//! [`SHARES`] or more, beyond [`SIGMAS`] standard errors of the validation rows, and the errors
//! double; of R² it is half of all there is to explain or more, and validation explains next to
//! nothing; where neither is there, validation errors are several times those of training
//! ([`errors`]) and not negligible by themselves. A metric that is bounded decides before an
//! error, whose unit is not known. Of a metric that was logged along the run the distance must
//! have opened: at the start it is less than half of what it is at the end.
//! Sources: the User Guide of scikit-learn, section on validation curves (a high training score
//! and a low validation score); Hastie et al. 2009, sections 7.2 (optimism of the training
//! error) and 15.3 (forests reproduce their training rows by design).
//!
//! One point tells no course. A shift between the splits or wrong labels look the same, so that
//! it is told with less confidence than curves give, and says so.
//! Not flagged: the usual optimism of the training rows, most of all of forests and boosted trees
//! ([`TREES`]); a distance that few rows make; errors next to nothing; validation that is better;
//! fine-tunes of a few points; runs whose losses were logged on both splits along the run, which
//! the rule on curves judges.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::training::{Curve, Metric, MetricPair, ModelKind, Series, Task, names_split};

use super::overfitting::CODE;
use crate::case::Case;

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

impl Bounds {
    fn judge(self, value: f64) -> Option<Severity> {
        match value {
            it if it >= self.fault => Some(Severity::Medium),
            it if it >= self.remark => Some(Severity::Low),
            _ => None,
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
    judged: Option<Severity>,
}

pub(crate) fn find(case: &Case<'_>) -> Option<Draft> {
    let view = case.view;
    let has_losses = !view.train.is_empty() && !view.validation.is_empty();
    if has_losses && !view.is_final() {
        return None;
    }
    let bounded: Vec<Last<'_>> = view.metrics.iter().filter_map(|it| bounded(case, it)).collect();
    let all = if bounded.is_empty() { errors(case) } else { bounded };
    let worst = all
        .into_iter()
        .filter(|it| it.judged.is_some())
        .max_by_key(|it| it.judged)?;
    Some(tell(case, &worst))
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
        judged: None,
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
    let judge: fn(&Case<'_>, Metric, f64, f64) -> Option<Severity> = match metric.metric {
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
    found.judged = judge(case, metric.metric, train, validation).filter(|_| opened);
    Some(found)
}

fn grows_trees(case: &Case<'_>) -> bool {
    case.view.model_kind() == ModelKind::Trees
}

fn shares(case: &Case<'_>, metric: Metric, train: f64, validation: f64) -> Option<Severity> {
    if !(0.0..=1.0).contains(&train) || !(-1.0..=1.0).contains(&validation) {
        return None;
    }
    let rows = case.view.validation_rows().map_or(ROWS, f64::from);
    let share = validation.max(0.0);
    // A share of all or no rows has an error as well.
    let error = (share * (1.0 - share)).max(0.02).sqrt() / rows.sqrt();
    let distance = train - validation;
    if distance < SIGMAS * error || 1.0 - validation < TIMES_ERRORS * (1.0 - train) {
        return None;
    }
    if metric == Metric::Auc && train >= KNOWN && validation <= COIN {
        return Some(Severity::High);
    }
    if grows_trees(case) { TREES } else { SHARES }.judge(distance)
}

fn explained(case: &Case<'_>, train: f64, validation: f64) -> Option<Severity> {
    let found = R2.judge(train - validation)?;
    let unexplained = 1.0 - validation >= UNEXPLAINED * (1.0 - train);
    match found {
        // A constant answer is no worse.
        _ if train >= KNOWN && validation <= 0.0 => Some(Severity::High),
        Severity::Medium if validation <= HARDLY => Some(found),
        _ => (unexplained && !grows_trees(case)).then_some(Severity::Low),
    }
}

/// Losses and errors by how many times they are those of training: squares and losses of unknown
/// kind count as squares, so that their bounds are those of the error squared. Below its floor a
/// value is next to nothing: of a target of spread 1 an error of a quarter, of a cross-entropy a
/// probability of three quarters for the right class.
fn errors<'a>(case: &Case<'a>) -> Vec<Last<'a>> {
    const LINEAR: (Bounds, f64) = (
        Bounds {
            fault: 5.0,
            remark: 3.5,
        },
        0.25,
    );
    const SQUARE: (Bounds, f64) = (
        Bounds {
            fault: 25.0,
            remark: 12.0,
        },
        0.0625,
    );
    const CROSS_ENTROPY: (Bounds, f64) = (
        Bounds {
            fault: 10.0,
            remark: 6.0,
        },
        0.3,
    );
    const UNKNOWN: (Bounds, f64) = (SQUARE.0, CROSS_ENTROPY.1);
    const PERPLEXITY: (Bounds, f64) = (
        Bounds {
            fault: 5.0,
            remark: 3.0,
        },
        2.0,
    );
    let view = case.view;
    let judge = |mut found: Last<'a>, (bounds, floor): (Bounds, f64)| {
        let (train, validation) = found.values;
        let times = validation / train.max(f64::MIN_POSITIVE);
        let tells = train >= 0.0 && validation >= floor;
        // What is less than a fault is the usual of trees.
        let usual = |it: &Severity| *it == Severity::Low && grows_trees(case);
        found.judged = bounds.judge(times).filter(|it| tells && !usual(it));
        found
    };
    let metrics = view.metrics.iter().filter_map(|it| {
        let bounds = match it.metric {
            Metric::Rmse | Metric::Mae => LINEAR,
            Metric::Mse => SQUARE,
            Metric::Perplexity => PERPLEXITY,
            _ => return None,
        };
        Some(judge(pair(it)?, bounds))
    });
    let mut all: Vec<Last<'a>> = metrics.collect();
    if all.is_empty() {
        let bounds = match view.task() {
            Task::Classification => CROSS_ENTROPY,
            Task::Regression => SQUARE,
            Task::Unknown => UNKNOWN,
        };
        let losses = (view.train_loss.as_ref(), view.validation_loss.as_ref());
        all.extend(last(losses, (&view.train, &view.validation)).map(|it| judge(it, bounds)));
    }
    all
}

fn tell(case: &Case<'_>, found: &Last<'_>) -> Draft {
    let (train, validation) = (found.values.0 / found.scale, found.values.1 / found.scale);
    // A name that does not say so may be of other rows than those of training.
    let named = names_split(&found.train.column);
    let severity = match found.judged.unwrap_or(Severity::Low) {
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
        .arg("advice", case.text(advice, &[]));
    for series in [found.train, found.validation] {
        if let Some((row, _)) = series.last() {
            draft = case.cell_fact(draft, series, row);
        }
    }
    draft
}

#[cfg(test)]
mod tests;
