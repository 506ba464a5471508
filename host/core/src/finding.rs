use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ArtifactKind;

/// How bad a finding is for the person who trained the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing has to change.
    Low,
    /// Results are clearly worse than they need be.
    Medium,
    /// Results are wrong, or training is broken.
    High,
}

impl Severity {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A single value, as read from an artifact or computed from it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number; NaN and the infinities are allowed.
    Number(f64),
    /// Text.
    Text(String),
}

/// JSON has no NaN: on the wire the non-finite numbers are the strings that clients send.
impl Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Boolean(it) => serializer.serialize_bool(*it),
            Self::Integer(it) => serializer.serialize_i64(*it),
            Self::Number(it) if it.is_nan() => serializer.serialize_str("NaN"),
            Self::Number(it) if it.is_infinite() => {
                serializer.serialize_str(if *it > 0.0 { "Infinity" } else { "-Infinity" })
            }
            Self::Number(it) => serializer.serialize_f64(*it),
            Self::Text(it) => serializer.serialize_str(it),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    /// What was written as a text because JSON lacks it stays one.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Plain {
            Boolean(bool),
            Integer(i64),
            Number(f64),
            Text(String),
        }
        Ok(match Plain::deserialize(deserializer)? {
            Plain::Boolean(it) => Self::Boolean(it),
            Plain::Integer(it) => Self::Integer(it),
            Plain::Number(it) => Self::Number(it),
            Plain::Text(it) => Self::Text(it),
        })
    }
}

/// Where in an artifact a value was read; the forms of `pointer` are in `wit/types.wit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The artifact.
    pub artifact: ArtifactKind,
    /// The place in it.
    pub pointer: String,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// What the value is.
    pub label: String,
    /// The value.
    pub value: Value,
    /// Where it was read; none for a computed value.
    pub source: Option<Source>,
}

/// One thing that is wrong, or worth knowing.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The stable fault code.
    pub code: String,
    /// What is wrong.
    pub description: String,
    /// What shows it.
    pub evidence: String,
    /// The values behind the evidence.
    pub facts: Vec<Fact>,
    /// How bad it is.
    pub severity: Severity,
    /// 0 to 1.
    pub confidence: f64,
    /// A JSON object, or empty.
    pub extras: String,
}

/// What to do about a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Recommendation {
    /// The step to take.
    pub action: String,
    /// Why it helps, and how to tell that it did.
    pub rationale: String,
    /// 0 to 1.
    pub confidence: f64,
    /// Ids of knowledge passages.
    pub citations: Vec<String>,
}

/// A finding with its recommendation.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// What is wrong.
    pub finding: Finding,
    /// What to do.
    pub recommendation: Recommendation,
}

/// All that a plugin has to say of one experiment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// Findings with their recommendations.
    pub analyses: Vec<Analysis>,
    /// One paragraph.
    pub summary: String,
    /// A JSON object, or empty.
    pub extras: String,
}
