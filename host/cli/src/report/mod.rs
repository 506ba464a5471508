//! The response as a report for people.

mod printable;
mod runs;
mod text;

use deepfix_core::AnalyseResponse;

use crate::args::Format;
use printable::printable;
pub(crate) use runs::{runs_markdown, runs_text};

/// A response in one of the formats.
///
/// # Errors
/// It cannot be written as JSON.
pub(crate) fn written(response: &AnalyseResponse, format: Format, language: &str) -> anyhow::Result<String> {
    Ok(match format {
        Format::Json => format!("{}\n", serde_json::to_string_pretty(response)?),
        Format::Text => text::text(&printable(response.clone()), language),
        Format::Markdown => deepfix_report::markdown(&printable(response.clone()), language),
        Format::Html => deepfix_report::html(response, language)?,
        Format::Sarif => format!("{}\n", serde_json::to_string_pretty(&deepfix_report::sarif(response))?),
    })
}
