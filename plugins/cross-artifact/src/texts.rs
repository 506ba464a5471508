//! Names of faults and small pieces of text in the language of the request.

use deepfix_plugin::{Arg, Catalogue, Language, Severity};

use crate::{CATALOGUE, causes::Fault, codes, findings, variants::Variants};

/// What codes are called, how to tell that their cure worked, why they have consequences.
pub const NAMES: Catalogue = Catalogue {
    english: include_str!("../locales/codes.en.ftl"),
    french: include_str!("../locales/codes.fr.ftl"),
};

/// The texts of one language.
pub(crate) struct Texts {
    pub(crate) language: Language,
}

impl Texts {
    pub(crate) fn plain(&self, id: &str, args: &[(&str, Arg)]) -> String {
        CATALOGUE.text(self.language, id, args)
    }

    /// What a fault is called, for the middle of a sentence.
    pub(crate) fn title(&self, fault: &Fault<'_>) -> String {
        match fault.origin() {
            Some((agent, code)) => NAMES.text(
                self.language,
                "title-external",
                &[("agent", shorten(agent, 60).into()), ("code", shorten(code, 80).into())],
            ),
            None => self.common("title", fault),
        }
    }

    pub(crate) fn title_of(&self, code: &str) -> String {
        NAMES.text(self.language, &codes::text_id("title", code), &[])
    }

    /// How to tell that the cure of a fault's main finding worked.
    pub(crate) fn tell(&self, fault: &Fault<'_>) -> String {
        match fault.origin() {
            Some((agent, code)) => NAMES.text(
                self.language,
                "tell-external",
                &[("agent", shorten(agent, 60).into()), ("code", shorten(code, 80).into())],
            ),
            None => {
                let variant = fault.lead().and_then(|it| findings::variant(&it.finding.extras));
                self.tell_of(&fault.code, variant.as_deref())
            }
        }
    }

    /// How to tell that the cure of a variant of a code worked.
    pub(crate) fn tell_of(&self, code: &str, variant: Option<&str>) -> String {
        self.specific("tell", code, variant)
    }

    /// The text of a variant where it has one of its own, else that of the code, which holds for all others. A
    /// finding without a variant is of the one called `plain`.
    fn specific(&self, prefix: &str, code: &str, variant: Option<&str>) -> String {
        let general = codes::text_id(prefix, code);
        let own = Some(format!("{general}-{}", variant.unwrap_or("plain")));
        let ids = NAMES.ids(Language::English);
        let id = own.filter(|it| ids.contains(&it.as_str())).unwrap_or(general);
        NAMES.text(self.language, &id, &[])
    }

    /// The text of the variant that all findings of a fault are of; where they differ that of the code, which holds
    /// for all.
    fn common(&self, prefix: &str, fault: &Fault<'_>) -> String {
        match fault.variants() {
            Variants::Plain => self.specific(prefix, &fault.code, None),
            Variants::Of(variant) => self.specific(prefix, &fault.code, Some(&variant)),
            Variants::Several => NAMES.text(self.language, &codes::text_id(prefix, &fault.code), &[]),
        }
    }

    /// Why a cause has its consequences.
    pub(crate) fn why(&self, cause: &Fault<'_>) -> String {
        self.common("why", cause)
    }

    pub(crate) fn severity(&self, severity: Severity) -> String {
        let id = match severity {
            Severity::High => "severity-high",
            Severity::Medium => "severity-medium",
            Severity::Low => "severity-low",
        };
        self.plain(id, &[])
    }

    /// `a, b and 2 more` without the `and`: at most `most` names.
    pub(crate) fn list(names: &[String], most: usize) -> String {
        let mut text = names.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
        if names.len() > most {
            text.push_str(&format!(" (+{})", names.len() - most));
        }
        text
    }
}

/// With a capital letter, for the start of a line.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// At most so many characters, cut at a word where there is one.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    let text = text.trim();
    let Some((end, _)) = text.char_indices().nth(most) else {
        return text.to_owned();
    };
    let head = text.get(..end).unwrap_or_default();
    let between_words = text.get(end..).is_some_and(|it| it.starts_with(char::is_whitespace));
    let last = head
        .rfind(char::is_whitespace)
        .filter(|it| *it > end / 2 && !between_words);
    let cut = last.unwrap_or(end);
    format!("{}…", head.get(..cut).unwrap_or_default().trim_end())
}

/// The first sentence, which ends before a capital letter.
pub(crate) fn first_sentence(text: &str) -> &str {
    let text = text.trim();
    for (at, _) in text.match_indices(['.', ';']) {
        let rest = text.get(at + 1..).unwrap_or_default();
        let next = rest.trim_start();
        let ends =
            rest.len() != next.len() && next.starts_with(|c: char| c.is_uppercase() || text.get(at..=at) == Some(";"));
        // `e.g. ` and the like are shorter than any sentence.
        if ends && at > 40 {
            return text.get(..at).unwrap_or(text);
        }
    }
    text.strip_suffix('.').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_words_and_never_inside_a_letter() {
        assert_eq!(shorten("één twee drie vier", 13), "één twee drie…");
        assert_eq!(shorten("ééééééééé", 3), "ééé…");
        assert_eq!(shorten("short", 10), "short");
    }

    #[test]
    fn a_sentence_ends_where_the_next_begins() {
        let text = "Set the learning rate to 0.001 (e.g. with Adam) and train again. Then compare.";
        assert_eq!(
            first_sentence(text),
            "Set the learning rate to 0.001 (e.g. with Adam) and train again"
        );
        assert_eq!(first_sentence("Stop."), "Stop");
    }
}
