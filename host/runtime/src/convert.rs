//! Between the generated types and those of the core.

use deepfix_core as core;

use crate::{
    bindings::{artifacts, types},
    error::{Ended, HostError},
};

impl types::Host for crate::state::HostState {
    fn convert_error(&mut self, error: HostError) -> wasmtime::Result<types::Error> {
        Ok(match error {
            HostError::NotFound(text) => types::Error::NotFound(text),
            HostError::Invalid(text) => types::Error::Invalid(text),
            HostError::Denied(text) => types::Error::Denied(text),
            HostError::BudgetExceeded(text) => types::Error::BudgetExceeded(text),
            HostError::TimedOut(text) => types::Error::TimedOut(text),
            HostError::Unavailable(text) => types::Error::Unavailable(text),
            HostError::Ended(text) => return Err(wasmtime::Error::new(Ended(text))),
        })
    }
}

pub(crate) fn kind_of(kind: types::ArtifactKind) -> core::ArtifactKind {
    match kind {
        types::ArtifactKind::Dataset => core::ArtifactKind::Dataset,
        types::ArtifactKind::Deepchecks => core::ArtifactKind::Deepchecks,
        types::ArtifactKind::ModelCheckpoint => core::ArtifactKind::ModelCheckpoint,
        types::ArtifactKind::Training => core::ArtifactKind::Training,
    }
}

pub(crate) fn to_kind(kind: core::ArtifactKind) -> types::ArtifactKind {
    match kind {
        core::ArtifactKind::Dataset => types::ArtifactKind::Dataset,
        core::ArtifactKind::Deepchecks => types::ArtifactKind::Deepchecks,
        core::ArtifactKind::ModelCheckpoint => types::ArtifactKind::ModelCheckpoint,
        core::ArtifactKind::Training => types::ArtifactKind::Training,
    }
}

fn capability_of(capability: types::Capability) -> core::Capability {
    match capability {
        types::Capability::Knowledge => core::Capability::Knowledge,
        types::Capability::Llm => core::Capability::Llm,
    }
}

fn severity_of(severity: types::Severity) -> core::Severity {
    match severity {
        types::Severity::Low => core::Severity::Low,
        types::Severity::Medium => core::Severity::Medium,
        types::Severity::High => core::Severity::High,
    }
}

fn to_severity(severity: core::Severity) -> types::Severity {
    match severity {
        core::Severity::Low => types::Severity::Low,
        core::Severity::Medium => types::Severity::Medium,
        core::Severity::High => types::Severity::High,
    }
}

fn value_of(value: types::Value) -> core::Value {
    match value {
        types::Value::Boolean(it) => core::Value::Boolean(it),
        types::Value::Integer(it) => core::Value::Integer(it),
        types::Value::Number(it) => core::Value::Number(it),
        types::Value::Text(it) => core::Value::Text(it),
    }
}

fn to_value(value: core::Value) -> types::Value {
    match value {
        core::Value::Boolean(it) => types::Value::Boolean(it),
        core::Value::Integer(it) => types::Value::Integer(it),
        core::Value::Number(it) => types::Value::Number(it),
        core::Value::Text(it) => types::Value::Text(it),
    }
}

pub(crate) fn description_of(it: types::Description) -> core::AgentDescription {
    core::AgentDescription {
        name: it.name,
        version: it.version,
        summary: it.summary,
        consumes: it
            .consumes
            .into_iter()
            .map(|it| core::Consumed {
                kind: kind_of(it.kind),
                required: it.required,
            })
            .collect(),
        codes: it.codes,
        capabilities: it
            .capabilities
            .into_iter()
            .map(|it| core::CapabilityRequest {
                capability: capability_of(it.capability),
                required: it.required,
            })
            .collect(),
        extras: it.extras,
    }
}

pub(crate) fn report_of(report: types::Report) -> core::Report {
    core::Report {
        analyses: report.analyses.into_iter().map(analysis_of).collect(),
        summary: report.summary,
        extras: report.extras,
    }
}

fn analysis_of(it: types::Analysis) -> core::Analysis {
    core::Analysis {
        finding: core::Finding {
            code: it.finding.code,
            description: it.finding.description,
            evidence: it.finding.evidence,
            facts: it
                .finding
                .facts
                .into_iter()
                .map(|fact| core::Fact {
                    label: fact.label,
                    value: value_of(fact.value),
                    source: fact.source.map(|source| core::Source {
                        artifact: kind_of(source.artifact),
                        pointer: source.pointer,
                    }),
                })
                .collect(),
            severity: severity_of(it.finding.severity),
            confidence: it.finding.confidence,
            extras: it.finding.extras,
        },
        recommendation: core::Recommendation {
            action: it.recommendation.action,
            rationale: it.recommendation.rationale,
            confidence: it.recommendation.confidence,
            citations: it.recommendation.citations,
        },
    }
}

pub(crate) fn to_analysis(it: &core::Analysis) -> types::Analysis {
    types::Analysis {
        finding: types::Finding {
            code: it.finding.code.clone(),
            description: it.finding.description.clone(),
            evidence: it.finding.evidence.clone(),
            facts: it
                .finding
                .facts
                .iter()
                .map(|fact| types::Fact {
                    label: fact.label.clone(),
                    value: to_value(fact.value.clone()),
                    source: fact.source.as_ref().map(|it| types::Source {
                        artifact: to_kind(it.artifact),
                        pointer: it.pointer.clone(),
                    }),
                })
                .collect(),
            severity: to_severity(it.finding.severity),
            confidence: it.finding.confidence,
            extras: it.finding.extras.clone(),
        },
        recommendation: types::Recommendation {
            action: it.recommendation.action.clone(),
            rationale: it.recommendation.rationale.clone(),
            confidence: it.recommendation.confidence,
            citations: it.recommendation.citations.clone(),
        },
    }
}

/// An error with the name of its kind in the WIT.
pub(crate) fn error_parts(error: &types::Error) -> (&'static str, &str) {
    match error {
        types::Error::NotFound(text) => ("not-found", text),
        types::Error::Invalid(text) => ("invalid", text),
        types::Error::Denied(text) => ("denied", text),
        types::Error::BudgetExceeded(text) => ("budget-exceeded", text),
        types::Error::TimedOut(text) => ("timed-out", text),
        types::Error::Unavailable(text) => ("unavailable", text),
        types::Error::Internal(text) => ("internal", text),
    }
}

/// An error of the guest, as text with its kind.
pub(crate) fn error_text(error: &types::Error) -> String {
    match error {
        types::Error::NotFound(text) => format!("not found: {text}"),
        types::Error::Invalid(text) => format!("invalid: {text}"),
        types::Error::Denied(text) => format!("denied: {text}"),
        types::Error::BudgetExceeded(text) => format!("budget exceeded: {text}"),
        types::Error::TimedOut(text) => format!("timed out: {text}"),
        types::Error::Unavailable(text) => format!("unavailable: {text}"),
        types::Error::Internal(text) => format!("internal error: {text}"),
    }
}

/// A failure, as the reasoner sees it.
pub(crate) fn to_error(error: &core::AgentError) -> types::Error {
    let text = error.message.clone();
    match error.reason {
        core::FailureReason::TimedOut | core::FailureReason::CpuLimit => types::Error::TimedOut(text),
        core::FailureReason::MemoryLimit | core::FailureReason::TableLimit | core::FailureReason::ResultTooLarge => {
            types::Error::BudgetExceeded(text)
        }
        core::FailureReason::InvalidResult => types::Error::Invalid(text),
        core::FailureReason::NotStarted => types::Error::Unavailable(text),
        core::FailureReason::PluginError
        | core::FailureReason::StackOverflow
        | core::FailureReason::Trapped
        | core::FailureReason::HostFault => types::Error::Internal(text),
    }
}

pub(crate) fn column_summary(it: &core::ColumnSummary) -> artifacts::ColumnSummary {
    artifacts::ColumnSummary {
        count: it.count,
        missing: it.missing,
        nan: it.nan,
        infinite: it.infinite,
        min: it.min,
        max: it.max,
        mean: it.mean,
        first: it.first,
        last: it.last,
    }
}
