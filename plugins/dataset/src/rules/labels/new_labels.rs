//! New labels: the test split has more classes than the training split, or class codes
//! outside its range. The model cannot predict a class that it never saw. Clients call a
//! regression a classification too, so integers that are no sure class codes (more than
//! twenty, with gaps, of few rows each, or not from 0 or 1 on) are a low remark: the largest
//! count of a random test split is often beyond the largest of training.
//!
//! Source: deepchecks `NewLabelTrainTest`.
//!
//! Healthy: random and stratified splits; a class or two missing from a small test split.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{Column, DatasetView, Modality, Stat, Task};

use crate::rules::{
    MOST_FACTS,
    spelling::{Spelt, unseen},
};

/// Integers beyond these many are as likely the values of a regression's target, of which a
/// test split often holds one beyond the range of training.
const MOST_CODES: f64 = 20.0;
/// Codes that begin neither at 0 nor at 1 (or -1): marks and ages have more values than these.
const MOST_ODD_CODES: f64 = 8.0;
/// Rows of an average class, and the share of codes that may be missing.
const ROWS_PER_CODE: f64 = 5.0;
const ALLOWED_GAPS: f64 = 0.2;

pub(super) fn new_labels(view: &DatasetView) -> Option<Draft> {
    if view.modality != Modality::Tabular {
        return new_classes(view);
    }
    let label = view.label.as_ref().filter(|it| it.task == Task::Classification)?;
    let train = view.train.as_ref()?.column(&label.name)?;
    let test = view.test.as_ref()?.column(&label.name)?;
    let draft = |severity| {
        let confidence = if severity == Severity::Low { 0.5 } else { 0.95 };
        Draft::new("checks.new_labels", severity, confidence).arg("label", label.name.as_str())
    };
    if let (Some(a), Some(b)) = (train.unique, test.unique)
        && b > a
        && a >= 1.0
    {
        // Values of a count or rating, of which the test split happens to draw more. Class codes
        // of the test split leave no gap.
        let amounts = test.mean.is_some()
            && if b > MOST_CODES {
                !codes(train, test, test, 0.0)
            } else {
                // Codes of the training split leave no gap, wherever they begin; a stray one of the test
                // split may lie anywhere.
                leaves_gaps(train, 0.0) && leaves_gaps(test, 0.0)
                    || !begins_like_codes(train, test) && a > MOST_ODD_CODES
            };
        return Some(
            draft(match amounts {
                true => Severity::Low,
                // Grades that begin at 3, or a stray value, may be amounts all the same.
                false if test.mean.is_some() && (!begins_like_codes(train, test) || leaves_gaps(test, 0.0)) => {
                    Severity::Medium
                }
                false => Severity::High,
            })
            .spelt(&unseen(view), None)
            .arg("train", a as u64)
            .arg("test", b as u64)
            .fact("classes in the training split", a, train.source(Stat::Unique))
            .fact("classes in the test split", b, test.source(Stat::Unique)),
        );
    }
    let outside = [
        (Stat::Max, train.max, test.max, 1.0),
        (Stat::Min, train.min, test.min, -1.0),
    ];
    let (stat, known, unseen) = outside.into_iter().find_map(|(stat, known, unseen, sign)| {
        let (known, unseen) = (known?, unseen?);
        ((unseen - known) * sign > 0.0).then_some((stat, known, unseen))
    })?;
    let number = train.unique.or_else(|| Some(train.max? - train.min? + 1.0));
    let certain = number.is_none_or(|it| it <= MOST_CODES) && codes(train, test, train, ALLOWED_GAPS);
    let (severity, variant) = if certain {
        (Severity::Medium, "range")
    } else {
        (Severity::Low, "amount")
    };
    Some(
        draft(severity)
            .variant(variant)
            .arg("known", known)
            .arg("unseen", unseen)
            .fact("extreme class code in the training split", known, train.source(stat))
            .fact("extreme class code in the test split", unseen, test.source(stat)),
    )
}

/// Whether the integers of a label are class codes rather than a count, an age or a rating:
/// from 0 or 1 (or -1) on, all but a share of `gaps` present in the split `of`, with enough rows each.
fn codes(train: &Column, test: &Column, of: &Column, gaps: f64) -> bool {
    let Some(span) = span(of) else { return true };
    let unique = of.unique.unwrap_or(span);
    let thick = of.count.is_none_or(|rows| rows >= ROWS_PER_CODE * unique);
    begins_like_codes(train, test) && !leaves_gaps(of, gaps) && thick
}

/// Whether the least value is one that class codes begin with.
fn begins_like_codes(train: &Column, test: &Column) -> bool {
    let first = train.min.into_iter().chain(test.min).fold(f64::INFINITY, f64::min);
    (-1.0..=1.0).contains(&first)
}

/// Whether more than this share of the integers between the extremes is missing.
fn leaves_gaps(of: &Column, share: f64) -> bool {
    span(of).is_some_and(|span| {
        let missing = (span - of.unique.unwrap_or(span)).max(0.0);
        missing > (share * span).ceil()
    })
}

fn span(of: &Column) -> Option<f64> {
    Some(of.max? - of.min? + 1.0)
}

/// Class distributions name the classes.
fn new_classes(view: &DatasetView) -> Option<Draft> {
    let train = view.class_counts(view.train.as_ref()?)?;
    let test = view.class_counts(view.test.as_ref()?)?;
    let found: Vec<(&(String, f64), _)> = test
        .classes
        .iter()
        .zip(&test.sources)
        .filter(|((name, count), _)| *count > 0.0 && !train.classes.iter().any(|(it, n)| it == name && *n > 0.0))
        .collect();
    let rows: f64 = found.iter().map(|((_, count), _)| count).sum();
    let total = test.total();
    if found.is_empty() || total <= 0.0 {
        return None;
    }
    let severity = if rows / total >= 0.02 {
        Severity::High
    } else {
        Severity::Medium
    };
    let mut draft = Draft::new("checks.new_labels", severity, 0.95)
        .spelt(&unseen(view), Some("named"))
        .arg("rows", rows as u64)
        .share("share", rows / total);
    for ((name, count), source) in found.into_iter().take(MOST_FACTS) {
        draft = draft.fact(format!("test samples of unseen class {name}"), *count, source.clone());
    }
    Some(draft)
}
