//! How far two distributions are apart. All are sizes of an effect: none is a p-value, which with a
//! million rows is small for any difference.

use crate::table::quantile;

/// The largest difference of the distribution functions of two sorted samples (Kolmogorov 1933, Smirnov
/// 1939): 0 to 1.
pub(super) fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> f64 {
    let (n, m) = (a.len() as f64, b.len() as f64);
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let (mut i, mut j, mut worst) = (0usize, 0usize, 0.0f64);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let at = x.min(*y);
        // Equal values count on both sides at once.
        i += a.get(i..).map_or(0, |it| it.iter().take_while(|it| **it <= at).count());
        j += b.get(j..).map_or(0, |it| it.iter().take_while(|it| **it <= at).count());
        worst = worst.max((i as f64 / n - j as f64 / m).abs());
    }
    worst
}

/// The area between the distribution functions, in standard deviations of the first sample (the first
/// Wasserstein distance, the earth mover's): by how much a value moves on average.
pub(super) fn wasserstein(a: &[f64], b: &[f64]) -> Option<f64> {
    let mean = a.iter().sum::<f64>() / a.len() as f64;
    let variance = a.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / (a.len() as f64 - 1.0);
    if variance.is_nan() || variance <= 0.0 || b.is_empty() {
        return None;
    }
    // Over quantiles: exact for samples of one size, and within their noise for others.
    let steps = a.len().max(b.len());
    let mut sum = 0.0;
    for step in 0..steps {
        let share = (step as f64 + 0.5) / steps as f64;
        let at = |it: &[f64]| it.get(((share * it.len() as f64) as usize).min(it.len() - 1)).copied();
        sum += (at(a)? - at(b)?).abs();
    }
    Some(sum / steps as f64 / variance.sqrt())
}

/// Rows per bin of two sorted samples: ten bins with equally many rows of the first.
pub(super) fn binned(a: &[f64], b: &[f64]) -> Vec<(f64, f64)> {
    const BINS: usize = 10;
    let mut edges: Vec<f64> = (1..BINS)
        .filter_map(|it| quantile(a, it as f64 / BINS as f64))
        .collect();
    edges.dedup();
    let counts = |it: &[f64]| -> Vec<f64> {
        let below: Vec<usize> = edges.iter().map(|edge| it.partition_point(|it| it <= edge)).collect();
        let ends = below.iter().copied().chain([it.len()]);
        let mut last = 0;
        ends.map(|end| {
            let count = end - last;
            last = end;
            count as f64
        })
        .collect()
    };
    counts(a).into_iter().zip(counts(b)).collect()
}

/// The population stability index: the sum of `(p - q) ln(p / q)` over bins or categories, which is the
/// symmetric divergence of Jeffreys (1946). By custom below 0.1 is stable, above 0.25 is a shift. Half
/// a row is added to every bin, so that an empty one is no infinity.
pub(super) fn population_stability(counts: &[(f64, f64)]) -> f64 {
    let (n, m) = totals(counts);
    let bins = counts.len() as f64;
    counts
        .iter()
        .map(|(a, b)| {
            let (p, q) = ((a + 0.5) / (n + 0.5 * bins), (b + 0.5) / (m + 0.5 * bins));
            (p - q) * (p / q).ln()
        })
        .sum()
}

/// The root of the divergence of Jensen and Shannon (Lin 1991) in bits: 0 to 1.
pub(super) fn jensen_shannon(counts: &[(f64, f64)]) -> f64 {
    let (n, m) = totals(counts);
    if n <= 0.0 || m <= 0.0 {
        return 0.0;
    }
    let part = |p: f64, middle: f64| if p > 0.0 { p * (p / middle).log2() } else { 0.0 };
    let sum: f64 = counts
        .iter()
        .map(|(a, b)| {
            let (p, q) = (a / n, b / m);
            (part(p, (p + q) / 2.0) + part(q, (p + q) / 2.0)) / 2.0
        })
        .sum();
    sum.clamp(0.0, 1.0).sqrt()
}

/// Cramér's V of split and category, with Bergsma's correction for bias (2013), after the larger table
/// is scaled down to the smaller. Categories of less than a hundredth of the first are joined.
pub(super) fn cramers_v(counts: &[(f64, f64)]) -> f64 {
    /// Fewer rows of a category than this share say little of it.
    const RARE: f64 = 0.01;
    let (n, m) = totals(counts);
    if n <= 0.0 || m <= 0.0 {
        return 0.0;
    }
    let mut joined: Vec<(f64, f64)> = counts.iter().copied().filter(|it| it.0 >= RARE * n).collect();
    let rare = counts.iter().filter(|it| it.0 < RARE * n);
    let other = rare.fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    if other.0 > RARE * n || other.1 > RARE * m {
        joined.push(other);
    }
    let least = n.min(m);
    let scaled: Vec<(f64, f64)> = joined
        .iter()
        .map(|(a, b)| ((a * least / n).round(), (b * least / m).round()))
        .filter(|(a, b)| a + b > 0.0)
        .collect();
    if scaled.len() < 2 {
        return 0.0;
    }
    let (n, m) = totals(&scaled);
    let all = n + m;
    let columns = scaled.len() as f64;
    // Yates' correction where there is one degree of freedom.
    let yates = if scaled.len() == 2 { 0.5 } else { 0.0 };
    let chi: f64 = scaled
        .iter()
        .flat_map(|(a, b)| [(*a, n * (a + b) / all), (*b, m * (a + b) / all)])
        .filter(|it| it.1 > 0.0)
        .map(|(found, expected)| {
            let distance = (found - expected).abs();
            (distance - distance.min(yates)).powi(2) / expected
        })
        .sum();
    let phi = (chi / all - (columns - 1.0) / (all - 1.0)).max(0.0);
    let rows = 2.0 - 1.0 / (all - 1.0);
    let columns = columns - (columns - 1.0).powi(2) / (all - 1.0);
    let least = (rows - 1.0).min(columns - 1.0);
    if least > 0.0 {
        (phi / least).sqrt().min(1.0)
    } else {
        0.0
    }
}

fn totals(counts: &[(f64, f64)]) -> (f64, f64) {
    counts.iter().fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn distances_are_those_of_scipy() {
        // scipy 1.13: ks_2samp, wasserstein_distance / std, jensenshannon(base=2).
        let a = [1.0, 2.0, 2.0, 3.0, 4.0];
        let b = [2.0, 3.0, 5.0, 6.0, 7.0];
        assert!((kolmogorov_smirnov(&a, &b) - 0.6).abs() < 1e-12);
        assert!((wasserstein(&a, &b).unwrap() - 2.2 / 1.3f64.sqrt()).abs() < 1e-12);
        let counts = [(10.0, 20.0), (30.0, 20.0), (60.0, 60.0)];
        assert!(
            (jensen_shannon(&counts) - 0.139_706_751).abs() < 1e-8,
            "{}",
            jensen_shannon(&counts)
        );
    }

    #[test]
    fn the_stability_index_of_a_known_shift() {
        // (0.5 - 0.25) ln 2 + (0.5 - 0.75) ln (2/3), with so many rows that half a row is nothing.
        let counts = [(5e6, 2.5e6), (5e6, 7.5e6)];
        assert!((population_stability(&counts) - 0.274_653).abs() < 1e-5);
    }

    proptest! {
        #[test]
        fn a_sample_is_no_distance_from_itself(mut a in prop::collection::vec(-1e3f64..1e3, 2..50)) {
            a.sort_by(f64::total_cmp);
            prop_assert_eq!(kolmogorov_smirnov(&a, &a), 0.0);
            prop_assert!(wasserstein(&a, &a).is_none_or(|it| it == 0.0));
            prop_assert_eq!(population_stability(&binned(&a, &a)), 0.0);
        }

        #[test]
        fn distances_stay_in_their_range(counts in prop::collection::vec((0u32..100, 0u32..100), 0..8)) {
            let counts: Vec<(f64, f64)> = counts.into_iter().map(|(a, b)| (a.into(), b.into())).collect();
            for it in [jensen_shannon(&counts), cramers_v(&counts)] {
                prop_assert!((0.0..=1.0).contains(&it));
            }
            prop_assert!(population_stability(&counts) >= 0.0 || counts.is_empty());
        }
    }
}
