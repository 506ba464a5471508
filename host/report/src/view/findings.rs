//! A finding with its facts, its figures and what it recommends.

use deepfix_core::{Figures, Severity, Value, WireAnalysis, WireFact};
use serde_json::Value as Json;

use super::{
    anchor, clean, figures,
    parts::{Fact, Finding},
};
use crate::{Labels, charts::scale::number, words::Words};

/// Facts of one finding that are listed.
const MAX_FACTS: usize = 24;

pub(super) struct Maker {
    pub(super) words: &'static Words,
    pub(super) labels: &'static Labels,
    pub(super) figures: Figures,
}

impl Maker {
    pub(super) fn severity_word(&self, name: &str) -> &'static str {
        match name {
            "high" => self.labels.severity(Severity::High),
            "medium" => self.labels.severity(Severity::Medium),
            "low" => self.labels.severity(Severity::Low),
            _ => "",
        }
    }

    pub(super) fn finding(&self, analysis: &WireAnalysis, prefix: &str, with_figures: bool) -> Finding {
        let (finding, recommendation) = (&analysis.findings, &analysis.recommendations);
        let origin = finding.extras.get("origin").and_then(Json::as_str);
        let noted = finding.extras.get("llm").and_then(|it| it.get("origin")?.as_str());
        Finding {
            anchor: anchor(prefix, &finding.id),
            code: clean(&finding.code),
            severity: finding.severity.as_str(),
            severity_word: self.labels.severity(finding.severity),
            confidence: (finding.confidence.clamp(0.0, 1.0) * 100.0).round() as u32,
            is_verified: finding.evidence_verified,
            is_of_model: origin == Some("model") || noted == Some("model"),
            description: clean(&finding.description),
            evidence: clean(&finding.evidence),
            action: clean(&recommendation.action),
            rationale: clean(&recommendation.rationale),
            citations: recommendation
                .citations
                .iter()
                .map(|it| (anchor("k", it), clean(it)))
                .collect(),
            facts: finding.facts.iter().take(MAX_FACTS).map(|it| self.fact(it)).collect(),
            more_facts: finding.facts.len().saturating_sub(MAX_FACTS),
            figures: if with_figures {
                figures::of(&self.figures, finding, self.words)
            } else {
                Vec::new()
            },
            has_layers: finding.code.starts_with("checkpoint."),
            told: None,
        }
    }

    fn fact(&self, fact: &WireFact) -> Fact {
        let (state, mark) = match fact.verified {
            Some(true) => (self.words.checked, "good"),
            Some(false) => (self.words.differs, "bad"),
            None => (self.words.computed, "none"),
        };
        Fact {
            label: clean(&fact.label),
            value: match &fact.value {
                Value::Boolean(it) => it.to_string(),
                Value::Integer(it) => it.to_string(),
                Value::Number(it) => number(*it),
                Value::Text(it) => clean(&it.chars().take(200).collect::<String>()),
            },
            place: fact
                .source
                .as_ref()
                .map(|it| clean(&format!("{}{}", it.artifact, it.pointer)))
                .unwrap_or_default(),
            state,
            mark,
        }
    }
}
