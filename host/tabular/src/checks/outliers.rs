//! `Outlier Sample Detection`: how isolated each row is, as the local outlier probability (Kriegel, Kröger,
//! Schubert and Zimek 2009) under Gower's distance (1971): numbers by their range, categories by whether they
//! are equal.

use serde_json::json;

use super::{
    CheckOptions, Item, Which,
    mapping::{self, Codes, NONE, parallel},
};
use crate::Table;

/// Fewer rows have no neighbourhoods.
const FEWEST: usize = 50;
const NEIGHBOURS: usize = 20;
/// The probability that a row within so many deviations is none; 3 as in the paper.
const EXTENT: f64 = 3.0;

enum Values {
    /// Scaled to a range of 1; NaN where missing.
    Numbers(Vec<f32>),
    Codes(Vec<u32>),
}

pub(super) fn check(which: Which, table: &Table, options: &CheckOptions) -> Item {
    const NAME: &str = "Outlier Sample Detection";
    const SUMMARY: &str = "How isolated each row of a sample is among its neighbours (0 to 1).";
    let places = mapping::shuffled(table.sample.len(), options.outlier_rows);
    let features = table.compared();
    if places.len() < FEWEST || features.is_empty() {
        return Item::idle(NAME, Some(which), SUMMARY, "fewer than 50 rows, or no feature");
    }
    let values: Vec<Values> = features.iter().map(|it| values(table, *it, &places)).collect();
    let near = parallel(places.len(), options.threads, |row| nearest(&values, row, places.len()));
    // Standard distances, their ratio to that of the neighbours, and how unusual the ratio is.
    let spread: Vec<f64> = near
        .iter()
        .map(|it| (it.iter().map(|it| f64::from(it.0 * it.0)).sum::<f64>() / it.len().max(1) as f64).sqrt())
        .collect();
    let ratio: Vec<f64> = near
        .iter()
        .zip(&spread)
        .map(|(near, own)| {
            let around = near.iter().filter_map(|it| spread.get(it.1)).sum::<f64>() / near.len().max(1) as f64;
            if around > 0.0 { own / around - 1.0 } else { 0.0 }
        })
        .collect();
    let scale = EXTENT * (ratio.iter().map(|it| it * it).sum::<f64>() / ratio.len() as f64).sqrt();
    let scores: Vec<f64> = ratio
        .iter()
        .map(|it| {
            if scale > 0.0 {
                erf(it / (scale * std::f64::consts::SQRT_2)).max(0.0)
            } else {
                0.0
            }
        })
        .collect();
    let rounded: Vec<f64> = scores.iter().map(|it| (it * 1e4).round() / 1e4).collect();
    Item::new(NAME, Some(which), SUMMARY, json!(rounded))
        .params(json!({ "nearest_neighbors_percent": NEIGHBOURS as f64 / places.len() as f64, "extent_parameter": 3, "n_samples": places.len() }))
}

fn values(table: &Table, (column, is_number): (usize, bool), places: &[usize]) -> Values {
    let cells = mapping::cells(table, column, places);
    if !is_number {
        return Values::Codes(Codes::default().of(&cells));
    }
    let numbers = mapping::numbers(&cells);
    let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let range = if high > low { high - low } else { 1.0 };
    Values::Numbers(numbers.iter().map(|it| ((it - low) / range) as f32).collect())
}

/// The nearest rows with their distance.
fn nearest(values: &[Values], row: usize, rows: usize) -> Vec<(f32, usize)> {
    let mut sums = vec![(0f32, 0f32); rows];
    for column in values {
        match column {
            Values::Numbers(numbers) => {
                let own = numbers.get(row).copied().unwrap_or(f32::NAN);
                for (sum, it) in sums.iter_mut().zip(numbers) {
                    let distance = (own - it).abs();
                    if !distance.is_nan() {
                        *sum = (sum.0 + distance, sum.1 + 1.0);
                    }
                }
            }
            Values::Codes(codes) => {
                let own = codes.get(row).copied().unwrap_or(NONE);
                for (sum, it) in sums.iter_mut().zip(codes) {
                    if own != NONE && *it != NONE {
                        *sum = (sum.0 + f32::from(u8::from(own != *it)), sum.1 + 1.0);
                    }
                }
            }
        }
    }
    let distance = |sum: (f32, f32)| if sum.1 > 0.0 { sum.0 / sum.1 } else { 1.0 };
    let mut all: Vec<(f32, usize)> = sums
        .into_iter()
        .enumerate()
        .filter(|it| it.0 != row)
        .map(|(at, sum)| (distance(sum), at))
        .collect();
    if all.len() > NEIGHBOURS {
        all.select_nth_unstable_by(NEIGHBOURS, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        all.truncate(NEIGHBOURS);
        // Sums of floating numbers depend on their order.
        all.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    }
    all
}

/// The error function (Abramowitz and Stegun 7.1.26: within 1.5e-7).
fn erf(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let series =
        ((((1.061_405_429 * t - 1.453_152_027) * t + 1.421_413_741) * t - 0.284_496_736) * t + 0.254_829_592) * t;
    (1.0 - series * (-x * x).exp()).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_function_is_that_of_tables() {
        assert!((erf(1.0) - 0.842_700_79).abs() < 2e-7);
        assert!((erf(-0.5) + 0.520_499_88).abs() < 2e-7);
    }
}
