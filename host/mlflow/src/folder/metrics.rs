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
        // Words of a line that is whole.
        let (mut points, mut line, mut width) = (Vec::new(), String::new(), 0);
        loop {
            line.clear();
            let read = (&mut reader)
                .take(MAX_LINE)
                .read_line(&mut line)
                .map_err(|error| failed(&path, error))?;
            if read == 0 {
                return Ok(Some(points));
            }
            let words: Vec<&str> = line.split_whitespace().collect();
            // A writer that was ended in the middle of a line leaves one that says something else.
            let is_torn = !line.ends_with('\n') && words.len() < width;
            let [_, value, rest @ ..] = words.as_slice() else {
                continue;
            };
            // The oldest files have no step. One that is no number is of two lines that ran into each other.
            let step = rest.first().map_or(Some(0), |it| it.parse().ok());
            match (value.parse::<f64>(), step) {
                _ if is_torn => continue,
                (Ok(value), Some(step)) => points.push((step, value)),
                (Err(_), _) if line.ends_with('\n') || width == 0 => {
                    return Err(failed(&path, format!("line {}: no number", points.len() + 1)));
                }
                _ => continue,
            }
            width = words.len();
            if points.len() > most {
                return Ok(None);
            }
        }
    }
}
