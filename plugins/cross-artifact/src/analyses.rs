//! Turns root causes into the report's analyses.

use std::collections::BTreeSet;

use deepfix_plugin::{Analysis, Context, Fact, Finding, Query, Recommendation, Severity};
use serde_json::{Value as Json, json};

use crate::{
    causes::{Cause, Fault},
    contradictions::Note,
    steps::steps,
    texts::{Texts, capital, shorten},
};

/// Facts per analysis; the rest stays with the analyzers.
const MOST_FACTS: usize = 16;
/// Characters of another finding's evidence.
const MOST_EVIDENCE: usize = 400;
/// Findings of the same by the same agent that lend their evidence, beside the first.
const MOST_OWN: usize = 2;
/// Consequences that lend their evidence.
const MOST_EFFECTS: usize = 2;
/// Citations per analysis, as many as an analyzer gives.
const CITATIONS: u32 = 2;

/// The analysis of one root cause.
pub(crate) fn analysis(cx: &Context<'_>, cause: &Cause<'_>, notes: &[Note], texts: &Texts) -> Option<Analysis> {
    let fault = &cause.fault;
    let lead = fault.lead()?;
    let finding = Finding {
        code: fault.code.clone(),
        description: description(cause, lead, notes, texts),
        evidence: evidence(cause, lead, texts),
        facts: facts(cause),
        severity: fault.severity,
        confidence: fault.confidence,
        extras: extras(fault, lead),
    };
    let action: Vec<String> = steps(fault, texts).into_iter().map(|it| it.text).collect();
    let confidence = lead.recommendation.confidence;
    let citations = match &fault.own {
        Some(own) => own.recommendation.citations.clone(),
        None => cite(cx, &fault.code),
    };
    let recommendation = Recommendation {
        action: action.join(" "),
        rationale: lead.recommendation.rationale.clone(),
        confidence: if confidence.is_finite() {
            confidence.clamp(0.0, 1.0)
        } else {
            0.0
        },
        citations,
    };
    Some(Analysis {
        finding,
        recommendation,
    })
}

fn description(cause: &Cause<'_>, lead: &Analysis, notes: &[Note], texts: &Texts) -> String {
    let own = shorten(&lead.finding.description, 1000);
    let mut text = match cause.fault.origin() {
        Some((agent, code)) => texts.plain(
            "external-description",
            &[
                ("agent", shorten(agent, 60).into()),
                ("code", shorten(code, 80).into()),
                ("description", own.into()),
            ],
        ),
        None => own,
    };
    for note in notes.iter().filter(|it| it.code == cause.fault.code) {
        text.push(' ');
        text.push_str(&note.text);
    }
    if !cause.effects.is_empty() {
        let titles: Vec<String> = cause.effects.iter().map(|it| texts.title(&it.fault)).collect();
        text.push(' ');
        text.push_str(&texts.plain("also-explains", &[("effects", Texts::list(&titles, 4).into())]));
    }
    if cause.fault.own.is_none() && cause.fault.findings.first().is_some_and(|it| !it.verified) {
        text.push(' ');
        text.push_str(&texts.plain("note-unverified", &[]));
    }
    text
}

/// The decisive numbers: of the cause itself, of the agents that found the same, and of its
/// worst consequences.
fn evidence(cause: &Cause<'_>, lead: &Analysis, texts: &Texts) -> String {
    let mut parts = vec![shorten(&lead.finding.evidence, 1000)];
    let mut agents: BTreeSet<&str> = BTreeSet::new();
    // Merged findings are quoted by the own conclusion's texts.
    let others = if cause.fault.own.is_some() {
        &[]
    } else {
        cause.fault.findings.get(1..).unwrap_or_default()
    };
    let first = cause.fault.findings.first().map_or("", |it| it.agent);
    for other in others {
        if other.analysis.finding.evidence.is_empty() {
            continue;
        }
        // The agent itself found the same elsewhere: the label beside the features.
        if other.agent == first && !other.of_model && parts.len() <= MOST_OWN {
            parts.push(shorten(&other.analysis.finding.evidence, MOST_EVIDENCE));
        } else if other.agent != first && agents.insert(other.agent) {
            let evidence = shorten(&other.analysis.finding.evidence, MOST_EVIDENCE);
            let args = [
                ("agent", shorten(other.agent, 60).into()),
                ("evidence", evidence.into()),
            ];
            parts.push(texts.plain("also-reported", &args));
        }
    }
    let serious = cause.effects.iter().filter(|it| it.fault.severity >= Severity::Medium);
    for effect in serious.take(MOST_EFFECTS) {
        if let Some(lead) = effect.fault.lead().filter(|it| !it.finding.evidence.is_empty()) {
            let title = capital(&texts.title(&effect.fault));
            let evidence = shorten(&lead.finding.evidence, MOST_EVIDENCE);
            parts.push(texts.plain(
                "effect-evidence",
                &[("title", title.into()), ("evidence", evidence.into())],
            ));
        }
    }
    parts.retain(|it| !it.is_empty());
    parts.join(" ")
}

/// The values behind the evidence, each place once. Facts of a finding that the host could not
/// confirm are left to the analyzer.
fn facts(cause: &Cause<'_>) -> Vec<Fact> {
    let of = |fault: &Fault<'_>| -> Vec<Fact> {
        let own = fault.own.iter().flat_map(|it| it.finding.facts.clone());
        let verified = fault.findings.iter().filter(|it| it.verified);
        own.chain(verified.flat_map(|it| it.analysis.finding.facts.clone()))
            .collect()
    };
    let mut all = of(&cause.fault);
    for effect in cause.effects.iter().filter(|it| it.fault.severity >= Severity::Medium) {
        all.extend(of(&effect.fault));
    }
    let mut kept: Vec<Fact> = Vec::new();
    for fact in all {
        let known = kept.iter().any(|it| match (&it.source, &fact.source) {
            (Some(a), Some(b)) => a == b,
            _ => it.label == fact.label && it.value == fact.value,
        });
        if !known && kept.len() < MOST_FACTS {
            kept.push(fact);
        }
    }
    kept
}

fn extras(fault: &Fault<'_>, lead: &Analysis) -> String {
    match fault.origin() {
        Some((agent, code)) => json!({"agent": agent, "code": code, "finding": fault.ids().first()}).to_string(),
        None if fault.own.is_some() => lead.finding.extras.clone(),
        None => match models_note(fault) {
            Some(note) => json!({"findings": fault.ids(), "llm": note}).to_string(),
            None => json!({"findings": fault.ids()}).to_string(),
        },
    }
}

/// What the host says of a finding that a language model alone has made: it stays with it.
fn models_note(fault: &Fault<'_>) -> Option<Json> {
    let note = |it: &str| serde_json::from_str::<Json>(it).ok()?.get("llm").cloned();
    let mut notes = fault.findings.iter().map(|it| {
        let note = note(&it.analysis.finding.extras)?;
        (note.get("origin").and_then(Json::as_str) == Some("finding")).then_some(note)
    });
    let first = notes.next()??;
    notes.all(|it| it.is_some()).then_some(first)
}

/// Passages about a code, searched in the words that analyzers use.
fn cite(cx: &Context<'_>, code: &str) -> Vec<String> {
    let query = Query {
        text: format!("{} what to try first", code.replace(['.', '_'], " ")),
        domain: None,
        code: Some(code.to_owned()),
        limit: CITATIONS,
    };
    cx.search(&query).into_iter().map(|it| it.id).collect()
}
