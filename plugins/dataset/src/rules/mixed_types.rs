//! `dataset.mixed_types`: a numeric column that holds some text, so that the reader made the
//! whole column categorical.
//!
//! Told by its most frequent value in a column listed as categorical: a number with a fraction
//! (`3.178`, `0.0`); a whole number where the column takes 20 values and more; a word for "no
//! value" (`unknown`, `#REF!`) where a fifth of the rows and more differ; a number that is written for people (`1,234`,
//! `12 %`) where the column takes 20 values and more. A column that is
//! numeric in one split and text in the other has a rule of its own (`split_types`).
//!
//! Sources: pandas (`object` columns of `read_csv`), deepchecks `MixedDataTypes`.
//!
//! Healthy: categories with whole-number codes (class `3`, zip `75001`), which many tables
//! have: few of them, or named as what they are (`code`, `zip`, `version`). Identifiers of digits,
//! also dotted ones (`250.00`) and hexadecimal ones (`12e45`, which is no way to write a number:
//! programs write `1.2e+46`). Unix times.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{Column, DatasetView, Kind, Stat};

use super::{MOST_FACTS, MOST_NAMES, split_types, written::is_written};

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
/// Words in names of columns whose whole numbers are codes, keys or times.
const CODES: [&str; 20] = [
    "zip",
    "postal",
    "postcode",
    "plz",
    "region",
    "type",
    "class",
    "category",
    "group",
    "zone",
    "district",
    "tariff",
    "sector",
    "phone",
    "epoch",
    "timestamp",
    "time",
    "date",
    "year",
    "number",
];
/// Words in names of columns whose values may be written with a point and are no quantities.
const KEYS: [&str; 14] = [
    "id", "ids", "code", "icd", "key", "uuid", "guid", "hash", "hex", "ref", "sku", "isbn", "version", "ip",
];
/// Unix times of 1980 to 2065 in seconds.
const TIMES: std::ops::Range<f64> = 3.15e8..3.0e9;

pub(super) fn check(view: &DatasetView) -> Option<Draft> {
    let told = split_types::names(view);
    let found: Vec<(&Column, Severity)> = view
        .splits()
        .flat_map(|it| it.columns.iter())
        .filter(|it| !told.contains(&it.name))
        .filter_map(|it| severity(it).map(|severity| (it, severity)))
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
    .columns(columns.iter().map(|(it, _)| &it.name), MOST_NAMES)
    .arg("number", columns.len())
    .arg("first", first.name.as_str())
    .arg("top", first.top.clone().unwrap_or_default())
    .arg(
        "written",
        if columns.iter().all(|it| is_amount(it.0)) {
            "yes"
        } else {
            "no"
        },
    )
    .arg("unique", first.unique.unwrap_or(0.0) as u64);
    for (column, _) in columns.iter().take(MOST_FACTS) {
        if let Some(top) = &column.top {
            let label = format!("most frequent value of '{}'", column.name);
            draft = draft.fact(label, top.as_str(), column.source(Stat::Top));
        }
    }
    Some(draft)
}

fn severity(column: &Column) -> Option<Severity> {
    if column.kind != Kind::Categorical || column.mean.is_some() {
        return None;
    }
    let top = column.top.as_deref()?.trim();
    let unique = column.unique.unwrap_or(0.0);
    let distinct = column.count.filter(|it| *it > 0.0).map_or(0.0, |it| unique / it);
    if is_placeholder(top) {
        return (distinct >= DISTINCT && unique >= MANY_VALUES).then_some(Severity::Medium);
    }
    if is_amount(column) {
        let many = unique >= MANY_VALUES && !names_one_of(&column.name, &KEYS);
        return many.then_some(Severity::Medium);
    }
    let number: f64 = top.parse().ok().filter(|it: &f64| it.is_finite())?;
    let key = names_one_of(&column.name, &KEYS);
    let fraction = is_fraction(top);
    // An identifier of digits is an identifier, not a number with text in it.
    let distinct_everywhere = column.freq == Some(1.0) || distinct > 0.97;
    if distinct_everywhere && (key || !fraction || unique < MANY_VALUES) {
        return None;
    }
    let time = [1.0, 1e3, 1e6, 1e9].iter().any(|unit| TIMES.contains(&(number / unit)));
    match (fraction, unique) {
        (true, it) if it >= MANY_VALUES && (key || time) => Some(Severity::Low),
        // `1.0` and `0.0` are also what a flag with gaps turns into.
        (true, it) if it >= 5.0 => Some(Severity::Medium),
        (true, _) => Some(Severity::Low),
        (false, it)
            if it >= MANY_VALUES && !key && !time && !is_hexadecimal(top) && !ends_in_one_of(&column.name, &CODES) =>
        {
            Some(Severity::Medium)
        }
        _ => None,
    }
}

/// Whether a column is called like a key and has a value of its own in nearly each row.
pub(super) fn is_identifier(column: &Column) -> bool {
    let many = column
        .count
        .zip(column.unique)
        .is_some_and(|(count, unique)| count > 0.0 && unique > 0.97 * count);
    many && names_one_of(&column.name, &KEYS)
}

/// Whether a text stands for no value.
pub(super) fn is_placeholder(text: &str) -> bool {
    PLACEHOLDERS.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether its numbers are written for people, as far as the most frequent one tells.
fn is_amount(column: &Column) -> bool {
    column.top.as_deref().is_some_and(is_written)
}

/// Whether a text is a number with a fraction, as programs write it: with a point, or with an
/// exponent that has a sign.
fn is_fraction(text: &str) -> bool {
    text.contains('.') || ["e-", "e+", "E-", "E+"].iter().any(|it| text.contains(it))
}

/// Digits with a letter between them that happen to be read as an exponent.
fn is_hexadecimal(text: &str) -> bool {
    text.contains(['e', 'E'])
}

/// Whether the last word of a name is one of these: `zip`, `house_number`, and not
/// `number_of_visits` or `time_in_hospital`, which count something.
fn ends_in_one_of(name: &str, words: &[&str]) -> bool {
    let name = name.to_ascii_lowercase();
    let mut parts = name
        .split(|it: char| !it.is_ascii_alphabetic())
        .filter(|it| !it.is_empty());
    parts
        .next_back()
        .is_some_and(|it| words.contains(&it) || it.ends_with("code"))
}

/// Whether a word of a name is one of these, or ends in `code`.
fn names_one_of(name: &str, words: &[&str]) -> bool {
    name.to_ascii_lowercase()
        .split(|it: char| !it.is_ascii_alphabetic())
        .any(|part| words.contains(&part) || part.ends_with("code"))
}
