//! `dataset.constant_feature`: a column with one value, or one whose most frequent value
//! takes 99 % of the rows and more. A label with one value teaches nothing at all: high.
//!
//! The share of the most frequent value `v` is exact for two values
//! (`(mean - min) / (max - min)`) and for text (`freq / count`). For whole numbers with
//! `q1 = median = q3 = v` it is at least `1 - E (x - v)²`, since other values are at least 1
//! away. Healthy: rare flags of a large table, which may well matter (hence low from 30 rare
//! rows on); the dummy of a rare category beside others of its kind (low); a column that is constant in a tiny test split only; a label that is nearly constant, which is imbalance.
//!
//! Sources: Kuhn & Johnson 2013 (near-zero variance predictors), deepchecks `IsSingleValue`.

use deepfix_plugin::{Draft, Severity, join};
use deepfix_views::dataset::{Column, DatasetView, Stat};

use super::{MOST_FACTS, MOST_NAMES};

const NEARLY: f64 = 0.01;
const FEWEST_ROWS: f64 = 10.0;
/// So many rare rows can carry information.
const RARE_ROWS: f64 = 30.0;

pub(super) fn check(view: &DatasetView) -> Vec<Draft> {
    let Some(train) = &view.train else { return Vec::new() };
    let rows = train.rows.as_ref().map_or(0.0, |it| it.count);
    if rows < FEWEST_ROWS {
        return Vec::new();
    }
    let constant: Vec<&Column> = view.features().filter(|it| is_constant(it)).collect();
    let nearly: Vec<(&Column, f64)> = view
        .features()
        .filter(|it| !is_constant(it))
        .filter_map(|it| rare_share(it).filter(|share| *share <= NEARLY).map(|share| (it, share)))
        .collect();
    let mut drafts = Vec::new();
    drafts.extend(label(view, rows));
    if !constant.is_empty() {
        let mut draft = Draft::new("dataset.constant_feature", Severity::Medium, 0.98)
            .arg("columns", join(constant.iter().map(|it| &it.name), MOST_NAMES))
            .arg("number", constant.len())
            .arg("rows", rows as u64);
        for column in constant.iter().take(MOST_FACTS) {
            draft = match (column.unique, column.std) {
                (Some(unique), _) => draft.fact(
                    format!("unique values of '{}'", column.name),
                    unique,
                    column.source(Stat::Unique),
                ),
                (None, Some(std)) => draft.fact(format!("std of '{}'", column.name), std, column.source(Stat::Std)),
                _ => draft,
            };
        }
        drafts.push(draft);
    }
    if let Some((_, share)) = nearly.iter().max_by(|a, b| a.1.total_cmp(&b.1)) {
        let ballast = share * rows < RARE_ROWS && !nearly.iter().all(|it| is_dummy(view, it.0));
        let severity = if ballast { Severity::Medium } else { Severity::Low };
        let mut draft = Draft::new("dataset.constant_feature", severity, 0.9)
            .variant("near")
            .arg("columns", join(nearly.iter().map(|(it, _)| &it.name), MOST_NAMES))
            .arg("number", nearly.len())
            .arg("rows", rows as u64)
            .arg("rare", (share * rows).round() as u64)
            .share("share", 1.0 - share);
        for (column, share) in nearly.iter().take(MOST_FACTS) {
            draft = match (column.std, column.freq) {
                (Some(std), _) => draft.fact(format!("std of '{}'", column.name), std, column.source(Stat::Std)),
                (_, Some(freq)) => draft.fact(format!("freq of '{}'", column.name), freq, column.source(Stat::Freq)),
                _ => draft,
            };
            draft = draft.computed(format!("share of other values in '{}'", column.name), *share);
        }
        drafts.push(draft);
    }
    drafts
}

fn label(view: &DatasetView, rows: f64) -> Option<Draft> {
    let label = view.train.as_ref()?.column(&view.label.as_ref()?.name)?;
    // An empty one is one of gaps.
    let there = label.count.is_none_or(|it| it > 0.0);
    let unique = label.unique.filter(|it| *it == 1.0 && there)?;
    let draft = Draft::new("dataset.constant_feature", Severity::High, 0.98)
        .variant("label")
        .arg("label", label.name.as_str())
        .arg("rows", rows as u64)
        .fact(
            format!("unique values of '{}'", label.name),
            unique,
            label.source(Stat::Unique),
        );
    Some(draft)
}

/// Whether the column is one of several that a category was written as: two values, as others with the same beginning of
/// their names have. A rare category is no fault of the encoding.
fn is_dummy(view: &DatasetView, column: &Column) -> bool {
    /// Two dummies may be flags of their own.
    const FEWEST_OTHERS: usize = 2;
    let stem = |name: &str| name.rsplit_once(['_', '.', '-', '=']).map(|it| it.0.to_owned());
    let Some(own) = stem(&column.name).filter(|_| column.unique == Some(2.0)) else {
        return false;
    };
    let others = view
        .features()
        .filter(|it| it.name != column.name && it.unique == Some(2.0) && stem(&it.name).is_some_and(|it| it == own));
    others.count() >= FEWEST_OTHERS
}

fn is_constant(column: &Column) -> bool {
    match column.unique {
        Some(unique) => unique <= 1.0,
        None => column.std == Some(0.0) && column.min.is_some() && column.min == column.max,
    }
}

/// The share of rows that do not hold the most frequent value, or an upper bound of it.
fn rare_share(column: &Column) -> Option<f64> {
    let rows = column.count.filter(|it| *it > 0.0)?;
    if let (Some(freq), None) = (column.freq, column.mean) {
        return Some(1.0 - freq / rows);
    }
    let [min, q1, _, q3, max] = column.five()?;
    let (mean, std) = (column.mean?, column.std?);
    if q1 != q3 || max <= min {
        return None;
    }
    if column.unique == Some(2.0) {
        let share = (mean - min) / (max - min);
        return Some(share.min(1.0 - share).max(0.0));
    }
    /// What rounding to a few digits may take of the squares.
    const ROUNDED: f64 = 0.9;
    // Each other value is at least 1 off, and its square no less than itself: a share of which most rows
    // have none has a smaller sum of squares than of distances.
    let squares = std * std + (mean - q1) * (mean - q1);
    let whole = [min, q1, max].iter().all(|it| it.fract() == 0.0)
        && column.unique.is_none_or(|it| it <= max - min + 1.0)
        && squares >= ROUNDED * (mean - q1).abs();
    whole.then_some(squares)
}
