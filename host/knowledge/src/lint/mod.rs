//! What a reviewer of a base should see before it is used.

mod problem;
mod sources;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

pub use problem::{Problem, ProblemKind};

use crate::base::KnowledgeBase;
use crate::document::{Passage, parse_document};
use crate::error::KnowledgeError;
use crate::faults::{DOMAINS, FAULT_CODES};
use crate::files;
use crate::limits::{MAX_PASSAGE_WORDS, MIN_PASSAGE_WORDS};

/// What is expected of a base.
#[derive(Debug, Clone, Copy)]
pub struct LintOptions<'a> {
    /// The codes that agents report. A document about another code is a spelling mistake.
    pub known_codes: &'a [&'a str],
    /// How many passages each of these codes needs.
    pub passages_per_code: usize,
    /// The domains that the base has to cover.
    pub domains: &'a [&'a str],
    /// How many passages each of these domains needs.
    pub passages_per_domain: usize,
    /// How many passages the base needs in all.
    pub passages: usize,
}

impl LintOptions<'static> {
    /// What is expected of a complete base: two passages for every code, so that one can say how
    /// to recognise a fault and another what to do; ten for every domain; 150 in all.
    pub const COMPLETE: Self = Self {
        known_codes: FAULT_CODES,
        passages_per_code: 2,
        domains: DOMAINS,
        passages_per_domain: 10,
        passages: 150,
    };

    /// What is expected of documents that add to a base, such as house rules: they have to be
    /// well made, but need not cover anything.
    pub const PARTIAL: Self = Self {
        passages_per_code: 0,
        passages_per_domain: 0,
        passages: 0,
        ..Self::COMPLETE
    };
}

/// What the lint of some files found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LintReport {
    /// How many documents could be read.
    pub documents: usize,
    /// How many passages these have.
    pub passages: usize,
    /// What should be mended: first in the documents, in their order, then what is missing.
    pub problems: Vec<Problem>,
}

/// Checks the Markdown files of folders and single files. Unlike
/// [`KnowledgeBase::load`], it goes on after a document that cannot be parsed, and finds the
/// faults of all of them.
///
/// # Errors
/// A file or folder cannot be read at all.
pub fn lint_files(paths: &[PathBuf], options: &LintOptions<'_>) -> Result<LintReport, KnowledgeError> {
    let (mut passages, mut problems) = (Vec::new(), Vec::new());
    let mut first_of: HashMap<String, PathBuf> = HashMap::new();
    let mut documents = 0;
    for file in files::markdown_files(paths)? {
        let found = match parse_document(&file, &files::read(&file)?) {
            Ok(found) => found,
            Err(error) => {
                problems.push(Problem {
                    place: Some((error.file, error.line)),
                    kind: ProblemKind::Document(error.fault),
                });
                continue;
            }
        };
        documents += 1;
        if let Some(passage) = found.first()
            && let Some(first) = first_of.insert(passage.document.id.clone(), file.clone())
        {
            problems.push(Problem {
                place: Some((file, 1)),
                kind: ProblemKind::DuplicateDocument {
                    id: passage.document.id.clone(),
                    first,
                },
            });
        }
        passages.extend(found);
    }
    problems.extend(lint_passages(passages.iter(), options));
    Ok(LintReport {
        documents,
        passages: passages.len(),
        problems,
    })
}

impl KnowledgeBase {
    /// Checks a loaded base.
    #[must_use]
    pub fn lint(&self, options: &LintOptions<'_>) -> Vec<Problem> {
        lint_passages(self.passages(), options)
    }
}

/// First what is wrong in the documents, in their order, then what is missing in all of them.
fn lint_passages<'a>(passages: impl Iterator<Item = &'a Passage>, options: &LintOptions<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut documents = HashSet::new();
    let mut per_code: BTreeMap<&str, usize> = options.known_codes.iter().map(|&code| (code, 0)).collect();
    let mut per_domain: BTreeMap<&str, usize> = options.domains.iter().map(|&domain| (domain, 0)).collect();
    let mut all = 0;
    for passage in passages {
        all += 1;
        let document = &passage.document;
        let is_new = documents.insert(&document.file);
        if let Some(count) = per_domain.get_mut(document.domain.as_str()) {
            *count += 1;
        }
        for code in &document.codes {
            if let Some(count) = per_code.get_mut(code.as_str()) {
                *count += 1;
            }
        }
        let mut report = |line: usize, kind: ProblemKind| {
            problems.push(Problem {
                place: Some((document.file.clone(), line)),
                kind,
            });
        };
        if is_new {
            for code in &document.codes {
                if !options.known_codes.contains(&code.as_str()) {
                    report(1, ProblemKind::unknown_code(code, options.known_codes));
                }
            }
            for kind in document.sources.iter().flat_map(sources::problems) {
                report(1, kind);
            }
        }
        of_passage(passage)
            .into_iter()
            .for_each(|kind| report(passage.line, kind));
    }
    let few = |found: usize, expected: usize| found < expected;
    if few(all, options.passages) {
        problems.push(Problem::everywhere(ProblemKind::TooFewPassages {
            found: all,
            expected: options.passages,
        }));
    }
    for (domain, found) in per_domain {
        let expected = options.passages_per_domain;
        if few(found, expected) {
            let domain = domain.to_owned();
            problems.push(Problem::everywhere(ProblemKind::DomainWithoutPassages {
                domain,
                found,
                expected,
            }));
        }
    }
    for (code, found) in per_code {
        let expected = options.passages_per_code;
        if few(found, expected) {
            let code = code.to_owned();
            problems.push(Problem::everywhere(ProblemKind::CodeWithoutPassages {
                code,
                found,
                expected,
            }));
        }
    }
    problems
}

fn of_passage(passage: &Passage) -> Vec<ProblemKind> {
    let (id, words) = (|| passage.id.clone(), passage.words());
    let mut problems = Vec::new();
    if passage.source().is_none() {
        problems.push(ProblemKind::PassageWithoutSource { passage: id() });
    }
    if words < MIN_PASSAGE_WORDS {
        problems.push(ProblemKind::PassageTooShort { passage: id(), words });
    }
    if words > MAX_PASSAGE_WORDS {
        problems.push(ProblemKind::PassageTooLong { passage: id(), words });
    }
    problems
}
