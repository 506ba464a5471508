//! `dataset.outliers`: values that cannot be measurements, told by how far the minimum and
//! maximum stand from the quartiles.
//!
//! - Sentinels: -99, -999, -9999, 999, 9999 and their like as minimum or maximum, far beyond
//!   the quartiles. A negative one beside positive quartiles needs little distance.
//! - Repeated: a column of many values has the same far extreme in both splits, which a
//!   measurement does not do twice.
//! - Scale: more than 20 interquartile ranges beyond a quartile and 4.5 standard deviations
//!   off, and either beyond the heaviest natural tail or in one lump. The heaviest tail is
//!   Pareto's: exponential on the logarithmic scale, so that the largest of `n` values stands
//!   `(ln n - ln 4) / ln 3` logarithmic quartile ranges above the quartile, and 5 / ln 3 more
//!   in 0.7 % of the samples. A negative value 12 ranges below an otherwise positive column
//!   counts too. Around zero, where there is no logarithm, `3 n^(2/3)` ranges are allowed,
//!   three times what a tail index of 1.5 gives.
//!
//! Sources: Tukey 1977 (quartile ranges), Pareto and log-normal tails (Clauset et al. 2009), the
//! codes for missing values of statistical packages (-999, 9999).
//!
//! Healthy: heavy tails on one side (income, crime rates, areas) and on both (profits,
//! balances); columns that are mostly zero, or take few values, where the interquartile range
//! says nothing; binary columns; a second mode.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{Column, DatasetView, Kind, Stat, Which};

mod shape;

use super::{MOST_FACTS, MOST_NAMES};
use shape::{FEWEST_ROWS, LUMP_SHARE, beyond_tail, deviations, in_one_lump, is_lump, is_sentinel, tail};

const FAR: f64 = 20.0;
/// A positive value in another unit is this many times the upper quartile at least.
const MAGNITUDE: f64 = 5.0;
/// Values in another unit scatter as the others do, so their lump is loose; beside zeros, where
/// counts and amounts have long tails, it has to be tighter.
const LUMP_OF_UNITS: f64 = 0.45;
const LUMP_OF_COUNTS: f64 = 0.65;
/// Rows from which on a lump is populous, and may stand nearer.
const POPULOUS: f64 = 6.0;
const LUMP_SHARE_POPULOUS: f64 = 0.45;
/// With fewer different values a column is a count or a scale, whose quartiles coincide.
const FEWEST_VALUES: f64 = 20.0;
/// So many different values are a measurement, whose extremes do not repeat.
const MANY_VALUES: f64 = 30.0;
/// Interquartile ranges beyond which a repeated extreme is a code for something.
const REPEATED_FAR: f64 = 20.0;
const FAR_BELOW_ZERO: f64 = 12.0;
/// A sentinel beside quartiles of the same sign could be a value; it must stand far off.
const SENTINEL_FAR: f64 = 8.0;
const SENTINEL_NEAR: f64 = 3.0;
/// Four digits of nines below zero are beyond doubt even closer by.
const SENTINEL_SURE: f64 = 1.5;
/// Standard deviations from the mean. A second mode beside a narrow first one lies many
/// interquartile ranges off, but fills enough rows to raise the deviation to its distance;
/// a share `p` of wrong values stands `1 / sqrt(p)` deviations off, 5.8 at 3 %.
const FAR_IN_DEVIATIONS: f64 = 4.5;
/// Beyond any tail of a few thousand rows, for columns on both sides of zero.
const FAR_AROUND_ZERO: f64 = 150.0;

#[derive(Clone, Copy, PartialEq)]
enum Sort {
    Sentinel,
    Repeated,
    Scale,
}

struct Outlier<'a> {
    column: &'a Column,
    stat: Stat,
    value: f64,
    sort: Sort,
    /// Interquartile ranges beyond the quartile.
    distance: f64,
}

pub(super) fn check(view: &DatasetView) -> Vec<Draft> {
    let mut found: Vec<Outlier<'_>> = Vec::new();
    for split in view.splits() {
        for column in split.columns.iter().filter(|it| it.kind != Kind::Unlisted) {
            let twin = view
                .splits()
                .filter(|it| it.which != split.which)
                .find_map(|it| it.column(&column.name));
            let Some(outlier) = outlier(column)
                .or_else(|| repeated(column, twin?))
                .filter(|it| it.sort != Sort::Scale || !is_second_mode(split.which, it, twin))
            else {
                continue;
            };
            if !found.iter().any(|it| it.column.name == column.name) {
                found.push(outlier);
            }
        }
    }
    [Sort::Sentinel, Sort::Repeated, Sort::Scale]
        .into_iter()
        .filter_map(|sort| draft(&found, sort))
        .collect()
}

/// Whether the training split has such values too, in so many rows that they are no outliers
/// there: a small test split holds few of them by chance.
fn is_second_mode(which: Which, found: &Outlier<'_>, twin: Option<&Column>) -> bool {
    let Some(train) = twin.filter(|_| which == Which::Test) else {
        return false;
    };
    let reached = match found.stat {
        Stat::Min => train.min.is_some_and(|it| it <= found.value),
        _ => train.max.is_some_and(|it| it >= found.value),
    };
    reached && outlier(train).is_none()
}

fn draft(found: &[Outlier<'_>], sort: Sort) -> Option<Draft> {
    let some: Vec<&Outlier<'_>> = found.iter().filter(|it| it.sort == sort).collect();
    let worst = some.iter().max_by(|a, b| a.distance.total_cmp(&b.distance))?;
    let (variant, confidence) = match sort {
        Sort::Sentinel => ("sentinel", 0.93),
        Sort::Repeated => ("repeated", 0.8),
        Sort::Scale => ("scale", 0.8),
    };
    let [_, q1, _, q3, _] = worst.column.five()?;
    // Thousands of ranges away the value rules mean, spread and any scaling of the column.
    let severity = if worst.distance > 50.0 {
        Severity::High
    } else {
        Severity::Medium
    };
    let mut draft = Draft::new("dataset.outliers", severity, confidence)
        .variant(variant)
        .columns(some.iter().map(|it| &it.column.name), MOST_NAMES)
        .arg("number", some.len())
        .arg("worst", worst.column.name.as_str())
        .arg("value", worst.value)
        .arg("low", q1)
        .arg("high", q3)
        .arg("std", worst.column.std.unwrap_or(f64::NAN))
        .arg("distance", worst.distance.min(1e9));
    for it in some.iter().take(MOST_FACTS) {
        let name = if it.stat == Stat::Min { "min" } else { "max" };
        draft = draft.fact(
            format!("{name} of '{}'", it.column.name),
            it.value,
            it.column.source(it.stat),
        );
    }
    Some(
        draft
            .fact(
                format!("25% of '{}'", worst.column.name),
                q1,
                worst.column.source(Stat::Q1),
            )
            .fact(
                format!("75% of '{}'", worst.column.name),
                q3,
                worst.column.source(Stat::Q3),
            ),
    )
}

/// Whether a column by itself shows an outlier.
pub(super) fn has_outlier(column: &Column) -> bool {
    outlier(column).is_some()
}

fn outlier(column: &Column) -> Option<Outlier<'_>> {
    let five = column.five()?;
    if column.count.unwrap_or(0.0) < FEWEST_ROWS || column.unique.is_some_and(|it| it <= 2.0) {
        return None;
    }
    let [min, q1, median, q3, max] = five;
    // A sentinel in more than a quarter of the rows is the lower quartile itself.
    let (low, high) = match (q1 == min && is_sentinel(min), q3 == max && is_sentinel(max)) {
        (true, _) => (median, q3),
        (_, true) => (q1, median),
        _ => (q1, q3),
    };
    let below = side(-low, -high, -min, -max, column);
    let above = side(high, low, max, min, column);
    let make = |(sort, distance), stat, value| Outlier {
        column,
        stat,
        value,
        sort,
        distance,
    };
    match (below, above) {
        (Some(a), Some(b)) if b.1 > a.1 => Some(make(b, Stat::Max, max)),
        (Some(a), _) => Some(make(a, Stat::Min, min)),
        (None, Some(b)) => Some(make(b, Stat::Max, max)),
        (None, None) => None,
    }
}

/// One side of a column, mirrored so that the extreme lies above: `near` is the quartile on
/// that side, `far` the other one, `other` the extreme beyond that.
fn side(near: f64, far: f64, extreme: f64, other: f64, column: &Column) -> Option<(Sort, f64)> {
    let beyond = extreme - near;
    let iqr = near - far;
    // Opposite sign: -999 in a column of positive numbers.
    let crosses_zero = extreme > 0.0 && near < 0.0 && far < 0.0;
    if iqr <= 0.0 {
        // Mostly one value: only a sentinel is beyond doubt, of the opposite sign or in a lump.
        let scale = near.abs().max(1.0);
        let opposite = extreme > 0.0 && near < 0.0;
        return (is_sentinel(extreme)
            && beyond > 10.0 * scale
            && (opposite || is_lump(column, extreme.abs(), beyond, 0.75)))
        .then(|| (Sort::Sentinel, beyond / scale));
    }
    let distance = beyond / iqr;
    let lumped = is_lump(column, extreme.abs(), beyond, 0.6);
    let beside = if extreme.abs() >= 999.0 {
        SENTINEL_SURE
    } else {
        SENTINEL_NEAR
    };
    if is_sentinel(extreme) && ((crosses_zero && distance > beside) || (distance > SENTINEL_FAR && lumped)) {
        return Some((Sort::Sentinel, distance));
    }
    let deviations = deviations(column, beyond);
    if deviations < FAR_IN_DEVIATIONS {
        return None;
    }
    // Losses beside profits of the same size are a heavy tail on both sides.
    let both_sides = (far - other) / iqr > 0.5 * distance;
    if crosses_zero && distance > FAR_BELOW_ZERO && !both_sides {
        return Some((Sort::Scale, distance));
    }
    if column.unique.is_some_and(|it| it < FEWEST_VALUES) {
        return None;
    }
    let rows = column.count.unwrap_or(0.0).max(FEWEST_ROWS);
    if near > 0.0 && far > 0.0 {
        // Ages of students spread little, yet one of 73 is no wrong unit: that is off by tens.
        if extreme < MAGNITUDE * near {
            return None;
        }
        let tail = tail(rows);
        let lump = in_one_lump(column, extreme.abs(), deviations, LUMP_OF_UNITS);
        let ranges = (extreme / near).ln() / (near / far).ln();
        // A tail has one or two values of its largest size, a wrong unit has all its rows there.
        let populous = rows > POPULOUS * deviations * deviations;
        let share = if populous { LUMP_SHARE_POPULOUS } else { LUMP_SHARE };
        let off = ranges > tail || (lump && ranges > share * tail);
        return (distance > FAR && off).then_some((Sort::Scale, distance));
    }
    // A column that touches zero has no logarithm; there a lump decides, or sheer distance
    // where it truly has both signs. Counts that start at zero have long tails of their own.
    let filled = column.median.is_some_and(|it| it > 0.0);
    let lump =
        far == 0.0 && filled && distance > 2.0 * FAR && in_one_lump(column, extreme.abs(), deviations, LUMP_OF_COUNTS);
    let around = far < 0.0 && near > 0.0 && distance > FAR_AROUND_ZERO.max(3.0 * rows.powf(2.0 / 3.0));
    (lump || around).then_some((Sort::Scale, distance))
}

/// The same far extreme in both splits of a column of many values.
fn repeated<'a>(column: &'a Column, twin: &Column) -> Option<Outlier<'a>> {
    let [min, q1, _, q3, max] = column.five()?;
    let iqr = q3 - q1;
    let measured = |it: &Column| it.unique.is_some_and(|it| it >= MANY_VALUES) && it.count >= Some(FEWEST_ROWS);
    if iqr <= 0.0 || !measured(column) || !measured(twin) {
        return None;
    }
    let sides = [
        (Stat::Min, min, twin.min, q1 - min),
        (Stat::Max, max, twin.max, max - q3),
    ];
    sides.into_iter().find_map(|(stat, value, other, beyond)| {
        // Zero is where many a count and amount ends, and rows of one group share their values.
        let same = other == Some(value) && value != 0.0 && beyond_tail(column, value, q1, q3);
        let far = beyond > REPEATED_FAR * iqr
            && [column, twin]
                .iter()
                .all(|it| deviations(it, beyond) > FAR_IN_DEVIATIONS);
        (same && far).then_some(Outlier {
            column,
            stat,
            value,
            sort: Sort::Repeated,
            distance: beyond / iqr,
        })
    })
}

#[cfg(test)]
mod tests;
