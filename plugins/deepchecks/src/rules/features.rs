//! Columns: `dataset.missing_values`, `dataset.constant_feature` and `dataset.mixed_types`.
//!
//! - Missing values: `Mixed Nulls` counts every kind of null per column. Medium from 5 %,
//!   high from 30 %, low from 2 %. Two and more kinds of null in one column are a low remark.
//! - Constant: one unique value in the training split. Constant in a small test split only is
//!   healthy.
//! - Mixed types: numbers with text among them, whatever the condition says: it passes above
//!   10 % of strings. The numbers must be the majority, in either split; a column of text in
//!   which some codes consist of digits is healthy (hexadecimal keys).
//!
//! Sources: deepchecks `PercentOfNulls`, `IsSingleValue` and `MixedDataTypes`, Little & Rubin 2019.

use deepfix_plugin::{Draft, Severity, Source, join};
use deepfix_views::{
    checks::{Check, CheckKind},
    dataset::Which,
};
use serde_json::Value;

use super::{Facts, MOST_FACTS, MOST_NAMES, name_of};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    drafts.extend(missing(facts));
    drafts.extend(constant(facts));
    drafts.extend(mixed(facts));
    drafts
}

/// A share of nulls that matters.
const LEAST: f64 = 0.02;

struct Gap {
    column: String,
    share: f64,
    kinds: usize,
    facts: Vec<(String, f64, Source)>,
}

fn gaps(facts: &Facts<'_>) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    for check in facts.view.of(CheckKind::MixedNulls) {
        let Some(columns) = check.get(&["columns"]).and_then(Value::as_object) else {
            continue;
        };
        for (column, kinds) in columns {
            let kinds: Vec<&String> = kinds.as_object().into_iter().flatten().map(|it| it.0).collect();
            let mut gap = Gap {
                column: column.clone(),
                share: 0.0,
                kinds: kinds.len(),
                facts: Vec::new(),
            };
            for kind in kinds {
                let path = ["columns", column, kind, "percent"];
                if let Some(share) = check.number(&path) {
                    gap.share += share;
                    let label = format!("share of '{kind}' in '{column}' ({})", name_of(check.which));
                    gap.facts.push((label, share, check.source(&path)));
                }
            }
            gaps.push(gap);
        }
    }
    for check in facts.view.of(CheckKind::PercentOfNulls) {
        for (index, row) in check.rows() {
            let path = [&index.to_string(), "Percent of nulls in sample"];
            if let Some(share) = row.get(path[1]).and_then(Value::as_f64) {
                let facts = vec![("share of nulls".to_owned(), share, check.source(&path))];
                gaps.push(Gap {
                    column: format!("#{index}"),
                    share,
                    kinds: 1,
                    facts,
                });
            }
        }
    }
    gaps.retain(|it| it.share > 0.0);
    gaps.sort_by(|a, b| b.share.total_cmp(&a.share));
    gaps
}

/// Gaps of features, and those of the label, which has a cure of its own: no label is ever imputed.
fn missing(facts: &Facts<'_>) -> Vec<Draft> {
    let label = label_name(facts);
    let (labels, features): (Vec<Gap>, Vec<Gap>) = gaps(facts)
        .into_iter()
        .partition(|it| Some(&it.column) == label.as_ref());
    let of = |gaps: &[Gap]| filled(gaps, weight(facts, gaps.first()?)?);
    let of_features = of(&features).or_else(|| kinds(&features));
    let of_label = of(&labels).map(|it| it.variant("target"));
    of_features.into_iter().chain(of_label).collect()
}

/// How much a gap weighs; none where it is an accident.
fn weight(facts: &Facts<'_>, gap: &Gap) -> Option<Severity> {
    let cells = gap.share * facts.n.max(facts.m);
    match gap.share {
        it if it >= 0.3 => Some(Severity::High),
        it if it >= 0.05 => Some(Severity::Medium),
        it if it >= LEAST && cells >= 3.0 => Some(Severity::Low),
        _ => None,
    }
}

/// Nulls that are written in several ways.
fn kinds(gaps: &[Gap]) -> Option<Draft> {
    let several = gaps.iter().find(|it| it.kinds > 1)?;
    let draft = Draft::new("dataset.missing_values", Severity::Low, 0.8)
        .variant("kinds")
        .extra("columns", [several.column.as_str()].as_slice())
        .arg("column", several.column.as_str())
        .arg("kinds", several.kinds);
    Some(fill(draft, [several]))
}

fn filled(gaps: &[Gap], severity: Severity) -> Option<Draft> {
    let worst = gaps.first()?;
    let counted: Vec<&Gap> = gaps.iter().filter(|it| it.share >= LEAST).collect();
    let mut names: Vec<&str> = Vec::new();
    for gap in &counted {
        if !names.contains(&gap.column.as_str()) {
            names.push(&gap.column);
        }
    }
    let draft = Draft::new("dataset.missing_values", severity, 0.9)
        .beyond(worst.share / 0.05)
        .columns(&names, MOST_NAMES)
        .arg("number", names.len())
        .arg("worst", worst.column.as_str())
        .share("share", worst.share);
    Some(fill(draft, counted))
}

fn fill<'a>(draft: Draft, gaps: impl IntoIterator<Item = &'a Gap>) -> Draft {
    let facts = gaps
        .into_iter()
        .flat_map(|it| it.facts.iter().cloned())
        .take(MOST_FACTS);
    facts.fold(draft, |draft, (label, value, source)| draft.fact(label, value, source))
}

fn constant(facts: &Facts<'_>) -> Option<Draft> {
    let check = facts.view.on(CheckKind::SingleValue, Which::Train)?;
    let label = label_name(facts);
    let columns: Vec<(String, f64)> = check
        .scores()
        .into_iter()
        .filter(|it| it.1 <= 1.0 && Some(&it.0) != label.as_ref())
        .collect();
    if columns.is_empty() || (facts.n > 0.0 && facts.n < 10.0) {
        return None;
    }
    let mut draft = Draft::new("dataset.constant_feature", Severity::Medium, 0.97)
        .columns(columns.iter().map(|it| &it.0), MOST_NAMES)
        .arg("number", columns.len())
        .arg("rows", facts.n as u64);
    for (name, unique) in columns.iter().take(MOST_FACTS) {
        draft = draft.fact(format!("unique values of '{name}'"), *unique, check.source(&[name]));
    }
    Some(draft)
}

/// The label: the column that the unique counts have but neither the predictive power, nor the keys and dates; of
/// several, as where columns are ignored, the one with as many values as there are classes.
pub(super) fn label_name(facts: &Facts<'_>) -> Option<String> {
    let features = facts.view.on(CheckKind::LabelCorrelation, Which::Train)?;
    let keys: Vec<&Check> = facts.view.of(CheckKind::IdentifierCorrelation).collect();
    let unique = facts.view.unique_counts(Which::Train);
    let others: Vec<(&String, &f64)> = unique
        .iter()
        .filter(|(name, _)| features.get(&[name]).is_none() && keys.iter().all(|it| it.get(&[name]).is_none()))
        .collect();
    if let [(name, _)] = others.as_slice() {
        return Some((*name).clone());
    }
    let classes = facts.view.on(CheckKind::ClassImbalance, Which::Train)?.scores().len() as f64;
    let mut fitting = others.into_iter().filter(|it| classes > 0.0 && *it.1 == classes);
    fitting
        .next()
        .filter(|_| fitting.next().is_none())
        .map(|it| it.0.clone())
}

/// A column of numbers with text among them.
struct Mixed {
    column: String,
    strings: f64,
    examples: Vec<String>,
    source: Source,
    which: Option<Which>,
}

fn mixed(facts: &Facts<'_>) -> Option<Draft> {
    let mut found: Vec<Mixed> = Vec::new();
    for check in facts.view.of(CheckKind::MixedTypes) {
        let Some(columns) = check.value().as_object() else {
            continue;
        };
        for column in columns.keys() {
            let path = [column.as_str(), "strings"];
            let (Some(strings), Some(numbers)) = (check.number(&path), check.number(&[column, "numbers"])) else {
                continue;
            };
            if !(strings > 0.0 && numbers > strings) || found.iter().any(|it| it.column == *column) {
                continue;
            }
            let examples = check
                .get(&[column, "strings_examples"])
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            found.push(Mixed {
                column: column.clone(),
                strings,
                examples: examples.filter_map(Value::as_str).map(str::to_owned).collect(),
                source: check.source(&path),
                which: check.which,
            });
        }
    }
    found.sort_by(|a, b| b.strings.total_cmp(&a.strings));
    let first = found.first()?;
    // A single stray cell in a large table is noise; from half a percent on it is a habit.
    let rows = if first.which == Some(Which::Test) {
        facts.m
    } else {
        facts.n
    };
    let habit = first.strings >= 0.005 || first.strings * rows.max(1.0) >= 5.0;
    let severity = if habit { Severity::Medium } else { Severity::Low };
    let mut draft = Draft::new("dataset.mixed_types", severity, 0.95)
        .columns(found.iter().map(|it| &it.column), MOST_NAMES)
        .arg("number", found.len())
        .arg("first", first.column.as_str())
        .share("share", first.strings)
        .arg("examples", join(&first.examples, 3));
    for it in found.iter().take(MOST_FACTS) {
        let label = format!("share of text in '{}' ({})", it.column, name_of(it.which));
        draft = draft.fact(label, it.strings, it.source.clone());
    }
    Some(draft)
}
