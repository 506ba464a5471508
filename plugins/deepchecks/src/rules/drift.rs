//! `checks.covariate_drift`: feature drift, multivariate drift, and drift of the properties
//! of images and texts.
//!
//! A Kolmogorov-Smirnov distance has a known noise: between samples of `n` and `m` rows of
//! one distribution it stays below `1.36 sqrt(1/n + 1/m)` in 95 % of the cases (0.24 for 130
//! and 45 rows, where deepchecks' bound of 0.2 fails a good split). A score counts when its
//! probability times the number of features is below 1e-3 and it reaches 0.2; between 0.12
//! and 0.2 with less than 1e-4 it is a low remark. Cramér's V is corrected for bias: its
//! square times all rows is a chi-square value less its degrees of freedom, one per category
//! more, and is judged as such.
//!
//! Multivariate drift: AUC of a classifier that tells the splits apart. Its standard error
//! without drift is `sqrt((n + m + 1) / (12 n m))` (Mann-Whitney) for a hold-out, of which
//! deepchecks takes a third; it counts from 0.75 and 4 errors on. An identifier drives this
//! classifier too, so one that drives it alone is low, or silent where feature drift names it; medium where
//! feature drift says that it could not compare that very column (another type in the test split), but for true and
//! false written as 1 and 0.
//!
//! Sources: Massey 1951 (Kolmogorov-Smirnov), Bergsma 2013 (Cramer's V without bias), deepchecks
//! `FeatureDrift` and `MultivariateDrift`.
//!
//! Healthy: small test splits, wide tables with one score above the bound, identifiers.

use deepfix_plugin::{Draft, Severity, join};
use deepfix_views::{
    checks::{Check, CheckKind, DriftScore, Status},
    dataset::{Which, chi_square_p, ks_p},
};
use serde_json::Value;

use super::{Facts, MOST_FACTS, MOST_NAMES};

const LEAST: f64 = 0.2;
const LARGE: f64 = 0.45;
const FEWEST_ROWS: f64 = 15.0;
/// Levels of a column that no check counted: fewer would take the scatter of many for drift.
const UNKNOWN_LEVELS: f64 = 10.0;
/// The check joins categories of less than a per cent.
const MOST_LEVELS: f64 = 100.0;

pub(super) fn check(facts: &Facts<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let kinds = [
        CheckKind::FeatureDrift,
        CheckKind::ImagePropertyDrift,
        CheckKind::PropertyDrift,
    ];
    drafts.extend(kinds.into_iter().filter_map(|kind| features(facts, kind)));
    if drafts.iter().all(|it| it.severity() == Severity::Low) {
        drafts.extend(whole(facts, !drafts.is_empty()));
    }
    drafts
}

/// Whether a score is more than chance among `features` of them; `levels` is how many values
/// the column takes, where that is known.
fn severity(it: &DriftScore, facts: &Facts<'_>, features: f64, levels: Option<f64>) -> Option<Severity> {
    let known = facts.n > 0.0 && facts.m > 0.0;
    let (surely, faintly) = if known {
        let p = if it.is_ks {
            ks_p(it.score, facts.n, facts.m)
        } else {
            // V² (n + m) is chi-square less its mean, one degree of freedom per category more.
            let degrees = levels.unwrap_or(UNKNOWN_LEVELS).clamp(2.0, MOST_LEVELS) - 1.0;
            chi_square_p(it.score.powi(2) * (facts.n + facts.m) + degrees, degrees)
        };
        (p * features < 1e-3, p * features < 1e-4)
    } else {
        (it.score >= LARGE, false)
    };
    match it.score {
        score if score >= LARGE && surely => Some(Severity::High),
        score if score >= LEAST && surely => Some(Severity::Medium),
        score if score >= 0.12 && faintly => Some(Severity::Low),
        _ => None,
    }
}

fn features(facts: &Facts<'_>, kind: CheckKind) -> Option<Draft> {
    let check = facts.view.one(kind)?;
    if facts.m > 0.0 && facts.m < FEWEST_ROWS {
        return None;
    }
    let unique = facts.view.unique_counts(Which::Train);
    let leak = leaking(facts);
    let scores = check.drift();
    let features = scores.len() as f64;
    let found: Vec<(DriftScore, Severity)> = scores
        .into_iter()
        // A category with a value per row drifts by construction, and a copy of the label
        // with the label: others report those.
        .filter(|it| {
            it.is_ks
                || !unique
                    .get(&it.column)
                    .is_some_and(|unique| facts.n > 0.0 && *unique > 0.5 * facts.n)
        })
        .filter_map(|it| {
            let levels = unique.get(&it.column).copied();
            severity(&it, facts, features, levels).map(|severity| (it, severity))
        })
        .collect();
    // A feature made from the label, alone, says that the leak differs and nothing of the data.
    let others = found
        .iter()
        .filter(|it| Some(&it.0.column) != leak.as_ref())
        .map(|it| it.1)
        .max();
    let severity = others.unwrap_or(Severity::Low);
    let worst = &found.first()?.0;
    let noise = if facts.n > 0.0 && facts.m > 0.0 {
        1.36 * (1.0 / facts.n + 1.0 / facts.m).sqrt()
    } else {
        0.0
    };
    let mut draft = Draft::new("checks.covariate_drift", severity, (0.7 + 0.4 * worst.score).min(0.97))
        .columns(found.iter().map(|it| &it.0.column), MOST_NAMES)
        .arg("number", found.len())
        .arg("features", features as u64)
        .arg("worst", worst.column.as_str())
        .arg("score", worst.score)
        .arg("noise", noise)
        .arg("rows", facts.n as u64)
        .arg("test", facts.m as u64);
    draft = match kind {
        CheckKind::FeatureDrift => draft,
        _ => draft.variant("properties"),
    };
    for (it, _) in found.iter().take(MOST_FACTS) {
        draft = draft.fact(format!("drift score of '{}'", it.column), it.score, it.source.clone());
    }
    Some(draft.extra(
        "columns",
        found.iter().map(|it| it.0.column.clone()).collect::<Vec<_>>(),
    ))
}

/// The one feature that predicts the label perfectly, if there is one.
fn leaking(facts: &Facts<'_>) -> Option<String> {
    let scores = facts.view.on(CheckKind::LabelCorrelation, Which::Train)?.scores();
    let second = scores.get(1).map_or(0.0, |it| it.1);
    scores
        .first()
        .filter(|it| it.1 >= 0.97 && it.1 - second >= 0.12)
        .map(|it| it.0.clone())
}

/// `told`: a drifting feature has been named already.
fn whole(facts: &Facts<'_>, told: bool) -> Option<Draft> {
    let kinds = [
        CheckKind::MultivariateDrift,
        CheckKind::ImageDatasetDrift,
        CheckKind::EmbeddingsDrift,
    ];
    let check = kinds.into_iter().find_map(|kind| facts.view.one(kind))?;
    let (path, auc) = auc(check)?;
    let (n, m) = (facts.n, facts.m);
    if n < 2.0 * FEWEST_ROWS || m < 2.0 * FEWEST_ROWS {
        return None;
    }
    let (n, m) = (n.min(m) / 3.0, m / 3.0);
    let error = ((n + m + 1.0) / (12.0 * n * m)).sqrt();
    let z = (auc - 0.5) / error;
    if auc < 0.75 || z < 4.0 {
        return None;
    }
    let importance = check
        .get(&["domain_classifier_feature_importance"])
        .map(|it| it.as_object().into_iter().flatten());
    let mut drivers: Vec<(String, f64)> = importance
        .into_iter()
        .flatten()
        .filter_map(|(name, it)| Some((name.clone(), it.as_f64()?)))
        .collect();
    drivers.sort_by(|a, b| b.1.total_cmp(&a.1));
    let driver = drivers.first().map_or("", |it| it.0.as_str());
    // One feature alone that no univariate test confirms is an identifier or a rounding artefact.
    let alone = drivers.first().is_some_and(|it| it.1 >= 0.9);
    // But a column of which the check of single features says that it was not compared is one.
    let uncompared = uncompared(facts, driver);
    let low = alone && uncompared.is_none();
    if low && told {
        return None;
    }
    // True and false as 1 and 0 are one thing to most programs.
    let flag = is_flag_in_digits(facts, driver);
    let low = low || (alone && flag);
    let severity = if low { Severity::Low } else { Severity::Medium };
    let mut draft = Draft::new("checks.covariate_drift", severity, if low { 0.5 } else { 0.75 })
        .variant(if uncompared.is_some() {
            "uncompared"
        } else {
            "multivariate"
        })
        .arg("driver", driver)
        .arg("flag", if flag { "yes" } else { "no" })
        .arg("why", uncompared.unwrap_or_default())
        .arg("auc", auc)
        .arg(
            "drivers",
            join(drivers.iter().filter(|it| it.1 > 0.05).map(|it| &it.0), 3),
        )
        .fact("AUC of the classifier between splits", auc, check.source(&path));
    if let Some((name, value)) = drivers.first() {
        let path = ["domain_classifier_feature_importance", driver];
        draft = draft.fact(
            format!("importance of '{name}' for telling the splits apart"),
            *value,
            check.source(&path),
        );
    }
    Some(draft)
}

/// What the check of single features says of a column that it did not compare.
fn uncompared(facts: &Facts<'_>, column: &str) -> Option<String> {
    const MOST: usize = 300;
    let named = format!("`{column}`");
    let all = facts.view.checks.iter().filter(|it| it.kind == CheckKind::FeatureDrift);
    let undecided = all
        .flat_map(|it| it.conditions.iter())
        .filter(|it| it.status == Status::Error);
    undecided
        .flat_map(|it| it.more_info.split("; "))
        .find(|it| it.contains(&named))
        .map(|it| it.trim_end_matches('.').chars().take(MOST).collect())
}

/// Whether a column is true and false in the training split and 1 and 0 in the test split, as far as the checks tell:
/// the one says that it was boolean, the other which categories are new.
pub(super) fn is_flag_in_digits(facts: &Facts<'_>, column: &str) -> bool {
    let said = uncompared(facts, column).is_some_and(|it| it.contains("is boolean in the training"));
    let mut rows = facts.view.one(CheckKind::NewCategory).into_iter().flat_map(Check::rows);
    said && rows.any(|(_, row)| {
        let names = row.get("New categories").and_then(Value::as_array);
        let is_digit = |it: &Value| match it {
            Value::String(it) => matches!(it.trim(), "0" | "1" | "0.0" | "1.0"),
            other => other.as_f64().is_some_and(|it| it == 0.0 || it == 1.0),
        };
        row.get("Feature Name").and_then(Value::as_str) == Some(column)
            && names.is_some_and(|it| !it.is_empty() && it.iter().all(is_digit))
    })
}

fn auc(check: &Check) -> Option<(Vec<&'static str>, f64)> {
    [vec!["domain_classifier_auc"], vec!["domain_classifier", "auc"]]
        .into_iter()
        .find_map(|path| check.number(&path).map(|auc| (path, auc)))
}
