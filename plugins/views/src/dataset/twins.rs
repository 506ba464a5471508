use super::Column;

/// How far two columns are from being linear images of each other, in standard deviations
/// of the training split.
#[derive(Debug, Clone, Copy)]
pub struct Twin {
    /// 1 or -1.
    pub sign: f64,
    /// Difference of the shifts of the mean from train to test; none without a test split.
    pub mean: Option<f64>,
    /// Difference of the changes of `ln std` from train to test.
    pub spread: Option<f64>,
    /// Largest difference of a quartile, in both splits.
    pub quartiles: f64,
    /// Largest difference of a minimum or maximum, in both splits.
    pub extremes: f64,
}

impl Twin {
    /// The same numbers but for rounding: a copy in other units.
    #[must_use]
    pub fn is_copy(&self) -> bool {
        let close = |it: f64| it.abs() < 3e-3;
        close(self.quartiles) && close(self.extremes) && self.mean.is_none_or(close) && self.spread.is_none_or(close)
    }

    /// A copy with a little noise. The shifts of mean and spread from one split to the other
    /// are the strongest witnesses: for independent columns they differ by about
    /// `sqrt(1/n + 1/m)`, for a copy with noise of 0.1 standard deviations by a tenth of it.
    /// `n` and `m` are the rows of the splits.
    #[must_use]
    pub fn is_noisy_copy(&self, n: f64, m: f64) -> bool {
        let shift = (0.12 * (1.0 / n + 1.0 / m).sqrt()).min(0.015);
        self.quartiles < 0.2
            && self.extremes < 0.3
            && self.mean.is_some_and(|it| it.abs() < shift)
            && self.spread.is_some_and(|it| it.abs() < shift)
    }
}

/// A column standardised by the training split: `[min, q1, median, q3, max]` of both splits,
/// mean and log spread of the test split.
struct Shape {
    train: [f64; 5],
    test: Option<([f64; 5], f64, f64)>,
}

fn shape(train: &Column, test: Option<&Column>, sign: f64) -> Option<Shape> {
    let (mean, std) = (train.mean?, train.std.filter(|it| *it > 0.0)?);
    let standard = |five: [f64; 5]| {
        let mut five = five.map(|it| sign * (it - mean) / std);
        if sign < 0.0 {
            five.reverse();
        }
        five
    };
    let test = test.and_then(|it| {
        let spread = (it.std.filter(|it| *it > 0.0)? / std).ln();
        Some((standard(it.five()?), sign * (it.mean? - mean) / std, spread))
    });
    Some(Shape {
        train: standard(train.five()?),
        test,
    })
}

/// Compares two columns, each given by its training and test statistics. None where a
/// statistic is missing.
#[must_use]
pub fn twin(a: (&Column, Option<&Column>), b: (&Column, Option<&Column>)) -> Option<Twin> {
    let reference = shape(a.0, a.1, 1.0)?;
    [1.0, -1.0]
        .into_iter()
        .filter_map(|sign| {
            let other = shape(b.0, b.1, sign)?;
            let (mut quartiles, mut extremes) = (0.0f64, 0.0f64);
            let mut compare = |a: &[f64; 5], b: &[f64; 5]| {
                for (place, (a, b)) in a.iter().zip(b).enumerate() {
                    let worst = if place == 0 || place == 4 {
                        &mut extremes
                    } else {
                        &mut quartiles
                    };
                    *worst = worst.max((a - b).abs());
                }
            };
            compare(&reference.train, &other.train);
            let shifts = match (&reference.test, &other.test) {
                (Some((a, mean_a, spread_a)), Some((b, mean_b, spread_b))) => {
                    compare(a, b);
                    Some((mean_a - mean_b, spread_a - spread_b))
                }
                _ => None,
            };
            Some(Twin {
                sign,
                mean: shifts.map(|it| it.0),
                spread: shifts.map(|it| it.1),
                quartiles,
                extremes,
            })
        })
        .min_by(|a, b| a.quartiles.total_cmp(&b.quartiles))
}
