//! Places and counts as the user logged them.
//!
//! Curves average rows, so that single batches do not hide their course; what is told must be
//! true of a row all the same. A place is the step or epoch of the row that it speaks of, and a
//! count is one of logged rows, or of epochs where they were logged.

use std::collections::BTreeSet;

use deepfix_plugin::{Arg, Draft};
use deepfix_views::training::{Best, Curve, Point, Series, Unit};

use crate::case::Case;

/// A value of a series and where it stands.
pub struct Told {
    /// The value: of one row, or the mean of one epoch.
    pub value: f64,
    /// Where that is, such as `epoch 12`.
    pub at: String,
    /// The row, where it is of one row.
    pub row: Option<usize>,
}

/// The lowest value of a series and what came after it.
pub struct Lowest {
    /// The row.
    pub row: usize,
    /// Its group, to pair curves by.
    pub group: u32,
    /// The value in it.
    pub value: f64,
    /// Where that is, such as `epoch 12`.
    pub at: String,
    /// Epochs or rows that were logged after it.
    pub after: usize,
    /// Epochs or rows that were logged in all.
    pub of: usize,
    /// Whether a single value elsewhere is lower still.
    pub outlier: bool,
}

impl Case<'_> {
    /// The place of a row of a series: unlike that of any other row of it.
    #[must_use]
    pub fn at_row(&self, series: &Series, row: usize) -> String {
        let step = self.step_of(row);
        let fine = || {
            step.map_or_else(
                || self.numbered("at-row", row as f64),
                |it| self.numbered("at-step", it),
            )
        };
        let Some(epoch) = self.epoch_of(row) else { return fine() };
        let epochs = self.numbered("at-epoch", epoch);
        if epoch.fract() == 0.0 && !self.shares_epoch(series, row, epoch) {
            return epochs;
        }
        format!("{epochs}, {}", fine())
    }

    /// The place of a row and all after it, such as `from step 30 on`.
    #[must_use]
    pub fn since_row(&self, series: &Series, row: usize) -> String {
        let id = match (self.epoch_of(row), self.step_of(row)) {
            (Some(_), _) => "since-epoch",
            (None, Some(_)) => "since-step",
            (None, None) => "since-row",
        };
        self.text(id, &[("place", self.at_row(series, row).into())])
    }

    /// The number of a row's place: its epoch, its step, else its own.
    #[must_use]
    pub fn label_of(&self, row: usize) -> f64 {
        self.epoch_of(row).or_else(|| self.step_of(row)).unwrap_or(row as f64)
    }

    fn numbered(&self, id: &str, label: f64) -> String {
        // Labels that count are whole; others keep their digits.
        let number = if label.fract() == 0.0 && label.abs() < 9e15 {
            format!("{label:.0}")
        } else {
            self.number(label)
        };
        self.text(id, &[("number", Arg::Text(number))])
    }

    /// A place by the label that rows of one epoch share.
    fn at_label(&self, label: f64) -> String {
        self.numbered("at-epoch", label)
    }

    fn unit_of_axis(&self) -> Option<Unit> {
        self.view.axis.as_ref().map(|it| it.unit)
    }

    fn step_of(&self, row: usize) -> Option<f64> {
        let steps = self.view.steps.as_ref()?;
        steps.at(row).filter(|it| it.is_finite())
    }

    /// The epoch of a row as it was logged, else that of the last row before which has a whole one.
    fn epoch_of(&self, row: usize) -> Option<f64> {
        let epochs = self
            .view
            .epochs
            .as_ref()
            .filter(|_| self.unit_of_axis() == Some(Unit::Epoch))?;
        let last = epochs.rows.partition_point(|it| (*it as usize) <= row).checked_sub(1)?;
        let (at, epoch) = epochs.rows.get(last).zip(epochs.values.get(last))?;
        (epoch.is_finite() && (*at as usize == row || epoch.fract() == 0.0)).then_some(*epoch)
    }

    /// Whether a neighbour of the row in the series is of the same epoch.
    fn shares_epoch(&self, series: &Series, row: usize, epoch: f64) -> bool {
        let place = series.rows.partition_point(|it| (*it as usize) < row);
        let before = place.checked_sub(1).and_then(|it| series.rows.get(it));
        let after = series.rows.iter().skip(place).find(|it| **it as usize != row);
        let same = |it: &u32| self.epoch_of(*it as usize) == Some(epoch);
        before.is_some_and(same) || after.is_some_and(same)
    }

    /// What tells one counted thing from another: the epoch that a row ends in, else the row.
    fn counted(&self, row: usize) -> u64 {
        match self.epoch_of(row) {
            // Fractional epochs, as of Hugging Face: 0.5 and 1.0 both belong to the first.
            Some(epoch) => epoch.ceil().to_bits(),
            None => row as u64,
        }
    }

    /// Epochs with a value of the series, or rows where no epochs were logged.
    #[must_use]
    pub fn logged(&self, series: &Series) -> usize {
        let rows = series.finite().map(|(row, _)| self.counted(row));
        rows.collect::<BTreeSet<_>>().len()
    }

    /// What the longest curve has of epochs, or of logged rows.
    #[must_use]
    pub fn points_logged(&self) -> usize {
        let view = self.view;
        let losses = [&view.train_loss, &view.validation_loss];
        let metrics = view.metrics.iter().flat_map(|it| [&it.train, &it.validation]);
        let most = |all: &mut dyn Iterator<Item = &Option<Series>>| all.flatten().map(|it| self.logged(it)).max();
        most(&mut losses.into_iter())
            .filter(|it| *it > 0)
            .or_else(|| most(&mut metrics.into_iter()))
            .unwrap_or_default()
    }

    /// The lowest value of a series, given the best point of its smoothed curve: the lowest of all
    /// where it lies there, else the lowest thereabouts, since a single value may be an accident.
    #[must_use]
    pub fn lowest(&self, series: &Series, curve: &Curve, best: &Best) -> Option<Lowest> {
        let groups = &self.view.axis.as_ref()?.group;
        // As far as smoothing reaches.
        let window = (curve.len() / 10).max(1);
        let first = curve.points.get(best.index.saturating_sub(window))?.group;
        let last = curve.points.get((best.index + window).min(curve.len() - 1))?.group;
        let near = |row: usize| groups.get(row).is_some_and(|it| (first..=last).contains(it));
        let rows = series.finite().filter(|(row, _)| near(*row));
        let (row, value) = rows.min_by(|a, b| a.1.total_cmp(&b.1))?;
        let here = self.counted(row);
        let after = series.finite().filter(|(it, _)| *it > row);
        let after: BTreeSet<u64> = after.map(|(it, _)| self.counted(it)).filter(|it| *it != here).collect();
        Some(Lowest {
            row,
            group: groups.get(row).copied()?,
            value,
            at: self.at_row(series, row),
            after: after.len(),
            of: self.logged(series),
            outlier: series.lowest().is_some_and(|(_, it)| it < value),
        })
    }

    /// The highest or lowest value of some points: the mean of an epoch, else one row.
    #[must_use]
    pub fn extreme(&self, series: &Series, points: &[Point], high: bool) -> Option<Told> {
        let sign = if high { -1.0 } else { 1.0 };
        if points.iter().all(|it| self.is_whole(series, it)) {
            let point = points
                .iter()
                .min_by(|a, b| (sign * a.value).total_cmp(&(sign * b.value)))?;
            return Some(self.point(series, point));
        }
        let groups = &self.view.axis.as_ref()?.group;
        let wanted: BTreeSet<u32> = points.iter().map(|it| it.group).collect();
        let rows = series
            .finite()
            .filter(|(row, _)| groups.get(*row).is_some_and(|it| wanted.contains(it)));
        let (row, value) = rows.min_by(|a, b| (sign * a.1).total_cmp(&(sign * b.1)))?;
        Some(self.cell(series, row, value))
    }

    /// Where a point begins: the mean of its epoch, else its first row.
    #[must_use]
    pub fn beginning(&self, series: &Series, point: &Point) -> Option<Told> {
        if self.is_whole(series, point) {
            return Some(self.point(series, point));
        }
        let (row, value) = self.rows(series, point).next()?;
        Some(self.cell(series, row, value))
    }

    /// Adds a value to the facts: as read where it is one cell, else as the mean that it is.
    #[must_use]
    pub fn told_fact(&self, draft: Draft, series: &Series, told: &Told) -> Draft {
        match told.row {
            Some(row) => self.cell_fact(draft, series, row),
            None => draft.computed(format!("{} ({})", series.column, told.at), told.value),
        }
    }

    fn rows<'s>(&'s self, series: &'s Series, point: &Point) -> impl Iterator<Item = (usize, f64)> + 's {
        let groups = self
            .view
            .axis
            .as_ref()
            .map(|it| it.group.as_slice())
            .unwrap_or_default();
        let group = point.group;
        series.finite().filter(move |(row, _)| groups.get(*row) == Some(&group))
    }

    /// Whether a point is one row or one epoch, so that its value and place are what was logged.
    fn is_whole(&self, series: &Series, point: &Point) -> bool {
        if point.count == 1 {
            return true;
        }
        let mut rows = self.rows(series, point).map(|(row, _)| row);
        let Some(first) = rows.next() else { return false };
        let last = rows.last().unwrap_or(first);
        self.epoch_of(first).is_some() && self.counted(first) == self.counted(last)
    }

    fn point(&self, series: &Series, point: &Point) -> Told {
        match series.at(point.row) {
            Some(value) if point.count == 1 => self.cell(series, point.row, value),
            _ => Told {
                value: point.value,
                at: self.at_label(point.label),
                row: None,
            },
        }
    }

    fn cell(&self, series: &Series, row: usize, value: f64) -> Told {
        Told {
            value,
            at: self.at_row(series, row),
            row: Some(row),
        }
    }
}

#[cfg(test)]
mod tests;
