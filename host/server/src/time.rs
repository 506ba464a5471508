//! Times as clients read them.

use std::time::{Duration, SystemTime};

/// ISO 8601 with a numeric offset: `datetime.fromisoformat` before Python 3.11 knows no `Z`.
pub(crate) fn timestamp(time: SystemTime) -> String {
    humantime::format_rfc3339_micros(time)
        .to_string()
        .replace('Z', "+00:00")
}

/// Of milliseconds since 1970, as the database has them.
pub(crate) fn of_milliseconds(time: i64) -> String {
    let since = Duration::from_millis(u64::try_from(time).unwrap_or(0));
    // The year 9999: what comes later, the formatter does not know.
    const LAST: Duration = Duration::from_secs(253_402_300_799);
    timestamp(SystemTime::UNIX_EPOCH + since.min(LAST))
}

/// Milliseconds since 1970 of a time in UTC; none for another text.
pub(crate) fn milliseconds(text: &str) -> Option<i64> {
    let utc = text.strip_suffix("+00:00").map(|it| format!("{it}Z"));
    let time = humantime::parse_rfc3339_weak(utc.as_deref().unwrap_or(text)).ok()?;
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_what_old_python_reads() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_micros(1_780_000_000_000_001);
        assert_eq!(timestamp(time), "2026-05-28T20:26:40.000001+00:00");
        assert_eq!(milliseconds(&timestamp(time)), Some(1_780_000_000_000));
        assert_eq!(of_milliseconds(1_780_000_000_000), "2026-05-28T20:26:40.000000+00:00");
        assert_eq!(milliseconds("2026-05-28"), None);
        assert!(of_milliseconds(i64::MAX).starts_with("9999"));
    }
}
