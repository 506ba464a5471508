//! Rules of their own for texts: empty and overlong ones, and drift of their length.
//!
//! `text_statistics.<measure>` holds a summary `{mean, std, min, max, ...}`.
//! - `dataset.missing_values` (low): the shortest text has no character.
//! - `dataset.outliers` (low): the longest text stands 25 standard deviations above the mean;
//!   a tokenizer will cut it, and it fills the memory of its batch.
//! - `checks.covariate_drift`: mean length moves by half a standard deviation and more than
//!   four standard errors; or no more test texts than training texts use a vocabulary of 1.3
//!   times its size, although a vocabulary grows with the texts (Heaps' law).
//! - `checks.new_labels`: more classes in the test split, where no class distribution says which.
//! - `dataset.missing_values`: samples without any label (`labels_per_sample.min` of 0; low where
//!   several labels are allowed, since none may then be an answer).
//!
//! Sources: Cohen 1988 (sizes of effects), the lengths that transformers are trained for (512 of
//! BERT), deepchecks `TextPropertyOutliers`.
//!
//! Healthy: lognormal lengths, whose longest text of thousands stands 10 to 15 deviations off.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{DatasetView, Split, Which};

const MEASURES: [&str; 2] = ["word_count", "character_length"];
const OVERLONG: f64 = 25.0;
const SHIFT: f64 = 0.5;

pub(super) fn check(view: &DatasetView) -> Vec<Draft> {
    let mut drafts = Vec::new();
    drafts.extend(view.splits().find_map(empty));
    drafts.extend(view.splits().find_map(overlong));
    drafts.extend(lengths(view).or_else(|| vocabulary(view)));
    drafts.extend(classes(view));
    drafts.extend(view.splits().find_map(unlabelled));
    drafts
}

/// A larger vocabulary in no more texts: another domain, language or cleaning.
fn vocabulary(view: &DatasetView) -> Option<Draft> {
    const PATH: [&str; 2] = ["text_statistics", "vocabulary_size"];
    let (train, test) = (view.train.as_ref()?, view.test.as_ref()?);
    let (n, m) = (view.rows(Which::Train)?.count, view.rows(Which::Test)?.count);
    let ((a, from), (b, to)) = (train.number(&PATH)?, test.number(&PATH)?);
    (n >= 20.0 && m >= 20.0 && m <= n && a > 0.0 && b >= 1.3 * a).then(|| {
        Draft::new("checks.covariate_drift", Severity::Medium, 0.75)
            .variant("vocabulary")
            .arg("before", a)
            .arg("after", b)
            .arg("rows", n as u64)
            .arg("test", m as u64)
            .fact("vocabulary (train)", a, from)
            .fact("vocabulary (test)", b, to)
            .computed("ratio of the vocabularies", b / a)
    })
}

/// Numbers of classes, where their names are not there to compare.
fn classes(view: &DatasetView) -> Option<Draft> {
    const PATH: [&str; 2] = ["label_statistics", "num_classes"];
    let (train, test) = (view.train.as_ref()?, view.test.as_ref()?);
    if view.class_counts(train).is_some() && view.class_counts(test).is_some() {
        return None;
    }
    let ((a, from), (b, to)) = (train.number(&PATH)?, test.number(&PATH)?);
    (a >= 1.0 && b > a).then(|| {
        Draft::new("checks.new_labels", Severity::High, 0.9)
            .variant("number")
            .arg("train", a as u64)
            .arg("test", b as u64)
            .fact("classes in the training split", a, from)
            .fact("classes in the test split", b, to)
    })
}

fn unlabelled(split: &Split) -> Option<Draft> {
    let (least, source) = split.number(&["label_statistics", "labels_per_sample", "min"])?;
    let several = split
        .raw
        .pointer("/label_statistics/is_multi_label")
        .and_then(serde_json::Value::as_bool);
    let severity = if several == Some(true) {
        Severity::Low
    } else {
        Severity::Medium
    };
    (least <= 0.0).then(|| {
        Draft::new("dataset.missing_values", severity, 0.8)
            .variant("labels")
            .word("split", split.which.member())
            .fact("fewest labels of a sample", least, source)
    })
}

fn empty(split: &Split) -> Option<Draft> {
    let (min, source) = split.number(&["text_statistics", "character_length", "min"])?;
    (min <= 0.0).then(|| {
        Draft::new("dataset.missing_values", Severity::Low, 0.85)
            .variant("texts")
            .word("split", split.which.member())
            .fact("fewest characters of a text", min, source)
    })
}

fn overlong(split: &Split) -> Option<Draft> {
    MEASURES.iter().find_map(|measure| {
        let read = |name| split.number(&["text_statistics", measure, name]);
        let ((mean, _), (std, _), (max, source)) = (read("mean")?, read("std")?, read("max")?);
        (std > 0.0 && max > mean + OVERLONG * std).then(|| {
            Draft::new("dataset.outliers", Severity::Low, 0.8)
                .variant("texts")
                .word("measure", measure.replace('_', " "))
                .arg("max", max)
                .arg("mean", mean)
                .arg("distance", (max - mean) / std)
                .fact(format!("largest {}", measure.replace('_', " ")), max, source)
        })
    })
}

fn lengths(view: &DatasetView) -> Option<Draft> {
    let (train, test) = (view.train.as_ref()?, view.test.as_ref()?);
    let (n, m) = (view.rows(Which::Train)?.count, view.rows(Which::Test)?.count);
    if n < 20.0 || m < 20.0 {
        return None;
    }
    MEASURES.iter().find_map(|measure| {
        let read = |split: &Split, name| split.number(&["text_statistics", measure, name]);
        let ((a, from), (b, to)) = (read(train, "mean")?, read(test, "mean")?);
        let std = read(train, "std")?.0;
        let shift = (b - a).abs() / std;
        if !(std > 0.0 && shift >= SHIFT && shift / (1.0 / n + 1.0 / m).sqrt() >= 4.0) {
            return None;
        }
        Some(
            Draft::new("checks.covariate_drift", Severity::Medium, 0.85)
                .variant("texts")
                .word("measure", measure.replace('_', " "))
                .arg("before", a)
                .arg("after", b)
                .arg("shift", shift)
                .fact(format!("mean {} (train)", measure.replace('_', " ")), a, from)
                .fact(format!("mean {} (test)", measure.replace('_', " ")), b, to)
                .computed("shift in standard deviations", shift),
        )
    })
}
