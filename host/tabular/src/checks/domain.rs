//! `Multivariate Drift`: how well a classifier tells the rows of the two tables apart.

use serde_json::{Map, Value as Json, json};

use super::{
    CheckOptions, Item,
    mapping::{self, Codes, NONE, parallel},
    tree::{self, BINS, Binned, Model},
};
use crate::{Cell, Table, hash, table::quantile};

/// Rows of each table from which on the classifier has anything to learn.
const FEWEST: usize = 30;
const HELD_OUT: f64 = 0.3;
/// Permutations per feature, whose mean is its importance.
const REPEATS: u64 = 5;
/// The suite's bound.
const DRIFT: f64 = 0.25;

pub(super) fn check(train: &Table, test: &Table, options: &CheckOptions) -> Item {
    const NAME: &str = "Multivariate Drift";
    const SUMMARY: &str = "How well a classifier tells the rows of the two tables apart.";
    let rows = |table: &Table| mapping::shuffled(table.sample.len(), options.domain_rows);
    let (a, b) = (rows(train), rows(test));
    if a.len() < FEWEST || b.len() < FEWEST {
        return Item::idle(NAME, None, SUMMARY, "a table has fewer than 30 rows");
    }
    // Both parts have the same share of each table.
    let cut = |rows: usize| ((rows as f64) * HELD_OUT).round() as usize;
    let (held_a, held_b) = (cut(a.len()), cut(b.len()));
    let is_held = |at: usize| at < held_a || (at >= a.len() && at - a.len() < held_b);
    let features = train.compared();
    let classes: Vec<bool> = (0..a.len() + b.len()).map(|it| it >= a.len()).collect();
    let columns: Vec<Option<Vec<u8>>> = parallel(features.len(), options.threads, |at| {
        let (place, is_number) = *features.get(at)?;
        let other = mapping::place_in(test, train, place)?;
        let mut cells = mapping::cells(train, place, &a);
        cells.extend(mapping::cells(test, other, &b));
        let is_flag = mapping::are_flags(train.columns.get(place)?, test.columns.get(other)?);
        Some(if is_number && !is_flag {
            by_quantile(&cells)
        } else {
            by_share(&cells, &classes, &is_held)
        })
    });
    let names: Vec<&str> = features
        .iter()
        .zip(&columns)
        .filter(|it| it.1.is_some())
        .filter_map(|((place, _), _)| Some(train.columns.get(*place)?.name.as_str()))
        .collect();
    let columns: Vec<Vec<u8>> = columns.into_iter().flatten().collect();
    if columns.is_empty() {
        return Item::idle(NAME, None, SUMMARY, "there is no feature");
    }
    let part = |held: bool| -> (Binned, Vec<bool>) {
        let chosen = |at: &usize| is_held(*at) == held;
        let places: Vec<usize> = (0..classes.len()).filter(chosen).collect();
        let pick = |column: &Vec<u8>| places.iter().filter_map(|it| column.get(*it).copied()).collect();
        let classes = places.iter().filter_map(|it| classes.get(*it).copied()).collect();
        (columns.iter().map(pick).collect(), classes)
    };
    let (learned, learned_classes) = part(false);
    let model = Model::fit(&learned, &learned_classes);
    let (mut held, held_classes) = part(true);
    let area = |held: &Binned| {
        let scores: Vec<f64> = (0..held_classes.len()).map(|row| model.score(held, row)).collect();
        tree::auc(&scores, &held_classes)
    };
    let auc = area(&held);
    let score = (2.0 * auc - 1.0).max(0.0);
    let importance = importance(&model, &mut held, auc, &area, &names);
    Item::new(
        NAME,
        None,
        SUMMARY,
        json!({
            "domain_classifier_auc": auc,
            "domain_classifier_drift_score": score,
            "domain_classifier_feature_importance": importance,
        }),
    )
    .params(json!({ "n_samples": options.domain_rows, "test_size": HELD_OUT }))
    .condition(
        score < DRIFT,
        "Drift value is less than 0.25",
        format!("it is {score:.2}, an AUC of {auc:.2}"),
    )
}

/// Each feature's share of what the AUC loses when its column is shuffled (Breiman 2001).
fn importance(
    model: &Model,
    held: &mut Binned,
    auc: f64,
    area: &dyn Fn(&Binned) -> f64,
    names: &[&str],
) -> Map<String, Json> {
    let mut losses = vec![0.0; names.len()];
    for feature in model.features() {
        let Some(column) = held.get(feature).cloned() else {
            continue;
        };
        let mut loss = 0.0;
        for repeat in 0..REPEATS {
            let mut order: Vec<usize> = (0..column.len()).collect();
            order.sort_by_cached_key(|it| hash::mix(*it as u64 ^ (repeat + 1) << 40));
            if let Some(slot) = held.get_mut(feature) {
                *slot = order.iter().filter_map(|it| column.get(*it).copied()).collect();
            }
            loss += auc - area(held);
        }
        if let Some(slot) = held.get_mut(feature) {
            *slot = column;
        }
        if let Some(it) = losses.get_mut(feature) {
            *it = f64::max(loss / REPEATS as f64, 0.0);
        }
    }
    let all: f64 = losses.iter().sum();
    let share = |loss: f64| if all > 0.0 { loss / all } else { 0.0 };
    let mut named: Vec<(&&str, f64)> = names.iter().zip(losses).map(|(name, it)| (name, share(it))).collect();
    named.sort_by(|a, b| b.1.total_cmp(&a.1));
    named
        .into_iter()
        .map(|(name, it)| ((*name).to_owned(), json!(it)))
        .collect()
}

/// Bins with about equally many numbers; 0 where there is none.
fn by_quantile(cells: &[Cell]) -> Vec<u8> {
    let numbers = mapping::numbers(cells);
    let mut sorted: Vec<f64> = numbers.iter().copied().filter(|it| !it.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = BINS - 1;
    let mut edges: Vec<f64> = (1..last)
        .filter_map(|it| quantile(&sorted, it as f64 / last as f64))
        .collect();
    edges.dedup();
    let bin = |it: &f64| {
        if it.is_nan() {
            0
        } else {
            1 + edges.partition_point(|edge| edge < it) as u8
        }
    };
    numbers.iter().map(bin).collect()
}

/// The most frequent categories in the order of their share of the test table, as far as the rows to learn
/// from tell, which for two classes is the order in which splits lose nothing (Fisher 1958). 0 where the cell is
/// missing or rare.
fn by_share(cells: &[Cell], classes: &[bool], is_held: &dyn Fn(usize) -> bool) -> Vec<u8> {
    let mut known = Codes::default();
    let cells: Vec<Cell> = cells.iter().map(|it| it.compared()).collect();
    let codes = known.of(&cells);
    let mut counts = vec![(0.0f64, 0.0f64); known.number()];
    for (_, (code, class)) in codes.iter().zip(classes).enumerate().filter(|it| !is_held(it.0)) {
        if let Some(it) = counts.get_mut(*code as usize) {
            it.0 += 1.0;
            it.1 += f64::from(u8::from(*class));
        }
    }
    let mut frequent: Vec<usize> = (0..counts.len()).collect();
    let count = |it: &usize| counts.get(*it).copied().unwrap_or_default();
    frequent.sort_by(|a, b| count(b).0.total_cmp(&count(a).0).then(a.cmp(b)));
    frequent.truncate(BINS - 1);
    // One row more of each, so that a rare category is not taken for a sure sign.
    let share = |it: &usize| (count(it).1 + 0.5) / (count(it).0 + 1.0);
    frequent.sort_by(|a, b| share(a).total_cmp(&share(b)).then(a.cmp(b)));
    let mut bins = vec![0u8; counts.len()];
    for (bin, code) in (1u8..).zip(frequent) {
        if let Some(it) = bins.get_mut(code) {
            *it = bin;
        }
    }
    let bin = |code: &u32| {
        if *code == NONE {
            0
        } else {
            bins.get(*code as usize).copied().unwrap_or(0)
        }
    };
    codes.iter().map(bin).collect()
}
