//! The front matter: what a document says of itself.

use std::path::Path;

use serde::Deserialize;

use super::{Document, Source};
use crate::error::{DocumentError, DocumentFault, excerpt};

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

pub(super) fn front_matter(file: &Path, yaml: &str) -> Result<Document, DocumentError> {
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
