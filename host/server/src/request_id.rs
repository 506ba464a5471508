use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// Carries the id in both directions.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Enough for every id scheme in use (a UUID has 36, a W3C trace context 55); a longer one would
/// be repeated in every log line of the request.
const MAX_LENGTH: usize = 128;

/// The name of one request: the client's, when it is fit for a log line, else a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestId(Arc<str>);

impl RequestId {
    /// The client's id when it is visible ASCII of a sane length, else a random one.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        headers
            .get(HEADER)
            .map(HeaderValue::as_bytes)
            .filter(|id| (1..=MAX_LENGTH).contains(&id.len()) && id.iter().all(u8::is_ascii_graphic))
            .and_then(|id| std::str::from_utf8(id).ok())
            .map_or_else(|| Self(Uuid::new_v4().to_string().into()), |id| Self(id.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }

    pub(crate) fn header_value(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &[u8]) -> RequestId {
        RequestId::of(&HeaderMap::from_iter([(
            HEADER,
            HeaderValue::from_bytes(value).unwrap(),
        )]))
    }

    #[test]
    fn a_sane_id_is_kept() {
        assert_eq!(of(b"abc-123~").as_str(), "abc-123~");
        assert_eq!(of(&[b'a'; MAX_LENGTH]).as_str().len(), MAX_LENGTH);
    }

    #[test]
    fn anything_else_is_replaced() {
        for strange in [
            &b""[..],
            b"a b",
            b"a\tb",
            &[0xff],
            "é".as_bytes(),
            &[b'a'; MAX_LENGTH + 1],
        ] {
            assert!(Uuid::parse_str(of(strange).as_str()).is_ok(), "{strange:?}");
        }
        assert!(Uuid::parse_str(RequestId::of(&HeaderMap::new()).as_str()).is_ok());
    }
}
