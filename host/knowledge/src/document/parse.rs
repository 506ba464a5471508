//! A Markdown file as its passages.

use std::path::Path;
use std::sync::Arc;

use super::Passage;
use super::front_matter::front_matter;
use crate::error::{DocumentError, DocumentFault, excerpt};

const FENCE: &str = "---";
const SYMPTOMS: &str = "symptoms:";

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
