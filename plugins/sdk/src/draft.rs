use crate::{
    Analysis, Calibration, Catalogue, Context, Fact, Finding, Query, Recommendation, Report, Severity, Source, Value,
};

/// A value that a text mentions, formatted for the language of the request.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// A whole number; texts may choose their plural by it.
    Count(i64),
    /// A number, shown with four significant digits.
    Number(f64),
    /// A share between 0 and 1, shown as a percentage.
    Share(f64),
    /// Text, shown as it is.
    Text(String),
}

impl From<f64> for Arg {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}
impl From<usize> for Arg {
    fn from(value: usize) -> Self {
        Self::Count(i64::try_from(value).unwrap_or(i64::MAX))
    }
}
impl From<u64> for Arg {
    fn from(value: u64) -> Self {
        Self::Count(i64::try_from(value).unwrap_or(i64::MAX))
    }
}
impl From<i64> for Arg {
    fn from(value: i64) -> Self {
        Self::Count(value)
    }
}
impl From<&str> for Arg {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Arg {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

/// No evidence is surer.
const CERTAIN: f64 = 0.99;

/// A finding before its texts: the code, how bad and how sure, the evidence, and the values
/// that the texts mention.
#[derive(Debug, Clone)]
pub struct Draft {
    code: String,
    message: String,
    severity: Severity,
    confidence: f64,
    advice_confidence: Option<f64>,
    facts: Vec<Fact>,
    args: Vec<(&'static str, Arg)>,
    words: Vec<(&'static str, String)>,
    extras: serde_json::Map<String, serde_json::Value>,
}

impl Draft {
    /// A finding whose texts are the catalogue's message of the same name: the code with `-`
    /// for `.` and `_`, so `training-lr-too-high` for `training.lr_too_high`.
    #[must_use]
    pub fn new(code: &str, severity: Severity, confidence: f64) -> Self {
        Self {
            code: code.to_owned(),
            message: code.replace(['.', '_'], "-"),
            severity,
            confidence: confidence.clamp(0.0, 1.0),
            advice_confidence: None,
            facts: Vec::new(),
            args: Vec::new(),
            words: Vec::new(),
            extras: serde_json::Map::new(),
        }
    }

    /// Uses a variant of the texts: the message id gets `-<variant>` appended. The extras of the finding
    /// name it, so that a reasoner knows which of the faults of a code it is.
    #[must_use]
    pub fn variant(mut self, variant: &str) -> Self {
        self.message.push('-');
        self.message.push_str(variant);
        let whole = self.message.get(self.code.len() + 1..).unwrap_or_default().to_owned();
        self.extra(VARIANT, whole)
    }

    /// Strengthens the evidence by how many times a measured value exceeds the bound of its rule:
    /// at the bound nothing is added, at twice the bound half of the doubt goes.
    #[must_use]
    pub fn beyond(mut self, times: f64) -> Self {
        if times > 1.0 {
            self.confidence += (CERTAIN - self.confidence).max(0.0) * (1.0 - 1.0 / times);
        }
        self
    }

    /// The code of the finding.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The severity of the finding.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// How sure the finding is.
    #[must_use]
    pub fn confidence(&self) -> f64 {
        self.confidence
    }

    /// How sure the advice is, where that differs from the finding.
    #[must_use]
    pub fn advice_confidence(mut self, confidence: f64) -> Self {
        self.advice_confidence = Some(confidence.clamp(0.0, 1.0));
        self
    }

    /// Evidence that was read from an artifact; the host reads it again.
    #[must_use]
    pub fn fact(mut self, label: impl Into<String>, value: impl Into<Value>, source: Source) -> Self {
        self.facts.push(Fact {
            label: label.into(),
            value: value.into(),
            source: Some(source),
        });
        self
    }

    /// Evidence that was computed.
    #[must_use]
    pub fn computed(mut self, label: impl Into<String>, value: impl Into<Value>) -> Self {
        self.facts.push(Fact {
            label: label.into(),
            value: value.into(),
            source: None,
        });
        self
    }

    /// A value that the texts mention as `{ $name }`.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    /// The columns that the finding is about, the first `shown` of them in the texts (`$columns`), and by
    /// name in the extras, where a reasoner asks whether a fault of one column explains one of another.
    #[must_use]
    pub fn columns<S: AsRef<str>>(self, names: impl IntoIterator<Item = S>, shown: usize) -> Self {
        /// A table of thousands of columns may have a fault in each.
        const MOST: usize = 100;
        let names: Vec<String> = names.into_iter().map(|it| it.as_ref().to_owned()).collect();
        let shown = crate::join(&names, shown);
        let kept: Vec<serde_json::Value> = names.into_iter().take(MOST).map(Into::into).collect();
        self.arg("columns", shown).extra("columns", kept)
    }

    /// An English word that the texts mention, in the language of the request.
    #[must_use]
    pub fn word(mut self, name: &'static str, word: impl Into<String>) -> Self {
        self.words.push((name, word.into()));
        self
    }

    /// A share between 0 and 1 that the texts mention as a percentage.
    #[must_use]
    pub fn share(mut self, name: &'static str, share: f64) -> Self {
        self.args.push((name, Arg::Share(share)));
        self
    }

    /// A member of the finding's `extras`, for other programs.
    #[must_use]
    pub fn extra(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.extras.insert(key.to_owned(), value.into());
        self
    }
}

/// Collects drafts and turns them into a report: texts in the language of the request,
/// citations from the knowledge base, the worst first.
pub struct Reporter<'a> {
    cx: &'a Context<'a>,
    catalogue: &'a Catalogue,
    calibration: Option<&'a Calibration>,
    drafts: Vec<Draft>,
    extras: serde_json::Map<String, serde_json::Value>,
}

/// The key of a finding's extras that names the variant of its texts.
const VARIANT: &str = "variant";

/// The key of a finding's extras that holds the strength of its evidence.
const STRENGTH: &str = "strength";

/// Citations per finding; more than two is a reading list, not advice.
const CITATIONS: u32 = 2;

impl<'a> Reporter<'a> {
    /// A reporter without findings.
    #[must_use]
    pub fn new(cx: &'a Context<'a>, catalogue: &'a Catalogue) -> Self {
        Self {
            cx,
            catalogue,
            calibration: None,
            drafts: Vec::new(),
            extras: serde_json::Map::new(),
        }
    }

    /// Takes what the rules say of their findings for the strength of their evidence, and gives
    /// the confidence that belongs to it. The strength stays in the finding's extras.
    #[must_use]
    pub fn calibrated(mut self, calibration: &'a Calibration) -> Self {
        self.calibration = Some(calibration);
        self
    }

    /// Adds a finding.
    pub fn add(&mut self, mut draft: Draft) {
        if let Some(calibration) = self.calibration {
            let strength = draft.confidence;
            draft.confidence = calibration.confidence(&draft.code, draft.severity, strength);
            draft = draft.extra(STRENGTH, (strength * 1e4).round() / 1e4);
        }
        self.drafts.push(draft);
    }

    /// The findings so far.
    #[must_use]
    pub fn drafts(&self) -> &[Draft] {
        &self.drafts
    }

    /// Removes the findings that a later rule explains better.
    pub fn retain(&mut self, keep: impl FnMut(&Draft) -> bool) {
        self.drafts.retain(keep);
    }

    /// A member of the report's `extras` (`additional_outputs` in the response).
    pub fn extra(&mut self, key: &str, value: impl Into<serde_json::Value>) {
        self.extras.insert(key.to_owned(), value.into());
    }

    /// A plain text of the catalogue in the language of the request.
    #[must_use]
    pub fn text(&self, id: &str, args: &[(&str, Arg)]) -> String {
        self.catalogue.text(self.cx.language(), id, args)
    }

    /// The report, its findings ordered by severity, then confidence.
    #[must_use]
    pub fn finish(mut self, summary: impl Into<String>) -> Report {
        self.drafts.sort_by(|a, b| {
            b.severity
                .cmp(&a.severity)
                .then(b.confidence.total_cmp(&a.confidence))
                .then(a.code.cmp(&b.code))
        });
        self.finish_in_order(summary)
    }

    /// The report, its findings in the order in which they were added.
    #[must_use]
    pub fn finish_in_order(self, summary: impl Into<String>) -> Report {
        let analyses = self.drafts.iter().map(|draft| self.analysis(draft)).collect();
        let extras = if self.extras.is_empty() {
            String::new()
        } else {
            serde_json::Value::Object(self.extras).to_string()
        };
        Report {
            analyses,
            summary: summary.into(),
            extras,
        }
    }

    fn analysis(&self, draft: &Draft) -> Analysis {
        let (language, catalogue) = (self.cx.language(), self.catalogue);
        let words = draft.words.iter();
        let words = words.map(|(name, word)| (*name, Arg::Text(catalogue.word(language, word))));
        let args: Vec<(&str, Arg)> = draft.args.iter().cloned().chain(words).collect();
        let texts = catalogue.finding(language, &draft.message, &args);
        let mut facts = draft.facts.clone();
        for fact in &mut facts {
            fact.label = catalogue.label(language, &fact.label);
        }
        // The search text is English whatever the language of the answer: so is the knowledge base.
        let passages = self.cx.search(&Query {
            text: format!("{} what to try first", draft.code.replace(['.', '_'], " ")),
            domain: None,
            code: Some(draft.code.clone()),
            limit: CITATIONS,
        });
        Analysis {
            finding: Finding {
                code: draft.code.clone(),
                description: texts.description,
                evidence: texts.evidence,
                facts,
                severity: draft.severity,
                confidence: draft.confidence,
                extras: if draft.extras.is_empty() {
                    String::new()
                } else {
                    serde_json::Value::Object(draft.extras.clone()).to_string()
                },
            },
            recommendation: Recommendation {
                action: texts.action,
                rationale: texts.rationale,
                confidence: draft.advice_confidence.unwrap_or(draft.confidence),
                citations: passages.into_iter().map(|passage| passage.id).collect(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extras_name_the_variant_of_a_finding() {
        let plain = Draft::new("dataset.missing_values", Severity::Low, 0.5);
        assert!(!plain.extras.contains_key(VARIANT));
        let of = |it: &Draft| it.extras.get(VARIANT).and_then(|it| it.as_str()).map(str::to_owned);
        assert_eq!(of(&plain.clone().variant("target")).as_deref(), Some("target"));
        let twice = plain.variant("header").variant("repairable");
        assert_eq!(of(&twice).as_deref(), Some("header-repairable"));
        assert_eq!(twice.message, "dataset-missing-values-header-repairable");
    }
}
