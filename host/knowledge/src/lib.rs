//! The knowledge base of DeepFix: best practices in Markdown, cut into passages and searched
//! with BM25. It knows nothing of agents or of the network.
//!
//! A file of the base is one document; each `## Heading` of it is one passage, which a
//! recommendation cites by its id, `<document>#<heading>`:
//!
//! ```
//! use deepfix_knowledge::{KnowledgeBase, SearchQuery};
//!
//! let folder = tempfile::tempdir()?;
//! std::fs::write(
//!     folder.path().join("overfitting.md"),
//!     "---\n\
//!      id: overfitting\n\
//!      title: Overfitting\n\
//!      domain: training\n\
//!      codes: [training.overfitting]\n\
//!      sources:\n\
//!      \x20 - title: Early Stopping - But When?\n\
//!      \x20   url: https://doi.org/10.1007/3-540-49430-8_3\n\
//!      ---\n## What to try first\n\
//!      symptoms: val loss goes up while train loss goes down\n\
//!      \n\
//!      Use the checkpoint of the best validation epoch.\n",
//! )?;
//!
//! let base = KnowledgeBase::load(&[folder.path().to_path_buf()])?;
//! let hits = base.search(&SearchQuery::text("validation loss rises", 5))?;
//!
//! assert_eq!(hits[0].id, "overfitting#what-to-try-first");
//! assert_eq!(hits[0].title, "Overfitting: What to try first");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! From a folder to a hit: `files` finds and reads the Markdown, `document` parses it,
//! `terms` turns text into the words that are compared, `index` holds them in tantivy, `latent`
//! knows which words go together, `base` joins these, and `lint` finds what a reviewer of the base should see.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod base;
mod document;
mod error;
mod faults;
mod files;
mod index;
mod latent;
mod limits;
mod lint;
mod terms;

pub use base::{Hit, KnowledgeBase, SearchQuery};
pub use document::{Document, Passage, Source, parse_document};
pub use error::{DocumentError, DocumentFault, KnowledgeError};
pub use faults::{DOMAINS, FAULT_CODES, STATUS_CODES};
pub use limits::{
    MAX_FILE_BYTES, MAX_FOLDER_DEPTH, MAX_HITS, MAX_PASSAGE_WORDS, MAX_PASSAGES, MAX_QUERY_BYTES, MAX_QUERY_TERMS,
    MIN_PASSAGE_WORDS,
};
pub use lint::{LintOptions, LintReport, Problem, ProblemKind, lint_files};
