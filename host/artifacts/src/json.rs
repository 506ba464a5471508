//! JSON as Python writes it.

use std::borrow::Cow;

use serde_json::Value as Json;

/// Parses JSON that may hold bare `NaN`, `Infinity` and `-Infinity`, which become strings of
/// the same text.
///
/// # Errors
/// The body is not JSON in that sense either; the message has line and column.
pub fn parse_lenient(text: &[u8]) -> Result<Json, serde_json::Error> {
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

    proptest::proptest! {
        #[test]
        fn no_body_makes_the_parser_panic(bytes: Vec<u8>) {
            let _ = parse_lenient(&bytes);
        }
    }
}
