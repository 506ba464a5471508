//! What the lint finds.
#![allow(clippy::unwrap_used)]

use std::fs;

use deepfix_knowledge::{KnowledgeBase, LintOptions, MAX_PASSAGE_WORDS, MIN_PASSAGE_WORDS, Problem, ProblemKind};

const GOOD_SOURCE: &str = "sources: [{title: T, url: 'https://example.org'}]";

/// The problems of a base of one document, where `training.overfitting` is the known code.
fn lint(codes: &str, sources: &str, words: usize, passages_per_code: usize) -> Vec<Problem> {
    let folder = tempfile::tempdir().unwrap();
    let body = format!("## B\n{}\n", "word ".repeat(words));
    let text = format!("---\nid: a\ntitle: A\ndomain: training\ncodes: [{codes}]\n{sources}\n---\n{body}");
    fs::write(folder.path().join("a.md"), text).unwrap();
    let base = KnowledgeBase::load(&[folder.path().to_path_buf()]).unwrap();
    base.lint_with(&LintOptions {
        known_codes: &["training.overfitting"],
        passages_per_code,
    })
}

fn kinds(problems: Vec<Problem>) -> Vec<ProblemKind> {
    problems.into_iter().map(|problem| problem.kind).collect()
}

#[test]
fn a_good_base_has_no_problems() {
    for words in [MIN_PASSAGE_WORDS, MAX_PASSAGE_WORDS] {
        assert_eq!(lint("training.overfitting", GOOD_SOURCE, words, 1), []);
    }
}

#[test]
fn codes_without_enough_passages_are_found() {
    let missing = |found, expected| {
        vec![ProblemKind::CodeWithoutPassages {
            code: "training.overfitting".into(),
            found,
            expected,
        }]
    };
    assert_eq!(kinds(lint("", GOOD_SOURCE, 50, 1)), missing(0, 1));
    assert_eq!(kinds(lint("training.overfitting", GOOD_SOURCE, 50, 2)), missing(1, 2));
}

#[test]
fn unknown_codes_are_found() {
    let problems = lint("training.overfitting, training.overfiting", GOOD_SOURCE, 50, 1);
    assert_eq!(
        kinds(problems),
        [ProblemKind::UnknownCode {
            code: "training.overfiting".into()
        }]
    );
}

#[test]
fn missing_and_unsafe_sources_are_found() {
    let problems = lint("training.overfitting", "", 50, 1);
    assert_eq!(
        kinds(problems),
        [ProblemKind::PassageWithoutSource { passage: "a#b".into() }]
    );
    for url in [
        "http://example.org",
        "javascript:alert(1)",
        "https://",
        "https:///x",
        "https://a b",
    ] {
        let problems = lint(
            "training.overfitting",
            &format!("sources: [{{title: T, url: '{url}'}}]"),
            50,
            1,
        );
        assert_eq!(kinds(problems), [ProblemKind::SourceNotHttps { url: url.into() }]);
    }
}

#[test]
fn passages_that_are_too_short_or_too_long_are_found() {
    let short = MIN_PASSAGE_WORDS - 1;
    let problems = lint("training.overfitting", GOOD_SOURCE, short, 1);
    assert_eq!(
        kinds(problems),
        [ProblemKind::PassageTooShort {
            passage: "a#b".into(),
            words: short
        }]
    );
    let long = MAX_PASSAGE_WORDS + 1;
    let problems = lint("training.overfitting", GOOD_SOURCE, long, 1);
    assert_eq!(
        kinds(problems),
        [ProblemKind::PassageTooLong {
            passage: "a#b".into(),
            words: long
        }]
    );
}

#[test]
fn a_problem_names_its_place() {
    let problems = lint("training.overfitting", GOOD_SOURCE, 1, 1);
    let text = problems.first().map(ToString::to_string).unwrap_or_default();
    assert!(
        text.ends_with("a.md:8: found 1 words in `a#b`, expected at least 20"),
        "{text}"
    );
}
