//! What can go wrong when a base is loaded or searched.

use std::path::PathBuf;

use crate::limits::{MAX_FILE_BYTES, MAX_FOLDER_DEPTH, MAX_PASSAGES};

/// Why a knowledge base could not be loaded or searched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KnowledgeError {
    /// A file or folder could not be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file is larger than [`MAX_FILE_BYTES`].
    #[error("{}: found a file of {bytes} bytes, expected at most {MAX_FILE_BYTES}", path.display())]
    FileTooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// A file is not text.
    #[error("{}:{line}: found a byte that is not UTF-8, expected Markdown in UTF-8", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line of the first such byte, from 1.
        line: usize,
    },
    /// Folders are nested deeper than [`MAX_FOLDER_DEPTH`].
    #[error("{}: found a folder more than {MAX_FOLDER_DEPTH} levels down, expected a knowledge base", path.display())]
    TooDeep {
        /// The folder.
        path: PathBuf,
    },
    /// A document is not as it should be.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// Two documents have the same id, so a citation would be ambiguous.
    #[error(
        "{}: found the document id `{id}`, which {} has already; expected an id of its own",
        second.display(), first.display()
    )]
    DuplicateDocument {
        /// The id.
        id: String,
        /// The document that was read first.
        first: PathBuf,
        /// The document that repeats its id.
        second: PathBuf,
    },
    /// The base has more than [`MAX_PASSAGES`] passages.
    #[error("{}: found more than {MAX_PASSAGES} passages up to this file, expected a smaller base", path.display())]
    TooManyPassages {
        /// The file with the first passage too many.
        path: PathBuf,
    },
    /// A stored index could not be written or replaced.
    #[error("{}: the index cannot be stored: {source}", path.display())]
    Store {
        /// The index folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The search index failed. This is a fault of the host, not of a query.
    #[error("the knowledge index failed: {0}")]
    Index(#[from] tantivy::TantivyError),
}

/// A fault in one document, with the line where it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {fault}", file.display())]
pub struct DocumentError {
    /// The file, as it was found.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub fault: DocumentFault,
}

/// What is wrong in a document: what was found, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentFault {
    /// The file does not begin with front matter.
    #[error("found {found:?}, expected the line `---` that opens the front matter")]
    NoFrontMatter {
        /// The first line.
        found: String,
    },
    /// The front matter is not closed.
    #[error("found the end of the file, expected the line `---` that closes the front matter")]
    OpenFrontMatter,
    /// The front matter is not YAML with the expected keys.
    #[error("found {found}; expected the keys id, title, domain and, optionally, codes, tags and sources")]
    FrontMatter {
        /// What the YAML parser said.
        found: String,
    },
    /// A value of the front matter has the wrong form.
    #[error("found {key} {found:?}, expected {expected}")]
    Value {
        /// The key of the front matter.
        key: &'static str,
        /// Its value.
        found: String,
        /// The form it should have.
        expected: &'static str,
    },
    /// There is text that belongs to no passage.
    #[error("found the text {found:?} before the first heading, expected `## Heading`")]
    TextBeforeHeading {
        /// The first such line.
        found: String,
    },
    /// A heading has no letters or digits to make an id of.
    #[error("found the heading {found:?}, expected one with letters or digits")]
    Heading {
        /// The heading.
        found: String,
    },
    /// Two headings of the document give the same passage id.
    #[error("found a second passage `{id}`, the first is on line {first_line}; expected different headings")]
    DuplicatePassage {
        /// The id.
        id: String,
        /// The line of the first heading.
        first_line: usize,
    },
    /// A heading has no text.
    #[error("found nothing under the heading {heading:?}, expected text")]
    EmptyPassage {
        /// The heading.
        heading: String,
    },
    /// A document has no heading.
    #[error("found no passage, expected at least one `## Heading` with text")]
    NoPassage,
}

/// What fits into a message.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 160;
    let text = text.trim();
    let cut = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text);
    if cut.len() < text.len() {
        format!("{cut}...")
    } else {
        cut.to_owned()
    }
}
