//! The response as the template wants it: texts without control characters, figures drawn.

mod figures;
mod findings;
mod parts;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use deepfix_core::{AnalyseResponse, Figures, Severity, WireFinding};
use serde_json::Value as Json;

use crate::{Content, Labels, words::Words};
use findings::Maker;
use parts::{AgentRow, Cause, Citation, Finding, Group, Link, Remark, Step, Symptom};

pub(crate) struct View {
    pub words: &'static Words,
    pub labels: &'static Labels,
    pub title: String,
    /// `high`, `medium`, `low` or `none`, which means healthy: the class of the banner.
    pub worst: &'static str,
    pub verdict: &'static str,
    pub summary: String,
    pub causes_title: &'static str,
    pub causes: Vec<Cause>,
    pub steps: Vec<Step>,
    pub groups: Vec<Group>,
    pub ruled_out: Vec<Remark>,
    pub not_examined: Vec<Remark>,
    pub warnings: Vec<String>,
    pub agents: Vec<AgentRow>,
    pub citations: Vec<Citation>,
    pub layers: Vec<figures::Layer>,
    pub counts: [usize; 3],
    /// Whether there is a curve that a script draws.
    pub has_numbers: bool,
}

/// A text without characters that act: controls, and those that turn the direction of writing, with
/// which a name could pass for another.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if acts(c) { '\u{fffd}' } else { c }).collect()
}

/// Whether a character does something else than to stand there.
pub(crate) fn acts(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    turns || (c.is_control() && c != '\n')
}

/// An id of the response as one of the page: letters, digits and hyphens.
fn anchor(prefix: &str, id: &str) -> String {
    let safe = id
        .chars()
        .take(120)
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' });
    format!("{prefix}-{}", safe.collect::<String>())
}

impl View {
    pub(crate) fn of(response: &AnalyseResponse, language: &str) -> Self {
        let (labels, words) = (Labels::of(language), Words::of(language));
        let content = Content::of(response);
        let figures: Figures = response
            .additional_outputs
            .get("figures")
            .and_then(|it| serde_json::from_value(it.clone()).ok())
            .unwrap_or_default();
        let maker = Maker { words, labels, figures };
        let analyzers = response.analyzers();
        let codes: BTreeMap<&str, &str> = analyzers
            .iter()
            .flat_map(|(_, it)| &it.analysis)
            .map(|it| (it.findings.id.as_str(), it.findings.code.as_str()))
            .collect();
        let links = |ids: &[&str]| -> Vec<Link> {
            let known = ids.iter().filter_map(|id| Some((id, codes.get(id)?)));
            known
                .map(|(id, code)| Link {
                    anchor: anchor("f", id),
                    text: clean(&format!("{code} ({})", id.split('/').next().unwrap_or_default())),
                })
                .collect()
        };
        let causes: Vec<Cause> = content
            .root_causes
            .iter()
            .map(|it| Cause {
                finding: maker.finding(it.analysis, "c", true),
                title: clean(it.title),
                step: it.step,
                behind: links(&it.findings),
                symptoms: it
                    .symptoms
                    .iter()
                    .map(|it| Symptom {
                        code: clean(it.code),
                        why: clean(it.why),
                        // The code stands beside it already.
                        links: links(&it.findings)
                            .into_iter()
                            .zip(&it.findings)
                            .map(|(link, id)| Link {
                                text: clean(id.split('/').next().unwrap_or_default()),
                                ..link
                            })
                            .collect(),
                    })
                    .collect(),
            })
            .collect();
        // A figure that stands beside its root cause is not drawn twice.
        let drawn: BTreeSet<&str> = content
            .root_causes
            .iter()
            .flat_map(|it| it.findings.iter().copied())
            .collect();
        let worst = content.root_causes.iter().map(|it| it.analysis.findings.severity).max();
        let examined = response.examined();
        let reasoner = response.reasoner().map(|it| it.agent_name.as_str());
        let concluded = !response.failed().any(|it| Some(it) == reasoner);
        let [low, medium, high] = words.verdicts;
        let mut view = Self {
            has_numbers: false,
            title: clean(&content.title),
            worst: match worst {
                Some(it) => it.as_str(),
                None if !examined || !concluded => "low",
                None => "none",
            },
            verdict: match worst {
                Some(Severity::High) => high,
                Some(Severity::Medium) => medium,
                Some(Severity::Low) => low,
                None if !examined => words.not_examined,
                None if !concluded => words.not_concluded,
                None => words.healthy,
            },
            summary: clean(content.summary),
            causes_title: labels.causes_title(content.only_remarks),
            steps: content
                .actions
                .iter()
                .map(|it| Step {
                    action: clean(it.action),
                    how_to_tell: clean(it.how_to_tell),
                    effort: words.effort_of(it.effort),
                    effect: maker.severity_word(it.effect),
                    cause: causes
                        .iter()
                        .find(|cause| cause.finding.code == it.root_cause)
                        .map(|cause| Link {
                            anchor: cause.finding.anchor.clone(),
                            text: if cause.title.is_empty() {
                                clean(it.root_cause)
                            } else {
                                cause.title.clone()
                            },
                        }),
                })
                .collect(),
            groups: analyzers
                .iter()
                .map(|(name, result)| Group {
                    agent: clean(name),
                    summary: clean(text(&result.additional_outputs, "summary")),
                    findings: result
                        .analysis
                        .iter()
                        .map(|it| Finding {
                            told: told(&content, &causes, &it.findings),
                            ..maker.finding(it, "f", !drawn.contains(it.findings.id.as_str()))
                        })
                        .collect(),
                })
                .collect(),
            ruled_out: remarks(&content.ruled_out),
            not_examined: remarks(&content.not_examined),
            warnings: content.warnings.iter().map(|it| clean(it)).collect(),
            agents: tables::agents(response, words),
            citations: tables::citations(response, analyzers),
            layers: figures::layers(analyzers),
            counts: [Severity::High, Severity::Medium, Severity::Low].map(|severity| {
                let all = analyzers.iter().flat_map(|(_, it)| &it.analysis);
                all.filter(|it| it.findings.severity == severity).count()
            }),
            causes,
            labels,
            words,
        };
        let of_causes = view.causes.iter_mut().map(|it| &mut it.finding);
        let findings = of_causes.chain(view.groups.iter_mut().flat_map(|it| &mut it.findings));
        view.has_numbers = figures::fit(findings.flat_map(|it| &mut it.figures));
        view
    }
}

/// The root cause under whose code a finding stands above already: what it says is said there.
fn told(content: &Content<'_>, causes: &[Cause], finding: &WireFinding) -> Option<Link> {
    let both = content.root_causes.iter().zip(causes);
    let (_, cause) = both
        .filter(|(root, _)| root.findings.contains(&finding.id.as_str()))
        .find(|(root, _)| root.analysis.findings.code == finding.code)?;
    Some(Link {
        anchor: cause.finding.anchor.clone(),
        text: if cause.title.is_empty() {
            cause.finding.code.clone()
        } else {
            cause.title.clone()
        },
    })
}

fn text<'a>(members: &'a serde_json::Map<String, Json>, name: &str) -> &'a str {
    members.get(name).and_then(Json::as_str).unwrap_or_default()
}

fn remarks(notes: &[crate::Note<'_>]) -> Vec<Remark> {
    notes
        .iter()
        .map(|it| Remark {
            what: clean(&it.what),
            why: clean(it.why),
            send: clean(it.send),
        })
        .collect()
}
