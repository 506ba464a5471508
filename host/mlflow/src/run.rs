//! A run, wherever it was found.

use std::collections::BTreeMap;

use crate::wire;

/// What MLflow keeps of a run beside the history of its metrics and its files.
#[derive(Debug, Clone, Default)]
pub struct RunRecord {
    /// Its id.
    pub id: String,
    /// Its name; empty where it has none.
    pub name: String,
    /// The id of its experiment.
    pub experiment_id: String,
    /// `FINISHED`, `FAILED`, `RUNNING`, ...
    pub status: String,
    pub(crate) artifact_uri: String,
    /// The names of its metrics, sorted: servers give them in any order.
    pub(crate) metrics: Vec<String>,
    pub(crate) params: Vec<(String, String)>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) datasets: Vec<DatasetRecord>,
    /// The ids of the models that it logged.
    pub(crate) models: Vec<String>,
    /// Histories that were got together with those of other runs, whole: steps and values.
    pub(crate) histories: BTreeMap<String, Vec<(i64, f64)>>,
    /// Why the run could not be read: it is there, with what its place says of it.
    pub(crate) unreadable: Option<String>,
}

/// A data set that a run recorded.
#[derive(Debug, Clone, Default)]
pub(crate) struct DatasetRecord {
    pub name: String,
    pub digest: String,
    /// `training`, `validation`, ...
    pub context: String,
    /// JSON: columns and types.
    pub schema: String,
    /// JSON: rows, elements.
    pub profile: String,
}

impl RunRecord {
    /// Readings of the machine: no learning curves, and often most of the points.
    pub(crate) fn is_of_machine(metric: &str) -> bool {
        metric.starts_with("system/")
    }
}

impl From<wire::Run> for RunRecord {
    fn from(run: wire::Run) -> Self {
        let info = run.info;
        let pairs = |pairs: Vec<wire::Pair>| {
            let mut pairs: Vec<_> = pairs.into_iter().map(|it| (it.key, it.value)).collect();
            pairs.sort();
            pairs
        };
        let tags = pairs(run.data.tags);
        let named = tags.iter().find(|(key, _)| key == "mlflow.runName");
        let mut metrics: Vec<String> = run.data.metrics.into_iter().map(|it| it.key).collect();
        metrics.sort();
        metrics.dedup();
        Self {
            id: if info.run_id.is_empty() {
                info.run_uuid
            } else {
                info.run_id
            },
            name: info
                .run_name
                .or_else(|| named.map(|(_, name)| name.clone()))
                .unwrap_or_default(),
            experiment_id: info.experiment_id,
            status: info.status.unwrap_or_default(),
            artifact_uri: info.artifact_uri.unwrap_or_default(),
            metrics,
            params: pairs(run.data.params),
            tags,
            datasets: run.inputs.dataset_inputs.into_iter().map(Into::into).collect(),
            models: run.outputs.model_outputs.into_iter().map(|it| it.model_id).collect(),
            histories: BTreeMap::new(),
            unreadable: None,
        }
    }
}

impl From<wire::DatasetInput> for DatasetRecord {
    fn from(input: wire::DatasetInput) -> Self {
        let context = input.tags.into_iter().find(|it| it.key == "mlflow.data.context");
        Self {
            name: input.dataset.name,
            digest: input.dataset.digest,
            context: context.map(|it| it.value).unwrap_or_default(),
            schema: input.dataset.schema.unwrap_or_default(),
            profile: input.dataset.profile.unwrap_or_default(),
        }
    }
}
