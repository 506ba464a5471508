//! `dataset.outliers` from `Outlier Sample Detection` and its relatives for images and texts.
//!
//! The check gives a score per row, 0 for almost all; above 0.7 a row is isolated. Single
//! isolated rows are normal, and with categories and counts among the columns so are some per
//! cent; from 10 % of the rows on it is a low remark, since the score knows neither units nor
//! sentinels. Properties of images and texts likewise (5 %).
//!
//! Sources: Kriegel et al. 2009 (LoOP, the score of the check), Breunig et al. 2000 (local
//! outliers).

use deepfix_plugin::{Draft, Severity, join};
use deepfix_views::checks::{Check, CheckKind};
use serde_json::Value;

use super::{Facts, MOST_NAMES, name_of};

const ISOLATED: f64 = 0.7;
const NOTEWORTHY: f64 = 0.1;

pub(super) fn check(facts: &Facts<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    drafts.extend(facts.view.of(CheckKind::OutlierSamples).find_map(rows));
    let kinds = [
        CheckKind::ImageOutliers,
        CheckKind::LabelOutliers,
        CheckKind::TextOutliers,
    ];
    drafts.extend(
        kinds
            .into_iter()
            .flat_map(|kind| facts.view.of(kind))
            .find_map(properties),
    );
    drafts
}

fn rows(check: &Check) -> Option<Draft> {
    // A place keeps its number where others hold none.
    let scores: Vec<(usize, f64)> = check
        .value()
        .as_array()?
        .iter()
        .enumerate()
        .filter_map(|(row, it)| Some((row, it.as_f64()?)))
        .collect();
    let isolated: Vec<(usize, f64)> = scores.iter().copied().filter(|it| it.1 > ISOLATED).collect();
    let share = isolated.len() as f64 / scores.len().max(1) as f64;
    if scores.len() < 30 || isolated.len() < 3 || share < NOTEWORTHY {
        return None;
    }
    let (first, score) = *isolated.first()?;
    Some(
        Draft::new("dataset.outliers", Severity::Low, 0.5)
            .variant("rows")
            .arg("rows", isolated.len())
            .arg("total", scores.len())
            .share("share", share)
            .word("split", name_of(check.which))
            .fact(
                format!("outlier score of row {first}"),
                score,
                check.source(&[&first.to_string()]),
            ),
    )
}

fn properties(check: &Check) -> Option<Draft> {
    let mut named: Vec<(String, f64, f64)> = Vec::new();
    for (name, value) in check.value().as_object()? {
        let read = |member: &str| value.get(member).and_then(Value::as_f64);
        if let Some(share) = read("outliers_ratio").or_else(|| read("outlier_ratio")) {
            named.push((name.clone(), share, share));
        }
    }
    named.retain(|it| it.1 > 0.05);
    named.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (name, share, value) = named.first()?;
    let member = if check.number(&[name, "outliers_ratio"]).is_some() {
        "outliers_ratio"
    } else {
        "outlier_ratio"
    };
    Some(
        Draft::new("dataset.outliers", Severity::Low, 0.6)
            .variant("properties")
            .arg("properties", join(named.iter().map(|it| &it.0), MOST_NAMES))
            .arg("worst", name.as_str())
            .share("share", *share)
            .word("split", name_of(check.which))
            .fact(
                format!("share of outliers in '{name}'"),
                *value,
                check.source(&[name, member]),
            ),
    )
}
