use std::path::Path;

use super::*;
use crate::error::{DocumentError, DocumentFault};

const HEAD: &str = "---\nid: a-b\ntitle: A\ndomain: training\n---\n";

fn parse(text: &str) -> Result<Vec<Passage>, DocumentError> {
    parse_document("kb/a.md".as_ref(), text)
}

fn fault(text: &str) -> (usize, DocumentFault) {
    let error = parse(text).unwrap_err();
    assert_eq!(error.file, Path::new("kb/a.md"));
    (error.line, error.fault)
}

#[test]
fn a_document_becomes_its_passages() {
    let text = "---\nid: a-b\ntitle: \"A: b\"\ndomain: data_quality\ncodes: [dataset.outliers]\n\
                tags: [x, y z]\nsources:\n  - title: T\n    url: https://e.org\n---\n\n\
                ## First, second!\nsymptoms: it hurts; it burns\n\nOne.\n\nTwo.\n## Third ##\nsymptoms:\nThree.\n";
    let passages = parse(text).unwrap();

    assert_eq!(passages.len(), 2);
    assert_eq!(passages[0].id, "a-b#first-second");
    assert_eq!(passages[0].title(), "A: b: First, second!");
    assert_eq!(passages[0].symptoms.as_deref(), Some("it hurts; it burns"));
    assert_eq!(passages[0].text, "One.\n\nTwo.");
    assert_eq!(passages[0].line, 12);
    assert_eq!(passages[0].source().unwrap().url, "https://e.org");
    assert_eq!(passages[0].document.codes, ["dataset.outliers"]);
    assert_eq!(passages[0].document.tags, ["x", "y z"]);
    assert_eq!(
        (passages[1].heading.as_str(), passages[1].symptoms.as_deref()),
        ("Third", None)
    );
    assert_eq!(passages[1].words(), 1);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_accepted() {
    let text = format!("\u{feff}{HEAD}## B\nsymptoms: s\nText.\n").replace('\n', "\r\n");
    let passages = parse(&text).unwrap();
    assert_eq!(
        (passages[0].text.as_str(), passages[0].symptoms.as_deref()),
        ("Text.", Some("s"))
    );
}

#[test]
fn headings_inside_code_are_text() {
    let passages = parse(&format!("{HEAD}## B\n```sh\n## not a heading\n```\n### Sub\n")).unwrap();
    assert_eq!(passages.len(), 1);
    assert_eq!(passages[0].text, "```sh\n## not a heading\n```\n### Sub");
}

#[test]
fn a_symptoms_line_counts_only_below_the_heading() {
    let passages = parse(&format!("{HEAD}## B\nText.\nsymptoms: are many\n")).unwrap();
    assert_eq!(
        (passages[0].text.as_str(), passages[0].symptoms.as_deref()),
        ("Text.\nsymptoms: are many", None)
    );
}

#[test]
fn a_file_without_front_matter_is_refused() {
    assert_eq!(
        fault("# Title\n"),
        (
            1,
            DocumentFault::NoFrontMatter {
                found: "# Title".into()
            }
        )
    );
    assert_eq!(fault(""), (1, DocumentFault::NoFrontMatter { found: String::new() }));
    assert_eq!(fault("---\nid: a\n"), (2, DocumentFault::OpenFrontMatter));
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let (line, fault) = fault("---\nid: a\ntitle: A\nauthor: me\ndomain: training\n---\n## B\nText.\n");
    assert_eq!(line, 4);
    let text = fault.to_string();
    assert!(
        text.contains("author") && text.contains("expected the keys id"),
        "{text}"
    );
}

#[test]
fn broken_and_missing_front_matter_values_are_refused() {
    for (yaml, word) in [
        ("id: a\ntitle: A\n", "domain"),
        ("id: a\nid: b\ntitle: A\ndomain: d\n", "id"),
        ("id: [a\n", ""),
        ("id: a\ntitle: A\ndomain: d\nsources: [{title: T}]\n", "url"),
        (
            "id: a\ntitle: A\ndomain: d\nsources: [{title: T, url: u, year: 1}]\n",
            "year",
        ),
        ("", ""),
    ] {
        let (_, fault) = fault(&format!("---\n{yaml}---\n## B\nText.\n"));
        let DocumentFault::FrontMatter { found } = fault else {
            panic!("{yaml}: {fault:?}")
        };
        assert!(found.contains(word), "{yaml}: {found}");
    }
}

#[test]
fn values_of_the_wrong_form_are_refused_with_their_line() {
    for (yaml, wrong_key, wrong_line) in [
        ("title: A\nid: A b\ndomain: d\n", "id", 3),
        ("id: a\ntitle: ' '\ndomain: d\n", "title", 3),
        ("id: a\ntitle: A\ndomain: Data quality\n", "domain", 4),
        ("id: a\ntitle: A\ndomain: d\ncodes:\n  - overfitting\n", "codes", 5),
        ("id: a\ntitle: A\ndomain: d\ncodes: [training.]\n", "codes", 5),
        ("id: a\ntitle: A\ndomain: d\ntags: ['']\n", "tags", 5),
        (
            "id: a\ntitle: A\ndomain: d\nsources: [{title: '', url: u}]\n",
            "sources",
            5,
        ),
        (
            "id: a\ntitle: A\ndomain: d\nsources: [{title: T, url: ''}]\n",
            "sources",
            5,
        ),
    ] {
        let (line, fault) = fault(&format!("---\n{yaml}---\n## B\nText.\n"));
        let DocumentFault::Value { key, .. } = fault else {
            panic!("{yaml}: {fault:?}")
        };
        assert_eq!((key, line), (wrong_key, wrong_line), "{yaml}");
    }
}

#[test]
fn faults_of_the_body_are_refused_with_their_line() {
    let heading = |found: &str| DocumentFault::Heading { found: found.into() };
    let empty = |heading: &str| DocumentFault::EmptyPassage {
        heading: heading.into(),
    };
    for (body, expected) in [
        ("", (5, DocumentFault::NoPassage)),
        (
            "\nHello\n## B\n",
            (7, DocumentFault::TextBeforeHeading { found: "Hello".into() }),
        ),
        ("## ?!\nText.\n", (6, heading("?!"))),
        ("## B\nsymptoms: s\n\n## C\nText.\n", (6, empty("B"))),
        (
            "## B c\nText.\n## B-C\nText.\n",
            (
                8,
                DocumentFault::DuplicatePassage {
                    id: "a-b#b-c".into(),
                    first_line: 6,
                },
            ),
        ),
    ] {
        assert_eq!(fault(&format!("{HEAD}{body}")), expected, "{body:?}");
    }
}

#[test]
fn a_message_names_file_line_found_and_expected() {
    let error = parse(&format!("{HEAD}Hello\n")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "kb/a.md:6: found the text \"Hello\" before the first heading, expected `## Heading`"
    );
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_parser_fail_badly(text in "\\PC*", body in "(## |symptoms: |```|\n|[a-z]|---|é)*") {
        let _ = parse(&text);
        let _ = parse(&format!("---\n{text}\n---\n{body}"));
        if let Ok(passages) = parse(&format!("{HEAD}{body}")) {
            proptest::prop_assert!(passages.iter().all(|passage| !passage.text.is_empty()));
        }
    }
}
