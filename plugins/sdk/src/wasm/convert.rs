//! Between the generated types and the plain ones of this crate; there is no other logic in it.

use super::{
    analyzer::deepfix::analysis::{llm, types},
    reasoner,
};
use crate::{self as sdk, AgentOutcome, ArtifactKind, Capability, Error, Severity, Value};

pub(super) fn kind_of(kind: types::ArtifactKind) -> ArtifactKind {
    match kind {
        types::ArtifactKind::Dataset => ArtifactKind::Dataset,
        types::ArtifactKind::Deepchecks => ArtifactKind::Deepchecks,
        types::ArtifactKind::ModelCheckpoint => ArtifactKind::ModelCheckpoint,
        types::ArtifactKind::Training => ArtifactKind::Training,
    }
}

pub(super) fn to_kind(kind: ArtifactKind) -> types::ArtifactKind {
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

pub(super) fn error_of(error: types::Error) -> Error {
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

pub(super) fn error(error: Error) -> types::Error {
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

pub(super) fn report(report: sdk::Report) -> types::Report {
    types::Report {
        analyses: report.analyses.into_iter().map(to_analysis).collect(),
        summary: report.summary,
        extras: report.extras,
    }
}

pub(super) fn description(it: sdk::Description) -> types::Description {
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

pub(super) fn request_of(it: types::Request) -> sdk::Request {
    sdk::Request {
        dataset_name: it.dataset_name,
        model_name: it.model_name,
        language: it.language,
        settings: it.settings,
        extras: it.extras,
    }
}

pub(super) fn outcome_of(it: reasoner::exports::deepfix::analysis::reason::AgentOutcome) -> AgentOutcome {
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

pub(super) fn completion_request(it: &sdk::CompletionRequest) -> llm::CompletionRequest {
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

pub(super) fn completion_of(it: llm::Completion) -> sdk::Completion {
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
