//! `checks.covariate_drift` from column statistics.
//!
//! A numeric column: shift of the mean `d = |m2 - m1| / std` and its
//! `z = |m2 - m1| / sqrt(s1²/n + s2²/m)`; a category: the same for the share of its most
//! frequent value. It counts when its probability times the number of columns
//! (Bonferroni) stays below 1e-3 and `d` reaches 0.35, so neither chance among many columns
//! nor an immaterial shift of a huge table is reported. High from 0.8.
//!
//! Healthy: random splits, however small or wide; outliers, which inflate `std` along with
//! the mean; identifiers, whose range says nothing.

use deepfix_plugin::{Draft, Severity, join};
use deepfix_views::dataset::{Column, DatasetView, Stat, Which, normal_p};

use super::{MOST_FACTS, MOST_NAMES, identifiers};

const LEAST_SHIFT: f64 = 0.35;
const LARGE_SHIFT: f64 = 0.8;
const SIGNIFICANT: f64 = 1e-3;
/// The normal approximation of the mean needs so many rows.
const FEWEST_ROWS: f64 = 15.0;

struct Shift<'a> {
    train: &'a Column,
    test: &'a Column,
    d: f64,
    p: f64,
}

pub(super) fn check(view: &DatasetView) -> Option<Draft> {
    let n = view.rows(Which::Train)?.count;
    let m = view.rows(Which::Test)?.count;
    if n < FEWEST_ROWS || m < FEWEST_ROWS {
        return None;
    }
    let test = view.test.as_ref()?;
    let features: Vec<&Column> = view
        .features()
        .filter(|it| !identifiers::is_identifier(it, n))
        .collect();
    let number = features.len() as f64;
    let mut shifts: Vec<Shift<'_>> = features
        .into_iter()
        .filter_map(|it| shift(it, test.column(&it.name)?))
        .filter(|it| it.d >= LEAST_SHIFT && it.p * number < SIGNIFICANT)
        .collect();
    shifts.sort_by(|a, b| b.d.total_cmp(&a.d));
    let worst = shifts.first()?;
    let severity = if worst.d >= LARGE_SHIFT {
        Severity::High
    } else {
        Severity::Medium
    };
    let mut draft = Draft::new("checks.covariate_drift", severity, (0.75 + 0.2 * worst.d).min(0.95))
        .variant(if worst.train.mean.is_some() {
            "numeric"
        } else {
            "category"
        })
        .arg("columns", join(shifts.iter().map(|it| &it.train.name), MOST_NAMES))
        .arg("number", shifts.len())
        .arg("features", number as u64)
        .arg("worst", worst.train.name.as_str())
        .arg("shift", worst.d)
        .arg("rows", n as u64)
        .arg("test", m as u64);
    draft = match (worst.train.mean, worst.test.mean, worst.train.freq, worst.test.freq) {
        (Some(a), Some(b), _, _) => draft.arg("before", a).arg("after", b),
        (_, _, Some(a), Some(b)) => draft
            .arg("top", worst.train.top.clone().unwrap_or_default())
            .share("before", a / worst.train.count.unwrap_or(n))
            .share("after", b / worst.test.count.unwrap_or(m)),
        _ => draft,
    };
    for it in shifts.iter().take(MOST_FACTS / 2) {
        for (which, column) in [("train", it.train), ("test", it.test)] {
            if let Some(mean) = column.mean {
                draft = draft.fact(
                    format!("mean of '{}' ({which})", column.name),
                    mean,
                    column.source(Stat::Mean),
                );
            } else if let Some(freq) = column.freq {
                draft = draft.fact(
                    format!("freq of '{}' ({which})", column.name),
                    freq,
                    column.source(Stat::Freq),
                );
            }
        }
        draft = draft.computed(format!("shift of '{}' in standard deviations", it.train.name), it.d);
    }
    Some(draft)
}

fn shift<'a>(train: &'a Column, test: &'a Column) -> Option<Shift<'a>> {
    let (n, m) = (train.count?, test.count?);
    if n < FEWEST_ROWS || m < FEWEST_ROWS {
        return None;
    }
    let (difference, std, error) = match (train.mean, test.mean) {
        (Some(a), Some(b)) => {
            let (s1, s2) = (train.std?, test.std?);
            ((b - a).abs(), s1.max(s2 / 4.0), (s1 * s1 / n + s2 * s2 / m).sqrt())
        }
        _ => {
            if train.top.as_deref()? != test.top.as_deref()? {
                return None;
            }
            let (a, b) = (train.freq? / n, test.freq? / m);
            let pooled = (a * n + b * m) / (n + m);
            let std = (pooled * (1.0 - pooled)).sqrt();
            ((a - b).abs(), std, std * (1.0 / n + 1.0 / m).sqrt())
        }
    };
    if std <= 0.0 || error <= 0.0 {
        return None;
    }
    Some(Shift {
        train,
        test,
        d: difference / std,
        p: normal_p(difference / error),
    })
}
