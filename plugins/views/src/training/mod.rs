//! The training artifact: metrics over time, the training parameters, and what can be derived
//! from both without any other artifact.
//!
//! [`TrainingView::read`] resolves the column and parameter names of the common frameworks.
//! A [`Series`] holds the cells as they were logged, so that every value can state its source;
//! a [`Curve`] holds one value per epoch, which is what most rules look at.

mod axis;
mod columns;
mod curve;
mod derived;
mod order;
mod params;
mod series;
mod settings;
mod setup;
mod view;

pub use axis::{Axis, Unit};
pub use columns::{Metric, Orientation, Role, Split, names_split, resolve};
pub use curve::{Curve, Point, paired};
pub use derived::{Best, Chance, Gap};
pub use order::SawTooth;
pub use params::{Param, Params};
pub use series::{NonFinite, Series};
pub use setup::{ModelKind, Optimizer, Schedule, Task};
pub use view::{Layer, MetricPair, TrainingView};

/// The name of the table that holds the metrics.
pub const METRICS: &str = "metrics";
