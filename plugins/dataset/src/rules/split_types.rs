//! `dataset.mixed_types` of a column that is numbers in one split and text in the other.
//!
//! The model is fitted on the one and judged on the other: whatever the values mean, the pipeline
//! gives it something else. Told by a mean in one split and a most frequent text, without a
//! mean, in the other. High where three tenths of the cells of the split with texts are text, as far
//! as they are counted (`other_statistics`, which `deepfix ingest` fills) or as the most
//! frequent value tells; else medium, since a few texts make the whole column one of texts
//! for most readers. Low where the texts are true and false and the numbers lie within 0 and 1, which many
//! programs take for the same, but not all.
//!
//! Sources: pandas (`object` columns of `read_csv`), Breck et al. 2019 (data validation: one schema for
//! training and serving).
//!
//! Not flagged: a column without a value in one split, which has no type there; columns that the model
//! does not see; identifiers, which have a rule of their own; classes of a label but
//! true and false, which the rule of new labels reports; numbers in both.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{Column, DatasetView, Kind, Split, Stat, Task, Which};

use super::{
    MOST_FACTS, MOST_NAMES,
    mixed_types::{is_identifier, is_placeholder},
};

/// The share of cells with text from which on the column is one of texts.
const MOSTLY: f64 = 0.3;

/// A column of two types, the split where it is text and how much that weighs.
struct Found<'a> {
    numbers: &'a Column,
    texts: &'a Column,
    split: Which,
    kind: Kinds,
}

/// What the texts are, from what weighs least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kinds {
    /// True and false, where the other split has 1 and 0.
    Flags,
    /// Some cells only.
    Some,
    /// Most cells.
    Texts,
}

impl Kinds {
    fn name(self) -> &'static str {
        match self {
            Self::Flags => "flags",
            Self::Some => "some",
            Self::Texts => "texts",
        }
    }

    fn severity(self) -> Severity {
        match self {
            Self::Flags => Severity::Low,
            Self::Some => Severity::Medium,
            Self::Texts => Severity::High,
        }
    }
}

pub(super) fn check(view: &DatasetView) -> Vec<Draft> {
    // True and false have a cure of their own.
    let (flags, others): (Vec<Found<'_>>, Vec<Found<'_>>) =
        found(view).into_iter().partition(|it| it.kind == Kinds::Flags);
    [others, flags].iter().filter_map(|it| told(it)).collect()
}

fn told(found: &[Found<'_>]) -> Option<Draft> {
    let first = found.iter().max_by_key(|it| it.kind)?;
    let confidence = if first.kind.severity() == Severity::Low {
        0.5
    } else {
        0.9
    };
    let mut draft = Draft::new("dataset.mixed_types", first.kind.severity(), confidence)
        .variant("splits")
        .columns(found.iter().map(|it| &it.texts.name), MOST_NAMES)
        .arg("kind", first.kind.name())
        .arg("number", found.len())
        .arg("first", first.texts.name.as_str())
        .arg("top", first.texts.top.clone().unwrap_or_default())
        .arg("mean", first.numbers.mean.unwrap_or_default())
        .arg("texts", if first.split == Which::Test { "test" } else { "train" });
    for it in found.iter().take(MOST_FACTS) {
        if let (Some(top), Some(mean)) = (&it.texts.top, it.numbers.mean) {
            let name = &it.texts.name;
            draft = draft
                .fact(
                    format!("most frequent value of '{name}'"),
                    top.as_str(),
                    it.texts.source(Stat::Top),
                )
                .fact(format!("mean of '{name}'"), mean, it.numbers.source(Stat::Mean));
        }
    }
    Some(draft)
}

/// The names of these columns.
pub(super) fn names(view: &DatasetView) -> Vec<String> {
    found(view).into_iter().map(|it| it.texts.name.clone()).collect()
}

fn found(view: &DatasetView) -> Vec<Found<'_>> {
    let (Some(train), Some(test)) = (&view.train, &view.test) else {
        return Vec::new();
    };
    let is_number = view.label.as_ref().is_some_and(|it| it.task == Task::Regression);
    train
        .columns
        .iter()
        .filter(|it| it.is_feature() || it.kind == Kind::Label)
        .filter_map(|ours| {
            let theirs = test.column(&ours.name)?;
            let (numbers, texts, split) = match (ours.mean, theirs.mean) {
                (Some(_), None) => (ours, theirs, test),
                (None, Some(_)) => (theirs, ours, train),
                _ => return None,
            };
            // Classes are names, whatever their type: of these only true and 1 are one.
            let kind = kind(numbers, texts, split)
                .filter(|it| ours.kind != Kind::Label || is_number || *it == Kinds::Flags)?;
            Some(Found {
                numbers,
                texts,
                split: split.which,
                kind,
            })
        })
        .collect()
}

fn kind(numbers: &Column, texts: &Column, split: &Split) -> Option<Kinds> {
    let top = texts.top.as_deref()?.trim();
    if is_identifier(texts) {
        return None;
    }
    let within = |it: Option<f64>| it.is_some_and(|it| (0.0..=1.0).contains(&it));
    let says = ["true", "false"].iter().any(|it| it.eq_ignore_ascii_case(top));
    if says && within(numbers.min) && within(numbers.max) && texts.unique.is_none_or(|it| it <= 2.0) {
        return Some(Kinds::Flags);
    }
    let path = ["other_statistics", "columns", texts.name.as_str(), "numbers"];
    let share = match (split.number(&path), texts.count) {
        (Some((numbers, _)), Some(count)) if count > 0.0 => 1.0 - numbers / count,
        // A number, or what stands for a gap among numbers, tells of some texts only.
        _ if top.parse::<f64>().is_ok() || is_placeholder(top) => 0.0,
        _ => 1.0,
    };
    Some(if share >= MOSTLY { Kinds::Texts } else { Kinds::Some })
}
