//! Sizes of the pages of a Parquet file, from their headers, before anything is decoded.
//!
//! A page is decompressed as a whole and the dictionary of a column stays in memory as long as the column is read;
//! how large they become is only said in front of them.
//! Source: `PageHeader` in parquet.thrift, and the compact protocol of Thrift that it is written in.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use parquet::file::metadata::RowGroupMetaData;

use crate::{Limits, TableError};

/// Bytes that are read to find a header; most have some fifty.
const LOOK: u64 = 4 << 10;
/// Bytes of the longest header: it may hold the smallest and the largest text of the page.
const LONGEST: u64 = 16 << 20;
/// Structures within each other; those of a page header are three deep.
const DEEPEST: u32 = 16;
/// `PageType::DICTIONARY_PAGE`.
const DICTIONARY: i64 = 2;

/// Refuses a row group with a page beyond the limits in one of the columns at these places of the schema.
pub(super) fn check(
    file: &Path,
    group: &RowGroupMetaData,
    wanted: impl Fn(usize) -> bool,
    limits: &Limits,
) -> Result<(), TableError> {
    let io = |error| TableError::Io {
        file: file.to_owned(),
        error,
    };
    let mut input = File::open(file).map_err(io)?;
    for (place, column) in group.columns().iter().enumerate() {
        if !wanted(place) {
            continue;
        }
        let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
        // Signs and places that cannot be are for the decoder to name.
        let (Ok(mut at), Ok(length)) = (u64::try_from(start), u64::try_from(column.compressed_size())) else {
            continue;
        };
        let end = at.saturating_add(length);
        while at < end {
            let Some(page) = header(&mut input, at, end - at).map_err(io)? else {
                break;
            };
            let (part, limit, flag) = if page.kind == DICTIONARY {
                ("the dictionary", limits.dictionary_bytes, "--max-dictionary-bytes")
            } else {
                ("a page", limits.part_bytes, "--max-part-bytes")
            };
            let found = page.inflated.max(page.stored);
            if found > limit as u64 {
                return Err(TableError::Part {
                    file: file.to_owned(),
                    part: format!("{part} of column `{}`", column.column_path().string()),
                    found,
                    limit,
                    flag,
                });
            }
            at = at.saturating_add(page.length).saturating_add(page.stored);
        }
    }
    Ok(())
}

/// What a page header says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Page {
    kind: i64,
    /// Bytes once decompressed.
    inflated: u64,
    /// Bytes in the file, behind the header.
    stored: u64,
    /// Bytes of the header.
    length: u64,
}

/// The header at a place of the file; none where there is none, which the decoder says better.
fn header(input: &mut File, at: u64, most: u64) -> std::io::Result<Option<Page>> {
    let mut look = LOOK;
    loop {
        let mut bytes = Vec::new();
        input.seek(SeekFrom::Start(at))?;
        input.by_ref().take(look.min(most)).read_to_end(&mut bytes)?;
        let whole = (bytes.len() as u64) < look || look >= LONGEST;
        if let Some(page) = parse(&bytes) {
            return Ok(Some(page));
        }
        if whole {
            return Ok(None);
        }
        look *= 8;
    }
}

/// Whether bytes begin with a page header, for fuzzing.
pub(crate) fn is_header(bytes: &[u8]) -> bool {
    parse(bytes).is_some()
}

fn parse(bytes: &[u8]) -> Option<Page> {
    let mut reader = Compact { rest: bytes };
    let mut page = Page::default();
    let mut field = 0;
    while let Some(kind) = reader.field(&mut field)? {
        match (field, kind) {
            (1, 5) => page.kind = reader.signed()?,
            (2, 5) => page.inflated = u64::try_from(reader.signed()?).ok()?,
            (3, 5) => page.stored = u64::try_from(reader.signed()?).ok()?,
            _ => reader.skip(kind, 0)?,
        }
    }
    page.length = (bytes.len() - reader.rest.len()) as u64;
    Some(page)
}

/// Thrift's compact protocol, as far as it takes to step over what is not looked at.
struct Compact<'a> {
    rest: &'a [u8],
}

impl Compact<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// A number in zigzag form.
    fn signed(&mut self) -> Option<i64> {
        let it = self.varint()?;
        Some((it >> 1).cast_signed() ^ -(it & 1).cast_signed())
    }

    /// The type of the next field, whose number is written to `field`; the inner none at the end of the structure.
    fn field(&mut self, field: &mut i64) -> Option<Option<u8>> {
        let byte = self.byte()?;
        let kind = byte & 0x0f;
        if kind == 0 {
            return Some(None);
        }
        *field = match byte >> 4 {
            0 => self.signed()?,
            more => field.saturating_add(i64::from(more)),
        };
        Some(Some(kind))
    }

    fn advance(&mut self, bytes: u64) -> Option<()> {
        self.rest = self.rest.get(usize::try_from(bytes).ok()?..)?;
        Some(())
    }

    /// Steps over a value of a type. Booleans of a field stand in its type, those of a list in a byte each.
    fn skip(&mut self, kind: u8, depth: u32) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match kind {
            1 | 2 => Some(()),
            3 => self.advance(1),
            4..=6 => self.varint().map(drop),
            7 => self.advance(8),
            8 => {
                let length = self.varint()?;
                self.advance(length)
            }
            9 | 10 => {
                let byte = self.byte()?;
                let many = if byte >> 4 == 15 {
                    self.varint()?
                } else {
                    u64::from(byte >> 4)
                };
                for _ in 0..many {
                    self.element(byte & 0x0f, depth)?;
                }
                Some(())
            }
            11 => {
                let many = self.varint()?;
                let kinds = if many == 0 { 0 } else { self.byte()? };
                for _ in 0..many {
                    self.element(kinds >> 4, depth)?;
                    self.element(kinds & 0x0f, depth)?;
                }
                Some(())
            }
            12 => {
                let mut field = 0;
                while let Some(kind) = self.field(&mut field)? {
                    self.skip(kind, depth + 1)?;
                }
                Some(())
            }
            _ => None,
        }
    }

    fn element(&mut self, kind: u8, depth: u32) -> Option<()> {
        match kind {
            1 | 2 => self.advance(1),
            it => self.skip(it, depth + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_pages_are_read_and_stepped_over() {
        // type 2, 300 bytes, 20 stored, crc, dictionary header { 3 values, encoding 0, not sorted }.
        let bytes = [
            0x15, 4, 0x15, 0xd8, 4, 0x15, 40, 0x15, 1, 0x3c, 0x15, 6, 0x15, 0, 0x12, 0, 0, 9, 9,
        ];
        let page = parse(&bytes).unwrap();
        let expected = Page {
            kind: DICTIONARY,
            inflated: 300,
            stored: 20,
            length: 17,
        };
        assert_eq!(page, expected);
        for end in 0..17 {
            assert_eq!(parse(&bytes[..end]), None, "{end}");
        }
        // Structures without an end.
        assert_eq!(parse(&[0x1c; 1000]), None);
        // A negative size.
        assert_eq!(parse(&[0x25, 1, 0]), None);
    }
}
