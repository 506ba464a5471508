//! `dataset.missing_values`: `1 - count / rows` per column, where `rows` is the largest count.
//!
//! Medium from 5 % (ydata-profiling alerts at 1 %, deepchecks' PercentOfNulls at 5 %), high
//! from 30 %, where imputation invents much of the column. Healthy: a percent or two in a
//! column, which an imputer handles without harm. A label with gaps weighs more, since rows
//! without one teach nothing, and has a finding and a cure of its own: no label is ever imputed.
//!
//! Sources: Little & Rubin 2019 (what a share of gaps costs), ydata-profiling, deepchecks
//! `PercentOfNulls`.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{Column, DatasetView, Kind, Split, Stat};

use super::{MOST_FACTS, MOST_NAMES};

const LOW: f64 = 0.02;
const MEDIUM: f64 = 0.05;
const HIGH: f64 = 0.30;
/// Fewer missing cells than this are an accident, whatever their share.
const FEWEST_CELLS: f64 = 3.0;

struct Gap<'a> {
    split: &'a Split,
    column: &'a Column,
    count: f64,
    share: f64,
}

pub(super) fn check(view: &DatasetView) -> Vec<Draft> {
    let (labels, features) = view
        .splits()
        .flat_map(gaps)
        .partition(|it| it.column.kind == Kind::Label);
    [draft(features), draft(labels).map(|it| it.variant("target"))]
        .into_iter()
        .flatten()
        .collect()
}

fn draft(mut gaps: Vec<Gap<'_>>) -> Option<Draft> {
    gaps.sort_by(|a, b| b.share.total_cmp(&a.share));
    let worst = gaps.first()?;
    let severity = match worst.share {
        it if it >= HIGH => Severity::High,
        it if it >= MEDIUM => Severity::Medium,
        _ => Severity::Low,
    };
    let mut names: Vec<&str> = Vec::new();
    for gap in &gaps {
        if !names.contains(&gap.column.name.as_str()) {
            names.push(&gap.column.name);
        }
    }
    let rows = worst.split.rows.as_ref()?;
    let mut draft = Draft::new("dataset.missing_values", severity, 0.9)
        .beyond(worst.share / MEDIUM)
        .columns(&names, MOST_NAMES)
        .arg("number", names.len())
        .arg("worst", worst.column.name.as_str())
        .arg("present", worst.count as u64)
        .arg("rows", rows.count as u64)
        .share("share", worst.share);
    if let Some(source) = &rows.source {
        draft = draft.fact("rows", rows.count, source.clone());
    }
    for gap in gaps.iter().take(MOST_FACTS) {
        let label = format!("cells present in '{}' ({})", gap.column.name, gap.split.which.member());
        draft = draft.fact(label, gap.count, gap.column.source(Stat::Count));
    }
    Some(draft)
}

fn gaps(split: &Split) -> Vec<Gap<'_>> {
    let Some(rows) = split.rows.as_ref().filter(|it| it.source.is_some() && it.count > 0.0) else {
        return Vec::new();
    };
    split
        .columns
        .iter()
        .filter_map(|column| {
            let count = column.count?;
            let share = 1.0 - count / rows.count;
            let least = if column.kind == Kind::Label { LOW / 4.0 } else { LOW };
            (share >= least && rows.count - count >= FEWEST_CELLS).then_some(Gap {
                split,
                column,
                count,
                share,
            })
        })
        .collect()
}
