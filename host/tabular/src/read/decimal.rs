//! Numbers with a decimal comma, as spreadsheets write them where the comma is one: with a semicolon between
//! the cells.

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Decimal {
    /// `1234.5`
    #[default]
    Point,
    /// `1234,5`
    Comma,
    /// `1.234,5`
    GroupedComma,
}

/// The longest number that is read: digits, and what is between them.
const LONGEST: usize = 64;

/// The form of a cell.
enum Form {
    /// A comma before the fraction, and points between groups of three digits.
    Comma { grouped: bool },
    /// A point that cannot be between groups.
    Point,
    /// Commas between groups.
    Groups,
    /// Nothing that tells.
    Other,
}

fn form(cell: &[u8]) -> Form {
    let digits = |it: &[u8]| !it.is_empty() && it.iter().all(u8::is_ascii_digit);
    let cell = cell.strip_prefix(b"-").or(cell.strip_prefix(b"+")).unwrap_or(cell);
    let mantissa = cell.split(|it| matches!(it, b'e' | b'E')).next().unwrap_or_default();
    let parts: Vec<&[u8]> = mantissa.split(|it| *it == b',').collect();
    match parts.as_slice() {
        [whole] => match whole.iter().position(|it| *it == b'.') {
            Some(_) if groups(whole, b'.') => Form::Other,
            Some(_) if fast_float2::parse::<f64, _>(cell).is_ok() => Form::Point,
            _ => Form::Other,
        },
        [whole, fraction] if digits(fraction) => {
            if digits(whole) {
                Form::Comma { grouped: false }
            } else if groups(whole, b'.') {
                Form::Comma { grouped: true }
            } else {
                Form::Other
            }
        }
        [_, _, ..] if groups(mantissa, b',') => Form::Groups,
        _ => Form::Other,
    }
}

/// Whether there is a mark between groups of three digits.
fn groups(text: &[u8], mark: u8) -> bool {
    let mut parts = text.split(|it| *it == mark);
    let first = parts.next().unwrap_or_default();
    let is_first = (1..=3).contains(&first.len()) && first.iter().all(u8::is_ascii_digit);
    let mut more = 0;
    let all = parts.all(|it| {
        more += 1;
        it.len() == 3 && it.iter().all(u8::is_ascii_digit)
    });
    is_first && all && more > 0
}

impl Decimal {
    /// What the cells of the first rows tell. A single number with a point, or with commas between groups,
    /// tells that the comma is none before a fraction.
    pub(super) fn of<'a>(cells: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut found = Self::Point;
        for cell in cells {
            match form(cell.trim_ascii()) {
                Form::Point | Form::Groups => return Self::Point,
                Form::Comma { grouped: true } => found = Self::GroupedComma,
                Form::Comma { grouped: false } if found == Self::Point => found = Self::Comma,
                Form::Comma { .. } | Form::Other => {}
            }
        }
        found
    }

    /// With a comma, whatever the cells tell.
    pub(super) fn or_comma(self) -> Self {
        if self == Self::Point { Self::Comma } else { self }
    }

    /// A number that is not written with a point; none where the cell is none, or is as anywhere.
    #[inline]
    pub(super) fn number(self, cell: &[u8]) -> Option<f64> {
        if self == Self::Point || cell.len() > LONGEST {
            return None;
        }
        let is_grouped = self == Self::GroupedComma;
        match form(cell) {
            Form::Comma { grouped } if !grouped || is_grouped => {}
            Form::Other if is_grouped && cell.contains(&b'.') && !cell.contains(&b',') => {
                let whole = cell.strip_prefix(b"-").or(cell.strip_prefix(b"+")).unwrap_or(cell);
                if !groups(whole, b'.') {
                    return None;
                }
            }
            _ => return None,
        }
        let mut plain = [0; LONGEST];
        let mut length = 0;
        for byte in cell.iter().filter(|it| **it != b'.') {
            *plain.get_mut(length)? = if *byte == b',' { b'.' } else { *byte };
            length += 1;
        }
        fast_float2::parse(plain.get(..length)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(cells: &[&str]) -> Decimal {
        Decimal::of(cells.iter().map(|it| it.as_bytes()))
    }

    #[test]
    fn what_the_comma_is_for_is_told_by_all_cells() {
        assert_eq!(told(&["1,5", "x", "-2,25e3", "2024-01-01"]), Decimal::Comma);
        assert_eq!(told(&["1.234,5", "7,1"]), Decimal::GroupedComma);
        assert_eq!(told(&["1,5", "2.5"]), Decimal::Point);
        assert_eq!(told(&["1,234,567", "2,345"]), Decimal::Point);
        assert_eq!(told(&["Lyon, France", "1,x", "01.02.2024"]), Decimal::Point);
    }

    #[test]
    fn numbers_are_read_as_they_are_meant() {
        for (cell, number) in [("1,5", 1.5), ("-0,25", -0.25), ("1,5e2", 150.0), ("+3,0", 3.0)] {
            assert_eq!(Decimal::Comma.number(cell.as_bytes()), Some(number), "{cell}");
            assert_eq!(Decimal::Point.number(cell.as_bytes()), None);
        }
        for (cell, number) in [("1.234,5", 1234.5), ("-12.345.678,9", -12_345_678.9), ("1.234", 1234.0)] {
            assert_eq!(Decimal::GroupedComma.number(cell.as_bytes()), Some(number), "{cell}");
        }
        for cell in ["", ",", "1,2,3", "1.2,3", "a,b", "1,", ",5x", "2024-01-01"] {
            assert_eq!(Decimal::GroupedComma.number(cell.as_bytes()), None, "{cell}");
        }
    }
}
