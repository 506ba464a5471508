//! `dataset.correlated_features` from the correlation matrices.
//!
//! `|r| >= 0.97` in the training split and >= 0.95 in the test split (if it has 20 rows):
//! medium; 0.93 and more: low. deepchecks' bound of 0.9 fails for many a natural pair (petal
//! length and width of an iris). Healthy: correlation with a category of as many values as
//! rows, whose correlation ratio is 1 with anything; with the leaking feature, which has a
//! finding of its own; a table of measurements of one thing in which a quarter of all pairs
//! correlate, which is its nature (low). A category of `u` values reaches a correlation ratio
//! of `sqrt((u - 1) / (n - 1))` with anything, so a pair with one counts only as far as it
//! exceeds that, and says nothing where most rows have a value of their own (numbers that became
//! texts because some cells hold text).
//!
//! Sources: deepchecks `FeatureFeatureCorrelation` (0.9), Dormann et al. 2013 (collinearity).

use deepfix_plugin::{Draft, Severity};
use deepfix_views::{checks::CheckKind, dataset::Which};

use super::{Facts, MOST_FACTS};

const CLEAR: f64 = 0.97;
const CLEAR_IN_TEST: f64 = 0.95;
const NOTEWORTHY: f64 = 0.93;
/// Pairs grow with the square of the columns.
const MOST_COLUMNS: usize = 400;

pub(super) fn check(facts: &Facts<'_>) -> Option<Draft> {
    let check = facts.view.on(CheckKind::FeatureCorrelation, Which::Train)?;
    let matrix = check.matrix().filter(|it| it.names.len() <= MOST_COLUMNS)?;
    let unique = facts.view.unique_counts(Which::Train);
    let powers = facts.view.on(CheckKind::LabelCorrelation, Which::Train);
    let leaks = |name: &str| powers.and_then(|it| it.number(&[name])).is_some_and(|it| it >= 0.99);
    let categories = facts.view.categories();
    let ignored = |name: &str| {
        unique
            .get(name)
            .is_some_and(|it| facts.n > 0.0 && *it >= 0.95 * facts.n && everything(&matrix, name))
            || leaks(name)
    };
    // The adjusted coefficient of determination, as in an analysis of variance.
    let by_levels = |name: &str, r: f64| {
        let levels = unique.get(name).copied().unwrap_or(0.0);
        let left = facts.n - levels;
        categories.contains(name)
            && levels > 20.0
            && (left <= levels || 1.0 - (1.0 - r * r) * (facts.n - 1.0) / left < NOTEWORTHY * NOTEWORTHY)
    };
    let mut pairs: Vec<(usize, usize, f64)> = matrix
        .pairs()
        .filter(|(_, _, r)| r.abs() >= NOTEWORTHY && r.abs() <= 1.000_001)
        .filter(|(a, b, r)| {
            let names = [matrix.name(*a), matrix.name(*b)];
            !names.iter().any(|it| ignored(it) || by_levels(it, *r))
        })
        .collect();
    pairs.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    let (a, b, r) = *pairs.first()?;
    // A table of some ten thousand numbers, read only where there is a pair to confirm.
    let test = facts
        .view
        .on(CheckKind::FeatureCorrelation, Which::Test)
        .filter(|_| facts.m == 0.0 || facts.m >= 20.0)
        .and_then(|it| it.matrix());
    let confirmed = test.as_ref().and_then(|it| it.between(matrix.name(a), matrix.name(b)));
    let clear = r.abs() >= CLEAR && confirmed.is_none_or(|it| it.abs() >= CLEAR_IN_TEST);
    let columns = matrix.names.len() as f64;
    let by_nature = columns >= 10.0 && pairs.len() as f64 > 0.03 * columns * (columns - 1.0) / 2.0 && pairs.len() >= 6;
    // Two counts that are mostly zero, of stays and of days, agree in their zeros: their rank
    // correlation says little. A copy takes as many values, or with noise as many as rows.
    let levels = |at: usize| unique.get(matrix.name(at)).copied().unwrap_or(f64::MAX);
    let related = levels(a) != levels(b) && levels(a).max(levels(b)) <= 20.0;
    let severity = if clear && !by_nature && !related {
        Severity::Medium
    } else {
        Severity::Low
    };
    let listed: Vec<String> = pairs
        .iter()
        .take(5)
        .map(|(a, b, r)| format!("'{}' ~ '{}' ({r:.3})", matrix.name(*a), matrix.name(*b)))
        .collect();
    let mut draft = Draft::new("dataset.correlated_features", severity, if clear { 0.92 } else { 0.6 })
        .arg("pairs", listed.join(", "))
        .arg("number", pairs.len())
        .arg("a", matrix.name(a))
        .arg("b", matrix.name(b))
        .arg("r", r)
        .extra("pairs", pairs.len());
    for (a, b, r) in pairs.iter().take(MOST_FACTS) {
        let (row, column) = (a.to_string(), matrix.name(*b));
        let label = format!("correlation of '{}' and '{column}'", matrix.name(*a));
        draft = draft.fact(label, *r, check.source(&[&row, column]));
    }
    Some(draft)
}

/// Whether a column correlates perfectly with most others, as a correlation ratio with a
/// category of its own per row does.
fn everything(matrix: &deepfix_views::checks::Matrix, name: &str) -> bool {
    let perfect = matrix
        .names
        .iter()
        .filter(|it| matrix.between(name, it).is_some_and(|r| r.abs() > 0.995))
        .count();
    matrix.names.len() > 2 && 2 * perfect > matrix.names.len()
}
