//! A host made of plain Rust, so that an analyzer can be tested natively, at full speed and
//! with a debugger, on a request as a client would send it.

mod catalogue;
mod host;
mod recorded;
mod strategies;
mod table;
mod verify;

use std::{
    cell::RefCell,
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::Value as Json;
pub use table::FakeTable;

use crate::{
    AgentOutcome, Analyzer, ArtifactKind, CompletionRequest, Context, Error, JudgedAnalysis, Level, Outcome, Passage,
    Reasoner, Report, Request,
};

pub use catalogue::assert_catalogue_is_complete;
pub use recorded::{analyze_soundly, assert_sound, found, read_request, recorded_requests};
pub use strategies::{odd_json, odd_language, odd_number};

/// A host for native tests.
///
/// Unlike the real host it reads metrics only as columns or rows, and does not decode
/// compressed check values: hand it artifacts in their plain form.
#[derive(Default)]
pub struct FakeHost {
    documents: BTreeMap<ArtifactKind, Json>,
    tables: BTreeMap<(ArtifactKind, String), FakeTable>,
    blobs: BTreeMap<(ArtifactKind, String), Vec<u8>>,
    passages: Vec<Passage>,
    request: Request,
    logs: RefCell<Vec<(Level, String)>>,
    answers: Option<Vec<String>>,
    asked: RefCell<Vec<CompletionRequest>>,
    secrets: BTreeMap<String, String>,
}

impl FakeHost {
    /// A host without any artifact.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A host that carries the artifacts of a request in wire form.
    #[must_use]
    #[allow(clippy::needless_pass_by_value, reason = "tests hand over what `json!` makes")]
    pub fn from_request(request: Json) -> Self {
        let mut host = Self::new();
        let text = |name: &str| request.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        host.request = Request {
            dataset_name: text("dataset_name"),
            model_name: text("model_name"),
            language: text("language"),
            ..Request::default()
        };
        for (member, kind) in [
            ("dataset_artifacts", ArtifactKind::Dataset),
            ("deepchecks_artifacts", ArtifactKind::Deepchecks),
            ("model_checkpoint_artifacts", ArtifactKind::ModelCheckpoint),
            ("training_artifacts", ArtifactKind::Training),
        ] {
            if let Some(document) = request.get(member).filter(|it| !it.is_null()) {
                host = host.with_document(kind, document.clone());
            }
        }
        host
    }

    /// A host for a folder that holds a `request.json`, with its checkpoint file as a blob.
    ///
    /// # Panics
    /// The request cannot be read: this is for tests.
    #[must_use]
    #[allow(clippy::expect_used, reason = "a test without its input must fail")]
    pub fn from_folder(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join("request.json")).expect("request.json can be read");
        let request: Json = serde_json::from_str(&text).expect("request.json is JSON");
        let file: Option<PathBuf> = request
            .pointer("/model_checkpoint_artifacts/path")
            .and_then(Json::as_str)
            .map(|path| folder.join(path));
        let mut host = Self::from_request(request);
        if let Some(file) = file
            && let (Ok(bytes), Some(name)) = (std::fs::read(&file), file.file_name().and_then(|it| it.to_str()))
        {
            host = host.with_blob(ArtifactKind::ModelCheckpoint, name, bytes);
        }
        host
    }

    /// Adds an artifact's document. Metrics in it become the table `metrics`.
    #[must_use]
    pub fn with_document(mut self, kind: ArtifactKind, document: Json) -> Self {
        if let Some(table) = document.get("metrics_values").and_then(FakeTable::from_json) {
            self.tables.insert((kind, "metrics".to_owned()), table);
        }
        self.documents.insert(kind, document);
        self
    }

    /// Adds a table.
    #[must_use]
    pub fn with_table(mut self, kind: ArtifactKind, name: &str, table: FakeTable) -> Self {
        self.documents.entry(kind).or_insert(Json::Null);
        self.tables.insert((kind, name.to_owned()), table);
        self
    }

    /// Adds a blob.
    #[must_use]
    pub fn with_blob(mut self, kind: ArtifactKind, name: &str, bytes: Vec<u8>) -> Self {
        self.documents.entry(kind).or_insert(Json::Null);
        self.blobs.insert((kind, name.to_owned()), bytes);
        self
    }

    /// Adds a passage that a search for its id's first part as a code finds.
    #[must_use]
    pub fn with_passage(mut self, passage: Passage) -> Self {
        self.passages.push(passage);
        self
    }

    /// The language of the answer.
    #[must_use]
    pub fn with_language(mut self, language: &str) -> Self {
        language.clone_into(&mut self.request.language);
        self
    }

    /// The agent's settings, as a JSON object.
    #[must_use]
    pub fn with_settings(mut self, settings: &Json) -> Self {
        self.request.settings = settings.to_string();
        self
    }

    /// What the host says beside the request, as a JSON object.
    #[must_use]
    #[allow(clippy::needless_pass_by_value, reason = "tests hand over what `json!` makes")]
    pub fn with_extras(mut self, extras: Json) -> Self {
        self.request.extras = extras.to_string();
        self
    }

    /// Grants a secret.
    #[must_use]
    pub fn with_secret(mut self, name: &str, value: &str) -> Self {
        self.secrets.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A language model that gives these answers to every question, one per sample.
    #[must_use]
    pub fn with_model(mut self, answers: &[&str]) -> Self {
        let hints = serde_json::json!({
            "samples": answers.len(), "analyzer": "{{ agent }} {{ focus }} {{ language }}", "reasoner": "{{ language }}",
        });
        self.request.extras = serde_json::json!({ "llm": hints }).to_string();
        self.answers = Some(answers.iter().map(|it| (*it).to_owned()).collect());
        self
    }

    /// So many samples were asked for; those without an answer are lost.
    #[must_use]
    pub fn of_samples(mut self, samples: usize) -> Self {
        let mut extras: serde_json::Value = serde_json::from_str(&self.request.extras).unwrap_or_default();
        if let Some(place) = extras.pointer_mut("/llm/samples") {
            *place = samples.into();
        }
        self.request.extras = extras.to_string();
        self
    }

    /// What the analyzer asked the model.
    #[must_use]
    pub fn asked(&self) -> Vec<CompletionRequest> {
        self.asked.borrow().clone()
    }

    /// What the analyzer logged.
    #[must_use]
    pub fn logs(&self) -> Vec<(Level, String)> {
        self.logs.borrow().clone()
    }

    /// Runs an analyzer.
    ///
    /// # Errors
    /// The analyzer's own error.
    pub fn analyze<A: Analyzer>(&self) -> Result<Report, Error> {
        A::analyze(&Context::new(self, &self.request))
    }

    /// Runs an analyzer and judges its report as the host would, for a reasoner's test.
    #[must_use]
    pub fn outcome<A: Analyzer>(&self) -> AgentOutcome {
        let description = A::describe();
        let artifacts: Vec<_> = description
            .consumes
            .iter()
            .map(|(kind, _)| *kind)
            .filter(|kind| self.documents.contains_key(kind))
            .collect();
        let lacks = description
            .consumes
            .iter()
            .any(|(kind, required)| *required && !artifacts.contains(kind));
        let outcome = if lacks || artifacts.is_empty() {
            Outcome::Skipped("the request does not carry what it reads".to_owned())
        } else {
            match self.analyze::<A>() {
                Ok(report) => Outcome::Completed {
                    analyses: report
                        .analyses
                        .into_iter()
                        .enumerate()
                        .map(|(index, analysis)| JudgedAnalysis {
                            id: format!("{}/{index}", description.name),
                            evidence_verified: self.verify(&analysis).is_empty(),
                            analysis,
                        })
                        .collect(),
                    summary: report.summary,
                    extras: report.extras,
                },
                Err(error) => Outcome::Failed(error),
            }
        };
        AgentOutcome {
            agent: description.name,
            artifacts,
            outcome,
        }
    }

    /// Runs a reasoner.
    ///
    /// # Errors
    /// The reasoner's own error.
    pub fn reason<R: Reasoner>(&self, outcomes: &[AgentOutcome]) -> Result<Report, Error> {
        R::reason(&Context::new(self, &self.request), outcomes)
    }

    fn document(&self, kind: ArtifactKind) -> Result<&Json, Error> {
        self.documents
            .get(&kind)
            .ok_or_else(|| Error::NotFound(format!("the request has no {kind:?} artifact")))
    }
}
