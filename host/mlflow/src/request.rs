//! A run in the form of a request.

use std::collections::BTreeMap;

use deepfix_core::{ArtifactKind, Experiment};
use serde_json::{Map, Value as Json, json};

use crate::{assemble::Work, checkpoint::Checkpoint, params};

/// Tags that show up in the document.
const MAX_TAGS: usize = 200;

impl Work<'_> {
    /// The run in the form of a request.
    pub(crate) fn request(
        &self,
        into: &Experiment,
        documents: BTreeMap<ArtifactKind, Json>,
        checkpoint: Option<&Checkpoint>,
    ) -> Map<String, Json> {
        let mut documents = documents;
        let training = documents.entry(ArtifactKind::Training).or_insert_with(|| json!({}));
        if let Some(training) = training.as_object_mut() {
            if training.get("params").is_none_or(Json::is_null) {
                training.insert("params".to_owned(), Json::Object(params::of(&self.run.params)));
            }
            training.insert("mlflow".to_owned(), self.about());
        }
        if let Some(checkpoint) = checkpoint {
            let document = documents
                .entry(ArtifactKind::ModelCheckpoint)
                .or_insert_with(|| json!({}));
            if let Some(document) = document.as_object_mut() {
                for (name, value) in &checkpoint.document {
                    if document.get(name).is_none_or(Json::is_null) {
                        document.insert(name.clone(), value.clone());
                    }
                }
            }
        }
        let mut request = Map::new();
        let (dataset, model) = self.run.name.split_once("___").unwrap_or((&self.run.name, ""));
        let recorded = self.run.datasets.first().map(|it| it.name.as_str());
        let inner = documents
            .get(&ArtifactKind::Dataset)
            .and_then(|it| it.get("dataset_name")?.as_str().map(str::to_owned));
        let name = inner.as_deref().or(recorded).unwrap_or(dataset);
        request.insert("dataset_name".to_owned(), json!(name));
        request.insert("model_name".to_owned(), json!(model));
        request.insert("language".to_owned(), json!(into.language));
        for (kind, document) in documents {
            request.insert(kind.request_member().to_owned(), document);
        }
        request
    }

    /// What belongs to no artifact but helps to understand them.
    fn about(&self) -> Json {
        let tags: Map<String, Json> = self
            .run
            .tags
            .iter()
            // An earlier diagnosis says nothing of the training.
            .filter(|(key, _)| !key.starts_with("deepfix."))
            .filter(|(key, _)| !key.starts_with("mlflow.") || key == "mlflow.source.name")
            .take(MAX_TAGS)
            .map(|(key, value)| (key.clone(), json!(value)))
            .collect();
        let parsed = |text: &str| serde_json::from_str::<Json>(text).unwrap_or_else(|_| json!(text));
        let datasets: Vec<Json> = self
            .run
            .datasets
            .iter()
            .map(|it| {
                json!({
                    "name": it.name, "digest": it.digest, "context": it.context,
                    "profile": parsed(&it.profile), "schema": parsed(&it.schema),
                })
            })
            .collect();
        json!({
            "run_id": self.run.id, "run_name": self.run.name, "experiment_id": self.run.experiment_id,
            "status": self.run.status, "tags": tags, "datasets": datasets, "models": self.run.models,
        })
    }
}
