//! The words of a text, in the form in which they are compared: lower case, one spelling,
//! without stop words, stemmed. The index and the queries go through the same functions.

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

/// Words of the field that mean the same to those who ask, and the one they are compared as:
/// short forms, joined words, and what people call a row, a column or the way of a curve.
/// Sorted by the first word.
const SAME: &[(&str, &str)] = &[
    ("acc", "accuracy"),
    ("auroc", "roc auc"),
    ("batchnorm", "batch norm"),
    ("bf16", "bfloat16"),
    ("bs", "batch size"),
    ("ckpt", "checkpoint"),
    ("climb", "rise"),
    ("climbed", "rise"),
    ("climbing", "rise"),
    ("climbs", "rise"),
    ("column", "feature"),
    ("columns", "feature"),
    ("configuration", "config"),
    ("cv", "cross validation"),
    ("datasets", "dataset"),
    ("decline", "fall"),
    ("declines", "fall"),
    ("declining", "fall"),
    ("decrease", "fall"),
    ("decreased", "fall"),
    ("decreases", "fall"),
    ("decreasing", "fall"),
    ("dropping", "fall"),
    ("drops", "fall"),
    ("eval", "validation"),
    ("examples", "row"),
    ("falling", "fall"),
    ("falls", "fall"),
    ("fell", "fall"),
    ("finetune", "fine tune"),
    ("finetuned", "fine tune"),
    ("finetuning", "fine tune"),
    ("fp16", "float16"),
    ("grad", "gradient"),
    ("grads", "gradient"),
    ("hyperparameter", "hyper parameter"),
    ("hyperparameters", "hyper parameter"),
    ("increase", "rise"),
    ("increased", "rise"),
    ("increases", "rise"),
    ("increasing", "rise"),
    ("init", "initialization"),
    ("layernorm", "layer norm"),
    ("lr", "learning rate"),
    ("multicollinear", "collinear"),
    ("multicollinearity", "collinear"),
    ("nans", "nan"),
    ("net", "network"),
    ("nets", "network"),
    ("neuron", "unit"),
    ("neurons", "unit"),
    ("nn", "network"),
    ("noisy", "noise"),
    ("null", "missing"),
    ("nulls", "missing"),
    ("onehot", "one hot"),
    ("params", "parameter"),
    ("prod", "production"),
    ("record", "row"),
    ("records", "row"),
    ("risen", "rise"),
    ("rises", "rise"),
    ("rising", "rise"),
    ("rose", "rise"),
    ("rows", "row"),
    ("sample", "row"),
    ("samples", "row"),
    ("sawtooth", "saw tooth"),
    ("timeseries", "time series"),
    ("val", "validation"),
    ("warmup", "warm up"),
];

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
/// `val_loss` and `warm-up` are two each.
pub(crate) fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len() + text.len() / 8);
    let mut word = String::new();
    for part in text
        .split(|character: char| !character.is_alphanumeric())
        .filter(|part| !part.is_empty())
    {
        word.clear();
        word.extend(part.chars().flat_map(char::to_lowercase));
        if !normal.is_empty() {
            normal.push(' ');
        }
        match SAME.binary_search_by(|(short, _)| (*short).cmp(&word)) {
            Ok(found) => normal.push_str(SAME.get(found).map_or("", |(_, long)| long)),
            Err(_) => push_american(&mut normal, &word),
        }
    }
    normal
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

/// The different words of a query, at most [`MAX_QUERY_TERMS`], in the order of the text. No
/// character has a meaning beyond separating words.
pub(crate) fn query_terms(text: &str) -> Vec<String> {
    let text = text.get(..text.floor_char_boundary(MAX_QUERY_BYTES)).unwrap_or(text);
    let normal = normalise(text);
    let mut analyser = analyser();
    let mut stream = analyser.token_stream(&normal);
    let (mut seen, mut terms) = (HashSet::new(), Vec::new());
    while terms.len() < MAX_QUERY_TERMS && stream.advance() {
        let term = &stream.token().text;
        if seen.insert(term.clone()) {
            terms.push(term.clone());
        }
    }
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
        assert!(SAME.is_sorted(), "the table is searched by bisection");
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
