//! Metrics in any of the shapes that clients send, as one table.

use std::collections::HashMap;

use deepfix_core::{Column, ColumnData, Problem, Table};
use serde_json::{Map, Value as Json};

use crate::{History, describe::describe};

/// Cells of one table: a million points of 20 metrics fit.
pub(crate) const MAX_CELLS: usize = 32_000_000;
/// Cells for each value that was sent. Columns of different lengths are filled up, and the long
/// form makes keys times steps of cells: without this bound a body of 100 kB could ask for a
/// gigabyte. Twenty system metrics logged at steps of their own stay far below it.
const CELLS_PER_VALUE: usize = 64;
/// So many cells are allowed however few values there are.
const FREE_CELLS: usize = 1_000_000;

/// One value of a metric.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Missing,
    Number(f64),
    Text(String),
}

pub(crate) fn cell(value: &Json) -> Cell {
    match value {
        Json::Number(it) => it.as_f64().map_or(Cell::Missing, Cell::Number),
        Json::Bool(it) => Cell::Number(f64::from(u8::from(*it))),
        Json::String(it) => text_cell(it),
        Json::Null | Json::Array(_) | Json::Object(_) => Cell::Missing,
    }
}

/// A text as it stands in CSV files and JSON strings.
pub(crate) fn text_cell(text: &str) -> Cell {
    let trimmed = text.trim();
    match trimmed.to_ascii_lowercase().as_str() {
        "" | "null" | "none" | "na" | "n/a" => Cell::Missing,
        "nan" | "-nan" => Cell::Number(f64::NAN),
        "inf" | "+inf" | "infinity" | "+infinity" => Cell::Number(f64::INFINITY),
        "-inf" | "-infinity" => Cell::Number(f64::NEG_INFINITY),
        "true" => Cell::Number(1.0),
        "false" => Cell::Number(0.0),
        _ => trimmed
            .parse()
            .map_or_else(|_| Cell::Text(text.to_owned()), Cell::Number),
    }
}

/// A number, or the word for one that is not finite; none for anything else.
pub(crate) fn text_number(value: &Json) -> Option<f64> {
    match cell(value) {
        Cell::Number(number) => Some(number),
        Cell::Missing | Cell::Text(_) => None,
    }
}

/// A column is numeric unless it holds a text that is no number.
pub(crate) fn column(name: String, cells: Vec<Cell>) -> Column {
    if cells.iter().any(|it| matches!(it, Cell::Text(_))) {
        let texts = cells
            .into_iter()
            .map(|it| match it {
                Cell::Missing => None,
                Cell::Number(number) => Some(number.to_string()),
                Cell::Text(text) => Some(text),
            })
            .collect();
        return Column {
            name,
            data: ColumnData::Text(texts),
        };
    }
    let all = cells.iter().all(|it| matches!(it, Cell::Number(_)));
    let present = if all {
        Vec::new()
    } else {
        cells.iter().map(|it| matches!(it, Cell::Number(_))).collect()
    };
    let values = cells
        .into_iter()
        .map(|it| {
            if let Cell::Number(number) = it {
                number
            } else {
                f64::NAN
            }
        })
        .collect();
    Column {
        name,
        data: ColumnData::Numeric { values, present },
    }
}

/// The cells that so many values may make.
pub(crate) fn most_cells(values: usize) -> usize {
    values.saturating_mul(CELLS_PER_VALUE).clamp(FREE_CELLS, MAX_CELLS)
}

fn check_cells(pointer: &str, rows: usize, columns: usize, values: usize) -> Result<(), Problem> {
    let (cells, most) = (rows.saturating_mul(columns), most_cells(values));
    if cells <= most {
        return Ok(());
    }
    Err(Problem::field(
        pointer,
        format!("{values} values that make {cells} cells ({columns} columns of {rows} rows)"),
        format!("at most {most} cells"),
    ))
}

/// The table of `metrics_values`: columns, MLflow's long form, or rows.
///
/// # Errors
/// Another shape, or more cells than the limit.
pub(crate) fn from_json(pointer: &str, value: &Json) -> Result<Table, Problem> {
    match value {
        Json::Object(members) if is_long(members) => from_long(pointer, members),
        Json::Object(members) => from_columns(pointer, members),
        Json::Array(rows) => from_rows(pointer, rows),
        other => Err(Problem::field(
            pointer,
            describe(other),
            "an object of columns, MLflow's long form {key, value, step}, or an array of row objects",
        )),
    }
}

/// `key` holds names: a wide table has only numbers there.
fn is_long(members: &Map<String, Json>) -> bool {
    let texts = |it: &Json| {
        it.as_array()
            .is_some_and(|it| !it.is_empty() && it.iter().all(Json::is_string))
    };
    members.get("key").is_some_and(texts) && members.get("value").is_some_and(Json::is_array)
}

fn from_columns(pointer: &str, members: &Map<String, Json>) -> Result<Table, Problem> {
    let mut columns = Vec::with_capacity(members.len());
    let (mut rows, mut count) = (0, 0);
    for (name, values) in members {
        let cells = match values {
            Json::Array(values) => values.iter().map(cell).collect::<Vec<_>>(),
            // Columns of pandas' `to_dict()`: {"0": 0.5, "1": 0.4}.
            Json::Object(values) if values.keys().all(|key| key.parse::<u64>().is_ok()) => {
                values.values().map(cell).collect()
            }
            // A single value is a column of one row.
            Json::Null => continue,
            Json::Number(_) | Json::String(_) | Json::Bool(_) => vec![cell(values)],
            other => {
                let name = name.replace('~', "~0").replace('/', "~1");
                return Err(Problem::field(
                    format!("{pointer}/{name}"),
                    describe(other),
                    "an array of numbers",
                ));
            }
        };
        rows = rows.max(cells.len());
        count += cells.len();
        columns.push(column(name.clone(), cells));
    }
    // Shorter columns are filled up.
    check_cells(pointer, rows, columns.len(), count)?;
    Ok(Table::new(columns))
}

fn from_rows(pointer: &str, rows: &[Json]) -> Result<Table, Problem> {
    let mut columns: Vec<(String, Vec<Cell>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let values = rows.iter().filter_map(Json::as_object).map(Map::len).sum();
    for (index, row) in rows.iter().enumerate() {
        let Json::Object(members) = row else {
            return Err(Problem::field(
                format!("{pointer}/{index}"),
                describe(row),
                "an object {column: value}",
            ));
        };
        for (name, value) in members {
            let place = *places.entry(name).or_insert_with(|| {
                columns.push((name.clone(), Vec::new()));
                columns.len() - 1
            });
            check_cells(pointer, rows.len(), columns.len(), values)?;
            if let Some((_, cells)) = columns.get_mut(place) {
                cells.resize(index, Cell::Missing);
                cells.push(cell(value));
            }
        }
    }
    Ok(Table::new(
        columns.into_iter().map(|(name, cells)| column(name, cells)).collect(),
    ))
}

/// MLflow's history: one row per value. The table has one row per step, or several where a
/// metric was logged several times at one step.
fn from_long(pointer: &str, members: &Map<String, Json>) -> Result<Table, Problem> {
    let list = |name: &str| {
        members
            .get(name)
            .and_then(Json::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default()
    };
    let (keys, values, steps) = (list("key"), list("value"), list("step"));
    if keys.len() != values.len() {
        return Err(Problem::field(
            format!("{pointer}/value"),
            format!("{} values", values.len()),
            format!("as many as `key` has: {}", keys.len()),
        ));
    }
    let mut history = History::default();
    for (index, (key, value)) in keys.iter().zip(values).enumerate() {
        // pandas writes whole steps as `1.0`.
        let whole = |it: &Json| {
            it.as_f64()
                .filter(|it| it.fract() == 0.0 && it.abs() < 9e15)
                .map(|it| it as i64)
        };
        let step = steps.get(index).and_then(|it| it.as_i64().or_else(|| whole(it)));
        history
            .push(key.as_str().unwrap_or_default(), step, cell(value))
            .map_err(|error| error.problem(pointer))?;
    }
    history.table().map_err(|error| error.problem(pointer))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn table(value: &Json) -> Table {
        from_json("/m", value).unwrap()
    }

    pub(crate) fn texts(table: &Table, column: &str) -> Vec<Option<String>> {
        let data = &table.column(column).unwrap().data;
        (0..table.rows()).map(|row| data.text(row)).collect()
    }

    pub(crate) fn some(texts: &[&str]) -> Vec<Option<String>> {
        texts
            .iter()
            .map(|it| (!it.is_empty()).then(|| (*it).to_owned()))
            .collect()
    }

    #[test]
    fn columns_rows_and_the_long_form_give_the_same_table() {
        let wide = table(&serde_json::json!({"step": [1, 2], "loss": [0.5, "NaN"], "val_loss": [0.7, null]}));
        let rows = table(&serde_json::json!([{"step": 1, "loss": 0.5, "val_loss": 0.7}, {"step": 2, "loss": "NaN"}]));
        let long = table(&serde_json::json!({
            "key": ["loss", "val_loss", "loss"], "value": [0.5, 0.7, "NaN"], "step": [1, 1, 2], "timestamp": [0, 0, 1]
        }));
        for it in [&wide, &rows, &long] {
            assert_eq!(texts(it, "step"), some(&["1", "2"]));
            assert_eq!(texts(it, "loss"), some(&["0.5", "NaN"]));
            assert_eq!(texts(it, "val_loss"), some(&["0.7", ""]));
        }
    }

    #[test]
    fn values_logged_twice_at_one_step_are_all_kept() {
        let long = table(&serde_json::json!({"key": ["a", "a", "b"], "value": [1, 2, 3], "step": [0, 0, 0]}));
        assert_eq!(texts(&long, "a"), some(&["1", "2"]));
        assert_eq!(texts(&long, "b"), some(&["3", ""]));
    }

    #[test]
    fn a_long_form_without_steps_keeps_the_order() {
        let long = table(&serde_json::json!({"key": ["a", "b", "a"], "value": [1, 5, 2]}));
        assert_eq!(texts(&long, "a"), some(&["1", "2"]));
        assert_eq!(texts(&long, "b"), some(&["5", ""]));
    }

    #[test]
    fn a_column_of_texts_is_kept_as_text() {
        let wide = table(&serde_json::json!({"phase": ["warmup", "train"], "loss": ["0.5", "inf"]}));
        assert_eq!(texts(&wide, "phase"), some(&["warmup", "train"]));
        assert_eq!(texts(&wide, "loss"), some(&["0.5", "Infinity"]));
    }

    #[test]
    fn another_shape_names_the_field_what_was_found_and_expected() {
        let problem = from_json("/m", &serde_json::json!("metrics.csv")).unwrap_err();
        assert!(
            problem
                .detail
                .contains("`/m`: found the string \"metrics.csv\", expected an object"),
            "{problem}"
        );
        let problem = from_json("/m", &serde_json::json!({"a/b": {"x": 1}})).unwrap_err();
        assert_eq!(problem.pointer.as_deref(), Some("/m/a~1b"));
        let problem = from_json("/m", &serde_json::json!([1])).unwrap_err();
        assert_eq!(problem.pointer.as_deref(), Some("/m/0"));
        let problem = from_json("/m", &serde_json::json!({"key": ["a", "b"], "value": [1]})).unwrap_err();
        assert_eq!(problem.pointer.as_deref(), Some("/m/value"));
    }

    #[test]
    fn the_long_form_cannot_ask_for_any_amount_of_memory() {
        let keys: Vec<Json> = (0..2000).map(|it| Json::from(format!("k{it}"))).collect();
        let steps: Vec<u32> = (0..2000).collect();
        let value = serde_json::json!({"key": keys, "value": steps, "step": steps});
        let problem = from_json("/m", &value).unwrap_err();
        assert!(problem.detail.contains("at most 1000000 cells"), "{problem}");
    }

    #[test]
    fn columns_of_different_lengths_cannot_either() {
        let mut wide = Map::new();
        wide.insert("long".to_owned(), Json::from(vec![0; 20_000]));
        for index in 0..100 {
            wide.insert(format!("short{index}"), Json::from(vec![0]));
        }
        let problem = from_json("/m", &Json::Object(wide)).unwrap_err();
        assert!(
            problem.detail.contains("20100 values that make 2020000 cells"),
            "{problem}"
        );
        let rows: Vec<Json> = (0..1500).map(|it| serde_json::json!({format!("k{it}"): 1})).collect();
        let problem = from_json("/m", &Json::Array(rows)).unwrap_err();
        assert!(problem.detail.contains("at most 1000000 cells"), "{problem}");
    }
}
