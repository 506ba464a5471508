//! How people write "nothing": what pandas' `read_csv` takes for missing.

/// An empty cell.
pub(crate) const EMPTY: u8 = 0;
/// A null of a format that has one.
pub(crate) const NULL: u8 = 1;
/// Not a number.
pub(crate) const NAN: u8 = 2;

/// The spellings; the first three are named, not written so.
const SPELLINGS: [&str; 20] = [
    "(empty)", "(null)", "NaN", "nan", "NA", "N/A", "n/a", "NULL", "null", "None", "<NA>", "#N/A", "#NA", "#N/A N/A",
    "-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN",
];
/// All kinds, and one for those that are unknown.
pub(crate) const KINDS: usize = SPELLINGS.len();
const LONGEST: usize = 8;

/// The kind of a missing value that is written so; none where it is a value.
pub(crate) fn kind(cell: &[u8]) -> Option<u8> {
    if cell.is_empty() {
        return Some(EMPTY);
    }
    if cell.len() > LONGEST || !matches!(cell.first(), Some(b'N' | b'n' | b'#' | b'-' | b'<' | b'1')) {
        return None;
    }
    let place = SPELLINGS
        .iter()
        .skip(usize::from(NAN))
        .position(|it| it.as_bytes() == cell)?;
    u8::try_from(place).ok().map(|it| it + NAN)
}

/// How a kind is written.
pub(crate) fn spelling(kind: usize) -> &'static str {
    SPELLINGS.get(kind).copied().unwrap_or("(other)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_known_by_its_spelling() {
        assert_eq!(kind(b""), Some(EMPTY));
        assert_eq!(kind(b"NaN"), Some(NAN));
        assert_eq!(kind(b"null").map(|it| spelling(it.into())), Some("null"));
        assert_eq!(kind(b"none of it"), None);
        assert_eq!(kind(b"-"), None);
    }
}
