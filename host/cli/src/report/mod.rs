//! The response as a report for people.

mod content;
mod labels;
mod markdown;
mod printable;
mod runs;
mod text;

pub(crate) use markdown::markdown;
pub(crate) use printable::printable;
pub(crate) use runs::{runs_markdown, runs_text};
pub(crate) use text::text;
