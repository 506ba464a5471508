//! Secrets that are granted by name, and keeping their values out of all that a plugin says.

use std::{collections::BTreeMap, fmt, sync::Arc};

/// A shorter text would be found in ordinary words and numbers, and replaced there.
const SHORTEST: usize = 8;
/// A key, a token or a certificate; what is longer is data.
const LONGEST: usize = 16 << 10;

/// Secrets by name. Neither this nor what holds it prints a value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(Arc<BTreeMap<String, String>>);

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
        Ok(Self(Arc::new(values)))
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The text without any of the values.
    pub(crate) fn hide(&self, text: &mut String) {
        for (name, value) in &*self.0 {
            if text.contains(value.as_str()) {
                *text = text.replace(value.as_str(), &format!("[secret {name}]"));
            }
            // As it stands in a JSON text, such as `extras`.
            let escaped = serde_json::Value::from(value.as_str()).to_string();
            let escaped = escaped.trim_matches('"');
            if escaped != value && text.contains(escaped) {
                *text = text.replace(escaped, &format!("[secret {name}]"));
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
}
