//! One file per rule or close family. A rule reads the view and gives drafts of findings.

mod correlation;
mod drift;
mod duplicates;
mod features;
mod label_noise;
mod labels;
mod leakage;
mod model;
mod model_quality;
mod outliers;
mod spelling;
mod strings;
mod unseen;

use deepfix_plugin::{Draft, Severity};
use deepfix_views::{
    checks::{CheckKind, ChecksView},
    dataset::Which,
};

/// Names in one sentence; more than these are counted.
const MOST_NAMES: usize = 6;
/// Facts of one kind in one finding.
const MOST_FACTS: usize = 8;

/// What several rules need.
pub(crate) struct Facts<'a> {
    view: &'a ChecksView,
    /// Rows of the training split; 0 where unknown.
    n: f64,
    /// Rows of the test split; 0 where unknown.
    m: f64,
    /// The task is to predict a number: class checks did not run, or drift of the label is a
    /// Kolmogorov-Smirnov distance.
    regression: bool,
}

impl<'a> Facts<'a> {
    fn new(view: &'a ChecksView) -> Self {
        let sizes = view.sizes();
        let regression = match view.one(CheckKind::LabelDrift).map(|it| it.drift()) {
            Some(drift) if !drift.is_empty() => drift.iter().any(|it| it.is_ks),
            _ => view.one(CheckKind::NewLabel).is_none() && view.one(CheckKind::ConflictingLabels).is_none(),
        };
        Self {
            view,
            n: sizes.train.map_or(0.0, |it| it.0),
            m: sizes.test.map_or(0.0, |it| it.0),
            regression,
        }
    }
}

/// The suffix of a split in labels of facts.
fn name_of(which: Option<Which>) -> &'static str {
    match which {
        Some(Which::Train) => "train",
        Some(Which::Test) => "test",
        None => "both",
    }
}

/// Runs every rule.
pub(crate) fn run(view: &ChecksView) -> Vec<Draft> {
    let facts = Facts::new(view);
    let mut drafts = Vec::new();
    drafts.extend(leakage::check(&facts));
    drafts.extend(drift::check(&facts));
    drafts.extend(labels::check(&facts));
    drafts.extend(unseen::check(&facts));
    drafts.extend(label_noise::check(&facts));
    drafts.extend(duplicates::check(&facts));
    drafts.extend(features::check(&facts));
    drafts.extend(correlation::check(&facts));
    drafts.extend(outliers::check(&facts));
    drafts.extend(strings::check(&facts));
    // A gap between splits that differ is no overfitting.
    let drifted = drafts.iter().any(|it: &Draft| {
        matches!(
            it.code(),
            "checks.covariate_drift" | "checks.label_drift" | "checks.new_labels"
        ) && it.severity() >= Severity::Medium
    });
    drafts.extend(
        model::check(&facts)
            .into_iter()
            .filter(|it| !(drifted && it.code() == "training.overfitting")),
    );
    drafts.extend(model_quality::check(&facts));
    drafts
}
