//! `dataset.mixed_types`: a numeric column that holds some text, so that the reader made the
//! whole column categorical.
//!
//! Told by its most frequent value in a column listed as categorical: a number with a fraction
//! (`3.178`, `0.0`); a whole number where the column takes 20 values and more; a word for "no
//! value" (`unknown`, `#REF!`) where a fifth of the rows and more differ. Or by a column that is
//! numeric in one split and text in the other.
//!
//! Healthy: categories with whole-number codes (class `3`, zip `75001`), which many tables
//! have: few of them, or named as what they are (`code`, `zip`, `region`). Identifiers of digits.

use deepfix_plugin::{Draft, Severity, join};
use deepfix_views::dataset::{Column, DatasetView, Kind, Stat};

use super::{MOST_FACTS, MOST_NAMES};

/// More whole numbers than this are rarely categories.
const MANY_VALUES: f64 = 20.0;
/// The share of rows with a value of their own from which on a category of texts is none.
const DISTINCT: f64 = 0.2;
/// What people and programs write into a cell without a value.
const PLACEHOLDERS: [&str; 22] = [
    "unknown",
    "n/a",
    "n/a?",
    "na",
    "nan",
    "null",
    "none",
    "nil",
    "?",
    "-",
    "--",
    ".",
    "tbd",
    "pending",
    "missing",
    "error",
    "#ref!",
    "#n/a",
    "#value!",
    "see note",
    "not available",
    "undefined",
];
/// Words in names of columns whose numbers are codes.
const CODES: [&str; 16] = [
    "code", "zip", "postal", "postcode", "plz", "region", "id", "type", "class", "category", "group", "zone",
    "district", "icd", "tariff", "sector",
];

pub(super) fn check(view: &DatasetView) -> Option<Draft> {
    let found: Vec<(&Column, Severity)> = view
        .splits()
        .flat_map(|it| it.columns.iter())
        .filter_map(|it| severity(view, it).map(|severity| (it, severity)))
        .collect();
    let mut columns: Vec<(&Column, Severity)> = Vec::new();
    for (column, severity) in found {
        if !columns.iter().any(|(it, _)| it.name == column.name) {
            columns.push((column, severity));
        }
    }
    columns.sort_by_key(|it| std::cmp::Reverse(it.1));
    let (first, severity) = columns.first().copied()?;
    let mut draft = Draft::new(
        "dataset.mixed_types",
        severity,
        if severity == Severity::Low { 0.4 } else { 0.85 },
    )
    .arg("columns", join(columns.iter().map(|(it, _)| &it.name), MOST_NAMES))
    .arg("number", columns.len())
    .arg("first", first.name.as_str())
    .arg("top", first.top.clone().unwrap_or_default())
    .arg("unique", first.unique.unwrap_or(0.0) as u64);
    for (column, _) in columns.iter().take(MOST_FACTS) {
        if let Some(top) = &column.top {
            let label = format!("most frequent value of '{}'", column.name);
            draft = draft.fact(label, top.as_str(), column.source(Stat::Top));
        }
    }
    Some(draft)
}

fn severity(view: &DatasetView, column: &Column) -> Option<Severity> {
    if column.kind != Kind::Categorical || column.mean.is_some() {
        return None;
    }
    let top = column.top.as_deref()?.trim();
    let unique = column.unique.unwrap_or(0.0);
    let distinct = column.count.filter(|it| *it > 0.0).map_or(0.0, |it| unique / it);
    if PLACEHOLDERS.contains(&top.to_ascii_lowercase().as_str()) {
        return (distinct >= DISTINCT && unique >= MANY_VALUES).then_some(Severity::Medium);
    }
    let number: f64 = top.parse().ok().filter(|it: &f64| it.is_finite())?;
    let fraction = top.contains('.') || top.contains(['e', 'E']) || number.fract() != 0.0;
    // An identifier of digits is an identifier, not a number with text in it; none has a fraction.
    if (column.freq == Some(1.0) || distinct > 0.97) && !(fraction && unique >= MANY_VALUES) {
        return None;
    }
    let numeric_elsewhere = view
        .splits()
        .filter_map(|it| it.column(&column.name))
        .any(|it| it.kind == Kind::Numeric && it.mean.is_some());
    if numeric_elsewhere {
        return Some(Severity::Medium);
    }
    match (fraction, unique) {
        // `1.0` and `0.0` are also what a flag with gaps turns into.
        (true, it) if it >= 5.0 => Some(Severity::Medium),
        (true, _) => Some(Severity::Low),
        (false, it) if it >= MANY_VALUES && !is_code(&column.name) => Some(Severity::Medium),
        _ => None,
    }
}

/// Whether a name says that its numbers are codes.
fn is_code(name: &str) -> bool {
    name.to_ascii_lowercase()
        .split(|it: char| !it.is_ascii_alphabetic())
        .any(|part| CODES.contains(&part) || part.ends_with("code"))
}
