//! Files as batches of cells.

mod arrow;
mod blocks;
mod cells;
mod compact;
mod counted;
mod csv;
mod decimal;
mod dressed;
pub(crate) mod footer;
mod groups;
pub(crate) mod inflate;
mod kind;
mod lengths;
pub(crate) mod messages;
pub(crate) mod pages;
mod records;
mod schema;
mod texts;
mod thrift;
mod window;
mod written;

use std::path::{Path, PathBuf};

pub use kind::Format;
pub use written::Written;

use crate::{Batch, Options, TableError};

/// A table in a file, of which the column names are known.
#[derive(Debug)]
pub struct Source {
    pub(crate) file: PathBuf,
    pub(crate) size: u64,
    pub(crate) names: Vec<String>,
    /// What was noticed on the way, for the user.
    pub(crate) remarks: Vec<String>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Csv(csv::Dialect),
    Arrow(arrow::Layout),
}

/// Where the batches of a file come from. Several threads take them.
pub(crate) trait Batches: Sync {
    /// The next batch. False at the end.
    ///
    /// # Errors
    /// The file cannot be read further.
    fn next(&self, batch: &mut Batch) -> Result<bool, TableError>;

    /// Bytes that were read so far.
    fn done(&self) -> u64;
}

impl Source {
    /// Opens a file, tells its format by its content and reads the column names.
    ///
    /// # Errors
    /// The file cannot be read, is empty, is no table, or has no usable column names.
    pub fn open(file: &Path, options: &Options) -> Result<Self, TableError> {
        let io = |error| TableError::Io {
            file: file.to_owned(),
            error,
        };
        let meta = std::fs::metadata(file).map_err(io)?;
        if !meta.is_file() {
            let what = if meta.is_dir() {
                "found a folder, expected a file; of a table in several files name one"
            } else {
                "it is no regular file"
            };
            return Err(io(std::io::Error::other(what)));
        }
        if meta.len() == 0 {
            return Err(TableError::Empty { file: file.to_owned() });
        }
        let format = kind::of(file)?;
        let (kind, names, remarks) = match format {
            Format::Csv => {
                let (dialect, names, remarks) = csv::open(file, options)?;
                (Kind::Csv(dialect), names, remarks)
            }
            Format::Parquet | Format::ArrowFile | Format::ArrowStream => {
                let (layout, names, remarks) = arrow::open(file, format, options)?;
                (Kind::Arrow(layout), names, remarks)
            }
        };
        let limit = options.limits.columns;
        if names.len() > limit {
            return Err(TableError::Columns {
                file: file.to_owned(),
                found: names.len(),
                limit,
            });
        }
        let mut seen = std::collections::HashMap::new();
        for (place, name) in names.iter().enumerate() {
            if let Some(first) = seen.insert(name, place) {
                return Err(TableError::Twice {
                    file: file.to_owned(),
                    name: name.clone(),
                    first: first + 1,
                    second: place + 1,
                });
            }
        }
        Ok(Self {
            file: file.to_owned(),
            size: meta.len(),
            names,
            remarks,
            kind,
        })
    }

    /// The column names, in the file's order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Bytes of the file.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Columns that were left out, and why.
    #[must_use]
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// The place of a column.
    ///
    /// # Errors
    /// There is none of that name; names near ones.
    pub fn place(&self, name: &str) -> Result<usize, TableError> {
        self.names
            .iter()
            .position(|it| it == name)
            .ok_or_else(|| TableError::NoColumn {
                file: self.file.clone(),
                name: name.to_owned(),
                near: crate::error::nearest(name, &self.names),
            })
    }

    pub(crate) fn batches(&self, options: &Options) -> Result<Box<dyn Batches + '_>, TableError> {
        Ok(match &self.kind {
            Kind::Csv(dialect) => Box::new(csv::Reader::new(self, dialect, options)?),
            Kind::Arrow(layout) => layout.batches(self, options.limits.clone())?,
        })
    }
}
