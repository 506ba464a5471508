//! The history of metrics, one value at a time, as a table with one row per step.

use std::collections::{BTreeMap, HashMap};

use deepfix_core::{Column, ColumnData, Problem, Table};

use crate::metrics::{Cell, MAX_CELLS, column, most_cells};

/// More than one table may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{values} values that make {cells} cells ({columns} columns of {rows} rows); at most {most} are read")]
pub struct TooManyCells {
    values: usize,
    cells: usize,
    rows: usize,
    columns: usize,
    most: usize,
}

impl TooManyCells {
    pub(crate) fn problem(self, pointer: &str) -> Problem {
        let Self {
            values,
            cells,
            rows,
            columns,
            most,
        } = self;
        Problem::field(
            pointer,
            format!("{values} values that make {cells} cells ({columns} columns of {rows} rows)"),
            format!("at most {most} cells"),
        )
    }
}

/// Values of metrics in the order in which they were logged.
#[derive(Debug, Default)]
pub struct History {
    names: Vec<String>,
    places: HashMap<String, usize>,
    /// (step, how often this metric was seen at it) -> row.
    rows: BTreeMap<(i64, usize), usize>,
    points: Vec<(usize, (i64, usize), Cell)>,
    seen: HashMap<(usize, i64), usize>,
}

impl History {
    /// Whether nothing was logged.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Adds a value of a metric.
    ///
    /// # Errors
    /// There are more values than a table may have cells.
    pub fn add(&mut self, name: &str, step: i64, value: f64) -> Result<(), TooManyCells> {
        self.push(name, Some(step), Cell::Number(value))
    }

    /// Adds a value; without a step the order of logging is the step.
    pub(crate) fn push(&mut self, name: &str, step: Option<i64>, value: Cell) -> Result<(), TooManyCells> {
        let column = match self.places.get(name) {
            Some(place) => *place,
            None => {
                self.names.push(name.to_owned());
                self.places.insert(name.to_owned(), self.names.len() - 1);
                self.names.len() - 1
            }
        };
        let step = step.unwrap_or_else(|| {
            let next = self.seen.entry((column, i64::MIN)).or_default();
            *next += 1;
            i64::try_from(*next).unwrap_or(i64::MAX) - 1
        });
        let times = self.seen.entry((column, step)).or_default();
        self.rows.insert((step, *times), 0);
        self.points.push((column, (step, *times), value));
        *times += 1;
        // The cells are counted when all values are known: they may be more in between.
        if self.points.len() > MAX_CELLS {
            return Err(self.too_many());
        }
        Ok(())
    }

    fn too_many(&self) -> TooManyCells {
        let (rows, columns, values) = (self.rows.len(), self.names.len(), self.points.len());
        TooManyCells {
            values,
            cells: rows.saturating_mul(columns),
            rows,
            columns,
            most: most_cells(values),
        }
    }

    /// The table: one row per step, or several where a metric was logged several times at one.
    ///
    /// # Errors
    /// It would have more cells than so many values may make.
    pub fn table(mut self) -> Result<Table, TooManyCells> {
        let size = self.too_many();
        if size.cells > size.most {
            return Err(size);
        }
        for (row, place) in self.rows.values_mut().enumerate() {
            *place = row;
        }
        let mut cells = vec![vec![Cell::Missing; self.rows.len()]; self.names.len()];
        for (column, row, value) in self.points {
            let place = self.rows.get(&row).copied().unwrap_or_default();
            if let Some(cell) = cells.get_mut(column).and_then(|it| it.get_mut(place)) {
                *cell = value;
            }
        }
        let mut columns = Vec::with_capacity(self.names.len() + 1);
        if !self.places.contains_key("step") {
            let steps = self.rows.keys().map(|(step, _)| *step as f64).collect();
            columns.push(Column {
                name: "step".to_owned(),
                data: ColumnData::Numeric {
                    values: steps,
                    present: Vec::new(),
                },
            });
        }
        columns.extend(
            self.names
                .into_iter()
                .zip(cells)
                .map(|(name, cells)| column(name, cells)),
        );
        Ok(Table::new(columns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_of_different_steps_share_the_axis() {
        let mut history = History::default();
        for step in 0..4 {
            history.add("train/loss", step, 1.0).unwrap();
        }
        history.add("val/loss", 3, f64::NAN).unwrap();
        history.add("val/loss", 3, 0.5).unwrap();
        let table = history.table().unwrap();
        assert_eq!(table.rows(), 5, "a value logged twice at one step has a row of its own");
        assert_eq!(table.column("val/loss").unwrap().data.text(3).as_deref(), Some("NaN"));
        assert_eq!(table.column("val/loss").unwrap().data.text(2), None);
        assert_eq!(table.columns()[0].name, "step");
    }
}
