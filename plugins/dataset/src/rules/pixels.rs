//! The classes of segmented images, by their share of the pixels: see the rules of images.
//!
//! Source: Milletari et al. 2016 (the Dice loss, made for a background that fills nearly every pixel).
//! Not flagged: the background, and small things that are many (their share of the pixels is their size).

use std::collections::BTreeMap;

use deepfix_plugin::{Draft, Severity, join};
use deepfix_views::dataset::{DatasetView, Split, Which, finite};

use super::{MOST_FACTS, MOST_NAMES};

const MEMBER: &str = "pixel_class_ratio";
const RARE: f64 = 0.005;
const FEWEST_IMAGES: f64 = 20.0;
const LEAST_VARIATION: f64 = 0.2;
const LARGE_VARIATION: f64 = 0.35;

pub(super) fn check(view: &DatasetView) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let Some(train) = view.train.as_ref() else {
        return drafts;
    };
    let before = shares(train);
    if before.len() < 2 {
        return drafts;
    }
    drafts.extend(rare(train, &before));
    if let Some(test) = &view.test {
        let after = shares(test);
        drafts.extend(unseen(test, &before, &after));
        let enough = |which| view.rows(which).is_some_and(|it| it.count >= FEWEST_IMAGES);
        if enough(Which::Train) && enough(Which::Test) && !after.is_empty() {
            drafts.extend(drift((train, &before), (test, &after)));
        }
    }
    drafts
}

/// Shares that add up to one, whether ratios, per cents or pixel counts were sent.
fn shares(split: &Split) -> BTreeMap<String, f64> {
    let members = split.raw.get(MEMBER).and_then(serde_json::Value::as_object);
    let values: BTreeMap<String, f64> = members
        .into_iter()
        .flatten()
        .filter_map(|(name, it)| Some((name.clone(), finite(it).filter(|it| *it >= 0.0)?)))
        .collect();
    let sum: f64 = values.values().sum();
    if !(sum > 0.0 && sum.is_finite()) {
        return BTreeMap::new();
    }
    values.into_iter().map(|(name, it)| (name, it / sum)).collect()
}

fn fact(draft: Draft, split: &Split, name: &str) -> Draft {
    let label = format!("pixels of class {name} ({})", split.which.member());
    match split.number(&[MEMBER, name]) {
        Some((value, source)) => draft.fact(label, value, source),
        None => draft,
    }
}

fn rare(train: &Split, shares: &BTreeMap<String, f64>) -> Option<Draft> {
    let (name, share) = shares
        .iter()
        .filter(|it| *it.1 > 0.0)
        .min_by(|a, b| a.1.total_cmp(b.1))
        .filter(|it| *it.1 < RARE)?;
    let draft = Draft::new("dataset.class_imbalance", Severity::Low, 0.8)
        .variant("pixels")
        .arg("rare", name.as_str())
        .share("share", *share)
        .arg("classes", shares.len());
    Some(fact(draft, train, name))
}

fn unseen(test: &Split, before: &BTreeMap<String, f64>, after: &BTreeMap<String, f64>) -> Option<Draft> {
    let names: Vec<&String> = after
        .iter()
        .filter(|(name, share)| **share > 0.0 && before.get(*name).is_none_or(|it| *it <= 0.0))
        .map(|it| it.0)
        .collect();
    let share: f64 = names.iter().filter_map(|it| after.get(*it)).sum();
    if names.is_empty() {
        return None;
    }
    let severity = if share >= 0.02 {
        Severity::High
    } else {
        Severity::Medium
    };
    let draft = Draft::new("checks.new_labels", severity, 0.9)
        .variant("pixels")
        .arg("classes", join(&names, MOST_NAMES))
        .arg("number", names.len())
        .share("share", share);
    Some(
        names
            .into_iter()
            .take(MOST_FACTS)
            .fold(draft, |draft, name| fact(draft, test, name)),
    )
}

fn drift(
    (train, before): (&Split, &BTreeMap<String, f64>),
    (test, after): (&Split, &BTreeMap<String, f64>),
) -> Option<Draft> {
    let of = |shares: &BTreeMap<String, f64>, name: &str| shares.get(name).copied().unwrap_or(0.0);
    let names: Vec<&String> = before
        .keys()
        .chain(after.keys().filter(|it| !before.contains_key(*it)))
        .collect();
    let difference = |name: &str| (of(before, name) - of(after, name)).abs();
    let variation = names.iter().map(|it| difference(it)).sum::<f64>() / 2.0;
    let worst = names.iter().max_by(|a, b| difference(a).total_cmp(&difference(b)))?;
    if variation < LEAST_VARIATION {
        return None;
    }
    let severity = if variation >= LARGE_VARIATION {
        Severity::Medium
    } else {
        Severity::Low
    };
    let draft = Draft::new("checks.label_drift", severity, 0.75)
        .variant("pixels")
        .arg("worst", worst.as_str())
        .share("before", of(before, worst))
        .share("after", of(after, worst))
        .share("variation", variation)
        .computed("total variation distance", variation);
    Some(fact(fact(draft, train, worst), test, worst))
}
