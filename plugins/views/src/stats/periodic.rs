//! A pattern that repeats with a fixed period, such as a loss that depends on the place within
//! the epoch.

use super::mean;

/// How strongly a curve depends on the place within its period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Periodicity {
    /// Places per period.
    pub period: usize,
    /// Whole periods looked at.
    pub periods: usize,
    /// Variance between places over variance within them: the F statistic of a one-way analysis
    /// of variance after detrending. About 1 where the place does not matter.
    pub f: f64,
    /// The share of the detrended variance that the place explains.
    pub explained: f64,
    /// The highest mean over the lowest, as a difference of the values given.
    pub amplitude: f64,
    /// The place within the period with the highest mean.
    pub peak: usize,
    /// The place within the period with the lowest mean.
    pub trough: usize,
}

/// Tests whether values repeat with `period`, after removing the trend by a centred moving
/// average over one period. None below three places, four periods or without variance.
#[must_use]
pub fn periodicity(values: &[f64], period: usize) -> Option<Periodicity> {
    let periods = values.len() / period.max(1);
    if period < 3 || periods < 4 || values.iter().any(|it| !it.is_finite()) {
        return None;
    }
    let places = detrended(values, period);
    let all: Vec<f64> = places.iter().flatten().copied().collect();
    let centre = mean(&all)?;
    let means: Vec<f64> = places.iter().filter_map(|it| mean(it)).collect();
    if means.len() != period {
        return None;
    }
    let (mut between, mut within) = (0.0, 0.0);
    for (place, mean) in places.iter().zip(&means) {
        between += place.len() as f64 * (mean - centre) * (mean - centre);
        within += place.iter().map(|it| (it - mean) * (it - mean)).sum::<f64>();
    }
    let total = between + within;
    let spare = all.len().checked_sub(period).filter(|it| *it > 0)?;
    if !(total > 0.0 && total.is_finite()) {
        return None;
    }
    let peak = means.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
    let trough = means.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?;
    // A pattern without any noise is infinitely significant; a large number serves as well.
    let noise = (within / spare as f64).max(total * 1e-9);
    Some(Periodicity {
        period,
        periods,
        f: between / (period - 1) as f64 / noise,
        explained: between / total,
        amplitude: peak.1 - trough.1,
        peak: peak.0,
        trough: trough.0,
    })
}

/// The deviations from the moving average, by place within the period.
fn detrended(values: &[f64], period: usize) -> Vec<Vec<f64>> {
    let half = period / 2;
    let mut sums = vec![0.0];
    let mut sum = 0.0;
    for value in values {
        sum += value;
        sums.push(sum);
    }
    let between = |from: usize, to: usize| sums.get(to).zip(sums.get(from)).map(|(b, a)| b - a);
    let mut places = vec![Vec::new(); period];
    for (index, value) in values.iter().enumerate() {
        let Some(from) = index.checked_sub(half) else { continue };
        // An even period weighs both ends by half, as is usual for seasonal averages.
        let total = if period % 2 == 1 {
            between(from, index + half + 1)
        } else {
            match (
                between(from, index + half + 1),
                values.get(from),
                values.get(index + half),
            ) {
                (Some(sum), Some(first), Some(last)) => Some(sum - f64::midpoint(*first, *last)),
                _ => None,
            }
        };
        if let (Some(total), Some(place)) = (total, places.get_mut(index % period)) {
            place.push(value - total / period as f64);
        }
    }
    places
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::needless_pass_by_value)]
mod tests {
    use super::*;

    /// A small deterministic generator: tests need noise, not randomness.
    fn noise(seed: &mut u64) -> f64 {
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 33) as f64 / f64::from(1u32 << 31) - 0.5
    }

    #[test]
    fn a_saw_tooth_is_found_under_a_trend() {
        let mut seed = 1;
        let curve: Vec<f64> = (0..96)
            .map(|i| -0.01 * f64::from(i) + f64::from(i % 8) * 0.3 + 0.2 * noise(&mut seed))
            .collect();
        let found = periodicity(&curve, 8).unwrap();
        assert!(
            found.f > 20.0 && found.explained > 0.6 && found.amplitude > 1.5,
            "{found:?}"
        );
        assert_eq!((found.trough, found.peak), (0, 7));
    }

    #[test]
    fn noise_on_a_trend_has_no_period() {
        let mut seed = 2;
        let curve: Vec<f64> = (0..200)
            .map(|i| (-0.02 * f64::from(i)).exp() + 0.3 * noise(&mut seed))
            .collect();
        let found = periodicity(&curve, 8).unwrap();
        assert!(found.f < 3.0 && found.explained < 0.15, "{found:?}");
    }

    #[test]
    fn short_or_constant_curves_have_no_answer() {
        assert_eq!(periodicity(&[1.0; 40], 8), None);
        assert_eq!(periodicity(&[1.0, 2.0, 3.0], 3), None);
    }
}
