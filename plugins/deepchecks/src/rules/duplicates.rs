//! `dataset.duplicates`: rows that repeat within a split.
//!
//! Sources: deepchecks `DataDuplicates` (5 %, whatever the columns allow), Feller 1968 (the
//! birthday problem).
//!
//! Natural where the columns allow few different rows: with `c` the product of the unique
//! counts, `n` rows among `c` possible ones repeat anyway once `n` nears `c / 50`. Medium
//! from 5 % (deepchecks' bound) where that explains nothing, low from 1 %. Healthy: tables of
//! categories, where nearly all rows repeat; a pair of twins in a small table.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::{checks::CheckKind, dataset::Which};

use super::{Facts, name_of};

pub(super) fn check(facts: &Facts<'_>) -> Option<Draft> {
    let check = facts.view.of(CheckKind::Duplicates).max_by(|a, b| {
        let share = |it: &deepfix_views::checks::Check| ratio(it).map_or(0.0, |it| it.1);
        share(a).total_cmp(&share(b))
    })?;
    let (path, share) = ratio(check)?;
    let rows = if check.which == Some(Which::Test) {
        facts.m
    } else {
        facts.n
    };
    let unique = facts.view.unique_counts(check.which.unwrap_or(Which::Train));
    let combinations: f64 = unique.values().map(|it| it.max(1.0).ln()).sum();
    if !unique.is_empty() && combinations < (50.0 * rows.max(1.0)).ln() {
        return None;
    }
    let severity = match (share, share * rows) {
        (it, copies) if it >= 0.05 && (copies >= 5.0 || rows <= 0.0) => Severity::Medium,
        (it, copies) if it >= 0.01 && copies >= 2.5 => Severity::Low,
        _ => return None,
    };
    Some(
        Draft::new("dataset.duplicates", severity, 0.85)
            .word("split", name_of(check.which))
            .arg("copies", (share * rows).round() as u64)
            .arg("rows", rows as u64)
            .share("share", share)
            .fact(
                format!("share of duplicate rows ({})", name_of(check.which)),
                share,
                check.source(path),
            ),
    )
}

fn ratio(check: &deepfix_views::checks::Check) -> Option<(&'static [&'static str], f64)> {
    const PATHS: [&[&str]; 3] = [&[], &["percent_of_duplicates"], &["ratio"]];
    PATHS
        .into_iter()
        .find_map(|path| check.number(path).map(|it| (path, it)))
        .filter(|it| (0.0..=1.0).contains(&it.1))
}
