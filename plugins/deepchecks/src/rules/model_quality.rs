//! Remarks on a trained model, all low: weak segments and classes, calibration, systematic
//! error, prediction drift, unused features, inference time, and relations of image and text
//! properties to the label.
//!
//! Bounds: AUC below 0.7 or a class of 10 rows that is never recognised; Brier score from
//! 0.25, what a coin toss gives; a mean error of a tenth of the RMSE and three standard
//! errors; prediction drift as label drift; more than five unused features of high variance;
//! 10 ms a sample (deepchecks fails at 1 ms, which the call overhead alone exceeds).
//! Weak segments are found by search, so some always look weak: a remark and no more, where
//! the check itself warns (a fifth below the average).
//!
//! Sources: the deepchecks checks of these names, Guo et al. 2017 (calibration).

use deepfix_plugin::{Draft, Severity, join};
use deepfix_views::{
    checks::{Check, CheckKind, ChecksView},
    dataset::{Which, finite, ks_p},
};
use serde_json::Value;

use super::{Facts, MOST_NAMES, name_of};

const SLOW: f64 = 0.01;

pub(super) fn check(facts: &Facts<'_>) -> Vec<Draft> {
    let view = facts.view;
    let mut drafts = Vec::new();
    drafts.extend(segments(view));
    drafts.extend(
        auc(view)
            .or_else(|| never_recognised(view))
            .or_else(|| class_scores(view)),
    );
    drafts.extend(calibration(view));
    drafts.extend(systematic(facts));
    drafts.extend(prediction(facts));
    drafts.extend(unused(view));
    drafts.extend(slow(view));
    drafts.extend(properties(view));
    drafts
}

fn low(code: &str) -> Draft {
    Draft::new(code, Severity::Low, 0.7)
}

/// What a failed condition found, on one line and not longer than a sentence.
fn info(check: &Check) -> String {
    let text = check
        .conditions
        .iter()
        .map(|it| it.more_info.as_str())
        .find(|it| !it.is_empty())
        .unwrap_or_default();
    text.chars()
        .map(|it| if it == '\n' { ' ' } else { it })
        .take(200)
        .collect()
}

fn segments(view: &ChecksView) -> Option<Draft> {
    let kinds = [
        CheckKind::WeakSegments,
        CheckKind::SegmentPerformance,
        CheckKind::MetadataSegments,
        CheckKind::PropertySegments,
        CheckKind::UnderAnnotatedProperties,
        CheckKind::UnderAnnotatedMetadata,
    ];
    let check = kinds
        .into_iter()
        .flat_map(|kind| view.of(kind))
        .find(|it| it.failed())?;
    let draft = low("checks.weak_segment")
        .word("split", name_of(check.which))
        .arg("info", info(check));
    Some(match check.number(&["avg_score"]) {
        Some(average) => draft
            .arg("average", average)
            .fact("average score", average, check.source(&["avg_score"])),
        None => draft.arg("average", "?"),
    })
}

fn auc(view: &ChecksView) -> Option<Draft> {
    let check = view.on(CheckKind::Roc, Which::Test)?;
    let (class, auc) = check.scores().into_iter().next_back().filter(|it| it.1 < 0.7)?;
    Some(
        low("checks.weak_class")
            .variant("auc")
            .arg("class", class.as_str())
            .arg("auc", auc)
            .fact(format!("AUC of class {class} (test)"), auc, check.source(&[&class])),
    )
}

fn never_recognised(view: &ChecksView) -> Option<Draft> {
    let check = view.on(CheckKind::Confusion, Which::Test)?;
    let matrix = check.matrix()?;
    matrix.names.iter().enumerate().find_map(|(row, name)| {
        let index = row.to_string();
        let samples: f64 = matrix.names.iter().filter_map(|it| check.number(&[&index, it])).sum();
        let hits = check.number(&[&index, name])?;
        (hits <= 0.0 && samples >= 10.0).then(|| {
            low("checks.weak_class")
                .variant("missed")
                .arg("class", name.as_str())
                .arg("samples", samples as u64)
                .fact(
                    format!("recognised samples of class {name}"),
                    hits,
                    check.source(&[&index, name]),
                )
        })
    })
}

/// Image classes whose scores the check itself objects to.
fn class_scores(view: &ChecksView) -> Option<Draft> {
    let kinds = [
        CheckKind::ClassPerformance,
        CheckKind::MeanPrecision,
        CheckKind::MeanRecall,
    ];
    let check = kinds
        .into_iter()
        .filter_map(|kind| view.one(kind))
        .find(|it| it.failed())?;
    Some(
        low("checks.weak_class")
            .variant("scores")
            .arg("check", check.header.as_str())
            .arg("info", info(check)),
    )
}

fn calibration(view: &ChecksView) -> Option<Draft> {
    let check = view.on(CheckKind::Calibration, Which::Test)?;
    let (class, brier) = check.scores().into_iter().next().filter(|it| it.1 >= 0.25)?;
    Some(
        low("checks.poor_calibration")
            .arg("class", class.as_str())
            .arg("brier", brier)
            .fact(
                format!("Brier score of class {class} (test)"),
                brier,
                check.source(&[&class]),
            ),
    )
}

fn systematic(facts: &Facts<'_>) -> Option<Draft> {
    let kinds = [
        (CheckKind::ErrorDistribution, "Mean Prediction Error", "RMSE"),
        (CheckKind::SystematicError, "mean_error", "rmse"),
    ];
    let (check, mean, rmse, names) = kinds.into_iter().find_map(|(kind, mean, rmse)| {
        let check = facts.view.on(kind, Which::Test)?;
        Some((check, check.number(&[mean])?, check.number(&[rmse])?, (mean, rmse)))
    })?;
    let ratio = mean.abs() / rmse;
    if !(rmse > 0.0 && ratio >= 0.1 && ratio * facts.m.sqrt() >= 3.0) {
        return None;
    }
    Some(
        low("checks.systematic_error")
            .arg("mean", mean)
            .arg("rmse", rmse)
            .share("ratio", ratio)
            .fact("mean prediction error (test)", mean, check.source(&[names.0]))
            .fact("RMSE (test)", rmse, check.source(&[names.1])),
    )
}

fn prediction(facts: &Facts<'_>) -> Option<Draft> {
    let it = facts.view.one(CheckKind::PredictionDrift)?.drift().into_iter().next()?;
    let surely = !it.is_ks || facts.n <= 0.0 || facts.m <= 0.0 || ks_p(it.score, facts.n, facts.m) < 1e-3;
    (it.score >= 0.2 && surely && facts.m >= 15.0).then(|| {
        low("checks.prediction_drift")
            .arg("score", it.score)
            .fact("prediction drift score", it.score, it.source)
    })
}

fn unused(view: &ChecksView) -> Option<Draft> {
    let check = view.of(CheckKind::UnusedFeatures).find(|it| it.failed())?;
    let names: Vec<&str> = check
        .get(&["unused features", "high variance"])?
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let first = *names.first()?;
    Some(
        low("checks.unused_features")
            .arg("columns", join(&names, MOST_NAMES))
            .arg("number", names.len())
            .fact(
                "an unused feature of high variance",
                first,
                check.source(&["unused features", "high variance", "0"]),
            ),
    )
}

fn slow(view: &ChecksView) -> Option<Draft> {
    let times = view
        .of(CheckKind::InferenceTime)
        .filter_map(|it| finite(it.value()).map(|time| (it, time)));
    let (check, time) = times.min_by(|a, b| a.1.total_cmp(&b.1)).filter(|it| it.1 >= SLOW)?;
    Some(
        low("checks.slow_inference")
            .arg("time", time)
            .fact("seconds per sample", time, check.source(&[])),
    )
}

fn properties(view: &ChecksView) -> Option<Draft> {
    let kinds = [CheckKind::PropertyCorrelationChange, CheckKind::PropertyCorrelation];
    let check = kinds
        .into_iter()
        .flat_map(|kind| view.of(kind))
        .find(|it| it.failed())?;
    Some(
        Draft::new("checks.train_test_correlation_change", Severity::Low, 0.6)
            .variant("properties")
            .arg("check", check.header.as_str())
            .arg("info", info(check)),
    )
}
