//! Texts: spellings of one category, special characters, lengths.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{
    Item, Which,
    item::{listed, percent},
};
use crate::{Column, ColumnType, Table};

/// What two spellings have in common: letters and digits, without case.
fn base(text: &str) -> String {
    text.chars()
        .filter(|it| it.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The texts of a column by what they have in common; none where it has no texts, or too many.
fn spellings(column: &Column) -> Option<BTreeMap<String, Vec<(String, u64)>>> {
    if !matches!(
        column.kind(),
        ColumnType::Categorical | ColumnType::Boolean | ColumnType::Mixed
    ) {
        return None;
    }
    let mut bases: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
    for (cell, count) in column.counts()? {
        if let Some(text) = column.text(cell) {
            let base = base(text);
            // Texts without a letter have nothing in common.
            if !base.is_empty() {
                bases.entry(base).or_default().push((text.to_owned(), count));
            }
        }
    }
    Some(bases)
}

/// Columns of texts that the model or the label uses.
fn texts(table: &Table) -> impl Iterator<Item = &Column> {
    table.columns.iter().filter(|it| it.texts > 0)
}

pub(super) fn mismatch(which: Which, table: &Table) -> Item {
    let (mut value, mut bad) = (Map::new(), Vec::new());
    for column in texts(table) {
        let Some(bases) = spellings(column) else { continue };
        let several = bases.into_iter().filter(|it| it.1.len() > 1);
        let variants: Map<String, Json> = several
            .map(|(base, variants)| {
                let variants = variants.into_iter().map(|(text, count)| {
                    json!({ "variant": text, "count": count, "percent": count as f64 / table.rows.max(1) as f64 })
                });
                (base, variants.collect())
            })
            .collect();
        if !variants.is_empty() {
            bad.push((
                column.name.as_str(),
                variants.keys().take(3).cloned().collect::<Vec<_>>().join(" "),
            ));
        }
        value.insert(column.name.clone(), Json::Object(variants));
    }
    let met = bad.is_empty();
    Item::new(
        "String Mismatch",
        Some(which),
        "Spellings of one category that differ in case or punctuation only.",
        json!({ "n_samples": table.rows, "columns": value }),
    )
    .condition(
        met,
        "No string variants",
        format!("columns with variants: {}", listed(bad.into_iter())),
    )
}

pub(super) fn comparison(train: &Table, test: &Table) -> Item {
    let (mut value, mut bad) = (Map::new(), Vec::new());
    for column in texts(train) {
        let other = test.column(&column.name);
        let (Some(a), Some(b)) = (spellings(column), other.and_then(spellings)) else {
            continue;
        };
        let mut found = Map::new();
        for (base, theirs) in b {
            let Some(ours) = a.get(&base) else { continue };
            let only = |one: &[(String, u64)], all: &[(String, u64)]| -> Vec<String> {
                one.iter()
                    .filter(|it| !all.iter().any(|other| other.0 == it.0))
                    .map(|it| it.0.clone())
                    .collect()
            };
            let new = only(&theirs, ours);
            if !new.is_empty() {
                found.insert(base, json!({ "commons": [], "variants_only_in_test": new, "variants_only_in_train": only(ours, &theirs) }));
            }
        }
        if !found.is_empty() {
            bad.push((
                column.name.as_str(),
                found.keys().take(3).cloned().collect::<Vec<_>>().join(" "),
            ));
        }
        value.insert(column.name.clone(), Json::Object(found));
    }
    let met = bad.is_empty();
    Item::new(
        "String Mismatch Comparison",
        None,
        "Spellings of a known category that only the test table has.",
        Json::Object(value),
    )
    .condition(
        met,
        "No new variants allowed in test data",
        format!("columns with new variants: {}", listed(bad.into_iter())),
    )
}

pub(super) fn special(which: Which, table: &Table) -> Item {
    const FEW: f64 = 0.001;
    let share = |column: &Column| column.special as f64 / table.rows.max(1) as f64;
    let value: Map<String, Json> = table
        .columns
        .iter()
        .map(|it| (it.name.clone(), json!(share(it))))
        .collect();
    let bad: Vec<(&str, String)> = table
        .columns
        .iter()
        .filter(|it| share(it) > FEW)
        .map(|it| (it.name.as_str(), percent(share(it))))
        .collect();
    Item::new(
        "Special Characters",
        Some(which),
        "The share of cells without a letter or digit.",
        Json::Object(value),
    )
    .condition(
        bad.is_empty(),
        "Ratio of samples containing solely special character is less or equal to 0.1%",
        format!("columns above it: {}", listed(bad.into_iter())),
    )
}

/// Texts far longer or shorter than nearly all others of their column: beyond the middle 94 % by four
/// times its width, five characters and half.
pub(super) fn lengths(which: Which, table: &Table) -> Item {
    const FEWEST: usize = 100;
    let (mut value, mut bad) = (Map::new(), Vec::new());
    for column in texts(table) {
        let Some(counts) = column.counts().filter(|it| it.len() >= FEWEST) else {
            continue;
        };
        let mut lengths: Vec<(f64, u64)> = counts
            .iter()
            .filter_map(|(cell, n)| Some((column.characters(*cell)? as f64, *n)))
            .collect();
        lengths.sort_by(|a, b| a.0.total_cmp(&b.0));
        let all: u64 = lengths.iter().map(|it| it.1).sum();
        let at = |share: f64| {
            let mut left = share * all as f64;
            let place = lengths.iter().find(|it| {
                left -= it.1 as f64;
                left <= 0.0
            });
            place.or(lengths.last()).map_or(0.0, |it| it.0)
        };
        let (low, high) = (at(0.03), at(0.97));
        let width = 4.0 * (high - low);
        let long = |it: f64| it > high + width && it >= high + 5.0 && it >= 1.5 * high;
        let short = |it: f64| it < low - width && it <= low - 5.0 && it <= low / 1.5;
        let outside: u64 = lengths
            .iter()
            .filter(|it| long(it.0) || short(it.0))
            .map(|it| it.1)
            .sum();
        let outliers = if outside == 0 {
            Vec::new()
        } else {
            bad.push((column.name.as_str(), percent(outside as f64 / all.max(1) as f64)));
            vec![json!({ "n_samples": outside, "usual": { "min": low, "max": high } })]
        };
        value.insert(column.name.clone(), json!({ "outliers": outliers }));
    }
    let met = bad.is_empty();
    Item::new(
        "String Length Out Of Bounds",
        Some(which),
        "Texts of unusual length.",
        Json::Object(value),
    )
    .condition(
        met,
        "Ratio of string length outliers is less or equal to 0%",
        format!("columns with some: {}", listed(bad.into_iter())),
    )
}
