//! Rules of their own for texts: empty and overlong ones, and drift of their length.
//!
//! `text_statistics.<measure>` holds a summary `{mean, std, min, max, ...}`.
//! - `dataset.missing_values` (low): the shortest text has no character.
//! - `dataset.outliers` (low): the longest text stands 25 standard deviations above the mean;
//!   a tokenizer will cut it, and it fills the memory of its batch.
//! - `checks.covariate_drift`: mean length moves by half a standard deviation and more than
//!   four standard errors.
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
    drafts.extend(lengths(view));
    drafts
}

fn empty(split: &Split) -> Option<Draft> {
    let (min, source) = split.number(&["text_statistics", "character_length", "min"])?;
    (min <= 0.0).then(|| {
        Draft::new("dataset.missing_values", Severity::Low, 0.85)
            .variant("texts")
            .arg("split", split.which.member())
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
                .arg("measure", measure.replace('_', " "))
                .arg("max", max)
                .arg("mean", mean)
                .arg("distance", (max - mean) / std)
                .fact(format!("largest {measure}"), max, source)
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
                .arg("measure", measure.replace('_', " "))
                .arg("before", a)
                .arg("after", b)
                .arg("shift", shift)
                .fact(format!("mean {measure} (train)"), a, from)
                .fact(format!("mean {measure} (test)"), b, to)
                .computed("shift in standard deviations", shift),
        )
    })
}
