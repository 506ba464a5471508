//! What a reviewer of a base should see before it is used.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::PathBuf;

use crate::base::KnowledgeBase;
use crate::limits::{MAX_PASSAGE_WORDS, MIN_PASSAGE_WORDS};

/// What is expected of a base.
#[derive(Debug, Clone, Copy)]
pub struct LintOptions<'a> {
    /// The codes that agents report. A document about another code is a spelling mistake.
    pub known_codes: &'a [&'a str],
    /// How many passages each of these codes needs.
    pub passages_per_code: usize,
}

/// Something about a base that should be mended, although it can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: the file and, for a passage, the line of its heading. `None` for what is missing
    /// everywhere.
    pub place: Option<(PathBuf, usize)>,
    /// What.
    pub kind: ProblemKind,
}

/// The kinds of problems. Ids that occur twice are not among them: such a base does not load.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A fault code has too few passages.
    CodeWithoutPassages {
        /// The code.
        code: String,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A document is about a code that no agent reports.
    UnknownCode {
        /// The code.
        code: String,
    },
    /// A passage cannot say where it comes from.
    PassageWithoutSource {
        /// The passage.
        passage: String,
    },
    /// A source cannot be opened safely.
    SourceNotHttps {
        /// The address.
        url: String,
    },
    /// The text of a passage is shorter than [`MIN_PASSAGE_WORDS`].
    PassageTooShort {
        /// The passage.
        passage: String,
        /// Its words.
        words: usize,
    },
    /// The text of a passage is longer than [`MAX_PASSAGE_WORDS`].
    PassageTooLong {
        /// The passage.
        passage: String,
        /// Its words.
        words: usize,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some((file, line)) => write!(formatter, "{}:{line}: {}", file.display(), self.kind),
            None => self.kind.fmt(formatter),
        }
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CodeWithoutPassages { code, found, expected } => {
                write!(
                    formatter,
                    "found {found} passages about the code `{code}`, expected at least {expected}"
                )
            }
            Self::UnknownCode { code } => {
                write!(formatter, "found the code `{code}`, which no agent reports")
            }
            Self::PassageWithoutSource { passage } => {
                write!(formatter, "found no source for `{passage}`, expected at least one")
            }
            Self::SourceNotHttps { url } => write!(formatter, "found the source {url:?}, expected an https address"),
            Self::PassageTooShort { passage, words } => {
                write!(
                    formatter,
                    "found {words} words in `{passage}`, expected at least {MIN_PASSAGE_WORDS}"
                )
            }
            Self::PassageTooLong { passage, words } => {
                write!(
                    formatter,
                    "found {words} words in `{passage}`, expected at most {MAX_PASSAGE_WORDS}"
                )
            }
        }
    }
}

impl KnowledgeBase {
    /// Checks the base against the codes that agents report; each needs at least one passage.
    pub fn lint(&self, known_codes: &[&str]) -> Vec<Problem> {
        self.lint_with(&LintOptions {
            known_codes,
            passages_per_code: 1,
        })
    }

    /// Checks the base: first what is wrong in its documents, in their order, then which codes
    /// lack passages.
    pub fn lint_with(&self, options: &LintOptions<'_>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut documents = HashSet::new();
        let mut per_code: BTreeMap<&str, usize> = options.known_codes.iter().map(|&code| (code, 0)).collect();
        for passage in self.passages() {
            let document = &passage.document;
            let at = |line: usize, kind: ProblemKind| Problem {
                place: Some((document.file.clone(), line)),
                kind,
            };
            let is_new = documents.insert(document.id.as_str());
            for code in &document.codes {
                match per_code.get_mut(code.as_str()) {
                    Some(count) => *count += 1,
                    None if is_new => problems.push(at(1, ProblemKind::UnknownCode { code: code.clone() })),
                    None => {}
                }
            }
            for source in document
                .sources
                .iter()
                .filter(|source| is_new && !is_https(&source.url))
            {
                problems.push(at(
                    1,
                    ProblemKind::SourceNotHttps {
                        url: source.url.clone(),
                    },
                ));
            }
            let (id, words) = (|| passage.id.clone(), passage.words());
            if passage.source().is_none() {
                problems.push(at(passage.line, ProblemKind::PassageWithoutSource { passage: id() }));
            }
            if words < MIN_PASSAGE_WORDS {
                problems.push(at(passage.line, ProblemKind::PassageTooShort { passage: id(), words }));
            }
            if words > MAX_PASSAGE_WORDS {
                problems.push(at(passage.line, ProblemKind::PassageTooLong { passage: id(), words }));
            }
        }
        let expected = options.passages_per_code;
        problems.extend(
            per_code
                .into_iter()
                .filter(|(_, found)| *found < expected)
                .map(|(code, found)| Problem {
                    place: None,
                    kind: ProblemKind::CodeWithoutPassages {
                        code: code.to_owned(),
                        found,
                        expected,
                    },
                }),
        );
        problems
    }
}

fn is_https(url: &str) -> bool {
    url.strip_prefix("https://")
        .is_some_and(|rest| !rest.starts_with('/') && !rest.is_empty())
        && !url.contains(|character: char| character.is_whitespace() || character.is_control())
}
