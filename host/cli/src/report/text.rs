use std::fmt::Write as _;

use deepfix_core::{AnalyseResponse, Severity, WireAnalysis};

use deepfix_report::{Content, Labels, Note};

use crate::output::{BOLD, CYAN, DIM, GREEN, RED, YELLOW, styled};

/// Lines are no longer than this, so that they stay readable on a wide terminal.
const WIDEST: usize = 110;

/// The report for a terminal.
pub(super) fn text(response: &AnalyseResponse, language: &str) -> String {
    let content = Content::of(response);
    let labels = Labels::of(language);
    let mut out = Writer {
        text: String::new(),
        width: textwrap::termwidth().clamp(40, WIDEST),
    };
    out.line(format!("{} {}", styled(BOLD, "DeepFix"), content.title).trim_end());
    out.line("");
    out.wrapped("", "", content.summary);
    out.section(
        labels.causes_title(content.only_remarks),
        content.root_causes.is_empty(),
    );
    for (index, cause) in content.root_causes.iter().enumerate() {
        let (analysis, consequences) = (cause.analysis, &cause.consequences);
        out.finding(&format!("{}. ", index + 1), analysis, cause.step, labels);
        out.field(labels.joins, &cause.joins.join(", "));
        if !consequences.is_empty() {
            out.field(labels.causes, &consequences.join(", "));
        }
        if !analysis.recommendations.citations.is_empty() {
            out.field(
                labels.see,
                &styled(CYAN, &analysis.recommendations.citations.join(", ")),
            );
        }
        out.line("");
    }
    out.section(labels.actions, content.actions.is_empty());
    for (index, step) in content.actions.iter().enumerate() {
        let number = format!("{}. ", index + 1);
        out.wrapped(&number, "   ", step.action);
        if !step.how_to_tell.is_empty() {
            out.field(labels.worked, step.how_to_tell);
        }
    }
    out.section(labels.also_seen, content.also_seen.is_empty());
    for analysis in &content.also_seen {
        out.finding("- ", analysis, None, labels);
    }
    out.notes(labels.ruled_out, &content.ruled_out, labels);
    out.notes(labels.not_examined, &content.not_examined, labels);
    out.section(labels.warnings, content.warnings.is_empty());
    for warning in &content.warnings {
        out.wrapped("- ", "  ", warning);
    }
    out.section(labels.agents, content.agents.is_empty());
    for agent in &content.agents {
        let time = agent.milliseconds.map_or_else(String::new, |it| format!("{it:.1} ms"));
        let mark = if agent.error.is_none() {
            styled(GREEN, "ok")
        } else {
            styled(YELLOW, "!!")
        };
        out.line(&format!(
            "  {mark} {:38} {:2} {}",
            agent.name,
            agent.findings,
            styled(DIM, &time)
        ));
        if let Some(error) = agent.error {
            out.wrapped("     ", "     ", error);
        }
    }
    out.text
}

struct Writer {
    text: String,
    width: usize,
}

impl Writer {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn wrapped(&mut self, first: &str, then: &str, text: &str) {
        // A name of a file with hyphens or slashes stays one, and can be copied.
        let options = textwrap::Options::new(self.width)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .initial_indent(first)
            .subsequent_indent(then);
        for line in textwrap::wrap(text, options) {
            self.line(&line);
        }
    }

    fn section(&mut self, title: &str, empty: bool) {
        if !empty {
            self.line("");
            self.line(&styled(BOLD, title));
        }
    }

    fn field(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            let first = format!("   {name}: ");
            self.wrapped(&first, "     ", text);
        }
    }

    fn finding(&mut self, bullet: &str, analysis: &WireAnalysis, step: Option<usize>, labels: &Labels) {
        let finding = &analysis.findings;
        let style = match finding.severity {
            Severity::High => RED,
            Severity::Medium => YELLOW,
            Severity::Low => DIM,
        };
        let mut line = format!(
            "{bullet}{} {}",
            styled(style, labels.severity(finding.severity)),
            styled(BOLD, &finding.code)
        );
        let _ = write!(
            line,
            "  {}",
            styled(
                DIM,
                &format!("{} {:.0} %", labels.confidence, finding.confidence * 100.0)
            )
        );
        if finding.evidence_verified {
            let _ = write!(line, "{}", styled(DIM, &format!(", {}", labels.verified)));
        }
        self.line(&line);
        self.wrapped("   ", "   ", &finding.description);
        self.field(labels.shown_by, &finding.evidence);
        match step {
            Some(step) => self.field(labels.action, &format!("{} {step}", labels.step)),
            None => self.field(labels.action, &analysis.recommendations.action),
        }
        self.field(labels.why, &analysis.recommendations.rationale);
    }

    fn notes(&mut self, title: &str, notes: &[Note<'_>], labels: &Labels) {
        self.section(title, notes.is_empty());
        for note in notes {
            let send = if note.send.is_empty() {
                String::new()
            } else {
                format!(" ({}: {})", labels.send, note.send)
            };
            self.wrapped("- ", "  ", &format!("{}: {}{send}", note.what, note.why));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_not_broken_at_their_hyphens_and_slashes() {
        let mut out = Writer {
            text: String::new(),
            width: 40,
        };
        out.wrapped("", "  ", "The checkpoint to be read is model-best-epoch-12.safetensors");
        out.wrapped("", "  ", "Read another one with deepfix analyse /data/two-runs/second");
        for name in ["model-best-epoch-12.safetensors", "/data/two-runs/second"] {
            assert!(out.text.contains(name), "{}", out.text);
        }
    }
}
