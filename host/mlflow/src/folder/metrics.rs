//! The values of a metric: a line each, in the order in which they were logged.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
};

use super::FolderStore;
use crate::{MlflowError, RunRecord, local::failed};

/// Bytes of a line of a metric's file: three numbers, and since lately a data set's name.
const MAX_LINE: u64 = 4096;

impl FolderStore {
    /// The latest value of a metric: that of the last step, and of the last time within it.
    pub(crate) fn latest(&self, run: &RunRecord, metric: &str) -> Result<Option<f64>, MlflowError> {
        if !run.metrics.iter().any(|it| it == metric) {
            return Ok(None);
        }
        let points = self.history(run, metric, usize::MAX)?.unwrap_or_default();
        // The later of two equal steps is the last one.
        Ok(points.iter().max_by_key(|(step, _)| *step).map(|(_, value)| *value))
    }

    pub(crate) fn history(
        &self,
        run: &RunRecord,
        metric: &str,
        most: usize,
    ) -> Result<Option<Vec<(i64, f64)>>, MlflowError> {
        let path = self
            .path
            .join(&run.experiment_id)
            .join(&run.id)
            .join("metrics")
            .join(metric);
        let file = fs::File::open(&path).map_err(|error| failed(&path, error))?;
        let mut reader = BufReader::new(file);
        let (mut points, mut line) = (Vec::new(), String::new());
        loop {
            line.clear();
            let read = (&mut reader)
                .take(MAX_LINE)
                .read_line(&mut line)
                .map_err(|error| failed(&path, error))?;
            if read == 0 {
                return Ok(Some(points));
            }
            let mut words = line.split_whitespace();
            // The oldest files have no step.
            let (Some(_), Some(value), step) = (words.next(), words.next(), words.next()) else {
                continue;
            };
            let Ok(value) = value.parse::<f64>() else {
                // A writer that was ended in the middle of a line leaves a torn one: the others are whole.
                if !line.ends_with('\n') {
                    return Ok(Some(points));
                }
                return Err(failed(&path, format!("line {}: no number", points.len() + 1)));
            };
            points.push((step.and_then(|it| it.parse().ok()).unwrap_or(0), value));
            if points.len() > most {
                return Ok(None);
            }
        }
    }
}
