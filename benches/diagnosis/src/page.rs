//! One self-contained HTML page: no script, no request to anywhere.

use std::fmt::Write as _;

use crate::{Report, misses, plot, table};

/// More cases than anybody reads.
const MISSES: usize = 60;

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--good:#2a7;--bad:#c33}\
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{padding:.15rem .7rem;border-bottom:1px solid var(--line);\
text-align:right}td:first-child,th:first-child{text-align:left}h2{margin-top:2.5rem}\
article{border:1px solid var(--line);border-radius:.4rem;padding:.6rem 1rem;margin:.8rem 0}\
article h3{margin:.1rem 0}p{margin:.3rem 0}.bad{color:var(--bad)}.good{color:var(--good)}\
code{font-size:.93em}.said{margin:.3rem 0 .3rem 1rem;padding-left:.7rem;border-left:3px solid var(--line)}\
.wide{overflow-x:auto}svg{max-width:100%}svg text{fill:currentColor}";

/// Text as it may stand between tags and in attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The figures as one HTML page.
#[must_use]
pub fn page(report: &Report) -> String {
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>Diagnosis benchmark</title><style>{STYLE}</style></head><body>\n\
         <h1>Diagnosis benchmark</h1><p>Corpus: <code>{}</code></p>\n",
        escape(&report.corpus)
    );
    let headlines = table::headlines(report);
    rows(
        &mut html,
        &[],
        headlines
            .iter()
            .map(|(name, value)| vec![(*name).to_owned(), value.clone()]),
    );
    codes(report, &mut html);
    datasets(report, &mut html);
    calibration(report, &mut html);
    html.push_str(
        "<h2>Severity</h2><p>Required faults by the severity of their label, and how loud they were reported.</p>",
    );
    let severities = report.severities.iter().map(|(label, it)| {
        let counts = [it.high, it.medium, it.low, it.missed].map(|it| it.to_string());
        [vec![label.clone()], counts.to_vec()].concat()
    });
    rows(&mut html, &["label", "high", "medium", "low", "missed"], severities);
    html.push_str("<h2>CPU milliseconds by agent</h2>");
    let times = report.times.iter().map(|it| {
        let numbers = [it.median, it.p95, it.worst].map(|it| format!("{it:.3}"));
        [vec![it.agent.clone(), it.runs.to_string()], numbers.to_vec()].concat()
    });
    rows(&mut html, &["agent", "runs", "median", "95 %", "worst"], times);
    worst(report, &mut html);
    html.push_str("</body></html>\n");
    html
}

/// A table; every cell is escaped here.
fn rows(html: &mut String, head: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    html.push_str("<div class=\"wide\"><table>");
    let mut row = |tag: &str, cells: &[String]| {
        html.push_str("<tr>");
        for cell in cells {
            let _ = write!(html, "<{tag}>{}</{tag}>", escape(cell));
        }
        html.push_str("</tr>\n");
    };
    if !head.is_empty() {
        row("th", &head.iter().map(|&it| it.to_owned()).collect::<Vec<_>>());
    }
    for cells in rows {
        row("td", &cells);
    }
    html.push_str("</table></div>\n");
}

fn codes(report: &Report, html: &mut String) {
    html.push_str(
        "<h2>By code</h2><p>Codes without a number of cases are injected nowhere here: false alarms only.</p>",
    );
    let mut codes: Vec<_> = report.per_fault.iter().collect();
    codes.sort_by(|a, b| (b.1.n > 0).cmp(&(a.1.n > 0)).then(a.1.f1.total_cmp(&b.1.f1)));
    let optional = |value: Option<f64>| value.map_or(String::new(), |it| format!("{it:.2}"));
    let cells = codes.into_iter().map(|(code, it)| {
        vec![
            code.clone(),
            it.n.to_string(),
            optional(it.recall),
            optional(it.precision),
            format!("{:.2}", it.f1),
            it.fp.to_string(),
        ]
    });
    rows(
        html,
        &["code", "cases", "recall", "precision", "F1", "false alarms"],
        cells,
    );
}

fn datasets(report: &Report, html: &mut String) {
    let it = &report.datasets;
    let _ = write!(
        html,
        "<h2>Cross-validation by data set</h2><p>macro-F1: mean {:.3}, worst {:.3}, deviation {:.3}; balanced: mean {:.3}, worst {:.3}. \
         No rule has a parameter that is fitted per fold, so a data set that is left out scores as it does here.</p>",
        it.mean_macro_f1, it.worst_macro_f1, it.deviation_macro_f1, it.mean_balanced, it.worst_balanced
    );
    let cells = it.folds.iter().map(|it| {
        let numbers = [
            it.macro_f1,
            it.micro_recall,
            it.micro_precision,
            it.clean_fpr_medium,
            it.balanced,
        ];
        let counts = vec![it.dataset.clone(), it.cases.to_string(), it.clean.to_string()];
        [counts, numbers.map(|it| format!("{it:.3}")).to_vec()].concat()
    });
    let head = [
        "data set",
        "cases",
        "healthy",
        "macro-F1",
        "recall",
        "precision",
        "healthy with alarm",
        "balanced",
    ];
    rows(html, &head, cells);
}

fn calibration(report: &Report, html: &mut String) {
    let it = &report.calibration;
    let _ = write!(
        html,
        "<h2>Calibration</h2><p>{} claims (one code in one case each), mean confidence {:.3}, right {:.3}. Expected \
         calibration error {:.3}, Brier score {:.3}. With a monotonic map fitted on the other data sets: {:.3} and \
         {:.3}.</p>",
        it.claims, it.mean_confidence, it.right, it.ece, it.brier, it.ece_mapped, it.brier_mapped
    );
    html.push_str(&plot::reliability(&it.bins));
    let cells = it
        .by_severity
        .iter()
        .chain(&it.by_code)
        .filter(|it| it.claims > 0)
        .map(|it| {
            let numbers = [it.confidence, it.right].map(|it| format!("{it:.2}"));
            let counts = vec![it.name.clone(), it.claims.to_string()];
            [counts, numbers.to_vec(), vec![format!("{:+.2}", it.gap())]].concat()
        });
    let head = ["severity or code", "claims", "mean confidence", "right", "gap"];
    rows(html, &head, cells);
}

fn worst(report: &Report, html: &mut String) {
    let worst = misses::worst(&report.cases);
    let _ = write!(
        html,
        "<h2>The worst misses</h2><p>{} cases with something wrong.</p>",
        worst.len()
    );
    for row in worst.into_iter().take(MISSES) {
        let _ = write!(
            html,
            "<article><h3><code>{}</code> {}</h3><p>injected: {} ({}){}{}</p>",
            escape(&row.case),
            escape(row.dataset.as_deref().unwrap_or_default()),
            escape(&if row.faults.is_empty() {
                "nothing".to_owned()
            } else {
                row.faults.join(", ")
            }),
            escape(&row.strength),
            if row.notes.is_empty() { "" } else { ": " },
            escape(&row.notes)
        );
        if !row.missed.is_empty() {
            let _ = write!(html, "<p class=\"bad\">missed: {}</p>", escape(&row.missed.join(", ")));
        }
        if let Some(error) = &row.error {
            let _ = write!(html, "<p class=\"bad\">{}</p>", escape(error));
        }
        for it in misses::said(row) {
            let class = if row.false_positive.contains(&it.code) {
                " bad"
            } else if row.tp.contains_key(&it.code) {
                " good"
            } else {
                ""
            };
            let _ = write!(
                html,
                "<div class=\"said\"><b class=\"{class}\">{}</b> {} {:.2}: {}<br>{}</div>",
                escape(&it.code),
                it.level.name(),
                it.confidence,
                escape(&it.description),
                escape(&it.evidence)
            );
        }
        html.push_str("</article>\n");
    }
}
