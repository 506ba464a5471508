//! `checks.label_drift`, `checks.new_labels`, `checks.new_categories`,
//! `dataset.class_imbalance` and `dataset.test_too_small`: labels, categories and sizes.
//!
//! Label drift: Cramér's V (corrected for bias; its square times all rows is a chi-square value
//! less its degrees of freedom, one per class but the first) from 0.15 with a probability below 2e-3, or
//! from 0.2 with one below 1/80 (a low remark below 0.02, which one in fifty random splits of
//! small tables reaches), or a Kolmogorov-Smirnov distance from 0.2 with one below 1e-3. Healthy: 0.14 for a numeric
//! label and 400 against 100 rows; any score of a test split below 15 rows.
//!
//! New labels: any class of the test split that training lacks; where each differs from a known one in case or
//! blanks only, the advice is to write them alike. New categories: low, since an
//! encoder can be told to expect them; medium where a tenth of the test rows more have one than there are
//! categories per training row, which bounds what random rows bring (Good 1953); silent where the column is an
//! identifier, all of whose categories are new by nature. Not flagged as more than a remark: columns of
//! names, texts and keys, which have about as many categories as rows; rare categories.
//!
//! Sources: Bergsma 2013 (Cramer's V without bias), Good 1953 (unseen species), Wilson 1927, He & Garcia 2009, deepchecks
//! `LabelDrift`, `NewLabelTrainTest` and `ClassImbalance`.

use std::collections::BTreeSet;

use deepfix_plugin::{Draft, Severity, join};
use deepfix_views::{
    checks::{Check, CheckKind},
    dataset::{Which, chi_square_p, is_same_word, ks_p, wilson},
};
use serde_json::Value;

use super::{Facts, MOST_FACTS, MOST_NAMES};

/// A category of many levels always has some in the test split that training did not draw.
const NEW_CATEGORIES: f64 = 0.02;
/// The share of test rows with an unseen category, beyond what the column's many values explain, from which on the
/// splits do not come from one source.
const MANY_UNSEEN: f64 = 0.1;
/// Standard errors of that share by which it must be beyond.
const ERRORS: f64 = 3.0;
/// Fewer rows are no base for a share.
const FEWEST_TEST_ROWS: f64 = 30.0;
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
    drafts.extend(new_labels(facts));
    drafts.extend(new_categories(facts));
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
    let known = n > 0.0 && m > 0.0;
    let (least, p) = if it.is_ks {
        (0.2, ks_p(it.score, n, m))
    } else {
        // V squared times the rows is chi-square less its mean, one degree of freedom per class
        // more than one.
        let degrees = class_number(facts).unwrap_or(UNKNOWN_CLASSES).clamp(2.0, MOST_CLASSES) - 1.0;
        (0.15, chi_square_p(it.score.powi(2) * (n + m) + degrees, degrees))
    };
    let faint = if it.is_ks { SURE } else { FAINT };
    let severity = match it.score {
        score if score < least || (known && p >= faint) => return None,
        score if known && p >= SURE && (score < LARGE || p >= LIKELY) => Severity::Low,
        // Of how many rows nobody knows, it may be the scatter of a few.
        score if !known && score < 0.35 => Severity::Low,
        score if known && score >= 0.35 => Severity::High,
        _ => Severity::Medium,
    };
    let draft = Draft::new("checks.label_drift", severity, (0.7 + 0.5 * it.score).min(0.95));
    Some(
        if it.is_ks { draft.variant("numeric") } else { draft }
            .arg("score", it.score)
            .arg("rows", n as u64)
            .arg("test", m as u64)
            .fact("label drift score", it.score, it.source),
    )
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

fn new_labels(facts: &Facts<'_>) -> Option<Draft> {
    let check = facts.view.one(CheckKind::NewLabel)?;
    const UNSEEN: &str = "test samples of classes unseen in training";
    let path = ["n_new_labels_samples"];
    let (rows, facts_of_rows) = match check.number(&path) {
        Some(rows) => (rows, vec![(UNSEEN.to_owned(), rows, check.source(&path))]),
        // Vision: `{new_labels: {class: samples}, all_labels_count}`.
        None => {
            let classes = check.get(&["new_labels"])?.as_object()?;
            let read = |name: &String| {
                let path = ["new_labels", name.as_str()];
                Some((
                    format!("test samples of unseen class {name}"),
                    check.number(&path)?,
                    check.source(&path),
                ))
            };
            let found: Vec<_> = classes.keys().filter_map(read).filter(|it| it.1 > 0.0).collect();
            (found.iter().map(|it| it.1).sum(), found)
        }
    };
    let total = ["n_samples", "all_labels_count"]
        .iter()
        .find_map(|it| check.number(&[it]))
        .unwrap_or(facts.m);
    if rows <= 0.0 {
        return None;
    }
    let names: Vec<String> = match check.get(&["new_labels"]) {
        Some(Value::Array(items)) => items.iter().map(text).collect(),
        Some(Value::Object(members)) => members.keys().cloned().collect(),
        _ => Vec::new(),
    };
    let share = if total > 0.0 { rows / total } else { 1.0 };
    let severity = if share >= 0.05 {
        Severity::High
    } else {
        Severity::Medium
    };
    let known = known_classes(facts);
    let respelt: Vec<String> = names
        .iter()
        .filter_map(|new| {
            Some(format!(
                "'{new}' ~ '{}'",
                known.iter().find(|it| is_same_word(it, new))?
            ))
        })
        .collect();
    let mut draft = Draft::new("checks.new_labels", severity, 0.97);
    if !names.is_empty() && respelt.len() == names.len() {
        draft = draft.variant("spelling").arg("pairs", join(&respelt, MOST_NAMES));
    }
    let mut draft = draft
        .arg("classes", join(&names, MOST_NAMES))
        .arg("number", names.len().max(1))
        .arg("samples", rows as u64)
        .arg("test", total as u64)
        .share("share", share);
    for (label, rows, source) in facts_of_rows.into_iter().take(MOST_FACTS) {
        draft = draft.fact(label, rows, source);
    }
    Some(draft)
}

/// The names of the training split's classes, as far as a check tells them.
fn known_classes(facts: &Facts<'_>) -> Vec<String> {
    let shares = facts.view.on(CheckKind::ClassImbalance, Which::Train);
    let mut names: Vec<String> = shares.into_iter().flat_map(|it| it.scores()).map(|it| it.0).collect();
    names.extend(class_samples(facts).into_iter().flatten().map(|it| it.0));
    names
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// How far more test rows have an unseen category than the column's nature explains: at most the share of
/// training rows that stand alone with theirs (Good 1953), which are no more than it has categories.
fn beyond_nature(facts: &Facts<'_>, unique: Option<f64>, ratio: f64) -> f64 {
    let (Some(unique), true) = (unique, facts.n > 0.0 && facts.m > 0.0) else {
        return 0.0;
    };
    let natural = (unique / facts.n).min(1.0);
    let error = (ratio * (1.0 - ratio) / facts.m).sqrt();
    // What is certain of it.
    let excess = ratio - natural;
    if excess > ERRORS * error { excess } else { 0.0 }
}

fn new_categories(facts: &Facts<'_>) -> Option<Draft> {
    let check = facts.view.one(CheckKind::NewCategory)?;
    let unique = facts.view.unique_counts(Which::Train);
    let mut worst: Option<New> = None;
    for (index, row) in check.rows() {
        let read = |name: &str| row.get(name).and_then(Value::as_f64);
        let (Some(ratio), Some(number)) = (read("Ratio of New Categories"), read("# New Categories")) else {
            continue;
        };
        // Nearly every test row brings a category of its own: an identifier.
        let identifier = ratio > 0.9 && number > 0.5 * facts.m;
        if ratio < NEW_CATEGORIES || identifier {
            continue;
        }
        let column = match row.get("Feature Name").and_then(Value::as_str) {
            Some(name) => name.to_owned(),
            None => column_of(check),
        };
        let excess = beyond_nature(facts, unique.get(&column).copied(), ratio);
        if worst.as_ref().is_none_or(|it| (excess, ratio) > (it.excess, it.ratio)) {
            let names = row
                .get("New categories")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .map(text)
                .collect();
            worst = Some(New {
                index,
                column,
                ratio,
                number,
                excess,
                names,
            });
        }
    }
    let New {
        index,
        column,
        ratio,
        number,
        excess,
        names,
    } = worst?;
    let index = index.to_string();
    let severity = if excess >= MANY_UNSEEN && facts.m >= FEWEST_TEST_ROWS {
        Severity::Medium
    } else {
        Severity::Low
    };
    let draft = Draft::new("checks.new_categories", severity, 0.85).beyond(excess / MANY_UNSEEN);
    Some(
        if severity == Severity::Low {
            draft
        } else {
            draft.variant("many")
        }
        .share("natural", ratio - excess)
        .extra("columns", [column.as_str()].as_slice())
        .arg("column", column)
        .arg("categories", join(&names, MOST_NAMES))
        .arg("number", number as u64)
        .share("ratio", ratio)
        .fact(
            "share of test rows with a new category",
            ratio,
            check.source(&[&index, "Ratio of New Categories"]),
        ),
    )
}

/// The new categories of one column.
struct New {
    index: usize,
    column: String,
    ratio: f64,
    number: f64,
    /// The share of test rows beyond what is natural.
    excess: f64,
    names: Vec<String>,
}

/// The table has lost its index, the column names; the condition's text still has them.
fn column_of(check: &Check) -> String {
    let info = check
        .conditions
        .iter()
        .map(|it| it.more_info.as_str())
        .find(|it| it.contains("{'"));
    let name = info.and_then(|it| it.split_once("{'")?.1.split_once('\'').map(|it| it.0));
    name.unwrap_or("?").to_owned()
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
fn class_samples(facts: &Facts<'_>) -> Option<Vec<(String, f64, deepfix_plugin::Source)>> {
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
