//! The figures on a terminal.

use std::fmt::Write as _;

use crate::{Report, misses, score::clean_by_kind};

/// How many of the worst calibrated codes are shown.
const CODES: usize = 12;

/// The figures for a terminal, with so many of the worst cases.
#[must_use]
pub fn table(report: &Report, misses_shown: usize) -> String {
    let mut text = String::new();
    let mut line = |it: String| {
        text.push_str(&it);
        text.push('\n');
    };
    line(format!(
        "{:30} {:>3} {:>7} {:>7} {:>6} {:>6}",
        "fault", "n", "recall", "prec", "F1", "FP"
    ));
    let mut codes: Vec<_> = report.per_fault.iter().filter(|(_, it)| it.n > 0).collect();
    codes.sort_by(|a, b| b.1.f1.total_cmp(&a.1.f1));
    for (code, it) in codes {
        let optional = |value: Option<f64>| value.map_or("-".to_owned(), |it| format!("{it:.2}"));
        line(format!(
            "{code:30} {:>3} {:>7} {:>7} {:>6.2} {:>6.1}",
            it.n,
            optional(it.recall),
            optional(it.precision),
            it.f1,
            it.fp
        ));
    }
    let others: Vec<String> = report
        .per_fault
        .iter()
        .filter(|(_, it)| it.n == 0 && it.fp > 0.0)
        .map(|(code, it)| format!("{code} {}", it.fp))
        .collect();
    line(format!(
        "\nfalse alarms on codes that are injected nowhere here: {}",
        list(&others)
    ));
    let rows: Vec<_> = report.cases.iter().collect();
    let kinds: Vec<String> = clean_by_kind(&rows)
        .into_iter()
        .filter(|(_, (alarms, _))| *alarms > 0)
        .map(|(kind, (alarms, all))| format!("{kind} {alarms}/{all}"))
        .collect();
    line(format!("healthy experiments with an alarm, by kind: {}", list(&kinds)));
    line(String::new());
    for (name, value) in headlines(report) {
        line(format!("{name:44} {value}"));
    }
    datasets(report, &mut line);
    calibration(report, &mut line);
    line("\nrequired faults by the label's severity   reported high  medium  low  missed".to_owned());
    for (label, it) in &report.severities {
        line(format!(
            "{label:40} {:>14} {:>7} {:>4} {:>7}",
            it.high, it.medium, it.low, it.missed
        ));
    }
    line("\nCPU milliseconds by agent             runs   median      p95    worst".to_owned());
    for it in &report.times {
        line(format!(
            "{:36} {:>5} {:>8.3} {:>8.3} {:>8.3}",
            it.agent, it.runs, it.median, it.p95, it.worst
        ));
    }
    let worst = misses::worst(&report.cases);
    if !worst.is_empty() {
        line(format!(
            "\nthe worst {} of {} cases with something wrong",
            misses_shown.min(worst.len()),
            worst.len()
        ));
    }
    for row in worst.into_iter().take(misses_shown) {
        let mut about = format!(
            "  {} ({}, {})",
            row.case,
            row.dataset.as_deref().unwrap_or("-"),
            row.strength
        );
        if !row.missed.is_empty() {
            let _ = write!(about, "  missed {}", row.missed.join(", "));
        }
        if !row.false_positive.is_empty() {
            let _ = write!(about, "  false alarm {}", row.false_positive.join(", "));
        }
        if let Some(error) = &row.error {
            let _ = write!(about, "  {error}");
        }
        line(about);
        for it in misses::said(row)
            .into_iter()
            .filter(|it| row.false_positive.contains(&it.code))
        {
            line(format!("      {} {:.2}: {}", it.code, it.confidence, it.evidence));
        }
    }
    text
}

fn list(items: &[String]) -> String {
    if items.is_empty() {
        "none".to_owned()
    } else {
        items.join(", ")
    }
}

/// The figures that decide, with their names.
pub(crate) fn headlines(report: &Report) -> Vec<(&'static str, String)> {
    let it = &report.summary;
    let strengths: Vec<String> = it
        .recall_by_strength
        .iter()
        .map(|(name, recall)| format!("{name} {recall:.3}"))
        .collect();
    vec![
        (
            "experiments (of these healthy)",
            format!("{} ({})", it.cases, it.clean_n),
        ),
        ("requests that failed", it.errors.to_string()),
        ("macro-F1", format!("{:.3}", it.macro_f1)),
        (
            "macro recall, macro precision",
            format!("{:.3}, {:.3}", it.macro_recall, it.macro_precision),
        ),
        (
            "micro recall, micro precision",
            format!("{:.3}, {:.3}", it.micro_recall, it.micro_precision),
        ),
        (
            "first code right (hit@1), in the first 3",
            format!("{:.3}, {:.3}", it.hit_1, it.hit_3),
        ),
        (
            "cross recall",
            format!("{:.3} of {}", it.cross_recall, it.cross_expected),
        ),
        ("recall by strength", list(&strengths)),
        (
            "false alarms per case (low counts half)",
            format!("{:.3}", it.fp_per_case),
        ),
        (
            "healthy with a high, medium+, any alarm",
            format!(
                "{:.3}, {:.3}, {:.3}",
                it.clean_fpr_high, it.clean_fpr_medium, it.clean_fpr_any
            ),
        ),
        (
            "balanced: macro-F1 x (1 - medium+ alarms)",
            format!("{:.3}", it.balanced),
        ),
        (
            "calibration: ECE, Brier",
            format!("{:.3}, {:.3}", report.calibration.ece, report.calibration.brier),
        ),
    ]
}

fn datasets(report: &Report, line: &mut impl FnMut(String)) {
    let it = &report.datasets;
    line("\nby data set                   n healthy macro-F1   recall     prec   clean FPR  balanced".to_owned());
    for fold in &it.folds {
        line(format!(
            "{:27} {:>3} {:>7} {:>8.3} {:>8.3} {:>8.3} {:>11.3} {:>9.3}",
            fold.dataset,
            fold.cases,
            fold.clean,
            fold.macro_f1,
            fold.micro_recall,
            fold.micro_precision,
            fold.clean_fpr_medium,
            fold.balanced
        ));
    }
    line(format!(
        "cross-validation by data set, macro-F1: mean {:.3}, worst {:.3}, deviation {:.3}; balanced: mean {:.3}, worst {:.3}",
        it.mean_macro_f1, it.worst_macro_f1, it.deviation_macro_f1, it.mean_balanced, it.worst_balanced
    ));
    line("(no rule is fitted per fold: a data set that is left out scores as it does here)".to_owned());
}

fn calibration(report: &Report, line: &mut impl FnMut(String)) {
    let it = &report.calibration;
    line(format!(
        "\ncalibration: {} claims, mean confidence {:.3}, right {:.3}; ECE {:.3}, Brier {:.3}",
        it.claims, it.mean_confidence, it.right, it.ece, it.brier
    ));
    line(format!(
        "with a monotonic map fitted on the other data sets it would be ECE {:.3}, Brier {:.3}",
        it.ece_mapped, it.brier_mapped
    ));
    line("confidence   claims  mean  right    gap".to_owned());
    for group in it.bins.iter().chain(&it.by_severity).filter(|it| it.claims > 0) {
        line(format!(
            "{:12} {:>6} {:>5.2} {:>6.2} {:>+6.2}",
            group.name,
            group.claims,
            group.confidence,
            group.right,
            group.gap()
        ));
    }
    line("codes by how many claims they are off".to_owned());
    for group in it.by_code.iter().take(CODES) {
        line(format!(
            "  {:32} {:>4} claims, confidence {:.2}, right {:.2}",
            group.name, group.claims, group.confidence, group.right
        ));
    }
}
