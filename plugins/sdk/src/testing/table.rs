use serde_json::Value as Json;

use crate::{Column, ColumnSummary, ColumnType, Error, Table};

/// A value of a fake table.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Missing,
    Number(f64),
    Text(String),
}

impl Cell {
    fn from_json(value: &Json) -> Self {
        match value {
            Json::Number(number) => number.as_f64().map_or(Self::Missing, Self::Number),
            Json::Bool(value) => Self::Number(f64::from(u8::from(*value))),
            Json::String(text) => match text.as_str() {
                "NaN" => Self::Number(f64::NAN),
                "Infinity" => Self::Number(f64::INFINITY),
                "-Infinity" => Self::Number(f64::NEG_INFINITY),
                _ => Self::Text(text.clone()),
            },
            _ => Self::Missing,
        }
    }
}

/// Named columns of equal length.
#[derive(Debug, Clone, Default)]
pub struct FakeTable {
    columns: Vec<(String, Vec<Cell>)>,
    rows: usize,
}

impl FakeTable {
    /// A table from `{column: [values]}` or `[{column: value}]`.
    #[must_use]
    pub fn from_json(json: &Json) -> Option<Self> {
        let mut columns: Vec<(String, Vec<Cell>)> = Vec::new();
        match json {
            Json::Object(members) => {
                for (name, values) in members {
                    columns.push((name.clone(), values.as_array()?.iter().map(Cell::from_json).collect()));
                }
            }
            Json::Array(rows) => {
                for (index, row) in rows.iter().enumerate() {
                    for (name, value) in row.as_object()? {
                        if !columns.iter().any(|(it, _)| it == name) {
                            columns.push((name.clone(), vec![Cell::Missing; index]));
                        }
                        if let Some((_, cells)) = columns.iter_mut().find(|(it, _)| it == name) {
                            cells.push(Cell::from_json(value));
                        }
                    }
                    for (_, cells) in &mut columns {
                        cells.resize(index + 1, Cell::Missing);
                    }
                }
            }
            _ => return None,
        }
        let rows = columns.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
        for (_, cells) in &mut columns {
            cells.resize(rows, Cell::Missing);
        }
        Some(Self { columns, rows })
    }

    /// Adds a numeric column.
    #[must_use]
    pub fn with_numbers(mut self, name: &str, values: &[f64]) -> Self {
        self.rows = self.rows.max(values.len());
        self.columns
            .push((name.to_owned(), values.iter().copied().map(Cell::Number).collect()));
        for (_, cells) in &mut self.columns {
            cells.resize(self.rows, Cell::Missing);
        }
        self
    }

    fn cells(&self, column: &str, offset: u64, length: u64) -> Result<&[Cell], Error> {
        let (_, cells) = self
            .columns
            .iter()
            .find(|(name, _)| name == column)
            .ok_or_else(|| Error::NotFound(format!("no column `{column}`")))?;
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(cells.len());
        let end = start
            .saturating_add(usize::try_from(length).unwrap_or(usize::MAX))
            .min(cells.len());
        Ok(cells.get(start..end).unwrap_or_default())
    }
}

impl Table for &FakeTable {
    fn columns(&self) -> Vec<Column> {
        self.columns
            .iter()
            .map(|(name, cells)| Column {
                name: name.clone(),
                column_type: if cells.iter().any(|it| matches!(it, Cell::Text(_))) {
                    ColumnType::Text
                } else {
                    ColumnType::Numeric
                },
            })
            .collect()
    }

    fn row_count(&self) -> u64 {
        self.rows as u64
    }

    fn numbers(&self, column: &str, offset: u64, length: u64) -> Result<Vec<f64>, Error> {
        self.cells(column, offset, length)?
            .iter()
            .map(|cell| match cell {
                Cell::Missing => Ok(f64::NAN),
                Cell::Number(number) => Ok(*number),
                Cell::Text(_) => Err(Error::Invalid(format!("column `{column}` holds text"))),
            })
            .collect()
    }

    fn texts(&self, column: &str, offset: u64, length: u64) -> Result<Vec<Option<String>>, Error> {
        Ok(self
            .cells(column, offset, length)?
            .iter()
            .map(|cell| match cell {
                Cell::Missing => None,
                Cell::Number(number) if number.is_nan() => Some("NaN".to_owned()),
                Cell::Number(number) => Some(number.to_string()),
                Cell::Text(text) => Some(text.clone()),
            })
            .collect())
    }

    fn summarize(&self, column: &str, offset: u64, length: u64) -> Result<ColumnSummary, Error> {
        let cells = self.cells(column, offset, length)?;
        let numbers: Vec<f64> = cells
            .iter()
            .filter_map(|it| if let Cell::Number(x) = it { Some(*x) } else { None })
            .collect();
        let finite: Vec<f64> = numbers.iter().copied().filter(|it| it.is_finite()).collect();
        Ok(ColumnSummary {
            count: finite.len() as u64,
            missing: cells.iter().filter(|it| matches!(it, Cell::Missing)).count() as u64,
            nan: numbers.iter().filter(|it| it.is_nan()).count() as u64,
            infinite: numbers.iter().filter(|it| it.is_infinite()).count() as u64,
            min: finite.iter().copied().fold(f64::NAN, f64::min),
            max: finite.iter().copied().fold(f64::NAN, f64::max),
            mean: if finite.is_empty() {
                f64::NAN
            } else {
                finite.iter().sum::<f64>() / finite.len() as f64
            },
            first: finite.first().copied().unwrap_or(f64::NAN),
            last: finite.last().copied().unwrap_or(f64::NAN),
        })
    }
}
