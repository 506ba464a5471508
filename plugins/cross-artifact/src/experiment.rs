//! The artifacts themselves, as far as this agent may read them.

use deepfix_plugin::{ArtifactKind, Context, Draft, Source, Value};
use deepfix_views::{
    checkpoint::CheckpointView,
    checks::ChecksView,
    dataset::{self, DatasetView, Split, Which},
    training::{Metric, MetricPair, ModelKind, Point, Series, Task, TrainingView},
};

use crate::shares::even_shares;

/// Every kind of artifact.
pub(crate) const KINDS: [ArtifactKind; 4] = [
    ArtifactKind::Dataset,
    ArtifactKind::Deepchecks,
    ArtifactKind::ModelCheckpoint,
    ArtifactKind::Training,
];

/// A number of rows and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) count: f64,
    pub(crate) source: Option<Source>,
}

/// All artifacts of the experiment that are there.
#[derive(Debug, Default)]
pub(crate) struct Experiment {
    pub(crate) dataset: Option<DatasetView>,
    pub(crate) training: Option<TrainingView>,
    pub(crate) checkpoint: Option<CheckpointView>,
    /// The kinds that the request carries.
    pub(crate) present: Vec<ArtifactKind>,
    pub(crate) train_rows: Option<Rows>,
    pub(crate) test_rows: Option<Rows>,
    /// The metric that the client says it watches.
    pub(crate) watched: Option<String>,
}

impl Experiment {
    /// Reads what can be read. What cannot counts as absent: the analyzers have told why.
    pub(crate) fn read(cx: &Context<'_>) -> Self {
        let has = |kind| cx.has(kind);
        let mut experiment = Self {
            dataset: has(ArtifactKind::Dataset).then(|| DatasetView::read(cx).ok()).flatten(),
            training: has(ArtifactKind::Training)
                .then(|| TrainingView::read(cx).ok())
                .flatten()
                .flatten(),
            checkpoint: has(ArtifactKind::ModelCheckpoint)
                .then(|| CheckpointView::read(cx).ok())
                .flatten(),
            present: KINDS.into_iter().filter(|it| cx.has(*it)).collect(),
            ..Self::default()
        };
        experiment.read_sizes(cx);
        experiment.watched = WATCHED.iter().find_map(|name| {
            let pointer = Source::document(ArtifactKind::Training, ["params", name]).pointer;
            match cx.read::<serde_json::Value>(ArtifactKind::Training, &pointer) {
                Ok(Some(serde_json::Value::String(text))) => Some(text.to_lowercase()),
                _ => None,
            }
        });
        experiment
    }

    /// Rows of both splits: from the statistics, else from the checks that count rows.
    fn read_sizes(&mut self, cx: &Context<'_>) {
        let of = |which| {
            let rows = self.dataset.as_ref()?.rows(which)?;
            (rows.count >= 1.0).then(|| Rows {
                count: rows.count,
                source: rows.source.clone(),
            })
        };
        let (train, test) = (of(Which::Train), of(Which::Test));
        (self.train_rows, self.test_rows) = (train, test);
        if (self.train_rows.is_none() || self.test_rows.is_none())
            && cx.has(ArtifactKind::Deepchecks)
            && let Ok(checks) = ChecksView::read(cx)
        {
            let sizes = checks.sizes();
            let rows = |it: Option<(f64, Source)>| {
                it.map(|(count, source)| Rows {
                    count,
                    source: Some(source),
                })
            };
            self.train_rows = self.train_rows.take().or_else(|| rows(sizes.train));
            self.test_rows = self.test_rows.take().or_else(|| rows(sizes.test));
        }
    }

    /// Whether the model is trained by gradient descent, as far as anything tells.
    pub(crate) fn grows_trees(&self) -> bool {
        self.training
            .as_ref()
            .is_some_and(|it| it.model_kind() == ModelKind::Trees)
    }

    /// What is predicted.
    pub(crate) fn task(&self) -> Task {
        let from_training = self.training.as_ref().map_or(Task::Unknown, TrainingView::task);
        if from_training != Task::Unknown {
            return from_training;
        }
        match self.dataset.as_ref().and_then(|it| it.label.as_ref()).map(|it| it.task) {
            Some(dataset::Task::Classification) => Task::Classification,
            Some(dataset::Task::Regression) => Task::Regression,
            None => Task::Unknown,
        }
    }

    /// Rows that the validation metrics were computed on.
    pub(crate) fn validation_rows(&self) -> Option<f64> {
        let told = self
            .training
            .as_ref()
            .and_then(TrainingView::validation_rows)
            .map(f64::from);
        self.test_rows.as_ref().map(|it| it.count).or(told)
    }

    /// Shares of the classes in a split, largest first.
    pub(crate) fn class_shares(&self, which: Which) -> Option<Vec<f64>> {
        let data = self.dataset.as_ref()?;
        let split = match which {
            Which::Train => data.train.as_ref()?,
            Which::Test => data.test.as_ref()?,
        };
        let Some(counts) = data.class_counts(split) else {
            return self.estimated_shares(split);
        };
        let total = counts.total();
        if total <= 0.0 {
            return None;
        }
        let mut shares: Vec<f64> = counts.classes.iter().map(|(_, count)| count / total).collect();
        shares.sort_by(|a, b| b.total_cmp(a));
        Some(shares)
    }

    /// The most even shares that the moments of a label of neighbouring whole numbers allow.
    fn estimated_shares(&self, split: &Split) -> Option<Vec<f64>> {
        let label = self.dataset.as_ref()?.label.as_ref()?;
        let column = split.column(&label.name)?;
        let (low, high, rows) = (column.min?, column.max?, column.count?);
        if label.task != dataset::Task::Classification || column.unique? != high - low + 1.0 || rows < 1.0 {
            return None;
        }
        let variance = column.std?.powi(2) * (rows - 1.0) / rows;
        let mut shares = even_shares(column.unique? as usize, column.mean? - low, variance)?;
        shares.sort_by(|a, b| b.total_cmp(a));
        Some(shares)
    }

    /// The number of classes, from the label column, else from the model's configuration.
    pub(crate) fn classes(&self) -> Option<f64> {
        let data = self.dataset.as_ref();
        let label = data.and_then(|it| {
            let label = it
                .label
                .as_ref()
                .filter(|it| it.task == dataset::Task::Classification)?;
            let unique = it.splits().filter_map(|split| split.column(&label.name)?.unique);
            unique.max_by(f64::total_cmp)
        });
        let model = self.training.as_ref().and_then(TrainingView::class_count);
        label.or(model).filter(|it| *it >= 2.0)
    }

    /// The share of the most frequent class, which a constant answer reaches. Without class
    /// counts the share of equal classes, which is at most that.
    pub(crate) fn majority(&self) -> Option<f64> {
        let counted = self
            .class_shares(Which::Test)
            .or_else(|| self.class_shares(Which::Train));
        counted
            .and_then(|it| it.first().copied())
            .or_else(|| self.classes().map(|it| 1.0 / it))
    }

    /// The loss of a constant prediction: the entropy of the classes for a cross-entropy, the
    /// variance of the target for a squared error.
    pub(crate) fn chance_loss(&self) -> Option<f64> {
        match self.task() {
            Task::Classification => {
                let entropy = self.class_shares(Which::Train).map(|shares| {
                    shares
                        .into_iter()
                        .filter(|it| *it > 0.0)
                        .map(|it| -it * it.ln())
                        .sum::<f64>()
                });
                entropy.filter(|it| *it > 0.0).or_else(|| self.classes().map(f64::ln))
            }
            Task::Regression => self.target_variance(),
            Task::Unknown => None,
        }
    }

    /// The loss of the best constant prediction on the validation rows.
    pub(crate) fn validation_chance_loss(&self) -> Option<f64> {
        if self.task() != Task::Classification {
            return self.chance_loss();
        }
        // The entropy of the test split is the least that any constant costs there.
        let test = self.class_shares(Which::Test)?;
        Some(test.into_iter().filter(|it| *it > 0.0).map(|it| -it * it.ln()).sum())
    }

    fn target_variance(&self) -> Option<f64> {
        let training = self.training.as_ref()?;
        if let Some(variance) = training.target_variance() {
            return Some(variance);
        }
        let data = self.dataset.as_ref();
        let raw = data.and_then(|it| {
            let label = it.label.as_ref()?;
            it.train.as_ref()?.column(&label.name)?.std
        });
        match training.params.target_scaling() {
            Some(scaling) if scaling.value != "none" => Some(1.0),
            Some(_) => raw.map(|it| it * it),
            // Scaled or not: the larger of both, so that nothing looks worse than it is.
            None => raw.map(|it| (it * it).max(1.0)),
        }
    }

    /// The metric that tells quality best and was logged for both splits.
    pub(crate) fn metric(&self) -> Option<&MetricPair> {
        self.preferred(|it| !it.train_curve.is_empty() && !it.validation_curve.is_empty())
    }

    /// The metric that tells quality best and was logged for the validation split, as it often
    /// is for that alone.
    pub(crate) fn validation_metric(&self) -> Option<&MetricPair> {
        self.metric()
            .or_else(|| self.preferred(|it| !it.validation_curve.is_empty()))
    }

    fn preferred(&self, is_fit: impl Fn(&MetricPair) -> bool) -> Option<&MetricPair> {
        const PREFERRED: [Metric; 5] = [
            Metric::Accuracy,
            Metric::R2,
            Metric::BalancedAccuracy,
            Metric::F1,
            Metric::Auc,
        ];
        let metrics = &self.training.as_ref()?.metrics;
        PREFERRED
            .iter()
            .find_map(|metric| metrics.iter().find(|it| it.metric == *metric && is_fit(it)))
    }
}

/// Parameters that name the metric by which a run is judged.
const WATCHED: [&str; 5] = [
    "monitor_metric",
    "metric_for_best_model",
    "eval_metric",
    "monitor",
    "early_stopping_metric",
];

/// Adds a point of a curve: as read where it is one cell, else as the mean that it is.
pub(crate) fn point_fact(draft: Draft, series: &Series, point: &Point) -> Draft {
    match series.at(point.row) {
        Some(value) if point.count == 1 => draft.fact(series.column.as_str(), value, series.cell(point.row)),
        _ => draft.computed(series.column.as_str(), point.value),
    }
}

/// Adds a number of rows.
pub(crate) fn rows_fact(draft: Draft, label: &str, rows: &Rows) -> Draft {
    match &rows.source {
        Some(source) => draft.fact(label, Value::from(rows.count), source.clone()),
        None => draft.computed(label, rows.count),
    }
}
