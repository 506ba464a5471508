//! One value per epoch.

use super::{Axis, Series};
use crate::stats;

/// A point of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The group of rows, to pair curves by.
    pub group: u32,
    /// The epoch (or step, or row) to name the point by.
    pub label: f64,
    /// The mean of the finite values in the group.
    pub value: f64,
    /// The last row with a finite value.
    pub row: usize,
    /// How many finite values there are.
    pub count: usize,
}

/// The points of a series, in order, without those that have no finite value.
#[derive(Debug, Clone, Default)]
pub struct Curve {
    /// The points.
    pub points: Vec<Point>,
}

impl Curve {
    /// Averages a series over the groups of an axis.
    #[must_use]
    pub fn new(series: &Series, axis: &Axis) -> Self {
        // (mean, last row, count); the mean is updated in place, so that no sum overflows.
        let mut groups: Vec<(f64, usize, usize)> = vec![(0.0, 0, 0); axis.len()];
        for (row, value) in series.finite() {
            let Some(place) = axis.group.get(row).and_then(|it| groups.get_mut(*it as usize)) else {
                continue;
            };
            place.2 += 1;
            place.0 += (value - place.0) / place.2 as f64;
            place.1 = row;
        }
        let points = groups
            .into_iter()
            .zip(&axis.labels)
            .enumerate()
            .filter(|(_, ((_, _, count), _))| *count > 0)
            .map(|(group, ((value, row, count), label))| Point {
                group: u32::try_from(group).unwrap_or(u32::MAX),
                label: *label,
                value,
                row,
                count,
            })
            .collect();
        Self { points }
    }

    /// The same curve in another unit.
    #[must_use]
    pub fn scaled(mut self, factor: f64) -> Self {
        self.points.iter_mut().for_each(|it| it.value *= factor);
        self
    }

    /// The number of points.
    #[must_use]
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there is no point.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The values alone.
    #[must_use]
    pub fn values(&self) -> Vec<f64> {
        self.points.iter().map(|it| it.value).collect()
    }

    /// The values, smoothed over a tenth of the curve.
    #[must_use]
    pub fn smooth(&self) -> Vec<f64> {
        stats::moving_average(&self.values(), (self.len() / 10).max(1))
    }

    /// The mean of the first points: a tenth of them, at least one.
    #[must_use]
    pub fn start(&self) -> Option<f64> {
        let values = self.values();
        stats::mean(values.get(..self.edge())?)
    }

    /// The mean of the last points: a tenth of them, at least one.
    #[must_use]
    pub fn end(&self) -> Option<f64> {
        let values = self.values();
        stats::mean(values.get(self.len() - self.edge()..)?)
    }

    fn edge(&self) -> usize {
        (self.len() / 10).max(1).min(self.len())
    }

    /// The mean of the points between two shares of the length, such as the third quarter.
    #[must_use]
    pub fn mean_between(&self, from: f64, to: f64) -> Option<f64> {
        stats::mean(&self.slice(from, to))
    }

    /// The values between two shares of the length; at least one where there is any.
    #[must_use]
    pub fn slice(&self, from: f64, to: f64) -> Vec<f64> {
        let length = self.len() as f64;
        let from = ((length * from).floor() as usize).min(self.len().saturating_sub(1));
        let to = ((length * to).ceil() as usize).clamp(from, self.len());
        self.points
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .map(|it| it.value)
            .collect()
    }

    /// The share by which the curve falls from its first value to its end; negative if it rises.
    #[must_use]
    pub fn relative_fall(&self) -> Option<f64> {
        let first = self.points.first()?.value;
        let fall = (first - self.end()?) / first.abs();
        fall.is_finite().then_some(fall)
    }

    /// Noise relative to the level, from `from` (a share of the length) on: the spread of the
    /// points about their neighbours, as a standard deviation, estimated without the largest
    /// tenth of the distances.
    #[must_use]
    pub fn noise(&self, from: f64) -> Option<f64> {
        /// The root mean square of a standard normal without the largest tenth of magnitudes.
        const TRIMMED_NORMAL: f64 = 0.789;
        let roughness = stats::roughness(&self.slice(from, 1.0));
        stats::trimmed_root_mean_square(&roughness, 0.1).map(|it| it / TRIMMED_NORMAL)
    }
}

/// The points that two curves share: the value of `a`, the value of `b`, and the point of `b`.
#[must_use]
pub fn paired(a: &Curve, b: &Curve) -> Vec<(f64, f64, Point)> {
    let mut pairs = Vec::new();
    let mut others = a.points.iter().peekable();
    for point in &b.points {
        while others.next_if(|it| it.group < point.group).is_some() {}
        if let Some(other) = others.peek().filter(|it| it.group == point.group) {
            pairs.push((other.value, point.value, *point));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::Unit;

    fn curve(values: &[f64]) -> Curve {
        let series = Series {
            rows: (0..values.len() as u32).collect(),
            values: values.to_vec(),
            ..Series::default()
        };
        let axis = Axis {
            unit: Unit::Epoch,
            group: (0..values.len() as u32).collect(),
            labels: (0..values.len()).map(|it| it as f64).collect(),
        };
        Curve::new(&series, &axis)
    }

    #[test]
    fn epochs_average_their_rows_and_skip_gaps() {
        let series = Series {
            rows: vec![0, 1, 3],
            values: vec![1.0, 3.0, f64::NAN],
            ..Series::default()
        };
        let axis = Axis {
            unit: Unit::Epoch,
            group: vec![0, 0, 1, 1],
            labels: vec![0.0, 1.0],
        };
        let curve = Curve::new(&series, &axis);
        assert_eq!(
            curve.points,
            [Point {
                group: 0,
                label: 0.0,
                value: 2.0,
                row: 1,
                count: 2
            }]
        );
    }

    #[test]
    fn falls_and_ends_are_taken_over_several_points() {
        let values: Vec<f64> = (0..20).map(|it| 20.0 - f64::from(it)).collect();
        let curve = curve(&values);
        assert_eq!((curve.start(), curve.end()), (Some(19.5), Some(1.5)));
        assert!(curve.relative_fall().is_some_and(|it| it > 0.9));
        assert!(curve.noise(0.0).is_some_and(|it| it < 0.1));
    }

    #[test]
    fn an_empty_curve_answers_nothing() {
        let empty = curve(&[]);
        assert!(empty.end().is_none() && empty.noise(0.0).is_none() && empty.slice(0.5, 1.0).is_empty());
    }

    #[test]
    fn curves_pair_by_group() {
        let (mut a, b) = (curve(&[1.0, 2.0, 3.0]), curve(&[10.0, 20.0, 30.0]));
        a.points.remove(1);
        let pairs: Vec<_> = paired(&a, &b).into_iter().map(|(a, b, _)| (a, b)).collect();
        assert_eq!(pairs, [(1.0, 10.0), (3.0, 30.0)]);
    }
}
