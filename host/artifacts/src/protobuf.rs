//! Protocol buffers, field by field: enough to read single fields of records without their schema.
//!
//! Format: <https://protobuf.dev/programming-guides/encoding/>. Nothing is copied, lengths are
//! checked against what is there, and groups, which no current format writes, end the reading.

/// A field's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32(u32),
}

impl<'a> Value<'a> {
    pub(crate) fn bytes(self) -> &'a [u8] {
        if let Self::Bytes(bytes) = self { bytes } else { &[] }
    }

    pub(crate) fn text(self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    /// A 64-bit integer; negative ones are written in two's complement.
    pub(crate) fn integer(self) -> i64 {
        match self {
            Self::Varint(it) | Self::Fixed64(it) => it.cast_signed(),
            Self::Fixed32(it) => i64::from(it.cast_signed()),
            Self::Bytes(_) => 0,
        }
    }

    pub(crate) fn float(self) -> f64 {
        match self {
            Self::Fixed32(it) => f64::from(f32::from_bits(it)),
            Self::Fixed64(it) => f64::from_bits(it),
            Self::Varint(_) | Self::Bytes(_) => f64::NAN,
        }
    }
}

/// The fields of a message, as far as they can be read: (number, value).
pub(crate) fn fields(message: &[u8]) -> impl Iterator<Item = (u64, Value<'_>)> {
    let mut rest = message;
    std::iter::from_fn(move || field(&mut rest))
}

/// The last value of a field, which is the one that counts.
pub(crate) fn find(message: &[u8], number: u64) -> Option<Value<'_>> {
    fields(message)
        .filter(|(it, _)| *it == number)
        .map(|(_, value)| value)
        .last()
}

fn field<'a>(rest: &mut &'a [u8]) -> Option<(u64, Value<'a>)> {
    let key = varint(rest)?;
    let value = match key & 7 {
        0 => Value::Varint(varint(rest)?),
        1 => Value::Fixed64(u64::from_le_bytes(take(rest, 8)?.try_into().ok()?)),
        2 => {
            let length = usize::try_from(varint(rest)?).ok()?;
            Value::Bytes(take(rest, length)?)
        }
        5 => Value::Fixed32(u32::from_le_bytes(take(rest, 4)?.try_into().ok()?)),
        _ => return None,
    };
    Some((key >> 3, value))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(head)
}

pub(crate) fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_read_in_order_and_the_last_one_counts() {
        // 1: 150, 2: "ab", 3: 1.5f, 1: -1
        let bytes = [
            0x08, 0x96, 0x01, 0x12, 2, b'a', b'b', 0x1d, 0, 0, 0xc0, 0x3f, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
            0xff, 0xff, 0xff, 1,
        ];
        let all: Vec<_> = fields(&bytes).collect();
        assert_eq!(all.len(), 4);
        assert_eq!(all[0], (1, Value::Varint(150)));
        assert_eq!(all[1].1.text(), "ab");
        assert_eq!(all[2].1.float(), 1.5);
        assert_eq!(find(&bytes, 1).unwrap().integer(), -1);
        assert_eq!(find(&bytes, 9), None);
    }

    #[test]
    fn a_length_beyond_the_end_ends_the_message() {
        assert_eq!(fields(&[0x12, 0xff, 0xff, 0xff, 0xff, 0x0f, 1]).count(), 0);
        assert_eq!(fields(&[0x80; 20]).count(), 0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            for (_, value) in fields(&bytes) {
                let _ = (value.float(), value.integer(), value.text());
            }
        }
    }
}
