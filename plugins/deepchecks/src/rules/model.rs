//! `training.overfitting` and `training.underfitting` from the evaluation of a trained model.
//!
//! - Train-test performance: mean over classes of each metric. A bounded metric (F1,
//!   accuracy, precision, recall, R²) must lose 0.2 and more, and more than three standard
//!   errors of the test split, `sqrt(v (1 - v) / m)`; medium from 0.25, but low where
//!   the training score is perfect and the model beats the naive one. deepchecks fails at a
//!   relative loss of 0.1, which a perfect fit on 30 test rows exceeds by chance.
//! - Boosting overfit: test score of the last iteration against the best one; a decline of a
//!   tenth of the total gain and more is low, a quarter medium.
//! - Simple model: gain over the naive model, `(score - naive) / (perfect - naive)`, averaged
//!   over classes; none at all is medium, below a tenth low.
//!
//! Sources: deepchecks `TrainTestPerformance` and `SimpleModelComparison`, Wilson 1927, Hastie et
//! al. 2009 (optimism of the training error).
//!
//! Healthy: a perfect training score of trees and neighbours with a test score close to it;
//! error metrics without bound, which only the other metrics put into proportion.

use deepfix_plugin::{Draft, Severity, Source};
use deepfix_views::checks::{Check, CheckKind};
use serde_json::Value;

use super::Facts;

/// A training score from which the model knows its rows by heart.
const BY_HEART: f64 = 0.995;
/// A gain over the naive model from which the model has clearly learned something.
const CLEAR_GAIN: f64 = 0.1;

pub(super) fn check(facts: &Facts<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let gap = gap(facts);
    if gap.is_none() {
        drafts.extend(boosting(facts));
    }
    drafts.extend(gap);
    drafts.extend(simple(facts));
    drafts
}

/// One metric of one split: the mean over classes, and the first value with its place.
struct Score {
    mean: f64,
    first: f64,
    source: Source,
}

fn score(check: &Check, dataset: &str, metric: &str) -> Option<Score> {
    let mut values = Vec::new();
    let mut first = None;
    for (index, row) in check.rows() {
        let is = |name: &str, text: &str| row.get(name).and_then(Value::as_str) == Some(text);
        if is("Dataset", dataset) && is("Metric", metric) {
            let value = row.get("Value").and_then(Value::as_f64)?;
            first.get_or_insert_with(|| (value, check.source(&[&index.to_string(), "Value"])));
            values.push(value);
        }
    }
    let (first, source) = first?;
    Some(Score {
        mean: values.iter().sum::<f64>() / values.len() as f64,
        first,
        source,
    })
}

fn gap(facts: &Facts<'_>) -> Option<Draft> {
    let check = facts.view.one(CheckKind::Performance)?;
    let mut metrics: Vec<&str> = check
        .rows()
        .filter_map(|(_, row)| row.get("Metric").and_then(Value::as_str))
        .collect();
    metrics.sort_unstable();
    metrics.dedup();
    let bounded = |it: &Score| it.mean <= 1.0 && it.mean >= -1.0;
    let (metric, train, test) = metrics
        .into_iter()
        .filter(|it| !it.starts_with("Neg"))
        .filter_map(|it| Some((it, score(check, "Train", it)?, score(check, "Test", it)?)))
        .filter(|(_, train, test)| bounded(train) && test.mean <= train.mean)
        .max_by(|a, b| (a.1.mean - a.2.mean).total_cmp(&(b.1.mean - b.2.mean)))?;
    let gap = train.mean - test.mean;
    let spread = (test.mean * (1.0 - test.mean)).max(0.04);
    let error = 3.0 * (spread / facts.m.max(1.0)).sqrt();
    if gap < 0.2 || gap < error || facts.m < 20.0 {
        return None;
    }
    // Unpruned trees and nearest neighbours know their rows by heart and may still predict well.
    let by_heart = train.mean >= BY_HEART && gain(facts).is_none_or(|it| it.gain >= CLEAR_GAIN);
    let severity = if gap >= 0.25 && !by_heart {
        Severity::Medium
    } else {
        Severity::Low
    };
    Some(
        Draft::new("training.overfitting", severity, if by_heart { 0.5 } else { 0.75 })
            .variant("gap")
            .arg("metric", metric)
            .arg("train", train.mean)
            .arg("test", test.mean)
            .arg("gap", gap)
            .arg("rows", facts.m as u64)
            .fact(format!("{metric} (train)"), train.first, train.source)
            .fact(format!("{metric} (test)"), test.first, test.source)
            .computed(format!("gap of the mean '{metric}'"), gap),
    )
}

fn boosting(facts: &Facts<'_>) -> Option<Draft> {
    let check = facts.view.one(CheckKind::BoostingOverfit)?;
    let scores: Vec<f64> = check
        .get(&["test"])?
        .as_array()?
        .iter()
        .filter_map(Value::as_f64)
        .collect();
    let (last, first) = (*scores.last()?, *scores.first()?);
    let (place, best) = scores.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let gained = best - first;
    let decline = (best - last) / gained;
    if scores.len() < 4 || gained <= 0.0 || decline < 0.1 {
        return None;
    }
    let at = (scores.len() - 1).to_string();
    Some(
        Draft::new(
            "training.overfitting",
            if decline >= 0.25 {
                Severity::Medium
            } else {
                Severity::Low
            },
            0.7,
        )
        .variant("boosting")
        .arg("best", best)
        .arg("last", last)
        .share("decline", decline)
        .share("place", (place + 1) as f64 / scores.len() as f64)
        .fact("test score of the last iteration", last, check.source(&["test", &at]))
        .fact("best test score", best, check.source(&["test", &place.to_string()])),
    )
}

/// How much better than the naive model the model is, by the metric where it gains least.
struct Gain {
    gain: f64,
    metric: String,
    origin: f64,
    naive: f64,
    source: Source,
}

fn gain(facts: &Facts<'_>) -> Option<Gain> {
    let check = facts.view.one(CheckKind::SimpleModel)?;
    let metrics = check.get(&["scores"])?.as_object()?;
    let mut worst: Option<Gain> = None;
    for (metric, scores) in metrics {
        let perfect = check.number(&["scorers_perfect", metric]).unwrap_or(1.0);
        let mut paths: Vec<Vec<&str>> = vec![vec!["scores", metric]];
        paths.extend(
            scores
                .as_object()
                .into_iter()
                .flatten()
                .map(|(class, _)| vec!["scores", metric, class.as_str()]),
        );
        let mut gains = Vec::new();
        let mut first = None;
        for path in paths {
            let read = |name| check.number(&path.iter().copied().chain([name]).collect::<Vec<_>>());
            if let (Some(origin), Some(naive)) = (read("Origin"), read("Simple")) {
                let room = perfect - naive;
                gains.push(if room.abs() < 1e-12 {
                    0.0
                } else {
                    ((origin - naive) / room).clamp(-1.0, 1.0)
                });
                first.get_or_insert_with(|| {
                    let full: Vec<&str> = path.iter().copied().chain(["Origin"]).collect();
                    (origin, naive, check.source(&full))
                });
            }
        }
        if let Some((origin, naive, source)) = first {
            let gain = gains.iter().sum::<f64>() / gains.len() as f64;
            if worst.as_ref().is_none_or(|it| gain < it.gain) {
                worst = Some(Gain {
                    gain,
                    metric: metric.clone(),
                    origin,
                    naive,
                    source,
                });
            }
        }
    }
    worst
}

fn simple(facts: &Facts<'_>) -> Option<Draft> {
    let Gain {
        gain,
        metric,
        origin,
        naive,
        source,
    } = gain(facts)?;
    let severity = match gain {
        it if it <= 0.0 => Severity::Medium,
        it if it < CLEAR_GAIN => Severity::Low,
        _ => return None,
    };
    Some(
        Draft::new("training.underfitting", severity, 0.75)
            .arg("metric", metric.as_str())
            .arg("score", origin)
            .arg("naive", naive)
            .share("gain", gain)
            .fact(format!("'{metric}' of the model"), origin, source)
            .computed("gain over the naive model", gain),
    )
}
