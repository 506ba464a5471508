//! `dataset.test_too_small` and `dataset.small_dataset`.
//!
//! An accuracy measured on `n` rows has a standard error of at most `0.5 / sqrt(n)`, so its
//! 95 % interval is at least ±20 points wide at n = 24 and ±14 at 50 (Wilson's interval at an
//! accuracy of 80 %: ±16 and ±11). Below 25 rows no two models can be told apart: medium;
//! below 30: low. Healthy: small test splits beyond that; they are imprecise, not wrong.
//!
//! Under 100 training rows a data set is small: low, since nothing is wrong with it. Under 10 no model can be
//! told from a guess, whatever it is trained on: high.
//!
//! Sources: Wilson 1927 (interval of a share), Beleites et al. 2013 (rows that a test needs),
//! Varoquaux 2018.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{DatasetView, Which, wilson};

const USELESS: f64 = 10.0;
const TOO_SMALL: f64 = 25.0;
const TIGHT: f64 = 30.0;
const SMALL_TRAIN: f64 = 100.0;

pub(super) fn check(view: &DatasetView) -> Vec<Draft> {
    let mut drafts = Vec::new();
    drafts.extend(test(view));
    drafts.extend(train(view));
    drafts
}

fn test(view: &DatasetView) -> Option<Draft> {
    let rows = view.rows(Which::Test).filter(|it| it.count >= 1.0)?;
    let severity = match rows.count {
        it if it < USELESS => Severity::High,
        it if it < TOO_SMALL => Severity::Medium,
        it if it < TIGHT => Severity::Low,
        _ => return None,
    };
    let (low, high) = wilson(0.8 * rows.count, rows.count);
    let train = view.rows(Which::Train).map_or(0.0, |it| it.count);
    // A fifth of all rows, but at least 50, without asking for more than half of them.
    let wanted = ((train + rows.count) * 0.2)
        .max(50.0)
        .min(((train + rows.count) * 0.5).max(rows.count));
    let mut draft = Draft::new("dataset.test_too_small", severity, if rows.exact { 0.95 } else { 0.8 })
        .arg("rows", rows.count as u64)
        .arg("train", train as u64)
        .arg("wanted", wanted.round() as u64)
        .share("step", 1.0 / rows.count)
        .share("low", low)
        .share("high", high);
    draft = match &rows.source {
        Some(source) => draft.fact("rows of the test split", rows.count, source.clone()),
        None => draft.computed("rows of the test split", rows.count),
    };
    Some(draft)
}

fn train(view: &DatasetView) -> Option<Draft> {
    let rows = view
        .rows(Which::Train)
        .filter(|it| it.count >= 1.0 && it.count < SMALL_TRAIN)?;
    let severity = if rows.count < USELESS {
        Severity::High
    } else {
        Severity::Low
    };
    let mut draft = Draft::new("dataset.small_dataset", severity, 0.9)
        .arg("rows", rows.count as u64)
        .arg("features", view.features().count());
    draft = match &rows.source {
        Some(source) => draft.fact("rows of the training split", rows.count, source.clone()),
        None => draft.computed("rows of the training split", rows.count),
    };
    Some(draft)
}
