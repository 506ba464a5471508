//! What the lint says: what was found, what was expected, and how to mend it.

use std::fmt;
use std::path::PathBuf;

use crate::error::DocumentFault;
use crate::limits::{MAX_PASSAGE_WORDS, MIN_PASSAGE_WORDS};

/// The least similarity (Jaro-Winkler) at which a known code is proposed for an unknown one:
/// below it the proposal is a random one.
const SIMILAR: f64 = 0.85;

/// Something about a base that should be mended, although it may be usable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: the file and, for a passage, the line of its heading. `None` for what is missing
    /// everywhere.
    pub place: Option<(PathBuf, usize)>,
    /// What.
    pub kind: ProblemKind,
}

impl Problem {
    pub(super) fn everywhere(kind: ProblemKind) -> Self {
        Self { place: None, kind }
    }
}

/// The kinds of problems.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The document cannot be parsed. The base does not load with it.
    #[error("{0}")]
    Document(DocumentFault),
    /// Two documents have the same id. The base does not load with them.
    #[error("found the document id `{id}`, which {} has already; expected an id of its own", first.display())]
    DuplicateDocument {
        /// The id.
        id: String,
        /// The document that was read first.
        first: PathBuf,
    },
    /// The base is too small.
    #[error(
        "found {found} passages in all, expected at least {expected}; each `## Heading` of a document is one passage"
    )]
    TooFewPassages {
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A domain has too few passages.
    #[error(
        "found {found} passages of the domain `{domain}`, expected at least {expected}; \
         `domain: {domain}` in the front matter of a document counts its passages here"
    )]
    DomainWithoutPassages {
        /// The domain.
        domain: String,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A fault code has too few passages.
    #[error(
        "found {found} passages about the code `{code}`, expected at least {expected}; \
         write them, or name the code in `codes:` of the document that answers it"
    )]
    CodeWithoutPassages {
        /// The code.
        code: String,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A document is about a code that no agent reports.
    #[error("found the code `{code}`, which no agent reports{}", did_you_mean(similar.as_deref()))]
    UnknownCode {
        /// The code.
        code: String,
        /// The known code that it resembles most.
        similar: Option<String>,
    },
    /// A passage cannot say where it comes from.
    #[error(
        "found no source for `{passage}`, expected at least one; name the paper or the documentation \
         in `sources:` of the front matter, with title and url"
    )]
    PassageWithoutSource {
        /// The passage.
        passage: String,
    },
    /// A source cannot be opened safely.
    #[error("found the source {url:?}, expected an https address")]
    SourceNotHttps {
        /// The address.
        url: String,
    },
    /// A source only repeats what others found out.
    #[error(
        "found a source at `{host}`, expected a primary one; name the paper or the documentation that {url} rests on"
    )]
    SecondarySource {
        /// The address.
        url: String,
        /// The host that is known for secondary sources.
        host: String,
    },
    /// A paper is cited without its year.
    #[error("found the paper {title:?} without a year, expected authors, year and title")]
    PaperWithoutYear {
        /// The title as it stands.
        title: String,
    },
    /// The text of a passage is shorter than [`MIN_PASSAGE_WORDS`].
    #[error(
        "found {words} words in `{passage}`, expected at least {MIN_PASSAGE_WORDS}; \
         shorter text gives no advice that could be followed"
    )]
    PassageTooShort {
        /// The passage.
        passage: String,
        /// Its words.
        words: usize,
    },
    /// The text of a passage is longer than [`MAX_PASSAGE_WORDS`].
    #[error(
        "found {words} words in `{passage}`, expected at most {MAX_PASSAGE_WORDS}; \
         split it: it answers several questions"
    )]
    PassageTooLong {
        /// The passage.
        passage: String,
        /// Its words.
        words: usize,
    },
}

impl ProblemKind {
    pub(super) fn unknown_code(code: &str, known: &[&str]) -> Self {
        let similar = known
            .iter()
            .map(|&known| (strsim::jaro_winkler(code, known), known))
            .filter(|(similarity, _)| *similarity >= SIMILAR)
            .max_by(|(left, _), (right, _)| left.total_cmp(right))
            .map(|(_, known)| known.to_owned());
        Self::UnknownCode {
            code: code.to_owned(),
            similar,
        }
    }
}

fn did_you_mean(similar: Option<&str>) -> String {
    similar.map_or_else(
        || "; the codes are those of `deepfix agents`".to_owned(),
        |code| format!("; did you mean `{code}`?"),
    )
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some((file, line)) => write!(formatter, "{}:{line}: {}", file.display(), self.kind),
            None => self.kind.fmt(formatter),
        }
    }
}
