//! Sizes, new labels and categories, and classes.

use serde_json::{Map, Value as Json, json};

use super::{
    Item, Which,
    item::{listed, percent},
    mapping,
};
use crate::{Cell, Column, Table, Task, hash::Set};

/// Names in a value; an identifier would fill it.
const SHOWN: usize = 100;

pub(super) fn sizes(train: &Table, test: &Table) -> Item {
    let ratio = test.rows as f64 / train.rows.max(1) as f64;
    Item::new(
        "Datasets Size Comparison",
        None,
        "Rows of both tables.",
        json!({ "Train": train.rows, "Test": test.rows }),
    )
    .condition(
        ratio > 0.01,
        "Test-Train size ratio is greater than 0.01",
        format!("it is {ratio:.2}"),
    )
}

/// A class as JSON: a number where it is one.
fn value(column: &Column, cell: Cell) -> Json {
    match cell.as_number() {
        Some(it) if it.fract() == 0.0 && it.abs() < 1e15 => json!(it as i64),
        Some(it) => json!(it),
        None => json!(column.show(cell)),
    }
}

/// Values of the test column that the training column lacks, most frequent first; none where one of
/// them has too many to count.
fn unseen(train: &Column, test: &Column) -> Option<Vec<(Cell, u64)>> {
    let known: Set<Cell> = train.counts()?.into_iter().map(|it| it.0.compared()).collect();
    let counts = test.counts()?;
    Some(
        counts
            .into_iter()
            .filter(|it| !known.contains(&it.0.compared()))
            .collect(),
    )
}

pub(super) fn new_labels(train: &Table, test: &Table) -> Option<Item> {
    const NAME: &str = "New Label Train Test";
    const SUMMARY: &str = "Labels of the test table that the training table lacks.";
    if train.task() == Some(Task::Regression) {
        return None;
    }
    let columns = train.label().and_then(|it| Some((it, test.column(&it.name)?)));
    let Some((label, column)) = columns else {
        return Some(Item::idle(NAME, None, SUMMARY, "there is no label with classes"));
    };
    let Some(unseen) = unseen(label, column) else {
        return Some(Item::idle(NAME, None, SUMMARY, &uncounted(&[label.name.as_str()])));
    };
    let rows: u64 = unseen.iter().map(|it| it.1).sum();
    let names: Vec<Json> = unseen.iter().take(SHOWN).map(|it| value(column, it.0)).collect();
    let per: Map<String, Json> = unseen
        .iter()
        .take(SHOWN)
        .map(|it| (column.show(it.0), json!(it.1)))
        .collect();
    let found = format!("{} labels in {rows} rows: {}", unseen.len(), json!(names));
    Some(
        Item::new(
            NAME,
            None,
            SUMMARY,
            json!({
                "n_samples": test.rows,
                "n_new_labels_samples": rows,
                "new_labels": names,
                "n_samples_per_new_label": per,
            }),
        )
        .condition(
            unseen.is_empty(),
            "Number of new label values is less or equal to 0",
            found,
        ),
    )
}

/// Why columns are left out.
fn uncounted(names: &[&str]) -> String {
    format!(
        "more values than are counted (`--exact-distinct`) in {}: whether some are new is not known",
        names
            .iter()
            .take(SHOWN)
            .map(|it| format!("`{it}`"))
            .collect::<Vec<_>>()
            .join(", ")
    )
}

pub(super) fn new_categories(train: &Table, test: &Table) -> Item {
    const NAME: &str = "New Category Train Test";
    const SUMMARY: &str = "Categories of the test table that the training table lacks.";
    const DEMAND: &str = "Ratio of samples with a new category is less or equal to 0%";
    let mut rows: Vec<(&str, f64, Json)> = Vec::new();
    let mut left_out: Vec<&str> = Vec::new();
    for place in train.categorical() {
        let other = mapping::place_in(test, train, place).and_then(|it| test.columns.get(it));
        let (Some(a), Some(b)) = (train.columns.get(place), other) else {
            continue;
        };
        let Some(unseen) = unseen(a, b) else {
            left_out.push(&a.name);
            continue;
        };
        let share = unseen.iter().map(|it| it.1).sum::<u64>() as f64 / test.rows.max(1) as f64;
        let names: Vec<String> = unseen.iter().take(SHOWN).map(|it| b.show(it.0)).collect();
        let row = json!({
            "Feature Name": a.name,
            "# New Categories": unseen.len(),
            "Ratio of New Categories": share,
            "New categories": names,
        });
        rows.push((a.name.as_str(), share, row));
    }
    if rows.is_empty() && !left_out.is_empty() {
        return Item::idle(NAME, None, SUMMARY, &uncounted(&left_out));
    }
    rows.sort_by(|a, b| b.1.total_cmp(&a.1));
    let bad = rows.iter().filter(|it| it.1 > 0.0).map(|it| (it.0, percent(it.1)));
    let found = format!("features with new categories: {}", listed(bad));
    let met = rows.iter().all(|it| it.1 <= 0.0);
    let value: Vec<Json> = rows.into_iter().map(|it| it.2).collect();
    let item = Item::new(NAME, None, SUMMARY, json!(value)).condition(met, DEMAND, found);
    if left_out.is_empty() {
        item
    } else {
        item.unknown(DEMAND, uncounted(&left_out))
    }
}

/// Each class's share of the rows. The most frequent one comes first.
pub(super) fn imbalance(which: Which, table: &Table, task: Option<Task>) -> Option<Item> {
    let label = table.label().filter(|_| task == Some(Task::Classification))?;
    let counts = label.counts()?;
    let all: u64 = counts.iter().map(|it| it.1).sum();
    let share = |count: u64| count as f64 / all.max(1) as f64;
    let value: Map<String, Json> = counts
        .iter()
        .map(|(cell, n)| (label.show(*cell), json!(share(*n))))
        .collect();
    let (most, least) = (counts.first()?.1, counts.last()?.1);
    let ratio = least as f64 / most.max(1) as f64;
    Some(
        Item::new(
            "Class Imbalance",
            Some(which),
            "Each class's share of the rows.",
            Json::Object(value),
        )
        .condition(
            ratio >= 0.1,
            "The ratio between least to most frequent label is at least 0.1",
            format!("it is {ratio:.2}"),
        ),
    )
}
