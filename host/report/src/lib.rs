//! A response of DeepFix for people and other programs: a page that is one file, Markdown, SARIF.
//!
//! Nothing here reads or writes: a response goes in, a text comes out. The page needs nothing from
//! anywhere, reads without JavaScript, and states a content security policy under which nothing but
//! its own style and script runs. Its charts are SVG that is made here: they are there in print, without
//! JavaScript, in a mail and for a screen reader. Where there is a script, uPlot draws the curves once more on top of
//! that, so that values can be read off and parts enlarged.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod charts;
mod checks;
mod content;
mod html;
mod labels;
mod markdown;
mod sarif;
mod view;
mod words;

pub use content::{Action, Agent, Content, Note, RootCause};
pub use html::{BASE_STYLE, ReportError, content_security_policy, html, html_on_server};
pub use labels::Labels;
pub use markdown::{escape, markdown};
pub use sarif::sarif;
