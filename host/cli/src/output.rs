//! The one place that writes to standard output and error.

use anstream::{eprintln, print};
use anstyle::{AnsiColor, Style};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default().bold();
pub(crate) const CYAN: Style = AnsiColor::Cyan.on_default();

/// Text with a style around it.
pub(crate) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Writes to standard output. Colours vanish when it is no terminal.
#[allow(clippy::print_stdout, reason = "the command's result")]
pub(crate) fn result(text: &str) {
    print!("{text}");
}

/// Writes a remark to standard error.
pub(crate) fn remark(text: &str) {
    eprintln!("{text}");
}

/// Writes an error with its causes to standard error.
pub(crate) fn error(error: &anyhow::Error) {
    eprintln!("{}: {error:#}", styled(RED, "error"));
}
