//! Dates as ISO 8601 writes them. Days and months in another order cannot be told apart and stay texts.

const DAY: i64 = 86_400_000;

/// Milliseconds since 1970 of `2024-02-29`, `2024/02/29`, `2024-02-29 12:30`, `2024-02-29T12:30:59.5+02:00`.
/// Without an offset it is taken as UTC.
pub(crate) fn parse(text: &[u8]) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let [y0, y1, y2, y3, s1 @ (b'-' | b'/'), m0, m1, s2, d0, d1] = date else {
        return None;
    };
    if s1 != s2 {
        return None;
    }
    let year = number(&[*y0, *y1, *y2, *y3])?;
    let (month, day) = (number(&[*m0, *m1])?, number(&[*d0, *d1])?);
    if !(1..=12).contains(&month) || day < 1 || day > days_of(year, month) {
        return None;
    }
    let days = days(year, month, day) * DAY;
    match rest {
        [] => Some(days),
        [b' ' | b'T' | b't', time @ ..] => Some(days + clock(time)?),
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, it| {
        it.is_ascii_digit().then(|| sum * 10 + i64::from(it - b'0'))
    })
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970 (Hinnant, "chrono-compatible low-level date algorithms").
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn clock(text: &[u8]) -> Option<i64> {
    let (time, offset) = match text.iter().position(|it| matches!(it, b'Z' | b'z' | b'+' | b'-')) {
        Some(place) => text.split_at_checked(place)?,
        None => (text, &[][..]),
    };
    let (h, m, s, fraction) = match time.trim_ascii_end() {
        [h0, h1, b':', m0, m1] => (number(&[*h0, *h1])?, number(&[*m0, *m1])?, 0, &[][..]),
        [h0, h1, b':', m0, m1, b':', s0, s1] => (
            number(&[*h0, *h1])?,
            number(&[*m0, *m1])?,
            number(&[*s0, *s1])?,
            &[][..],
        ),
        [h0, h1, b':', m0, m1, b':', s0, s1, b'.' | b',', fraction @ ..] => (
            number(&[*h0, *h1])?,
            number(&[*m0, *m1])?,
            number(&[*s0, *s1])?,
            fraction,
        ),
        _ => return None,
    };
    if h > 23 || m > 59 || s > 60 || fraction.len() > 9 {
        return None;
    }
    let mut thousandths = 0;
    for place in 0..3 {
        thousandths = thousandths * 10 + fraction.get(place).map_or(Some(0), |it| number(&[*it]))?;
    }
    number(fraction.get(3..).unwrap_or_default())?;
    let shift = match offset {
        [] | [b'Z' | b'z'] => 0,
        [sign, h0, h1, rest @ ..] => {
            let minutes = match rest {
                [] => 0,
                [b':', m0, m1] | [m0, m1] => number(&[*m0, *m1])?,
                _ => return None,
            };
            let minutes = number(&[*h0, *h1])? * 60 + minutes;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    Some(((h * 60 + m - shift) * 60 + s) * 1_000 + thousandths)
}

/// A date as it is written, without the time where that is midnight.
pub(crate) fn format(milliseconds: i64) -> String {
    let (day, time) = (milliseconds.div_euclid(DAY), milliseconds.rem_euclid(DAY));
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let place = (5 * of_year + 2) / 153;
    let date = of_year - (153 * place + 2) / 5 + 1;
    let month = if place < 10 { place + 3 } else { place - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let seconds = time / 1_000;
    if time == 0 {
        format!("{year:04}-{month:02}-{date:02}")
    } else {
        format!(
            "{year:04}-{month:02}-{date:02} {:02}:{:02}:{:02}",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_are_read_as_iso_8601_writes_them() {
        assert_eq!(parse(b"1970-01-01"), Some(0));
        assert_eq!(parse(b"1969/12/31"), Some(-DAY));
        assert_eq!(parse(b"2000-02-29T00:00:00.25Z"), Some(951_782_400_250));
        assert_eq!(parse(b"2000-02-29 02:00+02:00"), Some(951_782_400_000));
        for wrong in [
            "2001-02-29",
            "2001-13-01",
            "12-31-2001",
            "2001-01-01x",
            "2001-01/01",
            "2001-01-01 25:00",
            "2001-01",
        ] {
            assert_eq!(parse(wrong.as_bytes()), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_date_is_written_as_it_is_read(seconds in -60_000_000_000i64..200_000_000_000) {
            let written = format(seconds * 1_000);
            prop_assert_eq!(parse(written.as_bytes()), Some(seconds * 1_000));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = parse(&bytes);
        }
    }
}
