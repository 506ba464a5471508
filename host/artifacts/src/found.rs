//! What was found on disk, on its way to an experiment.

use deepfix_core::{ArtifactKind, Experiment, Problem, Table};
use serde_json::{Map, Value as Json, json};

use crate::{FileAccess, decode_value, outputs::Output, training::insert_metrics};

/// A request, and metrics that are a table already.
#[derive(Default)]
pub(crate) struct Found {
    pub request: Json,
    pub table: Option<Table>,
    pub recognised: Vec<String>,
    pub warnings: Vec<String>,
}

impl Found {
    /// Adds what a training left to the request that it becomes part of.
    pub(crate) fn add(&mut self, output: Output, request: &mut Map<String, Json>) {
        self.recognised.extend(output.recognised);
        self.warnings.extend(output.warnings);
        self.table = output.table;
        if self.table.is_none() && output.params.is_empty() {
            return;
        }
        let training = request
            .entry(ArtifactKind::Training.request_member())
            .or_insert_with(|| json!({}));
        let params = training
            .as_object_mut()
            .map(|it| it.entry("params").or_insert_with(|| json!({})));
        if let Some(Json::Object(params)) = params {
            for (name, value) in output.params {
                params.entry(name).or_insert(value);
            }
        }
    }

    /// # Errors
    /// What the files hold does not make a request.
    pub(crate) fn decode(self, access: &FileAccess) -> Result<Experiment, Problem> {
        let mut experiment = decode_value(self.request, access)?;
        if let (Some(table), Some(training)) = (self.table, experiment.artifacts.get_mut(ArtifactKind::Training)) {
            insert_metrics(training, table, &mut experiment.warnings);
        }
        experiment.warnings.extend(self.warnings);
        Ok(experiment)
    }
}
