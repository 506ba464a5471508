//! How a text with a delimiter is written, for those who read small ones themselves.

use super::{
    csv::{BOM, first_line, first_rows},
    decimal::Decimal,
};

/// How a text with a delimiter is written, as far as its beginning tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Bytes before the line of names: the mark of UTF-8, blank lines, and Excel's `sep=;`.
    pub skipped: usize,
    /// What separates the cells.
    pub delimiter: u8,
    decimal: Decimal,
}

impl Written {
    /// By the first lines, as of a table of data: the delimiter that splits them into the most cells, the same number in
    /// each, and a decimal comma where no number has a point and the comma separates no cells.
    #[must_use]
    pub fn of(start: &[u8]) -> Self {
        let bom = if start.starts_with(BOM) { BOM.len() } else { 0 };
        let text = start.get(bom..).unwrap_or_default();
        let first = first_line(text, None);
        let decimal = if first.delimiter == b',' {
            Decimal::Point
        } else {
            let body = text.get(first.blank + first.length..).unwrap_or_default();
            Decimal::of(first_rows(body, first.delimiter).iter().flatten())
        };
        Self {
            skipped: bom + first.blank,
            delimiter: first.delimiter,
            decimal,
        }
    }

    /// A number with a decimal comma, where the text has such; none where it is read as anywhere.
    #[must_use]
    pub fn number(&self, cell: &str) -> Option<f64> {
        self.decimal.number(cell.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_lines_tell_how_a_text_is_written() {
        for (text, delimiter, skipped) in [
            ("a,b\n1,2\n", b',', 0),
            ("\n\na;b\n1;2\n", b';', 2),
            ("sep=;\r\na;b\n1;2\n", b';', 7),
            ("\u{feff}a\tb\n1\t2\n", b'\t', 3),
            ("", b',', 0),
            ("one column\n1;2;3\n4,5,6\n", b',', 0),
        ] {
            let written = Written::of(text.as_bytes());
            assert_eq!((written.delimiter, written.skipped), (delimiter, skipped), "{text:?}");
            assert_eq!(written.number("1,5"), None, "{text:?}");
        }
        assert_eq!(Written::of(b"a;b\n1,5;2\n").number("1,5"), Some(1.5));
        assert_eq!(Written::of(b"a;b\n1,5;2.5\n").number("1,5"), None);
    }
}
