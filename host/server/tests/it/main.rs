//! The server under load, under faults and under clients of every kind, over real connections.
//! Only the diagnosis is a fake, so that its faults can be chosen.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout
)]

mod bodies;
mod drain;
mod events;
mod fake;
mod history;
mod jobs;
mod limits;
mod logs;
mod pages;
mod problems;
mod routes;
mod signals;
mod slow;
mod uploads;
mod wire;
