//! Dates and row numbers: whether both tables share them, and whether they predict the label.

use serde_json::{Map, Value as Json, json};

use super::{CheckOptions, Item, Which, item::percent, mapping, predictive};
use crate::{Cell, Column, ColumnType, Table, Task, Value, hash::Set};

/// Words in the name of a column that say when a row came about. A date of birth does not.
const WHEN: [&str; 7] = ["date", "datetime", "time", "timestamp", "day", "created", "ts"];
const NOT_WHEN: [&str; 4] = ["birth", "dob", "birthday", "birthdate"];

/// The column with a row's date: as named by the user, else the one of dates whose name says so.
fn date(table: &Table) -> Option<usize> {
    if table.roles.date.is_some() {
        return table.roles.date;
    }
    let says = |name: &str| {
        let lower = name.to_ascii_lowercase();
        let mut parts = lower.split(|it: char| !it.is_ascii_alphanumeric());
        parts.clone().any(|it| WHEN.contains(&it)) && !parts.any(|it| NOT_WHEN.contains(&it))
    };
    let mut found = table
        .columns
        .iter()
        .enumerate()
        .filter(|it| it.1.kind() == ColumnType::Date && says(&it.1.name));
    found.next().filter(|_| found.next().is_none()).map(|it| it.0)
}

/// The column that names the rows: as named by the user, else the one that looks like it by its name and
/// differs in each row.
fn index(table: &Table) -> Option<usize> {
    if table.roles.index.is_some() {
        return table.roles.index;
    }
    let [only] = table.keys.as_slice() else { return None };
    table.columns.iter().position(|it| it.name == *only)
}

pub(super) fn between(train: &Table, test: &Table) -> [Item; 3] {
    const DUPLICATES: &str = "Date Train Test Leakage Duplicates";
    const OVERLAP: &str = "Date Train Test Leakage Overlap";
    const INDEX: &str = "Index Train Test Leakage";
    const OF_DUPLICATES: &str = "The share of test rows whose date occurs in the training table.";
    const OF_OVERLAP: &str = "The share of test rows before the last date of the training table.";
    const OF_INDEX: &str = "The share of test rows whose key occurs in the training table.";
    let dates = date(train).and_then(|it| Some((it, mapping::place_in(test, train, it)?)));
    let (duplicates, overlap) = match dates {
        None => {
            let why = "no date column is named (`--date`)";
            (
                Item::idle(DUPLICATES, None, OF_DUPLICATES, why),
                Item::idle(OVERLAP, None, OF_OVERLAP, why),
            )
        }
        Some((a, b)) => {
            let demand = "Date leakage ratio is less or equal to 0%";
            let share = shared(train, a, test, b);
            let duplicates = Item::new(DUPLICATES, None, OF_DUPLICATES, json!(share)).condition(
                share <= 0.0,
                demand,
                percent(share),
            );
            let overlap = match before(train, a, test, b) {
                Ok((before, before_all)) => Item::new(OVERLAP, None, OF_OVERLAP, json!(before))
                    .params(json!({ "share_before_first": before_all }))
                    .condition(before <= 0.0, demand, percent(before)),
                // A column is there, so the demand is, and the reason is this table's own.
                Err(why) => Item::new(OVERLAP, None, OF_OVERLAP, Json::Null).unknown(demand, why),
            };
            (duplicates, overlap)
        }
    };
    let keys = index(train).and_then(|it| Some((it, mapping::place_in(test, train, it)?)));
    let index = match keys {
        None => Item::idle(INDEX, None, OF_INDEX, "no index column is named (`--index`)"),
        Some((a, b)) if counts_rows(train, a) && counts_rows(test, b) => Item::idle(
            INDEX,
            None,
            OF_INDEX,
            "the index numbers the rows of each file, so equal ones are no leak",
        ),
        Some((a, b)) => {
            let share = shared(train, a, test, b);
            Item::new(INDEX, None, OF_INDEX, json!(share)).condition(
                share <= 0.0,
                "Ratio of leaking indices is less or equal to 0%",
                percent(share),
            )
        }
    };
    [duplicates, overlap, index]
}

/// Whether a column is 0, 1, 2, ... or 1, 2, 3, ..., as a file's own row numbers are.
fn counts_rows(table: &Table, place: usize) -> bool {
    table.columns.get(place).is_some_and(|it| {
        let (first, last) = (it.moments.min, it.moments.max);
        it.kind() == ColumnType::Numeric && (first == 0.0 || first == 1.0) && last - first + 1.0 == table.rows as f64
    })
}

/// The share of test rows whose value occurs in the training column. Where a column has too many values
/// to count, the samples estimate it: a value is found with the probability that the sample took it.
fn shared(train: &Table, a: usize, test: &Table, b: usize) -> f64 {
    let counts = |table: &Table, place: usize| table.columns.get(place).and_then(Column::counts);
    let ours = counts(train, a);
    if let (Some(ours), Some(theirs)) = (&ours, counts(test, b)) {
        let known: Set<Cell> = ours.iter().map(|it| it.0.compared()).collect();
        let all: u64 = theirs.iter().map(|it| it.1).sum();
        let found: u64 = theirs
            .iter()
            .filter(|it| known.contains(&it.0.compared()))
            .map(|it| it.1)
            .sum();
        return found as f64 / (all as f64).max(1.0);
    }
    // The samples have rounded what is wider than their cells, in both tables alike.
    let is_wide = train.columns.get(a).is_some_and(|it| it.wide > 0);
    let (known, taken): (Set<Cell>, f64) = match ours.filter(|_| !is_wide) {
        Some(counts) => (counts.into_iter().map(|it| it.0.compared()).collect(), 1.0),
        None => (
            train.sample.column(a).map(Cell::compared).collect(),
            train.sample.len() as f64 / train.rows.max(1) as f64,
        ),
    };
    let present = || test.sample.column(b).filter(|it| !it.is_missing());
    let found = present().filter(|it| known.contains(&it.compared())).count() as f64;
    (found / (present().count() as f64).max(1.0) / taken).min(1.0)
}

/// The shares of test rows before the last and before the first date of the training table. Numbers are
/// times as well.
///
/// # Errors
/// Why nothing can be compared: texts that are no dates have no order.
fn before(train: &Table, a: usize, test: &Table, b: usize) -> Result<(f64, f64), String> {
    let (Some(ours), Some(theirs)) = (train.columns.get(a), test.columns.get(b)) else {
        return Err("the date column is not in both tables".to_owned());
    };
    let kinds = [ours, theirs].map(Column::kind);
    let range = match kinds {
        [ColumnType::Numeric, ColumnType::Numeric] => Some((ours.moments.min, ours.moments.max)),
        _ => {
            let dates = ours.date_range.filter(|_| theirs.dates > 0);
            dates.map(|it| (it.0 as f64, it.1 as f64))
        }
    };
    let Some((first, last)) = range else {
        let [a, b] = kinds.map(ColumnType::name);
        return Err(format!(
            "the date column `{}` is {a} in the training table and {b} in the test table, expected dates as \
             2024-12-31 or numbers in both",
            ours.name
        ));
    };
    let times = || {
        test.sample.column(b).filter_map(|it| match (it.value(), kinds) {
            (Value::Number(it), [ColumnType::Numeric, _]) => Some(it),
            (Value::Date(it), _) => Some(it as f64),
            _ => None,
        })
    };
    let all = (times().count() as f64).max(1.0);
    let share = |bound: f64| times().filter(|it| *it < bound).count() as f64 / all;
    Ok((share(last), share(first)))
}

/// Keys from which on one row of each is enough to tell the order of the table. A tree in four parts learns little from
/// fewer rows, and a key of so few values names groups of rows, of which all rows count.
const FEWEST_KEYS: usize = 100;

pub(super) fn with_label(which: Which, table: &Table, task: Option<Task>, options: &CheckOptions) -> Item {
    const NAME: &str = "Identifier Label Correlation";
    const SUMMARY: &str = "How well the index or the date of a row predicts its label.";
    let columns: Vec<usize> = index(table).into_iter().chain(date(table)).collect();
    let mut places = mapping::shuffled(table.sample.len(), options.power_rows);
    // A copy of a row has its key and its label: it would tell the one by the other.
    let rows = table.sample.row_hashes();
    let mut seen: Set<u64> = Set::default();
    places.retain(|it| rows.get(*it).is_some_and(|row| seen.insert(*row)));
    // Rows of one key may share what they tell; the order of the table shows in one row of each.
    let of_keys = |place: usize| -> Vec<usize> {
        let cells = mapping::cells(table, place, &places);
        let mut known: Set<Cell> = Set::default();
        let firsts = places.iter().zip(&cells).filter(|(_, cell)| known.insert(**cell));
        let firsts: Vec<usize> = firsts.map(|it| *it.0).collect();
        if firsts.len() < FEWEST_KEYS {
            places.clone()
        } else {
            firsts
        }
    };
    let target = predictive::target(table, task, &places);
    let (Some(_), false) = (target, columns.is_empty()) else {
        return Item::idle(
            NAME,
            Some(which),
            SUMMARY,
            "no index or date column is named (`--index`, `--date`)",
        );
    };
    let scores: Map<String, Json> = columns
        .into_iter()
        .filter_map(|place| {
            let column = table.columns.get(place)?;
            let is_number = matches!(column.kind(), ColumnType::Numeric | ColumnType::Date);
            // Only numbers have an order that one row of each shows.
            let is_key = is_number && index(table) == Some(place);
            let places = if is_key { of_keys(place) } else { places.clone() };
            let target = predictive::target(table, task, &places)?;
            let score = predictive::score(table, (place, is_number), &target, &places);
            Some((column.name.clone(), json!(score)))
        })
        .collect();
    let met = scores.values().all(|it| it.as_f64().is_none_or(|it| it <= 0.0));
    Item::new(NAME, Some(which), SUMMARY, Json::Object(scores.clone()))
        .params(json!({ "different_rows_only": true }))
        .condition(
            met,
            "Identifier columns PPS is less or equal to 0",
            Json::Object(scores).to_string(),
        )
}
