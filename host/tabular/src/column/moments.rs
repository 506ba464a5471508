/// Count, mean, spread and range of finite numbers.
#[derive(Debug, Clone, Copy)]
pub struct Moments {
    /// How many.
    pub count: u64,
    /// Their mean; 0 where there are none.
    pub mean: f64,
    /// The sum of the squared distances from the mean.
    squares: f64,
    /// The smallest; infinite where there are none.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Default for Moments {
    fn default() -> Self {
        Self {
            count: 0,
            mean: 0.0,
            squares: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
        }
    }
}

impl Moments {
    /// In two passes over the numbers, so that a large mean costs no digits.
    #[must_use]
    pub fn of(numbers: &[f64]) -> Self {
        if numbers.is_empty() {
            return Self::default();
        }
        let count = numbers.len() as f64;
        let sum = numbers.iter().sum::<f64>();
        let rough = if sum.is_finite() {
            sum / count
        } else {
            numbers.iter().map(|it| it / count).sum()
        };
        // What rounding left of the sum.
        let rest = numbers.iter().map(|it| it - rough).sum::<f64>() / count;
        let mean = if rest.is_finite() { rough + rest } else { rough };
        Self {
            count: numbers.len() as u64,
            mean,
            squares: numbers.iter().map(|it| (it - mean) * (it - mean)).sum(),
            min: numbers.iter().copied().fold(f64::INFINITY, f64::min),
            max: numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    }

    /// Adds another part (Chan, Golub and LeVeque 1979).
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        let (n, m) = (self.count as f64, other.count as f64);
        let distance = other.mean - self.mean;
        let whole = (self.mean * n + other.mean * m) / (n + m);
        self.mean = if whole.is_finite() {
            whole
        } else {
            self.mean + distance * (m / (n + m))
        };
        self.squares += other.squares + distance * distance * (n * m / (n + m));
        self.count += other.count;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// The sample's standard deviation, with count - 1 in the denominator, as pandas' `describe`;
    /// none for fewer than two numbers.
    #[must_use]
    pub fn deviation(&self) -> Option<f64> {
        (self.count > 1).then(|| (self.squares / (self.count - 1) as f64).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole(numbers in prop::collection::vec(-1e9f64..1e9, 2..200), at in 0usize..200) {
            let (a, b) = numbers.split_at(at.min(numbers.len()));
            let mut parts = Moments::of(a);
            parts.merge(&Moments::of(b));
            let whole = Moments::of(&numbers);
            prop_assert_eq!(parts.count, whole.count);
            prop_assert!((parts.mean - whole.mean).abs() <= 1e-6);
            let (x, y) = (parts.deviation().unwrap(), whole.deviation().unwrap());
            prop_assert!((x - y).abs() <= 1e-9 * y.max(1.0));
        }
    }

    #[test]
    fn a_large_mean_costs_no_digits() {
        let it = Moments::of(&[1e15 + 1.0, 1e15 + 2.0, 1e15 + 3.0]);
        assert_eq!(it.deviation(), Some(1.0));
    }
}
