//! The footer of a Parquet file, before the decoder makes room for what it says.
//!
//! A list in it, or a group of its schema, may be said to have any number of members; and groups within each other
//! are read by recursion. Source: `FileMetaData` and `SchemaElement` in parquet.thrift.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader};

use super::compact::{BYTE, Compact, FALSE, LIST, NUMBER, STRUCTURE, TEXT, TRUE};
use crate::{Limits, TableError};

/// Bytes behind the footer: its length and the magic.
const TAIL: u64 = 8;
const MAGIC: &[u8] = b"PAR1";
/// Groups within each other. Nobody nests tables so deep by hand; a generated schema of 64 levels is readable.
const DEEPEST: usize = 64;
/// Elements of the schema for each column that a table may have: structures and lists are left out, but may be there.
const ELEMENTS: usize = 64;

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
    let Some(start) = at.checked_sub(length).filter(|_| tail.ends_with(MAGIC)) else {
        return Ok(None);
    };
    let limit = limits.footer_bytes;
    if length > limit as u64 {
        return Err(damaged(format!(
            "found a footer of {length} bytes, expected at most {limit}"
        )));
    }
    let mut bytes = Vec::new();
    input.seek(SeekFrom::Start(start)).map_err(failed)?;
    input.take(length).read_to_end(&mut bytes).map_err(failed)?;
    let most = limits.columns.saturating_mul(ELEMENTS);
    decode(&bytes, most).map(Some).map_err(damaged)
}

/// Decodes a footer whose schema has at most so many elements.
fn decode(bytes: &[u8], most: usize) -> Result<ParquetMetaData, String> {
    let schema = schema(bytes, most)?;
    // Alone, and then no other: the decoder would take one that stands further on, behind whatever it reads otherwise.
    let mut alone = vec![0x29];
    alone.extend(schema);
    let schema = ParquetMetaDataReader::decode_schema(&alone).map_err(|it| it.to_string())?;
    let options = ParquetMetaDataOptions::new().with_schema(schema);
    ParquetMetaDataReader::decode_metadata_with_options(bytes, Some(&options)).map_err(|it| it.to_string())
}

/// The bytes of the list of a schema's elements, which has no more of them, and no deeper groups, than may be.
fn schema(bytes: &[u8], most: usize) -> Result<&[u8], String> {
    let mut reader = Compact { rest: bytes };
    let mut field = 0;
    // Whoever writes the fields in their order has the version in front of it.
    loop {
        match (reader.field(&mut field).flatten(), field) {
            (Some(NUMBER), 1) => drop(reader.number()),
            (Some(LIST), 2) => break,
            _ => return Err("found a footer without a schema at its begin".to_owned()),
        }
    }
    let list = reader.rest;
    elements(&mut reader, most).ok_or("found a schema that is cut off or has fields of other types")??;
    Ok(list.get(..list.len() - reader.rest.len()).unwrap_or_default())
}

/// Walks through the elements: a group is followed by its members. None where that cannot be done.
fn elements(reader: &mut Compact<'_>, most: usize) -> Option<Result<(), String>> {
    let (many, kind) = reader.list()?;
    if many > most as u64 {
        return Some(Err(format!(
            "found {many} columns and parts of columns, expected at most {most} (`--max-columns` times {ELEMENTS})"
        )));
    }
    if many > 0 && kind != STRUCTURE {
        return None;
    }
    // Members that are still to come, of each group that is open.
    let mut open: Vec<u64> = Vec::new();
    for element in 0..many {
        let children = children(reader)?;
        if let Some(last) = open.last_mut() {
            *last = last.saturating_sub(1);
        }
        if children > 0 {
            let members = u64::from(children.unsigned_abs());
            if members >= many - element {
                return Some(Err(format!(
                    "found a group of {members} columns in a schema that has no more than {} left",
                    many - element - 1
                )));
            }
            open.push(members);
        }
        if open.len() > DEEPEST {
            return Some(Err(format!(
                "found more than the {DEEPEST} columns within each other expected"
            )));
        }
        while open.last() == Some(&0) {
            open.pop();
        }
    }
    Some(Ok(()))
}

/// How many members an element says to have. The decoder reads fields that it knows by their number alone, so their
/// types must be what they are; then both read the same.
fn children(reader: &mut Compact<'_>) -> Option<i32> {
    let (mut children, mut field) = (0, 0);
    while let Some(kind) = reader.field(&mut field)? {
        match (field, kind) {
            (5, NUMBER) => children = reader.number()?,
            (1..=3 | 6..=9, NUMBER) | (4, TEXT) => reader.skip(kind, 0)?,
            (10, STRUCTURE) => logical(reader)?,
            (1..=10, _) => return None,
            _ => reader.skip(kind, 0)?,
        }
    }
    Some(children)
}

/// Steps over a `LogicalType`, in the same way.
fn logical(reader: &mut Compact<'_>) -> Option<()> {
    let mut variant = 0;
    if reader.field(&mut variant)?? != STRUCTURE {
        return None;
    }
    let mut field = 0;
    while let Some(kind) = reader.field(&mut field)? {
        match (variant, field, kind) {
            // The scale and precision of decimals, how edges on the globe are drawn.
            (5, 1 | 2, NUMBER) | (18, 2, NUMBER)
            // Bits and sign of whole numbers, whether times are in UTC, the version of variants, the system of places.
            | (10, 1, BYTE) | (10, 2, TRUE | FALSE) | (7 | 8, 1, TRUE | FALSE) | (16, 1, BYTE) | (17 | 18, 1, TEXT) => {
                reader.skip(kind, 0)?;
            }
            (7 | 8, 2, STRUCTURE) => unit(reader)?,
            (5 | 7 | 8 | 10 | 18, 1 | 2, _) | (16 | 17, 1, _) => return None,
            _ => reader.skip(kind, 0)?,
        }
    }
    reader.field(&mut variant)?.is_none().then_some(())
}

/// Steps over a `TimeUnit`: one of some empty structures.
fn unit(reader: &mut Compact<'_>) -> Option<()> {
    let mut field = 0;
    let empty = reader.field(&mut field)?? == STRUCTURE && reader.field(&mut 0)?.is_none();
    (empty && reader.field(&mut field)?.is_none()).then_some(())
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

    fn refused(elements: &[Vec<u8>]) -> String {
        decode(&footer(elements), 127).unwrap_err()
    }

    #[test]
    fn schemas_are_read_and_bounded() {
        let meta = decode(&footer(&[element(2), element(0), element(0)]), 3).unwrap();
        assert_eq!(meta.file_metadata().schema_descr().num_columns(), 2);
        let text = decode(&footer(&[element(2), element(0), element(0)]), 2).unwrap_err();
        assert!(
            text.contains("found 3 columns") && text.contains("--max-columns"),
            "{text}"
        );
        let text = refused(&[element(3), element(0), element(0)]);
        assert!(
            text.contains("found a group of 3 columns in a schema that has no more than 2 left"),
            "{text}"
        );
        let nested = |depth: usize| [vec![element(1); depth], vec![element(0)]].concat();
        assert!(decode(&footer(&nested(DEEPEST)), 127).is_ok());
        let text = refused(&nested(DEEPEST + 1));
        assert!(
            text.contains("found more than the 64 columns within each other"),
            "{text}"
        );
    }

    #[test]
    fn a_footer_that_is_cut_off_is_an_error() {
        let bytes = footer(&[element(2), element(0), element(0)]);
        for end in 0..bytes.len() {
            assert!(decode(&bytes[..end], 127).is_err(), "{end}");
        }
    }

    #[test]
    fn fields_of_other_types_and_other_schemas_are_no_way_around() {
        // The version as a text: the decoder reads a number there, and the schema within it.
        let mut bytes = footer(&[element(1), element(0)]);
        bytes[0] = 0x18;
        assert!(decode(&bytes, 127).is_err());
        // A second schema further on is not looked at.
        let mut bytes = footer(&[element(1), element(0)]);
        bytes.pop();
        bytes.extend([0x09, 4, 0x2c]);
        bytes.extend([element(1), element(60), vec![0]].concat());
        let meta = decode(&bytes, 127).unwrap();
        assert_eq!(meta.file_metadata().schema_descr().num_columns(), 1);
        // The unit of a time as a number, and what follows it.
        let time = |unit: &[u8]| {
            let head = [0x15, 4, 0x25, 0, 0x18, 1, b'a', 0x6c, 0x8c, 0x11];
            [&head, unit, &[0, 0, 0]].concat()
        };
        assert!(decode(&footer(&[element(1), time(&[0x1c, 0x1c, 0, 0])]), 127).is_ok());
        for unit in [&[0x15, 0][..], &[0x1c, 0x15, 0, 0], &[0x1c, 0]] {
            assert!(decode(&footer(&[element(1), time(unit)]), 127).is_err(), "{unit:?}");
        }
    }
}
