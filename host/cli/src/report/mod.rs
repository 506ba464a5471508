//! The response as a report for people.

mod content;
mod labels;
mod markdown;
mod printable;
mod text;

pub(crate) use markdown::markdown;
pub(crate) use printable::printable;
pub(crate) use text::text;
