//! What was looked at, and what could not be.

use std::collections::BTreeSet;

use deepfix_plugin::{AgentOutcome, ArtifactKind, Error, Language, Outcome};
use deepfix_views::{dataset::Which, training::Params};
use serde_json::{Map, Value as Json, json};

use crate::{
    experiment::KINDS,
    rules::{Case, spread, updates},
    texts::shorten,
};

/// More entries are of no use to anyone.
const MOST_GAPS: usize = 40;
/// Characters of a text that comes from another plugin.
const MOST_TEXT: usize = 300;

/// The agents that are there for one kind of artifact: that it was skipped says no more than
/// that the artifact is missing.
const BUILT_IN: [(&str, ArtifactKind); 4] = [
    ("DatasetArtifactsAnalyzer", ArtifactKind::Dataset),
    ("DeepchecksArtifactsAnalyzer", ArtifactKind::Deepchecks),
    ("ModelCheckpointArtifactsAnalyzer", ArtifactKind::ModelCheckpoint),
    ("TrainingArtifactsAnalyzer", ArtifactKind::Training),
];

/// The name of a kind in text ids.
fn name(kind: ArtifactKind) -> &'static str {
    match kind {
        ArtifactKind::Dataset => "dataset",
        ArtifactKind::Deepchecks => "deepchecks",
        ArtifactKind::ModelCheckpoint => "checkpoint",
        ArtifactKind::Training => "training",
    }
}

/// What could not be looked at.
#[derive(Debug, Default)]
pub(crate) struct Extent {
    /// Kinds of artifacts that the request lacks, as words.
    pub(crate) missing: Vec<String>,
    /// Agents that failed.
    pub(crate) failed: Vec<String>,
    /// Limits of the diagnosis, one line each.
    pub(crate) constraints: Vec<String>,
    not_examined: Vec<Json>,
    agents_failed: Vec<Json>,
}

impl Extent {
    /// Collects the gaps of the request, of the reasoner's own rules, and of all agents.
    pub(crate) fn of(case: &Case<'_>, outcomes: &[AgentOutcome]) -> Self {
        let mut extent = Self::default();
        for kind in KINDS.into_iter().filter(|it| !case.experiment.present.contains(it)) {
            let id = name(kind);
            extent.missing.push(case.text(&format!("kind-{id}"), &[]));
            extent.gap(case, &format!("kind-{id}"), &format!("missing-{id}"));
        }
        for id in own_gaps(case) {
            extent.gap(case, id, id);
        }
        for outcome in outcomes {
            extent.agent(case, outcome);
        }
        extent.not_examined.truncate(MOST_GAPS);
        let unverified = case.findings.all().iter().filter(|it| !it.verified).count();
        if unverified > 0 {
            extent
                .constraints
                .push(case.text("constraint-unverified", &[("count", unverified.into())]));
        }
        extent
    }

    fn gap(&mut self, case: &Case<'_>, what: &str, id: &str) {
        let what = case.text(what, &[]);
        let why = case.text(&format!("{id}-why"), &[]);
        let args = [
            ("what", crate::texts::capital(&what).into()),
            ("why", why.clone().into()),
        ];
        self.constraints.push(case.text("constraint-gap", &args));
        self.not_examined
            .push(json!({"what": what, "why": why, "send": case.text(&format!("{id}-send"), &[])}));
    }

    fn agent(&mut self, case: &Case<'_>, outcome: &AgentOutcome) {
        let agent = shorten(&outcome.agent, MOST_TEXT);
        let mut entry = |why: &str, reason: &str, send: &str| {
            let why = case.text(why, &[("reason", reason.into())]);
            self.not_examined
                .push(json!({"what": agent, "why": why, "send": case.text(send, &[]), "agent": agent}));
        };
        match &outcome.outcome {
            Outcome::Completed { extras, .. } => self.inherit(&agent, extras),
            Outcome::Failed(error) => {
                let reason = failure(case, error);
                entry("agent-failed", &reason, "agent-failed-send");
                self.agents_failed.push(json!({"agent": agent, "why": reason}));
                let args = [("agent", agent.clone().into()), ("reason", reason.into())];
                self.constraints.push(case.text("constraint-failed", &args));
                self.failed.push(agent);
            }
            Outcome::Skipped(reason) => {
                let lacks = BUILT_IN
                    .iter()
                    .any(|(name, kind)| *name == outcome.agent && !case.experiment.present.contains(kind));
                if !lacks {
                    entry("agent-skipped", &shorten(reason, MOST_TEXT), "agent-skipped-send");
                }
            }
        }
    }

    /// Takes over what an agent says that it could not look at.
    fn inherit(&mut self, agent: &str, extras: &str) {
        for gap in list(extras, "not_examined") {
            let Json::Object(gap) = gap else { continue };
            let mut entry = Map::new();
            for key in ["what", "why", "send"] {
                let value = match gap.get(key) {
                    Some(Json::String(text)) => json!(shorten(text, MOST_TEXT)),
                    Some(Json::Array(items)) => {
                        json!(
                            items
                                .iter()
                                .filter_map(Json::as_str)
                                .map(|it| shorten(it, 100))
                                .take(40)
                                .collect::<Vec<_>>()
                        )
                    }
                    _ => json!(""),
                };
                entry.insert(key.to_owned(), value);
            }
            entry.insert("agent".to_owned(), json!(agent));
            self.not_examined.push(Json::Object(entry));
        }
    }

    pub(crate) fn not_examined(&self) -> Json {
        json!(self.not_examined)
    }

    pub(crate) fn agents_failed(&self) -> Json {
        json!(self.agents_failed)
    }
}

/// Why an agent failed: the kind in the language of the request, the message as it is, since
/// it is for the operator.
fn failure(case: &Case<'_>, error: &Error) -> String {
    let (kind, message) = match error {
        Error::NotFound(it) => ("not-found", it),
        Error::Invalid(it) => ("invalid", it),
        Error::Denied(it) => ("denied", it),
        Error::BudgetExceeded(it) => ("budget-exceeded", it),
        Error::TimedOut(it) => ("timed-out", it),
        Error::Unavailable(it) => ("unavailable", it),
        Error::Internal(it) => ("internal", it),
    };
    let message = shorten(message, MOST_TEXT);
    case.text(&format!("failure-{kind}"), &[("message", message.into())])
}

/// A list in an agent's extras, whatever else is there.
fn list(extras: &str, key: &str) -> Vec<Json> {
    match serde_json::from_str::<Json>(extras) {
        Ok(Json::Object(mut members)) => match members.remove(key) {
            Some(Json::Array(items)) => items,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Rules of the reasoner that had not enough to look at, although the artifacts are there.
fn own_gaps(case: &Case<'_>) -> Vec<&'static str> {
    let experiment = case.experiment;
    let mut gaps = Vec::new();
    let network = !experiment.grows_trees();
    if let (Some(data), Some(training)) = (&experiment.dataset, &experiment.training)
        && network
    {
        if spread(data).is_none() && training.architecture(Params::feature_scaling).is_none() {
            gaps.push("gap-scales");
        }
        if training.points() > 0 && updates(case).is_none() {
            gaps.push("gap-updates");
        }
    }
    if let (Some(_), Some(checkpoint)) = (&experiment.dataset, &experiment.checkpoint)
        && (experiment.classes().is_none()
            || (checkpoint.output_size().is_none() && checkpoint.config.outputs().is_none()))
        && !checkpoint.config.is_regression()
        && experiment.task() != deepfix_views::training::Task::Regression
    {
        gaps.push("gap-outputs");
    }
    gaps
}

/// What was looked at, as one phrase with a number or two per artifact.
pub(crate) fn checked(case: &Case<'_>, outcomes: &[AgentOutcome]) -> String {
    let mut parts = Vec::new();
    for kind in KINDS.into_iter().filter(|it| case.experiment.present.contains(it)) {
        // Present but read by nobody is not looked at.
        let read = outcomes
            .iter()
            .any(|it| it.artifacts.contains(&kind) && matches!(it.outcome, Outcome::Completed { .. }));
        if read && has_content(case, kind, outcomes) {
            parts.push(phrase(case, kind, outcomes));
        }
    }
    // French sets a space before the semicolon.
    parts.join(if case.language == Language::French { " ; " } else { "; " })
}

/// Whether there was anything in an artifact to look at: a name without statistics, a suite without results
/// and parameters without curves show nothing of an experiment's health.
fn has_content(case: &Case<'_>, kind: ArtifactKind, outcomes: &[AgentOutcome]) -> bool {
    let by_others = outcomes.iter().any(|it| {
        let known = BUILT_IN.iter().any(|(name, _)| *name == it.agent);
        !known && it.artifacts.contains(&kind) && matches!(it.outcome, Outcome::Completed { .. })
    });
    let experiment = case.experiment;
    by_others
        || match kind {
            ArtifactKind::Dataset => experiment
                .dataset
                .as_ref()
                .is_none_or(|it| it.train.is_some() || it.test.is_some()),
            ArtifactKind::Deepchecks => checks_that_ran(outcomes) > 0,
            ArtifactKind::ModelCheckpoint => experiment.checkpoint.as_ref().is_none_or(|it| {
                let parameters = it.hyperparameters.as_object().is_some_and(|it| !it.is_empty());
                it.sound().is_some() || parameters || it.config.is_present()
            }),
            ArtifactKind::Training => experiment.training.as_ref().is_none_or(|it| it.points() > 0),
        }
}

fn checks_that_ran(outcomes: &[AgentOutcome]) -> usize {
    outcomes
        .iter()
        .filter(|it| it.artifacts.contains(&ArtifactKind::Deepchecks))
        .map(|it| match &it.outcome {
            Outcome::Completed { extras, .. } => list(extras, "checked").len(),
            _ => 0,
        })
        .max()
        .unwrap_or(0)
}

fn phrase(case: &Case<'_>, kind: ArtifactKind, outcomes: &[AgentOutcome]) -> String {
    let experiment = case.experiment;
    match kind {
        ArtifactKind::Dataset => dataset(case),
        ArtifactKind::Deepchecks => case.text("checked-deepchecks", &[("count", checks_that_ran(outcomes).into())]),
        ArtifactKind::ModelCheckpoint => match experiment.checkpoint.as_ref().and_then(|it| it.sound()) {
            Some((header, _)) => case.text("checked-checkpoint", &[("tensors", header.tensors.len().into())]),
            None => case.text("checked-checkpoint-plain", &[]),
        },
        ArtifactKind::Training => training(case, outcomes).unwrap_or_else(|| case.text("checked-training-plain", &[])),
    }
}

fn dataset(case: &Case<'_>) -> String {
    let Some(data) = &case.experiment.dataset else {
        return case.text("checked-dataset-plain", &[]);
    };
    let rows = |which| data.rows(which).map_or(0, |it| it.count as u64);
    let (train, test, features) = (rows(Which::Train), rows(Which::Test), data.features().count());
    let id = match (train, test) {
        _ if features == 0 => "checked-dataset-plain",
        (0, _) => "checked-dataset-plain",
        (_, 0) => "checked-dataset-train",
        _ => "checked-dataset",
    };
    case.text(
        id,
        &[
            ("rows", train.into()),
            ("test", test.into()),
            ("features", features.into()),
        ],
    )
}

/// The number of points of the curves as they were logged, as their analyzer counts it; curves average the rows of long
/// logs.
fn logged_points(outcomes: &[AgentOutcome]) -> Option<u64> {
    outcomes.iter().find_map(|it| match &it.outcome {
        Outcome::Completed { extras, .. } if it.artifacts.contains(&ArtifactKind::Training) => {
            let extras: Json = serde_json::from_str(extras).ok()?;
            extras.pointer("/curves/points")?.as_u64().filter(|it| *it > 0)
        }
        _ => None,
    })
}

fn training(case: &Case<'_>, outcomes: &[AgentOutcome]) -> Option<String> {
    let view = case.experiment.training.as_ref()?;
    let (series, curve) = match (&view.validation_loss, &view.train_loss) {
        (Some(series), _) if !view.validation.is_empty() => (series, &view.validation),
        (_, Some(series)) if !view.train.is_empty() => (series, &view.train),
        // Without losses, metrics were looked at.
        _ => {
            let pair = view.main_metric()?;
            match (&pair.validation, &pair.train) {
                (Some(series), _) if !pair.validation_curve.is_empty() => (series, &pair.validation_curve),
                (_, series) => (series.as_ref()?, &pair.train_curve),
            }
        }
    };
    if view.is_final() {
        let args = [
            ("column", series.column.as_str().into()),
            ("last", curve.points.last()?.value.into()),
        ];
        return Some(case.text("checked-training-final", &args));
    }
    let args = [
        ("points", logged_points(outcomes).unwrap_or(view.points() as u64).into()),
        ("column", series.column.as_str().into()),
        ("first", series.first()?.1.into()),
        ("last", series.last()?.1.into()),
    ];
    Some(case.text("checked-training", &args))
}

/// The agents that failed, for the case that nothing else is known.
pub(crate) fn why_nothing(case: &Case<'_>, extent: &Extent) -> String {
    let agents: BTreeSet<&str> = extent.failed.iter().map(String::as_str).collect();
    if agents.is_empty() {
        return case.text("not-examined-none", &[]);
    }
    let names: Vec<String> = agents.iter().map(|it| (*it).to_owned()).collect();
    let args = [
        ("count", agents.len().into()),
        ("agents", crate::texts::Texts::list(&names, 6).into()),
    ];
    case.text("not-examined-failed", &args)
}
