//! What stands in for the reasoner when it gives no result: existing clients fail without at
//! least one analysis of it.

use deepfix_core::{Outcome, OutcomeStatus, WireAnalysis};
use serde_json::{Map, Value as Json, json};

use crate::respond::wire_analysis;

/// The worst finding of the analyzers, repeated; none where they found nothing.
pub(crate) fn analysis(outcomes: &[Outcome], reasoner: &str) -> Option<WireAnalysis> {
    let worst = outcomes
        .iter()
        .flat_map(|outcome| match &outcome.status {
            OutcomeStatus::Completed { analyses, .. } => analyses.as_slice(),
            OutcomeStatus::Failed(_) | OutcomeStatus::Skipped(_) => &[],
        })
        .max_by(|a, b| {
            let key =
                |it: &deepfix_core::JudgedAnalysis| (it.analysis.finding.severity, it.analysis.finding.confidence);
            let ((a, x), (b, y)) = (key(a), key(b));
            a.cmp(&b).then(x.total_cmp(&y))
        })?;
    let mut wire = wire_analysis(worst);
    wire.findings.id = format!("{reasoner}/0");
    Some(wire)
}

/// What existing clients read of the reasoner's `additional_outputs`, where it did not say it
/// itself.
pub(crate) fn fill(outputs: &mut Map<String, Json>, summary: &str, outcomes: &[Outcome]) {
    let failed = outcomes.iter().filter_map(|it| match &it.status {
        OutcomeStatus::Failed(error) => Some(format!("{}: {error}", it.agent)),
        _ => None,
    });
    let mut missing = |name: &str, value: Json| {
        outputs.entry(name).or_insert(value);
    };
    missing("constraints", json!(failed.collect::<Vec<_>>()));
    missing("optimization_areas", json!([]));
    missing("summary", json!(summary));
}

/// The summary when the reasoner gave none.
pub(crate) fn summary(outcomes: &[Outcome], french: bool) -> String {
    let (mut found, mut failed) = (0, 0);
    for outcome in outcomes {
        match &outcome.status {
            OutcomeStatus::Completed { analyses, .. } => found += analyses.len(),
            OutcomeStatus::Failed(_) => failed += 1,
            OutcomeStatus::Skipped(_) => {}
        }
    }
    if french {
        format!(
            "L'agent de synthèse n'a pas donné de résultat : voici les constats de chaque agent, sans synthèse \
             ({found} constats, {failed} agents en échec)."
        )
    } else {
        format!(
            "The reasoning agent gave no result: these are the findings of each agent, without a synthesis \
             ({found} findings, {failed} failed agents)."
        )
    }
}
