//! Which rows of the metrics belong together.

use super::Series;

/// What the groups of rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Epochs, as logged or as delimited by the validation rows.
    Epoch,
    /// Optimiser steps or boosting rounds: no epochs were logged.
    Step,
    /// Rows: no axis was logged.
    Row,
}

/// The groups of rows that a curve has one value for.
#[derive(Debug, Clone)]
pub struct Axis {
    /// What the groups are.
    pub unit: Unit,
    /// For each row of the table, its group.
    pub group: Vec<u32>,
    /// For each group, the epoch, step or row to name it by.
    pub labels: Vec<f64>,
}

/// Step logs without epochs are averaged into at most so many groups: enough to see the shape
/// of a curve, few enough that the noise of single batches does not hide it.
const MOST_STEP_GROUPS: usize = 120;

/// Longer curves have no more shape, but take more time.
const MOST_GROUPS: usize = 2000;

impl Axis {
    /// Groups the rows by the epoch where it is logged, else by the rows that carry validation
    /// values, else one by one.
    #[must_use]
    pub fn new(
        rows: usize,
        epoch: Option<&Series>,
        step: Option<&Series>,
        train: Option<&Series>,
        validation: Option<&Series>,
    ) -> Self {
        let mut axis = Self::exact(rows, epoch, step, train, validation);
        axis.coalesce();
        axis
    }

    /// Joins neighbouring groups of a very long run.
    fn coalesce(&mut self) {
        let per_group = self.labels.len().div_ceil(MOST_GROUPS);
        if per_group < 2 {
            return;
        }
        let joined = u32::try_from(per_group).unwrap_or(u32::MAX);
        self.group.iter_mut().for_each(|it| *it /= joined);
        self.labels = self
            .labels
            .chunks(per_group)
            .filter_map(|it| it.last().copied())
            .collect();
    }

    fn exact(
        rows: usize,
        epoch: Option<&Series>,
        step: Option<&Series>,
        train: Option<&Series>,
        validation: Option<&Series>,
    ) -> Self {
        if let Some(epoch) = epoch.filter(|it| it.finite_count() * 2 >= rows) {
            return Self::by_epoch(rows, epoch);
        }
        let label = |row: usize| {
            step.and_then(|it| it.at(row))
                .filter(|it| it.is_finite())
                .unwrap_or(row as f64)
        };
        let unit = if step.is_some_and(|it| it.finite_count() > 0) {
            Unit::Step
        } else {
            Unit::Row
        };
        if let (Some(train), Some(validation)) = (train, validation) {
            let checks = validation.finite_count();
            if checks >= 3 && train.finite_count() >= checks * 2 {
                return Self::by_validation(rows, validation, unit, label);
            }
        }
        // Rows that train and validation share alternately, as with one log call for each.
        let present = [train, validation]
            .into_iter()
            .flatten()
            .map(Series::finite_count)
            .max()
            .unwrap_or(rows);
        let per_group = rows.div_ceil(present.clamp(1, MOST_STEP_GROUPS)).max(1);
        let group: Vec<u32> = (0..rows)
            .map(|row| u32::try_from(row / per_group).unwrap_or(u32::MAX))
            .collect();
        let labels = (0..rows.div_ceil(per_group))
            .map(|it| label((it * per_group + per_group - 1).min(rows - 1)))
            .collect();
        Self { unit, group, labels }
    }

    fn by_epoch(rows: usize, epoch: &Series) -> Self {
        // Fractional epochs, as of Hugging Face: 0.5, 1.0, 1.5 belong to epochs 1, 1, 2.
        let whole = epoch.finite().all(|(_, it)| it.fract() == 0.0);
        let mut group = Vec::with_capacity(rows);
        let mut labels: Vec<f64> = Vec::new();
        let mut known = epoch.finite().peekable();
        for row in 0..rows {
            if let Some((_, value)) = known.next_if(|(at, _)| *at == row) {
                let value = if whole { value } else { value.ceil() };
                if labels.last() != Some(&value) {
                    labels.push(value);
                }
            } else if labels.is_empty() {
                labels.push(f64::NAN);
            }
            group.push(u32::try_from(labels.len().saturating_sub(1)).unwrap_or(u32::MAX));
        }
        // Train and validation histories may follow one another: the same epochs twice.
        let mut axis = Self {
            unit: Unit::Epoch,
            group,
            labels,
        };
        axis.merge_repeated_labels();
        axis
    }

    fn merge_repeated_labels(&mut self) {
        let mut order: Vec<(usize, f64)> = self.labels.iter().copied().enumerate().collect();
        order.sort_by(|a, b| a.1.total_cmp(&b.1));
        let mut place = vec![0u32; self.labels.len()];
        let mut labels: Vec<f64> = Vec::new();
        for (index, label) in order {
            if labels.last() != Some(&label) {
                labels.push(label);
            }
            if let Some(it) = place.get_mut(index) {
                *it = u32::try_from(labels.len() - 1).unwrap_or(u32::MAX);
            }
        }
        for group in &mut self.group {
            *group = place.get(*group as usize).copied().unwrap_or_default();
        }
        self.labels = labels;
    }

    fn by_validation(rows: usize, validation: &Series, unit: Unit, label: impl Fn(usize) -> f64) -> Self {
        let mut group = vec![0; rows];
        let mut labels = Vec::new();
        let mut start = 0;
        for (row, _) in validation.finite() {
            let number = u32::try_from(labels.len()).unwrap_or(u32::MAX);
            group.iter_mut().take(row + 1).skip(start).for_each(|it| *it = number);
            labels.push(label(row));
            start = row + 1;
        }
        // Rows after the last validation belong to it: they are too few for a group of their own.
        let number = u32::try_from(labels.len().saturating_sub(1)).unwrap_or(u32::MAX);
        group.iter_mut().skip(start).for_each(|it| *it = number);
        Self { unit, group, labels }
    }

    /// Whether the steps number the epochs, as in logs that know no epochs of their own (MLflow):
    /// they count from 0 or 1 on by one, and no further than the planned epochs.
    #[must_use]
    pub fn steps_are_epochs(&self, planned: f64) -> bool {
        /// Fewer steps are as likely the first of an epoch.
        const FEWEST: usize = 5;
        let first = self.labels.first().copied().unwrap_or(f64::NAN);
        self.unit == Unit::Step
            && self.len() >= FEWEST
            && self.len() as f64 <= planned
            && (first == 0.0 || first == 1.0)
            && self.labels.windows(2).all(|it| matches!(it, [a, b] if b - a == 1.0))
    }

    /// How many groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(cells: &[(u32, f64)]) -> Series {
        let (rows, values) = cells.iter().copied().unzip();
        Series {
            column: "c".to_owned(),
            rows,
            values,
            missing: 0,
        }
    }

    #[test]
    fn fractional_epochs_end_at_whole_ones() {
        let epoch = series(&[(0, 0.5), (1, 1.0), (2, 1.0), (3, 1.5), (4, 2.0)]);
        let axis = Axis::new(5, Some(&epoch), None, None, None);
        assert_eq!(
            (axis.group.as_slice(), axis.labels.as_slice()),
            ([0, 0, 0, 1, 1].as_slice(), [1.0, 2.0].as_slice())
        );
    }

    #[test]
    fn histories_one_after_the_other_share_their_epochs() {
        let epoch = series(&[(0, 0.0), (1, 1.0), (2, 0.0), (3, 1.0)]);
        let axis = Axis::new(4, Some(&epoch), None, None, None);
        assert_eq!(axis.group, [0, 1, 0, 1]);
    }

    #[test]
    fn validation_rows_delimit_epochs_that_nobody_logged() {
        let train = series(&[(0, 1.0), (1, 1.0), (3, 1.0), (4, 1.0), (6, 1.0), (7, 1.0)]);
        let validation = series(&[(2, 1.0), (5, 1.0), (8, 1.0)]);
        let axis = Axis::new(9, None, None, Some(&train), Some(&validation));
        assert_eq!(axis.group, [0, 0, 0, 1, 1, 1, 2, 2, 2]);
        assert_eq!(axis.unit, Unit::Row);
    }

    #[test]
    fn steps_that_count_no_further_than_the_planned_epochs_number_them() {
        let step = series(&[(0, 0.0), (1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0), (5, 5.0)]);
        let axis = Axis::new(6, None, Some(&step), Some(&step), None);
        assert!(axis.steps_are_epochs(6.0) && axis.steps_are_epochs(50.0));
        assert!(!axis.steps_are_epochs(3.0));
        let step = series(&[(0, 0.0), (1, 10.0), (2, 20.0), (3, 30.0), (4, 40.0), (5, 50.0)]);
        assert!(!Axis::new(6, None, Some(&step), Some(&step), None).steps_are_epochs(60.0));
    }

    #[test]
    fn long_step_logs_are_averaged() {
        let step = Series {
            rows: (0..5000).collect(),
            values: (0..5000).map(f64::from).collect(),
            ..Series::default()
        };
        let axis = Axis::new(5000, None, Some(&step), Some(&step), None);
        assert!(axis.len() <= MOST_STEP_GROUPS && axis.unit == Unit::Step);
        assert_eq!(axis.labels.last(), Some(&4999.0));
    }
}
