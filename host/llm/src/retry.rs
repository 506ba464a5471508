//! When and how long to wait before another attempt.

use std::time::{Duration, SystemTime};

use reqwest::header::HeaderMap;

/// The first wait is at most this long; it doubles with each attempt.
const FIRST: Duration = Duration::from_millis(250);

/// Full jitter (Brooker, "Exponential backoff and jitter", AWS Architecture Blog, 2015): anywhere
/// between nothing and the bound, so that clients that failed together do not return together.
pub(crate) fn backoff(attempt: u32, most: Duration) -> Duration {
    let bound = FIRST.saturating_mul(1 << attempt.min(16)).min(most);
    bound.mul_f64(fastrand::f64())
}

/// What the endpoint asks for: `retry-after-ms`, or `Retry-After` in seconds or as a date (RFC
/// 9110, section 10.2.3).
pub(crate) fn asked(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(milliseconds) = text("retry-after-ms").and_then(seconds) {
        return Some(milliseconds / 1000);
    }
    let value = text("retry-after")?;
    seconds(value).or_else(|| {
        let at = httpdate::parse_http_date(value).ok()?;
        Some(at.duration_since(now).unwrap_or_default())
    })
}

fn seconds(text: &str) -> Option<Duration> {
    text.parse().ok().and_then(|it| Duration::try_from_secs_f64(it).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())])
    }

    #[test]
    fn retry_after_is_read_as_seconds_date_or_milliseconds() {
        let now = httpdate::parse_http_date("Thu, 26 Nov 2026 20:00:00 GMT").unwrap();
        let asked = |name, value| asked(&headers(name, value), now);
        assert_eq!(asked("retry-after", "2"), Some(Duration::from_secs(2)));
        assert_eq!(asked("retry-after", "0.5"), Some(Duration::from_millis(500)));
        assert_eq!(
            asked("retry-after", "Thu, 26 Nov 2026 20:00:09 GMT"),
            Some(Duration::from_secs(9))
        );
        assert_eq!(
            asked("retry-after", "Thu, 26 Nov 2026 19:00:00 GMT"),
            Some(Duration::ZERO)
        );
        assert_eq!(asked("retry-after-ms", "250"), Some(Duration::from_millis(250)));
        assert_eq!(asked("retry-after", "soon"), None);
        assert_eq!(asked("retry-after", "-3"), None);
        assert_eq!(asked("retry-after", "1e300"), None);
    }

    #[test]
    fn the_wait_grows_and_never_exceeds_its_bound() {
        let most = Duration::from_secs(1);
        for attempt in 0..40 {
            let bound = FIRST.saturating_mul(1 << attempt.min(16)).min(most);
            assert!(backoff(attempt, most) <= bound);
        }
    }
}
