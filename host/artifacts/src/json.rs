//! JSON as Python writes it.

use std::borrow::Cow;

use serde_json::Value as Json;

/// Values in one JSON text. A parsed value takes about 70 bytes, whatever its text takes: a body
/// of 64 MiB that holds nothing but zeros would need gigabytes. A million points of eight
/// metrics fit.
pub(crate) const MAX_VALUES: usize = 10_000_000;

/// Why a text is not accepted as JSON.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// It is not JSON; the message has line and column.
    #[error("{0}")]
    Syntax(#[from] serde_json::Error),
    /// It holds more values than the limit.
    #[error("more than {limit} values")]
    TooMany {
        /// The limit.
        limit: usize,
    },
}

/// As [`parse_lenient`], with another limit for the number of values.
pub(crate) fn parse_bounded(text: &[u8], limit: usize) -> Result<Json, JsonError> {
    // Each value but the first of its list or object has a comma before it, so commas, which
    // are quickly counted, bound the values from above within a factor of two. A text full of
    // commas inside strings is counted again with care.
    let commas = text.iter().filter(|it| **it == b',').count();
    if commas > limit && commas_outside_strings(text) > limit {
        return Err(JsonError::TooMany { limit });
    }
    parse(text).map_err(JsonError::from)
}

fn commas_outside_strings(text: &[u8]) -> usize {
    let (mut at, mut commas) = (0, 0);
    while let Some(byte) = text.get(at) {
        if *byte == b'"' {
            at = end_of_string(text, at);
        } else {
            commas += usize::from(*byte == b',');
            at += 1;
        }
    }
    commas
}

/// Parses JSON that may hold bare `NaN`, `Infinity` and `-Infinity`, which become strings of
/// the same text.
///
/// # Errors
/// The body is not JSON in that sense either (the message has line and column), or it holds
/// more than [`MAX_VALUES`] values.
pub fn parse_lenient(text: &[u8]) -> Result<Json, JsonError> {
    parse_bounded(text, MAX_VALUES)
}

fn parse(text: &[u8]) -> Result<Json, serde_json::Error> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    match serde_json::from_slice(text) {
        Ok(value) => Ok(value),
        // Nearly all bodies are plain JSON: the second pass is for those that are not.
        Err(error) => match quote_bare(text) {
            Cow::Borrowed(_) => Err(error),
            Cow::Owned(quoted) => serde_json::from_slice(&quoted),
        },
    }
}

/// Puts quotes around bare non-finite numbers outside strings.
fn quote_bare(text: &[u8]) -> Cow<'_, [u8]> {
    const WORDS: [&[u8]; 3] = [b"-Infinity", b"Infinity", b"NaN"];
    let mut out: Vec<u8> = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if *byte == b'"' {
            at = end_of_string(text, at);
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        if let Some(word) = WORDS.iter().find(|word| rest.starts_with(word)) {
            out.extend_from_slice(text.get(copied..at).unwrap_or_default());
            out.push(b'"');
            out.extend_from_slice(word);
            out.push(b'"');
            at += word.len();
            copied = at;
        } else {
            at += 1;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.extend_from_slice(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// The place behind the string that starts at `start`.
fn end_of_string(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_non_finite_numbers_are_accepted_outside_strings_only() {
        let value = parse_lenient(br#"{"a": [NaN, -Infinity, Infinity, 1], "b": "NaN \" NaN"}"#).unwrap();
        assert_eq!(
            value,
            serde_json::json!({"a": ["NaN", "-Infinity", "Infinity", 1], "b": "NaN \" NaN"})
        );
    }

    #[test]
    fn what_is_not_json_stays_an_error_with_its_place() {
        assert!(
            parse_lenient(b"{\"a\": }")
                .unwrap_err()
                .to_string()
                .contains("line 1 column 7")
        );
        assert!(parse_lenient(b"NaN NaN").is_err());
        assert!(parse_lenient(b"").is_err());
        assert!(parse_lenient(b"\"\\").is_err());
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert!(parse_lenient(b"\xef\xbb\xbf{}").is_ok());
    }

    #[test]
    fn values_are_bounded_and_commas_in_strings_are_none() {
        assert!(parse_bounded(b"[1,2,3]", 2).is_ok());
        assert!(matches!(
            parse_bounded(b"[1,2,3,4]", 2),
            Err(JsonError::TooMany { limit: 2 })
        ));
        assert!(parse_bounded(br#"["a,b,c,\",d,e", 1]"#, 2).is_ok());
        let zeros = format!("[{}0]", "0,".repeat(MAX_VALUES + 1));
        assert!(matches!(
            parse_lenient(zeros.as_bytes()),
            Err(JsonError::TooMany { .. })
        ));
    }

    proptest::proptest! {
        #[test]
        fn no_body_makes_the_parser_panic(bytes: Vec<u8>) {
            let _ = parse_lenient(&bytes);
        }
    }
}
