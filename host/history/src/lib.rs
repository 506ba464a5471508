//! What a server remembers: analyses, jobs and API keys, in SQLite or PostgreSQL.
//!
//! One schema and one set of statements serve both. Every row belongs to a tenant, and every
//! question names one: there is no way to ask across tenants but for [`History::sweep`].
//!
//! A server works without any of this; whoever calls decides that a failure here fails nothing else.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod analyses;
mod cursor;
mod error;
mod jobs;
mod keys;
mod migrations;
mod open;
mod usage;
mod within;

pub use analyses::{Entry, Filter, NewAnalysis, Page, Stored, Whose};
pub use error::HistoryError;
pub use jobs::{JobState, StoredJob};
pub use keys::StoredKey;
pub use open::History;
pub use usage::Usage;

/// Now, in the unit of the database: milliseconds since 1970.
#[must_use]
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}
