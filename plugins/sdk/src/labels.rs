//! Labels of facts and words within texts, in the language of the request.
//!
//! Rules write them in English; a catalogue may hold a message of the same words:
//! `mean of 'age' (train)` is `fact-mean-of` with `{ $name }` and `word-train`. What a catalogue
//! lacks stays as it is, as names of columns, metrics and checks do.

use crate::{Arg, Catalogue, Language};

/// Words after which a name without quotation marks stands at a label's end.
const BEFORE_NAMES: [&str; 3] = [" class ", " channel ", " row "];
/// What stands between two quoted names.
const BETWEEN_NAMES: [&str; 2] = ["' and '", "' in '"];

impl Catalogue {
    /// The label of a fact.
    #[must_use]
    pub fn label(&self, language: Language, label: &str) -> String {
        if language == Language::English {
            return label.to_owned();
        }
        let split = label.strip_suffix(')').and_then(|it| it.rsplit_once(" ("));
        match split {
            Some((base, split)) => format!("{} ({})", self.unsplit(language, base), self.word(language, split)),
            None => self.unsplit(language, label),
        }
    }

    /// A word or two that a rule puts into a text.
    #[must_use]
    pub fn word(&self, language: Language, word: &str) -> String {
        self.known(language, "word", word, &[])
            .unwrap_or_else(|| word.to_owned())
    }

    fn unsplit(&self, language: Language, label: &str) -> String {
        let quoted = label.split_once('\'').and_then(|(before, rest)| {
            let (names, after) = rest.rsplit_once('\'')?;
            Some((before, names, after))
        });
        let ending = || {
            BEFORE_NAMES.iter().find_map(|word| {
                let (before, name) = label.split_once(word)?;
                Some((before, *word, name))
            })
        };
        let found = if let Some((before, names, after)) = quoted {
            let two = BETWEEN_NAMES
                .iter()
                .find_map(|it| names.split_once(it).map(|(a, b)| (a, *it, b)));
            let (name, between, other) = two.unwrap_or((names, "", ""));
            let args = [("name", name.into()), ("other", other.into())];
            self.known(language, "fact", &format!("{before} {between} {after}"), &args)
        } else {
            self.known(language, "fact", label, &[]).or_else(|| {
                let (before, word, name) = ending()?;
                self.known(language, "fact", &format!("{before}{word}"), &[("name", name.into())])
            })
        };
        found.unwrap_or_else(|| label.to_owned())
    }

    fn known(&self, language: Language, kind: &str, words: &str, args: &[(&str, Arg)]) -> Option<String> {
        let words: Vec<String> = words
            .split(|it: char| !it.is_ascii_alphanumeric())
            .filter(|it| !it.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        let id = format!("{kind}-{}", words.join("-"));
        let text = self.text(language, &id, args);
        (text != id).then_some(text)
    }
}
