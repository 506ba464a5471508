//! Single values, missing values and mixed types.

use serde_json::{Map, Value as Json, json};

use super::{Item, Which, item::listed, item::percent};
use crate::{Cell, Column, Table};

pub(super) fn single_value(which: Which, table: &Table) -> Item {
    let distinct: Map<String, Json> = table
        .columns
        .iter()
        .map(|it| (it.name.clone(), json!(it.distinct().0)))
        .collect();
    let single: Vec<&str> = table
        .columns
        .iter()
        .filter(|it| it.distinct().0 == 1)
        .map(|it| it.name.as_str())
        .collect();
    let mut item = Item::new(
        "Single Value in Column",
        Some(which),
        "The number of different values of each column.",
        Json::Object(distinct),
    )
    .condition(
        single.is_empty(),
        "Does not contain only a single value",
        format!("columns with a single value: {}", single.join(", ")),
    );
    let estimated = table.columns.iter().filter(|it| !it.distinct().1).count();
    if estimated > 0 {
        item = item.note(format!(
            "estimated for {estimated} columns, with a standard error of 0.8 %"
        ));
    }
    item
}

pub(super) fn mixed_nulls(which: Which, table: &Table) -> Item {
    let share = |count: u64| count as f64 / table.rows.max(1) as f64;
    let kinds = |column: &Column| -> Map<String, Json> {
        let kinds = column.missing_kinds();
        kinds
            .map(|(kind, count)| (kind.to_owned(), json!({ "count": count, "percent": share(count) })))
            .collect()
    };
    let columns: Map<String, Json> = table
        .columns
        .iter()
        .map(|it| (it.name.clone(), Json::Object(kinds(it))))
        .collect();
    let several = table.columns.iter().filter(|it| it.missing_kinds().count() > 1);
    let names: Vec<(&str, String)> = several
        .map(|it| {
            (
                it.name.as_str(),
                it.missing_kinds().map(|it| it.0).collect::<Vec<_>>().join(" "),
            )
        })
        .collect();
    Item::new(
        "Mixed Nulls",
        Some(which),
        "How missing values are written, with their number.",
        json!({ "n_samples": table.rows, "columns": columns }),
    )
    .condition(
        names.is_empty(),
        "Number of different null types is less or equal to 1",
        format!("columns with several: {}", listed(names.into_iter())),
    )
}

pub(super) fn mixed_types(which: Which, table: &Table) -> Item {
    const RARE: std::ops::Range<f64> = 0.01..0.1;
    let mut value = Map::new();
    let mut bad = Vec::new();
    for column in &table.columns {
        let others = column.texts + column.dates;
        let mut it = Map::new();
        if column.numbers > 0 && others > 0 {
            let all = column.count() as f64;
            let (strings, numbers) = (others as f64 / all, column.numbers as f64 / all);
            it.insert("strings".to_owned(), json!(strings));
            it.insert("numbers".to_owned(), json!(numbers));
            it.insert(
                "strings_examples".to_owned(),
                json!(examples(column, |it| it.as_number().is_none())),
            );
            it.insert(
                "numbers_examples".to_owned(),
                json!(examples(column, |it| it.as_number().is_some())),
            );
            if RARE.contains(&strings.min(numbers)) {
                bad.push((column.name.as_str(), percent(strings.min(numbers))));
            }
        }
        value.insert(column.name.clone(), Json::Object(it));
    }
    let met = bad.is_empty();
    Item::new(
        "Mixed Data Types",
        Some(which),
        "Numbers and texts in one column.",
        Json::Object(value),
    )
    .condition(
        met,
        "Rare data types in column are either more than 10% or less than 1% of the data",
        format!("columns with a rare type: {}", listed(bad.into_iter())),
    )
}

/// The three most frequent values of a sort.
fn examples(column: &Column, wanted: impl Fn(Cell) -> bool) -> Vec<String> {
    let counts = column.counts().unwrap_or_default();
    counts
        .into_iter()
        .filter(|it| wanted(it.0))
        .take(3)
        .map(|it| column.show(it.0))
        .collect()
}
