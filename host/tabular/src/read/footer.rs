//! The footer of a Parquet file, before the decoder makes room for what it says.
//!
//! Source: `FileMetaData` in parquet.thrift.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader};

use super::{
    compact::{Compact, LIST},
    schema::{self, Bounds},
};
use crate::{Limits, TableError};

/// Bytes behind the footer: its length and the magic.
const TAIL: u64 = 8;
const MAGIC: &[u8] = b"PAR1";
const ENCRYPTED: &[u8] = b"PARE";
/// Elements of the schema for each column that a table may have: structures and lists are left out, but may be there.
const ELEMENTS: usize = 64;
/// Bytes of the paths of all columns for each byte that a footer may have. A path names all groups that a column is in.
const PATHS: u64 = 4;
/// Bytes of a row group, at least: its columns, bytes and rows, and its end.
const ROW_GROUP: u64 = 7;
/// Bytes of a pair of a key and a value, and of the order of a column, at least.
const PAIR: u64 = 3;

/// Reads what the footer of a file says; none where there is no footer.
pub(super) fn read(file: &Path, limits: &Limits) -> Result<Option<ParquetMetaData>, TableError> {
    let failed = |error| TableError::Io {
        file: file.to_owned(),
        error,
    };
    let damaged = |reason| TableError::Damaged {
        file: file.to_owned(),
        format: "Parquet",
        reason,
    };
    let mut input = File::open(file).map_err(failed)?;
    let Some(at) = input.metadata().map_err(failed)?.len().checked_sub(TAIL) else {
        return Ok(None);
    };
    let mut tail = [0; TAIL as usize];
    input.seek(SeekFrom::Start(at)).map_err(failed)?;
    input.read_exact(&mut tail).map_err(failed)?;
    let length = tail.first_chunk().map_or(0, |it| u64::from(u32::from_le_bytes(*it)));
    if tail.ends_with(ENCRYPTED) {
        return Err(damaged(
            "found an encrypted footer, expected one in the clear".to_owned(),
        ));
    }
    let Some(start) = at.checked_sub(length).filter(|_| tail.ends_with(MAGIC)) else {
        return Ok(None);
    };
    let limit = limits.footer_bytes;
    if length > limit as u64 {
        return Err(damaged(format!(
            "found a footer of {length} bytes, expected at most {limit} (`--max-footer-bytes`)"
        )));
    }
    let mut bytes = Vec::new();
    input.seek(SeekFrom::Start(start)).map_err(failed)?;
    input.take(length).read_to_end(&mut bytes).map_err(failed)?;
    of(&bytes, limits).map(Some).map_err(damaged)
}

/// Decodes the bytes of a footer.
pub(crate) fn of(bytes: &[u8], limits: &Limits) -> Result<ParquetMetaData, String> {
    let bounds = Bounds {
        elements: (limits.columns as u64).saturating_mul(ELEMENTS as u64),
        paths: (limits.footer_bytes as u64).saturating_mul(PATHS),
    };
    decode(bytes, &bounds)
}

/// Decodes a footer whose schema stays within bounds.
fn decode(bytes: &[u8], bounds: &Bounds) -> Result<ParquetMetaData, String> {
    // The schema alone, and then no other: the decoder would take one that stands further on, behind whatever it reads
    // otherwise.
    let mut alone = vec![0x29];
    alone.extend(schema(bytes, bounds)?);
    let schema = ParquetMetaDataReader::decode_schema(&alone).map_err(|it| it.to_string())?;
    let options = ParquetMetaDataOptions::new().with_schema(schema);
    ParquetMetaDataReader::decode_metadata_with_options(bytes, Some(&options)).map_err(|it| it.to_string())
}

/// The bytes of the list of a schema's elements. No list may say to be longer than there is room for: the decoder makes
/// room for all that it says.
fn schema<'a>(bytes: &'a [u8], bounds: &Bounds) -> Result<&'a [u8], String> {
    const CUT: &str = "found a footer that is cut off, or has fields of other types";
    let mut reader = Compact { rest: bytes };
    let (mut field, mut found, mut before) = (0, None, 0);
    while let Some(kind) = reader.field(&mut field).ok_or(CUT)? {
        // Whoever writes them does so in their order; of two of a number, or of one before, the decoder takes the last.
        if field <= before {
            return Err("found the fields of a footer out of their order".to_owned());
        }
        before = field;
        match (field, kind) {
            (1 | 3, 4..=6) => drop(reader.number().ok_or(CUT)?),
            (2, LIST) => {
                let list = reader.rest;
                schema::walk(&mut reader, bounds)?;
                found = list.get(..list.len() - reader.rest.len());
            }
            (4 | 5 | 7, LIST) => {
                let list = reader.rest;
                let many = reader.list().ok_or(CUT)?.0;
                let least = if field == 4 { ROW_GROUP } else { PAIR };
                if many.saturating_mul(least) > reader.rest.len() as u64 {
                    return Err(format!(
                        "found a list of {many} parts in a footer that has no room for them"
                    ));
                }
                reader.rest = list;
                reader.skip(kind, 0).ok_or(CUT)?;
            }
            (1..=5 | 7, _) => return Err(CUT.to_owned()),
            _ => reader.skip(kind, 0).ok_or(CUT)?,
        }
    }
    found.ok_or_else(|| "found a footer without a schema".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An element: its name, and how many members it has, or the type INT32 where it has none.
    fn element(children: u8) -> Vec<u8> {
        match children {
            // Type INT32, required, `a`.
            0 => vec![0x15, 2, 0x25, 0, 0x18, 1, b'a', 0],
            // Required, `a`, children.
            some => vec![0x35, 0, 0x18, 1, b'a', 0x15, some * 2, 0],
        }
    }

    /// A footer with these elements, no rows and no row groups.
    fn footer(elements: &[Vec<u8>]) -> Vec<u8> {
        let many = u8::try_from(elements.len()).unwrap();
        let mut bytes = vec![0x15, 2, 0x19, 0xfc, many];
        bytes.extend(elements.concat());
        bytes.extend([0x16, 0, 0x19, 0x0c, 0]);
        bytes
    }

    #[test]
    fn columns_of_every_kind_are_read() {
        let bytes = include_bytes!("../../tests/fixtures/parquet_footer");
        let meta = of(bytes, &Limits::default()).unwrap();
        assert_eq!(meta.file_metadata().schema_descr().num_columns(), 8);
        for end in 0..bytes.len() {
            assert!(of(&bytes[..end], &Limits::default()).is_err(), "{end}");
        }
    }

    fn decoded(bytes: &[u8]) -> Result<ParquetMetaData, String> {
        let bounds = Bounds {
            elements: 127,
            paths: 10_000,
        };
        decode(bytes, &bounds)
    }

    fn refused(elements: &[Vec<u8>]) -> String {
        decoded(&footer(elements)).unwrap_err()
    }

    #[test]
    fn schemas_are_read_and_bounded() {
        let few = |elements, paths| Bounds { elements, paths };
        let three = [element(2), element(0), element(0)];
        let meta = decode(&footer(&three), &few(3, 200)).unwrap();
        assert_eq!(meta.file_metadata().schema_descr().num_columns(), 2);
        let text = decode(&footer(&three), &few(2, 200)).unwrap_err();
        assert!(
            text.contains("found 3 columns") && text.contains("--max-columns"),
            "{text}"
        );
        // Two paths of one name of a byte, which has its length in front.
        assert!(decode(&footer(&three), &few(3, 132)).is_ok());
        let text = decode(&footer(&three), &few(3, 131)).unwrap_err();
        assert!(
            text.contains("found paths of columns of more than the 131 bytes"),
            "{text}"
        );
        let text = refused(&[element(3), element(0), element(0)]);
        assert!(
            text.contains("found a group of 3 columns in a schema that has no more than 2 left"),
            "{text}"
        );
        let nested = |depth: usize| [vec![element(1); depth], vec![element(0)]].concat();
        assert!(decoded(&footer(&nested(64))).is_ok());
        let text = refused(&nested(65));
        assert!(
            text.contains("found more than the 64 columns within each other"),
            "{text}"
        );
    }

    #[test]
    fn numbers_may_be_written_as_wider_ones() {
        // As some writers do when they write a footer again.
        let wide = |bytes: Vec<u8>| {
            bytes
                .iter()
                .map(|it| if matches!(it, 0x15 | 0x25 | 0x35) { it + 1 } else { *it })
                .collect()
        };
        let bytes: Vec<u8> = wide(footer(&[element(2), element(0), element(0)]));
        assert_eq!(decoded(&bytes).unwrap().file_metadata().schema_descr().num_columns(), 2);
    }

    #[test]
    fn row_groups_need_room() {
        let mut bytes = footer(&[element(1), element(0)]);
        bytes.truncate(bytes.len() - 2);
        bytes.extend([0xfc, 10]);
        bytes.extend([0; 69]);
        let text = decoded(&bytes).unwrap_err();
        assert!(
            text.contains("found a list of 10 parts in a footer that has no room for them"),
            "{text}"
        );
    }

    #[test]
    fn a_footer_that_is_cut_off_is_an_error() {
        let bytes = footer(&[element(2), element(0), element(0)]);
        for end in 0..bytes.len() {
            assert!(decoded(&bytes[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn fields_of_other_types_and_other_schemas_are_no_way_around() {
        // The version as a text: the decoder reads a number there, and the schema within it.
        let mut bytes = footer(&[element(1), element(0)]);
        bytes[0] = 0x18;
        assert!(decoded(&bytes).is_err());
        // A second schema, or second row groups, further on.
        for again in [[0x09, 4, 0x2c], [0x09, 8, 0x2c]] {
            let mut bytes = footer(&[element(1), element(0)]);
            bytes.pop();
            bytes.extend(again);
            bytes.extend([element(1), element(60), vec![0]].concat());
            let text = decoded(&bytes).unwrap_err();
            assert!(text.contains("out of their order"), "{text}");
        }
        // The unit of a time as a number, and what follows it.
        let time = |unit: &[u8]| {
            let head = [0x15, 4, 0x25, 0, 0x18, 1, b'a', 0x6c, 0x8c, 0x11];
            [&head, unit, &[0, 0, 0]].concat()
        };
        assert!(decoded(&footer(&[element(1), time(&[0x1c, 0x1c, 0, 0])])).is_ok());
        for unit in [&[0x15, 0][..], &[0x1c, 0x15, 0, 0], &[0x1c, 0]] {
            assert!(decoded(&footer(&[element(1), time(unit)])).is_err(), "{unit:?}");
        }
    }
}
