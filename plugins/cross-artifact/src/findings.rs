//! What the analyzers found, by code.

use deepfix_plugin::{AgentOutcome, Analysis, Outcome, Severity};

/// With stronger evidence than this a finding may carry the conclusion of another rule.
const SURE: f64 = 0.4;

/// One finding of an analyzer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observed<'a> {
    pub(crate) id: &'a str,
    pub(crate) agent: &'a str,
    pub(crate) analysis: &'a Analysis,
    pub(crate) verified: bool,
    /// A language model's, as the host marks it: it is shown, and no rule goes by it.
    pub(crate) of_model: bool,
}

impl Observed<'_> {
    pub(crate) fn code(&self) -> &str {
        &self.analysis.finding.code
    }

    pub(crate) fn severity(&self) -> Severity {
        self.analysis.finding.severity
    }

    /// How strong its evidence is: what its rule said before that became a confidence. That samples of
    /// a model agree is no evidence.
    pub(crate) fn strength(&self) -> f64 {
        if self.of_model {
            return 0.0;
        }
        let extras: serde_json::Value = serde_json::from_str(&self.analysis.finding.extras).unwrap_or_default();
        let strength = extras.get("strength").and_then(serde_json::Value::as_f64);
        // What the host could not confirm is no stronger than it lets it be.
        strength.map_or(self.confidence(), |it| {
            if self.verified { it } else { it.min(self.confidence()) }
        })
    }

    /// Between 0 and 1, whatever the analyzer said.
    pub(crate) fn confidence(&self) -> f64 {
        let confidence = self.analysis.finding.confidence;
        if confidence.is_finite() {
            confidence.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }
}

/// The findings of all analyzers that ran to their end.
#[derive(Debug, Default)]
pub(crate) struct Findings<'a>(Vec<Observed<'a>>);

impl<'a> Findings<'a> {
    pub(crate) fn of(outcomes: &'a [AgentOutcome]) -> Self {
        let mut all = Vec::new();
        for outcome in outcomes {
            let Outcome::Completed { analyses, .. } = &outcome.outcome else {
                continue;
            };
            all.extend(analyses.iter().map(|it| Observed {
                id: &it.id,
                agent: &outcome.agent,
                analysis: &it.analysis,
                verified: it.evidence_verified,
                of_model: is_models(&it.analysis.finding.extras),
            }));
        }
        Self(all)
    }

    pub(crate) fn all(&self) -> &[Observed<'a>] {
        &self.0
    }

    /// What rules found: no rule draws a conclusion from what a language model said.
    fn of_rules(&self) -> impl Iterator<Item = &Observed<'a>> {
        self.0.iter().filter(|it| !it.of_model)
    }

    pub(crate) fn of_code<'s>(&'s self, code: &'s str) -> impl Iterator<Item = &'s Observed<'a>> {
        self.of_rules().filter(move |it| it.code() == code)
    }

    /// The worst finding of one of these codes, then the surest.
    pub(crate) fn worst(&self, codes: &[&str]) -> Option<&Observed<'a>> {
        self.of_rules().filter(|it| codes.contains(&it.code())).max_by(|a, b| {
            a.severity()
                .cmp(&b.severity())
                .then(a.confidence().total_cmp(&b.confidence()))
        })
    }

    /// Whether one of these codes was found as a fault rather than a remark, and with some
    /// certainty.
    pub(crate) fn fault(&self, codes: &[&str]) -> bool {
        self.serious(codes).is_some()
    }

    /// The worst such finding.
    pub(crate) fn serious(&self, codes: &[&str]) -> Option<&Observed<'a>> {
        self.worst(codes)
            .filter(|it| it.severity() >= Severity::Medium && it.strength() >= SURE)
    }

    /// Whether a fault of the order of rows was measured: more than a parameter that says that
    /// they are not shuffled, which is usual for rows in time order.
    pub(crate) fn measures_order(&self) -> bool {
        let unmeasured = |extras: &str| {
            let extras = serde_json::from_str::<serde_json::Value>(extras).unwrap_or_default();
            extras.get("measured").and_then(serde_json::Value::as_bool) == Some(false)
        };
        self.serious(&["training.no_shuffle"])
            .is_some_and(|it| !unmeasured(&it.analysis.finding.extras))
    }

    /// The ids of all findings of these codes.
    pub(crate) fn ids(&self, codes: &[&str]) -> Vec<String> {
        self.0
            .iter()
            .filter(|it| codes.contains(&it.code()))
            .map(|it| it.id.to_owned())
            .collect()
    }
}

/// Which of the faults of its code a finding is, as its extras say.
pub(crate) fn variant(extras: &str) -> Option<String> {
    let extras: serde_json::Value = serde_json::from_str(extras).ok()?;
    Some(extras.get("variant")?.as_str()?.to_owned())
}

/// Whether the host says of a finding that a language model alone has made it.
fn is_models(extras: &str) -> bool {
    let extras: serde_json::Value = serde_json::from_str(extras).unwrap_or_default();
    extras.pointer("/llm/origin").and_then(serde_json::Value::as_str) == Some("finding")
}
