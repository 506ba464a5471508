//! What kind of answer a client takes.

use axum::http::{HeaderMap, header::ACCEPT};

/// Whether a client names a media type among those that it takes. Wildcards do not count: what is not asked for by
/// its name is not wanted in place of JSON. Nor does a weight of 0 (RFC 9110, 12.4.2).
pub(crate) fn names(headers: &HeaderMap, media: &str) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|it| it.to_str().ok());
    accepted.flat_map(|it| it.split(',')).any(|it| {
        let mut parts = it.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|it| it.eq_ignore_ascii_case(media));
        let mut weights = parts.filter_map(|it| it.split_once('='));
        is_named && !weights.any(|(name, weight)| name.trim().eq_ignore_ascii_case("q") && is_zero(weight))
    })
}

fn is_zero(weight: &str) -> bool {
    weight.trim().parse::<f64>().is_ok_and(|it| it == 0.0)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_kind_of_answer_is_for_who_names_it() {
        for (accept, events, html) in [
            ("text/event-stream", true, false),
            ("application/json, Text/Event-Stream;q=0.9", true, false),
            ("text/html,application/xhtml+xml,*/*;q=0.8", false, true),
            ("text/html ; charset=utf-8 ; Q=0.1, text/event-stream", true, true),
            ("text/event-stream;q=0, text/html; q=0.000", false, false),
            ("application/json", false, false),
            ("text/*, */*", false, false),
            ("", false, false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(names(&headers, "text/event-stream"), events, "{accept}");
            assert_eq!(names(&headers, "text/html"), html, "{accept}");
        }
        let mut headers = HeaderMap::new();
        assert!(!names(&headers, "text/html"));
        headers.append(ACCEPT, HeaderValue::from_static("application/json"));
        headers.append(ACCEPT, HeaderValue::from_static("text/html"));
        assert!(names(&headers, "text/html"), "a second line");
    }
}
