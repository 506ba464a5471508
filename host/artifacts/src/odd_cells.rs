//! Cells among numbers that are none.

use deepfix_core::{Column, ColumnData, Table};

use crate::metrics::{Cell, text_cell};

/// Columns that a warning names; the others are counted.
const MAX_NAMES: usize = 5;

/// What people write for a value that was not measured.
const GAPS: [&str; 8] = ["-", "--", "---", "\u{2013}", "\u{2014}", ".", "?", "n.a."];

fn is_number(text: &str) -> bool {
    !matches!(text_cell(text), Cell::Text(_))
}

/// Takes a text in a column of metrics for a gap where more of its cells are numbers, or where all texts say that there is none: a dash for an epoch without
/// validation, or a line of names that was written again, must not cost the curve. What was taken so is told.
#[must_use]
pub(crate) fn without_odd_cells(table: Table) -> (Table, Option<String>) {
    if !table.columns().iter().any(|it| matches!(it.data, ColumnData::Text(_))) {
        return (table, None);
    }
    let mut told = Vec::new();
    let columns = table.columns().iter().map(|column| {
        let ColumnData::Text(cells) = &column.data else {
            return column.clone();
        };
        let Some((data, odd, first)) = numbers(cells) else {
            return column.clone();
        };
        told.push(format!("`{}` ({odd}/{}: `{first}`)", column.name, cells.len()));
        Column {
            name: column.name.clone(),
            data,
        }
    });
    let columns: Vec<Column> = columns.collect();
    if told.is_empty() {
        return (table, None);
    }
    let more = told.len().saturating_sub(MAX_NAMES);
    told.truncate(MAX_NAMES);
    let more = if more > 0 { format!(" (+{more})") } else { String::new() };
    let warning = format!("cells that are no numbers count as gaps: {}{more}", told.join(", "));
    (Table::new(columns), Some(warning))
}

/// The numbers of a column that has more of them than of texts, the number of its texts, and the first one.
fn numbers(cells: &[Option<String>]) -> Option<(ColumnData, usize, String)> {
    /// Characters of a text that are shown.
    const SHOWN: usize = 20;
    let mut first = None;
    let (mut odd, mut values, mut present) = (0, Vec::with_capacity(cells.len()), Vec::with_capacity(cells.len()));
    for cell in cells {
        let value = match cell.as_deref().map(text_cell) {
            Some(Cell::Number(value)) => Some(value),
            Some(Cell::Text(text)) => {
                odd += 1;
                let shown = || text.trim().chars().filter(|it| !it.is_control()).take(SHOWN).collect();
                first.get_or_insert_with(shown);
                None
            }
            Some(Cell::Missing) | None => None,
        };
        present.push(value.is_some());
        values.push(value.unwrap_or(f64::NAN));
    }
    let count = present.iter().filter(|it| **it).count();
    let dashes = cells
        .iter()
        .flatten()
        .map(|it| it.trim())
        .all(|it| GAPS.contains(&it) || is_number(it));
    (count > odd || (dashes && count > 0)).then_some((ColumnData::Numeric { values, present }, odd, first?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, cells: &[&str]) -> Column {
        let cells = cells
            .iter()
            .map(|it| Some((*it).to_owned()).filter(|it| !it.is_empty()));
        Column {
            name: name.to_owned(),
            data: ColumnData::Text(cells.collect()),
        }
    }

    #[test]
    fn a_text_among_numbers_is_a_gap_and_told() {
        let table = Table::new(vec![
            column("val_loss", &["-", "0.5", "", "nan", "0.4"]),
            column("phase", &["train", "train", "1", "val", "val"]),
        ]);
        let (table, warning) = without_odd_cells(table);
        assert_eq!(
            warning.as_deref(),
            Some("cells that are no numbers count as gaps: `val_loss` (1/5: `-`)")
        );
        let ColumnData::Numeric { values, present } = &table.columns()[0].data else {
            panic!("{:?}", table.columns()[0]);
        };
        assert_eq!(present, &[false, true, false, true, true]);
        assert!(values[1] == 0.5 && values[3].is_nan() && values[4] == 0.4);
        assert!(matches!(table.columns()[1].data, ColumnData::Text(_)));
    }

    #[test]
    fn dashes_may_be_most_of_a_column() {
        let every_third: Vec<&str> = (0..30).map(|it| if it % 3 == 0 { "0.5" } else { "-" }).collect();
        let (table, warning) = without_odd_cells(Table::new(vec![column("val_loss", &every_third)]));
        assert!(matches!(table.columns()[0].data, ColumnData::Numeric { .. }));
        assert!(warning.unwrap().contains("`val_loss` (20/30: `-`)"));
        let names = Table::new(vec![column("phase", &["-", "-", "val"])]);
        assert_eq!(without_odd_cells(names).1, None);
    }

    #[test]
    fn a_table_without_such_cells_stays_as_it_is() {
        let table = Table::new(vec![column("name", &["a", "b"])]);
        assert_eq!(without_odd_cells(table).1, None);
    }
}
