//! The headers of Parquet's pages.
//!
//! Whatever is taken for a header here, the decoder must read the same from; what it might read otherwise is no header.
//! Source: `PageHeader` in parquet.thrift; fields that are known are read by their number alone and cut to 32 bits, as
//! the decoder does it.

use super::compact::Compact;

/// `PageType::DATA_PAGE`.
const DATA: i32 = 0;
/// `PageType::DICTIONARY_PAGE`.
pub(super) const DICTIONARY: i32 = 2;
/// `PageType::DATA_PAGE_V2`.
const DATA_2: i32 = 3;
/// `Encoding::DELTA_LENGTH_BYTE_ARRAY`.
const LENGTHS: i32 = 6;
/// `Encoding::DELTA_BYTE_ARRAY`.
const PREFIXES: i32 = 7;

/// What a page header says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) kind: i32,
    /// Bytes once decompressed.
    pub(super) inflated: u64,
    /// Bytes in the file, behind the header.
    pub(super) stored: u64,
    /// Values, with those that are missing.
    pub(super) values: u64,
    /// Whether a value is written as what differs from the one before.
    pub(super) prefixed: bool,
    /// Bytes that the lengths of all values take, where they stand in front of them.
    pub(super) lengths: u64,
    /// Bytes in front of the values, of both sizes, that are never compressed.
    pub(super) levels: u64,
    /// Whether what follows them is compressed, where the column is.
    pub(super) packed: bool,
    /// Bytes of the header.
    pub(super) length: u64,
}

/// The header that bytes begin with.
///
/// An index page is none: nobody writes them, and the decoder steps over them in two ways.
pub(super) fn parse(bytes: &[u8]) -> Option<Page> {
    let mut reader = Compact { rest: bytes };
    let (mut kind, mut inflated, mut stored) = (None, None, None);
    let (mut data, mut dictionary, mut data_2) = (None, None, None);
    let mut field = 0;
    while let Some(type_of) = reader.field(&mut field)? {
        match field {
            1 => kind = Some(reader.number()?),
            2 => inflated = Some(reader.number()?),
            3 => stored = Some(reader.number()?),
            4 => drop(reader.number()?),
            5 => data = Some(Inner::of(&mut reader, 4, 0)?),
            7 => dictionary = Some(Inner::of(&mut reader, 2, 3)?),
            8 => data_2 = Some(Inner::of(&mut reader, 6, 7)?),
            6 => return None,
            _ => reader.skip(type_of, 0)?,
        }
    }
    let kind = kind?;
    let inflated = u64::try_from(inflated?).ok()?;
    let stored = u64::try_from(stored?).ok()?;
    // The decoder goes by this header where there is one, whatever the kind.
    let (levels, packed) = match &data_2 {
        Some(it) => (it.levels()?, it.flag.unwrap_or(true)),
        None => (0, true),
    };
    if levels > inflated.min(stored) {
        return None;
    }
    let (inner, encoding) = match kind {
        DATA => (data?, 2),
        DICTIONARY => (dictionary?, 2),
        DATA_2 => (data_2?, 4),
        _ => return None,
    };
    let values = u64::try_from(inner.number(1)?).ok()?;
    let encoding = inner.number(encoding)?;
    Some(Page {
        kind,
        inflated,
        stored,
        values,
        prefixed: encoding == PREFIXES,
        lengths: match encoding {
            LENGTHS => values.saturating_mul(4),
            PREFIXES => values.saturating_mul(8),
            _ => 0,
        },
        levels,
        packed,
        length: (bytes.len() - reader.rest.len()) as u64,
    })
}

/// What the header of one kind of page says.
#[derive(Debug, Default)]
struct Inner {
    /// By the number of their field.
    numbers: [Option<i32>; 7],
    flag: Option<bool>,
}

impl Inner {
    /// Reads numbers in fields 1 to `last`, a boolean in `flag`.
    fn of(reader: &mut Compact<'_>, last: i16, flag: i16) -> Option<Self> {
        let mut inner = Self::default();
        let mut field = 0;
        while let Some(kind) = reader.field(&mut field)? {
            let place = usize::try_from(field).ok();
            if (1..=last).contains(&field) {
                let it = reader.number()?;
                if let Some(place) = place.and_then(|it| inner.numbers.get_mut(it)) {
                    *place = Some(it);
                }
            } else if field == flag && flag != 0 {
                inner.flag = match kind {
                    1 => Some(true),
                    2 => Some(false),
                    _ => return None,
                };
            } else {
                reader.skip(kind, 0)?;
            }
        }
        Some(inner)
    }

    fn number(&self, field: usize) -> Option<i32> {
        self.numbers.get(field).copied().flatten()
    }

    /// Bytes of both kinds of levels, in `DataPageHeaderV2`.
    fn levels(&self) -> Option<u64> {
        let bytes = |field| u64::try_from(self.number(field)?).ok();
        bytes(5)?.checked_add(bytes(6)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Type 2, 300 bytes, 20 stored, crc, dictionary header { 3 values, encoding 0, not sorted }.
    const BYTES: [u8; 19] = [
        0x15, 4, 0x15, 0xd8, 4, 0x15, 40, 0x15, 1, 0x3c, 0x15, 6, 0x15, 0, 0x12, 0, 0, 9, 9,
    ];

    fn expected() -> Page {
        Page {
            kind: DICTIONARY,
            inflated: 300,
            stored: 20,
            values: 3,
            prefixed: false,
            lengths: 0,
            levels: 0,
            packed: true,
            length: 17,
        }
    }

    #[test]
    fn headers_of_pages_are_read_and_stepped_over() {
        assert_eq!(parse(&BYTES), Some(expected()));
        for end in 0..17 {
            assert_eq!(parse(&BYTES[..end]), None, "{end}");
        }
        // Structures without an end.
        assert_eq!(parse(&[0x1c; 1000]), None);
        // A negative size.
        let mut negative = BYTES;
        negative[3] = 0xd7;
        assert_eq!(parse(&negative), None);
    }

    #[test]
    fn what_lacks_a_field_is_no_header() {
        assert_eq!(parse(&[0; 100]), None);
        // Without the type, the sizes or the dictionary's own header.
        for (from, to) in [(0, 2), (2, 5), (5, 7), (9, 16)] {
            let mut less = BYTES.to_vec();
            less.drain(from..to);
            assert_eq!(parse(&less), None, "{from}");
        }
    }

    #[test]
    fn sizes_are_read_whatever_their_type_says() {
        for kind in [0x13, 0x14, 0x16, 0x18] {
            let mut other = BYTES;
            other[2] = kind;
            assert_eq!(parse(&other), Some(expected()), "{kind:#x}");
        }
        // Field 2 by its number in full, which is cut to 16 bits: 2^16 + 2 in zigzag.
        let mut full = BYTES[..2].to_vec();
        full.extend([0x05, 0x84, 0x80, 0x08]);
        full.extend(&BYTES[3..]);
        let page = parse(&full).unwrap();
        assert_eq!((page.inflated, page.stored), (300, 20));
    }

    #[test]
    fn sizes_are_cut_to_the_32_bits_that_the_decoder_takes() {
        // 2^32 + 20 in zigzag, in place of 20.
        let mut wide = BYTES[..6].to_vec();
        wide.extend([0xa8, 0x80, 0x80, 0x80, 0x20]);
        wide.extend(&BYTES[7..]);
        assert_eq!(parse(&wide).unwrap().stored, 20);
    }

    #[test]
    fn what_the_decoder_reads_otherwise_is_no_header() {
        // A list of booleans, and a number of eleven bytes, in a field that is not known.
        for odd in [
            &[0x29, 0x21, 1, 1][..],
            &[0x26, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0],
        ] {
            let mut more = BYTES[..16].to_vec();
            more.extend(odd);
            more.push(0);
            assert_eq!(parse(&more), None);
        }
        // An index page.
        assert_eq!(parse(&[0x15, 2, 0x15, 2, 0x15, 2, 0x3c, 0, 0]), None);
    }
}
