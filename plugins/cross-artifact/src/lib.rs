//! The built-in cross-artifact component: it looks at what all analyzers found and at the
//! artifacts themselves, tells root causes from symptoms, drops what another artifact
//! contradicts, and says what to do in which order.
//!
//! The way of a diagnosis: `rules` find the faults that no artifact shows alone;
//! `contradictions` drops what they refute; `causes` groups what is left along the `graph` of
//! consequences; `steps`, `actions`, `analyses`, `extent`, `summary` and `outputs` put it into words. The
//! structured outputs are described in `docs/diagnosis.md`.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod actions;
mod analyses;
mod causes;
mod codes;
mod columns;
mod contradictions;
mod experiment;
mod extent;
mod findings;
mod graph;
mod outputs;
mod places;
mod poor;
mod rules;
mod shares;
mod steps;
mod summary;
mod texts;
mod variants;

use std::collections::BTreeSet;

use deepfix_plugin::{
    AgentOutcome, Analysis, ArtifactKind, Calibration, Capability, Catalogue, Context, Description, Draft, Error,
    Outcome, Reasoner, Report, Reporter, Severity, ask::synthesise,
};

pub use codes::{EXTERNAL, HEALTHY, NOT_EXAMINED, POOR};
pub use texts::NAMES;

use causes::Cause;
use contradictions::RuledOut;
use experiment::Experiment;
use extent::Extent;
use findings::Findings;
use rules::{Case, Conclusion};
use summary::Verdict;
use texts::Texts;

/// The texts of the reasoner's own findings, summary and structured outputs.
pub const CATALOGUE: Catalogue = Catalogue {
    english: include_str!("../locales/en.ftl"),
    french: include_str!("../locales/fr.ftl"),
};

/// How often findings are right, by the strength of their evidence.
pub const CALIBRATION: Calibration = Calibration::of(include_str!("../calibration.txt"));

/// More root causes than this are a list, not a diagnosis.
const MOST_CAUSES: usize = 40;

/// Remarks that are named where they may be why a model is poor.
const MOST_REMARKS: usize = 3;

/// Root causes that one other plugin may add: with more it would crowd out everybody else's. Its
/// own result in the response holds all of them.
const MOST_EXTERNAL: usize = 10;

/// Looks across the findings of all analyzers.
pub struct CrossArtifactReasoner;

impl Reasoner for CrossArtifactReasoner {
    fn describe() -> Description {
        Description::new(
            "CrossArtifactReasoningAgent",
            env!("CARGO_PKG_VERSION"),
            "Joins the findings of all analyzers: root causes before symptoms, contradictions resolved, one ranked list of actions.",
        )
        .reads(ArtifactKind::Dataset)
        .reads(ArtifactKind::Deepchecks)
        .reads(ArtifactKind::ModelCheckpoint)
        .reads(ArtifactKind::Training)
        .codes(codes::all())
        .wants(Capability::Knowledge)
        .wants(Capability::Llm)
    }

    fn reason(cx: &Context<'_>, outcomes: &[AgentOutcome]) -> Result<Report, Error> {
        let experiment = Experiment::read(cx);
        let findings = Findings::of(outcomes);
        let case = Case {
            experiment: &experiment,
            findings: &findings,
            language: cx.language(),
        };
        let texts = Texts {
            language: cx.language(),
        };

        let conclusions = rules::run(&case);
        let ruled_out = contradictions::rule_out(&case, &conclusions);
        let notes = contradictions::notes(&case);
        let label = experiment.dataset.as_ref().and_then(|it| it.label.as_ref());
        let label = label.map(|it| it.name.as_str());
        let causes = causes(cx, conclusions, &findings, &ruled_out, label);
        let extent = Extent::of(&case, outcomes);
        let checked = extent::checked(&case, outcomes);

        let mut analyses: Vec<Analysis> = causes
            .iter()
            .filter_map(|it| analyses::analysis(cx, it, &notes, &texts))
            .collect();
        let why = extent::why_nothing(&case, &extent);
        let titles: Vec<String> = causes.iter().map(|it| texts.title(&it.fault)).collect();
        let poor = poor::find(&experiment, &Texts::list(&titles, MOST_REMARKS));
        let verdict = verdict(&causes, outcomes, &checked, &why, poor.is_some());
        match &verdict {
            Verdict::Faulty(_) => {}
            Verdict::Healthy { checked, .. } => {
                let draft = Draft::new(HEALTHY, Severity::Low, health(&extent)).arg("checked", *checked);
                analyses.splice(0..0, own(cx, vec![draft]));
            }
            Verdict::Poor { checked, .. } => {
                let draft = poor.map(|it| it.arg("checked", *checked));
                analyses.splice(0..0, own(cx, draft.into_iter().collect()));
            }
            Verdict::Unknown { why } => {
                analyses.extend(own(
                    cx,
                    vec![Draft::new(NOT_EXAMINED, Severity::Low, 1.0).arg("why", *why)],
                ));
            }
        }
        let plan = actions::plan(&causes, &texts);
        let summary = summary::write(&verdict, &plan, &ruled_out, &extent, &texts);
        let extras = outputs::write(&causes, &plan, &ruled_out, &extent, &summary, &texts);
        let report = Report {
            analyses,
            summary,
            extras,
        };
        Ok(synthesise(cx, "CrossArtifactReasoningAgent", report))
    }
}

fn own(cx: &Context<'_>, drafts: Vec<Draft>) -> Vec<Analysis> {
    let mut reporter = Reporter::new(cx, &CATALOGUE).calibrated(&CALIBRATION);
    for draft in drafts {
        reporter.add(draft);
    }
    reporter.finish_in_order("").analyses
}

fn causes<'a>(
    cx: &Context<'_>,
    conclusions: Vec<Conclusion>,
    findings: &Findings<'a>,
    ruled_out: &[RuledOut],
    label: Option<&str>,
) -> Vec<Cause<'a>> {
    let dropped: BTreeSet<String> = ruled_out.iter().flat_map(|it| it.findings.iter().cloned()).collect();
    let (drafts, merges): (Vec<_>, Vec<_>) = conclusions.into_iter().map(|it| (it.draft, it.merges)).unzip();
    let own = own(cx, drafts).into_iter().zip(merges).collect();
    let mut causes = causes::assemble(causes::faults(own, findings, &dropped), label);
    causes::limit_external(&mut causes, MOST_EXTERNAL);
    causes.truncate(MOST_CAUSES);
    causes
}

fn verdict<'a>(
    causes: &'a [Cause<'a>],
    outcomes: &[AgentOutcome],
    checked: &'a str,
    why: &'a str,
    poor: bool,
) -> Verdict<'a> {
    if causes.iter().any(|it| it.fault.severity >= Severity::Medium) {
        return Verdict::Faulty(causes);
    }
    let answered = outcomes
        .iter()
        .any(|it| matches!(it.outcome, Outcome::Completed { .. }));
    let remarks = causes.len();
    if answered && !checked.is_empty() {
        if poor {
            Verdict::Poor { checked, causes }
        } else {
            Verdict::Healthy { checked, remarks }
        }
    } else if causes.is_empty() {
        Verdict::Unknown { why }
    } else {
        Verdict::Faulty(causes)
    }
}

/// How sure "healthy" is: the less was there to look at, the less.
fn health(extent: &Extent) -> f64 {
    (0.9 - 0.12 * extent.missing.len() as f64 - 0.2 * extent.failed.len() as f64).max(0.3)
}

deepfix_plugin::export_reasoner!(CrossArtifactReasoner);

#[cfg(test)]
mod tests;
