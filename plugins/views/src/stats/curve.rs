//! The shape of curves.

/// A least-squares line over the places 0, 1, 2, ...
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearFit {
    /// The value at place 0.
    pub intercept: f64,
    /// The change from one place to the next.
    pub slope: f64,
    /// The standard error of the slope.
    pub slope_error: f64,
    /// The standard deviation of the residuals.
    pub residual: f64,
}

/// Fits a line; none below three values or where one is not finite.
///
/// ```
/// # use deepfix_views::stats::linear_fit;
/// let fit = linear_fit(&[1.0, 3.0, 5.0]).unwrap();
/// assert_eq!((fit.intercept, fit.slope), (1.0, 2.0));
/// ```
#[must_use]
pub fn linear_fit(values: &[f64]) -> Option<LinearFit> {
    let count = values.len() as f64;
    if values.len() < 3 || values.iter().any(|it| !it.is_finite()) {
        return None;
    }
    let centre = (count - 1.0) / 2.0;
    let mean = values.iter().sum::<f64>() / count;
    let (mut product, mut squares) = (0.0, 0.0);
    for (place, value) in values.iter().enumerate() {
        let place = place as f64 - centre;
        product += place * (value - mean);
        squares += place * place;
    }
    let slope = product / squares;
    let intercept = mean - slope * centre;
    let error: f64 = values
        .iter()
        .enumerate()
        .map(|(i, it)| (it - intercept - slope * i as f64).powi(2))
        .sum();
    let residual = (error / (count - 2.0)).sqrt();
    let fit = LinearFit {
        intercept,
        slope,
        slope_error: residual / squares.sqrt(),
        residual,
    };
    (fit.slope.is_finite() && fit.residual.is_finite()).then_some(fit)
}

/// The centred moving average over `width` values (made odd); shorter at both ends.
#[must_use]
pub fn moving_average(values: &[f64], width: usize) -> Vec<f64> {
    let half = width / 2;
    let mut sums = Vec::with_capacity(values.len() + 1);
    // Sums of deviations from the first value lose fewer digits than sums of the values.
    let base = values.first().copied().unwrap_or_default();
    let mut sum = 0.0;
    sums.push(sum);
    for value in values {
        sum += value - base;
        sums.push(sum);
    }
    (0..values.len())
        .map(|place| {
            let reach = half.min(place).min(values.len() - 1 - place);
            let (from, to) = (place - reach, place + reach + 1);
            match (sums.get(from), sums.get(to)) {
                (Some(a), Some(b)) => base + (b - a) / (to - from) as f64,
                _ => f64::NAN,
            }
        })
        .collect()
}

/// How far each inner value lies off the mean of its two neighbours, relative to the level of
/// the curve and scaled so that white noise of relative standard deviation s gives values of
/// standard deviation s.
///
/// Second differences remove any locally straight trend, so a steep but smooth fall has none:
/// unlike the coefficient of variation this does not fire on healthy learning. Positive curves
/// are compared on the logarithmic scale; others relative to their mean magnitude.
#[must_use]
pub fn roughness(values: &[f64]) -> Vec<f64> {
    /// var(x - (y + z) / 2) = 1.5 var(x) for independent noise.
    const SECOND_DIFFERENCE: f64 = 1.5;
    let positive = values.iter().all(|it| *it > 0.0);
    let scale = values.iter().map(|it| it.abs()).sum::<f64>() / values.len().max(1) as f64;
    let level = |value: f64| if positive { value.ln() } else { value / scale };
    values
        .windows(3)
        .filter_map(|window| match window {
            [before, here, after] => {
                let off = level(*here) - f64::midpoint(level(*before), level(*after));
                off.is_finite().then_some(off / SECOND_DIFFERENCE.sqrt())
            }
            _ => None,
        })
        .collect()
}

/// How often a curve turns: the share of inner values that are a peak or a trough.
#[must_use]
pub fn sign_changes(values: &[f64]) -> f64 {
    let turns = values
        .windows(3)
        .filter(|it| matches!(it, [a, b, c] if (b - a) * (c - b) < 0.0))
        .count();
    turns as f64 / values.len().saturating_sub(2).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exponential_fall_has_no_roughness() {
        let curve: Vec<f64> = (0..30).map(|i| 5.0 * (-0.2 * f64::from(i)).exp()).collect();
        assert!(roughness(&curve).iter().all(|it| it.abs() < 1e-9));
        assert_eq!(sign_changes(&curve), 0.0);
    }

    #[test]
    fn alternation_is_rough_and_turns_everywhere() {
        let curve: Vec<f64> = (0..20).map(|i| if i % 2 == 0 { 1.0 } else { 1.2 }).collect();
        assert!(roughness(&curve).iter().all(|it| it.abs() > 0.1));
        assert_eq!(sign_changes(&curve), 1.0);
    }

    #[test]
    fn a_moving_average_keeps_lines_and_lengths() {
        let line = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert_eq!(moving_average(&line, 3), line);
        assert!(moving_average(&[], 3).is_empty());
    }

    #[test]
    fn constant_and_huge_values_do_not_break_a_fit() {
        assert_eq!(linear_fit(&[2.0, 2.0, 2.0]).map(|it| it.slope), Some(0.0));
        assert!(linear_fit(&[f64::MAX, -f64::MAX, f64::MAX]).is_none());
    }
}
