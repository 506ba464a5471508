//! The glue between the generated bindings and the plain types of this crate.
#![allow(unsafe_code, reason = "the generated bindings call across the component boundary")]
#![allow(missing_docs, reason = "generated; the WIT documents each item")]
#![allow(
    clippy::all,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "generated code"
)]

use std::marker::PhantomData;

use crate::{
    self as sdk, AgentOutcome, ArtifactKind, Capability, Column, ColumnSummary, ColumnType, Context, Error, Level,
    NodeKind, Severity, Value,
};

pub mod analyzer {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "analyzer",
        pub_export_macro: true,
        default_bindings_module: "deepfix_plugin::wasm::analyzer",
    });
}

pub mod reasoner {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "reasoner",
        pub_export_macro: true,
        default_bindings_module: "deepfix_plugin::wasm::reasoner",
        with: {
            "deepfix:analysis/types@0.1.1": super::analyzer::deepfix::analysis::types,
            "deepfix:analysis/artifacts@0.1.1": super::analyzer::deepfix::analysis::artifacts,
            "deepfix:analysis/knowledge@0.1.1": super::analyzer::deepfix::analysis::knowledge,
            "deepfix:analysis/llm@0.1.1": super::analyzer::deepfix::analysis::llm,
            "deepfix:analysis/progress@0.1.1": super::analyzer::deepfix::analysis::progress,
            "deepfix:analysis/logging@0.1.1": super::analyzer::deepfix::analysis::logging,
            "deepfix:analysis/secrets@0.1.1": super::analyzer::deepfix::analysis::secrets,
        },
    });
}

use analyzer::deepfix::analysis::{artifacts, knowledge, llm, logging, progress, secrets, types};

/// The exports of the world `analyzer` for a type that implements [`sdk::Analyzer`].
pub struct AnalyzerComponent<A>(PhantomData<A>);

impl<A: sdk::Analyzer> analyzer::exports::deepfix::analysis::analyze::Guest for AnalyzerComponent<A> {
    fn describe() -> types::Description {
        description(A::describe())
    }

    fn analyze(request: types::Request) -> Result<types::Report, types::Error> {
        let request = request_of(request);
        A::analyze(&Context::new(&WasmHost, &request))
            .map(report)
            .map_err(error)
    }
}

/// The exports of the world `reasoner` for a type that implements [`sdk::Reasoner`].
pub struct ReasonerComponent<R>(PhantomData<R>);

impl<R: sdk::Reasoner> reasoner::exports::deepfix::analysis::reason::Guest for ReasonerComponent<R> {
    fn describe() -> types::Description {
        description(R::describe())
    }

    fn reason(
        request: reasoner::exports::deepfix::analysis::reason::ReasonRequest,
    ) -> Result<types::Report, types::Error> {
        let outcomes: Vec<AgentOutcome> = request.outcomes.into_iter().map(outcome_of).collect();
        let request = request_of(request.request);
        R::reason(&Context::new(&WasmHost, &request), &outcomes)
            .map(report)
            .map_err(error)
    }
}

/// The imports, as the SDK's host trait.
struct WasmHost;

impl sdk::Host for WasmHost {
    fn available(&self) -> Vec<ArtifactKind> {
        artifacts::available().into_iter().map(kind_of).collect()
    }

    fn read(&self, kind: ArtifactKind, pointer: &str) -> Result<Option<String>, Error> {
        artifacts::read(to_kind(kind), pointer).map_err(error_of)
    }

    fn inspect(&self, kind: ArtifactKind, pointer: &str) -> Result<Option<sdk::Node>, Error> {
        let node = artifacts::inspect(to_kind(kind), pointer).map_err(error_of)?;
        Ok(node.map(|node| sdk::Node {
            kind: match node.kind {
                artifacts::NodeKind::Null => NodeKind::Null,
                artifacts::NodeKind::Boolean => NodeKind::Boolean,
                artifacts::NodeKind::Number => NodeKind::Number,
                artifacts::NodeKind::Text => NodeKind::Text,
                artifacts::NodeKind::Array => NodeKind::Array,
                artifacts::NodeKind::Object => NodeKind::Object,
            },
            length: node.length,
            keys: node.keys,
        }))
    }

    fn tables(&self, kind: ArtifactKind) -> Result<Vec<String>, Error> {
        artifacts::tables(to_kind(kind)).map_err(error_of)
    }

    fn open_table(&self, kind: ArtifactKind, name: &str) -> Result<Box<dyn sdk::Table + '_>, Error> {
        Ok(Box::new(artifacts::open_table(to_kind(kind), name).map_err(error_of)?))
    }

    fn blobs(&self, kind: ArtifactKind) -> Result<Vec<String>, Error> {
        artifacts::blobs(to_kind(kind)).map_err(error_of)
    }

    fn open_blob(&self, kind: ArtifactKind, name: &str) -> Result<Box<dyn sdk::Blob + '_>, Error> {
        Ok(Box::new(artifacts::open_blob(to_kind(kind), name).map_err(error_of)?))
    }

    fn search(&self, query: &sdk::Query) -> Result<Vec<sdk::Passage>, Error> {
        let query = knowledge::Query {
            text: query.text.clone(),
            domain: query.domain.clone(),
            code: query.code.clone(),
            limit: query.limit,
        };
        let passages = knowledge::search(&query).map_err(error_of)?;
        Ok(passages
            .into_iter()
            .map(|it| sdk::Passage {
                id: it.id,
                title: it.title,
                text: it.text,
                domain: it.domain,
                source: it.source,
                score: it.score,
            })
            .collect())
    }

    fn llm_available(&self) -> bool {
        llm::available()
    }

    fn complete(&self, request: &sdk::CompletionRequest) -> Result<sdk::Completion, Error> {
        llm::complete(&completion_request(request))
            .map(completion_of)
            .map_err(error_of)
    }

    fn complete_all(&self, requests: &[sdk::CompletionRequest]) -> Vec<Result<sdk::Completion, Error>> {
        let requests: Vec<_> = requests.iter().map(completion_request).collect();
        llm::complete_all(&requests)
            .into_iter()
            .map(|it| it.map(completion_of).map_err(error_of))
            .collect()
    }

    fn progress(&self, fraction: f64, message: &str) {
        progress::report(fraction, message);
    }

    fn log(&self, level: Level, message: &str, fields: &[(&str, String)]) {
        let level = match level {
            Level::Trace => logging::Level::Trace,
            Level::Debug => logging::Level::Debug,
            Level::Info => logging::Level::Info,
            Level::Warn => logging::Level::Warn,
            Level::Error => logging::Level::Error,
        };
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        logging::log(level, message, &fields);
    }

    fn secret(&self, name: &str) -> Result<String, Error> {
        secrets::get(name).map_err(error_of)
    }
}

impl sdk::Table for artifacts::Table {
    fn columns(&self) -> Vec<Column> {
        Self::columns(self)
            .into_iter()
            .map(|it| Column {
                name: it.name,
                column_type: match it.column_type {
                    artifacts::ColumnType::Numeric => ColumnType::Numeric,
                    artifacts::ColumnType::Text => ColumnType::Text,
                },
            })
            .collect()
    }

    fn row_count(&self) -> u64 {
        Self::row_count(self)
    }

    fn numbers(&self, column: &str, offset: u64, length: u64) -> Result<Vec<f64>, Error> {
        Self::numbers(self, column, offset, length).map_err(error_of)
    }

    fn texts(&self, column: &str, offset: u64, length: u64) -> Result<Vec<Option<String>>, Error> {
        Self::texts(self, column, offset, length).map_err(error_of)
    }

    fn summarize(&self, column: &str, offset: u64, length: u64) -> Result<ColumnSummary, Error> {
        let it = Self::summarize(self, column, offset, length).map_err(error_of)?;
        Ok(ColumnSummary {
            count: it.count,
            missing: it.missing,
            nan: it.nan,
            infinite: it.infinite,
            min: it.min,
            max: it.max,
            mean: it.mean,
            first: it.first,
            last: it.last,
        })
    }
}

impl sdk::Blob for artifacts::Blob {
    fn size(&self) -> u64 {
        Self::size(self)
    }

    fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, Error> {
        Self::read(self, offset, length).map_err(error_of)
    }
}

fn kind_of(kind: types::ArtifactKind) -> ArtifactKind {
    match kind {
        types::ArtifactKind::Dataset => ArtifactKind::Dataset,
        types::ArtifactKind::Deepchecks => ArtifactKind::Deepchecks,
        types::ArtifactKind::ModelCheckpoint => ArtifactKind::ModelCheckpoint,
        types::ArtifactKind::Training => ArtifactKind::Training,
    }
}

fn to_kind(kind: ArtifactKind) -> types::ArtifactKind {
    match kind {
        ArtifactKind::Dataset => types::ArtifactKind::Dataset,
        ArtifactKind::Deepchecks => types::ArtifactKind::Deepchecks,
        ArtifactKind::ModelCheckpoint => types::ArtifactKind::ModelCheckpoint,
        ArtifactKind::Training => types::ArtifactKind::Training,
    }
}

fn to_severity(severity: Severity) -> types::Severity {
    match severity {
        Severity::Low => types::Severity::Low,
        Severity::Medium => types::Severity::Medium,
        Severity::High => types::Severity::High,
    }
}

fn severity_of(severity: types::Severity) -> Severity {
    match severity {
        types::Severity::Low => Severity::Low,
        types::Severity::Medium => Severity::Medium,
        types::Severity::High => Severity::High,
    }
}

fn error_of(error: types::Error) -> Error {
    match error {
        types::Error::NotFound(text) => Error::NotFound(text),
        types::Error::Invalid(text) => Error::Invalid(text),
        types::Error::Denied(text) => Error::Denied(text),
        types::Error::BudgetExceeded(text) => Error::BudgetExceeded(text),
        types::Error::TimedOut(text) => Error::TimedOut(text),
        types::Error::Unavailable(text) => Error::Unavailable(text),
        types::Error::Internal(text) => Error::Internal(text),
    }
}

fn error(error: Error) -> types::Error {
    match error {
        Error::NotFound(text) => types::Error::NotFound(text),
        Error::Invalid(text) => types::Error::Invalid(text),
        Error::Denied(text) => types::Error::Denied(text),
        Error::BudgetExceeded(text) => types::Error::BudgetExceeded(text),
        Error::TimedOut(text) => types::Error::TimedOut(text),
        Error::Unavailable(text) => types::Error::Unavailable(text),
        Error::Internal(text) => types::Error::Internal(text),
    }
}

fn to_value(value: Value) -> types::Value {
    match value {
        Value::Boolean(it) => types::Value::Boolean(it),
        Value::Integer(it) => types::Value::Integer(it),
        Value::Number(it) => types::Value::Number(it),
        Value::Text(it) => types::Value::Text(it),
    }
}

fn value_of(value: types::Value) -> Value {
    match value {
        types::Value::Boolean(it) => Value::Boolean(it),
        types::Value::Integer(it) => Value::Integer(it),
        types::Value::Number(it) => Value::Number(it),
        types::Value::Text(it) => Value::Text(it),
    }
}

fn to_analysis(it: sdk::Analysis) -> types::Analysis {
    types::Analysis {
        finding: types::Finding {
            code: it.finding.code,
            description: it.finding.description,
            evidence: it.finding.evidence,
            facts: it
                .finding
                .facts
                .into_iter()
                .map(|fact| types::Fact {
                    label: fact.label,
                    value: to_value(fact.value),
                    source: fact.source.map(|source| types::Source {
                        artifact: to_kind(source.artifact),
                        pointer: source.pointer,
                    }),
                })
                .collect(),
            severity: to_severity(it.finding.severity),
            confidence: it.finding.confidence,
            extras: it.finding.extras,
        },
        recommendation: types::Recommendation {
            action: it.recommendation.action,
            rationale: it.recommendation.rationale,
            confidence: it.recommendation.confidence,
            citations: it.recommendation.citations,
        },
    }
}

fn analysis_of(it: types::Analysis) -> sdk::Analysis {
    sdk::Analysis {
        finding: sdk::Finding {
            code: it.finding.code,
            description: it.finding.description,
            evidence: it.finding.evidence,
            facts: it
                .finding
                .facts
                .into_iter()
                .map(|fact| sdk::Fact {
                    label: fact.label,
                    value: value_of(fact.value),
                    source: fact.source.map(|source| sdk::Source {
                        artifact: kind_of(source.artifact),
                        pointer: source.pointer,
                    }),
                })
                .collect(),
            severity: severity_of(it.finding.severity),
            confidence: it.finding.confidence,
            extras: it.finding.extras,
        },
        recommendation: sdk::Recommendation {
            action: it.recommendation.action,
            rationale: it.recommendation.rationale,
            confidence: it.recommendation.confidence,
            citations: it.recommendation.citations,
        },
    }
}

fn report(report: sdk::Report) -> types::Report {
    types::Report {
        analyses: report.analyses.into_iter().map(to_analysis).collect(),
        summary: report.summary,
        extras: report.extras,
    }
}

fn description(it: sdk::Description) -> types::Description {
    types::Description {
        name: it.name,
        version: it.version,
        summary: it.summary,
        consumes: it
            .consumes
            .into_iter()
            .map(|(kind, required)| types::ConsumedArtifact {
                kind: to_kind(kind),
                required,
            })
            .collect(),
        codes: it.codes,
        capabilities: it
            .capabilities
            .into_iter()
            .map(|(capability, required)| types::RequestedCapability {
                capability: match capability {
                    Capability::Knowledge => types::Capability::Knowledge,
                    Capability::Llm => types::Capability::Llm,
                },
                required,
            })
            .collect(),
        extras: it.extras,
    }
}

fn request_of(it: types::Request) -> sdk::Request {
    sdk::Request {
        dataset_name: it.dataset_name,
        model_name: it.model_name,
        language: it.language,
        settings: it.settings,
        extras: it.extras,
    }
}

fn outcome_of(it: reasoner::exports::deepfix::analysis::reason::AgentOutcome) -> AgentOutcome {
    use reasoner::exports::deepfix::analysis::reason::Outcome;
    AgentOutcome {
        agent: it.agent,
        artifacts: it.artifacts.into_iter().map(kind_of).collect(),
        outcome: match it.outcome {
            Outcome::Completed(it) => sdk::Outcome::Completed {
                analyses: it
                    .analyses
                    .into_iter()
                    .map(|it| sdk::JudgedAnalysis {
                        id: it.id,
                        analysis: analysis_of(it.analysis),
                        evidence_verified: it.evidence_verified,
                    })
                    .collect(),
                summary: it.summary,
                extras: it.extras,
            },
            Outcome::Failed(error) => sdk::Outcome::Failed(error_of(error)),
            Outcome::Skipped(reason) => sdk::Outcome::Skipped(reason),
        },
    }
}

fn completion_request(it: &sdk::CompletionRequest) -> llm::CompletionRequest {
    llm::CompletionRequest {
        messages: it
            .messages
            .iter()
            .map(|message| llm::Message {
                role: match message.role {
                    sdk::Role::System => llm::Role::System,
                    sdk::Role::User => llm::Role::User,
                    sdk::Role::Assistant => llm::Role::Assistant,
                },
                content: message.content.clone(),
            })
            .collect(),
        schema: it.schema.clone(),
        max_tokens: it.max_tokens,
        temperature: it.temperature,
        samples: it.samples,
    }
}

fn completion_of(it: llm::Completion) -> sdk::Completion {
    sdk::Completion {
        texts: it.texts,
        model: it.model,
        usage: sdk::Usage {
            input_tokens: it.usage.input_tokens,
            output_tokens: it.usage.output_tokens,
        },
        cached: it.cached,
    }
}
