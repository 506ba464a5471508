//! Passages of the knowledge base as HTML.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

/// HTML of a Markdown text. HTML within it is shown as it is written; links and pictures become
/// their texts, for a base may come from anyone and a page loads nothing from elsewhere.
pub(crate) fn rendered(text: &str) -> String {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Html(it) | Event::InlineHtml(it) => Some(Event::Text(it)),
        Event::Start(Tag::Link { .. } | Tag::Image { .. }) | Event::End(TagEnd::Link | TagEnd::Image) => None,
        // The page has headings of its own above these.
        Event::Start(Tag::Heading { .. }) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::Heading(_)) => Some(Event::End(TagEnd::Paragraph)),
        other => Some(other),
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_passage_acts_or_loads() {
        let text = "# a\n\nz <script>alert(1)</script> [x](javascript:alert(2)) ![y](http://evil.example/p.png) <b>c</b> `d`\n\n<img src=x onerror=alert(3)>";
        let html = rendered(text);
        assert!(
            html.contains("&lt;script&gt;") && html.contains("<code>d</code>"),
            "{html}"
        );
        for never in ["<script", "<img", "<a", "<b>", "<h1", "href", "src=\""] {
            assert!(!html.contains(never), "{never}: {html}");
        }
    }
}
