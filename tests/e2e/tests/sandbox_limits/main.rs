//! Each limit of an agent, tripped: the caller sees which one it was and which line of the
//! configuration sets it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod calls;
mod memory;
mod model;
mod output;
mod time;

use std::sync::Arc;

use deepfix_core::{Capability, FailureReason};
use deepfix_runtime::{Run, RunInput, Services};
use deepfix_tests::{
    Case, FakeModel, failure, input, names_limit,
    text::{self, Guest},
};
use serde_json::json;

fn with_model(model: &Arc<FakeModel>) -> RunInput {
    let input = input();
    let services = Services {
        llm: Arc::<FakeModel>::clone(model),
        ..input.services.clone()
    };
    RunInput { services, ..input }
}
