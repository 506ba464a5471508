//! The table over the runs of an experiment.

use std::{collections::BTreeMap, fmt::Write as _};

use deepfix_core::Severity;

use deepfix_report::Labels;

use crate::{
    output::{BOLD, DIM, GREEN, RED, YELLOW, styled},
    runs::{Row, Table},
};

/// Names are cut here, so that the columns stay columns.
const NAME: usize = 28;
/// What a terminal shows of an error; `--format json` has all of it.
const ERROR: usize = 160;

/// Words of the table.
struct Words {
    runs: &'static str,
    run: &'static str,
    causes: &'static str,
    none: &'static str,
    failed: &'static str,
    most: &'static str,
    partly: &'static str,
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
    let cell = |text: &str| text.replace('|', "\\|");
    let mut text = format!(
        "# DeepFix: {}\n\n{} {}\n\n| | {} | id | {} |\n|---|---|---|---|\n",
        cell(&clean(&table.experiment, 200)),
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
            cell(&clean(&row.run_name, NAME)),
            cell(&clean(&row.run_id, 32)),
            cell(&said(row, &words))
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
            let _ = writeln!(text, "- {count} {warning}");
        }
    }
    text
}

fn said(row: &Row, words: &Words) -> String {
    let found = match &row.error {
        Some(error) if row.findings.is_empty() => return format!("{}: {}", words.failed, clean(error, ERROR)),
        Some(_) if row.root_causes.is_empty() => String::new(),
        _ if row.root_causes.is_empty() => words.none.to_owned(),
        _ => row.root_causes.join(", "),
    };
    // A cause that is found does not hide that something else could not be looked for.
    let partly = row
        .error
        .as_ref()
        .map(|error| format!("{}: {}", words.partly, clean(error, ERROR)));
    let parts = [Some(found).filter(|it| !it.is_empty()), partly];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// What runs warn of, with their number, the most frequent first.
fn warnings(table: &Table, words: &Words) -> Vec<(String, usize)> {
    /// As many as are read at a glance.
    const SHOWN: usize = 5;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for warning in table.runs.iter().flat_map(|it| &it.warnings) {
        *counts.entry(warning).or_insert(0) += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let left: usize = counts.iter().skip(SHOWN).map(|it| it.1).sum();
    counts.truncate(SHOWN);
    let mut shown: Vec<(String, usize)> = counts.into_iter().map(|(it, n)| (clean(it, ERROR), n)).collect();
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
                row("a|b", &["training.overfitting"], None),
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
        assert!(markdown.contains("| GRAVE | a\\|b |"), "{markdown}");
    }

    #[test]
    fn what_was_not_read_or_not_looked_at_is_told_beside_what_was_found() {
        let row = |causes: &[&str], error: Option<&str>, warnings: &[&str]| Row {
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
                row(&[], Some("T: out of time"), &["a gap"]),
                row(&["training.overfitting"], Some("T: out of time"), &["a gap"]),
                row(&[], None, &many),
            ],
            root_causes: BTreeMap::new(),
        };
        let text = runs_text(&table, "english");
        for said in [
            " not looked at in full: T: out of time\n",
            "training.overfitting; not looked at in full: T: out of time",
            "nothing found",
            "       2 a gap\n",
            "       1 `3.pt` was left out\n       3 more; all with `--format json`",
        ] {
            assert!(text.contains(said), "{said}\n{text}");
        }
        assert!(runs_markdown(&table, "french").contains("## Avertissements\n\n- 2 a gap\n"));
    }
}
