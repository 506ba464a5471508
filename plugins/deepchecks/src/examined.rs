//! What was looked at, what could not be, and the summary.

use std::collections::BTreeMap;

use deepfix_plugin::{Reporter, Severity};
use deepfix_views::checks::{Check, CheckKind, ChecksView, Status};
use serde_json::{Value, json};

use crate::narrowed;

/// Characters of a reason in a check's own words: a traceback is longer.
const MOST_OF_A_REASON: usize = 300;

/// Fills `checked` and `not_examined` and gives the summary.
pub(crate) fn describe(view: &ChecksView, reporter: &mut Reporter<'_>) -> String {
    let ran: Vec<&str> = view
        .checks
        .iter()
        .filter(|it| it.ran())
        .map(|it| it.header.as_str())
        .collect();
    let mut idle: BTreeMap<(&'static str, &str), Vec<&str>> = BTreeMap::new();
    let regression = is_regression(view);
    let evaluated = view.checks.iter().any(|it| it.kind.needs_model() && it.ran());
    for check in view.idle().filter(|it| applies(it.kind, regression)) {
        let usual = reason(check.kind, evaluated);
        let key = match (own_reason(check), usual) {
            (Some(own), "dates") => ("unusable-dates", own),
            (Some(own), "samples" | "other") => ("own", own),
            _ => (usual, ""),
        };
        idle.entry(key).or_default().push(&check.header);
    }
    // A check that ran may have left columns out, of which it knows nothing.
    for check in view.checks.iter().filter(|it| it.ran()) {
        if let Some(own) = own_reason(check) {
            idle.entry(("partly", own)).or_default().push(&check.header);
        }
    }
    let mut gaps: Vec<Value> = Vec::new();
    for ((reason, own), headers) in idle {
        let own: String = own.chars().take(MOST_OF_A_REASON).collect();
        gaps.push(json!({
            "what": headers,
            "why": reporter.text(&format!("not-examined-{reason}-why"), &[("why", own.into())]),
            "send": reporter.text(&format!("not-examined-{reason}-send"), &[]),
        }));
    }
    for (there, id) in [
        (
            view.checks
                .iter()
                .any(|it| it.kind.compares_splits() && !it.kind.needs_model()),
            "comparison",
        ),
        (view.checks.iter().any(|it| it.kind.needs_model()), "evaluation"),
    ] {
        if !there {
            gaps.push(json!({
                "what": reporter.text(&format!("not-examined-{id}"), &[]),
                "why": reporter.text(&format!("not-examined-{id}-why"), &[]),
                "send": reporter.text(&format!("not-examined-{id}-send"), &[]),
            }));
        }
    }
    if let Some(gap) = narrowed::gap(view, reporter) {
        gaps.push(gap);
    }
    // A check that this version does not know: its own verdict is all there is.
    for check in view
        .checks
        .iter()
        .filter(|it| it.kind == CheckKind::Unknown && it.failed())
    {
        let info: String = check
            .conditions
            .iter()
            .map(|it| it.more_info.as_str())
            .collect::<Vec<_>>()
            .join("; ");
        gaps.push(json!({
            "what": check.header,
            "why": reporter.text("not-examined-unknown-why", &[]),
            "send": info.chars().take(MOST_OF_A_REASON).collect::<String>(),
        }));
    }
    let failed = view.checks.iter().filter(|it| it.failed()).count();
    let serious = reporter
        .drafts()
        .iter()
        .filter(|it| it.severity() >= Severity::Medium)
        .count();
    let args = [
        ("ran", ran.len().into()),
        ("idle", view.idle().count().into()),
        ("failed", failed.into()),
        ("findings", reporter.drafts().len().into()),
        ("serious", serious.into()),
    ];
    reporter.extra("checked", json!(ran));
    reporter.extra("not_examined", Value::Array(gaps));
    let id = match (ran.is_empty(), reporter.drafts().is_empty()) {
        (true, _) => "summary-nothing",
        (false, true) => "summary-healthy",
        (false, false) => "summary-findings",
    };
    reporter.text(id, &args)
}

/// What a check itself says of why its demand could not be judged.
fn own_reason(check: &Check) -> Option<&str> {
    let undecided = check.conditions.iter().filter(|it| it.status == Status::Error);
    undecided
        .map(|it| it.more_info.trim().trim_end_matches('.'))
        .find(|it| !it.is_empty())
}

/// Whether a check could say anything of this task and model: that an error distribution lacks
/// for classes is no gap.
fn applies(kind: CheckKind, regression: Option<bool>) -> bool {
    use CheckKind::*;
    match kind {
        NewLabel | ConflictingLabels | ClassImbalance | Confusion | Roc | Calibration => regression != Some(true),
        ErrorDistribution | SystematicError => regression != Some(false),
        _ => true,
    }
}

/// The task, as far as the checks that ran tell.
fn is_regression(view: &ChecksView) -> Option<bool> {
    use CheckKind::*;
    let ran = |kinds: &[CheckKind]| kinds.iter().any(|it| view.one(*it).is_some());
    if ran(&[NewLabel, ConflictingLabels, ClassImbalance, Confusion, Roc]) {
        return Some(false);
    }
    let drift = view.one(LabelDrift).map(|it| it.drift()).unwrap_or_default();
    (ran(&[ErrorDistribution, SystematicError]) || drift.iter().any(|it| it.is_ks)).then_some(true)
}

/// Why a check of this kind usually does not run; part of the text's id.
fn reason(kind: CheckKind, evaluated: bool) -> &'static str {
    use CheckKind::*;
    match kind {
        // Others of the model ran: this one needs more than a model.
        BoostingOverfit if evaluated => "boosting",
        DateLeakageDuplicates | DateLeakageOverlap => "dates",
        IndexLeakage | IdentifierCorrelation => "index",
        NewLabel | ConflictingLabels | ClassImbalance | Confusion | Roc | Calibration => "classes",
        OutlierSamples | MultivariateDrift | FeatureDrift | LabelDrift | MixedTypes => "samples",
        it if it.needs_model() => "model",
        _ => "other",
    }
}
