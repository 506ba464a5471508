//! Every parser of foreign bytes that is written here, behind one function: bytes in, whether they were
//! understood out, no panic ever. `fuzz/` runs them under libFuzzer, `tests/mutations.rs` over seeds and many
//! mutations of these.
#![forbid(unsafe_code)]

mod mutate;
mod seeds;
mod targets;

pub use mutate::{Random, mutate};
pub use seeds::{cases, seeds};
pub use targets::{TARGETS, Target, run};
