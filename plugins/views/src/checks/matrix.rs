//! Tables of correlations, the largest values that checks have.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use super::Check;
use crate::dataset::finite;

/// A square table of correlations.
#[derive(Debug, Clone)]
pub struct Matrix {
    /// Column names.
    pub names: Vec<String>,
    rows: Vec<Vec<Option<f64>>>,
}

impl Matrix {
    /// Pairs of different columns with their correlation, as `(row, column, value)`.
    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        self.rows.iter().enumerate().flat_map(|(row, values)| {
            values
                .iter()
                .enumerate()
                .skip(row + 1)
                .filter_map(move |(column, value)| value.map(|value| (row, column, value)))
        })
    }

    /// The correlation of two columns by name.
    #[must_use]
    pub fn between(&self, a: &str, b: &str) -> Option<f64> {
        let place = |name: &str| self.names.iter().position(|it| it == name);
        *self.rows.get(place(a)?)?.get(place(b)?)?
    }

    /// The name of a column.
    #[must_use]
    pub fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }
}

impl Check {
    /// A table of correlations: a list of rows, one per column and in the columns' order.
    #[must_use]
    pub fn matrix(&self) -> Option<Matrix> {
        self.raw
            .as_deref()
            .and_then(typed)
            .or_else(|| named(self.value()))
            .filter(|it| it.names.len() == it.rows.len())
    }
}

/// Read at once into numbers, where every row has the columns of the first, in their order.
fn typed(raw: &RawValue) -> Option<Matrix> {
    let rows: Vec<Row<'_>> = serde_json::from_str(raw.get()).ok()?;
    let names = &rows.first()?.names;
    if rows.iter().any(|it| it.names != *names) {
        return None;
    }
    Some(Matrix {
        names: names.iter().map(|it| it.0.clone().into_owned()).collect(),
        rows: rows.into_iter().map(|it| it.values).collect(),
    })
}

/// The same from any JSON, by the names of the columns.
fn named(value: &Value) -> Option<Matrix> {
    let rows = value.as_array()?;
    let names: Vec<String> = rows.first()?.as_object()?.keys().cloned().collect();
    let cell = |row: &Value, name: &str| row.get(name).and_then(finite);
    let rows = rows
        .iter()
        .map(|row| names.iter().map(|name| cell(row, name)).collect())
        .collect();
    Some(Matrix { names, rows })
}

struct Row<'a> {
    names: Vec<Name<'a>>,
    values: Vec<Option<f64>>,
}

/// A name that is borrowed from the text where nothing in it is escaped.
#[derive(Deserialize, PartialEq)]
struct Name<'a>(#[serde(borrow)] std::borrow::Cow<'a, str>);

impl<'de> Deserialize<'de> for Row<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Cells;

        impl<'de> Visitor<'de> for Cells {
            type Value = Row<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row of named numbers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut row = Row {
                    names: Vec::new(),
                    values: Vec::new(),
                };
                while let Some((name, value)) = map.next_entry::<Name<'de>, Option<f64>>()? {
                    row.names.push(name);
                    row.values.push(value.filter(|it| it.is_finite()));
                }
                Ok(row)
            }
        }

        deserializer.deserialize_map(Cells)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Matrix> {
        let raw = RawValue::from_string(text.to_owned()).unwrap();
        typed(&raw).or_else(|| named(&serde_json::from_str(text).unwrap()))
    }

    #[test]
    fn numbers_are_read_by_column() {
        let matrix = read(r#"[{"a": 1, "b\u00e9": 0.5}, {"a": 0.5, "b\u00e9": null}]"#).unwrap();
        assert_eq!(matrix.names, ["a", "b\u{e9}"]);
        assert_eq!(matrix.between("a", "b\u{e9}"), Some(0.5));
        assert_eq!(matrix.between("b\u{e9}", "b\u{e9}"), None);
    }

    #[test]
    fn rows_in_another_order_and_numbers_as_texts_are_read_by_name() {
        let matrix = read(r#"[{"a": 1.0, "b": "NaN"}, {"b": 1.0, "a": 0.25}]"#).unwrap();
        assert_eq!(matrix.rows, [[Some(1.0), None], [Some(0.25), Some(1.0)]]);
    }

    #[test]
    fn what_is_no_table_is_none() {
        for text in ["3", "[]", "[3]", "{}"] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
