//! Numbers that a text writes as words, in English and French: a model that may not invent digits
//! could write `ninety percent`.
//!
//! From three on: `one`, `two`, `un` and `deux` are articles and pairs more often than claims, and
//! count only within a longer number.
//! Words that mean something else as well (`seize`, `neuf`) are left out. Other languages are held
//! against their digits alone.

use crate::numbers::Stated;

/// Words that stand for themselves.
const VALUES: [(&str, f64); 48] = [
    ("one", 1.0),
    ("two", 2.0),
    ("un", 1.0),
    ("deux", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("sixteen", 16.0),
    ("seventeen", 17.0),
    ("eighteen", 18.0),
    ("nineteen", 19.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("seventy", 70.0),
    ("eighty", 80.0),
    ("ninety", 90.0),
    ("trois", 3.0),
    ("quatre", 4.0),
    ("cinq", 5.0),
    ("sept", 7.0),
    ("huit", 8.0),
    ("dix", 10.0),
    ("onze", 11.0),
    ("douze", 12.0),
    ("treize", 13.0),
    ("quatorze", 14.0),
    ("quinze", 15.0),
    ("vingt", 20.0),
    ("vingts", 20.0),
    ("trente", 30.0),
    ("quarante", 40.0),
    ("cinquante", 50.0),
    ("soixante", 60.0),
    ("dozen", 12.0),
    ("dozens", 12.0),
];

/// Words that multiply what stands before them.
const SCALES: [(&str, f64); 13] = [
    ("billion", 1e9),
    ("billions", 1e9),
    ("milliard", 1e9),
    ("milliards", 1e9),
    ("hundred", 1e2),
    ("hundreds", 1e2),
    ("cent", 1e2),
    ("cents", 1e2),
    ("thousand", 1e3),
    ("thousands", 1e3),
    ("mille", 1e3),
    ("million", 1e6),
    ("millions", 1e6),
];

/// The numbers that a text writes as words. Words that follow one another are one number:
/// `three hundred`, `quatre-vingt-dix`.
pub(crate) fn in_words(text: &str) -> Vec<Stated> {
    let lower = text.to_lowercase().replace("pour cent", "pourcent");
    let mut found = Vec::new();
    let mut current: Option<(String, f64)> = None;
    for word in lower.split(|it: char| !it.is_alphanumeric()) {
        let of = |all: &[(&str, f64)]| all.iter().find(|it| it.0 == word).map(|it| it.1);
        current = match (of(&VALUES), of(&SCALES), current.take()) {
            // `quatre-vingt` is the one product among the small words.
            (Some(value), _, Some((text, 4.0))) if word.starts_with("vingt") => Some((join(&text, word), 4.0 * value)),
            (Some(value), _, Some((text, before))) => Some((join(&text, word), before + value)),
            (Some(value), _, None) => Some((word.to_owned(), value)),
            (None, Some(scale), Some((text, before))) => Some((join(&text, word), before * scale)),
            (None, Some(scale), None) => Some((word.to_owned(), scale)),
            (None, None, current) => {
                found.extend(current.filter(is_claim));
                None
            }
        };
    }
    found.extend(current.filter(is_claim));
    found
        .into_iter()
        .map(|(text, value)| Stated::word(&text, value))
        .collect()
}

fn is_claim((_, value): &(String, f64)) -> bool {
    *value > 2.0
}

fn join(text: &str, word: &str) -> String {
    format!("{text} {word}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<f64> {
        in_words(text).iter().flat_map(Stated::values).collect()
    }

    #[test]
    fn words_that_follow_one_another_are_one_number() {
        assert_eq!(of("Twenty-five of three hundred rows"), [25.0, 300.0]);
        assert_eq!(of("quatre-vingt-dix pour cent"), [90.0]);
        assert_eq!(of("a hundred thousand rows"), [100_000.0]);
        assert_eq!(
            of("two hundred, twenty-one, deux cents, one billion"),
            [200.0, 21.0, 200.0, 1e9]
        );
        assert_eq!(of("two losses, one split, neuf et seize"), Vec::<f64>::new());
        assert_eq!(of("tension, often, attention"), Vec::<f64>::new());
    }
}
