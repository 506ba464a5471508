use std::{
    fmt,
    str::FromStr,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A day of the calendar, such as `2027-06-30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Today in UTC.
    #[must_use]
    pub fn today() -> Self {
        let seconds = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        Self::of_days(seconds / 86_400)
    }

    /// Days since 1970 to a date: Howard Hinnant's `civil_from_days`.
    fn of_days(days: u64) -> Self {
        let days = days + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        Self {
            year: u16::try_from(year).unwrap_or(u16::MAX),
            month: u8::try_from(month).unwrap_or(12),
            day: u8::try_from(of_year - (153 * shifted + 2) / 5 + 1).unwrap_or(31),
        }
    }
}

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts.as_slice() else {
            return Err(format!("found `{text}`, expected a day such as `2027-06-30`"));
        };
        let part = |text: &str, length: usize| {
            let digits = text.len() == length && text.bytes().all(|it| it.is_ascii_digit());
            digits.then(|| text.parse::<u16>().ok()).flatten()
        };
        match (part(year, 4), part(month, 2), part(day, 2)) {
            (Some(year), Some(month @ 1..=12), Some(day @ 1..=31)) => Ok(Self {
                year,
                month: u8::try_from(month).unwrap_or(12),
                day: u8::try_from(day).unwrap_or(31),
            }),
            _ => Err(format!("found `{text}`, expected a day such as `2027-06-30`")),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        for (days, date) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_818, "2026-12-31"),
        ] {
            assert_eq!(Date::of_days(days).to_string(), date);
        }
    }

    #[test]
    fn dates_are_compared_as_such() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        assert!(date("2026-09-30") < date("2026-10-01"));
        assert!("2026-13-01".parse::<Date>().is_err());
        assert!("soon".parse::<Date>().is_err());
    }
}
