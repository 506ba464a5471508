//! `Feature Label Correlation` and its change between the tables.

use serde_json::{Map, Value as Json, json};

use super::{
    CheckOptions, Item, Which,
    item::listed,
    mapping::{self, Codes, parallel},
    power::{self, Feature, Target},
};
use crate::{Table, Task};

/// The suite's bounds.
const LEAK: f64 = 0.8;
const DIFFERENCE: f64 = 0.2;
const STRONG: f64 = 0.7;

/// Scores of the features by name, of the training table and of the test table.
pub(super) struct Powers {
    train: Option<Vec<(String, f64)>>,
    test: Option<Vec<(String, f64)>>,
}

pub(super) fn powers(train: &Table, test: Option<&Table>, options: &CheckOptions) -> Powers {
    let task = train.task();
    Powers {
        train: of(train, task, options),
        test: test.and_then(|it| of(it, task, options)),
    }
}

fn of(table: &Table, task: Option<Task>, options: &CheckOptions) -> Option<Vec<(String, f64)>> {
    let places = mapping::shuffled(table.sample.len(), options.power_rows);
    let target = target(table, task, &places)?;
    let features = table.compared();
    let scores = parallel(features.len(), options.threads, |at| {
        features.get(at).map_or(0.0, |it| score(table, *it, &target, &places))
    });
    let names = features
        .iter()
        .filter_map(|it| table.columns.get(it.0))
        .map(|it| it.name.clone());
    let mut scores: Vec<(String, f64)> = names.zip(scores).collect();
    scores.sort_by(|a, b| b.1.total_cmp(&a.1));
    Some(scores)
}

/// The label at these places of the sample.
pub(super) fn target(table: &Table, task: Option<Task>, places: &[usize]) -> Option<Target> {
    let label = mapping::cells(table, table.roles.label?, places);
    Some(match task? {
        Task::Regression => Target::Numbers(mapping::numbers(&label)),
        Task::Classification => {
            let mut codes = Codes::default();
            let label = codes.of(&label);
            Target::Classes(label, codes.number())
        }
    })
}

pub(super) fn score(table: &Table, (column, is_number): (usize, bool), target: &Target, places: &[usize]) -> f64 {
    let cells = mapping::cells(table, column, places);
    let feature = if is_number {
        Feature::Numbers(mapping::numbers(&cells))
    } else {
        Feature::Categories(Codes::default().of(&cells))
    };
    power::score(&feature, target)
}

fn to_json(scores: &[(String, f64)]) -> Json {
    Json::Object(scores.iter().map(|(name, it)| (name.clone(), json!(it))).collect())
}

fn above(scores: &[(String, f64)], bound: f64) -> Vec<(&str, f64)> {
    scores
        .iter()
        .filter(|it| it.1 >= bound)
        .map(|it| (it.0.as_str(), it.1))
        .collect()
}

fn told(bad: &[(&str, f64)], all: usize) -> String {
    let names = listed(bad.iter().map(|it| (it.0, format!("{:.2}", it.1))));
    format!("{} of {all} features are at or above it {names}", bad.len())
}

pub(super) fn with_label(which: Which, powers: &Powers) -> Item {
    const NAME: &str = "Feature Label Correlation";
    const SUMMARY: &str = "How well each feature alone predicts the label (predictive power score).";
    let scores = match which {
        Which::Train => &powers.train,
        Which::Test => &powers.test,
    };
    let Some(scores) = scores else {
        return Item::idle(NAME, Some(which), SUMMARY, "no label column is named");
    };
    let bad = above(scores, LEAK);
    Item::new(NAME, Some(which), SUMMARY, to_json(scores)).condition(
        bad.is_empty(),
        "Features' Predictive Power Score is less than 0.8",
        told(&bad, scores.len()),
    )
}

pub(super) fn change(powers: &Powers) -> Item {
    const NAME: &str = "Feature Label Correlation Change";
    const SUMMARY: &str = "How the predictive power of each feature differs between the tables.";
    let (Some(train), Some(test)) = (&powers.train, &powers.test) else {
        return Item::idle(NAME, None, SUMMARY, "no label column is named");
    };
    let differences: Map<String, Json> = train
        .iter()
        .filter_map(|(name, a)| {
            let (_, b) = test.iter().find(|it| it.0 == *name)?;
            Some((name.clone(), json!(a - b)))
        })
        .collect();
    let apart: Vec<(&str, f64)> = differences
        .iter()
        .filter_map(|(name, it)| Some((name.as_str(), it.as_f64()?)))
        .filter(|it| it.1.abs() >= DIFFERENCE)
        .collect();
    let strong = above(train, STRONG);
    let (met, weak) = (apart.is_empty(), strong.is_empty());
    let (found, found_strong) = (told(&apart, differences.len()), told(&strong, train.len()));
    let value = json!({ "train": to_json(train), "test": to_json(test), "train-test difference": differences });
    Item::new(NAME, None, SUMMARY, value)
        .condition(
            met,
            "Train-Test features' Predictive Power Score difference is less than 0.2",
            found,
        )
        .condition(
            weak,
            "Train features' Predictive Power Score is less than 0.7",
            found_strong,
        )
}
