use std::collections::BTreeSet;

use crate::{Catalogue, Language};

/// Fails where a text is missing or a language mentions other values than the other.
///
/// `findings` are the message ids of findings (with their variants); each needs the four
/// attributes in both languages.
///
/// # Panics
/// On the first gap, naming it.
#[allow(clippy::panic, reason = "an assertion for tests")]
pub fn assert_catalogue_is_complete(catalogue: &Catalogue, findings: &[&str]) {
    let english: BTreeSet<_> = catalogue.ids(Language::English).into_iter().collect();
    let french: BTreeSet<_> = catalogue.ids(Language::French).into_iter().collect();
    if let Some(id) = english.symmetric_difference(&french).next() {
        panic!("`{id}` exists in only one of the languages");
    }
    for id in findings {
        assert!(english.contains(id), "no message `{id}`");
        for language in [Language::English, Language::French] {
            let texts = catalogue.finding(language, id, &[]);
            for (name, text) in [
                ("description", &texts.description),
                ("evidence", &texts.evidence),
                ("action", &texts.action),
                ("rationale", &texts.rationale),
            ] {
                assert!(!text.is_empty(), "`{id}` has no .{name} in {language:?}");
            }
        }
    }
    for id in &english {
        let (a, b) = (variables(catalogue.english, id), variables(catalogue.french, id));
        assert_eq!(a, b, "`{id}` mentions other values in French than in English");
    }
}

/// The `$names` of one message.
fn variables<'a>(source: &'a str, id: &str) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    let mut inside = false;
    for line in source.lines() {
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            inside = line.split('=').next().is_some_and(|name| name.trim() == id);
        }
        if inside {
            for part in line.split('$').skip(1) {
                let end = part
                    .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
                    .unwrap_or(part.len());
                names.insert(part.get(..end).unwrap_or_default());
            }
        }
    }
    names
}
