//! Which columns a fault is about: a fault of one column explains none of another's.

use std::collections::BTreeSet;

use deepfix_plugin::Finding;

use crate::causes::Fault;

/// Faults of single columns that explain others of the same columns.
const OF_COLUMNS: [&str; 3] = ["dataset.mixed_types", "dataset.id_like_feature", "dataset.outliers"];
/// Consequences that are about columns one by one.
const ONE_BY_ONE: [&str; 3] = [
    "dataset.missing_values",
    "dataset.id_like_feature",
    "checks.new_categories",
];

/// Whether the columns of two faults let the one follow from the other: of faults of columns one by one
/// all must be the cause's, of others (drift, of which one column is the worst) one. Where a fault
/// names no column nothing is known against it.
pub(crate) fn allow(cause: &Fault<'_>, effect: &Fault<'_>) -> bool {
    if !OF_COLUMNS.contains(&cause.code.as_str()) {
        return true;
    }
    let (causing, affected) = (named(cause), named(effect));
    if causing.is_empty() || affected.is_empty() {
        return true;
    }
    if ONE_BY_ONE.contains(&effect.code.as_str()) {
        affected.is_subset(&causing)
    } else {
        !affected.is_disjoint(&causing)
    }
}

#[derive(serde::Deserialize)]
struct Extras {
    #[serde(default)]
    columns: Vec<String>,
}

/// The columns that a fault's findings name in their extras.
fn named(fault: &Fault<'_>) -> BTreeSet<String> {
    let own = fault.own.iter().map(|it| &it.finding);
    let findings = own.chain(fault.counting().iter().map(|it| &it.analysis.finding));
    findings.flat_map(of).collect()
}

/// The columns that a finding names in its extras.
pub(crate) fn of(finding: &Finding) -> BTreeSet<String> {
    let extras = serde_json::from_str::<Extras>(&finding.extras).ok();
    extras.map(|it| it.columns.into_iter().collect()).unwrap_or_default()
}
