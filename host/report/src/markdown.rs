use std::fmt::Write as _;

use deepfix_core::{AnalyseResponse, WireAnalysis};

use crate::{
    content::{Content, Note},
    labels::Labels,
};

/// The report for an issue or a wiki.
#[must_use]
pub fn markdown(response: &AnalyseResponse, language: &str) -> String {
    let content = Content::of(response);
    let labels = Labels::of(language);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "# DeepFix {}\n\n{}",
        escape(&content.title),
        escape(content.summary)
    );
    section(
        &mut out,
        labels.causes_title(content.only_remarks),
        content.root_causes.is_empty(),
    );
    for (index, cause) in content.root_causes.iter().enumerate() {
        let analysis = cause.analysis;
        let _ = writeln!(out, "### {}. {}\n", index + 1, title(analysis, labels));
        body(&mut out, analysis, cause.step, labels);
        for (label, codes) in [(labels.joins, &cause.joins), (labels.causes, &cause.consequences)] {
            if !codes.is_empty() {
                let codes: Vec<_> = codes.iter().map(|it| code(it)).collect();
                let _ = writeln!(out, "- *{label}*: {}", codes.join(", "));
            }
        }
        for citation in &analysis.recommendations.citations {
            let _ = writeln!(out, "- *{}*: {}", labels.see, code(citation));
        }
        out.push('\n');
    }
    section(&mut out, labels.actions, content.actions.is_empty());
    for (index, step) in content.actions.iter().enumerate() {
        let _ = write!(out, "{}. {}", index + 1, escape(step.action));
        if !step.how_to_tell.is_empty() {
            let _ = write!(out, " *{}*: {}", labels.worked, escape(step.how_to_tell));
        }
        out.push('\n');
    }
    section(&mut out, labels.also_seen, content.also_seen.is_empty());
    for analysis in &content.also_seen {
        let _ = writeln!(out, "**{}**\n", title(analysis, labels));
        body(&mut out, analysis, None, labels);
        out.push('\n');
    }
    notes(&mut out, labels.ruled_out, &content.ruled_out, labels);
    notes(&mut out, labels.not_examined, &content.not_examined, labels);
    section(&mut out, labels.warnings, content.warnings.is_empty());
    for warning in &content.warnings {
        let _ = writeln!(out, "- {}", escape(warning));
    }
    section(&mut out, labels.agents, content.agents.is_empty());
    for agent in &content.agents {
        let error = agent.error.map_or_else(String::new, |it| format!(": {}", escape(it)));
        let _ = writeln!(out, "- {} ({}){error}", escape(agent.name), agent.findings);
    }
    out
}

fn section(out: &mut String, title: &str, empty: bool) {
    if !empty {
        let _ = writeln!(out, "\n## {title}\n");
    }
}

fn title(analysis: &WireAnalysis, labels: &Labels) -> String {
    let finding = &analysis.findings;
    format!(
        "{} {} ({} {:.0} %{})",
        labels.severity(finding.severity),
        code(&finding.code),
        labels.confidence,
        finding.confidence * 100.0,
        if finding.evidence_verified {
            format!(", {}", labels.verified)
        } else {
            String::new()
        }
    )
}

fn body(out: &mut String, analysis: &WireAnalysis, step: Option<usize>, labels: &Labels) {
    let (finding, recommendation) = (&analysis.findings, &analysis.recommendations);
    let _ = writeln!(out, "{}\n", escape(&finding.description));
    let step = step.map(|step| format!("{} {step}", labels.step));
    for (name, text) in [
        (labels.shown_by, &finding.evidence),
        (labels.action, step.as_ref().unwrap_or(&recommendation.action)),
        (labels.why, &recommendation.rationale),
    ] {
        if !text.is_empty() {
            let _ = writeln!(out, "- *{name}*: {}", escape(text));
        }
    }
}

fn notes(out: &mut String, title: &str, notes: &[Note<'_>], labels: &Labels) {
    section(out, title, notes.is_empty());
    for note in notes {
        let send = if note.send.is_empty() {
            String::new()
        } else {
            format!(" ({}: {})", labels.send, escape(note.send))
        };
        let _ = writeln!(out, "- {}: {}{send}", escape(&note.what), escape(note.why));
    }
}

/// A text in which nothing is markup: names of columns and runs, and texts of third parties.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|') {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}

/// A name as code. Between marks that are longer than any within it, it cannot end early (CommonMark, 6.1).
fn code(text: &str) -> String {
    let plain: String = text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    let longest = plain.split(|it| it != '`').map(str::len).max().unwrap_or(0);
    let marks = "`".repeat(longest + 1);
    if longest == 0 {
        format!("`{plain}`")
    } else {
        format!("{marks} {plain} {marks}")
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_of_columns_do_not_become_markup() {
        assert_eq!(super::escape("a_b <script>\n# x"), "a\\_b \\<script\\> \\# x");
        assert_eq!(super::escape("a\r\n`b`"), "a  \\`b\\`");
    }

    #[test]
    fn code_ends_where_its_name_does() {
        assert_eq!(super::code("training.overfitting"), "`training.overfitting`");
        assert_eq!(super::code("a`b``\r\n# x"), "``` a`b``  # x ```");
    }
}
