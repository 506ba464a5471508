//! `cross.missing_scaling`: features of very different size meet a model that is trained by
//! gradients, without a scaler between them, and training suffers.
//!
//! The size of a feature is its root mean square, `sqrt(mean² + std²)`, since a gradient descent
//! is slowed down by the second moments of its inputs whether they come from their spread or
//! their offset (LeCun et al. 1998, section 4.3: the largest eigenvalue of the Hessian); for the
//! spread stands the interquartile range over 1.349 where single huge values inflate it, and for
//! the mean the median. Training suffers where the first loss is many
//! times that of a constant prediction: with inputs of unit size and any usual initialisation
//! the outputs are of unit size as well and the first loss is close to chance, so a loss ten
//! times higher is carried in by the inputs (Glorot and Bengio 2010; LeCun et al., Efficient
//! BackProp, 1998, section 4.3); where it is not finite; or where the training analyzer found
//! a symptom.
//!
//! | the parameters say | sizes | training | severity |
//! |---|---|---|---|
//! | no scaler | ratio from 100 | first loss from 10 times chance, or never finite before it breaks in the first fifth | high |
//! | no scaler | ratio from 1000 | a symptom of the training analyzer | medium |
//! | no scaler | unknown | first loss from 50 times chance at a customary learning rate | medium |
//! | nothing | ratio from 1000 | first loss from 20 times chance at a customary learning rate | medium |
//! | nothing | ratio from 100 | first loss from 1000 times chance at a customary learning rate | medium |
//! | nothing | ratio from 1000 | first loss from 10 times chance, or none before it ceases to be finite, in the first fifth, at a customary learning rate | medium |
//! | nothing | unknown | first loss from 100 times chance at a customary learning rate | low |
//!
//! Sources: LeCun et al. 1998 (Efficient BackProp: conditioning by the scales of the inputs), Ioffe
//! & Szegedy 2015 (what normalisation takes away of it).
//!
//! Healthy: any ratio with a scaler in the parameters; trees; a linear regression on a target
//! of millions, whose loss is as large as the target's variance (where that is not known a
//! regression's loss is no evidence); raw columns that differ a
//! thousandfold in a pipeline that says nothing of its scaler but trains well.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::{
    dataset::{Column, DatasetView, Kind, Stat},
    training::{Optimizer, Params, Series, Task, TrainingView},
};

use super::{Case, Conclusion};

/// Symptoms that unscaled inputs explain. A slow descent is not among them: it has commoner
/// causes.
pub(crate) const SYMPTOMS: [&str; 7] = [
    "training.exploding_gradients",
    "training.lr_too_high",
    "training.noisy_loss",
    "training.vanishing_gradients",
    "training.underfitting",
    "training.plateau_no_schedule",
    "checkpoint.dead_units",
];

/// Up to here a learning rate is customary for networks, and no cause of a huge first loss.
const CUSTOMARY_ADAPTIVE: f64 = 0.01;
const CUSTOMARY_PLAIN: f64 = 0.1;

/// A first loss so many times that of guessing is carried in by the inputs.
const EXCESS: f64 = 10.0;

/// A first loss so many times that of answering 0 can come of nothing but inputs in the thousands, at a customary
/// learning rate: then the narrowest column may be a wide one as well.
const CARRIED: f64 = 1000.0;

/// The loss of guessing among ten classes, where the number of classes is unknown.
const CHANCE_UNKNOWN: f64 = 2.3;

/// The feature with the largest and the one with the smallest scale.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread<'a> {
    pub(crate) wide: (&'a Column, f64),
    pub(crate) narrow: (&'a Column, f64),
}

impl Spread<'_> {
    pub(crate) fn ratio(&self) -> f64 {
        self.wide.1 / self.narrow.1
    }
}

/// The scales of the numeric features of the training split.
pub(crate) fn spread(data: &DatasetView) -> Option<Spread<'_>> {
    let mut found: Option<Spread<'_>> = None;
    for column in data.features().filter(|it| it.kind == Kind::Numeric) {
        let Some(scale) = scale(column) else { continue };
        let spread = found.get_or_insert(Spread {
            wide: (column, scale),
            narrow: (column, scale),
        });
        if scale > spread.wide.1 {
            spread.wide = (column, scale);
        }
        if scale < spread.narrow.1 {
            spread.narrow = (column, scale);
        }
    }
    found
}

/// The root mean square of a column, without what single huge values add to it.
fn scale(column: &Column) -> Option<f64> {
    let std = column.std.filter(|it| *it > 0.0)?;
    let robust = match (column.q1, column.q3) {
        (Some(low), Some(high)) if high > low => Some((high - low) / 1.349),
        _ => None,
    };
    let inflated = robust.filter(|it| std > 10.0 * it);
    let (spread, centre) = match inflated {
        Some(robust) => (robust, column.median.unwrap_or_default()),
        None => (std, column.mean.unwrap_or_default()),
    };
    let size = spread.hypot(centre);
    size.is_finite().then_some(size)
}

/// How training began.
struct Start<'a> {
    series: &'a Series,
    /// The first finite loss, its row, and how many times the loss of guessing that is.
    first: Option<(usize, f64, f64)>,
    /// How many times the loss of answering 0 that is, where it is less. A network that has learnt nothing costs the
    /// square of a target's mean as well, which has nothing to do with its inputs.
    carried: f64,
    /// The first row whose loss is not finite.
    broken: Option<usize>,
    /// The rows of the table.
    rows: usize,
}

impl Start<'_> {
    /// Not finite in the first fifth of the run: what grows in the course of a training has other
    /// causes, and so has a loss that is as usual before it breaks, since unscaled inputs are there
    /// from the first step on.
    fn breaks_early(&self) -> bool {
        let Some(broken) = self.broken else { return false };
        let huge = self.first.is_some_and(|it| it.2 >= EXCESS);
        let from_start = self.series.first().is_none_or(|(row, _)| row > broken);
        broken as f64 <= 0.2 * self.rows as f64 && (huge || from_start)
    }
}

fn start<'a>(case: &Case<'_>, view: &'a TrainingView) -> Option<Start<'a>> {
    let series = view.train_loss.as_ref().or(view.validation_loss.as_ref())?;
    let chance = case.experiment.chance_loss().filter(|it| *it > 0.0);
    // A squared error is as large as the target's variance: without that its size says nothing.
    let chance = chance.or((case.experiment.task() != Task::Regression).then_some(CHANCE_UNKNOWN));
    let first = series.first().zip(chance);
    let mean = uncentred(case, view).unwrap_or(0.0);
    let carried = first.map_or(0.0, |((_, loss), chance)| loss / (chance + mean * mean));
    let first = first.map(|((row, loss), chance)| (row, loss, loss / chance));
    let broken = series
        .non_finite()
        .filter(|it| !it.recovered || it.count > 1)
        .map(|it| it.first_row);
    let rows = view.axis.as_ref().map_or(series.values.len(), |it| it.group.len());
    Some(Start {
        series,
        first,
        carried,
        broken,
        rows,
    })
}

/// The mean of a regression's target that is not known to be scaled.
fn uncentred(case: &Case<'_>, view: &TrainingView) -> Option<f64> {
    let is_scaled = view.params.target_scaling().is_some_and(|it| it.value != "none");
    if case.experiment.task() != Task::Regression || is_scaled {
        return None;
    }
    let data = case.experiment.dataset.as_ref()?;
    data.train.as_ref()?.column(&data.label.as_ref()?.name)?.mean
}

fn is_customary(view: &TrainingView) -> bool {
    let most = if view.optimizer_kind() == Optimizer::Plain {
        CUSTOMARY_PLAIN
    } else {
        CUSTOMARY_ADAPTIVE
    };
    view.peak_learning_rate().is_some_and(|it| it <= most)
}

pub(super) fn find(case: &Case<'_>) -> Option<Conclusion> {
    let view = case.experiment.training.as_ref()?;
    if case.experiment.grows_trees() {
        return None;
    }
    let scaler = view.architecture(Params::feature_scaling);
    if scaler.as_ref().is_some_and(|it| it.value != "none") {
        return None;
    }
    let spread = case.experiment.dataset.as_ref().and_then(spread);
    let ratio = spread.map(|it| it.ratio());
    let start = start(case, view)?;
    let excess = start.first.map_or(0.0, |it| it.2);
    let symptom = case.findings.fault(&SYMPTOMS);
    let (severity, confidence, variant) = match (&scaler, ratio) {
        (Some(_), Some(ratio)) if ratio >= 100.0 && (excess >= EXCESS || start.breaks_early()) => (
            Severity::High,
            0.93,
            if start.broken.is_some() { Some("broken") } else { None },
        ),
        (Some(_), Some(ratio)) if ratio >= 1000.0 && symptom => (Severity::Medium, 0.75, Some("symptom")),
        (Some(_), None) if excess >= 50.0 && is_customary(view) => (Severity::Medium, 0.55, Some("unseen")),
        (None, Some(ratio)) if ratio >= 1000.0 && start.carried >= 20.0 && is_customary(view) => {
            (Severity::Medium, 0.6, Some("unsaid"))
        }
        (None, Some(ratio)) if ratio >= 100.0 && start.carried >= CARRIED && is_customary(view) => {
            (Severity::Medium, 0.6, Some("unsaid"))
        }
        (None, Some(ratio)) if ratio >= 1000.0 && start.breaks_early() && is_customary(view) => {
            (Severity::Medium, 0.6, Some("unsaid-broken"))
        }
        (None, None) if excess >= 100.0 && is_customary(view) => (Severity::Low, 0.45, Some("guess")),
        _ => return None,
    };
    let mut draft = Draft::new("cross.missing_scaling", severity, confidence).beyond(excess / 100.0);
    if let Some(variant) = variant {
        draft = draft.variant(variant);
    }
    if let Some(spread) = spread {
        draft = draft
            .fact(
                format!("std of '{}'", spread.wide.0.name),
                spread.wide.0.std.unwrap_or_default(),
                spread.wide.0.source(Stat::Std),
            )
            .computed(format!("root mean square of '{}'", spread.wide.0.name), spread.wide.1)
            .computed(
                format!("root mean square of '{}'", spread.narrow.0.name),
                spread.narrow.1,
            )
            .fact(
                format!("std of '{}'", spread.narrow.0.name),
                spread.narrow.0.std.unwrap_or_default(),
                spread.narrow.0.source(Stat::Std),
            )
            .computed("ratio of feature scales", spread.ratio())
            .arg("wide", spread.wide.0.name.as_str())
            .arg("large", spread.wide.1)
            .arg("narrow", spread.narrow.0.name.as_str())
            .arg("small", spread.narrow.1)
            .arg("ratio", spread.ratio().round());
    }
    if let Some(scaler) = &scaler {
        draft = draft
            .fact(scaler.name.as_str(), scaler.raw.clone(), scaler.source.clone())
            .arg("scaler", scaler.name.as_str());
    }
    if let Some((row, loss, excess)) = start.first {
        draft = draft
            .fact(start.series.column.as_str(), loss, start.series.cell(row))
            .arg("loss", loss)
            .arg("times", excess.round());
    }
    if let Some(row) = start.broken {
        let value = start.series.at(row);
        draft = match value {
            Some(value) => draft.fact(start.series.column.as_str(), value, start.series.cell(row)),
            None => draft,
        };
        let label = view
            .axis
            .as_ref()
            .and_then(|axis| axis.labels.get(*axis.group.get(row)? as usize))
            .copied();
        draft = draft.arg("at", case.at(label.unwrap_or(row as f64)));
    }
    Some(Conclusion::new(draft.arg("column", start.series.column.as_str())))
}
