//! Which columns a fault is about: a fault of one column explains none of another's.

use std::collections::BTreeSet;

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

/// The names that stand in quotes in the labels of a fault's facts.
fn named(fault: &Fault<'_>) -> BTreeSet<String> {
    let own = fault.own.iter().map(|it| &it.finding);
    let findings = own.chain(fault.counting().iter().map(|it| &it.analysis.finding));
    findings
        .flat_map(|it| &it.facts)
        .filter_map(|it| quoted(&it.label))
        .collect()
}

/// What stands between the first quotes of a label, English or French.
fn quoted(label: &str) -> Option<String> {
    let inner = match label.split_once('«') {
        Some((_, rest)) => rest.split_once('»')?.0,
        None => label.split_once('\'')?.1.rsplit_once('\'')?.0,
    };
    Some(inner.trim().to_owned()).filter(|it| !it.is_empty())
}
