//! Thrift's compact protocol, which headers and footers of Parquet are written in.
//!
//! Source: "Thrift Compact protocol encoding" of Apache Thrift.

/// Types of fields, as the compact protocol numbers them (4 to 6 are numbers, all written the same way): the two values of a boolean, a byte, a
/// text, a list, a structure.
pub(super) const TRUE: u8 = 1;
pub(super) const FALSE: u8 = 2;
pub(super) const BYTE: u8 = 3;
pub(super) const TEXT: u8 = 8;
pub(super) const LIST: u8 = 9;
pub(super) const STRUCTURE: u8 = 12;

/// Structures within each other; those of a page header are three deep.
const DEEPEST: u32 = 16;
/// Thrift's compact protocol, as far as it takes to step over what is not looked at.
pub(super) struct Compact<'a> {
    pub(super) rest: &'a [u8],
}

impl Compact<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    pub(super) fn varint(&mut self) -> Option<u64> {
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

    /// A number in zigzag form, cut as the decoder cuts it.
    #[allow(clippy::cast_possible_truncation, reason = "so does the decoder")]
    pub(super) fn number(&mut self) -> Option<i32> {
        let it = self.varint()?;
        Some(((it >> 1).cast_signed() ^ -(it & 1).cast_signed()) as i32)
    }

    /// The type of the next field, whose number is written to `field`; the inner none at the end of the structure.
    #[allow(clippy::cast_possible_truncation, reason = "so does the decoder")]
    pub(super) fn field(&mut self, field: &mut i16) -> Option<Option<u8>> {
        let byte = self.byte()?;
        let kind = byte & 0x0f;
        if kind == 0 {
            return Some(None);
        }
        *field = match byte >> 4 {
            0 => self.number()? as i16,
            more => field.checked_add(i16::from(more))?,
        };
        Some(Some(kind))
    }

    pub(super) fn advance(&mut self, bytes: u64) -> Option<()> {
        self.rest = self.rest.get(usize::try_from(bytes).ok()?..)?;
        Some(())
    }

    /// How many values a list holds, and their type.
    pub(super) fn list(&mut self) -> Option<(u64, u8)> {
        let byte = self.byte()?;
        let many = if byte >> 4 == 15 {
            self.varint()?
        } else {
            u64::from(byte >> 4)
        };
        Some((many, byte & 0x0f))
    }

    /// Steps over a value of a type. Booleans of a field stand in its type.
    pub(super) fn skip(&mut self, kind: u8, depth: u32) -> Option<()> {
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
                let (many, kind) = self.list()?;
                self.elements(many, &[kind], depth)
            }
            11 => {
                let many = self.varint()?;
                let kinds = if many == 0 { 0 } else { self.byte()? };
                self.elements(many, &[kinds >> 4, kinds & 0x0f], depth)
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

    /// Booleans of a list, which have a byte each, the decoder takes for none.
    fn elements(&mut self, many: u64, kinds: &[u8], depth: u32) -> Option<()> {
        for _ in 0..many {
            for kind in kinds {
                if matches!(kind, 1 | 2) {
                    return None;
                }
                self.skip(*kind, depth + 1)?;
            }
        }
        Some(())
    }
}
