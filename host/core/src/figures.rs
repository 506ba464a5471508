//! What a report draws beside the evidence: parts of the artifacts, small enough to travel with the
//! response.

use serde::{Deserialize, Serialize};

/// The figures of one response.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The metrics that findings cite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curves: Option<Curves>,
    /// The features that findings cite.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<Feature>,
    /// Rows per class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<Classes>,
}

/// Metrics over the same rows. Of a long training these are the extremes of each stretch, the ends,
/// and every row that a finding cites.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// What `x` counts: the name of its column, or `row`.
    pub x_label: String,
    /// The rows of the table, ascending.
    pub rows: Vec<u64>,
    /// The place of each row on the axis.
    pub x: Vec<f64>,
    /// The metrics.
    pub series: Vec<Series>,
    /// Rows of the whole table.
    pub of: u64,
}

/// One metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The column's name.
    pub name: String,
    /// One value per row; none where it is missing or not finite.
    pub values: Vec<Option<f64>>,
    /// Rows in which the value is there and not finite.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub broken: Vec<u64>,
}

/// A feature in both splits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// In the training split.
    pub train: Option<Spread>,
    /// In the test split.
    pub test: Option<Spread>,
}

/// How the values of a feature lie.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are the statistics' own")]
pub struct Spread {
    pub mean: Option<f64>,
    pub min: Option<f64>,
    pub lower: Option<f64>,
    pub median: Option<f64>,
    pub upper: Option<f64>,
    pub max: Option<f64>,
}

/// Rows per class of one split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classes {
    /// `train` or `test`.
    pub split: String,
    /// Classes with their rows, the largest first.
    pub counts: Vec<(String, f64)>,
    /// Classes that are left out.
    pub more: u64,
}
