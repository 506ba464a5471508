//! Statistics and data checks of tables, without Python.
//!
//! [`scan`] reads a CSV, Parquet or Arrow IPC file once, over all cores and in bounded memory, into a
//! [`Table`]: a summary of each column, a hash of each row and a sample of rows. [`statistics`] writes
//! the summaries as the dataset artifact, [`checks`] compares two tables in the shape of a check suite.
//!
//! What a table gives does not depend on the number of cores: sets and counts are the same in any
//! order, the sample is drawn by a hash of the row's place, and sums are added in the file's order.
//!
//! ```
//! use deepfix_tabular::{Options, Source, scan};
//!
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("train.csv");
//! std::fs::write(&file, "age,city,y\n31,Lyon,0\n45,Oslo,1\n,Oslo,1\n")?;
//! let table = scan(&Source::open(&file, &Options::default())?, &Options { label: Some("y".into()), ..Options::default() })?;
//! assert_eq!(table.rows, 3);
//! assert_eq!(table.column("age").map(|it| it.missing()), Some(1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod batch;
mod cell;
mod checks;
mod column;
mod dates;
mod error;
mod hash;
mod limits;
mod nulls;
mod pair;
mod read;
mod rows;
mod sample;
mod scan;
mod statistics;
mod table;

/// The parsers of sizes that decoders are kept from allocating, for fuzzing.
#[doc(hidden)]
pub mod sizes {
    use std::path::Path;

    use crate::{Format, Limits, TableError, read};

    /// Looks at the pages of a column of Parquet that begins and ends with these bytes, whatever compresses them.
    ///
    /// # Errors
    /// There is no header where one is expected; one says a size beyond the limits.
    pub fn of_pages(bytes: &[u8], limits: &Limits) -> Result<(), TableError> {
        let endless = read::inflate::Endless::ALL.map(Some);
        for endless in endless.into_iter().chain([None]) {
            let chunk = read::pages::Chunk {
                name: "x".to_owned(),
                start: 0,
                length: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
                is_text: true,
                is_decimal: false,
                endless,
                bits: 32,
                rows: 1 << 14,
            };
            let mut group = read::pages::Group::default();
            chunk.check(Path::new("x"), &mut std::io::Cursor::new(bytes), limits, &mut group)?;
        }
        Ok(())
    }

    /// Decodes the footer of a Parquet file.
    ///
    /// # Errors
    /// What is no footer, or one beyond the limits.
    pub fn of_footer(bytes: &[u8], limits: &Limits) -> Result<(), String> {
        read::footer::of(bytes, limits).map(drop)
    }

    /// Looks at the messages of an Arrow IPC file.
    ///
    /// # Errors
    /// One says a size beyond the limits; the file cannot be read.
    pub fn of_messages(file: &Path, format: Format, limits: &Limits) -> Result<(), TableError> {
        read::messages::check(file, format, limits)
    }
}

pub use batch::{Batch, BatchColumn};
pub use cell::{Cell, Value};
pub use checks::{CheckOptions, checks};
pub use column::{Column, ColumnType, Moments};
pub use error::TableError;
pub use limits::Limits;
pub use pair::{PairError, same_columns};
pub use read::{Format, Source, Written};
pub use scan::{Collector, Options, ProgressFn, scan, scan_with};
pub use statistics::{dataset_artifact, split_statistics, task_type};
pub use table::{Table, Task};
