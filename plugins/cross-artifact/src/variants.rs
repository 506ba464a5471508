//! Of which variants the findings of a fault are, and what that says about other findings.
//!
//! A class in another spelling moves no distribution; a column that is of two types is told apart by a
//! classifier and brings new categories for that reason alone; who knows the label says better what to do about its
//! gaps than who takes it for a feature.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    causes::Fault,
    columns,
    findings::{self, Findings, Observed},
};

/// Variants of findings that are about the label.
const OF_LABEL: [&str; 2] = ["target", "label"];
/// The variant of classes that are new by their spelling only.
const SPELLING: &str = "spelling";
const NEW_LABELS: &str = "checks.new_labels";
/// Variants of leaks that are about the dates of rows.
const OF_DATES: [&str; 3] = ["days", "overlap", "past"];
const MIXED_TYPES: &str = "dataset.mixed_types";
const STRINGS: &str = "checks.inconsistent_strings";

/// What the findings of a fault have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Variants {
    /// None of them is of a variant.
    Plain,
    /// All of them are of this one.
    Of(String),
    /// They differ.
    Several,
}

impl Variants {
    /// That of all findings, which tells those apart that have a variant from those that have none.
    pub(crate) fn of(findings: &[Observed<'_>]) -> Self {
        let outdone = Outdone::by(findings);
        let counting = findings.iter().filter(|it| !outdone.contains(it));
        let mut all: BTreeSet<Option<String>> = counting.map(variant).collect();
        match (all.pop_first(), all.is_empty()) {
            (Some(None) | None, true) => Self::Plain,
            (Some(Some(it)), true) => Self::Of(it),
            (_, false) => Self::Several,
        }
    }

    fn is(&self, name: &str) -> bool {
        matches!(self, Self::Of(it) if it == name)
    }
}

fn variant(it: &Observed<'_>) -> Option<String> {
    findings::variant(&it.analysis.finding.extras)
}

/// What of the findings of one fault another agent knows better: that a column is the label, and that a
/// new class is a known one in another spelling.
#[derive(Debug, Default)]
pub(crate) struct Outdone<'a> {
    labels: BTreeMap<String, &'a str>,
    spelling: Option<&'a str>,
}

impl<'a> Outdone<'a> {
    pub(crate) fn by(findings: &[Observed<'a>]) -> Self {
        let mut better = Self::default();
        for it in findings.iter().filter(|it| !it.of_model) {
            match variant(it).as_deref() {
                Some(name) if OF_LABEL.contains(&name) => {
                    let named = columns::of(&it.analysis.finding);
                    better.labels.extend(named.into_iter().map(|column| (column, it.agent)));
                }
                Some(SPELLING) if it.code() == NEW_LABELS => better.spelling = Some(it.agent),
                _ => {}
            }
        }
        better
    }

    pub(crate) fn contains(&self, it: &Observed<'_>) -> bool {
        let own = variant(it);
        if it.code() == NEW_LABELS {
            return own.is_none() && self.spelling.is_some_and(|agent| agent != it.agent);
        }
        if self.labels.is_empty() || own.is_some_and(|it| OF_LABEL.contains(&it.as_str())) {
            return false;
        }
        let named = columns::of(&it.analysis.finding);
        let known = |column: &String| self.labels.get(column).is_some_and(|agent| *agent != it.agent);
        !named.is_empty() && named.iter().all(known)
    }

    /// The columns that one of the findings knows to be the label.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &String> {
        self.labels.keys()
    }
}

/// Whether all classes that only the test split has are known ones in another spelling, as a rule found.
pub(crate) fn is_respelt(findings: &Findings<'_>) -> bool {
    let found: Vec<Observed<'_>> = findings.of_code(NEW_LABELS).copied().collect();
    Variants::of(&found).is(SPELLING)
}

/// Whether the variants of two faults let the one follow from the other; `label` is the label's name, where it is
/// known.
pub(crate) fn allow(cause: &Fault<'_>, effect: &Fault<'_>, label: Option<&str>) -> bool {
    let is_uncompared = |it: &Fault<'_>| it.code == "checks.covariate_drift" && it.variants().is("uncompared");
    match (cause.code.as_str(), effect.code.as_str()) {
        // It brings no rows that both splits have.
        ("checks.train_test_leakage", _) => !cause.counting().first().is_some_and(is_of_dates),
        // That a column has two types says nothing about how anything is distributed.
        _ if is_uncompared(cause) => false,
        (NEW_LABELS, "checks.label_drift" | "checks.covariate_drift") => !is_spelling(cause),
        (NEW_LABELS, STRINGS) => {
            let mut known = columns::named(cause);
            known.extend(label.map(str::to_owned));
            is_spelling(cause) && is_within(&columns::named(effect), &known)
        }
        (MIXED_TYPES, "checks.covariate_drift") => is_uncompared(effect) && is_of_its_columns(cause, effect),
        (MIXED_TYPES, STRINGS) => is_of_its_columns(cause, effect),
        _ => true,
    }
}

/// Whether an effect only tells again that columns are of one type in one split and of another in the other: it is as
/// grave as that, whatever it looks like by itself.
pub(crate) fn tells_again(cause: &Fault<'_>, effect: &Fault<'_>) -> bool {
    let splits = |it: &Observed<'_>| variant(it).as_deref() == Some("splits");
    cause.code == MIXED_TYPES
        && cause.own.is_none()
        && cause.counting().iter().any(splits)
        && ["checks.covariate_drift", "checks.new_categories", STRINGS].contains(&effect.code.as_str())
        && is_of_its_columns(cause, effect)
        && allow(cause, effect, None)
}

/// Whether a leak is one of a split by dates: its test rows are of the wrong time, and no training row answers them.
pub(crate) fn is_of_dates(it: &Observed<'_>) -> bool {
    variant(it).is_some_and(|it| OF_DATES.contains(&it.as_str()))
}

fn is_spelling(fault: &Fault<'_>) -> bool {
    fault.variants().is(SPELLING)
}

fn is_of_its_columns(cause: &Fault<'_>, effect: &Fault<'_>) -> bool {
    is_within(&columns::named(effect), &columns::named(cause))
}

fn is_within(some: &BTreeSet<String>, all: &BTreeSet<String>) -> bool {
    !some.is_empty() && some.is_subset(all)
}
