//! `dataset.duplicates`: a row index that a data frame left in the statistics repeats, so
//! rows were copied. An index is a column with such a name that is no feature; it takes a
//! value per row unless rows were duplicated or sampled with replacement.
//!
//! Sources: pandas' `concat` and `sample`, which keep the index; Lee et al. 2022 (what repeated
//! rows do to training and evaluation).
//!
//! Healthy: keys of a group (customer, patient), which repeat often and by design: hence
//! only repeats of up to half of the rows count.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{DatasetView, Kind, Stat};

const FEWEST_ROWS: f64 = 30.0;
const FEWEST_COPIES: f64 = 0.01;
const MOST_COPIES: f64 = 0.5;
const MANY_COPIES: f64 = 0.05;

pub(super) fn check(view: &DatasetView) -> Option<Draft> {
    let train = view.train.as_ref()?;
    let rows = train.rows.as_ref().filter(|it| it.count >= FEWEST_ROWS)?;
    let index = train.columns.iter().find(|it| {
        let name = it.name.to_ascii_lowercase();
        it.kind == Kind::Unlisted && (name.contains("index") || name.starts_with("unnamed"))
    })?;
    let unique = index.unique.filter(|it| *it >= 2.0)?;
    let copies = rows.count - unique;
    let share = copies / rows.count;
    if !(FEWEST_COPIES..=MOST_COPIES).contains(&share) {
        return None;
    }
    let severity = if share >= MANY_COPIES {
        Severity::Medium
    } else {
        Severity::Low
    };
    // Row checks compare whole rows: a feature that differs everywhere hides the copies.
    let hiding = view.features().find(|it| it.unique.is_some_and(|it| it >= rows.count));
    let draft = Draft::new("dataset.duplicates", severity, 0.75)
        .variant(if hiding.is_some() { "hidden" } else { "index" })
        .arg("index", index.name.as_str())
        .arg("unique", unique as u64)
        .arg("rows", rows.count as u64)
        .arg("copies", copies as u64)
        .share("share", share)
        .fact(
            format!("unique values of '{}'", index.name),
            unique,
            index.source(Stat::Unique),
        );
    Some(match hiding {
        Some(column) => draft.arg("hiding", column.name.as_str()).fact(
            format!("unique values of '{}'", column.name),
            column.unique.unwrap_or(rows.count),
            column.source(Stat::Unique),
        ),
        None => draft,
    })
}
