//! The server under load, under faults and under clients of every kind, over real connections.
//! Only the diagnosis is a fake, so that its faults can be chosen.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout
)]

mod access;
mod bodies;
mod drain;
mod events;
mod fake;
mod history;
mod jobs;
mod limits;
mod login;
mod logs;
mod openapi;
mod pages;
#[path = "../../../history/tests/it/postgres.rs"]
mod postgres;
mod problems;
mod provider;
mod routes;
mod shared;
mod signals;
mod slow;
mod tls;
mod uploads;
mod wire;
