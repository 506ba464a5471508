//! Location and spread. Non-finite values are left out.

fn finite(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|it| it.is_finite()).collect()
}

/// The arithmetic mean of the finite values.
///
/// ```
/// # use deepfix_views::stats::mean;
/// assert_eq!(mean(&[1.0, f64::NAN, 3.0]), Some(2.0));
/// assert_eq!(mean(&[]), None);
/// ```
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values.iter().filter(|it| it.is_finite()) {
        // A running mean: the plain sum of large losses could overflow.
        count += 1.0;
        sum += (value - sum) / count;
    }
    (count > 0.0).then_some(sum)
}

/// The sample standard deviation of the finite values; none below two of them.
#[must_use]
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    let values = finite(values);
    let centre = mean(&values)?;
    if values.len() < 2 {
        return None;
    }
    let sum: f64 = values.iter().map(|it| (it - centre) * (it - centre)).sum();
    Some((sum / (values.len() - 1) as f64).sqrt())
}

/// The quantile at `share` of the finite values, interpolated linearly.
///
/// ```
/// # use deepfix_views::stats::quantile;
/// assert_eq!(quantile(&[4.0, 1.0, 2.0, 3.0], 0.5), Some(2.5));
/// ```
#[must_use]
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut values = finite(values);
    values.sort_by(f64::total_cmp);
    let place = share.clamp(0.0, 1.0) * values.len().checked_sub(1)? as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    let (low, high) = (*values.get(below)?, *values.get(above)?);
    Some(low + (high - low) * place.fract())
}

/// The median of the finite values.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The median absolute deviation, scaled to estimate a normal standard deviation.
#[must_use]
pub fn mad(values: &[f64]) -> Option<f64> {
    /// 1 / Φ⁻¹(3/4).
    const NORMAL: f64 = 1.4826;
    let centre = median(values)?;
    let deviations: Vec<f64> = values.iter().map(|it| (it - centre).abs()).collect();
    median(&deviations).map(|it| it * NORMAL)
}

/// The root mean square without the largest `trim` share of the magnitudes, so that one spike
/// does not make a curve rough.
#[must_use]
pub fn trimmed_root_mean_square(values: &[f64], trim: f64) -> Option<f64> {
    let mut squares: Vec<f64> = finite(values).into_iter().map(|it| it * it).collect();
    squares.sort_by(f64::total_cmp);
    let drop = (squares.len() as f64 * trim.clamp(0.0, 1.0)).ceil() as usize;
    squares.truncate(squares.len().saturating_sub(drop));
    mean(&squares).map(f64::sqrt)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::needless_pass_by_value)]
mod tests {
    use super::*;

    #[test]
    fn spread_ignores_values_that_are_not_finite() {
        let values = [1.0, 2.0, 3.0, f64::INFINITY, f64::NAN];
        assert_eq!(standard_deviation(&values), Some(1.0));
        assert_eq!(mad(&values[..3]), Some(1.4826));
        assert_eq!(standard_deviation(&[1.0]), None);
    }

    #[test]
    fn one_spike_does_not_dominate_a_trimmed_mean() {
        let mut values = vec![0.1; 20];
        values[7] = 50.0;
        assert!((trimmed_root_mean_square(&values, 0.1).unwrap_or(f64::NAN) - 0.1).abs() < 1e-12);
        assert_eq!(trimmed_root_mean_square(&[], 0.1), None);
    }
}
