//! The one place that writes to standard output and error.

use std::path::Path;

use anstream::{eprintln, print};
use anstyle::{AnsiColor, Style};
use anyhow::Context as _;

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

/// Writes to a file, or to standard output.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn write(text: &str, file: Option<&Path>) -> anyhow::Result<()> {
    match file {
        Some(file) => {
            // A file is no terminal.
            let plain = anstream::adapter::strip_str(text).to_string();
            std::fs::write(file, plain).with_context(|| format!("{} cannot be written", file.display()))
        }
        None => {
            result(text);
            Ok(())
        }
    }
}

/// Writes a remark to standard error.
pub(crate) fn remark(text: &str) {
    eprintln!("{text}");
}

/// Whether a character would move the cursor or start an escape sequence.
pub(crate) fn is_control(c: char) -> bool {
    c.is_control() && c != '\n'
}

/// Text of strangers without control characters; line breaks stay.
pub(crate) fn printable(text: &str) -> String {
    text.replace(is_control, "\u{fffd}")
}

/// Writes an error with its causes to standard error.
pub(crate) fn error(error: &anyhow::Error) {
    eprintln!("{}: {}", styled(RED, "error"), printable(&format!("{error:#}")));
}

#[cfg(test)]
mod tests {
    #[test]
    fn texts_of_strangers_cannot_write_escape_sequences() {
        let shown = super::printable("a\u{1b}[2Jb\r\u{9b}1mc\nd");
        assert_eq!(shown, "a\u{fffd}[2Jb\u{fffd}\u{fffd}1mc\nd");
    }
}
