//! The experiment as the rules see it: the view, and the language to tell it in.

use deepfix_plugin::{Arg, Draft, Language};
use deepfix_views::training::{Curve, Metric, ModelKind, Optimizer, Schedule, Series, Task, TrainingView, Unit};

use crate::CATALOGUE;

/// Validation rows below which one row more or less shows in the loss.
const TINY_SPLIT: u32 = 25;
/// The share of the first loss below which hardly any is left.
const NEXT_TO_NOTHING: f64 = 0.05;
/// The R² from which hardly anything is left to explain.
const NEARLY_ALL: f64 = 0.97;

/// A training run under examination.
pub struct Case<'a> {
    /// What the client sent.
    pub view: &'a TrainingView,
    language: Language,
}

impl<'a> Case<'a> {
    /// A run whose findings are told in this language.
    #[must_use]
    pub fn new(view: &'a TrainingView, language: Language) -> Self {
        Self { view, language }
    }

    /// A plain text of the catalogue.
    #[must_use]
    pub fn text(&self, id: &str, args: &[(&str, Arg)]) -> String {
        CATALOGUE.text(self.language, id, args)
    }

    /// The name of a computed fact.
    #[must_use]
    pub fn label(&self, id: &str) -> String {
        self.text(&format!("label-{id}"), &[])
    }

    /// Several clauses in one sentence.
    #[must_use]
    pub fn clauses(&self, clauses: &[String]) -> String {
        // French sets a space before the semicolon.
        clauses.join(if self.language == Language::French { " ; " } else { "; " })
    }

    /// A further sentence: the text after a space, since Fluent trims spaces at the ends.
    #[must_use]
    pub fn sentence(&self, id: &str, args: &[(&str, Arg)]) -> String {
        format!(" {}", self.text(id, args))
    }

    /// A number as the language writes it.
    #[must_use]
    pub fn number(&self, number: f64) -> String {
        self.language.number(number)
    }

    /// What the points of the curves are, such as `epochs`.
    #[must_use]
    pub fn unit(&self, count: usize) -> String {
        let id = match self.view.axis.as_ref().map(|it| it.unit) {
            Some(Unit::Epoch) => "unit-epoch",
            Some(Unit::Step) => "unit-step",
            _ => "unit-row",
        };
        self.text(id, &[("count", count.into())])
    }

    /// Adds the cell of a series in one row.
    #[must_use]
    pub fn cell_fact(&self, draft: Draft, series: &Series, row: usize) -> Draft {
        match series.at(row) {
            Some(value) => draft.fact(
                format!("{} ({})", series.column, self.at_row(series, row)),
                value,
                series.cell(row),
            ),
            None => draft,
        }
    }

    /// Adds the first and last values of a series.
    #[must_use]
    pub fn ends(&self, mut draft: Draft, series: Option<&Series>) -> Draft {
        if let Some(series) = series {
            for (row, _) in [series.first(), series.last()].into_iter().flatten() {
                draft = self.cell_fact(draft, series, row);
            }
        }
        draft
    }

    /// Whether rules about gradients, batches and learning rates of networks apply.
    #[must_use]
    pub fn is_gradient_trained(&self) -> bool {
        self.view.model_kind() != ModelKind::Trees
    }

    /// Whether the validation split is known to be so small that its loss jumps with every row.
    #[must_use]
    pub fn is_tiny_split(&self) -> bool {
        self.view.validation_rows().is_some_and(|it| it < TINY_SPLIT)
    }

    /// Whether a loss has come down to next to nothing, where its jumps, however large beside itself,
    /// change no answer: far below its first value, and below what guessing gives, since a network may
    /// begin much worse than that. A squared error may begin far above what there is to explain, when the
    /// target is not centred: there nearly all must be explained too.
    #[must_use]
    pub fn is_nearly_nothing(&self, curve: &Curve) -> bool {
        let explained = self
            .view
            .main_metric()
            .filter(|it| it.metric == Metric::R2)
            .and_then(|it| it.validation_curve.end().or_else(|| it.train_curve.end()));
        let Some((first, late)) = curve.points.first().zip(curve.mean_between(0.5, 1.0)) else {
            return false;
        };
        let (begin, enough) = match self.view.task() {
            Task::Regression => (first.value, explained.is_some_and(|it| it >= NEARLY_ALL)),
            // Two classes are the fewest to guess among.
            _ => (
                first
                    .value
                    .min(self.view.chance_loss().unwrap_or(std::f64::consts::LN_2)),
                explained.is_none_or(|it| it >= NEARLY_ALL),
            ),
        };
        enough && late < NEXT_TO_NOTHING * begin
    }

    /// The batch size of one optimiser step.
    #[must_use]
    pub fn batch(&self) -> Option<f64> {
        self.view
            .params
            .batch_size()
            .map(|it| it.value * self.view.params.accumulation())
    }

    /// The learning rate that is customary for the optimiser.
    #[must_use]
    pub fn usual_rate(&self) -> f64 {
        if self.view.optimizer_kind() == Optimizer::Plain {
            0.05
        } else {
            1e-3
        }
    }

    /// A learning rate that is surely not too high: a tenth of the present one, and at most
    /// what is customary for the optimiser (Adam 1e-3, SGD 0.05).
    #[must_use]
    pub fn lower_rate(&self) -> Option<f64> {
        let customary = self.usual_rate();
        let present = self.view.peak_learning_rate()?;
        Some((present / 10.0).min(customary))
    }

    /// Whether the learning rate falls over the run already, as logged or by the name of its schedule.
    #[must_use]
    pub fn decays(&self) -> bool {
        self.view.schedule() == Schedule::Decaying
    }

    /// Advice on the learning rate, as a sentence.
    #[must_use]
    pub fn lower_rate_text(&self) -> String {
        match (self.view.peak_learning_rate(), self.lower_rate()) {
            (Some(now), Some(next)) => self.text("advice-lower-rate", &[("now", now.into()), ("next", next.into())]),
            _ => self.text("advice-lower-rate-unknown", &[]),
        }
    }

    /// Adds the learning rate, optimiser and batch size as facts.
    #[must_use]
    pub fn setting_facts(&self, mut draft: Draft) -> Draft {
        let params = &self.view.params;
        for (name, raw, source) in [
            params.learning_rate().map(|it| (it.name, it.raw, it.source)),
            params.optimizer().map(|it| (it.name, it.raw, it.source)),
            params.batch_size().map(|it| (it.name, it.raw, it.source)),
        ]
        .into_iter()
        .flatten()
        {
            draft = draft.fact(name, raw, source);
        }
        draft
    }
}
