//! Logs of metrics in CSV: with a comma, a semicolon, a tab or a bar between the cells, as their first lines tell.

use std::io::Read;

use deepfix_core::{ColumnData, Table};
use deepfix_tabular::Written;

use crate::metrics::{Cell, MAX_CELLS, column, text_cell};

/// Bytes from which it is told how a log is written: some hundred lines.
const LOOK: u64 = 64 << 10;

/// The table of a CSV file with a header line. What separates its cells, and whether its numbers have a decimal
/// comma, is told as for tables of data.
///
/// # Errors
/// The file is not CSV, or has more cells than the limit; as a message.
pub fn from_csv(mut reader: impl Read) -> Result<Table, String> {
    let mut start = Vec::new();
    let look = reader.by_ref().take(LOOK).read_to_end(&mut start);
    look.map_err(|error| error.to_string())?;
    let written = Written::of(&start);
    let rest = start.get(written.skipped..).unwrap_or_default();
    let mut csv = csv::ReaderBuilder::new()
        .flexible(true)
        .delimiter(written.delimiter)
        .from_reader(rest.chain(reader));
    let names: Vec<String> = csv
        .headers()
        .map_err(|error| error.to_string())?
        .iter()
        .map(str::to_owned)
        .collect();
    let cell = |text: &str| {
        let number = written.number(text.trim());
        number.map_or_else(|| text_cell(text), Cell::Number)
    };
    let mut columns: Vec<Vec<Cell>> = vec![Vec::new(); names.len()];
    let mut record = csv::StringRecord::new();
    let mut rows = 0usize;
    while csv.read_record(&mut record).map_err(|error| error.to_string())? {
        rows += 1;
        if rows.saturating_mul(columns.len()) > MAX_CELLS {
            return Err(format!("more than {MAX_CELLS} cells"));
        }
        for (index, cells) in columns.iter_mut().enumerate() {
            cells.push(record.get(index).map_or(Cell::Missing, cell));
        }
    }
    Ok(Table::new(
        names
            .into_iter()
            .zip(columns)
            .map(|(name, cells)| column(name, cells))
            .collect(),
    ))
}

/// What to say of a log with a single column: most likely its cells are separated by something else.
pub(crate) fn one_column(table: &Table) -> Option<String> {
    let [only] = table.columns() else { return None };
    Some(match only.data {
        ColumnData::Numeric { .. } => format!(
            "it has one column, `{}`; a second one, such as the step or the loss of validation, would tell more",
            only.name
        ),
        _ => format!(
            "it was read as one column, `{}`; expected a comma, a semicolon, a tab or a bar between the names, and the \
             same between the values",
            only.name
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::{some, texts as texts_of};

    fn texts(text: &str, column: &str) -> Vec<Option<String>> {
        texts_of(&from_csv(text.as_bytes()).unwrap(), column)
    }

    #[test]
    fn csv_tells_nan_from_an_empty_cell() {
        let read = texts("epoch,loss\n0,nan\n1,\n2,inf\n3\n", "loss");
        assert_eq!(read, some(&["NaN", "", "Infinity", ""]));
    }

    #[test]
    fn whatever_separates_the_cells_the_curve_is_the_same() {
        for mark in [",", ";", "\t", "|"] {
            let text = "epoch,loss,val_loss\n0,1.5,nan\n1,0.5,0.75\n".replace(',', mark);
            assert_eq!(texts(&text, "loss"), some(&["1.5", "0.5"]), "{mark:?}");
            assert_eq!(texts(&text, "val_loss"), some(&["NaN", "0.75"]), "{mark:?}");
        }
        assert_eq!(texts("\u{feff}epoch;loss\n0;1.5\n", "epoch"), some(&["0"]));
        assert_eq!(texts("sep=;\nepoch;loss\n0;1.5\n", "loss"), some(&["1.5"]));
    }

    #[test]
    fn a_semicolon_within_texts_separates_nothing() {
        let text = "epoch,loss,note\n0,1.5,warm; up; slow\n1,0.5,a;b;c;d\n2,0.25,\"x;y\"\n";
        assert_eq!(texts(text, "loss"), some(&["1.5", "0.5", "0.25"]));
        assert_eq!(texts(text, "note"), some(&["warm; up; slow", "a;b;c;d", "x;y"]));
    }

    #[test]
    fn a_decimal_comma_is_read_where_it_separates_no_cells() {
        let text = "epoch;loss;val_loss\n0;1,5;nan\n1;0,5;0,75\n";
        assert_eq!(texts(text, "loss"), some(&["1.5", "0.5"]));
        assert_eq!(texts(text, "val_loss"), some(&["NaN", "0.75"]));
    }

    #[test]
    fn a_log_of_one_column_gets_a_word() {
        let said = |text: &str| one_column(&from_csv(text.as_bytes()).unwrap());
        let word = said("epoch loss\n0 1.5\n1 0.5\n").unwrap();
        assert!(
            word.contains("one column, `epoch loss`; expected a comma, a semicolon"),
            "{word}"
        );
        let word = said("loss\n1.5\n0.5\n").unwrap();
        assert!(word.contains("one column, `loss`; a second one"), "{word}");
        assert_eq!(said("epoch,loss\n0,1.5\n"), None);
    }
}
