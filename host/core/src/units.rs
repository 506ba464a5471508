//! How sizes and times are written in the configuration.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error as _};

/// Reads `64 MiB`, `1GB` or a plain number of bytes.
///
/// # Errors
/// Says what was found and what is expected.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    text.parse::<bytesize::ByteSize>()
        .map(|size| size.as_u64())
        .map_err(|_| format!("found `{text}`, expected a size such as `64 MiB` or `1GB`"))
}

/// Reads `10s`, `250ms` or `2min`.
///
/// # Errors
/// Says what was found and what is expected.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|_| format!("found `{text}`, expected a time such as `10s`, `250ms` or `2min`"))
}

/// A size in bytes as a text with its unit or as a number, for serde's `deserialize_with`.
///
/// # Errors
/// Says what was found and what is expected.
pub fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Raw {
        Number(u64),
        Text(String),
    }
    match Raw::deserialize(deserializer) {
        Ok(Raw::Number(bytes)) => Ok(Some(bytes)),
        Ok(Raw::Text(text)) => parse_bytes(&text).map(Some).map_err(D::Error::custom),
        Err(_) => Err(D::Error::custom(
            "expected a size such as `64 MiB`, or a number of bytes",
        )),
    }
}

/// A time span, for serde.
pub(crate) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text).map(Some).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_read_with_their_units() {
        assert_eq!(parse_bytes("64 MiB").unwrap(), 64 << 20);
        assert_eq!(parse_bytes("1000").unwrap(), 1000);
        assert_eq!(parse_duration("250ms").unwrap(), Duration::from_millis(250));
        assert!(parse_duration("fast").unwrap_err().contains("found `fast`"));
    }
}
