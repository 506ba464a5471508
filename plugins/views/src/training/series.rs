//! The cells of one column, as logged.

use deepfix_plugin::{ArtifactKind, Error, MetricTable, Source};

use super::METRICS;

/// One column: the cells that hold a number, including explicit NaN and infinities.
#[derive(Debug, Clone, Default)]
pub struct Series {
    /// The column's name, as the client wrote it.
    pub column: String,
    /// The rows of the table that hold a number.
    pub rows: Vec<u32>,
    /// The numbers in these rows.
    pub values: Vec<f64>,
    /// Cells of the column without a number.
    pub missing: usize,
}

/// Values that are no finite numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NonFinite {
    /// The row of the first one.
    pub first_row: usize,
    /// How many there are.
    pub count: usize,
    /// Whether a finite value comes after the first of them.
    pub recovered: bool,
    /// How many of them stand at the very end, without a finite value after them.
    pub trailing: usize,
}

impl Series {
    /// Reads a numeric column. Missing cells are told apart from explicit NaN.
    ///
    /// # Errors
    /// The table cannot be read.
    pub fn read(table: &MetricTable<'_>, column: &str) -> Result<Self, Error> {
        let summary = table.summary(column)?;
        if summary.count + summary.nan + summary.infinite == 0 {
            return Ok(Self {
                column: column.to_owned(),
                missing: summary.missing as usize,
                ..Self::default()
            });
        }
        let numbers = table.numbers(column)?;
        let explicit = explicit_nan(table, column, &numbers, summary.missing, summary.nan)?;
        let mut series = Self {
            column: column.to_owned(),
            ..Self::default()
        };
        for (row, value) in numbers.into_iter().enumerate() {
            if value.is_nan() && !explicit.contains(row) {
                series.missing += 1;
                continue;
            }
            // MLflow returns an infinite metric as the largest finite double; the host's fact
            // check takes the two for one value.
            let huge = value.abs() == f64::MAX;
            series.rows.push(u32::try_from(row).unwrap_or(u32::MAX));
            series
                .values
                .push(if huge { f64::INFINITY.copysign(value) } else { value });
        }
        Ok(series)
    }

    /// Rows and finite values.
    pub fn finite(&self) -> impl DoubleEndedIterator<Item = (usize, f64)> + '_ {
        self.rows
            .iter()
            .zip(&self.values)
            .filter(|(_, it)| it.is_finite())
            .map(|(row, it)| (*row as usize, *it))
    }

    /// How many finite values there are.
    #[must_use]
    pub fn finite_count(&self) -> usize {
        self.values.iter().filter(|it| it.is_finite()).count()
    }

    /// Whether there is no number at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The first finite value and its row.
    #[must_use]
    pub fn first(&self) -> Option<(usize, f64)> {
        self.finite().next()
    }

    /// The last finite value and its row.
    #[must_use]
    pub fn last(&self) -> Option<(usize, f64)> {
        self.finite().next_back()
    }

    /// The lowest finite value and its row.
    #[must_use]
    pub fn lowest(&self) -> Option<(usize, f64)> {
        self.finite().min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// The highest finite value and its row.
    #[must_use]
    pub fn highest(&self) -> Option<(usize, f64)> {
        self.finite().max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Where the values cease to be finite, if they do.
    #[must_use]
    pub fn non_finite(&self) -> Option<NonFinite> {
        let first = self.values.iter().position(|it| !it.is_finite())?;
        let count = self.values.iter().filter(|it| !it.is_finite()).count();
        let trailing = self.values.iter().rev().take_while(|it| !it.is_finite()).count();
        Some(NonFinite {
            first_row: self.rows.get(first).map_or(0, |it| *it as usize),
            count,
            recovered: self
                .values
                .get(first..)
                .is_some_and(|rest| rest.iter().any(|it| it.is_finite())),
            trailing,
        })
    }

    /// Where the cell in this row stands.
    #[must_use]
    pub fn cell(&self, row: usize) -> Source {
        Source::cell(ArtifactKind::Training, METRICS, &self.column, row as u64)
    }

    /// The value as the table holds it in this row, if it is a number.
    #[must_use]
    pub fn at(&self, row: usize) -> Option<f64> {
        let place = self.rows.binary_search(&u32::try_from(row).ok()?).ok()?;
        self.values.get(place).copied()
    }
}

/// The rows whose NaN was written by the client.
enum Explicit {
    All,
    Rows(Vec<usize>),
}

impl Explicit {
    fn contains(&self, row: usize) -> bool {
        match self {
            Self::All => true,
            Self::Rows(rows) => rows.binary_search(&row).is_ok(),
        }
    }
}

fn explicit_nan(
    table: &MetricTable<'_>,
    column: &str,
    numbers: &[f64],
    missing: u64,
    nan: u64,
) -> Result<Explicit, Error> {
    /// Texts are slow; the first explicit NaN matters, not the last of a million.
    const MOST_TEXTS: usize = 20_000;
    if missing == 0 {
        return Ok(Explicit::All);
    }
    let mut rows = Vec::new();
    if nan == 0 {
        return Ok(Explicit::Rows(rows));
    }
    let mut read = 0;
    let mut start = 0;
    for run in numbers.chunk_by(|a, b| a.is_nan() == b.is_nan()) {
        if run.first().is_some_and(|it| it.is_nan()) && read < MOST_TEXTS {
            let length = run.len().min(MOST_TEXTS - read);
            read += length;
            let texts = table.raw().texts(column, start as u64, length as u64)?;
            rows.extend(
                texts
                    .iter()
                    .enumerate()
                    .filter(|(_, it)| it.is_some())
                    .map(|(index, _)| start + index),
            );
        }
        start += run.len();
    }
    Ok(Explicit::Rows(rows))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::needless_pass_by_value)]
mod tests {
    use deepfix_plugin::{Context, Request, testing::FakeHost};
    use serde_json::json;

    use super::*;

    fn series(values: serde_json::Value) -> Series {
        let host = FakeHost::from_request(json!({"training_artifacts": {"metrics_values": {"loss": values}}}));
        let request = Request::default();
        let context = Context::new(&host, &request);
        Series::read(&context.table(ArtifactKind::Training, METRICS).unwrap(), "loss").unwrap()
    }

    #[test]
    fn a_missing_cell_is_not_a_nan() {
        let series = series(json!([1.0, null, "NaN", null, 2.0]));
        assert_eq!((series.rows.as_slice(), series.missing), ([0, 2, 4].as_slice(), 2));
        let found = series.non_finite().unwrap();
        assert_eq!(
            (found.first_row, found.count, found.recovered, found.trailing),
            (2, 1, true, 0)
        );
        assert_eq!(series.at(4), Some(2.0));
        assert_eq!(series.at(3), None);
    }

    #[test]
    fn the_largest_float_stands_for_infinity() {
        let found = series(json!([1.0, 1.797_693_134_862_315_7e308])).non_finite().unwrap();
        assert!(!found.recovered && found.trailing == 1);
    }

    #[test]
    fn a_column_of_nulls_is_empty() {
        let series = series(json!([null, null]));
        assert!(series.is_empty() && series.missing == 2 && series.non_finite().is_none());
    }
}
