//! `checks.inconsistent_strings`, always low: spelling variants of one category, cells of
//! special characters only, texts of unusual length, tokens that the tokenizer does not know.
//!
//! The conditions of these checks demand zero, so their verdict is taken as it is, but only
//! as a remark. Healthy: passes, and columns of free text. Classes of the label that the test split
//! spells otherwise are told by the rule of new labels.
//!
//! Sources: deepchecks `StringMismatch`, `SpecialCharacters`, `StringLengthOutOfBounds` and
//! `UnknownTokens`.

use deepfix_plugin::{Draft, Severity, Source, join};
use deepfix_views::checks::{Check, CheckKind, Condition, Status};

use super::{Facts, MOST_FACTS, MOST_NAMES, features, spelling};

const KINDS: [CheckKind; 6] = [
    CheckKind::StringMismatch,
    CheckKind::StringMismatchComparison,
    CheckKind::SpecialCharacters,
    CheckKind::StringLength,
    CheckKind::UnknownTokens,
    CheckKind::FrequentSubstrings,
];

pub(super) fn check(facts: &Facts<'_>) -> Option<Draft> {
    let label = features::label_name(facts);
    let failed: Vec<_> = KINDS
        .into_iter()
        .flat_map(|kind| facts.view.of(kind))
        .filter(|it| it.failed())
        .filter(|it| !spelling::tells_labels_only(facts, it, label.as_deref()))
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
    let draft = Draft::new("checks.inconsistent_strings", Severity::Low, 0.7)
        .arg("checks", join(failed.iter().map(|it| &it.header), MOST_NAMES))
        .arg("number", failed.len())
        .arg("info", short);
    Some(
        failed
            .iter()
            .take(MOST_FACTS)
            .fold(draft, |draft, check| match condition(check) {
                Some((text, source)) => draft.fact(check.header.as_str(), text, source),
                None => draft,
            }),
    )
}

/// What the failed condition of a check says that it found, as it stands in the results.
fn condition(check: &Check) -> Option<(&str, Source)> {
    let is_broken = |it: &Condition| matches!(it.status, Status::Fail | Status::Warn) && !it.more_info.is_empty();
    let place = check.conditions.iter().position(is_broken)?;
    let text = check.conditions.get(place)?.more_info.as_str();
    Some((text, check.condition_source(place)))
}
