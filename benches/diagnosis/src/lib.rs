//! How right a diagnosis is: a corpus of labelled experiments, the answers to them, and what came
//! out as figures.
//!
//! [`load`] reads a corpus, whoever answers fills an [`Answer`] per case, and [`Report::of`] has
//! the figures: recall and precision by code, false alarms, calibration, the spread over data
//! sets. [`table`] and [`page`] show them.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod answer;
mod calibration;
mod corpus;
mod datasets;
mod isotonic;
mod misses;
mod page;
mod plot;
mod score;
mod severity;
mod table;
#[cfg(test)]
mod tests;
mod times;

use std::{collections::BTreeMap, path::Path};

use serde::Serialize;
use serde_json::Value as Json;

pub use calibration::{Calibration, Claim, claims};
pub use corpus::{Case, Label, leaf, load};
pub use isotonic::{Step, fit};
pub use page::page;
pub use score::{Row, Summary};
pub use table::table;

/// What ends a measurement.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What became of one experiment.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The response as it goes over the wire.
    pub response: Option<Json>,
    /// How long it took.
    pub seconds: f64,
    /// Why there is no response.
    pub error: Option<String>,
}

impl Answer {
    /// CPU milliseconds by agent.
    pub(crate) fn cpu(&self) -> BTreeMap<String, f64> {
        let timings = self
            .response
            .as_ref()
            .and_then(|it| it.pointer("/additional_outputs/timings_ms")?.as_object());
        let of = |(name, it): (&String, &Json)| Some((name.clone(), it.get("cpu")?.as_f64()?));
        timings.into_iter().flatten().filter_map(of).collect()
    }
}

/// Everything that is known of a corpus after it was scored. `summary`, `per_fault` and `cases`
/// are named as the corpus's own scorer names them.
#[derive(Debug, Serialize)]
pub struct Report {
    corpus: String,
    /// The figures that decide.
    pub summary: Summary,
    per_fault: BTreeMap<String, score::PerCode>,
    /// What confidences are worth.
    pub calibration: Calibration,
    datasets: datasets::Spread,
    /// By the label's severity.
    severities: BTreeMap<String, severity::Reported>,
    times: Vec<times::AgentTime>,
    /// Every experiment, judged.
    pub cases: Vec<Row>,
}

impl Report {
    /// The figures of a corpus; answers are in the order of the cases.
    #[must_use]
    pub fn of(corpus: &Path, cases: &[Case], answers: &[Answer]) -> Self {
        let rows: Vec<Row> = cases
            .iter()
            .zip(answers)
            .map(|(case, answer)| score::judge(case, answer))
            .collect();
        let borrowed: Vec<&Row> = rows.iter().collect();
        Self {
            corpus: corpus.display().to_string(),
            summary: score::summarise(&borrowed),
            per_fault: score::per_code(&borrowed),
            calibration: calibration::calibration(&claims(cases, &rows)),
            datasets: datasets::spread(&rows),
            severities: severity::by_label(cases, &rows),
            times: times::by_agent(answers),
            cases: rows,
        }
    }
}
