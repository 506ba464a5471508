//! Bytes of Parquet that no writer makes, for the tests of files that are made to cost time or memory.
#![allow(dead_code, clippy::unwrap_used, reason = "each test takes some of it")]

use std::path::Path;

use deepfix_tabular::{Options, Source, TableError, scan};

/// The rows of a file.
pub(crate) fn read(file: &Path, options: &Options) -> Result<u64, TableError> {
    Ok(scan(&Source::open(file, options)?, options)?.rows)
}

/// Why a file is not read.
pub(crate) fn refusal(file: &Path, options: &Options) -> String {
    read(file, options).unwrap_err().to_string()
}

/// A number in groups of seven bits, in at least so many bytes.
pub(crate) fn length(number: u64, least: usize) -> Vec<u8> {
    let (mut rest, mut bytes) = (number, Vec::new());
    while rest > 0x7f || bytes.len() + 1 < least {
        bytes.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes
}

/// The same in zigzag form.
pub(crate) fn varint(number: u64, least: usize) -> Vec<u8> {
    length(number << 1, least)
}

/// What a page header begins with: the kind of page, its size once decompressed and the size of what is stored.
pub(crate) fn head(kind: u64, said: u64, stored: &[u8]) -> Vec<u8> {
    let stored = varint(stored.len() as u64, 1);
    [
        &[0x15][..],
        &varint(kind, 1),
        &[0x15],
        &varint(said, 1),
        &[0x15],
        &stored,
    ]
    .concat()
}

/// A data page of version 1 without levels, or a dictionary, of so many values.
pub(crate) fn page(is_dictionary: bool, values: u64, encoding: u64, said: u64, stored: &[u8]) -> Vec<u8> {
    let mut bytes = head(if is_dictionary { 2 } else { 0 }, said, stored);
    bytes.extend([if is_dictionary { 0x4c } else { 0x2c }, 0x15]);
    bytes.extend(varint(values, 1));
    bytes.push(0x15);
    bytes.extend(varint(encoding, 1));
    if !is_dictionary {
        // The encodings of the levels, which are not there.
        bytes.extend([0x15, 6, 0x15, 6]);
    }
    bytes.extend([0, 0]);
    bytes.extend(stored);
    bytes
}
