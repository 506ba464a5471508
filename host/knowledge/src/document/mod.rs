//! Documents and their passages. How a Markdown file becomes them is in `parse`, which leaves what
//! stands between the fences to `front_matter`.

mod front_matter;
mod parse;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;

pub use parse::parse_document;

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
