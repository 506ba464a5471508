//! A table as an iterator: read in pieces, so that a plugin holds some thousand rows of it and not all.

use crate::{Error, MetricTable};

/// Rows that are read in one call. A call costs some microseconds, and so many numbers take 64 kB.
const PIECE: u64 = 8 << 10;

type Read<'t, T> = Box<dyn Fn(u64, u64) -> Result<Vec<T>, Error> + 't>;

/// Values of a table in the order of its rows. After an error it ends.
pub struct Rows<'t, T> {
    read: Read<'t, T>,
    piece: std::vec::IntoIter<T>,
    next: u64,
    end: u64,
}

impl<T> Iterator for Rows<'_, T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(value) = self.piece.next() {
            return Some(Ok(value));
        }
        if self.next >= self.end {
            return None;
        }
        let length = PIECE.min(self.end - self.next);
        match (self.read)(self.next, length) {
            Ok(piece) => {
                // A host that gives nothing ends it: it must not be asked for ever.
                self.next = if piece.is_empty() { self.end } else { self.next + length };
                self.piece = piece.into_iter();
                self.piece.next().map(Ok)
            }
            Err(error) => {
                self.next = self.end;
                Some(Err(error))
            }
        }
    }
}

impl MetricTable<'_> {
    fn pieces<'t, T>(&'t self, read: impl Fn(u64, u64) -> Result<Vec<T>, Error> + 't) -> Rows<'t, T> {
        Rows {
            read: Box::new(read),
            piece: Vec::new().into_iter(),
            next: 0,
            end: self.row_count(),
        }
    }

    /// A numeric column, one value a row; NaN where a value is missing or is NaN.
    pub fn iter_numbers<'t>(&'t self, column: &'t str) -> Rows<'t, f64> {
        self.pieces(move |offset, length| self.raw().numbers(column, offset, length))
    }

    /// A column as text, one value a row; an explicit NaN is `NaN`, a missing value none.
    pub fn iter_texts<'t>(&'t self, column: &'t str) -> Rows<'t, Option<String>> {
        self.pieces(move |offset, length| self.raw().texts(column, offset, length))
    }

    /// Several numeric columns, one array a row, in the order of the names.
    ///
    /// ```
    /// # use deepfix_plugin::{ArtifactKind, Context, Error};
    /// /// The first row at which the validation is worse than the training by this much.
    /// fn first_gap(cx: &Context<'_>, gap: f64) -> Result<Option<usize>, Error> {
    ///     let metrics = cx.table(ArtifactKind::Training, "metrics")?;
    ///     for (row, losses) in metrics.iter_rows(["train_loss", "val_loss"]).enumerate() {
    ///         let [train, val] = losses?;
    ///         if val - train > gap {
    ///             return Ok(Some(row));
    ///         }
    ///     }
    ///     Ok(None)
    /// }
    /// ```
    pub fn iter_rows<'t, const N: usize>(&'t self, columns: [&'t str; N]) -> Rows<'t, [f64; N]> {
        self.pieces(move |offset, length| {
            let mut read = Vec::with_capacity(N);
            for column in columns {
                read.push(self.raw().numbers(column, offset, length)?.into_iter());
            }
            let rows = read.iter().map(ExactSizeIterator::len).min().unwrap_or_default();
            let mut row = || {
                let mut values = [f64::NAN; N];
                for (value, column) in values.iter_mut().zip(&mut read) {
                    *value = column.next().unwrap_or(f64::NAN);
                }
                values
            };
            Ok((0..rows).map(|_| row()).collect())
        })
    }
}

#[cfg(all(test, feature = "testing"))]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{ArtifactKind, Context, Request, testing::FakeHost};

    fn with_table<T>(rows: u64, look: impl FnOnce(&MetricTable<'_>) -> T) -> T {
        let values: Vec<u64> = (0..rows).collect();
        let host = FakeHost::from_request(json!({
            "training_artifacts": { "metrics_values": { "a": values, "b": values, "t": vec!["x"; values.len()] } }
        }));
        let request = Request::default();
        let cx = Context::new(&host, &request);
        look(&cx.table(ArtifactKind::Training, "metrics").unwrap())
    }

    #[test]
    fn every_row_comes_once_and_in_order_whatever_the_number_of_pieces() {
        for rows in [1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE] {
            with_table(rows, |table| {
                let numbers: Vec<f64> = table.iter_numbers("a").map(Result::unwrap).collect();
                assert_eq!(numbers, table.numbers("a").unwrap());
                let texts: Vec<_> = table.iter_texts("t").map(Result::unwrap).collect();
                assert_eq!(texts, table.texts("t").unwrap());
                let pairs: Vec<[f64; 2]> = table.iter_rows(["a", "b"]).map(Result::unwrap).collect();
                assert_eq!(pairs.len() as u64, rows);
                assert!(pairs.iter().zip(&numbers).all(|(pair, it)| pair == &[*it, *it]));
            });
        }
    }

    #[test]
    fn a_column_that_is_not_there_is_told_once() {
        with_table(3, |table| {
            let mut all = table.iter_rows(["a", "nope"]);
            assert!(matches!(all.next(), Some(Err(Error::NotFound(_)))));
            assert!(all.next().is_none());
        });
    }
}
