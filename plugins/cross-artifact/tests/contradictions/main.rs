//! What one artifact suggests and another one settles.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod gaps;
mod inputs;
mod labels;
mod model_file;
#[path = "../support/mod.rs"]
mod support;

use deepfix_plugin::Severity::{High, Medium};
use serde_json::json;
use support::*;
