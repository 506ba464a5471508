//! Feature drift and label drift.
//!
//! The score is a Kolmogorov-Smirnov distance for numbers and Cramér's V for categories: both lie
//! between 0 and 1, need no bins and no scale, and their noise is known, which the agent that reads them
//! uses. Beside it stand sizes that say more where there are rows enough for them: the population
//! stability index (from 500 rows in both tables; below, chance alone reaches its customary bound of
//! 0.1: nine bins scatter by 9 (1/n + 1/m)), the Wasserstein distance of numbers and the Jensen-Shannon
//! distance of categories (from 100).

use serde_json::{Map, Value as Json, json};

use super::{
    CheckOptions, Item, distance,
    item::listed,
    mapping::{self, parallel},
};
use crate::{Cell, ColumnType, Table, Task, hash::Map as CellMap};

const FEWEST: usize = 10;
const FOR_DISTANCE: usize = 100;
const FOR_STABILITY: usize = 500;
/// Bounds of the suite that the agent knows.
const FEATURES: f64 = 0.2;
const LABEL: f64 = 0.15;
const KS: &str = "Kolmogorov-Smirnov";
const V: &str = "Cramer's V";

/// How far a column moved.
struct Score {
    score: f64,
    method: &'static str,
    more: Vec<(&'static str, f64)>,
}

impl Score {
    fn into_json(self) -> Json {
        let mut it = Map::new();
        it.insert("Drift score".to_owned(), json!(self.score));
        it.insert("Method".to_owned(), json!(self.method));
        it.insert("Importance".to_owned(), Json::Null);
        for (name, value) in self.more {
            it.insert(name.to_owned(), json!(value));
        }
        Json::Object(it)
    }
}

pub(super) fn features(train: &Table, test: &Table, options: &CheckOptions) -> Item {
    const NAME: &str = "Feature Drift";
    const SUMMARY: &str = "How far each feature's distribution in the test table is from that in the training table.";
    let columns = train.compared();
    let changed = changed_types(train, test, &columns);
    let scores = parallel(columns.len(), options.threads, |at| {
        let (place, is_number) = *columns.get(at)?;
        let other = mapping::place_in(test, train, place)?;
        let is_flag = mapping::are_flags(train.columns.get(place)?, test.columns.get(other)?);
        if changed.iter().any(|it| it.0 == place) {
            None
        } else if is_number && !is_flag {
            numbers(train, place, test, other)
        } else {
            categories(train, place, test, other)
        }
    });
    let named: Vec<(&str, Score)> = columns
        .iter()
        .zip(scores)
        .filter_map(|((place, _), score)| Some((train.columns.get(*place)?.name.as_str(), score?)))
        .collect();
    let said: Vec<&str> = changed.iter().map(|it| it.1.as_str()).collect();
    if named.is_empty() && said.is_empty() {
        return Item::idle(NAME, None, SUMMARY, "no feature has ten values in both tables");
    }
    const DEMAND: &str = "categorical drift score < 0.2 and numerical drift score < 0.2";
    if named.is_empty() {
        return Item::new(NAME, None, SUMMARY, Json::Null).unknown(DEMAND, said.join("; "));
    }
    let bad: Vec<(&str, f64)> = named
        .iter()
        .filter(|it| it.1.score >= FEATURES)
        .map(|it| (it.0, it.1.score))
        .collect();
    let found = format!(
        "{} of {} columns are at or above it {}",
        bad.len(),
        named.len(),
        listed(bad.iter().map(|it| (it.0, format!("{:.2}", it.1))))
    );
    let met = bad.is_empty();
    let value: Map<String, Json> = named
        .into_iter()
        .map(|(name, it)| (name.to_owned(), it.into_json()))
        .collect();
    let item = Item::new(NAME, None, SUMMARY, Json::Object(value))
        .params(json!({ "numerical_drift_method": "KS", "categorical_drift_method": "cramers_v", "min_category_size_ratio": 0.01 }))
        .condition(met, DEMAND, found);
    if said.is_empty() {
        item
    } else {
        item.unknown(DEMAND, said.join("; "))
    }
}

/// Features that are numbers in one table only, by their place, and what to say of them: their values have
/// nothing in common that could be measured. True and false in one and 1 and 0 in the other have.
fn changed_types(train: &Table, test: &Table, columns: &[(usize, bool)]) -> Vec<(usize, String)> {
    columns
        .iter()
        .filter_map(|(place, is_number)| {
            let ours = train.columns.get(*place)?;
            let theirs = test.columns.get(mapping::place_in(test, train, *place)?)?;
            let is_coded = train.roles.categorical.contains(place);
            let (a, b) = (ours.kind(), theirs.kind());
            let is_other = b != ColumnType::Empty
                && !is_coded
                && (b == ColumnType::Numeric) != *is_number
                && !mapping::are_flags(ours, theirs);
            is_other.then(|| {
                let said = format!(
                    "`{}` is {} in the training table and {} in the test table, and was not compared",
                    ours.name,
                    a.name(),
                    b.name()
                );
                (*place, said)
            })
        })
        .collect()
}

pub(super) fn label(train: &Table, test: &Table) -> Item {
    const NAME: &str = "Label Drift";
    const SUMMARY: &str = "How far the label's distribution in the test table is from that in the training table.";
    let Some(place) = train.roles.label else {
        return Item::idle(NAME, None, SUMMARY, "no label column is named");
    };
    let other = mapping::place_in(test, train, place);
    let score = match (other, train.task()) {
        (Some(other), Some(Task::Regression)) => numbers(train, place, test, other),
        (Some(other), _) => categories(train, place, test, other),
        _ => None,
    };
    let Some(score) = score else {
        return Item::idle(NAME, None, SUMMARY, "the label has fewer than ten values in a table");
    };
    let found = format!("its {} is {:.2}", score.method, score.score);
    Item::new(NAME, None, SUMMARY, Json::Null)
        .condition(score.score < LABEL, "Label drift score < 0.15", found)
        .with_value(score.into_json())
}

fn numbers(train: &Table, place: usize, test: &Table, other: usize) -> Option<Score> {
    let (a, b) = (train.sample.sorted(place), test.sample.sorted(other));
    let fewest = a.len().min(b.len());
    if fewest < FEWEST {
        return None;
    }
    let mut more = Vec::new();
    if fewest >= FOR_DISTANCE {
        more.extend(distance::wasserstein(&a, &b).map(|it| ("Wasserstein distance", it)));
    }
    if fewest >= FOR_STABILITY {
        more.push(("PSI", distance::population_stability(&distance::binned(&a, &b))));
    }
    Some(Score {
        score: distance::kolmogorov_smirnov(&a, &b),
        method: KS,
        more,
    })
}

fn categories(train: &Table, place: usize, test: &Table, other: usize) -> Option<Score> {
    let counts = paired(train, place, test, other);
    let (n, m) = counts.iter().fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    let fewest = n.min(m) as usize;
    if fewest < FEWEST {
        return None;
    }
    let mut more = Vec::new();
    if fewest >= FOR_DISTANCE {
        more.push(("Jensen-Shannon distance", distance::jensen_shannon(&counts)));
    }
    if fewest >= FOR_STABILITY && counts.len() <= 100 {
        more.push(("PSI", distance::population_stability(&counts)));
    }
    Some(Score {
        score: distance::cramers_v(&counts),
        method: V,
        more,
    })
}

/// Rows of each value in both tables: of all rows while the values are counted, else of the samples.
fn paired(train: &Table, place: usize, test: &Table, other: usize) -> Vec<(f64, f64)> {
    let counts = |table: &Table, place: usize| -> Vec<(Cell, f64)> {
        match table.columns.get(place).and_then(crate::Column::counts) {
            Some(counts) => counts.into_iter().map(|(cell, n)| (cell, n as f64)).collect(),
            None => table
                .sample
                .column(place)
                .filter(|it| !it.is_missing())
                .map(|it| (it, 1.0))
                .collect(),
        }
    };
    let mut pairs: CellMap<Cell, (f64, f64)> = CellMap::default();
    for (cell, n) in counts(train, place) {
        pairs.entry(cell.compared()).or_default().0 += n;
    }
    for (cell, n) in counts(test, other) {
        pairs.entry(cell.compared()).or_default().1 += n;
    }
    let mut pairs: Vec<(Cell, (f64, f64))> = pairs.into_iter().collect();
    // Sums of floating numbers depend on their order.
    pairs.sort_unstable_by_key(|it| it.0);
    pairs.into_iter().map(|it| it.1).collect()
}
