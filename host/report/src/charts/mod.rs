//! Charts as SVG. Colours and dashes are classes of the page's style, so that no inline style is
//! needed and both themes work.

mod bars;
mod curves;
mod numbers;
pub(crate) mod scale;
mod spreads;

pub(crate) use bars::bars;
pub(crate) use curves::{Mark, curves};
pub(crate) use spreads::spreads;

use std::fmt::Write as _;

/// A picture, and where a script can make more of it, what that draws from.
#[derive(Debug)]
pub(crate) struct Figure {
    pub picture: String,
    /// JSON without markup.
    pub numbers: Option<String>,
}

impl From<String> for Figure {
    fn from(picture: String) -> Self {
        Self { picture, numbers: None }
    }
}

/// A text within SVG: names come from strangers.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if crate::view::acts(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// The start of a name, as far as there is room.
fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return escape(text);
    }
    let start: String = text.chars().take(most.saturating_sub(1)).collect();
    escape(&format!("{start}…"))
}

/// A picture with its name for those who cannot see it.
struct Svg {
    out: String,
}

impl Svg {
    fn new(width: f64, height: f64, name: &str) -> Self {
        let mut out = String::new();
        let _ = write!(
            out,
            "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">",
            escape(name)
        );
        Self { out }
    }

    fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let _ = write!(
            self.out,
            "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
            from.0, from.1, to.0, to.1
        );
    }

    fn rect(&mut self, class: &str, at: (f64, f64), size: (f64, f64)) {
        let _ = write!(
            self.out,
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            at.0, at.1, size.0, size.1
        );
    }

    fn dot(&mut self, class: &str, at: (f64, f64)) {
        let _ = write!(
            self.out,
            "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\"/>",
            at.0, at.1
        );
    }

    fn path(&mut self, class: &str, data: &str) {
        let _ = write!(self.out, "<path class=\"{class}\" d=\"{data}\"/>");
    }

    /// A text that is escaped already.
    fn text(&mut self, class: &str, at: (f64, f64), text: &str) {
        let _ = write!(
            self.out,
            "<text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\">{text}</text>",
            at.0, at.1
        );
    }

    fn end(mut self) -> String {
        self.out.push_str("</svg>");
        self.out
    }
}
