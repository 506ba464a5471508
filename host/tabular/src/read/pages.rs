//! Sizes of the pages of a Parquet file, from their headers, before anything is decoded.
//!
//! A page is decompressed as a whole and the dictionary of a column stays in memory as long as the column is read;
//! how large they become is only said in front of them.

use std::{
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use parquet::{
    basic::{ConvertedType, LogicalType, Type},
    file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData},
};

use super::{
    inflate::Endless,
    lengths,
    thrift::{DICTIONARY, Page, parse},
    window::Window,
};
use crate::{Limits, TableError};

/// Bytes that are read to find a header; most have some fifty.
const LOOK: u64 = 4 << 10;

/// What is read of a row group, once its pages are known.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Group {
    /// Whether texts are copied: they are where one is written as what differs from the one before.
    pub(crate) copied: bool,
    /// The most bytes that one row takes in all columns whose values are copied out of their pages: of decimals, and of
    /// texts where they are.
    pub(crate) decimals: u64,
    pub(crate) texts: u64,
    /// Bytes of dictionaries and pages that are held at the same time.
    pub(crate) held: u64,
    /// Headers of pages.
    pub(crate) headers: u64,
}

impl Group {
    /// How many of so many rows, a power of two, are decoded at once for copies of at most so many bytes: as many or
    /// a part of them. A value is no longer than the page or dictionary that it stands in, however often it is named.
    pub(crate) fn rows(&self, most: usize, bytes: usize) -> usize {
        let row = self.decimals.saturating_add(if self.copied { self.texts } else { 0 });
        let mut rows = most;
        while rows > 1 && row.saturating_mul(rows as u64) > bytes as u64 {
            rows /= 2;
        }
        rows
    }
}

/// Refuses a file whose columns share bytes: those of a few pages would be read again and again.
pub(super) fn apart(
    meta: &ParquetMetaData,
    wanted: impl Fn(usize) -> bool,
    size: u64,
    damaged: &dyn Fn(String) -> TableError,
) -> Result<(), TableError> {
    let columns = meta.row_groups().iter().flat_map(|it| it.columns().iter().enumerate());
    let stored = columns
        .filter(|(place, _)| wanted(*place))
        .map(|(_, it)| u64::try_from(it.compressed_size()).unwrap_or_default())
        .fold(0_u64, u64::saturating_add);
    if stored > size {
        return Err(damaged(format!(
            "found columns of {stored} bytes, expected at most the {size} of the file"
        )));
    }
    Ok(())
}

/// Refuses a row group with a page beyond the limits in one of the columns at these places of the schema, or with
/// columns that are beyond them together. So many rows are decoded at once.
pub(super) fn check(
    file: &Path,
    group: &RowGroupMetaData,
    wanted: impl Fn(usize) -> bool,
    rows: usize,
    limits: &Limits,
) -> Result<Group, TableError> {
    let mut found = Group::default();
    let mut input = std::fs::File::open(file).map_err(|error| TableError::Io {
        file: file.to_owned(),
        error,
    })?;
    for (place, column) in group.columns().iter().enumerate() {
        if wanted(place) {
            let chunk = Chunk::of(column, rows);
            if chunk.check(file, &mut input, limits, &mut found)? {
                lengths::check(file, column)?;
            }
        }
    }
    Ok(found)
}

/// The bytes of a column in a row group.
pub(crate) struct Chunk {
    pub(crate) name: String,
    /// Where it begins and how long it is; the signs are as in the file.
    pub(crate) start: i64,
    pub(crate) length: i64,
    /// Whether pages are kept as long as rows that were decoded from them.
    pub(crate) is_text: bool,
    /// Whether values are numbers of as many bytes as each takes.
    pub(crate) is_decimal: bool,
    /// A compression that does not end at the size that is stated.
    pub(crate) endless: Option<Endless>,
    /// Bits of a value of a dictionary, at least.
    pub(crate) bits: u64,
    /// Rows that are decoded at once.
    pub(crate) rows: usize,
}

/// What the decoder keeps for each text of a dictionary beside it.
const VIEW: u64 = 16;

impl Chunk {
    fn of(column: &ColumnChunkMetaData, rows: usize) -> Self {
        let described = column.column_descr();
        let decimal = matches!(described.logical_type_ref(), Some(LogicalType::Decimal(_)))
            || described.converted_type() == ConvertedType::DECIMAL;
        Self {
            name: column.column_path().string(),
            start: column.dictionary_page_offset().unwrap_or(column.data_page_offset()),
            length: column.compressed_size(),
            is_text: column.column_type() == Type::BYTE_ARRAY,
            is_decimal: column.column_type() == Type::BYTE_ARRAY && decimal,
            endless: Endless::of(column.compression()),
            bits: match column.column_type() {
                Type::BOOLEAN => 1,
                Type::INT32 | Type::FLOAT | Type::BYTE_ARRAY => 32,
                Type::INT64 | Type::DOUBLE => 64,
                Type::INT96 => 96,
                Type::FIXED_LEN_BYTE_ARRAY => 8 * u64::try_from(described.type_length()).unwrap_or(0).max(1),
            },
            rows,
        }
    }

    /// Looks at every header, and adds what is found to what was found in other columns. Whether pages hold lists of
    /// lengths, which the headers do not bound.
    pub(crate) fn check(
        &self,
        file: &Path,
        input: &mut (impl Read + Seek),
        limits: &Limits,
        group: &mut Group,
    ) -> Result<bool, TableError> {
        let damaged = |reason: String| TableError::Damaged {
            file: file.to_owned(),
            format: "Parquet",
            reason: format!("column `{}`: {reason}", self.name),
        };
        let (Ok(mut at), Ok(length)) = (u64::try_from(self.start), u64::try_from(self.length)) else {
            return Err(damaged(format!("found {} bytes at byte {}", self.length, self.start)));
        };
        let end = at.saturating_add(length);
        let failed = |error| TableError::Io {
            file: file.to_owned(),
            error,
        };
        let (mut dictionary, mut longest, mut lengths) = (0, 0, false);
        let mut window = Window::new(self.rows, self.is_text);
        while at < end {
            group.headers += 1;
            if group.headers > limits.pages as u64 {
                let limit = limits.pages;
                return Err(damaged(format!(
                    "found more pages in the row group than the {limit} expected"
                )));
            }
            let page = header(input, at, end - at, limits).map_err(failed)?;
            let page = page.filter(|it| it.length.saturating_add(it.stored) <= end - at);
            let Some(page) = page else {
                return Err(damaged(format!(
                    "byte {at}: expected the header of a page within the column"
                )));
            };
            let size = page.inflated.max(page.stored);
            longest = size.max(longest);
            lengths |= page.lengths > 0;
            let size = size.saturating_add(page.lengths);
            let (part, limit, flag) = if page.kind == DICTIONARY {
                if page.values.saturating_mul(self.bits) > page.inflated.saturating_mul(8) {
                    return Err(damaged(format!(
                        "byte {at}: found a dictionary of {} values in {} bytes",
                        page.values, page.inflated
                    )));
                }
                // Booleans become a byte each.
                let beside = if self.is_text { VIEW } else { u64::from(self.bits == 1) };
                let views = beside.saturating_mul(page.values);
                dictionary = size.saturating_add(views).max(dictionary);
                ("the dictionary", limits.dictionary_bytes, "--max-dictionary-bytes")
            } else {
                window.add(page.values, size);
                group.copied |= self.is_text && page.prefixed;
                ("a page", limits.part_bytes, "--max-part-bytes")
            };
            let refused = |part, found, limit, flag| TableError::Part {
                file: file.to_owned(),
                part,
                found,
                limit,
                flag,
            };
            if size > limit as u64 {
                return Err(refused(format!("{part} of column `{}`", self.name), size, limit, flag));
            }
            let held = group.held.saturating_add(dictionary).saturating_add(window.most);
            let limit = limits.parts_bytes();
            if held > limit as u64 {
                let part = format!("pages and dictionaries of the columns up to `{}`, together", self.name);
                return Err(refused(part, held, limit, "--max-part-bytes"));
            }
            let values = at.saturating_add(page.length);
            if self.lies(input, values, &page, limits).map_err(failed)? {
                let said = page.inflated;
                return Err(damaged(format!(
                    "byte {at}: found a page that is larger than the {said} bytes that its header states"
                )));
            }
            at = values.saturating_add(page.stored);
        }
        group.held = group.held.saturating_add(dictionary).saturating_add(window.most);
        if self.is_decimal {
            group.decimals = group.decimals.saturating_add(longest);
        } else if self.is_text {
            group.texts = group.texts.saturating_add(longest);
        }
        Ok(lengths)
    }

    /// Whether a page becomes larger than its header says, and that is no matter of the little that it is stored in.
    fn lies(&self, input: &mut (impl Read + Seek), at: u64, page: &Page, limits: &Limits) -> std::io::Result<bool> {
        let (stored, stated) = (page.stored - page.levels, page.inflated - page.levels);
        let Some(endless) = self.endless.filter(|_| page.packed && stated > 0) else {
            return Ok(false);
        };
        if endless.fits(stored, limits.part_bytes as u64) {
            return Ok(false);
        }
        input.seek(SeekFrom::Start(at.saturating_add(page.levels)))?;
        endless.exceeds(input.by_ref().take(stored), stated)
    }
}

/// The header at a place of the file; none where there is none.
fn header(input: &mut (impl Read + Seek), at: u64, most: u64, limits: &Limits) -> std::io::Result<Option<Page>> {
    let longest = (limits.header_bytes as u64).min(most);
    let mut look = LOOK.min(longest);
    loop {
        let mut bytes = Vec::new();
        input.seek(SeekFrom::Start(at))?;
        input.by_ref().take(look).read_to_end(&mut bytes)?;
        let page = parse(&bytes);
        if page.is_some() || look >= longest || (bytes.len() as u64) < look {
            return Ok(page);
        }
        look = look.saturating_mul(8).min(longest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_share_bytes_are_refused() {
        use std::sync::Arc;

        use parquet::{
            file::metadata::FileMetaData,
            schema::{parser::parse_message_type, types::SchemaDescriptor},
        };
        let schema = parse_message_type("message m { required double a; required double b; }").unwrap();
        let schema = Arc::new(SchemaDescriptor::new(Arc::new(schema)));
        let column = |at| ColumnChunkMetaData::builder(schema.column(at)).set_total_compressed_size(60);
        let columns = (0..2).map(|at| column(at).build().unwrap()).collect();
        let group = RowGroupMetaData::builder(Arc::clone(&schema));
        let group = group.set_column_metadata(columns).build().unwrap();
        let meta = ParquetMetaData::new(FileMetaData::new(2, 1, None, None, schema, None), vec![group]);
        let damaged = |reason| TableError::Damaged {
            file: "x".into(),
            format: "Parquet",
            reason,
        };
        assert!(apart(&meta, |_| true, 120, &damaged).is_ok());
        assert!(apart(&meta, |it| it == 0, 119, &damaged).is_ok());
        let text = apart(&meta, |_| true, 119, &damaged).unwrap_err().to_string();
        assert!(
            text.contains("found columns of 120 bytes, expected at most the 119 of the file"),
            "{text}"
        );
    }

    #[test]
    fn fewer_rows_are_decoded_at_once_where_values_are_copied() {
        let group = |copied, decimals, texts| Group {
            copied,
            decimals,
            texts,
            ..Group::default()
        };
        assert_eq!(group(false, 0, 1 << 40).rows(16, 1000), 16);
        assert_eq!(group(true, 0, 1 << 40).rows(16, 1000), 1);
        assert_eq!(group(true, 0, 62).rows(16, 1000), 16);
        assert_eq!(group(true, 0, 63).rows(16, 1000), 8);
        assert_eq!(group(false, 63, 99).rows(16, 1000), 8);
        assert_eq!(group(true, 63, 99).rows(16, 1000), 4);
        assert_eq!(group(true, u64::MAX, u64::MAX).rows(16, 1000), 1);
    }
}
