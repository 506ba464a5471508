//! The words of the pages, in two languages.

mod english;
mod french;

use english::ENGLISH;
use french::FRENCH;

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "their names")]
pub enum Language {
    English,
    French,
}

impl Language {
    /// What a browser prefers, by its header `Accept-Language`: the best of those that there are, English
    /// where it names neither.
    #[must_use]
    pub fn preferred(accepted: &str) -> Self {
        let mut best = (0.0, Self::English);
        for part in accepted.split(',') {
            let mut parts = part.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts
                .find_map(|it| it.strip_prefix("q=")?.parse::<f64>().ok())
                .unwrap_or(1.0);
            let language = match tag.split('-').next() {
                Some("en") => Self::English,
                Some("fr") => Self::French,
                _ => continue,
            };
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }

    /// The name that requests give it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "english",
            Self::French => "french",
        }
    }
}

/// The words.
#[derive(Debug)]
pub(crate) struct Words {
    pub tag: &'static str,
    pub skip: &'static str,
    pub home: &'static str,
    pub history: &'static str,
    pub agents: &'static str,
    pub knowledge: &'static str,
    pub pages: &'static str,
    pub theme: &'static str,
    pub sign_in: &'static str,
    pub sign_out: &'static str,
    pub home_title: &'static str,
    pub home_lead: &'static str,
    pub drop: &'static str,
    pub drop_or: &'static str,
    pub files: &'static str,
    pub folder: &'static str,
    pub name: &'static str,
    pub name_hint: &'static str,
    pub label: &'static str,
    pub label_hint: &'static str,
    pub language: &'static str,
    pub analyse: &'static str,
    pub limits: &'static str,
    pub limits_of: &'static str,
    pub limits_together: &'static str,
    pub recognised: &'static str,
    pub recognised_list: &'static str,
    pub no_uploads: &'static str,
    pub sending: &'static str,
    pub examining: &'static str,
    pub done: &'static str,
    pub cancel: &'static str,
    pub cancelled: &'static str,
    pub failed: &'static str,
    pub findings: &'static str,
    pub nothing_chosen: &'static str,
    pub too_many: &'static str,
    pub recent: &'static str,
    pub all_analyses: &'static str,
    pub none_yet: &'static str,
    pub not_kept: &'static str,
    pub list_title: &'static str,
    pub search: &'static str,
    pub dataset: &'static str,
    pub code: &'static str,
    pub severity: &'static str,
    pub any: &'static str,
    pub severity_low: &'static str,
    pub severity_medium: &'static str,
    pub severity_high: &'static str,
    pub severity_none: &'static str,
    pub reset: &'static str,
    pub when: &'static str,
    pub verdict: &'static str,
    pub summary: &'static str,
    pub before: &'static str,
    pub after: &'static str,
    pub compare: &'static str,
    pub compare_hint: &'static str,
    pub older: &'static str,
    pub newest: &'static str,
    pub no_match: &'static str,
    pub unnamed: &'static str,
    pub agents_failed: &'static str,
    pub compare_title: &'static str,
    pub new: &'static str,
    pub changed: &'static str,
    pub gone: &'static str,
    pub same: &'static str,
    pub swap: &'static str,
    pub no_changes: &'static str,
    pub fault: &'static str,
    pub times: &'static str,
    pub agents_title: &'static str,
    pub agents_lead: &'static str,
    pub runs: &'static str,
    pub runs_failed: &'static str,
    pub since_start: &'static str,
    pub no_runs: &'static str,
    pub reads: &'static str,
    pub may_use: &'static str,
    pub nothing: &'static str,
    pub finds: &'static str,
    pub component: &'static str,
    pub signed_by: &'static str,
    pub not_signed: &'static str,
    pub limits_title: &'static str,
    pub memory: &'static str,
    pub wall: &'static str,
    pub analyzer: &'static str,
    pub reasoner: &'static str,
    pub healthy_agent: &'static str,
    pub ailing_agent: &'static str,
    pub resting_agent: &'static str,
    pub refused: &'static str,
    pub generation: &'static str,
    pub knowledge_title: &'static str,
    pub knowledge_lead: &'static str,
    pub question: &'static str,
    pub question_hint: &'static str,
    pub domain: &'static str,
    pub any_domain: &'static str,
    pub passages: &'static str,
    pub no_passages: &'static str,
    pub source: &'static str,
    pub sign_in_title: &'static str,
    pub sign_in_lead: &'static str,
    pub sign_in_provider: &'static str,
    pub signed_in: &'static str,
    pub key: &'static str,
    pub key_kept: &'static str,
    pub go_on: &'static str,
    pub trouble_found: &'static str,
    pub trouble_expected: &'static str,
    pub trouble_id: &'static str,
    pub back_home: &'static str,
}

impl Words {
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::French => &FRENCH,
        }
    }

    /// The word for a severity as the history names it.
    pub(crate) fn severity_word(&self, severity: &str) -> &'static str {
        match severity {
            "high" => self.severity_high,
            "medium" => self.severity_medium,
            "low" => self.severity_low,
            _ => self.severity_none,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_best_that_the_browser_names() {
        for (accepted, expected) in [
            ("fr-FR,fr;q=0.9,en;q=0.8", Language::French),
            ("en-GB,en;q=0.9,fr;q=0.8", Language::English),
            ("de, fr;q=0.5, en;q=0.4", Language::French),
            ("fr;q=0", Language::English),
            ("", Language::English),
            ("de", Language::English),
        ] {
            assert_eq!(Language::preferred(accepted), expected, "{accepted}");
        }
    }

    #[test]
    fn no_word_is_missing_or_left_in_english() {
        let lines = |words: &Words| -> Vec<String> { format!("{words:#?}").lines().map(str::to_owned).collect() };
        let (english, french) = (lines(&ENGLISH), lines(&FRENCH));
        assert_eq!(english.len(), french.len());
        let alike = [
            "agents",
            "pages",
            "verdict",
            "list_title",
            "source",
            "question_hint",
            "passages",
        ];
        for (a, b) in english.iter().zip(&french).filter(|(it, _)| it.contains('"')) {
            assert!(!a.contains("\"\"") && !b.contains("\"\""), "{a} {b}");
            assert!(a != b || alike.iter().any(|it| a.trim().starts_with(it)), "{a}");
        }
    }
}
