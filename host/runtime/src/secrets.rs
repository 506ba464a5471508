//! Secrets that are granted by name, and keeping their values out of all that a plugin says.

use std::{collections::BTreeMap, fmt, sync::Arc};

/// A shorter text would be found in ordinary words and numbers, and replaced there.
const SHORTEST: usize = 8;
/// A key, a token or a certificate; what is longer is data.
const LONGEST: usize = 16 << 10;

/// Secrets by name. Neither this nor what holds it prints a value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(Arc<Kept>);

#[derive(Default, PartialEq, Eq)]
struct Kept {
    values: BTreeMap<String, String>,
    /// What is looked for in a text, and the name: each value as it is and as it stands in a JSON text. The
    /// longest first, since one secret may be a part of another.
    looked_for: Vec<(String, String)>,
}

/// Fewer bytes of a value at the edge of a cut text say nothing of it.
const TOLD: usize = 4;

/// What stands in the place of a value.
pub(crate) fn placeholder(name: &str) -> String {
    format!("[secret {name}]")
}

impl Secrets {
    /// Secrets by name.
    ///
    /// # Errors
    /// Names a secret that is too short or too long to be kept.
    pub fn new(values: BTreeMap<String, String>) -> Result<Self, String> {
        for (name, value) in &values {
            if !(SHORTEST..=LONGEST).contains(&value.len()) {
                return Err(format!(
                    "secret `{name}`: found {} bytes, expected {SHORTEST} to {LONGEST}: a shorter one could not be \
                     told from ordinary text and kept out of it",
                    value.len()
                ));
            }
        }
        let mut looked_for = Vec::new();
        for (name, value) in &values {
            let escaped = serde_json::Value::from(value.as_str()).to_string();
            let escaped = escaped.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
            if let Some(escaped) = escaped.filter(|it| it != value) {
                looked_for.push((escaped.to_owned(), name.clone()));
            }
            looked_for.push((value.clone(), name.clone()));
        }
        looked_for.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Ok(Self(Arc::new(Kept { values, looked_for })))
    }

    /// Values for a rehearsal, whose plugin is told the names in their place.
    #[must_use]
    pub fn placeholders<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let values = names.into_iter().map(|it| (it.to_owned(), placeholder(it)));
        Self(Arc::new(Kept {
            values: values.collect(),
            looked_for: Vec::new(),
        }))
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.values.keys().map(String::as_str)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.values.is_empty()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.values.get(name).map(String::as_str)
    }

    /// The text without any of the values.
    pub(crate) fn hide(&self, text: &mut String) {
        for (value, name) in &self.0.looked_for {
            if text.contains(value.as_str()) {
                *text = text.replace(value.as_str(), &placeholder(name));
            }
        }
    }

    /// Bytes of the longest text that is looked for.
    pub(crate) fn longest(&self) -> usize {
        self.0.looked_for.first().map_or(0, |(value, _)| value.len())
    }

    /// The same for a text whose end was cut off, which may be within a value.
    pub(crate) fn hide_begun(&self, text: &mut String) {
        for (value, name) in &self.0.looked_for {
            let parts = (TOLD..value.len()).rev().filter_map(|it| value.get(..it));
            let whole = text.trim_end_matches(char::REPLACEMENT_CHARACTER);
            if let Some(kept) = parts.filter_map(|it| whole.strip_suffix(it)).next() {
                *text = format!("{kept}{}", placeholder(name));
                return;
            }
        }
    }

    /// The same for a text whose start was cut off.
    pub(crate) fn hide_ended(&self, text: &mut String) {
        for (value, name) in &self.0.looked_for {
            let parts = (1..=value.len().saturating_sub(TOLD)).filter_map(|it| value.get(it..));
            let whole = text.trim_start_matches(char::REPLACEMENT_CHARACTER);
            if let Some(kept) = parts.filter_map(|it| whole.strip_prefix(it)).next() {
                *text = format!("{}{kept}", placeholder(name));
                return;
            }
        }
    }

    pub(crate) fn hidden(&self, mut text: String) -> String {
        self.hide(&mut text);
        text
    }

    /// A report without any of the values.
    pub(crate) fn hide_in_report(&self, report: &mut deepfix_core::Report) {
        if self.is_empty() {
            return;
        }
        self.hide(&mut report.summary);
        self.hide(&mut report.extras);
        for analysis in &mut report.analyses {
            let (finding, advice) = (&mut analysis.finding, &mut analysis.recommendation);
            for text in [
                &mut finding.description,
                &mut finding.evidence,
                &mut finding.extras,
                &mut advice.action,
                &mut advice.rationale,
            ] {
                self.hide(text);
            }
            for citation in &mut advice.citations {
                self.hide(citation);
            }
            for fact in &mut finding.facts {
                self.hide(&mut fact.label);
                if let deepfix_core::Value::Text(text) = &mut fact.value {
                    self.hide(text);
                }
                if let Some(source) = &mut fact.source {
                    self.hide(&mut source.pointer);
                }
            }
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(value: &str) -> Result<Secrets, String> {
        Secrets::new(BTreeMap::from([("licence".to_owned(), value.to_owned())]))
    }

    #[test]
    fn a_value_is_printed_nowhere() {
        let it = secrets("correct-horse").unwrap();
        assert_eq!(format!("{it:?}"), "{\"licence\"}");
        assert_eq!(it.hidden("a correct-horse b".to_owned()), "a [secret licence] b");
    }

    #[test]
    fn a_secret_that_is_ordinary_text_is_refused() {
        assert!(secrets("abc").unwrap_err().contains("found 3 bytes"));
        assert!(secrets(&"x".repeat(LONGEST + 1)).is_err());
    }
    #[test]
    fn of_secrets_that_hold_one_another_no_rest_is_left() {
        let values = [
            ("a", "correct-horse"),
            ("b", "correct-horse-battery"),
            ("c", "\"horse-bat"),
        ];
        let it = Secrets::new(values.map(|(name, value)| (name.to_owned(), value.to_owned())).into()).unwrap();
        assert_eq!(
            it.hidden("correct-horse-battery, correct-horse, \\\"horse-bat".to_owned()),
            "[secret b], [secret a], [secret c]"
        );
    }
}
