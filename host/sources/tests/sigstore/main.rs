//! Identities in place of keys: what is believed, what is refused, and where bundles are found.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod authority;
mod judged;
mod kept;
mod listed;
mod places;
mod site;
