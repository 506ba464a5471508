//! The base itself: passages and their index.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::document::{Passage, Source, parse_document};
use crate::error::KnowledgeError;
use crate::files;
use crate::index::SearchIndex;
use crate::latent::Latent;
use crate::limits::{MAX_HITS, MAX_PASSAGES};
use crate::terms::query_terms;

/// How many passages that share words with a question are compared in meaning too. Of the shipped
/// base 30 would do: what is right and further down is never lifted into the first five.
const RERANKED: usize = 100;

/// What a likeness in meaning weighs beside a likeness in words; between 0.7 and 1.5 made no
/// difference when one phrase of each `symptoms:` line was hidden and searched for.
const LATENT_WEIGHT: f64 = 1.0;

/// What to look for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// Free text. It is data: no query syntax is interpreted.
    pub text: String,
    /// Only passages of this domain.
    pub domain: Option<String>,
    /// Only passages about this fault code.
    pub code: Option<String>,
    /// At most so many hits; never more than [`MAX_HITS`].
    pub limit: usize,
}

impl SearchQuery {
    /// A query without filters.
    pub fn text(text: impl Into<String>, limit: usize) -> Self {
        Self {
            text: text.into(),
            domain: None,
            code: None,
            limit,
        }
    }

    /// The passages about a fault code, in the order of the base.
    pub fn code(code: impl Into<String>, limit: usize) -> Self {
        Self {
            text: String::new(),
            domain: None,
            code: Some(code.into()),
            limit,
        }
    }
}

/// A passage that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// What a recommendation cites: `overfitting#what-to-try-first`.
    pub id: String,
    /// The title for people, `Document: Heading`.
    pub title: String,
    /// The text, as Markdown.
    pub text: String,
    /// The domain.
    pub domain: String,
    /// The fault codes that the passage is about.
    pub codes: Vec<String>,
    /// Where the knowledge comes from.
    pub source: Option<Source>,
    /// How well it matches, comparable within one search only; 0 without words in the query.
    pub score: f64,
}

impl Hit {
    fn new(passage: &Passage, score: f64) -> Self {
        Self {
            id: passage.id.clone(),
            title: passage.title(),
            text: passage.text.clone(),
            domain: passage.document.domain.clone(),
            codes: passage.document.codes.clone(),
            source: passage.source().cloned(),
            score,
        }
    }
}

/// A knowledge base: passages that can be searched. It does not change once it is loaded, and
/// threads may share it.
pub struct KnowledgeBase {
    /// In the order of the documents.
    passages: Vec<Passage>,
    /// The places in `passages`, sorted by id: the rank of the index is the place in here.
    by_id: Vec<usize>,
    index: SearchIndex,
    latent: Option<Latent>,
}

impl KnowledgeBase {
    /// Loads the Markdown files of folders (with their subfolders) and of single files, and
    /// indexes them in memory.
    ///
    /// Hidden entries, linked folders and `README.md` are left out. The first fault ends the
    /// loading: a base with a fault in it is not used.
    pub fn load(paths: &[PathBuf]) -> Result<Self, KnowledgeError> {
        Self::build(paths, |by_rank| SearchIndex::in_memory(by_rank.iter().copied()))
    }

    /// As [`load`](Self::load), but the index is kept in a folder, mapped into memory, and
    /// built only when the documents changed. This saves most of the start of a base with
    /// thousands of passages; of 250 it saves some 30 ms.
    ///
    /// The folder belongs to this program: nobody else may change the files in it, as they
    /// are mapped. Indexes of earlier states of the base stay there until somebody deletes them.
    pub fn open_or_build(index_folder: &Path, paths: &[PathBuf]) -> Result<Self, KnowledgeError> {
        Self::build(paths, |by_rank| {
            SearchIndex::stored(index_folder, by_rank.iter().copied())
        })
    }

    fn build(
        paths: &[PathBuf],
        index: impl FnOnce(&[&Passage]) -> Result<SearchIndex, KnowledgeError>,
    ) -> Result<Self, KnowledgeError> {
        let passages = read_passages(paths)?;
        let mut by_rank: Vec<(usize, &Passage)> = passages.iter().enumerate().collect();
        by_rank.sort_by(|(_, left), (_, right)| left.id.cmp(&right.id));
        let (by_id, by_rank): (Vec<usize>, Vec<&Passage>) = by_rank.into_iter().unzip();
        let index = index(&by_rank)?;
        let latent = Latent::of(by_rank.iter().copied());
        Ok(Self {
            passages,
            by_id,
            index,
            latent,
        })
    }

    /// The passages that match best, the best first; equal ones in the order of their ids. No
    /// match gives no hits, and so does an unknown domain or code.
    ///
    /// A text without words (empty, punctuation, or stop words only) with a domain or code
    /// gives all passages that have it, in the order of the documents.
    pub fn search(&self, query: &SearchQuery) -> Result<Vec<Hit>, KnowledgeError> {
        let limit = query.limit.min(MAX_HITS);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let (domain, code) = (query.domain.as_deref(), query.code.as_deref());
        let terms = query_terms(&query.text);
        if terms.is_empty() {
            return Ok(self
                .filtered(domain, code)
                .take(limit)
                .map(|passage| Hit::new(passage, 0.0))
                .collect());
        }
        let hits = self.ranked(&terms, domain, code, limit)?.into_iter();
        let hits = hits.filter_map(|(score, rank)| {
            let passage = self.passages.get(*self.by_id.get(rank)?)?;
            Some(Hit::new(passage, score))
        });
        Ok(hits.collect())
    }

    /// Scores and ranks of the passages that share a word with the query, the best first.
    fn ranked(
        &self,
        terms: &[String],
        domain: Option<&str>,
        code: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(f64, usize)>, KnowledgeError> {
        let plain = |hits: Vec<(f32, u64)>| -> Vec<(f64, usize)> {
            hits.into_iter()
                .filter_map(|(score, rank)| Some((f64::from(score), usize::try_from(rank).ok()?)))
                .collect()
        };
        let similarities = self.latent.as_ref().and_then(|it| it.similarities(terms));
        let Some(similarities) = similarities else {
            return Ok(plain(self.index.search(terms, domain, code, limit)?));
        };
        let mut hits = plain(self.index.search(terms, domain, code, limit.max(RERANKED))?);
        // The best of all, not of the filtered: a filter leaves the scores alone.
        let best = plain(self.index.search(terms, None, None, 1)?);
        let best = best.first().map_or(1.0, |(score, _)| *score).max(f64::MIN_POSITIVE);
        for (score, rank) in &mut hits {
            let similarity = similarities.get(*rank).copied().unwrap_or(0.0);
            *score = (*score / best + LATENT_WEIGHT * similarity).max(0.0);
        }
        hits.sort_by(|(left, a), (right, b)| right.total_cmp(left).then(a.cmp(b)));
        hits.truncate(limit);
        Ok(hits)
    }

    fn filtered(&self, domain: Option<&str>, code: Option<&str>) -> impl Iterator<Item = &Passage> {
        let has_filter = domain.is_some() || code.is_some();
        self.passages.iter().filter(move |Passage { document, .. }| {
            has_filter
                && domain.is_none_or(|domain| document.domain == domain)
                && code.is_none_or(|code| document.codes.iter().any(|other| other == code))
        })
    }

    /// The passage with this id.
    pub fn get(&self, id: &str) -> Option<&Passage> {
        let at = |place: &usize| self.passages.get(*place).map_or("", |passage| passage.id.as_str());
        let rank = self.by_id.binary_search_by(|place| at(place).cmp(id)).ok()?;
        self.passages.get(*self.by_id.get(rank)?)
    }

    /// All passages, in the order of the documents.
    pub fn passages(&self) -> impl Iterator<Item = &Passage> {
        self.passages.iter()
    }

    /// The fault codes that the base has passages about, sorted.
    pub fn codes(&self) -> BTreeSet<&str> {
        self.passages
            .iter()
            .flat_map(|passage| &passage.document.codes)
            .map(String::as_str)
            .collect()
    }

    /// The domains of the base, sorted.
    pub fn domains(&self) -> BTreeSet<&str> {
        self.passages
            .iter()
            .map(|passage| passage.document.domain.as_str())
            .collect()
    }

    /// How many passages there are.
    pub fn len(&self) -> usize {
        self.passages.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.passages.is_empty()
    }
}

impl fmt::Debug for KnowledgeBase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KnowledgeBase")
            .field("passages", &self.len())
            .finish_non_exhaustive()
    }
}

fn read_passages(paths: &[PathBuf]) -> Result<Vec<Passage>, KnowledgeError> {
    let mut passages: Vec<Passage> = Vec::new();
    let mut ids: HashMap<String, PathBuf> = HashMap::new();
    for file in files::markdown_files(paths)? {
        let found = parse_document(&file, &files::read(&file)?)?;
        if let Some(document) = found.first().map(|passage| &passage.document)
            && let Some(first) = ids.insert(document.id.clone(), file.clone())
        {
            return Err(KnowledgeError::DuplicateDocument {
                id: document.id.clone(),
                first,
                second: file,
            });
        }
        passages.extend(found);
        if passages.len() > MAX_PASSAGES {
            return Err(KnowledgeError::TooManyPassages { path: file });
        }
    }
    Ok(passages)
}
