//! Documents and their passages, and how a Markdown file becomes them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use crate::error::{DocumentError, DocumentFault};

const FENCE: &str = "---";
const SYMPTOMS: &str = "symptoms:";

/// One file of the base: what its passages have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The id, unique in the base: `overfitting`.
    pub id: String,
    /// The title for people.
    pub title: String,
    /// The domain: `training`, `data_quality`.
    pub domain: String,
    /// The fault codes the document is about.
    pub codes: Vec<String>,
    /// More words to find it by.
    pub tags: Vec<String>,
    /// Where the knowledge comes from, the most important source first.
    pub sources: Vec<Source>,
    /// The file, as it was found.
    pub file: PathBuf,
}

/// A paper or documentation page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Authors and title.
    pub title: String,
    /// Where to read it.
    pub url: String,
}

/// One section of a document: the unit that is found and cited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The id, unique in the base: `overfitting#what-to-try-first`.
    pub id: String,
    /// The heading.
    pub heading: String,
    /// What a user might see or ask, in the user's words. It helps to find the passage and is
    /// not shown.
    pub symptoms: Option<String>,
    /// The text, as Markdown.
    pub text: String,
    /// The line of the heading, from 1.
    pub line: usize,
    /// The document it belongs to.
    pub document: Arc<Document>,
}

impl Passage {
    /// The title for people: `Document: Heading`.
    pub fn title(&self) -> String {
        format!("{}: {}", self.document.title, self.heading)
    }

    /// The first source of the document.
    pub fn source(&self) -> Option<&Source> {
        self.document.sources.first()
    }

    /// How many words the text has.
    pub fn words(&self) -> usize {
        self.text.split_whitespace().count()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    id: String,
    title: String,
    domain: String,
    #[serde(default)]
    codes: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    sources: Vec<Source>,
}

/// Parses one Markdown document into its passages, in the order of the file. `file` is used
/// for messages only.
///
/// ```
/// let text = "---\nid: a\ntitle: A\ndomain: training\n---\n## First Steps\nDo this.\n";
/// let passages = deepfix_knowledge::parse_document("a.md".as_ref(), text)?;
///
/// assert_eq!(passages[0].id, "a#first-steps");
/// assert_eq!(passages[0].text, "Do this.");
/// # Ok::<(), deepfix_knowledge::DocumentError>(())
/// ```
pub fn parse_document(file: &Path, text: &str) -> Result<Vec<Passage>, DocumentError> {
    let fail = |line: usize, fault: DocumentFault| DocumentError {
        file: file.to_path_buf(),
        line,
        fault,
    };

    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().zip(1_usize..);
    let first = lines.next().map_or("", |(line, _)| line);
    if first.trim_end() != FENCE {
        return Err(fail(1, DocumentFault::NoFrontMatter { found: excerpt(first) }));
    }
    // The opening fence becomes an empty line, so that YAML counts lines as the file does.
    let mut yaml = String::from("\n");
    let mut last_line = 1;
    loop {
        let Some((line, number)) = lines.next() else {
            return Err(fail(last_line, DocumentFault::OpenFrontMatter));
        };
        if line.trim_end() == FENCE {
            break;
        }
        yaml.push_str(line);
        yaml.push('\n');
        last_line = number;
    }
    let document = Arc::new(front_matter(file, &yaml)?);

    let sections = sections(lines).map_err(|(line, fault)| fail(line, fault))?;
    if sections.is_empty() {
        return Err(fail(last_line + 1, DocumentFault::NoPassage));
    }
    let mut passages: Vec<Passage> = Vec::with_capacity(sections.len());
    for section in sections {
        let line = section.line;
        let slug = slug(&section.heading);
        if slug.is_empty() {
            return Err(fail(line, DocumentFault::Heading { found: section.heading }));
        }
        let id = format!("{}#{slug}", document.id);
        if let Some(first) = passages.iter().find(|passage| passage.id == id) {
            return Err(fail(
                line,
                DocumentFault::DuplicatePassage {
                    id,
                    first_line: first.line,
                },
            ));
        }
        let text = section.text.trim().to_owned();
        if text.is_empty() {
            return Err(fail(
                line,
                DocumentFault::EmptyPassage {
                    heading: section.heading,
                },
            ));
        }
        let document = Arc::clone(&document);
        passages.push(Passage {
            id,
            heading: section.heading,
            symptoms: section.symptoms,
            text,
            line,
            document,
        });
    }
    Ok(passages)
}

fn front_matter(file: &Path, yaml: &str) -> Result<Document, DocumentError> {
    let matter: FrontMatter = serde_saphyr::from_str(yaml).map_err(|error| DocumentError {
        file: file.to_path_buf(),
        line: error
            .location()
            .and_then(|location| usize::try_from(location.line()).ok())
            .unwrap_or(1),
        fault: DocumentFault::FrontMatter {
            found: excerpt(&error.without_snippet().to_string()),
        },
    })?;
    let check = |key: &'static str, value: &str, good: bool, expected: &'static str| {
        if good {
            return Ok(());
        }
        let fault = DocumentFault::Value {
            key,
            found: excerpt(value),
            expected,
        };
        Err(DocumentError {
            file: file.to_path_buf(),
            line: line_of(yaml, key),
            fault,
        })
    };
    check(
        "id",
        &matter.id,
        is_id(&matter.id),
        "lower-case letters, digits and hyphens, such as `label-noise`",
    )?;
    check("title", &matter.title, !matter.title.trim().is_empty(), "a title")?;
    check(
        "domain",
        &matter.domain,
        is_name(&matter.domain),
        "one word, such as `data_quality`",
    )?;
    for code in &matter.codes {
        check("codes", code, is_code(code), "codes such as `training.overfitting`")?;
    }
    for tag in &matter.tags {
        check("tags", tag, !tag.trim().is_empty(), "tags that are not empty")?;
    }
    for source in &matter.sources {
        check(
            "sources",
            &source.title,
            !source.title.trim().is_empty(),
            "a title for each source",
        )?;
        check(
            "sources",
            &source.url,
            !source.url.trim().is_empty(),
            "a url for each source",
        )?;
    }
    let FrontMatter {
        id,
        title,
        domain,
        codes,
        tags,
        sources,
    } = matter;
    Ok(Document {
        id,
        title,
        domain,
        codes,
        tags,
        sources,
        file: file.to_path_buf(),
    })
}

/// The line of a top-level key. The text is that of the whole file up to the closing fence.
fn line_of(yaml: &str, key: &str) -> usize {
    let is_key = |line: &str| {
        line.strip_prefix(key)
            .is_some_and(|rest| rest.trim_start().starts_with(':'))
    };
    yaml.lines()
        .zip(1..)
        .find(|(line, _)| is_key(line))
        .map_or(1, |(_, number)| number)
}

struct Section {
    heading: String,
    symptoms: Option<String>,
    text: String,
    line: usize,
}

fn sections<'a>(lines: impl Iterator<Item = (&'a str, usize)>) -> Result<Vec<Section>, (usize, DocumentFault)> {
    let mut sections: Vec<Section> = Vec::new();
    let mut in_code = false;
    for (line, number) in lines {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if let Some(heading) = line.strip_prefix("## ").filter(|_| !in_code) {
            let heading = heading.trim().trim_end_matches('#').trim_end().to_owned();
            sections.push(Section {
                heading,
                symptoms: None,
                text: String::new(),
                line: number,
            });
            continue;
        }
        let Some(section) = sections.last_mut() else {
            if line.trim().is_empty() {
                continue;
            }
            return Err((number, DocumentFault::TextBeforeHeading { found: excerpt(line) }));
        };
        // Only the line directly below the heading: a later one may be a sentence.
        let symptoms = line.strip_prefix(SYMPTOMS).filter(|_| number == section.line + 1);
        if let Some(symptoms) = symptoms {
            section.symptoms = Some(symptoms.trim().to_owned()).filter(|symptoms| !symptoms.is_empty());
            continue;
        }
        section.text.push_str(line);
        section.text.push('\n');
    }
    Ok(sections)
}

/// The part of a passage id after `#`: lower-case words joined by hyphens.
fn slug(heading: &str) -> String {
    let mut slug = String::with_capacity(heading.len());
    for character in heading.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

fn is_id(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn is_code(text: &str) -> bool {
    text.contains('.') && text.split('.').all(is_name)
}

/// What fits into a message.
fn excerpt(text: &str) -> String {
    const LONGEST: usize = 160;
    let text = text.trim();
    let cut = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text);
    if cut.len() < text.len() {
        format!("{cut}...")
    } else {
        cut.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
