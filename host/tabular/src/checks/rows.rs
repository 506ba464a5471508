//! Rows that repeat: within a table, between the tables, and with another label.

use serde_json::json;

use super::{Item, Which, item::percent};
use crate::{Table, Task};

/// The suite's bound.
const REPEATED: f64 = 0.05;

fn note(item: Item, keys: &[String], is_complete: bool) -> Item {
    let mut notes = Vec::new();
    if !keys.is_empty() {
        notes.push(format!(
            "rows are compared without {}, which differs in each",
            keys.join(", ")
        ));
    }
    if !is_complete {
        notes.push("estimated from a part of the rows, chosen by their hash".to_owned());
    }
    if notes.is_empty() {
        item
    } else {
        item.note(notes.join("; "))
    }
}

pub(super) fn duplicates(which: Which, table: &Table) -> Item {
    let share = table.own_rows().duplicates();
    let item = Item::new(
        "Data Duplicates",
        Some(which),
        "The share of rows that repeat another row.",
        json!(share),
    )
    .condition(
        share <= REPEATED,
        "Duplicate data ratio is less or equal to 5%",
        format!("{} of the rows repeat another", percent(share)),
    );
    note(item, &table.keys, table.own_rows().is_complete())
}

pub(super) fn conflicting(which: Which, table: &Table, task: Option<Task>) -> Item {
    const NAME: &str = "Conflicting Labels";
    const SUMMARY: &str = "The share of rows whose features occur with different labels.";
    if task != Some(Task::Classification) {
        return Item::idle(NAME, Some(which), SUMMARY, "there is no label with classes");
    }
    let share = table.own_rows().conflicting();
    let value = json!({ "percent_of_conflicting_samples": share, "samples_indices": [] });
    let item = Item::new(NAME, Some(which), SUMMARY, value).condition(
        share <= 0.0,
        "Ambiguous sample ratio is less or equal to 0%",
        format!("{} of the rows", percent(share)),
    );
    note(item, &table.keys, table.own_rows().is_complete())
}

pub(super) fn mix(train: &Table, test: &Table) -> Item {
    // What differs in each row of one table must be left out in both.
    let mut keys = train.keys.clone();
    keys.extend(test.keys.iter().filter(|it| !train.keys.contains(it)).cloned());
    let (a, b) = (train.rows_without(&keys), test.rows_without(&keys));
    let share = a.share_of(&b);
    let item = Item::new(
        "Train Test Samples Mix",
        None,
        "The share of rows of the test table that occur in the training table, label included.",
        json!({ "ratio": share }),
    )
    .condition(
        share <= REPEATED,
        "Percentage of test data samples that appear in train data is less or equal to 5%",
        format!("{} of the test rows", percent(share)),
    );
    note(item, &keys, a.is_complete() && b.is_complete())
}
