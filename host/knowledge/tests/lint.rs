//! What the lint finds.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;

use deepfix_knowledge::{
    DocumentFault, KnowledgeBase, LintOptions, LintReport, MAX_PASSAGE_WORDS, MIN_PASSAGE_WORDS, Problem, ProblemKind,
    lint_files,
};

const GOOD_SOURCE: &str = "sources: [{title: T, url: 'https://example.org'}]";

/// The problems of a base of one document, where `training.overfitting` is the known code.
fn lint(codes: &str, sources: &str, words: usize, passages_per_code: usize) -> Vec<Problem> {
    let folder = tempfile::tempdir().unwrap();
    let body = format!("## B\n{}\n", "word ".repeat(words));
    let text = format!("---\nid: a\ntitle: A\ndomain: training\ncodes: [{codes}]\n{sources}\n---\n{body}");
    fs::write(folder.path().join("a.md"), text).unwrap();
    let base = KnowledgeBase::load(&[folder.path().to_path_buf()]).unwrap();
    base.lint(&LintOptions {
        known_codes: &["training.overfitting"],
        passages_per_code,
        ..LintOptions::PARTIAL
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
            code: "training.overfiting".into(),
            similar: Some("training.overfitting".into()),
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
        text.contains("a.md:8: found 1 words in `a#b`, expected at least 20;"),
        "{text}"
    );
}

#[test]
fn secondary_sources_and_papers_without_a_year_are_found() {
    let of = |title: &str, url: &str| {
        let sources = format!("sources: [{{title: '{title}', url: '{url}'}}]");
        kinds(lint("training.overfitting", &sources, 50, 1))
    };
    for (url, host) in [
        ("https://en.wikipedia.org/wiki/Overfitting", "en.wikipedia.org"),
        ("https://stackoverflow.com/q/1", "stackoverflow.com"),
        ("https://medium.com", "medium.com"),
    ] {
        let (url, host) = (url.to_owned(), host.to_owned());
        assert_eq!(of("T", &url), [ProblemKind::SecondarySource { url: url.clone(), host }]);
    }
    let title = "Zhang et al.: Understanding deep learning".to_owned();
    assert_eq!(
        of(&title, "https://arxiv.org/abs/1611.03530"),
        [ProblemKind::PaperWithoutYear { title }]
    );
    assert_eq!(
        of("Zhang et al. (2016): A title", "https://arxiv.org/abs/1611.03530"),
        []
    );
    assert_eq!(
        of("T", "https://notmedium.com/a"),
        [],
        "another host with a similar name"
    );
}

fn lint_of(files: &[(&str, &str)], options: &LintOptions<'_>) -> LintReport {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    lint_files(&[folder.path().to_path_buf()], options).unwrap()
}

/// A document without a fault.
fn document(id: &str, domain: &str, code: &str) -> String {
    let words = "word ".repeat(MIN_PASSAGE_WORDS);
    format!("---\nid: {id}\ntitle: A\ndomain: {domain}\ncodes: [{code}]\n{GOOD_SOURCE}\n---\n## B\n{words}\n")
}

#[test]
fn the_faults_of_all_documents_are_found_at_once() {
    let good = document("a", "training", "training.overfitting");
    let files = [
        ("1.md", "no front matter"),
        ("2.md", "---\n"),
        ("3.md", &good),
        ("4.md", &good),
    ];
    let report = lint_of(&files, &LintOptions::PARTIAL);
    assert_eq!((report.documents, report.passages), (2, 2));
    let kinds = kinds(report.problems);
    assert!(
        matches!(
            kinds.as_slice(),
            [
                ProblemKind::Document(DocumentFault::NoFrontMatter { .. }),
                ProblemKind::Document(DocumentFault::OpenFrontMatter),
                ProblemKind::DuplicateDocument { .. },
            ]
        ),
        "{kinds:?}"
    );
}

#[test]
fn a_base_that_is_too_small_or_lacks_a_domain_is_found() {
    let good = document("a", "training", "training.overfitting");
    let options = LintOptions {
        known_codes: &["training.overfitting"],
        passages_per_code: 1,
        domains: &["deployment", "training"],
        passages_per_domain: 1,
        passages: 2,
    };
    let kinds = kinds(lint_of(&[("a.md", &good)], &options).problems);
    assert_eq!(
        kinds,
        [
            ProblemKind::TooFewPassages { found: 1, expected: 2 },
            ProblemKind::DomainWithoutPassages {
                domain: "deployment".into(),
                found: 0,
                expected: 1
            },
        ]
    );
    let other = document("b", "deployment", "training.overfitting");
    let report = lint_of(&[("a.md", &good), ("b.md", &other)], &options);
    assert_eq!((report.documents, report.problems), (2, vec![]));
}

#[test]
fn documents_that_add_to_a_base_need_not_cover_it() {
    let good = document("a", "house_rules", "training.overfitting");
    assert_eq!(lint_of(&[("a.md", &good)], &LintOptions::PARTIAL).problems, []);
    let complete = lint_of(&[("a.md", &good)], &LintOptions::COMPLETE).problems;
    assert!(complete.len() > 50, "{} problems", complete.len());
}

#[test]
fn a_message_says_how_to_mend_it() {
    let unknown = kinds(lint("training.overfiting", GOOD_SOURCE, 50, 0));
    assert!(unknown[0].to_string().ends_with("did you mean `training.overfitting`?"));
    let foreign = kinds(lint("zebra.stripes", GOOD_SOURCE, 50, 0));
    assert!(
        foreign[0]
            .to_string()
            .ends_with("the codes are those of `deepfix agents`")
    );
    let missing = kinds(lint("", GOOD_SOURCE, 50, 2));
    assert!(missing[0].to_string().contains("name the code in `codes:`"));
}
