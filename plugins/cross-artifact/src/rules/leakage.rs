//! `cross.leakage_perfect_metric`: an analyzer found a leak, and validation is nearly perfect
//! early.
//!
//! Nearly perfect: the best validation accuracy, F1, AUC or R² is at least 0.97, and a third
//! into the run it already is 0.95. A leak alone need not help (the model may not use the
//! column).
//!
//! Sources: Kaufman et al. 2012 (Leakage in data mining), Kapoor & Narayanan 2023.
//!
//! Healthy: a nearly perfect metric alone, since easy data exist: without a leak found nothing is said.

use deepfix_plugin::Draft;

use super::{Case, Conclusion};
use crate::{places::Told, variants::is_of_dates};

/// Ways in which validation rows give the answer away.
pub(crate) const LEAKS: [&str; 2] = ["checks.label_leakage", "checks.train_test_leakage"];

const NEARLY_PERFECT: f64 = 0.97;
const EARLY: f64 = 0.95;

pub(super) fn find(case: &Case<'_>) -> Option<Conclusion> {
    let is_leak = |it: &&str| {
        let found = case.findings.serious(&[*it]);
        found.is_some_and(|it| !is_of_dates(it))
    };
    // Only the leak that was found belongs to this cause; another one may stand beside it.
    let found: Vec<&'static str> = LEAKS.into_iter().filter(is_leak).collect();
    let leak = case.findings.serious(&found)?;
    let pair = case.experiment.validation_metric()?;
    let curve = &pair.validation_curve;
    let best = curve.points.iter().max_by(|a, b| a.value.total_cmp(&b.value))?;
    let third = curve.points.get(curve.len() / 3)?;
    if best.value < NEARLY_PERFECT || third.value < EARLY || best.value > 1.0 + 1e-9 {
        return None;
    }
    let reached = curve.points.iter().find(|it| it.value >= EARLY)?;
    let series = pair.validation.as_ref()?;
    let (early, highest) = (
        Told::reaching(case, series, reached, EARLY),
        Told::reaching(case, series, best, f64::INFINITY),
    );
    let column = leak.code() == "checks.label_leakage";
    let draft = Draft::new(
        "cross.leakage_perfect_metric",
        leak.severity(),
        (0.5 + 0.5 * leak.strength()).min(0.95),
    )
    .variant(if column { "column" } else { "rows" })
    .arg("metric", series.column.as_str())
    .arg("best", highest.value)
    .arg("reached", early.value)
    .arg("at", early.at.as_str())
    .arg("leak", leak.analysis.finding.evidence.as_str())
    .arg("advice", leak.analysis.recommendation.action.as_str());
    let draft = highest.fact(early.fact(draft, series, reached), series, best);
    Some(Conclusion::new(draft).merging(&found))
}
