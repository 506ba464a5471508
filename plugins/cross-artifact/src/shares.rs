//! Shares of classes from the moments of the encoded label.

/// The most even shares of `classes` neighbouring whole numbers from 0 on that have this mean
/// and variance: of all shares that fit they have the largest entropy (Jaynes 1957), so that
/// what is computed from them, such as the loss of a constant answer, is an upper bound, and
/// exact for three classes. None where no shares fit.
///
/// They are proportional to `exp(a t + b t²)`; `a` and `b` are found by Newton's method on the
/// convex dual, with steps halved while they do not help.
pub(crate) fn even_shares(classes: usize, mean: f64, variance: f64) -> Option<Vec<f64>> {
    /// More classes have quantiles of their own; none that a mean and a variance describe.
    const MOST: usize = 40;
    const STEPS: usize = 60;
    const ENOUGH: f64 = 1e-6;
    if !((2..=MOST).contains(&classes) && mean.is_finite() && variance >= 0.0 && variance.is_finite()) {
        return None;
    }
    // Centred and scaled places keep the equations well conditioned.
    let (centre, scale) = ((classes - 1) as f64 / 2.0, classes as f64 / 2.0);
    let places: Vec<f64> = (0..classes).map(|it| (it as f64 - centre) / scale).collect();
    let first = (mean - centre) / scale;
    let second = variance / (scale * scale) + first * first;
    let (mut a, mut b) = (0.0, 0.0);
    for _ in 0..STEPS {
        let shares = shares(&places, a, b);
        let moment = |power: i32| -> f64 { places.iter().zip(&shares).map(|(t, p)| t.powi(power) * p).sum() };
        let (m1, m2, m3, m4) = (moment(1), moment(2), moment(3), moment(4));
        let (e1, e2) = (m1 - first, m2 - second);
        if e1.abs() + e2.abs() < ENOUGH {
            return Some(shares);
        }
        let (h11, h12, h22) = (m2 - m1 * m1, m3 - m1 * m2, m4 - m2 * m2);
        let determinant = h11 * h22 - h12 * h12;
        if !(determinant.is_finite() && determinant > 1e-15) {
            return None;
        }
        let (da, db) = ((h22 * e1 - h12 * e2) / determinant, (h11 * e2 - h12 * e1) / determinant);
        let before = dual(&places, a, b, first, second);
        let mut length = 1.0;
        while dual(&places, a - length * da, b - length * db, first, second) > before && length > 1e-6 {
            length /= 2.0;
        }
        a -= length * da;
        b -= length * db;
    }
    None
}

fn weights(places: &[f64], a: f64, b: f64) -> (Vec<f64>, f64) {
    let exponents: Vec<f64> = places.iter().map(|t| a * t + b * t * t).collect();
    let most = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (exponents.iter().map(|it| (it - most).exp()).collect(), most)
}

fn shares(places: &[f64], a: f64, b: f64) -> Vec<f64> {
    let (weights, _) = weights(places, a, b);
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|it| it / sum).collect()
}

/// The logarithm of the partition function less what the moments ask for.
fn dual(places: &[f64], a: f64, b: f64, first: f64, second: f64) -> f64 {
    let (weights, most) = weights(places, a, b);
    most + weights.iter().sum::<f64>().ln() - a * first - b * second
}

#[cfg(test)]
mod tests {
    use super::even_shares;

    fn moments(shares: &[f64]) -> (f64, f64) {
        let mean = shares.iter().enumerate().map(|(k, p)| k as f64 * p).sum::<f64>();
        let square = shares.iter().enumerate().map(|(k, p)| (k * k) as f64 * p).sum::<f64>();
        (mean, square - mean * mean)
    }

    #[test]
    fn three_classes_are_exact() {
        let truth = [0.2, 0.5, 0.3];
        let (mean, variance) = moments(&truth);
        let found = even_shares(3, mean, variance).unwrap();
        assert!(found.iter().zip(truth).all(|(a, b)| (a - b).abs() < 1e-3), "{found:?}");
    }

    #[test]
    fn more_classes_have_the_moments_asked_for_and_no_less_entropy() {
        let truth = [0.07, 0.4, 0.13, 0.35, 0.05];
        let (mean, variance) = moments(&truth);
        let found = even_shares(5, mean, variance).unwrap();
        let (a, b) = moments(&found);
        assert!((a - mean).abs() < 1e-3 && (b - variance).abs() < 1e-3);
        let entropy = |shares: &[f64]| -shares.iter().map(|it| it * it.ln()).sum::<f64>();
        assert!(entropy(&found) >= entropy(&truth) - 1e-6);
    }

    #[test]
    fn moments_that_no_shares_have_give_none() {
        assert_eq!(even_shares(4, 9.0, 1.0), None);
        assert_eq!(even_shares(4, 1.5, 50.0), None);
        assert_eq!(even_shares(4, f64::NAN, 1.0), None);
        assert_eq!(even_shares(1, 0.0, 0.0), None);
    }
}
