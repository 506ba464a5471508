//! From findings to root causes: the same fault from several agents becomes one, and faults that
//! follow from another are attached to it.

use std::collections::{BTreeMap, BTreeSet};

use deepfix_plugin::{Analysis, Severity};

use crate::{
    codes::{self, EXTERNAL, Effort, Phase},
    columns,
    findings::{self, Findings, Observed},
    graph,
    variants::{self, Outdone, Variants},
};

/// A fault with everything that says so.
#[derive(Debug, Clone)]
pub(crate) struct Fault<'a> {
    /// As reported; [`EXTERNAL`] for a code of another plugin.
    pub(crate) code: String,
    /// The reasoner's own conclusion, if it is one.
    pub(crate) own: Option<Analysis>,
    /// The analyzers' findings behind it, the one that says most first.
    pub(crate) findings: Vec<Observed<'a>>,
    pub(crate) severity: Severity,
    pub(crate) confidence: f64,
    pub(crate) phase: Phase,
    pub(crate) effort: Effort,
    /// Earlier is closer to the root.
    depth: usize,
}

impl<'a> Fault<'a> {
    fn new(code: &str, own: Option<Analysis>, mut findings: Vec<Observed<'a>>) -> Self {
        // A rule's words stand for the fault before a model's, and those of who knows it better before others.
        let outdone = Outdone::by(&findings);
        let mut ranked: Vec<(bool, Observed<'a>)> = findings.iter().map(|it| (outdone.contains(it), *it)).collect();
        ranked.sort_by(|(outdone, a), (other, b)| {
            a.of_model
                .cmp(&b.of_model)
                .then(outdone.cmp(other))
                .then(b.severity().cmp(&a.severity()))
                .then(b.verified.cmp(&a.verified))
                .then(b.confidence().total_cmp(&a.confidence()))
        });
        findings = ranked.into_iter().map(|it| it.1).collect();
        let known = codes::lookup(code);
        let (severity, confidence) = match &own {
            Some(own) => (own.finding.severity, own.finding.confidence),
            None => {
                let counting = counting(&findings);
                let worst = counting.iter().map(Observed::severity).max();
                (worst.unwrap_or(Severity::Low), together(counting))
            }
        };
        Self {
            code: code.to_owned(),
            own,
            findings,
            severity,
            confidence,
            phase: known.map_or(Phase::Tuning, |it| it.1.phase),
            effort: known.map_or(Effort::Hours, |it| it.1.effort),
            depth: known.map_or(usize::MAX, |it| it.0),
        }
    }

    /// Whether only a language model says so.
    pub(crate) fn is_models(&self) -> bool {
        self.own.is_none() && self.findings.iter().all(|it| it.of_model)
    }

    pub(crate) fn is_external(&self) -> bool {
        self.code == EXTERNAL
    }

    /// What a model suspects does not make a consequence of what a rule found.
    fn may_explain(&self, other: &Fault<'_>) -> bool {
        !self.is_models() || other.is_models()
    }

    /// The code and agent of a finding of another plugin.
    pub(crate) fn origin(&self) -> Option<(&'a str, &'a str)> {
        let lead = self.findings.first().filter(|_| self.is_external())?;
        Some((lead.agent, lead.analysis.finding.code.as_str()))
    }

    /// The findings that say what the fault is, how bad and how sure.
    pub(crate) fn counting(&self) -> &[Observed<'a>] {
        counting(&self.findings)
    }

    /// The variant that its findings are of.
    pub(crate) fn variants(&self) -> Variants {
        match &self.own {
            Some(own) => findings::variant(&own.finding.extras).map_or(Variants::Plain, Variants::Of),
            None => Variants::of(self.counting()),
        }
    }

    pub(crate) fn ids(&self) -> Vec<&'a str> {
        self.findings.iter().map(|it| it.id).collect()
    }

    /// The analysis whose texts speak for the fault.
    pub(crate) fn lead(&self) -> Option<&Analysis> {
        self.own
            .as_ref()
            .or_else(|| self.findings.first().map(|it| it.analysis))
    }
}

/// The findings that say how bad and how sure a fault is, of those in order: the rules', where there
/// are any.
fn counting<'s, 'a>(findings: &'s [Observed<'a>]) -> &'s [Observed<'a>] {
    let rules = findings.partition_point(|it| !it.of_model);
    findings.get(..rules).filter(|it| !it.is_empty()).unwrap_or(findings)
}

/// How sure several agents are together: each that agrees, by other means, removes a part of the
/// doubt.
fn together(findings: &[Observed<'_>]) -> f64 {
    let mut agents = BTreeSet::new();
    let doubt: f64 = findings
        .iter()
        .filter(|it| agents.insert(it.agent))
        .map(|it| 1.0 - it.confidence())
        .product();
    // Two agents may share a blind spot, so that no number of them is certain.
    let most = findings.iter().map(Observed::confidence).fold(0.0, f64::max);
    (1.0 - doubt).min(0.99).max(most)
}

/// A fault that follows from another.
#[derive(Debug, Clone)]
pub(crate) struct Effect<'a> {
    pub(crate) fault: Fault<'a>,
    /// The code that it follows from directly: the root, or another of its consequences.
    pub(crate) through: String,
}

/// A root cause with what follows from it.
#[derive(Debug, Clone)]
pub(crate) struct Cause<'a> {
    pub(crate) fault: Fault<'a>,
    pub(crate) effects: Vec<Effect<'a>>,
}

impl Cause<'_> {
    /// Consequences that would be faults by themselves. One that only a model sees makes nothing worse.
    pub(crate) fn serious_effects(&self) -> usize {
        self.effects
            .iter()
            .filter(|it| it.fault.severity >= Severity::Medium && !it.fault.is_models())
            .count()
    }

    fn worst(&self) -> Severity {
        self.effects
            .iter()
            .filter(|it| !it.fault.is_models())
            .map(|it| it.fault.severity)
            .fold(self.fault.severity, Severity::max)
    }
}

/// Groups findings by fault: the reasoner's own conclusions with the findings that they
/// contain, then the analyzers' codes, then the findings of other plugins one by one.
pub(crate) fn faults<'a>(
    own: Vec<(Analysis, Vec<&'static str>)>,
    findings: &Findings<'a>,
    ruled_out: &BTreeSet<String>,
) -> Vec<Fault<'a>> {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut faults = Vec::new();
    for (analysis, merges) in own {
        let code = analysis.finding.code.clone();
        let parts: Vec<Observed<'a>> = findings
            .all()
            .iter()
            .filter(|it| (it.code() == code || merges.contains(&it.code())) && !used.contains(it.id))
            .copied()
            .collect();
        used.extend(parts.iter().map(|it| it.id));
        faults.push(Fault::new(&code, Some(analysis), parts));
    }
    let mut by_code: Vec<(&str, Vec<Observed<'a>>)> = Vec::new();
    for finding in findings.all() {
        if used.contains(finding.id) || ruled_out.contains(finding.id) {
            continue;
        }
        let code: &'a str = &finding.analysis.finding.code;
        // Another plugin cannot say "healthy" for the experiment.
        if codes::lookup(code).is_none() || [codes::HEALTHY, codes::POOR, codes::NOT_EXAMINED].contains(&code) {
            faults.push(Fault::new(EXTERNAL, None, vec![*finding]));
            continue;
        }
        match by_code.iter_mut().find(|(it, _)| *it == code) {
            Some((_, parts)) => parts.push(*finding),
            None => by_code.push((code, vec![*finding])),
        }
    }
    faults.extend(by_code.into_iter().map(|(code, parts)| Fault::new(code, None, parts)));
    faults
}

/// Attaches consequences to causes; `label` is the name of the label, where it is known. What is left over is a root.
pub(crate) fn assemble<'a>(mut faults: Vec<Fault<'a>>, label: Option<&str>) -> Vec<Cause<'a>> {
    faults.sort_by_key(|it| it.depth);
    let mut open: Vec<Option<Fault<'a>>> = faults.into_iter().map(Some).collect();
    let mut causes = Vec::new();
    while let Some(place) = next_root(&open) {
        let Some(fault) = open.get_mut(place).and_then(Option::take) else {
            break;
        };
        let effects = if fault.is_external() {
            Vec::new()
        } else {
            collect_effects(&fault, &mut open, label)
        };
        causes.push(Cause { fault, effects });
    }
    causes.sort_by(|a, b| {
        b.worst()
            .cmp(&a.worst())
            .then(b.fault.severity.cmp(&a.fault.severity))
            .then(a.fault.phase.cmp(&b.fault.phase))
            .then(b.fault.confidence.total_cmp(&a.fault.confidence))
            .then(a.fault.depth.cmp(&b.fault.depth))
    });
    causes
}

/// Keeps the worst findings of each other plugin; the causes are in order.
pub(crate) fn limit_external(causes: &mut Vec<Cause<'_>>, most: usize) {
    let mut kept: BTreeMap<&str, usize> = BTreeMap::new();
    causes.retain(|cause| {
        let Some((agent, _)) = cause.fault.origin() else {
            return true;
        };
        let count = kept.entry(agent).or_default();
        *count += 1;
        *count <= most
    });
}

/// The first fault that no other one explains better: of two that explain each other the worse
/// one goes first.
fn next_root(open: &[Option<Fault<'_>>]) -> Option<usize> {
    let rest: Vec<(usize, &Fault<'_>)> = open
        .iter()
        .enumerate()
        .filter_map(|(place, it)| it.as_ref().map(|it| (place, it)))
        .collect();
    let is_weaker_of_two = |fault: &Fault<'_>| {
        rest.iter().any(|(_, other)| {
            other.severity > fault.severity
                && other.may_explain(fault)
                && graph::leads_to(&other.code, &fault.code)
                && graph::leads_to(&fault.code, &other.code)
        })
    };
    rest.iter()
        .find(|(_, it)| !is_weaker_of_two(it))
        .or(rest.first())
        .map(|(place, _)| *place)
}

fn collect_effects<'a>(root: &Fault<'a>, open: &mut [Option<Fault<'a>>], label: Option<&str>) -> Vec<Effect<'a>> {
    let mut effects: Vec<Effect<'a>> = Vec::new();
    let mut frontier = vec![root.clone()];
    while let Some(cause) = frontier.pop() {
        for slot in open.iter_mut() {
            let follows = slot.as_ref().is_some_and(|it| {
                !it.is_external()
                    && cause.may_explain(it)
                    && (graph::explains((&cause.code, cause.severity), (&it.code, it.severity))
                        || variants::tells_again(&cause, it))
                    && columns::allow(&cause, it)
                    && variants::allow(&cause, it, label)
            });
            if follows && let Some(fault) = slot.take() {
                frontier.push(fault.clone());
                effects.push(Effect {
                    fault,
                    through: cause.code.clone(),
                });
            }
        }
    }
    effects.sort_by(|a, b| {
        b.fault
            .severity
            .cmp(&a.fault.severity)
            .then(a.fault.depth.cmp(&b.fault.depth))
    });
    effects
}
