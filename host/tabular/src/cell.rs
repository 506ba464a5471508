use crate::hash;

/// One cell in eight bytes. What is no number lives in the bits that IEEE 754 leaves free in NaN: 50
/// bits of a text's hash, of a date's milliseconds, or the kind of a missing value.
///
/// Two texts of one column have the same hash by chance once in 2^50 pairs, so not among the
/// distinct values that a column counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell(u64);

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// A number; infinite ones are numbers, NaN is not.
    Number(f64),
    /// The hash of a text.
    Text(u64),
    /// Milliseconds since 1970.
    Date(i64),
    /// Nothing, with how it is written (an index into the known spellings).
    Missing(u8),
}

const TEXT: u64 = 0xfffc << 48;
const DATE: u64 = 0xfff8 << 48;
const MISSING: u64 = 0x7ff8 << 48;
const TAG: u64 = 0xfffc << 48;
const PAYLOAD: u64 = (1 << 50) - 1;

/// The spellings that pandas' `read_csv` takes for booleans (`true_values`, `false_values`), and what they say.
static BOOLEANS: std::sync::LazyLock<[(Cell, bool); 6]> = std::sync::LazyLock::new(|| {
    [
        ("True", true),
        ("true", true),
        ("TRUE", true),
        ("False", false),
        ("false", false),
        ("FALSE", false),
    ]
    .map(|(text, value)| (Cell::text(text), value))
});

/// How true and false are called.
pub(crate) const fn boolean_name(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

impl Cell {
    /// Nothing, written in the way with this index.
    #[must_use]
    pub const fn missing(kind: u8) -> Self {
        Self(MISSING | kind as u64)
    }

    /// A number; NaN is missing.
    #[must_use]
    pub fn number(value: f64) -> Self {
        if value.is_nan() {
            return Self::missing(crate::nulls::NAN);
        }
        // -0 and 0 are the same number.
        Self((value + 0.0).to_bits())
    }

    /// A text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self(TEXT | (xxhash_rust::xxh3::xxh3_64(text.as_bytes()) & PAYLOAD))
    }

    /// Whether it is a spelling of true or false that is read as a boolean, and which.
    pub(crate) fn as_boolean(self) -> Option<bool> {
        if self.0 & TEXT != TEXT {
            return None;
        }
        BOOLEANS.iter().find(|it| it.0 == self).map(|it| it.1)
    }

    /// True or false, as Parquet and Arrow have them; the same for all their spellings.
    pub(crate) fn boolean(value: bool) -> Self {
        Self::text(boolean_name(value))
    }

    /// A date. Those beyond 17,000 years from 1970 lose their upper bits.
    #[must_use]
    pub const fn date(milliseconds: i64) -> Self {
        Self(DATE | (milliseconds as u64 & PAYLOAD))
    }

    /// What it holds.
    #[must_use]
    pub fn value(self) -> Value {
        let number = f64::from_bits(self.0);
        if !number.is_nan() {
            return Value::Number(number);
        }
        match self.0 & TAG {
            TEXT => Value::Text(self.0 & PAYLOAD),
            // Shifted up and down again, so that the sign returns.
            DATE => Value::Date(((self.0 & PAYLOAD) << 14) as i64 >> 14),
            _ => Value::Missing((self.0 & 0xff) as u8),
        }
    }

    /// Its number, if it is one.
    #[must_use]
    pub fn as_number(self) -> Option<f64> {
        let number = f64::from_bits(self.0);
        (!number.is_nan()).then_some(number)
    }

    /// Whether it is missing.
    #[must_use]
    pub fn is_missing(self) -> bool {
        f64::from_bits(self.0).is_nan() && self.0 & TAG == MISSING
    }

    /// The same for equal cells; every missing one is equal.
    pub(crate) fn key(self) -> u64 {
        if self.is_missing() { MISSING } else { self.0 }
    }

    /// The cell by which two tables are compared: neither the spelling of true and false matters, nor whether they
    /// stand as 1 and 0, which pandas and NumPy take for equal too.
    pub(crate) fn compared(self) -> Self {
        self.as_boolean()
            .map_or(self, |it| Self::number(f64::from(u8::from(it))))
    }

    /// [`Self::key`] by which rows are compared.
    pub(crate) fn row_key(self) -> u64 {
        self.compared().key()
    }

    /// A well-spread hash.
    pub(crate) fn hash(self) -> u64 {
        hash::mix(self.key())
    }
}

impl std::fmt::Debug for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.value().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_goes_in_comes_out(bits: u64, date in -500_000_000_000_000i64..500_000_000_000_000, kind: u8, text: String) {
            let number = f64::from_bits(bits);
            if number.is_nan() {
                prop_assert!(Cell::number(number).is_missing());
            } else {
                prop_assert_eq!(Cell::number(number).value(), Value::Number(number + 0.0));
            }
            prop_assert_eq!(Cell::date(date).value(), Value::Date(date));
            prop_assert_eq!(Cell::missing(kind).value(), Value::Missing(kind));
            let text = Cell::text(&text);
            prop_assert!(matches!(text.value(), Value::Text(_)) && !text.is_missing());
        }
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(Cell::number(-0.0), Cell::number(0.0));
    }
}
