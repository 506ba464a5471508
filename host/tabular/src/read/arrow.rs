//! Parquet and Arrow IPC files: what they hold.

use std::{fs::File, io::BufReader, path::Path};

use arrow_ipc::reader::{FileReader, StreamReader};
use parquet::arrow::{ProjectionMask, arrow_reader::ArrowReaderMetadata};

use super::{Format, cells::is_plain, footer, messages, pages, texts::Metadata};
use crate::{Options, TableError};

/// What a file of Arrow's family holds.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(super) format: Format,
    /// The columns that can be read.
    pub(super) places: Vec<usize>,
    pub(super) parquet: Option<Metadata>,
}

/// Opens a file and gives its columns, and a remark for each that holds no plain values.
pub(super) fn open(
    file: &Path,
    format: Format,
    options: &Options,
) -> Result<(Layout, Vec<String>, Vec<String>), TableError> {
    let limits = &options.limits;
    let input = || {
        File::open(file).map_err(|error| TableError::Io {
            file: file.to_owned(),
            error,
        })
    };
    let damaged = |reason: String| TableError::Damaged {
        file: file.to_owned(),
        format: format.name(),
        reason,
    };
    if format != Format::Parquet {
        messages::check(file, format, limits)?;
    }
    let mut parquet = None;
    let schema = match format {
        Format::Parquet => {
            let read = || {
                let footer = footer::read(file, limits)?;
                match footer {
                    Some(meta) => ArrowReaderMetadata::try_new(meta.into(), Default::default()),
                    // The decoder says why.
                    None => ArrowReaderMetadata::load(&input()?, Default::default()),
                }
                .map_err(|it| damaged(it.to_string()))
            };
            let meta = guarded(read, &damaged)?;
            if meta.metadata().file_metadata().num_rows() <= 0 {
                return Err(no_rows(file));
            }
            let meta = guarded(|| Metadata::new(&meta).map_err(|it| damaged(it.to_string())), &damaged)?;
            let schema = meta.schema().clone();
            // The decoder leaves out groups without a member, and the places of all others would be wrong.
            let (found, roots) = (
                schema.fields().len(),
                meta.parquet_schema().root_schema().get_fields().len(),
            );
            if found != roots {
                return Err(damaged(format!(
                    "found {} columns of {roots} without a type or a part, expected none",
                    roots.saturating_sub(found)
                )));
            }
            parquet = Some(meta);
            schema
        }
        Format::ArrowStream => guarded(
            || StreamReader::try_new(BufReader::new(input()?), None).map_err(|it| damaged(it.to_string())),
            &damaged,
        )?
        .schema(),
        _ => guarded(
            || FileReader::try_new(BufReader::new(input()?), None).map_err(|it| damaged(it.to_string())),
            &damaged,
        )?
        .schema(),
    };
    let (mut places, mut names, mut remarks) = (Vec::new(), Vec::new(), Vec::new());
    for (place, field) in schema.fields().iter().enumerate() {
        if is_index_of_pandas(field.name()) && !options.names(field.name()) {
            remarks.push(format!(
                "column `{0}` is the index of a table of pandas, which its readers do not see as a column: it is left out \
                 (`--index \"{0}\"` reads it as one)",
                field.name()
            ));
        } else if is_plain(field.data_type()) {
            places.push(place);
            names.push(field.name().clone());
        } else {
            remarks.push(format!(
                "column `{}` is left out: found {}, expected numbers, texts, booleans or dates",
                field.name(),
                field.data_type()
            ));
        }
    }
    if names.is_empty() {
        return Err(damaged("no column holds numbers, texts, booleans or dates".to_owned()));
    }
    if let Some(meta) = &parquet {
        let size = std::fs::metadata(file).map_err(|error| TableError::Io {
            file: file.to_owned(),
            error,
        })?;
        let mask = ProjectionMask::roots(meta.parquet_schema(), places.iter().copied());
        pages::apart(meta.metadata(), |it| mask.leaf_included(it), size.len(), &damaged)?;
    }
    Ok((
        Layout {
            format,
            places,
            parquet,
        },
        names,
        remarks,
    ))
}

/// Whether pandas wrote the column for an index without a name of its own.
fn is_index_of_pandas(name: &str) -> bool {
    let number = name.strip_prefix("__index_level_").and_then(|it| it.strip_suffix("__"));
    number.is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
}

fn no_rows(file: &Path) -> TableError {
    TableError::NoRows {
        file: file.to_owned(),
        rows: "nothing",
    }
}

/// A decoder that panics at a damaged file is a file that cannot be read.
pub(super) fn guarded<T>(
    read: impl FnOnce() -> Result<T, TableError>,
    damaged: &dyn Fn(String) -> TableError,
) -> Result<T, TableError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(damaged("the decoder gave up".to_owned())))
}
