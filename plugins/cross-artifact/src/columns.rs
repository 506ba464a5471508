//! Which columns a fault is about: a fault of one column explains none of another's.

use std::collections::BTreeSet;

use deepfix_plugin::{Finding, Value};

use crate::{causes::Fault, findings};

/// Faults of single columns that explain others of the same columns.
const OF_COLUMNS: [&str; 3] = ["dataset.mixed_types", "dataset.id_like_feature", "dataset.outliers"];
/// Consequences that are about columns one by one.
const ONE_BY_ONE: [&str; 4] = [
    "dataset.missing_values",
    "dataset.id_like_feature",
    "checks.new_categories",
    "checks.inconsistent_strings",
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

/// The columns that a fault's findings name.
pub(crate) fn named(fault: &Fault<'_>) -> BTreeSet<String> {
    let own = fault.own.iter().map(|it| &it.finding);
    let findings = own.chain(fault.counting().iter().map(|it| &it.analysis.finding));
    findings.flat_map(of).collect()
}

/// The columns that a finding names in its extras; those of a few kinds, which name none there, by where their
/// facts were read or by what these say.
pub(crate) fn of(finding: &Finding) -> BTreeSet<String> {
    let extras = serde_json::from_str::<Extras>(&finding.extras).ok();
    let named: BTreeSet<String> = extras.map(|it| it.columns.into_iter().collect()).unwrap_or_default();
    if !named.is_empty() {
        return named;
    }
    let variant = findings::variant(&finding.extras);
    match (finding.code.as_str(), variant.as_deref()) {
        ("checks.covariate_drift", Some("uncompared")) => read_at(finding, "/domain_classifier_feature_importance/"),
        ("dataset.constant_feature", Some("label")) | ("checks.new_labels", _) => {
            read_at(finding, "/number_unique_values/")
        }
        ("checks.inconsistent_strings", _) => said(finding),
        _ => BTreeSet::new(),
    }
}

/// The columns of which facts were read under a member of this name.
fn read_at(finding: &Finding, member: &str) -> BTreeSet<String> {
    let pointers = finding.facts.iter().filter_map(|it| it.source.as_ref());
    pointers
        .filter_map(|it| {
            let name = it.pointer.split_once(member)?.1.split('/').next()?;
            // RFC 6901.
            Some(name.replace("~1", "/").replace("~0", "~"))
        })
        .collect()
}

/// The columns that the texts of facts name as a check of texts does: `columns with variants: {'a': 'x', 'b': 'y'}`.
fn said(finding: &Finding) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for fact in &finding.facts {
        let Value::Text(text) = &fact.value else { continue };
        let Some((_, members)) = text.split_once('{') else {
            continue;
        };
        let ends = members.match_indices("':").map(|it| it.0);
        names.extend(ends.filter_map(|end| Some(members.get(..end)?.rsplit_once('\'')?.1.to_owned())));
    }
    names
}
