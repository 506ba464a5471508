//! The words of a text, in the form in which they are compared: lower case, one spelling,
//! without stop words, stemmed. The index and the queries go through the same functions.

mod same;

use std::collections::HashSet;

use tantivy::tokenizer::{Language, RemoveLongFilter, Stemmer, StopWordFilter, TextAnalyzer, WhitespaceTokenizer};

use crate::limits::{MAX_QUERY_BYTES, MAX_QUERY_TERMS};

/// The name of the analyser in the schema of the index.
pub(crate) const ANALYSER: &str = "deepfix_english";

/// Longer tokens are hashes and encoded data, which nobody searches for.
const LONGEST_TOKEN: usize = 40;

/// Words that users ask with and that say nothing about the subject, beside tantivy's list of
/// articles and prepositions. `s`, `t` and so on are what is left of `it's` and `don't`.
const STOP_WORDS: &[&str] = &[
    "am", "any", "been", "can", "could", "did", "do", "does", "doing", "from", "get", "gets", "getting", "had", "has",
    "have", "having", "he", "how", "i", "its", "just", "like", "ll", "m", "me", "my", "our", "re", "s", "she",
    "should", "so", "some", "t", "than", "them", "us", "ve", "we", "were", "what", "when", "where", "which", "while",
    "who", "would", "you", "your", "about", "don", "doesn", "didn", "isn", "there", "here", "also", "please", "help",
];

/// The shortest part of a name in capitals that is a word: `Py` of `PyTorch` is none.
const SHORTEST_PART: usize = 3;

/// British stems whose `our` is `or` in American English.
const OUR_STEMS: &[&str] = &["behaviour", "colour", "favour", "labour", "neighbour"];

/// Endings of British verbs; the `s` is a `z` in American English. `noise` becomes `noize`
/// too, which does no harm, as it does so everywhere.
const ISE_ENDINGS: &[&str] = &[
    "isation", "isations", "ise", "ised", "iser", "isers", "ises", "ising", "yse", "ysed", "yser", "yses", "ysing",
];

/// The shortest word with such an ending that is a verb of two spellings, such as `realise`:
/// it spares `raise`, `noise` and `wise`.
const SHORTEST_ISE: usize = 7;

/// The analyser of normalised text, for the index.
pub(crate) fn analyser() -> TextAnalyzer {
    let more = StopWordFilter::remove(STOP_WORDS.iter().map(|&word| word.to_owned()));
    let english = StopWordFilter::new(Language::English).unwrap_or_else(|| StopWordFilter::remove([]));
    TextAnalyzer::builder(WhitespaceTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST_TOKEN))
        .filter(english)
        .filter(more)
        .filter(Stemmer::new(Language::English))
        .build()
}

/// The words of a text in one spelling, joined by spaces. Punctuation separates words, so
/// `val_loss` and `warm-up` are two each, and so does a capital inside of a name: `EarlyStopping`
/// is found by both of its words and as a whole.
pub(crate) fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len() + text.len() / 8);
    let mut words = text
        .split(|character: char| !character.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .peekable();
    while let Some(part) = words.next() {
        for inner in camel_words(part) {
            push_word(&mut normal, &inner.to_lowercase());
        }
        let mut word = part.to_lowercase();
        if let Some(next) = words.next_if(|next| same::are_one(&word, &next.to_lowercase())) {
            word.push_str(&next.to_lowercase());
        }
        push_word(&mut normal, &word);
    }
    normal
}

/// The words of a name such as `GroupKFold` or `CrossEntropyLoss`; none for any other word.
/// A part of one or two letters is no word by itself, so `PyTorch` stays whole.
fn camel_words(name: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = name
        .char_indices()
        .zip(name.chars().skip(1))
        .filter(|((_, left), right)| left.is_lowercase() && right.is_uppercase())
        .map(|((at, left), _)| at + left.len_utf8())
        .collect();
    if starts.is_empty() {
        return Vec::new();
    }
    starts.insert(0, 0);
    let ends = starts.iter().skip(1).copied().chain([name.len()]);
    let words: Vec<&str> = starts
        .iter()
        .zip(ends)
        .filter_map(|(&start, end)| name.get(start..end))
        .collect();
    if words.iter().any(|word| word.chars().count() < SHORTEST_PART) {
        return Vec::new();
    }
    words
}

fn push_word(normal: &mut String, word: &str) {
    if !normal.is_empty() {
        normal.push(' ');
    }
    match same::same(word) {
        Some(other) => normal.push_str(other),
        None => push_american(normal, word),
    }
}

fn push_american(normal: &mut String, word: &str) {
    if let Some((stem, rest)) = OUR_STEMS.iter().find_map(|stem| Some((stem, word.strip_prefix(stem)?))) {
        normal.push_str(stem.trim_end_matches("our"));
        normal.push_str("or");
        normal.push_str(rest);
        return;
    }
    let ending = ISE_ENDINGS
        .iter()
        .filter(|_| word.len() >= SHORTEST_ISE)
        .find_map(|&ending| {
            let stem = word.strip_suffix(ending)?;
            Some((stem, ending))
        });
    match ending {
        Some((stem, ending)) => {
            normal.push_str(stem);
            normal.push_str(&ending.replacen('s', "z", 1));
        }
        None => normal.push_str(word),
    }
}

/// Turns texts into the words by which they are compared.
pub(crate) struct Words(TextAnalyzer);

impl Words {
    pub(crate) fn new() -> Self {
        Self(analyser())
    }

    /// The words of a text, in its order, at most `most` of them.
    pub(crate) fn of(&mut self, text: &str, most: usize) -> Vec<String> {
        let normal = normalise(text);
        let mut stream = self.0.token_stream(&normal);
        let mut words = Vec::new();
        while words.len() < most && stream.advance() {
            words.push(stream.token().text.clone());
        }
        words
    }
}

/// The different words of a query, at most [`MAX_QUERY_TERMS`], in the order of the text. No
/// character has a meaning beyond separating words.
pub(crate) fn query_terms(text: &str) -> Vec<String> {
    let text = text.get(..text.floor_char_boundary(MAX_QUERY_BYTES)).unwrap_or(text);
    let mut seen = HashSet::new();
    let mut terms = Words::new().of(text, usize::MAX);
    terms.retain(|term| seen.len() < MAX_QUERY_TERMS && seen.insert(term.clone()));
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_lower_case_stemmed_and_without_stop_words() {
        assert_eq!(query_terms("Why are the Losses falling?"), ["whi", "loss", "fall"]);
        assert_eq!(query_terms("the of and, what do you"), [""; 0]);
    }

    #[test]
    fn both_spellings_give_the_same_words() {
        for (british, american) in [
            ("normalise", "normalize"),
            ("regularisation", "regularization"),
            ("optimiser", "optimizer"),
            ("analysing", "analyzing"),
            ("behaviour", "behavior"),
            ("neighbouring colours", "neighboring colors"),
            ("mislabelled", "mislabeled"),
            ("modelling", "modeling"),
        ] {
            assert_eq!(query_terms(british), query_terms(american), "{british}");
        }
        assert_eq!(query_terms("noise raise"), ["nois", "rais"]);
    }

    #[test]
    fn short_forms_stand_for_what_they_mean() {
        assert_eq!(
            query_terms("val_acc at LR 0.1"),
            query_terms("validation accuracy at learning rate 0.1")
        );
        assert!(same::SAME.is_sorted(), "the table is searched by bisection");
    }

    #[test]
    fn names_and_words_in_two_parts_are_found_however_they_are_written() {
        assert_eq!(query_terms("EarlyStopping"), ["earli", "stop"]);
        assert_eq!(
            query_terms("CrossEntropyLoss"),
            ["cross", "entropi", "loss", "crossentropyloss"]
        );
        assert_eq!(query_terms("PyTorch"), query_terms("pytorch"));
        assert_eq!(query_terms("over-fitting"), query_terms("overfitting"));
        assert_eq!(
            query_terms("over fitting data sets"),
            query_terms("overfitting datasets")
        );
        assert_eq!(query_terms("over the top"), ["over", "top"]);
    }

    #[test]
    fn a_query_has_at_most_so_many_words_and_bytes() {
        let many: String = (0..500).map(|n| format!("w{n} w{n} ")).collect();
        let terms = query_terms(&many);
        assert_eq!((terms.len(), terms[63].as_str()), (MAX_QUERY_TERMS, "w63"));

        let late = format!("{} late", "é ".repeat(MAX_QUERY_BYTES));
        assert_eq!(query_terms(&late), ["é"]);
        assert!(query_terms(&"a".repeat(1024 * 1024)).is_empty());
    }
}
