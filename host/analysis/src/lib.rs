//! The coordinator: one experiment in, one response out.
//!
//! [`Coordinator`] loads the components that the configuration names, and for each experiment
//! runs the analyzers that have something to read in parallel, checks their evidence and
//! citations, hands everything to the reasoner and shapes the response. [`Diagnosis`] is what
//! the server sees of it.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod choose;
mod coordinator;
mod diagnosis;
mod fallback;
mod judge;
mod knowledge;
mod respond;
mod start;

pub use coordinator::Coordinator;
pub use diagnosis::{AgentInfo, AnalyseOptions, BoxFuture, Diagnosis, Role};
pub use start::{Refused, StartError};
