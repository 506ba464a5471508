//! How likely a difference is by chance: the few tests that the rules need.

/// Two-sided probability of a standard normal value beyond `z`.
///
/// Abramowitz and Stegun 7.1.26 with an exponential factor: absolute error below 1.2e-7, and
/// the right order of magnitude far out in the tail (Numerical Recipes, `erfc`).
#[must_use]
pub fn normal_p(z: f64) -> f64 {
    if z.is_nan() {
        return 1.0;
    }
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * x);
    const COEFFICIENTS: [f64; 9] = [
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    let series = COEFFICIENTS.iter().rev().fold(0.0, |sum, it| sum * t + it);
    (t * (-x * x - 1.265_512_23 + t * series).exp()).clamp(0.0, 1.0)
}

/// Probability of a Kolmogorov-Smirnov distance of `d` or more between samples of `n` and
/// `m` rows of the same distribution (Smirnov's limit with Stephens' small-sample term).
#[must_use]
pub fn ks_p(d: f64, n: f64, m: f64) -> f64 {
    let root = (n * m / (n + m)).sqrt();
    let lambda = (root + 0.12 + 0.11 / root) * d;
    if !lambda.is_finite() || lambda < 0.3 {
        return 1.0;
    }
    let mut sum = 0.0;
    for k in 1..=20 {
        let k = f64::from(k);
        let term = (-2.0 * k * k * lambda * lambda).exp();
        sum += if k % 2.0 == 1.0 { term } else { -term };
    }
    (2.0 * sum).clamp(0.0, 1.0)
}

/// Probability of a chi-square value of `x` or more with `k` degrees of freedom
/// (Wilson and Hilferty's cube-root approximation).
#[must_use]
pub fn chi_square_p(x: f64, k: f64) -> f64 {
    if !(x > 0.0 && k > 0.0) {
        return 1.0;
    }
    let c = 2.0 / (9.0 * k);
    let z = ((x / k).cbrt() - (1.0 - c)) / c.sqrt();
    if z > 0.0 {
        normal_p(z) / 2.0
    } else {
        1.0 - normal_p(z) / 2.0
    }
}

/// Wilson's 95 % interval of a share of `hits` in `n`.
#[must_use]
pub fn wilson(hits: f64, n: f64) -> (f64, f64) {
    const Z: f64 = 1.96;
    if n <= 0.0 || n.is_nan() {
        return (0.0, 1.0);
    }
    let p = (hits / n).clamp(0.0, 1.0);
    let centre = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_match_tables() {
        assert!((normal_p(1.96) - 0.05).abs() < 1e-4);
        assert!((ks_p(0.1358, 200.0, 200.0) - 0.045).abs() < 0.01);
        assert!((chi_square_p(5.991, 2.0) - 0.05).abs() < 5e-3);
        let (low, high) = wilson(5.0, 10.0);
        assert!((low - 0.2366).abs() < 1e-3 && (high - 0.7634).abs() < 1e-3);
    }
}
