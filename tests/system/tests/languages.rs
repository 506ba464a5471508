//! What rules say exists in English and in French; any other language gets English and a warning.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use deepfix_system_tests::{Home, without_timings};
use serde_json::Value;

const EXAMPLES: [&str; 6] = [
    "damaged-checkpoint",
    "drifted-diabetes",
    "exploding-diabetes",
    "healthy-wine",
    "leaky-biopsy",
    "overfit-digits",
];

/// Members that hold sentences for people.
const SENTENCES: [&str; 11] = [
    "action",
    "constraints",
    "description",
    "evidence",
    "expected",
    "how_to_tell",
    "rationale",
    "send",
    "summary",
    "title",
    "why",
];

fn diagnose(home: &Home, example: &str, language: &str) -> Value {
    let folder = format!("examples/{example}");
    let ran = home.run(&["analyse", "--format", "json", "--language", language, &folder]);
    assert_eq!(ran.code, 0, "{example}: {}", ran.err);
    let mut response = without_timings(serde_json::from_str(&ran.out).unwrap());
    // The knowledge base is written in English, and the language of a response is its own.
    for member in ["citations", "language"] {
        response["additional_outputs"].as_object_mut().unwrap().remove(member);
    }
    response
}

/// The sentences of a response with their places.
fn sentences(value: &Value, place: &str, member: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) if SENTENCES.contains(&member) => found.push((place.to_owned(), text.clone())),
        Value::Array(items) => {
            for (index, it) in items.iter().enumerate() {
                sentences(it, &format!("{place}/{index}"), member, found);
            }
        }
        Value::Object(members) => {
            for (name, it) in members {
                sentences(it, &format!("{place}/{name}"), name, found);
            }
        }
        _ => {}
    }
}

/// Whether a text has words that a translation would change, beside names and numbers.
fn has_words(text: &str) -> bool {
    let words = text.split(|it: char| !it.is_alphabetic() && it != '\'');
    words
        .filter(|it| it.chars().count() > 2 && it.chars().all(char::is_lowercase))
        .count()
        >= 4
}

#[test]
fn every_sentence_is_translated() {
    let home = Home::new();
    for example in EXAMPLES {
        let (mut english, mut french) = (Vec::new(), Vec::new());
        sentences(&diagnose(&home, example, "english"), "", "", &mut english);
        sentences(&diagnose(&home, example, "french"), "", "", &mut french);
        assert!(english.len() > 5, "{example}: {english:?}");
        let places = |it: &[(String, String)]| it.iter().map(|(place, _)| place.clone()).collect::<Vec<_>>();
        assert_eq!(
            places(&english),
            places(&french),
            "{example}: the languages differ in more than words"
        );
        for ((place, english), (_, french)) in english.iter().zip(&french) {
            assert!(
                english != french || !has_words(english),
                "{example}: {place} is the same in French: {english}"
            );
        }
    }
}

#[test]
fn another_language_gives_english_and_a_warning() {
    let home = Home::new();
    for language in ["klingon", "frisian", "français du québec"] {
        let mut english = diagnose(&home, "leaky-biopsy", "english");
        let mut other = diagnose(&home, "leaky-biopsy", language);
        let warnings = other["additional_outputs"]["warnings"].to_string();
        assert!(
            warnings.contains(language) && warnings.contains("English"),
            "{warnings}"
        );
        for response in [&mut english, &mut other] {
            response["additional_outputs"]["warnings"].take();
        }
        assert_eq!(english, other, "{language}");
        let report = home.run(&["analyse", "--language", language, "examples/leaky-biopsy"]);
        assert!(report.out.contains("What is wrong"), "{language}: {}", report.out);
    }
}
