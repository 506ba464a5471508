//! The passages in tantivy: schema, building, and the query.
//!
//! A query is built from words, never parsed: in tantivy's query language `*` matches
//! everything, `field:` chooses a field, and deep parentheses end the process.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest as _, Sha256};
use tantivy::collector::TopDocs;
use tantivy::collector::sort_key::{SortBySimilarityScore, SortByStaticFastValue};
use tantivy::indexer::NoMergePolicy;
use tantivy::query::{BooleanQuery, BoostQuery, DisjunctionMaxQuery, Occur, Query, TermQuery};
use tantivy::schema::{FAST, Field, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Index, IndexWriter, Order, ReloadPolicy, Score, Searcher, TantivyDocument, TantivyError, Term};

use crate::document::Passage;
use crate::error::KnowledgeError;
use crate::terms::{ANALYSER, analyser, normalise};

/// The least that tantivy accepts, in bytes; it holds some 5,000 passages, and more of them
/// only make a second segment.
const WRITER_HEAP: usize = 15_000_000;

/// Changes when a stored index of an older version must not be used any more: after a change
/// of the schema or of `terms`.
const VERSION: &str = "deepfix-knowledge 2";

/// What a match is worth by the field where it is: symptoms are written to be found, and a
/// title or heading names the subject, but a title is shared by all passages of a document.
/// Round numbers in the middle of the flat top that the questions in `tests` showed.
const TITLE_BOOST: Score = 1.5;
const HEADING_BOOST: Score = 1.5;
const SYMPTOMS_BOOST: Score = 2.5;
const TEXT_BOOST: Score = 1.0;
const TAGS_BOOST: Score = 0.5;

/// How much a word counts in each field beyond the one where it matches best. With 1 a passage
/// that repeats one word of the question everywhere beats one that has all the words.
const OTHER_FIELDS: Score = 0.5;

/// The number of a passage when all are sorted by id: what the index stores of it.
const RANK: &str = "rank";

#[derive(Debug, Clone, Copy)]
struct Fields {
    title: Field,
    heading: Field,
    symptoms: Field,
    text: Field,
    tags: Field,
    domain: Field,
    code: Field,
    rank: Field,
}

fn schema() -> (Schema, Fields) {
    let words = TextFieldIndexing::default()
        .set_tokenizer(ANALYSER)
        .set_index_option(IndexRecordOption::WithFreqs);
    let words = TextOptions::default().set_indexing_options(words);
    let mut schema = Schema::builder();
    let fields = Fields {
        title: schema.add_text_field("title", words.clone()),
        heading: schema.add_text_field("heading", words.clone()),
        symptoms: schema.add_text_field("symptoms", words.clone()),
        text: schema.add_text_field("text", words.clone()),
        tags: schema.add_text_field("tags", words),
        domain: schema.add_text_field("domain", STRING),
        code: schema.add_text_field("code", STRING),
        rank: schema.add_u64_field(RANK, FAST),
    };
    (schema.build(), fields)
}

/// The passages as tantivy holds them. They are known by their rank only.
pub(crate) struct SearchIndex {
    searcher: Searcher,
    fields: Fields,
}

impl SearchIndex {
    /// Builds the index in memory. The passages come in the order of their ranks.
    pub(crate) fn in_memory<'a>(passages: impl Iterator<Item = &'a Passage>) -> Result<Self, KnowledgeError> {
        let (schema, fields) = schema();
        let index = Index::create_in_ram(schema);
        index.tokenizers().register(ANALYSER, analyser());
        fill(&index, fields, passages)?;
        Self::over(&index, fields)
    }

    /// Opens the index of these passages below `folder`, or builds it there. The name of the
    /// index is the digest of the passages, so that a changed base never meets an old index.
    pub(crate) fn stored<'a>(
        folder: &Path,
        passages: impl Iterator<Item = &'a Passage> + Clone,
    ) -> Result<Self, KnowledgeError> {
        let path = folder.join(digest(passages.clone()));
        if path.is_dir() {
            if let Ok(index) = Self::open(&path, passages.clone().count()) {
                return Ok(index);
            }
            // Broken, by a full disk or a stray hand: it can be made again at any time.
            fs::remove_dir_all(&path).map_err(store_error(&path))?;
        }
        let building = building_folder(folder)?;
        let built = build_in(&building, passages.clone());
        let moved = built.and_then(|()| match fs::rename(&building, &path) {
            // Another process was faster; its index is the same.
            Err(_) if path.is_dir() => Ok(()),
            other => other.map_err(store_error(&path)),
        });
        if building.exists() {
            fs::remove_dir_all(&building).map_err(store_error(&building))?;
        }
        moved?;
        Self::open(&path, passages.count())
    }

    fn open(path: &Path, passages: usize) -> Result<Self, KnowledgeError> {
        let (expected, fields) = schema();
        let index = Index::open_in_dir(path)?;
        index.tokenizers().register(ANALYSER, analyser());
        let broken = index.validate_checksum()?;
        let opened = Self::over(&index, fields)?;
        let complete = usize::try_from(opened.searcher.num_docs()) == Ok(passages);
        if !broken.is_empty() || index.schema() != expected || !complete {
            let message = format!("the stored index {} is damaged", path.display());
            return Err(TantivyError::SystemError(message).into());
        }
        Ok(opened)
    }

    fn over(index: &Index, fields: Fields) -> Result<Self, KnowledgeError> {
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self {
            searcher: reader.searcher(),
            fields,
        })
    }

    /// The ranks of the passages with at least one of the words, the best first, and of equal
    /// ones the lower rank first. With a domain or a code, only passages that have it.
    pub(crate) fn search(
        &self,
        terms: &[String],
        domain: Option<&str>,
        code: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(Score, u64)>, KnowledgeError> {
        let fields = self.fields;
        let any_word = terms.iter().map(|term| (Occur::Should, self.word(term))).collect();
        let mut query: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, Box::new(BooleanQuery::new(any_word)))];
        for (field, value) in [(fields.domain, domain), (fields.code, code)] {
            if let Some(value) = value {
                // A filter says which passages, not how good they are.
                query.push((Occur::Must, boosted(field, value, 0.0)));
            }
        }
        let best = TopDocs::with_limit(limit).order_by((
            SortBySimilarityScore,
            (SortByStaticFastValue::<u64>::for_field(RANK), Order::Asc),
        ));
        let hits = self.searcher.search(&BooleanQuery::new(query), &best)?;
        Ok(hits
            .into_iter()
            .filter_map(|((score, rank), _)| Some((score, rank?)))
            .collect())
    }

    fn word(&self, term: &str) -> Box<dyn Query> {
        let Fields {
            title,
            heading,
            symptoms,
            text,
            tags,
            ..
        } = self.fields;
        let places = [
            (title, TITLE_BOOST),
            (heading, HEADING_BOOST),
            (symptoms, SYMPTOMS_BOOST),
            (text, TEXT_BOOST),
            (tags, TAGS_BOOST),
        ];
        let places = places.map(|(field, boost)| boosted(field, term, boost)).into();
        Box::new(DisjunctionMaxQuery::with_tie_breaker(places, OTHER_FIELDS))
    }
}

fn boosted(field: Field, text: &str, boost: Score) -> Box<dyn Query> {
    let term = TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs);
    Box::new(BoostQuery::new(Box::new(term), boost))
}

fn fill<'a>(index: &Index, fields: Fields, passages: impl Iterator<Item = &'a Passage>) -> Result<(), KnowledgeError> {
    let mut writer: IndexWriter = index.writer_with_num_threads(1, WRITER_HEAP)?;
    // A base is written once; merging would go on in the background.
    writer.set_merge_policy(Box::new(NoMergePolicy));
    for (passage, rank) in passages.zip(0_u64..) {
        let mut entry = TantivyDocument::default();
        entry.add_text(fields.title, normalise(&passage.document.title));
        entry.add_text(fields.heading, normalise(&passage.heading));
        entry.add_text(
            fields.symptoms,
            normalise(passage.symptoms.as_deref().unwrap_or_default()),
        );
        entry.add_text(fields.text, normalise(&passage.text));
        entry.add_text(fields.tags, normalise(&passage.document.tags.join(" ")));
        entry.add_text(fields.domain, &passage.document.domain);
        for code in &passage.document.codes {
            entry.add_text(fields.code, code);
        }
        entry.add_u64(fields.rank, rank);
        writer.add_document(entry)?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok(())
}

/// An empty folder to build in. An index is built beside its place and moved there, so that
/// nobody, and no later run after a crash, opens half an index.
fn building_folder(folder: &Path) -> Result<PathBuf, KnowledgeError> {
    static BUILDS: AtomicUsize = AtomicUsize::new(0);
    let build = BUILDS.fetch_add(1, Ordering::Relaxed);
    let building = folder.join(format!("building-{}-{build}", std::process::id()));
    if building.exists() {
        // Left by a process of the same number that crashed.
        fs::remove_dir_all(&building).map_err(store_error(&building))?;
    }
    fs::create_dir_all(&building).map_err(store_error(&building))?;
    Ok(building)
}

fn build_in<'a>(folder: &Path, passages: impl Iterator<Item = &'a Passage>) -> Result<(), KnowledgeError> {
    let (schema, fields) = schema();
    let index = Index::create_in_dir(folder, schema)?;
    index.tokenizers().register(ANALYSER, analyser());
    fill(&index, fields, passages)
}

/// Everything that the index depends on. Each part is preceded by its length, so that no two
/// bases give the same bytes.
fn digest<'a>(passages: impl Iterator<Item = &'a Passage>) -> String {
    let mut hash = Sha256::new();
    let mut add = |part: &str| {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    };
    add(VERSION);
    for passage in passages {
        let document = &passage.document;
        for part in [
            &passage.id,
            &document.title,
            &passage.heading,
            &passage.text,
            &document.domain,
        ] {
            add(part);
        }
        add(passage.symptoms.as_deref().unwrap_or_default());
        for list in [&document.tags, &document.codes] {
            add(&list.len().to_string());
            list.iter().for_each(|part| add(part));
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn store_error(path: &Path) -> impl FnOnce(io::Error) -> KnowledgeError {
    let path: PathBuf = path.to_path_buf();
    move |source| KnowledgeError::Store { path, source }
}
