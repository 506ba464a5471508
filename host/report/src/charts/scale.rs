/// An axis: values to places, with ticks at round numbers.
#[derive(Debug, Clone)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    pub is_log: bool,
}

impl Scale {
    /// From the smallest to the largest of some values, a little wider; none without a finite value.
    pub(crate) fn of(values: impl Iterator<Item = f64>, from: f64, to: f64, may_be_log: bool) -> Option<Self> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|it| it.is_finite()) {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            return None;
        }
        let is_log = may_be_log && low > 0.0 && high / low > 50.0;
        if is_log {
            (low, high) = (low.log10(), high.log10());
        }
        // Values may be as far apart as numbers go.
        let width = (high / 2.0 - low / 2.0) * 2.0;
        let room = if width > 0.0 {
            width * 0.05
        } else {
            low.abs().max(1.0) * 0.5
        };
        let clamp = |it: f64| it.clamp(-f64::MAX / 4.0, f64::MAX / 4.0);
        Some(Self {
            low: clamp(low - room),
            high: clamp(high + room),
            from,
            to,
            is_log,
        })
    }

    pub(crate) fn place(&self, value: f64) -> f64 {
        let value = if self.is_log {
            value.max(f64::MIN_POSITIVE).log10()
        } else {
            value
        };
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.from + (self.to - self.from) * if share.is_finite() { share } else { 0.0 }
    }

    /// About `count` round values within the axis.
    pub(crate) fn ticks(&self, count: usize) -> Vec<f64> {
        if self.is_log {
            let (first, last) = (self.low.ceil() as i32, self.high.floor() as i32);
            let step = (((last - first) as usize / count.max(1)) + 1) as i32;
            return (first..=last)
                .step_by(step.max(1) as usize)
                .map(|it| 10_f64.powi(it))
                .collect();
        }
        let width = self.high - self.low;
        let raw = width / count.max(1) as f64;
        let power = 10_f64.powf(raw.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|it| it * power)
            .find(|it| *it >= raw)
            .unwrap_or(raw);
        if !(step.is_finite() && step > 0.0) {
            return Vec::new();
        }
        let first = (self.low / step).ceil();
        (0..=count * 2)
            .map(|it| (first + it as f64) * step)
            .take_while(|it| *it <= self.high)
            .map(|it| if it.abs() < step * 1e-9 { 0.0 } else { it })
            .collect()
    }
}

/// A number as an axis or a table shows it.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return value.to_string();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-3..1e6).contains(&size) {
        return format!("{value:.2e}");
    }
    let digits = match size {
        _ if size >= 1000.0 => 0,
        _ if size >= 100.0 => 1,
        _ if size >= 1.0 => 3,
        _ => 4,
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within() {
        let it = Scale::of([0.0, 97.0].into_iter(), 0.0, 100.0, false).unwrap();
        assert_eq!(it.ticks(5), [0.0, 50.0, 100.0]);
        let it = Scale::of([0.0004, 2.5].into_iter(), 0.0, 100.0, true).unwrap();
        assert!(it.is_log && it.ticks(5).contains(&0.01), "{:?}", it.ticks(5));
    }

    #[test]
    fn extremes_do_not_break_an_axis() {
        for values in [[0.0, 0.0], [f64::MAX, -f64::MAX], [5e-324, f64::MAX], [3.0, 3.0]] {
            let it = Scale::of(values.into_iter(), 10.0, 90.0, true).unwrap();
            for value in values {
                assert!((10.0..=90.0).contains(&it.place(value)), "{values:?}");
            }
            assert!(it.ticks(4).len() < 400);
        }
        assert!(Scale::of([f64::NAN].into_iter(), 0.0, 1.0, false).is_none());
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.5248, "0.5248"),
            (12.0, "12"),
            (1234.5, "1234"),
            (4.0685e-4, "4.07e-4"),
            (100.0, "100"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
