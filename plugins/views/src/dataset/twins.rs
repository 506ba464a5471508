use super::{Column, normal_p};

/// How far two columns are from being linear images of each other, in standard deviations of
/// the training split.
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
    /// Mean square of the differences of mean, spread, quartiles and extremes, each in units
    /// of what it scatters by between independent normal columns; none for another shape.
    scatter: Option<f64>,
}

impl Twin {
    /// The same numbers but for rounding: a copy in other units.
    #[must_use]
    pub fn is_copy(&self) -> bool {
        let close = |it: f64| it.abs() < 3e-3;
        close(self.quartiles) && close(self.extremes) && self.mean.is_none_or(close) && self.spread.is_none_or(close)
    }

    /// Whether the two have the same shape, as all normal columns have among each other.
    #[must_use]
    pub fn is_alike(&self) -> bool {
        self.quartiles < 0.2 && self.extremes < 0.35
    }

    /// Whether the shape is one of its own, with a heap at one value or a long tail: a column that only correlates
    /// with another has not the same one, as normal columns have.
    #[must_use]
    pub fn is_odd(&self) -> bool {
        self.mean.is_some() && self.scatter.is_none()
    }

    /// The chance that two independent columns of one shape, with `n` and `m` rows in the
    /// splits, agree as well as these: the smaller of two, doubled. Their shifts of the mean
    /// differ by `sqrt(2 (1/n + 1/m))` deviations and those of `ln std` by 0.71 of it; a copy
    /// with noise of 0.1 deviations by a tenth. And for normal columns all 14 differences, of
    /// which about eight are independent: a chi-square variable of eight degrees of freedom
    /// stays below a small `t` with probability `t^4 / 384`.
    #[must_use]
    pub fn chance(&self, n: f64, m: f64) -> f64 {
        let (Some(mean), Some(spread)) = (self.mean, self.spread) else {
            return 1.0;
        };
        let unit = (2.0 * (1.0 / n + 1.0 / m)).sqrt();
        let within = |z: f64| 1.0 - normal_p(z);
        let shifts = within(mean / unit) * within(spread / (0.71 * unit));
        let all = self.scatter.map_or(1.0, |it| (8.0 * it).powi(4) / 384.0);
        (2.0 * shifts.min(all)).min(1.0)
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

/// What each of the five numbers scatters by in samples of `n` rows of a normal distribution:
/// quartiles as known, extremes by some tenths whatever `n` is.
fn unit(n: f64) -> [f64; 5] {
    let root = n.max(2.0).sqrt();
    [0.5, 1.36 / root, 1.25 / root, 1.36 / root, 0.5]
}

/// Compares two columns, each given by its training and test statistics, of `n` and `m` rows.
/// None where a statistic is missing.
#[must_use]
pub fn twin(a: (&Column, Option<&Column>), b: (&Column, Option<&Column>), n: f64, m: f64) -> Option<Twin> {
    let reference = shape(a.0, a.1, 1.0)?;
    [1.0, -1.0]
        .into_iter()
        .filter_map(|sign| compare(&reference, &shape(b.0, b.1, sign)?, sign, n, m))
        .min_by(|a, b| a.quartiles.total_cmp(&b.quartiles))
}

fn compare(one: &Shape, other: &Shape, sign: f64, n: f64, m: f64) -> Option<Twin> {
    let (mut quartiles, mut extremes, mut sum) = (0.0f64, 0.0f64, 0.0);
    let mut add = |a: &[f64; 5], b: &[f64; 5], rows: f64| {
        for (place, ((a, b), unit)) in a.iter().zip(b).zip(unit(rows)).enumerate() {
            let worst = if place == 0 || place == 4 {
                &mut extremes
            } else {
                &mut quartiles
            };
            *worst = worst.max((a - b).abs());
            sum += ((a - b) / unit).powi(2) / 2.0;
        }
    };
    add(&one.train, &other.train, n);
    let mut shifts = None;
    if let (Some((a, mean_a, spread_a)), Some((b, mean_b, spread_b))) = (&one.test, &other.test) {
        add(a, b, m);
        let (mean, spread) = (mean_a - mean_b, spread_a - spread_b);
        let rows = 1.0 / n + 1.0 / m;
        sum += mean * mean / (2.0 * rows) + spread * spread / rows;
        shifts = Some((mean, spread));
    }
    let [_, low, _, high, _] = one.train;
    let normal = (0.9..1.8).contains(&(high - low));
    Some(Twin {
        sign,
        mean: shifts.map(|it| it.0),
        spread: shifts.map(|it| it.1),
        quartiles,
        extremes,
        scatter: (shifts.is_some() && normal).then_some(sum / 12.0),
    })
}
