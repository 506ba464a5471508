//! `checks.label_drift`, `dataset.class_imbalance` and `dataset.test_too_small`: labels and sizes.
//!
//! Label drift: Cramér's V (corrected for bias; its square times all rows is a chi-square value
//! less its degrees of freedom, one per class but the first) from 0.15 with a probability below 2e-3, or
//! from 0.2 with one below 1/80 (a low remark below 0.02, which one in fifty random splits of
//! small tables reaches), or a Kolmogorov-Smirnov distance from 0.2 with one below 1e-3. Healthy: 0.14 for a numeric
//! label and 400 against 100 rows; any score of a test split below 15 rows, or one that classes in another spelling explain.
//!
//! Sources: Bergsma 2013 (Cramer's V without bias), Wilson 1927, He & Garcia 2009, deepchecks
//! `LabelDrift` and `ClassImbalance`.

use std::collections::BTreeSet;

use deepfix_plugin::{Draft, Severity};
use deepfix_views::{
    checks::CheckKind,
    dataset::{Which, chi_square_p, ks_p, wilson},
};
use serde_json::Value;

use super::{
    Facts,
    spelling::{self, Joined},
    unseen::text,
};

/// Probability of a label's drift score by chance: below it counts, or is a remark.
const SURE: f64 = 2e-3;
const FAINT: f64 = 0.02;
const LIKELY: f64 = 0.0125;
/// A score from which on a probability below [`LIKELY`] is enough.
const LARGE: f64 = 0.2;
/// Classes of a label of which no check tells the number: a cautious guess, since more classes
/// make the same score likelier by chance.
const UNKNOWN_CLASSES: f64 = 10.0;
/// The check joins classes of less than a per cent.
const MOST_CLASSES: f64 = 100.0;

pub(super) fn check(facts: &Facts<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    drafts.extend(drift(facts));
    drafts.extend(imbalance(facts));
    drafts.extend(size(facts));
    drafts
}

fn drift(facts: &Facts<'_>) -> Option<Draft> {
    let it = facts.view.one(CheckKind::LabelDrift)?.drift().into_iter().next()?;
    let (n, m) = (facts.n, facts.m);
    if m > 0.0 && m < 15.0 {
        return None;
    }
    // Each spelling counts as a class; what counts is the drift of what they mean.
    let joined = if it.is_ks {
        None
    } else {
        spelling::joined(facts, it.score)
    };
    let score = joined.as_ref().map_or(it.score, |it| it.score);
    let known = n > 0.0 && m > 0.0;
    let (least, p) = if it.is_ks {
        (0.2, ks_p(score, n, m))
    } else {
        // V squared times the rows is chi-square less its mean, one degree of freedom per class
        // more than one.
        let degrees = class_number(facts).unwrap_or(UNKNOWN_CLASSES).clamp(2.0, MOST_CLASSES) - 1.0;
        (0.15, chi_square_p(score.powi(2) * (n + m) + degrees, degrees))
    };
    let faint = if it.is_ks { SURE } else { FAINT };
    let severity = match score {
        score if score < least || (known && p >= faint) => return None,
        score if known && p >= SURE && (score < LARGE || p >= LIKELY) => Severity::Low,
        // Of how many rows nobody knows, it may be the scatter of a few.
        score if !known && score < 0.35 => Severity::Low,
        score if known && score >= 0.35 => Severity::High,
        _ => Severity::Medium,
    };
    let draft = Draft::new("checks.label_drift", severity, (0.7 + 0.5 * score).min(0.95));
    let draft = if it.is_ks { draft.variant("numeric") } else { draft }
        .arg("score", it.score)
        .arg("rows", n as u64)
        .arg("test", m as u64)
        .fact("label drift score", it.score, it.source);
    let spelt = match joined {
        None => "alike",
        Some(Joined { at_least: true, .. }) => "least",
        Some(_) => "joined",
    };
    let draft = draft.arg("spelt", spelt).arg("joined", score);
    Some(if spelt == "alike" {
        draft
    } else {
        draft.computed("label drift score without spellings", score)
    })
}

/// The label's number of classes: counted by a check, else the unique values of the one column
/// that no check takes for a feature.
fn class_number(facts: &Facts<'_>) -> Option<f64> {
    let shares = facts.view.on(CheckKind::ClassImbalance, Which::Train);
    let counted = shares
        .map(|it| it.scores().len())
        .filter(|it| *it > 1)
        .or_else(|| class_samples(facts).map(|it| it.len()));
    if let Some(counted) = counted {
        return Some(counted as f64);
    }
    let mut features: BTreeSet<String> = facts
        .view
        .of(CheckKind::FeatureDrift)
        .flat_map(|it| it.drift())
        .map(|it| it.column)
        .collect();
    let powers = facts.view.of(CheckKind::LabelCorrelation);
    features.extend(powers.flat_map(|it| it.scores()).map(|it| it.0));
    if features.is_empty() {
        return None;
    }
    let unique = facts.view.unique_counts(Which::Train);
    let mut others = unique.iter().filter(|it| !features.contains(it.0));
    match (others.next(), others.next()) {
        (Some((_, classes)), None) if *classes >= 2.0 => Some(*classes),
        _ => None,
    }
}

fn imbalance(facts: &Facts<'_>) -> Option<Draft> {
    let from_check = facts.view.on(CheckKind::ClassImbalance, Which::Train).map(|check| {
        let scores = check.scores();
        scores
            .into_iter()
            .map(|(name, share)| (name.clone(), share, check.source(&[&name])))
            .collect::<Vec<_>>()
    });
    let classes = from_check.filter(|it| it.len() > 1).or_else(|| class_samples(facts))?;
    let (frequent, many, _) = classes.first()?;
    let (rare, few, source) = classes.last()?;
    if *many <= 0.0 || facts.n < 30.0 || classes.len() < 2 {
        return None;
    }
    let ratio = few / many;
    let severity = match ratio {
        it if it <= 0.03 => Severity::High,
        it if it <= 0.1 => Severity::Medium,
        _ => return None,
    };
    Some(
        Draft::new("dataset.class_imbalance", severity, 0.92)
            .arg("rare", rare.as_str())
            .arg("frequent", frequent.as_str())
            .share("ratio", ratio)
            .arg("weight", 1.0 / ratio.max(1e-6))
            .fact(format!("samples of class {rare}"), *few, source.clone())
            .computed("min/max class ratio", ratio),
    )
}

/// `Train Test Performance` counts the samples per class.
pub(super) fn class_samples(facts: &Facts<'_>) -> Option<Vec<(String, f64, deepfix_plugin::Source)>> {
    let check = facts.view.one(CheckKind::Performance)?;
    let mut classes: Vec<(String, f64, deepfix_plugin::Source)> = Vec::new();
    for (index, row) in check.rows() {
        let class = row.get("Class").filter(|it| !it.is_null());
        let samples = row.get("Number of samples").and_then(Value::as_f64);
        if let (Some("Train"), Some(class), Some(samples)) =
            (row.get("Dataset").and_then(Value::as_str), class, samples)
        {
            let name = text(class);
            if !classes.iter().any(|it| it.0 == name) {
                classes.push((name, samples, check.source(&[&index.to_string(), "Number of samples"])));
            }
        }
    }
    classes.sort_by(|a, b| b.1.total_cmp(&a.1));
    (classes.len() > 1).then_some(classes)
}

/// As the dataset component judges it: an interval of ±16 points at 25 rows.
fn size(facts: &Facts<'_>) -> Option<Draft> {
    let (rows, source) = facts.view.sizes().test?;
    let severity = match rows {
        it if it < 10.0 => Severity::High,
        it if it < 25.0 => Severity::Medium,
        it if it < 30.0 => Severity::Low,
        _ => return None,
    };
    let (low, high) = wilson(0.8 * rows, rows);
    Some(
        Draft::new("dataset.test_too_small", severity, 0.95)
            .arg("rows", rows as u64)
            .arg("train", facts.n as u64)
            .share("step", 1.0 / rows)
            .share("low", low)
            .share("high", high)
            .fact("rows of the test split", rows, source),
    )
}
