//! The pages of the server for people with a browser: the home page, the list of analyses, the
//! comparison of two, the agents, the knowledge base, signing in, and what went wrong.
//!
//! Nothing here reads or writes: what a page shows goes in, HTML comes out. All of them have one style
//! and one script, which [`content_security_policy`] allows and nothing else; all read without
//! JavaScript, which adds dropping of folders, live progress and the choice of colours.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod assets;
mod content;
mod frame;
mod markdown;
mod pages;
#[cfg(test)]
mod tests;
mod words;

pub use assets::content_security_policy;
pub use content::{
    Agent, Agents, Change, Compare, Counts, Home, Knowledge, List, Passage, Row, SignIn, State, Trouble,
};
pub use frame::{Frame, Here};
pub use pages::{PageError, agents, compare, home, knowledge, list, sign_in, trouble};
pub use words::Language;
