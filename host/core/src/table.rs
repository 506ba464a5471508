//! Tables: metrics over time, rows of a data set.

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnData {
    /// Numbers. A missing one is NaN with `present` false; an explicit NaN has it true.
    Numeric {
        /// The numbers.
        values: Vec<f64>,
        /// Whether the source had a value there. Empty when all are present.
        present: Vec<bool>,
    },
    /// Texts; a missing one is none.
    Text(Vec<Option<String>>),
}

/// A named column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name, as the client wrote it.
    pub name: String,
    /// Its values.
    pub data: ColumnData,
}

/// Named columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    rows: usize,
}

/// A summary of a numeric column; `min` to `last` are over the finite values and NaN where
/// there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs, reason = "documented in the WIT, `column-summary`")]
pub struct ColumnSummary {
    pub count: u64,
    pub missing: u64,
    pub nan: u64,
    pub infinite: u64,
    pub min: f64,
    pub max: f64,
    pub mean: f64,
    pub first: f64,
    pub last: f64,
}

impl Table {
    /// A table of the given columns. Shorter columns are filled up with missing values.
    #[must_use]
    pub fn new(mut columns: Vec<Column>) -> Self {
        let rows = columns.iter().map(|it| it.data.len()).max().unwrap_or(0);
        for column in &mut columns {
            column.data.resize(rows);
        }
        Self { columns, rows }
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// A column by name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|it| it.name == name)
    }

    /// The rows from `offset` on, at most `length`, cut at the end of the table.
    #[must_use]
    pub fn range(&self, offset: u64, length: u64) -> std::ops::Range<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.rows);
        let end = start
            .saturating_add(usize::try_from(length).unwrap_or(usize::MAX))
            .min(self.rows);
        start..end
    }
}

impl ColumnData {
    /// The number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numeric { values, .. } => values.len(),
            Self::Text(texts) => texts.len(),
        }
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn resize(&mut self, rows: usize) {
        match self {
            Self::Numeric { values, present } => {
                if values.len() < rows {
                    if present.is_empty() {
                        present.resize(values.len(), true);
                    }
                    values.resize(rows, f64::NAN);
                    present.resize(rows, false);
                }
            }
            Self::Text(texts) => texts.resize(rows, None),
        }
    }

    /// One value as text; an explicit NaN is `NaN`, a missing value none.
    #[must_use]
    pub fn text(&self, row: usize) -> Option<String> {
        match self {
            Self::Numeric { values, present } => {
                let value = *values.get(row)?;
                let there = present.is_empty() || present.get(row).copied().unwrap_or(false);
                there.then(|| match value {
                    value if value.is_nan() => "NaN".to_owned(),
                    value if value.is_infinite() => if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
                    value => value.to_string(),
                })
            }
            Self::Text(texts) => texts.get(row)?.clone(),
        }
    }

    /// A summary of a range of rows; none for a text column.
    #[must_use]
    pub fn summarize(&self, range: std::ops::Range<usize>) -> Option<ColumnSummary> {
        let Self::Numeric { values, present } = self else {
            return None;
        };
        let mut summary = ColumnSummary {
            count: 0,
            missing: 0,
            nan: 0,
            infinite: 0,
            min: f64::NAN,
            max: f64::NAN,
            mean: f64::NAN,
            first: f64::NAN,
            last: f64::NAN,
        };
        let mut sum = 0.0;
        for row in range {
            let Some(value) = values.get(row).copied() else { break };
            if !present.is_empty() && !present.get(row).copied().unwrap_or(false) {
                summary.missing += 1;
            } else if value.is_nan() {
                summary.nan += 1;
            } else if value.is_infinite() {
                summary.infinite += 1;
            } else {
                summary.count += 1;
                sum += value;
                summary.min = summary.min.min(value);
                summary.max = summary.max.max(value);
                if summary.first.is_nan() {
                    summary.first = value;
                }
                summary.last = value;
            }
        }
        if summary.count > 0 {
            summary.mean = sum / summary.count as f64;
        }
        Some(summary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table::new(vec![
            Column {
                name: "loss".into(),
                data: ColumnData::Numeric {
                    values: vec![2.0, f64::NAN, f64::INFINITY, 1.0],
                    present: vec![],
                },
            },
            Column {
                name: "note".into(),
                data: ColumnData::Text(vec![Some("a".into())]),
            },
            Column {
                name: "short".into(),
                data: ColumnData::Numeric {
                    values: vec![1.0],
                    present: vec![],
                },
            },
        ])
    }

    #[test]
    fn a_missing_value_differs_from_an_explicit_nan() {
        let table = table();
        assert_eq!(table.column("loss").unwrap().data.text(1).as_deref(), Some("NaN"));
        assert_eq!(table.column("short").unwrap().data.text(1), None);
        let summary = table.column("short").unwrap().data.summarize(0..4).unwrap();
        assert_eq!((summary.count, summary.missing, summary.nan), (1, 3, 0));
    }

    #[test]
    fn a_summary_is_over_the_finite_values() {
        let table = table();
        let summary = table
            .column("loss")
            .unwrap()
            .data
            .summarize(table.range(0, u64::MAX))
            .unwrap();
        assert_eq!((summary.count, summary.nan, summary.infinite), (2, 1, 1));
        assert_eq!((summary.min, summary.max, summary.mean), (1.0, 2.0, 1.5));
        assert_eq!((summary.first, summary.last), (2.0, 1.0));
    }

    #[test]
    fn a_range_beyond_the_end_is_cut() {
        assert_eq!(table().range(2, 100), 2..4);
        assert_eq!(table().range(9, 1), 4..4);
        assert_eq!(table().range(u64::MAX, u64::MAX), 4..4);
    }
}
