//! How strongly two columns go together.

use super::mapping::NONE;
use crate::hash::Map;

/// Ranks, the mean one for equal values (Spearman 1904); NaN keeps NaN.
pub(super) fn ranks(numbers: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = numbers
        .iter()
        .enumerate()
        .filter(|it| !it.1.is_nan())
        .map(|(at, it)| (*it, at))
        .collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = vec![f64::NAN; numbers.len()];
    let mut before = 0;
    for equal in order.chunk_by(|a, b| a.0 == b.0) {
        let rank = before as f64 + (equal.len() as f64 + 1.0) / 2.0;
        for (_, at) in equal {
            if let Some(it) = ranks.get_mut(*at) {
                *it = rank;
            }
        }
        before += equal.len();
    }
    ranks
}

/// Pearson's correlation over the rows where both are there; none where one does not vary.
pub(super) fn pearson(a: &[f64], b: &[f64]) -> Option<f64> {
    let both = || a.iter().zip(b).filter(|(a, b)| !a.is_nan() && !b.is_nan());
    let (count, x, y) = both().fold((0.0, 0.0, 0.0), |sum, (a, b)| (sum.0 + 1.0, sum.1 + a, sum.2 + b));
    if count < 2.0 {
        return None;
    }
    let (x, y) = (x / count, y / count);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (a, b) in both() {
        let (a, b) = (a - x, b - y);
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    (xx > 0.0 && yy > 0.0).then(|| (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0))
}

/// The correlation ratio of numbers given categories: the root of the share of the variance between the
/// categories (Pearson 1905); none where the numbers do not vary.
pub(super) fn correlation_ratio(codes: &[u32], numbers: &[f64]) -> Option<f64> {
    let both = || {
        codes
            .iter()
            .zip(numbers)
            .filter(|(code, it)| **code != NONE && !it.is_nan())
    };
    let (count, sum) = both().fold((0.0, 0.0), |all, it| (all.0 + 1.0, all.1 + it.1));
    if count < 2.0 {
        return None;
    }
    let mean = sum / count;
    let mut groups: Vec<(f64, f64)> = Vec::new();
    let mut total = 0.0;
    for (code, it) in both() {
        let place = *code as usize;
        if groups.len() <= place {
            groups.resize(place + 1, (0.0, 0.0));
        }
        if let Some(group) = groups.get_mut(place) {
            *group = (group.0 + 1.0, group.1 + it);
        }
        total += (it - mean).powi(2);
    }
    let between: f64 = groups
        .iter()
        .filter(|it| it.0 > 0.0)
        .map(|(n, sum)| n * (sum / n - mean).powi(2))
        .sum();
    (total > 0.0).then(|| (between / total).clamp(0.0, 1.0).sqrt())
}

/// Theil's uncertainty coefficient, symmetric: twice the information that two categories share by the
/// sum of their entropies (Theil 1970); none where neither varies.
pub(super) fn uncertainty(a: &[u32], b: &[u32]) -> Option<f64> {
    let mut joint: Map<u64, f64> = Map::default();
    let (mut x, mut y): (Map<u64, f64>, Map<u64, f64>) = Default::default();
    let mut count = 0.0;
    for (a, b) in a.iter().zip(b).filter(|(a, b)| **a != NONE && **b != NONE) {
        *joint.entry(u64::from(*a) << 32 | u64::from(*b)).or_default() += 1.0;
        *x.entry(u64::from(*a)).or_default() += 1.0;
        *y.entry(u64::from(*b)).or_default() += 1.0;
        count += 1.0;
    }
    let entropy = |counts: &Map<u64, f64>| {
        let mut counts: Vec<f64> = counts.values().copied().collect();
        // Sums of floating numbers depend on their order.
        counts.sort_unstable_by(f64::total_cmp);
        -counts.into_iter().map(|it| it / count * (it / count).ln()).sum::<f64>()
    };
    let (x, y) = (entropy(&x), entropy(&y));
    (x + y > 0.0).then(|| (2.0 * (x + y - entropy(&joint)) / (x + y)).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn associations_are_those_of_their_definitions() {
        assert_eq!(ranks(&[3.0, 1.0, f64::NAN, 3.0])[..2], [2.5, 1.0]);
        let a = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(pearson(&ranks(&a), &ranks(&[1.0, 8.0, 27.0, 64.0])), Some(1.0));
        assert_eq!(pearson(&a, &[1.0; 4]), None);
        assert_eq!(correlation_ratio(&[0, 0, 1, 1], &[1.0, 1.0, 5.0, 5.0]), Some(1.0));
        assert_eq!(correlation_ratio(&[0, 1, 0, 1], &[1.0, 1.0, 5.0, 5.0]), Some(0.0));
        assert!((uncertainty(&[0, 0, 1, 1], &[7, 7, 3, 3]).unwrap() - 1.0).abs() < 1e-12);
        assert!(uncertainty(&[0, 0, 1, 1], &[0, 1, 0, 1]).unwrap() < 1e-12);
    }
}
