use super::{Column, Rows};
use crate::stats::{AtMost, feasible};

/// What the summary of a label with class codes `0..k` (any first code) says of the classes'
/// shares: their sum, mean and second moment, and between which codes the quartiles lie. With
/// more than three classes that leaves many answers; what holds for all of them is certain.
#[derive(Debug, Clone)]
pub struct ClassShares {
    classes: usize,
    /// Conditions on the variables `0..classes`, as shares.
    conditions: Vec<AtMost>,
}

/// More codes than these are too many for a summary to say much, and for the time it takes.
const MOST_CLASSES: f64 = 16.0;

impl ClassShares {
    /// Reads a label's column. None where it holds no codes without a gap.
    #[must_use]
    pub fn of(column: &Column) -> Option<Self> {
        let rows = column.count.filter(|it| *it >= 2.0)?;
        let [min, q1, median, q3, max] = column.five()?;
        let (mean, std, classes) = (column.mean?, column.std?, column.unique?);
        if !(3.0..=MOST_CLASSES).contains(&classes) || min.fract() != 0.0 || max - min + 1.0 != classes {
            return None;
        }
        let classes = classes as usize;
        let power =
            |degree: i32| -> Vec<(usize, f64)> { (0..classes).map(|it| (it, (it as f64).powi(degree))).collect() };
        // Clients round to six significant digits.
        let tolerance = |it: f64| 2e-5 * it.abs().max(1.0);
        let first = mean - min;
        // The sample deviation has rows - 1 in its denominator.
        let second = std * std * (rows - 1.0) / rows + first * first;
        let mut conditions = AtMost::about(&power(0), 1.0, 1e-6).to_vec();
        conditions.extend(AtMost::about(&power(1), first, tolerance(first)));
        conditions.extend(AtMost::about(&power(2), second, tolerance(second)));
        for (level, value) in [(0.25, q1 - min), (0.5, median - min), (0.75, q3 - min)] {
            // At least the level up to its code, at most the level below it, but for the row
            // that a quantile falls on.
            let (below, up_to) = (value.ceil() as usize, value.floor() as usize + 1);
            let off = 1.5 / rows;
            conditions.push(AtMost::new((0..below).map(|it| (it, 1.0)), level + off));
            if value.fract() == 0.0 {
                conditions.push(AtMost::new((0..up_to).map(|it| (it, -1.0)), off - level));
            }
        }
        Some(Self { classes, conditions })
    }

    /// How many classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Whether the rarest class may have `ratio` of the most frequent one's rows.
    #[must_use]
    pub fn allows_ratio(&self, ratio: f64) -> bool {
        let most = self.classes;
        let mut conditions = self.conditions.clone();
        for class in 0..self.classes {
            conditions.push(AtMost::new([(class, 1.0), (most, -1.0)], 0.0));
            conditions.push(AtMost::new([(class, -1.0), (most, ratio)], 0.0));
        }
        feasible(self.classes + 1, &conditions)
    }

    /// Whether shares of the same classes may be within a total variation of `distance`.
    #[must_use]
    pub fn allows_distance(&self, other: &Self, distance: f64) -> bool {
        if self.classes != other.classes {
            return true;
        }
        let k = self.classes;
        let mut conditions = self.conditions.clone();
        conditions.extend(other.conditions.iter().map(|it| {
            let terms = it.terms.iter().map(|(variable, value)| (variable + k, *value));
            AtMost::new(terms, it.bound)
        }));
        for class in 0..k {
            let (a, b, difference) = (class, class + k, class + 2 * k);
            conditions.push(AtMost::new([(a, 1.0), (b, -1.0), (difference, -1.0)], 0.0));
            conditions.push(AtMost::new([(a, -1.0), (b, 1.0), (difference, -1.0)], 0.0));
        }
        conditions.push(AtMost::new((2 * k..3 * k).map(|it| (it, 1.0)), 2.0 * distance));
        feasible(3 * k, &conditions)
    }
}

/// The largest ratio of the rarest to the most frequent class of a label of texts, of which
/// only the most frequent one is known.
#[must_use]
pub fn largest_ratio(column: &Column, rows: &Rows) -> Option<f64> {
    let (top, classes) = (column.freq?, column.unique.filter(|it| *it >= 2.0)?);
    let rows = column.count.unwrap_or(rows.count);
    (top > 0.0 && rows >= top).then(|| ((rows - top) / (classes - 1.0) / top).min(1.0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::dataset::DatasetView;
    use serde_json::json;

    /// The column of a label with so many rows per class.
    fn column(counts: &[usize]) -> Column {
        let codes: Vec<f64> = counts
            .iter()
            .enumerate()
            .flat_map(|(class, rows)| vec![class as f64; *rows])
            .collect();
        let n = codes.len() as f64;
        let mean = codes.iter().sum::<f64>() / n;
        let std = (codes.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        let quantile = |q: f64| crate::stats::quantile(&codes, q).unwrap();
        let statistics = json!({"count": n, "mean": mean, "std": std, "min": 0, "25%": quantile(0.25),
            "50%": quantile(0.5), "75%": quantile(0.75), "max": counts.len() - 1});
        let raw =
            json!({"feature_statistics": {"target": statistics}, "number_unique_values": {"target": counts.len()}});
        DatasetView::parse(String::new(), raw, json!(null))
            .train
            .unwrap()
            .columns[0]
            .clone()
    }

    #[test]
    fn the_truth_is_always_allowed() {
        for counts in [
            &[40, 30, 30, 20][..],
            &[5, 90, 80, 70, 60],
            &[100, 2, 100, 50],
            &[10, 11, 12, 13, 14, 15, 16],
        ] {
            let shares = ClassShares::of(&column(counts)).unwrap();
            let ratio = *counts.iter().min().unwrap() as f64 / *counts.iter().max().unwrap() as f64;
            assert!(shares.allows_ratio(ratio * 0.999), "{counts:?}");
            assert!(shares.allows_distance(&shares, 1e-4), "{counts:?}");
        }
    }

    #[test]
    fn what_no_answer_allows_is_certain() {
        let shares = ClassShares::of(&column(&[400, 12, 9, 14])).unwrap();
        assert!(!shares.allows_ratio(0.1));
        // Four even classes and a missing second one can look the same.
        assert!(ClassShares::of(&column(&[200, 3, 180, 150])).unwrap().allows_ratio(0.3));
        let even = ClassShares::of(&column(&[200, 190, 180, 150])).unwrap();
        assert!(even.allows_ratio(0.5) && !even.allows_distance(&shares, 0.15));
    }
}
