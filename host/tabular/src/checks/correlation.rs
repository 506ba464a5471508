//! `Feature-Feature Correlation`, and each feature's correlation with the label.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{
    CheckOptions, Item, Which,
    associations::{correlation_ratio, pearson, ranks, uncertainty},
    mapping::{self, Codes, parallel},
};
use crate::{Table, Task};

/// The suite's bound.
const STRONG: f64 = 0.9;

enum Values {
    /// Ranks.
    Numbers(Vec<f64>),
    /// Numbers for the ratio, codes for all else.
    Codes(Vec<u32>),
}

/// Rank correlation of numbers, correlation ratio of a number and a category, uncertainty
/// coefficient of two categories.
pub(super) fn between_features(which: Which, table: &Table, options: &CheckOptions) -> Item {
    const NAME: &str = "Feature-Feature Correlation";
    const SUMMARY: &str = "How strongly each pair of features goes together.";
    let features = table.compared();
    if features.len() > options.correlated_features {
        let why = format!(
            "{} features are more than {}",
            features.len(),
            options.correlated_features
        );
        return Item::idle(NAME, Some(which), SUMMARY, &why);
    }
    if features.is_empty() {
        return Item::idle(NAME, Some(which), SUMMARY, "there is no feature");
    }
    let places = mapping::shuffled(table.sample.len(), options.correlation_rows);
    let values = parallel(features.len(), options.threads, |at| {
        let (column, is_number) = features.get(at).copied().unwrap_or_default();
        let cells = mapping::cells(table, column, &places);
        if is_number {
            let numbers = mapping::numbers(&cells);
            (Values::Numbers(ranks(&numbers)), numbers)
        } else {
            (Values::Codes(Codes::default().of(&cells)), Vec::new())
        }
    });
    let rows = parallel(features.len(), options.threads, |row| {
        let pairs = values.iter().take(row);
        pairs
            .map(|other| values.get(row).and_then(|it| together(it, other)))
            .collect::<Vec<Option<f64>>>()
    });
    let names: Vec<&str> = features
        .iter()
        .filter_map(|it| table.columns.get(it.0))
        .map(|it| it.name.as_str())
        .collect();
    let at = |row: usize, column: usize| {
        let (row, column) = (row.max(column), row.min(column));
        if row == column {
            Some(1.0)
        } else {
            rows.get(row).and_then(|it| it.get(column)).copied().flatten()
        }
    };
    let mut strong = Vec::new();
    let matrix = names.iter().enumerate().map(|(row, _)| {
        let cells = names
            .iter()
            .enumerate()
            .map(|(column, name)| ((*name).to_owned(), at(row, column).map_or(Json::Null, |it| json!(it))));
        Json::Object(cells.collect::<Map<String, Json>>())
    });
    let matrix: Vec<Json> = matrix.collect();
    for (row, a) in names.iter().enumerate() {
        for (column, b) in names.iter().enumerate().take(row) {
            if at(row, column).is_some_and(|it| it.abs() > STRONG) {
                strong.push(format!("'{b}' and '{a}'"));
            }
        }
    }
    let shown: Vec<String> = strong.iter().take(10).cloned().collect();
    Item::new(NAME, Some(which), SUMMARY, json!(matrix)).condition(
        strong.is_empty(),
        "Not more than 0 pairs are correlated above 0.9",
        format!("{} pairs are {}", strong.len(), shown.join(", ")),
    )
}

fn together(a: &(Values, Vec<f64>), b: &(Values, Vec<f64>)) -> Option<f64> {
    match (&a.0, &b.0) {
        (Values::Numbers(x), Values::Numbers(y)) => pearson(x, y),
        (Values::Codes(x), Values::Codes(y)) => uncertainty(x, y),
        (Values::Codes(x), Values::Numbers(_)) => correlation_ratio(x, &b.1),
        (Values::Numbers(_), Values::Codes(y)) => correlation_ratio(y, &a.1),
    }
}

/// Pearson's correlation of each feature of numbers with a label of numbers or of two classes, the
/// correlation ratio of other pairs of number and category, the uncertainty coefficient of two
/// categories.
pub(crate) fn with_label(table: &Table) -> BTreeMap<String, f64> {
    /// As for the features among each other.
    const ROWS: usize = 10_000;
    let (Some(label), Some(task)) = (table.roles.label, table.task()) else {
        return BTreeMap::new();
    };
    let places = mapping::shuffled(table.sample.len(), ROWS);
    let target = mapping::cells(table, label, &places);
    let mut codes = Codes::default();
    let (numbers, classes) = (mapping::numbers(&target), codes.of(&target));
    let is_number = task == Task::Regression || (codes.number() <= 2 && numbers.iter().any(|it| !it.is_nan()));
    table
        .compared()
        .into_iter()
        .filter_map(|(column, is_numeric)| {
            let cells = mapping::cells(table, column, &places);
            let value = match (is_numeric, is_number) {
                (true, true) => pearson(&mapping::numbers(&cells), &numbers),
                (true, false) => correlation_ratio(&classes, &mapping::numbers(&cells)),
                (false, true) => correlation_ratio(&Codes::default().of(&cells), &numbers),
                (false, false) => uncertainty(&Codes::default().of(&cells), &classes),
            }?;
            Some((table.columns.get(column)?.name.clone(), value))
        })
        .collect()
}
