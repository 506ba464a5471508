//! `dataset.id_like_feature`: a feature with another value in every row, which a model can
//! only learn by heart.
//!
//! - Text: as many values as rows.
//! - Whole numbers: as many values as rows, and spread evenly between minimum and maximum,
//!   as keys are: `std = range / sqrt(12)` and quartiles at a quarter, half and three
//!   quarters, each within four standard errors. Keys are dense (a range of at most [`DENSE`] times
//!   the rows), or random numbers of a fixed number of digits. A wide, evenly spread range of
//!   another shape may be a measurement in small units: clients round to six significant
//!   digits, which makes whole numbers of any large values, so it takes values small enough to
//!   show that they are whole, or a name that says so; else it is a remark.
//!
//! Sources: ydata-profiling (`UNIQUE`), deepchecks `IdentifierLabelCorrelation`, Kaufman et al.
//! 2012 (identifiers as leaks).
//!
//! Healthy: measurements, which with enough digits also differ in every row but have
//! fractions or pile up somewhere; times, which are spread as evenly as keys: whole numbers
//! within what Unix times of the last decades are, in seconds down to nanoseconds; amounts that are written for people
//! (`1,234`), which are texts and no keys. Without feature statistics only a name that says so
//! (`id`, `index`, `uuid`) beside a value per row gives a low remark.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{Column, DatasetView, Kind, Stat, Which};

use super::{MOST_FACTS, MOST_NAMES, written::is_written};

/// With fewer rows also a measurement is distinct everywhere.
const FEWEST_ROWS: f64 = 30.0;
const DISTINCT: f64 = 0.99;
/// Keys count on, with gaps for rows that are elsewhere.
const DENSE: f64 = 20.0;
/// Below this, six significant digits leave a decimal, which shows whether a number is whole.
const VISIBLE: f64 = 1e5;

pub(super) fn check(view: &DatasetView) -> Option<Draft> {
    let rows = view.rows(Which::Train)?.count;
    if rows < FEWEST_ROWS {
        return None;
    }
    let found: Vec<(&Column, Severity)> = view
        .features()
        .filter_map(|it| severity(it, rows).map(|severity| (it, severity)))
        .collect();
    let severity = found.iter().map(|(_, severity)| *severity).max()?;
    let first = found.first()?.0;
    let mut draft = Draft::new(
        "dataset.id_like_feature",
        severity,
        if severity == Severity::Low { 0.5 } else { 0.9 },
    )
    .columns(found.iter().map(|(it, _)| &it.name), MOST_NAMES)
    .arg("number", found.len())
    .arg("first", first.name.as_str())
    .arg("unique", first.unique.unwrap_or(rows) as u64)
    .arg("rows", rows as u64);
    for (column, _) in found.iter().take(MOST_FACTS) {
        if let Some(unique) = column.unique {
            draft = draft.fact(
                format!("unique values of '{}'", column.name),
                unique,
                column.source(Stat::Unique),
            );
        }
    }
    Some(draft)
}

fn severity(column: &Column, rows: f64) -> Option<Severity> {
    let count = column.count.unwrap_or(rows);
    let unique = column.unique?;
    if count < FEWEST_ROWS || unique < DISTINCT * count {
        return None;
    }
    if column.kind == Kind::Categorical && column.mean.is_none() {
        let amount = column.top.as_deref().is_some_and(is_written);
        return (!amount).then_some(Severity::Medium);
    }
    match column.five() {
        Some(five) if unique == count && is_key(column, five, count) => Some(if is_surely_whole(column, five, count) {
            Severity::Medium
        } else {
            Severity::Low
        }),
        Some(_) => None,
        None => (DatasetView::is_index_name(&column.name) && unique >= count).then_some(Severity::Low),
    }
}

/// Unix times from 1980 to 2065, in seconds, milliseconds, microseconds or nanoseconds, that
/// spread over more than a week: a block of row numbers of that size is far narrower.
fn is_time(min: f64, max: f64, count: f64) -> bool {
    [1.0, 1e3, 1e6, 1e9].into_iter().any(|unit| {
        let (from, to) = (min / unit, max / unit);
        from >= 3.15e8 && to <= 3.0e9 && to - from > 6e5 && max - min > 20.0 * count
    })
}

/// Whether large evenly spread numbers are keys, and not measurements that rounding made whole.
fn is_surely_whole(column: &Column, five: [f64; 5], count: f64) -> bool {
    let [min, .., max] = five;
    let visible = five.iter().filter(|it| it.abs() < VISIBLE).count();
    max - min <= DENSE * count
        || visible >= 3
        || has_fixed_digits(min, max, count)
        || DatasetView::is_index_name(&column.name)
}

/// Random numbers of so many digits fill the range from one power of ten to the next, or from zero
/// to one.
fn has_fixed_digits(min: f64, max: f64, count: f64) -> bool {
    let next = 10f64.powf(max.max(1.0).log10().ceil());
    let from = if min >= next / 10.0 { next / 10.0 } else { 0.0 };
    // The ends of an even spread lie within some of its steps.
    let slack = (6.0 / count) * (next - from);
    min >= 0.0 && min - from <= slack && next - max <= slack
}

/// Quartiles of whole numbers are whole, or lie at a quarter between two of them.
fn shows_fractions(five: [f64; 5]) -> bool {
    five.iter().filter(|it| it.abs() < VISIBLE).any(|it| {
        let digits = it.abs().max(1.0).log10().floor();
        let quarters = 4.0 * it;
        // What rounding to six digits moves it by.
        (quarters - quarters.round()).abs() > 2.5 * 10f64.powf(digits - 5.0)
    })
}

/// Whole numbers, evenly spread.
fn is_key(column: &Column, [min, q1, median, q3, max]: [f64; 5], count: f64) -> bool {
    let (Some(mean), Some(std)) = (column.mean, column.std) else {
        return false;
    };
    let range = max - min;
    if shows_fractions([min, q1, median, q3, max])
        || range < count - 1.0
        || min.fract() != 0.0
        || max.fract() != 0.0
        || is_time(min, max, count)
    {
        return false;
    }
    // Clients round to six significant digits, so a tolerance must not go to zero.
    let tolerance = (4.0 * 0.5 / count.sqrt()).max(0.01);
    let even = [(q1, 0.25), (median, 0.5), (q3, 0.75), (mean, 0.5)];
    even.iter()
        .all(|(it, place)| ((it - min) / range - place).abs() < tolerance)
        && (std * 12f64.sqrt() / range - 1.0).abs() < tolerance
}

/// Whether the identifier rule speaks of this column, so that others need not.
pub(super) fn is_identifier(column: &Column, rows: f64) -> bool {
    severity(column, rows).is_some_and(|it| it >= Severity::Medium)
}
