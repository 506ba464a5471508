//! The schema of a Parquet file, before the decoder makes room for what it says.
//!
//! A group may be said to have any number of members, and the decoder makes room for them; groups within each other
//! are read by recursion; and each column's path is copied. Source: `SchemaElement` and `LogicalType` in
//! parquet.thrift.

use super::compact::{BYTE, Compact, FALSE, STRUCTURE, TEXT, TRUE};

/// Groups within each other. Nobody nests tables so deep by hand; a generated schema of 64 levels is readable.
const DEEPEST: usize = 64;
/// Bytes that a name takes in a path besides its own.
const NAME: u64 = 64;

/// What a schema may hold.
#[derive(Debug)]
pub(super) struct Bounds {
    /// Columns, and groups that they are in.
    pub(super) elements: u64,
    /// Bytes of the paths of all columns.
    pub(super) paths: u64,
}

/// Walks through the elements of a schema.
pub(super) fn walk(reader: &mut Compact<'_>, bounds: &Bounds) -> Result<(), String> {
    elements(reader, bounds).ok_or("found a schema that is cut off or has fields of other types")?
}

/// The same: a group is followed by its members. None where that cannot be done.
fn elements(reader: &mut Compact<'_>, bounds: &Bounds) -> Option<Result<(), String>> {
    let (many, kind) = reader.list()?;
    let most = bounds.elements;
    if many > most {
        return Some(Err(format!(
            "found {many} columns and parts of columns, expected at most {most} (a multiple of `--max-columns`)"
        )));
    }
    if many > 0 && kind != STRUCTURE {
        return None;
    }
    // Of each group that is open, the members that are still to come and the bytes of its path.
    let (mut open, mut paths): (Vec<(u64, u64)>, u64) = (Vec::new(), 0);
    for element in 0..many {
        let (members, name) = members(reader)?;
        // The root is in no path.
        let mut path = 0;
        if let Some((rest, above)) = open.last_mut() {
            *rest = rest.saturating_sub(1);
            path = above.saturating_add(name).saturating_add(NAME);
        }
        if members > 0 {
            let left = many - element - 1;
            if members > left {
                return Some(Err(format!(
                    "found a group of {members} columns in a schema that has no more than {left} left"
                )));
            }
            open.push((members, path));
        } else {
            paths = paths.saturating_add(path);
        }
        if open.len() > DEEPEST {
            return Some(Err(format!(
                "found more than the {DEEPEST} columns within each other expected"
            )));
        }
        let most = bounds.paths;
        if paths > most {
            return Some(Err(format!(
                "found paths of columns of more than the {most} bytes expected (a multiple of `--max-footer-bytes`)"
            )));
        }
        while open.last().is_some_and(|it| it.0 == 0) {
            open.pop();
        }
    }
    Some(Ok(()))
}

/// How many members an element says to have, and the bytes of its name. The decoder reads fields that it knows by their number alone, so their
/// types must be what they are; then both read the same.
fn members(reader: &mut Compact<'_>) -> Option<(u64, u64)> {
    let (mut members, mut name, mut field) = (0, 0, 0);
    while let Some(kind) = reader.field(&mut field)? {
        match (field, kind) {
            (5, 4..=6) => members = u64::try_from(reader.number()?).unwrap_or(0),
            (1..=3 | 6..=9, 4..=6) => reader.skip(kind, 0)?,
            (4, TEXT) => {
                let before = reader.rest.len();
                reader.skip(kind, 0)?;
                name = name.max((before - reader.rest.len()) as u64);
            }
            (10, STRUCTURE) => logical(reader)?,
            (1..=10, _) => return None,
            _ => reader.skip(kind, 0)?,
        }
    }
    Some((members, name))
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
            (5, 1 | 2, 4..=6) | (18, 2, 4..=6)
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
