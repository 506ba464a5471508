//! The paragraph that a busy person reads.

use deepfix_plugin::Severity;

use crate::{
    actions::Action,
    causes::Cause,
    contradictions::RuledOut,
    extent::Extent,
    texts::{Texts, first_sentence, shorten},
};

/// What the experiment turned out to be.
pub(crate) enum Verdict<'a> {
    /// It has faults: the root causes, the worst first.
    Faulty(&'a [Cause<'a>]),
    /// It has none beyond remarks.
    Healthy { checked: &'a str, remarks: usize },
    /// It has none beyond remarks, and the model is poor all the same.
    Poor { checked: &'a str, causes: &'a [Cause<'a>] },
    /// Nothing is known.
    Unknown { why: &'a str },
}

/// Causes that are named after the first.
const MOST_NEXT: usize = 3;

pub(crate) fn write(
    verdict: &Verdict<'_>,
    actions: &[Action],
    ruled_out: &[RuledOut],
    extent: &Extent,
    texts: &Texts,
) -> String {
    let mut lines = Vec::new();
    match verdict {
        Verdict::Faulty(causes) => faulty(causes, actions, texts, &mut lines),
        Verdict::Healthy { checked, remarks } => {
            lines.push(texts.plain("summary-healthy", &[("checked", (*checked).into())]));
            if *remarks > 0 {
                lines.push(texts.plain("summary-remarks", &[("count", (*remarks).into())]));
            }
        }
        Verdict::Poor { checked, causes: [] } => {
            lines.push(texts.plain("summary-poor", &[("checked", (*checked).into())]));
        }
        Verdict::Poor { checked, causes } => {
            let titles: Vec<String> = causes.iter().map(|it| texts.title(&it.fault)).collect();
            let titles = Texts::list(&titles, MOST_NEXT);
            let args = [("checked", (*checked).into()), ("remarks", titles.into())];
            lines.push(texts.plain("summary-poor-remarks", &args));
        }
        Verdict::Unknown { why } => lines.push(texts.plain("summary-not-examined", &[("why", (*why).into())])),
    }
    // Worth a reader's time is what an analyzer reported, or what the curves suggest to anyone.
    let tempting = |it: &&RuledOut| !it.findings.is_empty() || it.code == "training.overfitting";
    let named: Vec<String> = ruled_out
        .iter()
        .filter(tempting)
        .map(|it| texts.title_of(it.code))
        .collect();
    if !named.is_empty() {
        lines.push(texts.plain("summary-ruled-out", &[("titles", Texts::list(&named, 3).into())]));
    }
    if !extent.failed.is_empty() {
        lines.push(texts.plain("summary-failed", &[("agents", Texts::list(&extent.failed, 4).into())]));
    }
    if !extent.missing.is_empty() {
        lines.push(texts.plain("summary-gaps", &[("kinds", Texts::list(&extent.missing, 4).into())]));
    }
    lines.join(" ")
}

fn faulty(causes: &[Cause<'_>], actions: &[Action], texts: &Texts, lines: &mut Vec<String>) {
    // What to try first need not be the worst cause: a leak is closed before a rate is tuned.
    let first = actions
        .first()
        .and_then(|action| causes.iter().find(|it| it.fault.code == action.cause))
        .or(causes.first());
    let Some(first) = first else { return };
    let fault = &first.fault;
    lines.push(
        texts.plain(
            "summary-first",
            &[
                ("title", texts.title(fault).into()),
                ("severity", texts.severity(fault.severity).into()),
                (
                    "confidence",
                    texts
                        .language
                        .percent((fault.confidence * 100.0).round() / 100.0)
                        .into(),
                ),
            ],
        ),
    );
    let serious: Vec<String> = first
        .effects
        .iter()
        .filter(|it| it.fault.severity >= Severity::Medium)
        .map(|it| texts.title(&it.fault))
        .collect();
    if !serious.is_empty() {
        lines.push(texts.plain("summary-explains", &[("effects", Texts::list(&serious, 3).into())]));
    }
    if let Some(action) = actions.first() {
        let step = format!("{}.", shorten(first_sentence(&action.text), 280));
        lines.push(texts.plain("summary-action", &[("action", step.into())]));
        lines.push(texts.plain("summary-tell", &[("tell", action.tell.clone().into())]));
    }
    let rest = causes
        .iter()
        .filter(|it| it.fault.severity >= Severity::Medium && !std::ptr::eq(*it, first));
    let next: Vec<String> = rest.map(|it| texts.title(&it.fault)).collect();
    if !next.is_empty() {
        lines.push(texts.plain("summary-next", &[("titles", Texts::list(&next, MOST_NEXT).into())]));
    }
    let remarks = causes.iter().filter(|it| it.fault.severity == Severity::Low).count();
    if remarks > 0 {
        lines.push(texts.plain("summary-remarks", &[("count", remarks.into())]));
    }
}
