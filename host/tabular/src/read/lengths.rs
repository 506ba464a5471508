//! Pages of Parquet whose values are behind a list of their lengths (`DELTA_LENGTH_BYTE_ARRAY`, `DELTA_BYTE_ARRAY`).
//!
//! How many lengths there are is said within the page, and the decoder makes room for all of them: lengths without a
//! difference take no bytes. So what a page says is compared with its header first.
//! Source: `DELTA_BINARY_PACKED` in "Encodings" of the Parquet format.

use std::{fs::File, path::Path, sync::Arc};

use parquet::{
    basic::Encoding,
    column::page::{Page, PageReader},
    errors::ParquetError,
    file::{metadata::ColumnChunkMetaData, serialized_reader::SerializedPageReader},
};

use super::compact::Compact;
use crate::TableError;

/// Refuses a column with a page that has more lengths than values. Its pages must be bounded already.
pub(super) fn check(file: &Path, column: &ColumnChunkMetaData) -> Result<(), TableError> {
    let input = File::open(file).map_err(|error| TableError::Io {
        file: file.to_owned(),
        error,
    })?;
    of_column(input, column).map_err(|error| TableError::Damaged {
        file: file.to_owned(),
        format: "Parquet",
        reason: format!("column `{}`: {error}", column.column_path().string()),
    })
}

fn of_column(input: File, column: &ColumnChunkMetaData) -> Result<(), ParquetError> {
    let described = column.column_descr();
    // The number of rows only says when pages that have none begin.
    let rows = usize::try_from(column.num_values()).unwrap_or_default();
    let mut pages = SerializedPageReader::new(Arc::new(input), column, rows, None)?;
    while let Some(page) = pages.get_next_page()? {
        let (buffer, levels, encoding) = match &page {
            Page::DataPage {
                buf,
                num_values,
                encoding,
                def_level_encoding,
                rep_level_encoding,
                ..
            } => {
                let repeated = levels(buf, 0, described.max_rep_level(), *num_values, *rep_level_encoding)?;
                let both = levels(
                    buf,
                    repeated,
                    described.max_def_level(),
                    *num_values,
                    *def_level_encoding,
                )?;
                (buf, both, *encoding)
            }
            Page::DataPageV2 {
                buf,
                encoding,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => {
                let both = u64::from(*def_levels_byte_len) + u64::from(*rep_levels_byte_len);
                (buf, usize::try_from(both).unwrap_or(usize::MAX), *encoding)
            }
            Page::DictionaryPage { .. } => continue,
        };
        let lists = match encoding {
            Encoding::DELTA_LENGTH_BYTE_ARRAY => 1,
            Encoding::DELTA_BYTE_ARRAY => 2,
            _ => continue,
        };
        let lengths = buffer.get(levels..).unwrap_or_default();
        of_lists(lengths, lists, u64::from(page.num_values()))?;
    }
    Ok(())
}

/// Where the levels of one kind end that begin at a place of a page of version 1.
fn levels(bytes: &[u8], from: usize, most: i16, values: u32, encoding: Encoding) -> Result<usize, ParquetError> {
    let end = match encoding {
        _ if most <= 0 => Some(from),
        Encoding::RLE => {
            let size = bytes.get(from..).and_then(<[u8]>::first_chunk);
            let size = size.and_then(|it| usize::try_from(i32::from_le_bytes(*it)).ok());
            size.and_then(|it| from.checked_add(it)?.checked_add(4))
        }
        // As written before 2.0: with as many bits for each as the highest takes.
        _ => {
            let bits = u64::from(u16::BITS - most.unsigned_abs().leading_zeros());
            let size = (u64::from(values) * bits).div_ceil(8);
            usize::try_from(size).ok().and_then(|it| from.checked_add(it))
        }
    };
    end.ok_or_else(|| ParquetError::EOF("a page has no room for its levels".to_owned()))
}

/// Compares the lengths of so many lists with the values of their page.
fn of_lists(bytes: &[u8], lists: usize, values: u64) -> Result<(), ParquetError> {
    let cut = || ParquetError::EOF("the lengths of a page end behind it".to_owned());
    let mut reader = Compact { rest: bytes };
    for list in 1..=lists {
        let head = Head::of(&mut reader).ok_or_else(cut)?;
        if head.values > values {
            return Err(ParquetError::General(format!(
                "found {} lengths in a page of {values} values",
                head.values
            )));
        }
        if list < lists {
            head.skip(&mut reader).ok_or_else(cut)?;
        }
    }
    Ok(())
}

/// What a list begins with.
struct Head {
    /// Parts of a block, and values of a part.
    parts: u64,
    part: u64,
    values: u64,
}

impl Head {
    fn of(reader: &mut Compact<'_>) -> Option<Self> {
        let block = reader.varint()?;
        let parts = reader.varint()?;
        let values = reader.varint()?;
        // The first value.
        reader.varint()?;
        let part = block.checked_div(parts)?;
        (block % 128 == 0 && block % parts == 0 && part % 32 == 0).then_some(Self { parts, part, values })
    }

    /// Steps over the blocks. Parts behind the last value have a width and no bytes.
    fn skip(&self, reader: &mut Compact<'_>) -> Option<()> {
        let mut rest = self.values.saturating_sub(1);
        while rest > 0 {
            // The smallest difference.
            reader.varint()?;
            let (widths, bits) = reader.rest.split_at_checked(usize::try_from(self.parts).ok()?)?;
            reader.rest = bits;
            for width in widths {
                if rest > 0 {
                    reader.advance(self.part.checked_mul(u64::from(*width))? / 8)?;
                }
                rest = rest.saturating_sub(self.part);
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header of a list: blocks of 128 in 4 parts, so many values, the first of which is 0.
    fn list(values: u8) -> Vec<u8> {
        vec![0x80, 1, 4, values, 0]
    }

    #[test]
    fn lists_of_more_lengths_than_values_are_refused() {
        assert!(of_lists(&list(3), 1, 3).is_ok());
        let text = of_lists(&list(4), 1, 3).unwrap_err().to_string();
        assert!(text.contains("found 4 lengths in a page of 3 values"), "{text}");
        // A list, a block without a difference, and the second list.
        let two = |values, second| [list(values), vec![0, 0, 0, 0, 0], list(second)].concat();
        assert!(of_lists(&two(3, 3), 2, 3).is_ok());
        assert!(of_lists(&two(3, 4), 2, 3).is_err());
        assert!(of_lists(&two(4, 3), 2, 3).is_err());
        // Only the first one is a list of lengths then.
        assert!(of_lists(&two(3, 4), 1, 3).is_ok());
        assert!(of_lists(&list(3), 2, 3).is_err());
        // Parts of 1 bit: 4 bytes each, of which only the first is there.
        let packed = |bytes| [list(33), vec![0, 1, 1, 1, 1], vec![0xff; bytes], list(34)].concat();
        assert!(of_lists(&packed(4), 2, 33).is_err());
        assert!(of_lists(&packed(4), 2, 34).is_ok());
        assert!(of_lists(&packed(1), 2, 34).is_err());
        for odd in [
            &[0x80, 1, 0, 3, 0][..],
            &[0x80, 1, 3, 3, 0],
            &[0x81, 1, 1, 3, 0],
            &[0x80, 1, 8, 3, 0],
            &[0x80],
        ] {
            assert!(of_lists(odd, 1, 3).is_err(), "{odd:?}");
        }
    }

    #[test]
    fn levels_are_stepped_over_as_they_are_written() {
        assert_eq!(levels(&[], 0, 0, 9, Encoding::RLE).unwrap(), 0);
        assert_eq!(levels(&[9, 2, 0, 0, 0, 7, 7], 1, 1, 9, Encoding::RLE).unwrap(), 7);
        assert!(levels(&[9, 2, 0, 0], 1, 1, 9, Encoding::RLE).is_err());
        assert!(levels(&[0xff; 8], 0, 1, 9, Encoding::RLE).is_err());
        #[expect(deprecated, reason = "old files are written so")]
        let packed = Encoding::BIT_PACKED;
        assert_eq!(levels(&[], 1, 1, 9, packed).unwrap(), 3);
        assert_eq!(levels(&[], 0, 3, 9, packed).unwrap(), 3);
        assert_eq!(levels(&[], 0, 4, 8, packed).unwrap(), 3);
    }
}
