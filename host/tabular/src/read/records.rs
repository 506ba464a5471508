//! The records of a block as cells.

use std::path::Path;

use memchr::{memchr, memchr2_iter, memchr3_iter};

use super::{
    blocks::{Block, Marks},
    decimal::Decimal,
};
use crate::{Batch, Cell, TableError, dates, nulls};

/// What is wrong with a record.
#[derive(Debug, PartialEq)]
pub(super) enum Fault {
    Ragged {
        line: u64,
        found: usize,
        quoted: bool,
    },
    Encoding {
        line: u64,
        column: usize,
        byte: u8,
    },
    Cell {
        line: u64,
        column: usize,
        found: usize,
        limit: usize,
    },
}

impl Fault {
    pub(super) fn into_error(self, file: &Path, names: &[String]) -> TableError {
        let file = file.to_owned();
        let name = |place: usize| names.get(place).cloned().unwrap_or_default();
        match self {
            Self::Ragged { line, found, quoted } => TableError::Ragged {
                file,
                line,
                found,
                expected: names.len(),
                hint: if quoted {
                    "; is a quotation mark never closed?"
                } else if found > names.len() {
                    "; does a cell hold the delimiter without quotation marks?"
                } else {
                    ""
                },
            },
            Self::Encoding { line, column, byte } => TableError::Encoding {
                file,
                line,
                column: name(column),
                byte,
            },
            Self::Cell {
                line,
                column,
                found,
                limit,
            } => TableError::Cell {
                file,
                line,
                column: name(column),
                found,
                limit,
            },
        }
    }
}

/// Fills the batch with the block's records, of so many columns each.
pub(super) fn parse(
    block: &Block,
    marks: Marks,
    columns: usize,
    longest: usize,
    batch: &mut Batch,
) -> Result<(), Fault> {
    batch.reset(block.index, columns);
    if memchr(b'"', &block.bytes).is_none() {
        plain(block, marks, columns, longest, batch)
    } else {
        quoted(block, marks, columns, longest, batch)
    }
}

/// Without a quotation mark every delimiter delimits.
fn plain(block: &Block, marks: Marks, columns: usize, longest: usize, batch: &mut Batch) -> Result<(), Fault> {
    let bytes = block.bytes.as_slice();
    let last = std::iter::once(bytes.len());
    // Either character ends a line, as for every reader of CSV.
    if memchr(b'\r', bytes).is_some() {
        let ends = memchr3_iter(marks.delimiter, b'\n', b'\r', bytes).chain(last);
        split(block, ends, marks, columns, longest, batch)
    } else {
        let ends = memchr2_iter(marks.delimiter, b'\n', bytes).chain(last);
        split(block, ends, marks, columns, longest, batch)
    }
}

fn split(
    block: &Block,
    ends: impl Iterator<Item = usize>,
    marks: Marks,
    columns: usize,
    longest: usize,
    batch: &mut Batch,
) -> Result<(), Fault> {
    let bytes = block.bytes.as_slice();
    let (mut line, mut from, mut column) = (block.line, 0, 0);
    for to in ends {
        let cell = bytes.get(from..to).unwrap_or_default();
        // The second half of a line break of two characters.
        let is_rest = to == from
            && bytes.get(to) == Some(&b'\n')
            && to.checked_sub(1).and_then(|it| bytes.get(it)) == Some(&b'\r');
        from = to + 1;
        if is_rest {
            continue;
        }
        if bytes.get(to) == Some(&marks.delimiter) {
            if column < columns {
                push(batch, column, cell, line, longest, marks.decimal)?;
            }
            column += 1;
            continue;
        }
        // A blank line is none. In a table of one column it would be a missing value, which
        // other readers skip as well.
        if column > 0 || !cell.is_empty() {
            if column + 1 != columns {
                let found = column + 1;
                return Err(Fault::Ragged {
                    line,
                    found,
                    quoted: false,
                });
            }
            push(batch, column, cell, line, longest, marks.decimal)?;
            batch.rows += 1;
        }
        column = 0;
        line += 1;
    }
    Ok(())
}

fn quoted(block: &Block, marks: Marks, columns: usize, longest: usize, batch: &mut Batch) -> Result<(), Fault> {
    let mut reader = csv_core::ReaderBuilder::new().delimiter(marks.delimiter).build();
    let mut output = vec![0; 4096];
    let mut ends = vec![0; columns + 2];
    let mut input = block.bytes.as_slice();
    let (mut wrote, mut fields) = (0, 0);
    let mut line = block.line;
    loop {
        let (result, read, written, ended) = reader.read_record(
            input,
            output.get_mut(wrote..).unwrap_or_default(),
            ends.get_mut(fields..).unwrap_or_default(),
        );
        input = input.get(read..).unwrap_or_default();
        wrote += written;
        fields += ended;
        match result {
            csv_core::ReadRecordResult::InputEmpty => {}
            csv_core::ReadRecordResult::OutputFull => output.resize(output.len() * 2, 0),
            csv_core::ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
            csv_core::ReadRecordResult::Record => {
                if fields != columns {
                    return Err(Fault::Ragged {
                        line,
                        found: fields,
                        quoted: true,
                    });
                }
                let mut from = 0;
                for (column, to) in ends.iter().take(fields).enumerate() {
                    let cell = output.get(from..*to).unwrap_or_default();
                    push(batch, column, cell, line, longest, marks.decimal)?;
                    from = *to;
                }
                batch.rows += 1;
                (wrote, fields) = (0, 0);
                line = block.line + reader.line() - 1;
            }
            csv_core::ReadRecordResult::End => return Ok(()),
        }
    }
}

#[inline]
fn push(
    batch: &mut Batch,
    column: usize,
    cell: &[u8],
    line: u64,
    longest: usize,
    decimal: Decimal,
) -> Result<(), Fault> {
    let trimmed = cell.trim_ascii();
    if decimal != Decimal::Point
        && let Some(number) = decimal.number(trimmed)
    {
        batch.push(column, Cell::number(number));
        return Ok(());
    }
    // Numbers first: most cells are.
    if let Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'i' | b'I') = trimmed.first()
        && let Ok(number) = fast_float2::parse::<f64, _>(trimmed)
        && !number.is_nan()
        // Digits beyond what a number can be are a key that looks like one, `12e45678`: as infinity all would be one.
        && (number.is_finite() || !trimmed.iter().any(u8::is_ascii_digit))
    {
        // As long as the shortest number that is not exact.
        if trimmed.len() >= 16 {
            batch.push_digits(column, number, std::str::from_utf8(trimmed).unwrap_or_default());
        } else {
            batch.push(column, Cell::number(number));
        }
        return Ok(());
    }
    if let Some(kind) = nulls::kind(trimmed) {
        batch.push(column, Cell::missing(kind));
        return Ok(());
    }
    if let Some(date) = dates::parse(trimmed) {
        batch.push(column, Cell::date(date));
        return Ok(());
    }
    if cell.len() > longest {
        return Err(Fault::Cell {
            line,
            column,
            found: cell.len(),
            limit: longest,
        });
    }
    match std::str::from_utf8(cell) {
        Ok(text) => batch.push_text(column, text),
        Err(error) => {
            return Err(Fault::Encoding {
                line,
                column,
                byte: cell.get(error.valid_up_to()).copied().unwrap_or_default(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MARKS: Marks = Marks {
        delimiter: b',',
        terminator: b'\n',
        decimal: Decimal::Point,
    };

    fn block(bytes: &[u8]) -> Block {
        Block {
            index: 0,
            line: 1,
            bytes: bytes.to_vec(),
        }
    }

    type Parser = fn(&Block, Marks, usize, usize, &mut Batch) -> Result<(), Fault>;

    fn cells(parser: Parser, bytes: &[u8], columns: usize) -> Result<(Vec<Vec<Cell>>, String), Fault> {
        let mut batch = Batch::default();
        batch.reset(0, columns);
        parser(&block(bytes), MARKS, columns, 100, &mut batch)?;
        Ok((batch.columns.into_iter().map(|it| it.cells).collect(), batch.texts))
    }

    proptest! {
        #[test]
        fn both_parsers_read_the_same_where_there_is_no_quotation_mark(text in "[a-c0-9.,\n\r \u{e9}-]{0,60}", columns in 1usize..4) {
            let (a, b) = (cells(plain, text.as_bytes(), columns), cells(quoted, text.as_bytes(), columns));
            match (a, b) {
                (Ok(a), Ok(b)) => prop_assert_eq!(a, b),
                (Err(Fault::Ragged { found: a, .. }), Err(Fault::Ragged { found: b, .. })) => prop_assert_eq!(a, b),
                (a, b) => prop_assert!(false, "{:?} {:?}", a, b),
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), any::<u8>()], 0..200), columns in 1usize..4) {
            let mut batch = Batch::default();
            let _ = parse(&block(&bytes), MARKS, columns, 100, &mut batch);
        }
    }

    #[test]
    fn a_fault_names_its_line_and_column() {
        let bad = |bytes: &[u8]| cells(parse, bytes, 2).unwrap_err();
        assert_eq!(
            bad(b"1,2\n3\n"),
            Fault::Ragged {
                line: 2,
                found: 1,
                quoted: false
            }
        );
        assert_eq!(
            bad(b"\"a\nb\",2\n3,\xff\n"),
            Fault::Encoding {
                line: 3,
                column: 1,
                byte: 0xff
            }
        );
        let long = [b"1,".as_slice(), &[b'x'; 101], b"\n"].concat();
        assert_eq!(
            bad(&long),
            Fault::Cell {
                line: 1,
                column: 1,
                found: 101,
                limit: 100
            }
        );
    }
}
