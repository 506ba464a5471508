//! Data checks in the shape of a check suite's results: `{suite: [{header, result}]}` with the names,
//! values and conditions that the deepchecks agent reads.

mod associations;
mod correlation;
mod distance;
mod domain;
mod drift;
mod integrity;
mod item;
mod keys;
mod labels;
mod mapping;
mod outliers;
mod power;
mod predictive;
mod rows;
mod strings;
mod tree;

use serde_json::{Value as Json, json};

pub(crate) use correlation::with_label;
use item::Item;

use crate::Table;

/// How much the checks may look at.
#[derive(Debug, Clone)]
pub struct CheckOptions {
    /// Rows of each table for predictive power. More change its third digit.
    pub power_rows: usize,
    /// Rows of each table for correlations between all features.
    pub correlation_rows: usize,
    /// Rows of each table for the classifier that tells them apart.
    pub domain_rows: usize,
    /// Rows for isolated samples, whose cost grows with their square.
    pub outlier_rows: usize,
    /// Features up to which all pairs are correlated. The table grows with their square.
    pub correlated_features: usize,
    /// Threads; as many as cores when 0.
    pub threads: usize,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            power_rows: 20_000,
            correlation_rows: 10_000,
            domain_rows: 10_000,
            outlier_rows: 2_000,
            correlated_features: 300,
            threads: 0,
        }
    }
}

/// Which of two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    Train,
    Test,
}

impl Which {
    fn name(self) -> &'static str {
        match self {
            Self::Train => "Train",
            Self::Test => "Test",
        }
    }
}

/// `deepchecks_artifacts` of a training table and, where there is one, a test table of the same columns.
#[must_use]
pub fn checks(name: &str, train: &Table, test: Option<&Table>, options: &CheckOptions) -> Json {
    let mut results = serde_json::Map::new();
    let to_json = |items: Vec<Item>| items.into_iter().map(Item::into_json).collect::<Vec<_>>();
    // Computed once: the comparison of the splits needs it as well.
    let powers = predictive::powers(train, test, options);
    if let Some(test) = test {
        let mut items = vec![labels::sizes(train, test)];
        items.extend(labels::new_labels(train, test));
        items.push(labels::new_categories(train, test));
        items.push(strings::comparison(train, test));
        items.extend(keys::between(train, test));
        items.push(rows::mix(train, test));
        items.push(predictive::change(&powers));
        items.push(drift::features(train, test, options));
        items.push(drift::label(train, test));
        items.push(domain::check(train, test, options));
        results.insert("train_test_validation".to_owned(), json!(to_json(items)));
    }
    let mut items = Vec::new();
    for (which, table) in std::iter::once((Which::Train, train)).chain(test.map(|it| (Which::Test, it))) {
        items.push(integrity::single_value(which, table));
        items.push(integrity::mixed_nulls(which, table));
        items.push(integrity::mixed_types(which, table));
        items.push(strings::special(which, table));
        items.push(strings::mismatch(which, table));
        items.push(strings::lengths(which, table));
        items.push(rows::duplicates(which, table));
        items.push(rows::conflicting(which, table));
        items.push(outliers::check(which, table, options));
        items.push(predictive::with_label(which, &powers));
        items.push(correlation::between_features(which, table, options));
        items.push(keys::with_label(which, table, options));
        items.extend(labels::imbalance(which, table));
    }
    results.insert("data_integrity".to_owned(), json!(to_json(items)));
    json!({
        "dataset_name": name,
        "results": results,
        "config": {
            "computed_by": concat!("deepfix ", env!("CARGO_PKG_VERSION")),
            "train_test_validation": test.is_some(),
            "data_integrity": true,
            "model_evaluation": false,
            "data_type": "tabular",
        },
    })
}
