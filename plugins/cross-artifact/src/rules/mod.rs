//! Faults that no artifact shows alone.

mod batch;
mod drift;
mod early;
mod imbalance;
mod inputs;
mod leakage;
mod looks;
mod outputs;
mod scaling;
mod validation_labels;

use deepfix_plugin::{Arg, Draft, Language};

use crate::{CATALOGUE, experiment::Experiment, findings::Findings};

pub(crate) use batch::updates;
pub(crate) use drift::DRIFT;
pub(crate) use leakage::LEAKS;
pub(crate) use scaling::{SYMPTOMS, spread};

/// What the rules look at.
pub(crate) struct Case<'a> {
    pub(crate) experiment: &'a Experiment,
    pub(crate) findings: &'a Findings<'a>,
    pub(crate) language: Language,
}

impl Case<'_> {
    pub(crate) fn text(&self, id: &str, args: &[(&str, Arg)]) -> String {
        CATALOGUE.text(self.language, id, args)
    }

    /// A place on a curve by its label, such as `epoch 12`.
    pub(crate) fn at(&self, label: f64) -> String {
        use deepfix_views::training::Unit;
        let unit = self
            .experiment
            .training
            .as_ref()
            .and_then(|it| it.axis.as_ref())
            .map(|it| it.unit);
        let id = match unit {
            Some(Unit::Epoch) => "at-epoch",
            Some(Unit::Step) => "at-step",
            _ => "at-row",
        };
        self.text(id, &[("number", label.into())])
    }
}

/// What a rule concluded.
pub(crate) struct Conclusion {
    pub(crate) draft: Draft,
    /// Codes of analyzers' findings that are part of the same cause: they are reported with it,
    /// not beside it.
    pub(crate) merges: Vec<&'static str>,
}

impl Conclusion {
    fn new(draft: Draft) -> Self {
        Self {
            draft,
            merges: Vec::new(),
        }
    }

    fn merging(mut self, codes: &[&'static str]) -> Self {
        self.merges.extend(codes);
        self
    }

    pub(crate) fn code(&self) -> &str {
        self.draft.code()
    }
}

/// All conclusions, causes before what they cause.
pub(crate) fn run(case: &Case<'_>) -> Vec<Conclusion> {
    let mut found: Vec<Conclusion> = Vec::new();
    let scaling = scaling::find(case);
    let unscaled = scaling.is_some();
    found.extend(scaling);
    let outputs = outputs::find(case);
    found.extend(inputs::find(case, outputs.is_some()));
    found.extend(outputs);
    if !unscaled {
        found.extend(validation_labels::find(case));
        found.extend(batch::find(case));
    }
    found.extend(leakage::find(case));
    found.extend(imbalance::find(case));
    found.extend(drift::find(case));
    found
}
