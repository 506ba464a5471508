use crate::{Severity, Source, Value};

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// What the value is, in a few words.
    pub label: String,
    /// The value.
    pub value: Value,
    /// Where it was read; none for a computed value.
    pub source: Option<Source>,
}

/// One thing that is wrong, or worth knowing.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The stable fault code.
    pub code: String,
    /// What is wrong.
    pub description: String,
    /// What shows it, with numbers.
    pub evidence: String,
    /// The values behind `evidence`.
    pub facts: Vec<Fact>,
    /// How bad it is.
    pub severity: Severity,
    /// 0 (a guess) to 1 (certain).
    pub confidence: f64,
    /// A JSON object, or empty.
    pub extras: String,
}

impl Finding {
    /// A finding, which cannot be made without its evidence: what shows it, with numbers. An empty text is
    /// one that the host and `FakeHost::verify` object to.
    #[must_use]
    pub fn new(code: &str, severity: Severity, confidence: f64, evidence: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            description: String::new(),
            evidence: evidence.into(),
            facts: Vec::new(),
            severity,
            confidence,
            extras: String::new(),
        }
    }

    /// What is wrong, one or two sentences.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = text.into();
        self
    }

    /// A value that was read from an artifact.
    #[must_use]
    pub fn fact(mut self, label: impl Into<String>, value: impl Into<Value>, source: Source) -> Self {
        self.facts.push(Fact {
            label: label.into(),
            value: value.into(),
            source: Some(source),
        });
        self
    }

    /// A value that was computed from others.
    #[must_use]
    pub fn computed(mut self, label: impl Into<String>, value: impl Into<Value>) -> Self {
        self.facts.push(Fact {
            label: label.into(),
            value: value.into(),
            source: None,
        });
        self
    }
}

/// What to do about a finding.
#[derive(Debug, Clone)]
pub struct Recommendation {
    /// The step to take.
    pub action: String,
    /// Why it helps, and how to tell that it did.
    pub rationale: String,
    /// 0 to 1.
    pub confidence: f64,
    /// Ids of passages that were retrieved in this analysis.
    pub citations: Vec<String>,
}

impl From<&str> for Recommendation {
    fn from(action: &str) -> Self {
        Self::from(action.to_owned())
    }
}

impl From<String> for Recommendation {
    fn from(action: String) -> Self {
        Self {
            action,
            rationale: String::new(),
            confidence: 0.5,
            citations: Vec::new(),
        }
    }
}

/// A finding with its recommendation.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// What is wrong.
    pub finding: Finding,
    /// What to do.
    pub recommendation: Recommendation,
}

/// All that a plugin has to say of one experiment.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Findings with their recommendations.
    pub analyses: Vec<Analysis>,
    /// One paragraph.
    pub summary: String,
    /// A JSON object, or empty.
    pub extras: String,
}

impl Report {
    /// A report without findings.
    #[must_use]
    pub fn new(summary: impl Into<String>) -> Self {
        Self {
            analyses: Vec::new(),
            summary: summary.into(),
            extras: String::new(),
        }
    }

    /// Adds a finding with what to do about it.
    pub fn push(&mut self, finding: Finding, recommendation: impl Into<Recommendation>) {
        self.analyses.push(Analysis {
            finding,
            recommendation: recommendation.into(),
        });
    }
}
