//! Values and places as they were logged.
//!
//! Curves average neighbouring rows, so that single batches do not hide their course; what is told must be true of a
//! row all the same. The mean of an epoch is true of the epoch.

use deepfix_plugin::Draft;
use deepfix_views::training::{Point, Series, TrainingView, Unit};

use crate::{experiment::point_fact, rules::Case};

/// A value of a series and where it stands.
pub(crate) struct Told {
    pub(crate) value: f64,
    pub(crate) at: String,
    /// The row, where it is of one row.
    row: Option<usize>,
}

impl Told {
    /// Of the rows behind a point of a curve the first that has at least this value, else the highest.
    pub(crate) fn reaching(case: &Case<'_>, series: &Series, point: &Point, least: f64) -> Self {
        let view = case.experiment.training.as_ref();
        let rows = || view.into_iter().flat_map(|it| rows(it, series, point));
        let found = rows()
            .find(|it| it.1 >= least)
            .or_else(|| rows().max_by(|a, b| a.1.total_cmp(&b.1)));
        let Some((row, value)) = found else {
            return Self {
                value: point.value,
                at: case.at(point.label),
                row: None,
            };
        };
        let steps = view.and_then(|it| it.steps.as_ref());
        let step = steps.and_then(|it| it.at(row)).filter(|it| it.is_finite());
        let unit = view.and_then(|it| it.axis.as_ref()).map(|it| it.unit);
        let label = match unit {
            Some(Unit::Step) => step.unwrap_or(point.label),
            Some(Unit::Row) => row as f64,
            _ => point.label,
        };
        Self {
            value,
            at: case.at(label),
            row: Some(row),
        }
    }

    /// Adds it to the evidence: the cell that it was read in, where it is one.
    pub(crate) fn fact(&self, draft: Draft, series: &Series, point: &Point) -> Draft {
        match self.row {
            Some(row) => draft.fact(series.column.as_str(), self.value, series.cell(row)),
            None => point_fact(draft, series, point),
        }
    }
}

/// The rows behind a point; none where they are several of one epoch, which the point tells of.
fn rows<'s>(view: &'s TrainingView, series: &'s Series, point: &Point) -> impl Iterator<Item = (usize, f64)> + 's {
    let axis = view
        .axis
        .as_ref()
        .filter(|it| it.unit != Unit::Epoch || point.count == 1);
    let groups = axis.map(|it| it.group.as_slice()).unwrap_or_default();
    let group = point.group;
    series.finite().filter(move |(row, _)| groups.get(*row) == Some(&group))
}
