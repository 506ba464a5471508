//! Every parser of foreign bytes that is written here, behind one function: bytes in, whether they were
//! understood out, no panic ever. `fuzz/` runs them under libFuzzer, `tests/mutations.rs` over seeds and many
//! mutations of these.
#![forbid(unsafe_code)]

mod mutate;
/// The file alone: its crate brings a hundred others, which every fuzzer would be built with.
#[path = "../../../host/mlflow/src/filter/grammar.rs"]
#[allow(dead_code, reason = "what is parsed is not evaluated here")]
mod run_filter;
mod seeds;
mod targets;

pub use mutate::{Random, mutate};
pub use seeds::{cases, seeds};
pub use targets::{TARGETS, Target, run};
