//! What the sandbox tests share: the guests, a host with fakes behind it, and the freeze of the
//! WIT.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests fails by panicking"
)]

mod fakes;
mod guests;
mod host;
pub mod reference;
pub mod text;
pub mod wit;

pub use fakes::{FakeKnowledge, FakeModel, silent_services};
pub use guests::{examples_folder, guest_file};
pub use host::{Case, artifacts, engine, engine_with, failure, input, names_limit};
