use std::collections::{BTreeMap, BTreeSet};

use deepfix_plugin::Source;
use serde_json::Value;

use super::{Check, CheckKind, ChecksView};
use crate::dataset::{Which, finite};

/// Rows of both splits.
#[derive(Debug, Clone, Default)]
pub struct Sizes {
    /// Rows of the training split.
    pub train: Option<(f64, Source)>,
    /// Rows of the test split.
    pub test: Option<(f64, Source)>,
}

/// One column's drift between the splits.
#[derive(Debug, Clone)]
pub struct DriftScore {
    /// The column; empty for the label.
    pub column: String,
    /// The score.
    pub score: f64,
    /// Whether it is a Kolmogorov-Smirnov distance, whose noise is known. Else it is
    /// Cramér's V, corrected for bias, or an earth mover's distance.
    pub is_ks: bool,
    /// Where the score stands.
    pub source: Source,
}

impl ChecksView {
    /// Rows of both splits: from the size comparison, else from checks that count.
    #[must_use]
    pub fn sizes(&self) -> Sizes {
        let mut sizes = Sizes::default();
        if let Some(check) = self.one(CheckKind::SizeComparison) {
            let read = |name: &str| check.number(&[name]).map(|it| (it, check.source(&[name])));
            sizes.train = read("Train");
            sizes.test = read("Test");
        }
        for (which, slot) in [(Which::Train, &mut sizes.train), (Which::Test, &mut sizes.test)] {
            for kind in [CheckKind::MixedNulls, CheckKind::StringMismatch] {
                if slot.is_none()
                    && let Some(check) = self.on(kind, which)
                {
                    *slot = check
                        .number(&["n_samples"])
                        .map(|it| (it, check.source(&["n_samples"])));
                }
            }
        }
        let positive = |it: &(f64, Source)| it.0 > 0.0;
        Sizes {
            train: sizes.train.filter(positive),
            test: sizes.test.filter(positive),
        }
    }

    /// Unique values per column of a split.
    #[must_use]
    pub fn unique_counts(&self, which: Which) -> BTreeMap<String, f64> {
        let Some(check) = self.on(CheckKind::SingleValue, which) else {
            return BTreeMap::new();
        };
        let Some(members) = check.value().as_object() else {
            return BTreeMap::new();
        };
        members
            .iter()
            .filter_map(|(name, it)| Some((name.clone(), finite(it)?)))
            .collect()
    }
}

impl ChecksView {
    /// The columns that the checks treat as categories: those whose drift is no
    /// Kolmogorov-Smirnov distance, those whose spellings are compared, and those with text.
    #[must_use]
    pub fn categories(&self) -> BTreeSet<String> {
        let drift = self.of(CheckKind::FeatureDrift).flat_map(Check::drift);
        let drifting = drift.filter(|it| !it.is_ks).map(|it| it.column);
        let spelled = self
            .of(CheckKind::StringMismatch)
            .filter_map(|it| it.get(&["columns"])?.as_object())
            .flat_map(|it| it.keys().cloned());
        // Numbers with text among them are read as categories.
        let mixed = self.of(CheckKind::MixedTypes).flat_map(|check| {
            let names = check.value().as_object().into_iter().flatten().map(|it| it.0);
            names.filter(|it| check.number(&[it, "strings"]).is_some_and(|it| it > 0.0))
        });
        let mixed = mixed.cloned();
        drifting
            .chain(spelled)
            .chain(mixed)
            .filter(|it| !it.is_empty())
            .collect()
    }
}

impl Check {
    /// Drift per column, or of the label, largest first.
    #[must_use]
    pub fn drift(&self) -> Vec<DriftScore> {
        let read = |path: &[&str], column: &str| {
            let full = |name| path.iter().copied().chain([name]).collect::<Vec<&str>>();
            let method = self.get(&full("Method")).and_then(Value::as_str).unwrap_or_default();
            Some(DriftScore {
                column: column.to_owned(),
                score: self.number(&full("Drift score"))?,
                is_ks: method.to_ascii_lowercase().starts_with("kolmogorov"),
                source: self.source(&full("Drift score")),
            })
        };
        let mut scores: Vec<DriftScore> = if self.get(&["Drift score"]).is_some() {
            read(&[], "").into_iter().collect()
        } else {
            let members = self.value().as_object().into_iter().flatten();
            members.filter_map(|(name, _)| read(&[name], name)).collect()
        };
        scores.sort_by(|a, b| b.score.total_cmp(&a.score));
        scores
    }

    /// A list of row objects, as `Train Test Performance` has it.
    pub fn rows(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.value()
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
            .filter(|(_, it)| it.is_object())
    }
}

/// `{name: number}`, largest first.
pub(super) fn scores(value: &Value) -> Vec<(String, f64)> {
    let members = value.as_object().into_iter().flatten();
    let mut scores: Vec<(String, f64)> = members
        .filter_map(|(name, it)| Some((name.clone(), finite(it)?)))
        .collect();
    scores.sort_by(|a, b| b.1.total_cmp(&a.1));
    scores
}
