//! Numbers that are written for people: `1,234.50`, `12 %`, `$3`. To a reader of tables they are texts.
//!
//! Spaces alone separate no groups here: telephone numbers and other keys are written so.

/// Signs before or behind a number, with the spaces between.
const SIGNS: [char; 8] = ['$', '\u{20ac}', '\u{a3}', '\u{a5}', '%', ' ', '\u{a0}', '\u{202f}'];
/// What stands between groups of three digits.
const GROUPS: [char; 4] = [',', '\'', '\u{a0}', '\u{202f}'];

/// Whether a text is such a number, and none that every reader understands.
pub(super) fn is_written(text: &str) -> bool {
    let signs = |it: char| SIGNS.contains(&it);
    let unsigned = |it| str::strip_prefix(it, ['-', '+']).unwrap_or(it);
    let bare = unsigned(unsigned(text.trim()).trim_matches(signs));
    let has_sign = text.contains(|it| it != ' ' && signs(it) && !GROUPS.contains(&it));
    let (whole, fraction) = bare.split_once('.').unwrap_or((bare, "0"));
    let groups: Vec<&str> = whole.split(GROUPS).collect();
    let is_digits = |it: &&str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let is_grouped = groups.len() > 1
        && groups.first().is_some_and(|it| it.len() <= 3)
        && groups.iter().skip(1).all(|it| it.len() == 3);
    groups.iter().all(is_digits) && is_digits(&fraction) && (is_grouped || (has_sign && groups.len() == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people_are_told_from_others_and_from_texts() {
        for it in [
            "1,234",
            "12,345.5",
            "-7,000,000",
            "12 %",
            "$3",
            "-$4.50",
            "$1,000",
            "8 \u{20ac}",
            "12'345",
        ] {
            assert!(is_written(it), "{it}");
        }
        for it in [
            "",
            "$",
            "%",
            "1234",
            "12.5",
            "1e5",
            "1,2",
            "1,23,456",
            "1234,567",
            "555 123 456",
            "3 of 4",
            "10.0.0.1",
            "a,123",
            "1,234 kg",
            "2024-01-02",
            "+49",
        ] {
            assert!(!is_written(it), "{it}");
        }
    }
}
