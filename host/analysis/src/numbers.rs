//! Numbers in what a language model writes, held against numbers that were read.

use crate::number_words::in_words;

/// Derived numbers are looked for among the pairs of at most so many facts: with more, chance
/// alone finds a pair for any number.
const MOST_PAIRED: usize = 6;
/// How far a rounded number may be from the one that it stands for, whatever its digits say.
const MOST_ROUNDING: f64 = 0.1;

/// Characters behind a number that may say what it counts.
const BEHIND: usize = 16;

/// A number as a text states it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stated {
    /// Its characters.
    pub(crate) text: String,
    /// What it may mean, each with half a unit of its last digit: `1,234` is read in two ways.
    readings: Vec<(f64, f64)>,
    /// A percent sign stands behind it.
    percent: bool,
}

impl Stated {
    /// A number that this code cannot read, such as `½`: it follows from nothing.
    fn unreadable(it: char) -> Self {
        Self {
            text: it.to_string(),
            readings: Vec::new(),
            percent: false,
        }
    }

    /// A whole number that is written as a word.
    pub(crate) fn word(text: &str, value: f64) -> Self {
        Self {
            text: text.to_owned(),
            readings: vec![(value, 0.5)],
            percent: false,
        }
    }

    /// What it may mean.
    pub(crate) fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.readings.iter().map(|(value, _)| *value)
    }
}

/// The first number of a text that neither is one of `known` within rounding, nor a percentage of
/// one, nor the difference, ratio or relative change of two of `facts`. Signs are not compared:
/// a dash is too many things.
pub(crate) fn unfounded(text: &str, facts: &[f64], known: &[f64]) -> Option<Stated> {
    stated(text).into_iter().find(|it| !follows(it, facts, known))
}

fn follows(stated: &Stated, facts: &[f64], known: &[f64]) -> bool {
    let near = |target: f64| {
        stated
            .readings
            .iter()
            .filter(|it| it.0.is_finite())
            .any(|(value, rounding)| {
                let (value, target) = (value.abs(), target.abs());
                let most = rounding.min(MOST_ROUNDING * value).max(1e-9 * value);
                (value - target).abs() <= most
            })
    };
    let either = |target: f64| target.is_finite() && (near(target) || near(target * 100.0));
    // A share of 0.31 is 31 %, and not 0.31 %; what is greater than 1 may be a percentage already.
    let share = |target: f64| stated.percent && target.abs() <= 1.0;
    let of_fact = |target: f64| {
        if share(target) {
            near(target * 100.0)
        } else {
            either(target)
        }
    };
    let between = |target: f64| near(if share(target) { target * 100.0 } else { target });
    if facts.iter().any(|it| of_fact(*it)) || known.iter().any(|it| either(*it)) {
        return true;
    }
    let paired = facts.get(..MOST_PAIRED.min(facts.len())).unwrap_or_default();
    paired.iter().enumerate().any(|(i, a)| {
        let others = paired.iter().enumerate().filter(|(j, _)| *j != i);
        others
            .into_iter()
            .any(|(_, b)| between(a - b) || of_fact(a / b) || of_fact((a - b) / b))
    })
}

/// Whether a percent sign, or the word in the languages that rules speak and some more, stands there.
fn is_percent(behind: &str) -> bool {
    let behind = behind.trim_start().to_lowercase();
    let words = [
        "%",
        "٪",
        "％",
        "﹪",
        "percent",
        "per cent",
        "pour cent",
        "prozent",
        "por ciento",
    ];
    words.iter().any(|it| behind.starts_with(it)) && !behind.starts_with("percentage point")
}

/// All numbers of a text, in digits and in words. Digits that belong to a name, such as those of `f1` or `2D`, are none.
pub(crate) fn stated(text: &str) -> Vec<Stated> {
    let characters: Vec<char> = text.chars().map(ascii_digit).collect();
    let at = |place: usize| characters.get(place).copied().unwrap_or(' ');
    let mut found = Vec::new();
    let mut place = 0;
    while place < characters.len() {
        let start = place;
        if !at(place).is_ascii_digit() {
            if at(place).is_numeric() && !(start > 0 && is_joining(at(start - 1))) {
                found.push(Stated::unreadable(at(place)));
            }
            place += 1;
            continue;
        }
        while at(place).is_ascii_digit() || (is_separator(at(place)) && at(place + 1).is_ascii_digit()) {
            place += 1;
        }
        let digits: String = characters.get(start..place).unwrap_or_default().iter().collect();
        let mut exponent = 0;
        if matches!(at(place), 'e' | 'E') {
            let sign = usize::from(matches!(at(place + 1), '-' | '+' | '−'));
            let end = (place + 1 + sign..)
                .find(|it| !at(*it).is_ascii_digit())
                .unwrap_or(place);
            let power: String = characters
                .get(place + 1 + sign..end)
                .unwrap_or_default()
                .iter()
                .collect();
            if let Ok(power) = power.parse::<i32>() {
                exponent = if sign == 1 && at(place + 1) != '+' {
                    -power
                } else {
                    power
                };
                place = end;
            }
        }
        match at(place) {
            'k' | 'K' if !at(place + 1).is_alphanumeric() => exponent += 3,
            'M' if !at(place + 1).is_alphanumeric() => exponent += 6,
            _ => {}
        }
        // Digits are part of a name behind its letters (`layer3`). Behind a number letters are its
        // unit, but for an index such as `3d`. Scripts without spaces between words join a number
        // with its neighbours all the same.
        let marked = start > 0 && at(start - 1) == '_' && (start < 2 || !is_joining(at(start - 2)));
        let name = start > 0 && !marked && (is_joining(at(start - 1)) || at(start - 1) == '_');
        let suffix: String = (place..).map(at).take_while(|it| is_joining(*it)).take(3).collect();
        let whole = digits.chars().all(|it| it.is_ascii_digit());
        let ordinal = whole
            && matches!(
                suffix.to_lowercase().as_str(),
                "d" | "st" | "nd" | "rd" | "th" | "e" | "er"
            );
        let goes_on = at(place) == '_' && at(place + 1).is_alphanumeric();
        if name || ordinal || goes_on {
            // The rest of the name is not a number either.
            while at(place).is_alphanumeric() || at(place) == '_' {
                place += 1;
            }
            continue;
        }
        let behind: String = (place..).map(at).take(BEHIND).collect();
        let scale = 10f64.powi(exponent.clamp(-330, 330));
        found.push(Stated {
            readings: readings(&digits)
                .into_iter()
                .map(|(value, decimals)| (value * scale, 0.5 * 10f64.powi(-decimals) * scale))
                .collect(),
            text: digits,
            percent: is_percent(&behind),
        });
    }
    found.extend(in_words(text));
    found
}

/// Letters that join digits to a name: Latin, Greek, Cyrillic, Armenian. Other scripts write words
/// and numbers without a space between them, or join a particle to a number.
fn is_joining(it: char) -> bool {
    it.is_alphabetic() && u32::from(it) < 0x0590
}

fn is_separator(it: char) -> bool {
    matches!(it, '.' | ',' | '\'' | '\u{a0}' | '\u{202f}' | '٫' | '٬')
}

/// Digits of other scripts, which some languages write numbers in.
fn ascii_digit(it: char) -> char {
    // Zeros of the decimal digits (Unicode Character Database, general category Nd) of scripts in
    // use today; other numeric characters are numbers that nothing follows from.
    const ZEROS: [u32; 32] = [
        0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50,
        0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
        0xa620, 0xa8d0, 0xa900, 0xff10,
    ];
    let code = it as u32;
    ZEROS
        .iter()
        .find(|zero| (**zero..**zero + 10).contains(&code))
        .and_then(|zero| char::from_digit(code - zero, 10))
        .unwrap_or(it)
}

/// The values of digits with separators, each with its number of decimals.
fn readings(digits: &str) -> Vec<(f64, i32)> {
    let plain: String = digits
        .chars()
        .filter(|it| !matches!(it, '\'' | '\u{a0}' | '\u{202f}' | '٬'))
        .map(|it| if it == '٫' { '.' } else { it })
        .collect();
    let whole = |text: &str| {
        let text: String = text.chars().filter(char::is_ascii_digit).collect();
        text.parse::<f64>().ok().map(|it| (it, 0))
    };
    let Some((before, after)) = plain.rsplit_once(['.', ',']) else {
        return whole(&plain).into_iter().collect();
    };
    let decimal = format!(
        "{}.{after}",
        before.chars().filter(char::is_ascii_digit).collect::<String>()
    );
    let decimal = decimal
        .parse::<f64>()
        .ok()
        .map(|it| (it, i32::try_from(after.len()).unwrap_or(i32::MAX).min(300)));
    let marks: Vec<char> = plain.chars().filter(|it| matches!(it, '.' | ',')).collect();
    let same = marks.iter().all(|it| marks.first() == Some(it));
    match (marks.len(), same) {
        // `1,234` or `1.234`: a decimal or a thousand.
        (1, _) if after.len() == 3 && before.len() <= 3 => decimal.into_iter().chain(whole(&plain)).collect(),
        (1, _) => decimal.into_iter().collect(),
        (_, true) => whole(&plain).into_iter().collect(),
        (_, false) => decimal.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn founded(text: &str, facts: &[f64]) -> bool {
        unfounded(text, facts, &[]).is_none()
    }

    #[test]
    fn numbers_that_were_read_are_founded_within_rounding() {
        for text in [
            "the loss is 0.31",
            "0.312",
            "0,31",
            "31 %",
            "31.2%",
            "accuracy of 3.12e-1",
            "٠٫٣١",
            "no number",
            "Fall 0,31.",
        ] {
            assert!(founded(text, &[0.3124]), "{text}");
        }
        for text in [
            "0.31 %",
            "0.31%",
            "0,31 %",
            "0.31\u{a0}٪",
            "0.31 percent",
            "0,31 pour cent",
        ] {
            assert!(!founded(text, &[0.3124]), "{text}");
        }
        assert!(founded("31 %", &[31.2]) && founded("0 %", &[0.0]) && founded("30 %", &[0.9, 0.6]));
        // What a rule has written may be repeated.
        assert!(unfounded("0.31 %", &[], &[0.31]).is_none());
        for text in ["0.35", "0.313", "40 %", "7", "3.2e-1", "0.31 and 12"] {
            assert!(!founded(text, &[0.3124]), "{text}");
        }
        for text in ["准确率是0.35分", "損失は0.35です", "0.35로", "0.35pct", "7ms"] {
            assert!(!founded(text, &[0.3124]), "{text}");
        }
        for text in ["layer3", "3d", "the 2nd epoch", "准确率是0.31分"] {
            assert!(founded(text, &[0.3124]), "{text}");
        }
        for text in ["12345 rows", "12,345", "12.345", "12\u{202f}345", "12k", "12'345"] {
            assert!(founded(text, &[12_345.0]), "{text}");
        }
    }

    #[test]
    fn differences_ratios_and_changes_of_two_facts_are_founded() {
        let facts = [0.9, 0.6];
        for text in ["a gap of 0.3", "1.5 times", "50 % more", "67 %"] {
            assert!(founded(text, &facts), "{text}");
        }
        assert!(!founded("a gap of 0.4", &facts));
        // Numbers that are merely known are not combined.
        assert!(unfounded("a gap of 0.3", &[], &facts).is_some());
    }

    #[test]
    fn digits_of_names_are_no_numbers() {
        for text in ["f1", "od280_x", "ResNet50", "2D", "v2.1b", "x_3", "3x3"] {
            assert!(
                stated(text).iter().all(|it| it.text == "3"),
                "{text}: {:?}",
                stated(text)
            );
        }
        assert_eq!(stated("2x").len(), 1);
    }

    #[test]
    fn numbers_in_words_and_other_scripts_are_numbers() {
        for text in [
            "ninety percent of the rows",
            "Twelve layers are dead",
            "quatre-vingt lignes",
            "trois cent lignes",
            "a million rows",
            "½ of it",
            "1e309",
            "_0.001_",
            "0.99e",
            "two hundred rows",
            "three billion rows",
            "①",
            "ค่า0.35",
            "௭",
        ] {
            assert!(!founded(text, &[0.3124]), "{text}");
        }
        for text in [
            "ninety percent",
            "90 %",
            "quatre-vingt-dix pour cent",
            "R² and m²",
            "one or two",
        ] {
            assert!(founded(text, &[0.9]), "{text}");
        }
        assert!(founded("twelve layers", &[12.0]) && founded("௭", &[7.0]));
    }

    #[test]
    fn small_whole_numbers_are_not_a_rounding_of_just_anything() {
        assert!(!founded("1 of 2", &[0.7]));
        assert!(founded("12", &[12.4]));
    }
}
