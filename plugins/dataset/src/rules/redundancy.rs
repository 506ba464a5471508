//! `dataset.correlated_features` and, for a feature that mirrors the label,
//! `checks.label_leakage`.
//!
//! Statistics of columns show no correlation, but a column that is a linear image of another
//! has the same standardised quantiles, and its mean and spread shift alike from the training
//! to the test split. Two independent columns do the latter only by chance; [`Twin`] tells how
//! improbable their likeness is, and the rule asks for 3e-4 among all pairs of one shape, so
//! that a wide table of normal columns needs a closer likeness than a pair of odd ones. Where one column is called as
//! another with a word after it (`income`, `income_log`) and both have the same odd shape, chance is twenty times less.
//!
//! A leak is often the label itself with some noise, in the label's own units. That a feature has the
//! label's very mean and deviation is seldom in a table whose columns have units of their own, and makes
//! chance a hundred times less likely; where several columns are measured alike it says nothing.
//!
//! Sources: Dormann et al. 2013 (collinearity), Kaufman et al. 2012 (leakage: a feature that is the
//! target).
//!
//! Where the correlations with the label are known (`deepfix ingest` sends them), columns whose own differ are not
//! images of each other. Where both columns shift by next to nothing, since the test split is a copy of the training
//! split, their shifts tell nothing.
//!
//! Healthy: columns of the same shape (all Gaussian, all binary) whose shifts differ; natural
//! correlations below 0.99, which remain invisible here and which the checks report.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{Column, DatasetView, Stat, Twin, Which, twin};

use super::outliers;

/// Pairs grow with the square of the columns.
const MOST_COLUMNS: usize = 120;
/// Columns with fewer values have too little shape to compare.
const FEWEST_VALUES: f64 = 8.0;
const FEWEST_ROWS: f64 = 50.0;
/// Rows of the test split from which on its shifts say something.
const FEWEST_TEST_ROWS: f64 = 20.0;
/// Different values from which on statistics do not agree because there are few.
const MANY_VALUES: f64 = 20.0;
/// The chance of the likeness among all pairs of one shape.
const SIGNIFICANT: f64 = 3e-4;
/// What a name is worth that is another column's with a word after it: few other columns are called so.
const NAMED: f64 = 0.05;
/// Of the shift of random rows; a pair of copies in other units shifts by less in one of 150 random splits.
const STILL: f64 = 0.1;
/// Correlations with the label that differ by more are those of different columns.
const APART: f64 = 0.15;
/// Below this it is more than a remark: columns that correlate by nature shift together too.
const SURE: f64 = 1e-5;

pub(super) fn check(view: &DatasetView) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let Some(n) = view
        .rows(Which::Train)
        .map(|it| it.count)
        .filter(|it| *it >= FEWEST_ROWS)
    else {
        return drafts;
    };
    let m = view.rows(Which::Test).map_or(0.0, |it| it.count);
    let columns: Vec<&Column> = view
        .features()
        .filter(|it| it.mean.is_some() && it.unique.is_none_or(|it| it >= FEWEST_VALUES))
        // What a few far values do to mean and spread, they do alike to any two columns.
        .filter(|it| !outliers::has_outlier(it))
        .take(MOST_COLUMNS)
        .collect();
    let mut pairs = Vec::new();
    for (place, a) in columns.iter().enumerate() {
        for b in columns.iter().take(place) {
            if let Some(twin) = alike(view, a, b, n, m) {
                pairs.push((*a, *b, twin));
            }
        }
    }
    // Only columns of one shape can be taken for each other.
    let number = pairs.len() as f64;
    pairs.retain(|(a, b, twin)| is_image(a, b, twin, n, m, number));
    drafts.extend(correlated(&pairs, n, m));
    drafts.extend(leak(view, &columns, n, m));
    drafts
}

fn alike(view: &DatasetView, a: &Column, b: &Column, n: f64, m: f64) -> Option<Twin> {
    if is_refuted(view, a, b) {
        return None;
    }
    let test = |column: &Column| {
        view.test
            .as_ref()
            .and_then(|it| it.column(&column.name))
            .filter(|_| m >= FEWEST_TEST_ROWS)
    };
    let (mut ours, mut theirs) = (test(a), test(b));
    // A test split that is the training split, or nearly all of it, moves no column: that two do not move
    // says nothing of them.
    if let (Some(other_a), Some(other_b)) = (ours, theirs)
        && stands_still(a, other_a, n, m)
        && stands_still(b, other_b, n, m)
    {
        (ours, theirs) = (None, None);
    }
    twin((a, ours), (b, theirs), n, m).filter(Twin::is_alike)
}

/// Whether mean and spread of a column shift between the splits by far less than those of random rows do:
/// by `sqrt(1/n + 1/m)` deviations and 0.71 of it.
fn stands_still(train: &Column, test: &Column, n: f64, m: f64) -> bool {
    let (Some(mean), Some(std), Some(other_mean), Some(other_std)) = (train.mean, train.std, test.mean, test.std)
    else {
        return false;
    };
    let unit = (1.0 / n + 1.0 / m).sqrt();
    let shift = (other_mean - mean).abs() / std;
    let spread = (other_std / std).ln().abs();
    shift < STILL * unit && spread < STILL * 0.71 * unit
}

/// Whether the correlations of two features with the label, where they are known, say that the one is no image
/// of the other: a copy has the same one, and a copy with noise (0.99) one that differs by less than
/// `sqrt(2 (1 - 0.99))`.
fn is_refuted(view: &DatasetView, a: &Column, b: &Column) -> bool {
    let of = |column: &Column| {
        let path = [
            "other_statistics",
            "columns",
            column.name.as_str(),
            "correlation_with_label",
        ];
        view.train.as_ref()?.number(&path).map(|it| it.0.abs())
    };
    matches!((of(a), of(b)), (Some(a), Some(b)) if (a - b).abs() > APART)
}

/// Whether likeness among so many pairs of one shape is more than chance.
fn is_image(a: &Column, b: &Column, twin: &Twin, n: f64, m: f64, pairs: f64) -> bool {
    // Without a test split only an exact copy of a column with many values is convincing.
    let many = [a, b].iter().all(|it| it.unique.is_some_and(|it| it >= MANY_VALUES));
    (twin.is_copy() && (twin.mean.is_some() || many)) || (many && chance(a, b, twin, n, m) * pairs < SIGNIFICANT)
}

/// How improbable the likeness of two columns is, whatever their names, or less where one is named as made of the other
/// and has its odd shape; normal columns that correlate by nature are alike, and may be named after each other.
fn chance(a: &Column, b: &Column, twin: &Twin, n: f64, m: f64) -> f64 {
    let named = twin.is_odd() && (is_derived(&a.name, &b.name) || is_derived(&b.name, &a.name));
    twin.chance(n, m) * if named { NAMED } else { 1.0 }
}

/// Whether a name is another one with more words after it, as `income_log` is. A number counts columns of one kind.
fn is_derived(name: &str, of: &str) -> bool {
    let rest = name
        .strip_prefix(of)
        .and_then(|it| it.strip_prefix(['_', '-', '.', ' ']));
    rest.is_some_and(|it| it.contains(|c: char| c.is_alphabetic()))
}

fn correlated(pairs: &[(&Column, &Column, Twin)], n: f64, m: f64) -> Option<Draft> {
    let (a, b, twin) = pairs.iter().min_by(|a, b| a.2.quartiles.total_cmp(&b.2.quartiles))?;
    let exact = twin.is_copy();
    let chance = chance(a, b, twin, n, m);
    let listed: Vec<String> = pairs
        .iter()
        .take(5)
        .map(|(a, b, _)| format!("'{}' ~ '{}'", b.name, a.name))
        .collect();
    // Unlike a correlation, likeness of summaries is circumstantial where it is not exact.
    let severity = if exact || pairs.len() as f64 * chance < SURE {
        Severity::Medium
    } else {
        Severity::Low
    };
    let mut draft = Draft::new("dataset.correlated_features", severity, if exact { 0.9 } else { 0.6 })
        .beyond(if exact {
            1.0
        } else {
            (SIGNIFICANT / (pairs.len() as f64 * chance).max(1e-12)).log10() / 2.0
        })
        .arg("pairs", listed.join(", "))
        .arg("a", b.name.as_str())
        .arg("b", a.name.as_str())
        .arg("number", pairs.len())
        .arg("moves", if twin.mean.is_some() { "yes" } else { "no" })
        .arg("difference", twin.quartiles);
    for column in [b, a] {
        for (name, stat, value) in [("mean", Stat::Mean, column.mean), ("std", Stat::Std, column.std)] {
            if let Some(value) = value {
                draft = draft.fact(format!("{name} of '{}'", column.name), value, column.source(stat));
            }
        }
    }
    Some(draft.computed("largest difference of standardised quartiles", twin.quartiles))
}

/// A label of more codes than these looks like a uniform column.
const MOST_CODES: f64 = 6.0;
/// In standard deviations; noise of a tenth of one moves a quartile within a class by less.
const ABOUT_A_CODE: f64 = 0.12;
/// The chance of the likeness with class codes among all columns of that shape.
const LEAK: f64 = 0.01;
/// The same for a number, and for a leak of which there is little doubt.
const SURE_LEAK: f64 = 3e-3;
/// Means and deviations within so much of each other, in deviations, are those of one quantity.
const ONE_QUANTITY: f64 = 0.03;
/// Columns in units of their own agree in mean, and in deviation, this seldom.
const SELDOM: f64 = 0.1;
/// Within so much columns are measured alike, as scores of several subjects are.
const MEASURED_ALIKE: f64 = 0.5;

fn leak(view: &DatasetView, columns: &[&Column], n: f64, m: f64) -> Option<Draft> {
    let label = view.label.as_ref()?;
    let target = view.train.as_ref()?.column(&label.name)?;
    // A feature in its own right never follows the label's shifts this closely, so a test
    // split is needed: quartiles of a class code alone have too little shape.
    let alike: Vec<(&Column, Twin)> = columns
        .iter()
        .filter_map(|it| Some((*it, alike(view, it, target, n, m)?)))
        .filter(|(_, twin)| twin.mean.is_some())
        .collect();
    let codes = target.unique.is_some_and(|it| it <= MOST_CODES);
    // Few columns lie about class codes; any column of one hump may look like a number's.
    let (number, most) = if codes {
        (alike.len(), LEAK)
    } else {
        (columns.len(), SURE_LEAK)
    };
    let one_scale = columns.iter().filter(|it| apart(it, target) <= MEASURED_ALIKE).count() > 1;
    let chance = |column: &Column, twin: &Twin| {
        let units = if !one_scale && apart(column, target) <= ONE_QUANTITY {
            SELDOM * SELDOM
        } else {
            1.0
        };
        twin.chance(n, m) * number as f64 * units
    };
    let (feature, twin) = alike
        .iter()
        .filter(|(it, twin)| {
            let chance = chance(it, twin);
            let close = twin.quartiles <= ABOUT_A_CODE || chance < SURE_LEAK;
            twin.is_copy() || (mirrors(it, target, codes) && chance < most && (close || !codes))
        })
        .map(|(it, twin)| (*it, twin))
        .min_by(|a, b| a.1.quartiles.total_cmp(&b.1.quartiles))?;
    let severity = if twin.is_copy() || chance(feature, twin) < SURE_LEAK {
        Severity::High
    } else {
        Severity::Medium
    };
    let mut draft = Draft::new("checks.label_leakage", severity, 0.75)
        .beyond((most / chance(feature, twin).max(1e-12)).log10())
        .arg("feature", feature.name.as_str())
        .arg("label", label.name.as_str())
        .arg("difference", twin.quartiles);
    for column in [feature, target] {
        if let Some(mean) = column.mean {
            draft = draft.fact(format!("mean of '{}'", column.name), mean, column.source(Stat::Mean));
        }
    }
    Some(draft.computed("largest difference of standardised quartiles", twin.quartiles))
}

/// How far two columns are apart in their own units: means in deviations, or deviations by their
/// logarithm, whichever is more.
fn apart(a: &Column, b: &Column) -> f64 {
    let (Some(mean), Some(std), Some(other_mean), Some(other_std)) = (a.mean, a.std, b.mean, b.std) else {
        return f64::INFINITY;
    };
    let apart = ((mean - other_mean) / other_std)
        .abs()
        .max((std / other_std).ln().abs());
    if apart.is_nan() { f64::INFINITY } else { apart }
}

/// Whether likeness of this column with the label can tell anything: both take many values, or
/// the label is a few class codes and the column, of many values, lies close about them, which
/// no column does that is not made from classes.
fn mirrors(column: &Column, target: &Column, codes: bool) -> bool {
    let many = |it: &Column| it.unique.is_some_and(|it| it >= MANY_VALUES);
    many(column) && (many(target) || codes)
}
