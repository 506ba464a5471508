use deepfix_plugin::{ArtifactKind, Source};
use serde_json::Value;

use super::{Column, Modality, Stat, Which, finite};

/// How many rows a split has.
#[derive(Debug, Clone)]
pub struct Rows {
    /// The number.
    pub count: f64,
    /// Where it stands; none where it was derived from the unique counts.
    pub source: Option<Source>,
    /// Whether it is exact. A derived number can be a few rows off.
    pub exact: bool,
}

/// The number of rows: `num_samples`, else the largest `count` of a column (a column with
/// missing values counts fewer), else what the unique counts and percentages allow.
pub(super) fn rows(which: Which, modality: Modality, raw: &Value, columns: &[Column]) -> Option<Rows> {
    if modality != Modality::Tabular
        && let Some(count) = raw.get("num_samples").and_then(finite).filter(|it| *it >= 0.0)
    {
        let source = Source::document(ArtifactKind::Dataset, [which.member(), "num_samples"]);
        return Some(Rows {
            count,
            source: Some(source),
            exact: true,
        });
    }
    let most = columns
        .iter()
        .filter_map(|it| it.count.map(|count| (count, it)))
        .max_by(|(a, _), (b, _)| a.total_cmp(b));
    if let Some((count, column)) = most {
        return Some(Rows {
            count,
            source: Some(column.source(Stat::Count)),
            exact: true,
        });
    }
    derived(columns)
}

/// A client rounds `100 * unique / rows` to two digits, so each column confines the rows to
/// `100 u / (p + 0.005) ..= 100 u / (p - 0.005)`; all columns together leave few numbers.
fn derived(columns: &[Column]) -> Option<Rows> {
    const ROUNDING: f64 = 0.005_001;
    let (mut low, mut high) = (1.0f64, f64::INFINITY);
    let mut coarse: Option<(f64, f64)> = None;
    for column in columns {
        let (Some(unique), Some(percent)) = (column.unique, column.percent_unique) else {
            continue;
        };
        if unique < 1.0 || percent <= ROUNDING || percent > 100.0 + ROUNDING {
            continue;
        }
        low = low.max(100.0 * unique / (percent + ROUNDING));
        high = high.min(100.0 * unique / (percent - ROUNDING));
        // The column with the most unique values has the least relative rounding error.
        if coarse.is_none_or(|(best, _)| unique > best) {
            coarse = Some((unique, 100.0 * unique / percent));
        }
    }
    let (_, estimate) = coarse?;
    let (first, last) = (low.ceil(), high.floor());
    if first <= last {
        let count = estimate.round().clamp(first, last);
        return Some(Rows {
            count,
            source: None,
            exact: first == last,
        });
    }
    // Contradictory percentages, such as those of a split with missing cells.
    Some(Rows {
        count: estimate.round(),
        source: None,
        exact: false,
    })
}
