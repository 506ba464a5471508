//! The coordinator: one experiment in, one response out.
//!
//! [`Coordinator`] loads the components that the configuration names, and for each experiment
//! runs the analyzers that have something to read in parallel, checks their evidence and
//! citations, hands everything to the reasoner and shapes the response. The server sees it as a
//! [`Diagnosis`](deepfix_core::Diagnosis).
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod agents;
mod choose;
mod claims;
mod coordinator;
mod fallback;
mod figures;
mod french;
mod judge;
mod knowledge;
mod masks;
mod metrics;
mod mlflow;
mod model;
mod number_words;
mod numbers;
mod reconcile;
mod reload;
mod respond;
mod said;
mod start;
mod translate;
mod wanted;
mod watch;
mod wording;
mod workbench;
mod write_back;
mod written;

pub use coordinator::Coordinator;
pub use mlflow::mlflow_settings;
pub use start::{StartError, engine};
pub use wanted::{dropped_in_config, plugin_config, policy, sources};
pub use workbench::Workbench;
