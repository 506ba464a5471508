//! Classes of the test split that are known in training in another spelling, and what label drift is left once they
//! are counted as the known ones. No rule of its own: those of new labels, label drift and strings ask it.
//!
//! The check scales the larger split down to the smaller, so that both weigh one half. Let `s` be the share of test rows
//! that are respelt. Counting a spelling as its class takes at most `2 s` from `V² = χ² / rows`: by the algebra of
//! merging two columns of a table of two rows, one of which is empty in training, the loss is
//! `s p² / (2 c (c + s / 2))`, where `p` is the class's share in training and `c >= p / 2` that of all rows. So what is
//! left is known from below without the shares.
//!
//! Sources: Bergsma 2013 (Cramer's V without bias), Lancaster 1949 (chi-square of merged columns).

use deepfix_views::{
    checks::{Check, CheckKind},
    dataset::{Which, is_same_word},
};
use serde_json::Value;

use super::{Facts, MOST_NAMES, labels::class_samples, unseen::text};

/// How far the shares of all classes may be from one: they are rounded.
const ROUNDING: f64 = 0.02;

/// What counting a spelling as its class takes from the square of the score at most, per respelt share.
const MOST_LOST: f64 = 2.0;

/// A class of the test split, the known one that it is in another spelling, and its rows where they are counted.
pub(super) struct Respelt {
    pub(super) name: String,
    pub(super) known: String,
    rows: Option<f64>,
}

/// The classes that only the test split has: those known in another spelling, and those that are new indeed.
pub(super) fn unseen(facts: &Facts<'_>) -> (Vec<Respelt>, Vec<String>) {
    let Some(check) = facts.view.one(CheckKind::NewLabel) else {
        return (Vec::new(), Vec::new());
    };
    let known = known_classes(facts);
    let (mut respelt, mut fresh) = (Vec::new(), Vec::new());
    for name in new_names(check) {
        match known.iter().find(|it| is_same_word(it, &name)) {
            Some(known) => respelt.push(Respelt {
                rows: rows(facts, check, &name),
                known: known.clone(),
                name,
            }),
            None => fresh.push(name),
        }
    }
    (respelt, fresh)
}

/// The spellings for a text: `'Yes ' ~ 'yes' (3)`.
pub(super) fn listed(pairs: &[Respelt]) -> String {
    let shown = pairs.iter().take(MOST_NAMES).map(|it| {
        let rows = it.rows.map(|it| format!(" ({it})")).unwrap_or_default();
        format!("'{}' ~ '{}'{rows}", it.name, it.known)
    });
    let more = if pairs.len() > MOST_NAMES { ", ..." } else { "" };
    format!("{}{more}", shown.collect::<Vec<_>>().join(", "))
}

/// Label drift once spellings are counted as one class.
pub(super) struct Joined {
    pub(super) score: f64,
    /// The score is at least so large; it was not computed from the shares of the classes.
    pub(super) at_least: bool,
}

/// What is left of a label's drift score, Cramér's V; none where no class is known in another spelling.
pub(super) fn joined(facts: &Facts<'_>, score: f64) -> Option<Joined> {
    let (respelt, fresh) = unseen(facts);
    if respelt.is_empty() {
        return None;
    }
    // A score that is none of Cramér's V says nothing.
    let score = score.clamp(0.0, 1.0);
    if let Some(score) = from_shares(facts, &respelt) {
        return Some(Joined { score, at_least: false });
    }
    let counted: Option<f64> = respelt.iter().map(|it| it.rows).sum();
    // All unseen rows are respelt ones where no class is new indeed.
    let all = || facts.view.one(CheckKind::NewLabel)?.number(&["n_new_labels_samples"]);
    let rows = counted.or_else(|| all().filter(|_| fresh.is_empty()));
    let m = facts.m;
    let left = match rows {
        Some(rows) if m > 0.0 => score.powi(2) - MOST_LOST * rows / m,
        // Where nothing says how much the spellings make up, new classes drift, and spellings alone need not.
        _ if fresh.is_empty() => 0.0,
        _ => score.powi(2),
    };
    Some(Joined {
        score: left.clamp(0.0, 1.0).sqrt(),
        at_least: true,
    })
}

/// Cramér's V of the class shares of both splits, each spelling counted as the class that it means.
fn from_shares(facts: &Facts<'_>, respelt: &[Respelt]) -> Option<f64> {
    // Both as many as the smaller one has.
    let rows = facts.n.min(facts.m);
    let shares = |which| {
        let shares = facts.view.on(CheckKind::ClassImbalance, which)?.scores();
        let total: f64 = shares.iter().map(|it| it.1).sum();
        let are_shares = shares.iter().all(|it| (0.0..=1.0).contains(&it.1));
        (are_shares && (total - 1.0).abs() <= ROUNDING).then_some(shares)
    };
    let (train, test) = (shares(Which::Train)?, shares(Which::Test)?);
    if rows <= 0.0 {
        return None;
    }
    let mut classes: Vec<(String, f64, f64)> = train.into_iter().map(|it| (it.0, it.1 * rows, 0.0)).collect();
    for (name, share) in test {
        let meant = respelt.iter().find(|it| it.name == name).map_or(&name, |it| &it.known);
        match classes.iter_mut().find(|it| it.0 == *meant) {
            Some(class) => class.2 += share * rows,
            None => classes.push((meant.clone(), 0.0, share * rows)),
        }
    }
    let chi: f64 = classes
        .iter()
        .filter(|it| it.1 + it.2 > 0.0)
        .map(|(_, a, b)| (a - b).powi(2) / (a + b))
        .sum();
    let degrees = classes.len() as f64 - 1.0;
    Some(((chi - degrees) / (2.0 * rows)).clamp(0.0, 1.0).sqrt())
}

/// The rows of a class in the test split.
fn rows(facts: &Facts<'_>, check: &Check, name: &str) -> Option<f64> {
    let share = || facts.view.on(CheckKind::ClassImbalance, Which::Test)?.number(&[name]);
    check
        .number(&["n_samples_per_new_label", name])
        .or_else(|| check.number(&["new_labels", name]))
        .or_else(|| share().filter(|_| facts.m > 0.0).map(|it| (it * facts.m).round()))
}

/// The names of classes that only the test split has.
fn new_names(check: &Check) -> Vec<String> {
    match check.get(&["new_labels"]) {
        Some(Value::Array(items)) => items.iter().map(text).collect(),
        Some(Value::Object(members)) => members.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// The names of the training split's classes, as far as a check tells them.
fn known_classes(facts: &Facts<'_>) -> Vec<String> {
    let shares = facts.view.on(CheckKind::ClassImbalance, Which::Train);
    let mut names: Vec<String> = shares.into_iter().flat_map(|it| it.scores()).map(|it| it.0).collect();
    names.extend(class_samples(facts).into_iter().flatten().map(|it| it.0));
    names
}

/// Whether all that a comparison of spellings objects to is classes whose spelling the rule of new labels tells.
pub(super) fn tells_labels_only(facts: &Facts<'_>, check: &Check, label: Option<&str>) -> bool {
    let (respelt, _) = unseen(facts);
    let columns = match check.kind {
        CheckKind::StringMismatch => check.get(&["columns"]).unwrap_or(&Value::Null),
        CheckKind::StringMismatchComparison => check.value(),
        _ => return false,
    };
    let mut broken = columns
        .as_object()
        .into_iter()
        .flatten()
        .filter(|it| it.1.as_object().is_some_and(|it| !it.is_empty()))
        .peekable();
    !respelt.is_empty()
        && broken.peek().is_some()
        && broken.all(|(column, words)| {
            let is_label = label.is_none_or(|it| it == column);
            let mut groups = words.as_object().into_iter().flatten();
            is_label && groups.all(|it| names_one_of(it.1, &respelt))
        })
}

/// Whether the spellings of one word, in either check's way to write them, hold a class of the test split only.
fn names_one_of(spellings: &Value, respelt: &[Respelt]) -> bool {
    let is_one = |it: &Value| {
        it.as_str()
            .is_some_and(|it| respelt.iter().any(|class| class.name == it))
    };
    let items = match spellings {
        Value::Array(items) => items,
        other => match other.get("variants_only_in_test").and_then(Value::as_array) {
            Some(items) => items,
            None => return false,
        },
    };
    items.iter().any(|it| is_one(it.get("variant").unwrap_or(it)))
}
