//! Rank statistics.

/// Ranks from 1 on; equal values share their mean rank.
///
/// ```
/// # use deepfix_views::stats::ranks;
/// assert_eq!(ranks(&[10.0, 30.0, 10.0]), [1.5, 3.0, 1.5]);
/// ```
#[must_use]
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for group in order.chunk_by(|a, b| a.1 == b.1) {
        let rank = start as f64 + (group.len() as f64 + 1.0) / 2.0;
        for (index, _) in group {
            if let Some(place) = ranks.get_mut(*index) {
                *place = rank;
            }
        }
        start += group.len();
    }
    ranks
}

/// Spearman's rank correlation of the pairs in which both values are finite; none below three
/// pairs or where one side is constant.
///
/// ```
/// # use deepfix_views::stats::spearman;
/// assert_eq!(spearman(&[1.0, 2.0, 3.0], &[9.0, 4.0, 1.0]), Some(-1.0));
/// ```
#[must_use]
pub fn spearman(a: &[f64], b: &[f64]) -> Option<f64> {
    let (a, b): (Vec<f64>, Vec<f64>) = a
        .iter()
        .copied()
        .zip(b.iter().copied())
        .filter(|(a, b)| a.is_finite() && b.is_finite())
        .unzip();
    if a.len() < 3 {
        return None;
    }
    let centre = (a.len() as f64 + 1.0) / 2.0;
    let (mut product, mut squares_a, mut squares_b) = (0.0, 0.0, 0.0);
    for (a, b) in ranks(&a).into_iter().zip(ranks(&b)) {
        let (a, b) = (a - centre, b - centre);
        product += a * b;
        squares_a += a * a;
        squares_b += b * b;
    }
    (squares_a > 0.0 && squares_b > 0.0).then(|| (product / (squares_a * squares_b).sqrt()).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_side_has_no_correlation() {
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[5.0, 5.0, 5.0]), None);
        assert_eq!(spearman(&[1.0, 2.0], &[1.0, 2.0]), None);
    }

    #[test]
    fn pairs_with_a_gap_are_left_out() {
        let a = [1.0, f64::NAN, 2.0, 3.0, 4.0];
        let b = [1.0, 0.0, 2.0, 3.0, f64::INFINITY];
        assert_eq!(spearman(&a, &b), Some(1.0));
    }
}
