//! The table over the runs of an experiment.

use std::{collections::BTreeMap, fmt::Write as _};

use deepfix_core::Severity;

use deepfix_report::{Labels, escape};

use crate::{
    output::{BOLD, DIM, GREEN, RED, YELLOW, styled},
    runs::{Row, Table},
};

/// Names are cut here, so that the columns stay columns.
const NAME: usize = 28;
/// What a terminal shows of an error; `--format json` has all of it.
const ERROR: usize = 160;
/// The same of a warning, which ends with what to do.
const WARNING: usize = 400;

/// Words of the table.
struct Words {
    runs: &'static str,
    run: &'static str,
    causes: &'static str,
    none: &'static str,
    failed: &'static str,
    most: &'static str,
    partly: &'static str,
    remarks: &'static str,
    /// Between a word and what it announces.
    colon: &'static str,
    /// Between parts.
    semicolon: &'static str,
    warned: &'static str,
    warnings: &'static str,
    more: &'static str,
}

fn words(language: &str) -> Words {
    if language.starts_with("fr") {
        Words {
            runs: "runs",
            run: "run",
            causes: "causes premières",
            none: "rien à signaler",
            failed: "échec",
            most: "Causes les plus fréquentes",
            partly: "pas entièrement examiné",
            remarks: "remarque(s) sans gravité",
            colon: " : ",
            semicolon: " ; ",
            warned: "avertissement(s)",
            warnings: "Avertissements",
            more: "autres ; tous avec `--format json`",
        }
    } else {
        Words {
            runs: "runs",
            run: "run",
            causes: "root causes",
            none: "nothing found",
            failed: "failed",
            most: "Most frequent causes",
            partly: "not looked at in full",
            remarks: "minor remark(s)",
            colon: ": ",
            semicolon: "; ",
            warned: "warning(s)",
            warnings: "Warnings",
            more: "more; all with `--format json`",
        }
    }
}

/// For a terminal.
pub(crate) fn runs_text(table: &Table, language: &str) -> String {
    let (words, labels) = (words(language), Labels::of(language));
    let mut text = format!(
        "{} {}: {} {}\n\n",
        styled(BOLD, "DeepFix"),
        clean(&table.experiment, 200),
        table.runs.len(),
        words.runs
    );
    for row in &table.runs {
        let (mark, style) = match row.worst {
            Some(Severity::High) => (labels.severity(Severity::High), RED),
            Some(Severity::Medium) => (labels.severity(Severity::Medium), YELLOW),
            Some(Severity::Low) => (labels.severity(Severity::Low), DIM),
            None if row.error.is_some() => ("!!", YELLOW),
            None => ("ok", GREEN),
        };
        let _ = writeln!(
            text,
            "{} {:NAME$} {} {}",
            styled(style, &format!("{mark:8}")),
            clean(&row.run_name, NAME),
            styled(DIM, &clean(&row.run_id, 32)),
            said(row, &words)
        );
    }
    if !table.root_causes.is_empty() {
        let _ = write!(text, "\n{}\n", styled(BOLD, words.most));
        for (code, count) in most(table) {
            let _ = writeln!(text, "{count:8} {code}");
        }
    }
    let warnings = warnings(table, &words);
    if !warnings.is_empty() {
        let _ = write!(text, "\n{}\n", styled(BOLD, words.warnings));
        for (warning, count) in warnings {
            let _ = writeln!(text, "{count:8} {warning}");
        }
    }
    text
}

/// For an issue or a wiki.
pub(crate) fn runs_markdown(table: &Table, language: &str) -> String {
    let (words, labels) = (words(language), Labels::of(language));
    let mut text = format!(
        "# DeepFix: {}\n\n{} {}\n\n| | {} | id | {} |\n|---|---|---|---|\n",
        escape(&clean(&table.experiment, 200)),
        table.runs.len(),
        words.runs,
        words.run,
        words.causes
    );
    for row in &table.runs {
        let mark = row.worst.map_or("", |it| labels.severity(it));
        let _ = writeln!(
            text,
            "| {mark} | {} | `{}` | {} |",
            escape(&clean(&row.run_name, NAME)),
            clean(&row.run_id, 32).replace(['`', '|'], ""),
            escape(&said(row, &words))
        );
    }
    if !table.root_causes.is_empty() {
        let _ = write!(text, "\n## {}\n\n", words.most);
        for (code, count) in most(table) {
            let _ = writeln!(text, "- {count} `{code}`");
        }
    }
    let warnings = warnings(table, &words);
    if !warnings.is_empty() {
        let _ = write!(text, "\n## {}\n\n", words.warnings);
        for (warning, count) in warnings {
            let _ = writeln!(text, "- {count} {}", escape(&warning));
        }
    }
    text
}

fn said(row: &Row, words: &Words) -> String {
    let low = row.findings.get(&Severity::Low).copied().unwrap_or_default();
    let found = match &row.error {
        Some(error) if row.findings.is_empty() => {
            return format!("{}{}{}", words.failed, words.colon, clean(error, ERROR));
        }
        _ if !row.root_causes.is_empty() => row.root_causes.join(", "),
        _ if low > 0 => format!("{low} {}", words.remarks),
        Some(_) => String::new(),
        None => words.none.to_owned(),
    };
    // A cause that is found does not hide that something else could not be looked for, or was not read.
    let partly = row
        .error
        .as_ref()
        .map(|error| format!("{}{}{}", words.partly, words.colon, clean(error, ERROR)));
    let warned = (!row.warnings.is_empty()).then(|| format!("{} {}", row.warnings.len(), words.warned));
    // One that ended otherwise than by itself tells more in that than in any curve.
    let status = Some(row.status.clone()).filter(|it| !it.is_empty() && it != "FINISHED");
    let parts = [Some(found).filter(|it| !it.is_empty()), partly, warned, status];
    parts.into_iter().flatten().collect::<Vec<_>>().join(words.semicolon)
}

/// What runs warn of with the first of them, and their number, the most frequent first.
fn warnings(table: &Table, words: &Words) -> Vec<(String, usize)> {
    /// As many as are read at a glance.
    const SHOWN: usize = 5;
    // The same of many runs is one line, though each names its own.
    let mut counts: BTreeMap<String, (usize, &Row)> = BTreeMap::new();
    for row in &table.runs {
        for warning in &row.warnings {
            let text = match row.run_id.as_str() {
                "" => warning.clone(),
                id => warning.replace(id, "…"),
            };
            counts.entry(text).or_insert((0, row)).0 += 1;
        }
    }
    let mut counts: Vec<(String, (usize, &Row))> = counts.into_iter().collect();
    counts.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    let left: usize = counts.iter().skip(SHOWN).map(|it| it.1.0).sum();
    counts.truncate(SHOWN);
    let named = |(text, (count, first)): (String, (usize, &Row))| {
        let name = clean(&first.run_name, NAME);
        (format!("{} ({name})", clean(&text, WARNING)), count)
    };
    let mut shown: Vec<(String, usize)> = counts.into_iter().map(named).collect();
    if left > 0 {
        shown.push((words.more.to_owned(), left));
    }
    shown
}

fn most(table: &Table) -> Vec<(&String, &usize)> {
    let mut causes: Vec<_> = table.root_causes.iter().collect();
    causes.sort_by(|(a, first), (b, second)| second.cmp(first).then_with(|| a.cmp(b)));
    causes
}

/// Names come from whoever logged the run: no control characters reach a terminal.
fn clean(text: &str, most: usize) -> String {
    let mut shown: String = text.chars().filter(|it| !it.is_control()).take(most).collect();
    if text.chars().count() > most {
        shown.pop();
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_has_a_line_and_the_causes_are_counted() {
        let row = |name: &str, causes: &[&str], error: Option<&str>| Row {
            run_id: "0".repeat(32),
            run_name: name.to_owned(),
            status: String::new(),
            worst: (!causes.is_empty()).then_some(Severity::High),
            findings: causes.iter().map(|_| (Severity::High, 1)).collect(),
            root_causes: causes.iter().map(|it| (*it).to_owned()).collect(),
            error: error.map(str::to_owned),
            warnings: Vec::new(),
        };
        let table = Table {
            experiment: "e\u{1b}[31m".to_owned(),
            runs: vec![
                row("a|b*<i>", &["training.overfitting"], None),
                row("fine", &[], None),
                row("x", &[], Some("no metrics")),
            ],
            root_causes: BTreeMap::from([("training.overfitting".to_owned(), 1)]),
        };
        let text = runs_text(&table, "english");
        assert!(
            text.contains("nothing found") && text.contains("failed: no metrics"),
            "{text}"
        );
        assert!(text.contains("1 training.overfitting"), "{text}");
        assert!(!text.contains("e\u{1b}"), "{text:?}");
        let markdown = runs_markdown(&table, "french");
        assert!(markdown.contains("| GRAVE | a\\|b\\*\\<i\\> |"), "{markdown}");
    }

    #[test]
    fn what_was_not_read_or_not_looked_at_is_told_beside_what_was_found() {
        let row = |causes: &[&str], error: Option<&str>, warnings: &[&str]| Row {
            run_id: format!("{:032}", warnings.len()),
            run_name: "first".to_owned(),
            status: "KILLED".to_owned(),
            findings: BTreeMap::from([(Severity::Low, 1)]),
            root_causes: causes.iter().map(|it| (*it).to_owned()).collect(),
            error: error.map(str::to_owned),
            warnings: warnings.iter().map(|it| (*it).to_owned()).collect(),
            ..Row::default()
        };
        let many: Vec<String> = (0..7).map(|it| format!("`{it}.pt` was left out")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let table = Table {
            experiment: "e".to_owned(),
            runs: vec![
                row(
                    &[],
                    Some("T: out of time"),
                    &["a gap of 00000000000000000000000000000001"],
                ),
                row(
                    &["training.overfitting"],
                    Some("T: out of time"),
                    &["a gap of 00000000000000000000000000000001"],
                ),
                row(&[], None, &many),
            ],
            root_causes: BTreeMap::new(),
        };
        let text = runs_text(&table, "english");
        for said in [
            " 1 minor remark(s); not looked at in full: T: out of time; 1 warning(s); KILLED\n",
            "training.overfitting; not looked at in full: T: out of time",
            " 1 minor remark(s); 7 warning(s)",
            "       2 a gap of … (first)\n",
            "       1 `3.pt` was left out (first)\n       3 more; all with `--format json`",
        ] {
            assert!(text.contains(said), "{said}\n{text}");
        }
        let markdown = runs_markdown(&table, "french");
        assert!(
            markdown.contains("## Avertissements\n\n- 2 a gap of … (first)\n"),
            "{markdown}"
        );
        assert!(markdown.contains("pas entièrement examiné : T"), "{markdown}");
    }
}
