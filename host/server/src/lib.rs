//! DeepFix over HTTP: [`serve`] answers requests on a bound listener until it is told to stop,
//! and hands every experiment to a [`Diagnosis`](deepfix_core::Diagnosis).
//!
//! The path of one request:
//!
//! ```text
//! connection   bounds on header size and time, on stalled reads of the answer, on connections
//!  observe     request id, span, one log line, headers that every answer carries
//!  compression of the answer, when asked for
//!  problem     whatever went wrong becomes application/problem+json
//!  catch panic a panic is an answer too
//!  routes      /health, /v1/agents, /v1/analyse, /v2/analyse, /v2/jobs/{id}, pages; all under /api too
//!   access     the key: who asks, whether that is allowed, how often
//!   body       content type and encoding, size, time
//!   admission  a bounded number run, a bounded number wait, the rest is refused
//!   analyse    decode, wait for a turn, diagnose, remember; or events, or jobs in the background
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod accept;
mod access;
mod admin;
mod admission;
mod analyse;
mod app;
mod background;
mod body;
mod connection;
mod events;
mod history;
mod jobs;
mod linger;
mod observe;
mod openapi;
mod operations;
mod pages;
mod problem;
mod request_id;
mod routes;
mod serve;
mod service;
mod shutdown;
mod tenants;
mod time;
mod tls;
mod trace;

pub use access::{Control, Minted, Prepared, Scope, TokensError, mint};
pub use openapi::openapi;
pub use operations::start_metrics;
pub use pages::{ReadFiles, Reader};
pub use routes::router;
pub use serve::{Drained, serve};
pub use service::Service;
pub use shutdown::{Reloads, reload_signal, shutdown_signal};
pub use tls::{NewCertificate, Tls, TlsError};
