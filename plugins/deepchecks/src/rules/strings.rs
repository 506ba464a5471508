//! `checks.inconsistent_strings`, always low: spelling variants of one category, cells of
//! special characters only, texts of unusual length, tokens that the tokenizer does not know.
//!
//! The conditions of these checks demand zero, so their verdict is taken as it is, but only
//! as a remark. Healthy: passes, and columns of free text.

use deepfix_plugin::{Draft, Severity, join};
use deepfix_views::checks::CheckKind;

use super::{Facts, MOST_NAMES};

const KINDS: [CheckKind; 6] = [
    CheckKind::StringMismatch,
    CheckKind::StringMismatchComparison,
    CheckKind::SpecialCharacters,
    CheckKind::StringLength,
    CheckKind::UnknownTokens,
    CheckKind::FrequentSubstrings,
];

pub(super) fn check(facts: &Facts<'_>) -> Option<Draft> {
    let failed: Vec<_> = KINDS
        .into_iter()
        .flat_map(|kind| facts.view.of(kind))
        .filter(|it| it.failed())
        .collect();
    let first = failed.first()?;
    let info = first
        .conditions
        .iter()
        .map(|it| it.more_info.as_str())
        .find(|it| !it.is_empty())
        .unwrap_or_default();
    // What a check found can be as long as its table.
    let short: String = info
        .chars()
        .map(|it| if it == '\n' { ' ' } else { it })
        .take(200)
        .collect();
    Some(
        Draft::new("checks.inconsistent_strings", Severity::Low, 0.7)
            .arg("checks", join(failed.iter().map(|it| &it.header), MOST_NAMES))
            .arg("number", failed.len())
            .arg("info", short),
    )
}
