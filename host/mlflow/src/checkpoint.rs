//! The model of a run.

use std::path::PathBuf;

use serde_json::{Map, Value as Json, json};

use deepfix_artifacts::{parse_lenient, parse_yaml, safetensors_summary};

use crate::{
    MlflowError,
    assemble::{MAX_SMALL, Work},
    files::{self, Found},
    layout,
    store::{Listed, Place},
};

/// The most of a file's start that is read to describe one that is too large: the header of a
/// model with some ten thousand tensors.
const MAX_HEADER: u64 = 8 << 20;

/// A model: its document and its files on this machine.
pub(crate) struct Checkpoint {
    pub document: Map<String, Json>,
    pub blobs: Vec<(String, PathBuf)>,
}

impl Work<'_> {
    /// The model among the files of the run, or those of a model that it logged.
    pub(crate) async fn checkpoint(
        &mut self,
        own: &Found,
        model: Option<Place>,
    ) -> Result<Option<Checkpoint>, MlflowError> {
        let mut places = Vec::new();
        if let Some(place) = model {
            places.push(files::walk(self.store, &place).await?);
        }
        places.push(own.clone());
        // The last one is the newest.
        for id in self.run.models.iter().rev() {
            if places.iter().any(|it| layout::checkpoint(&it.files).is_some()) {
                break;
            }
            match self.files_of_model(id).await {
                Ok(found) => places.extend(found),
                // A model that was deleted since.
                Err(MlflowError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        for found in &places {
            if let Some(file) = layout::checkpoint(&found.files) {
                return self.read_checkpoint(found, file).await;
            }
        }
        // Without weights: what was logged of a model still says what goes in and what comes out.
        for found in &places {
            if let Some(context) = self.described(found).await? {
                let document = Map::from_iter([("context".to_owned(), context)]);
                return Ok(Some(Checkpoint {
                    document,
                    blobs: Vec::new(),
                }));
            }
        }
        Ok(None)
    }

    async fn files_of_model(&self, id: &str) -> Result<Option<Found>, MlflowError> {
        match self.store.model_place(id).await? {
            Some(place) => files::walk(self.store, &place).await.map(Some),
            None => Ok(None),
        }
    }

    /// What an `MLmodel` file, the one closest to the root, says of the model.
    async fn described(&mut self, found: &Found) -> Result<Option<Json>, MlflowError> {
        let is_one = |it: &&Listed| it.path.rsplit('/').next() == Some("MLmodel");
        let Some(file) = found.files.iter().find(is_one) else {
            return Ok(None);
        };
        let Some(text) = self.text_or_gap(&found.place, file, MAX_SMALL).await? else {
            return Ok(None);
        };
        match parse_yaml(&text) {
            Ok(described) if described.is_object() => Ok(Some(json!({ "mlmodel": mlmodel_part(&described) }))),
            _ => {
                self.warnings.push(format!("`{}` holds no object: left out", file.path));
                Ok(None)
            }
        }
    }

    /// None where nothing of it could be read, which is a warning then.
    async fn read_checkpoint(&mut self, found: &Found, file: &Listed) -> Result<Option<Checkpoint>, MlflowError> {
        let mut document = Map::new();
        if let Some(config) = layout::beside(&found.files, file, "config.json")
            && let Some(text) = self.text_or_gap(&found.place, config, MAX_SMALL).await?
        {
            match parse_lenient(text.as_bytes()) {
                Ok(config) if config.is_object() => {
                    document.insert("config".to_owned(), config);
                }
                _ => self
                    .warnings
                    .push(format!("`{}` is no JSON object: left out", config.path)),
            }
        }
        if let Some(context) = self.described(found).await? {
            document.insert("context".to_owned(), context);
        }
        let blobs = match self.weights(found, file, &mut document).await {
            Ok(blobs) => blobs,
            Err(error) => {
                self.gap(file, error)?;
                if document.is_empty() {
                    return Ok(None);
                }
                Vec::new()
            }
        };
        document.insert("artifact".to_owned(), json!(file.path));
        Ok(Some(Checkpoint { document, blobs }))
    }

    /// The model's files, all of them or none: some of several would be another model.
    async fn weights(
        &mut self,
        found: &Found,
        file: &Listed,
        document: &mut Map<String, Json>,
    ) -> Result<Vec<(String, PathBuf)>, MlflowError> {
        let limit = self.settings.max_artifact;
        let parts = layout::parts(&found.files, file);
        let total = parts.iter().map(|it| it.size).fold(file.size, u64::saturating_add);
        let mut blobs = Vec::new();
        if total <= limit {
            for it in std::iter::once(file).chain(parts) {
                let name = it.path.rsplit('/').next().unwrap_or(&it.path).to_owned();
                blobs.push((name, self.fetch(&found.place, it, limit).await?));
            }
        } else if file.size <= limit {
            self.warnings.push(format!(
                "`{}` and the {} files that belong to it have {total} bytes, more than `[mlflow] max_artifact` \
                 ({limit}): its weights were not examined",
                file.path,
                parts.len()
            ));
        } else {
            self.describe_large(found, file, document).await?;
        }
        Ok(blobs)
    }

    /// A file that is too large to be downloaded: what its header says of it.
    async fn describe_large(
        &mut self,
        found: &Found,
        file: &Listed,
        document: &mut Map<String, Json>,
    ) -> Result<(), MlflowError> {
        let limit = self.settings.max_artifact;
        let mut said = format!(
            "`{}` has {} bytes, more than `[mlflow] max_artifact` ({limit}): its weights were not examined",
            file.path, file.size
        );
        if file.path.ends_with(".safetensors") {
            let start = self
                .store
                .start_of(&found.place, &file.path, MAX_HEADER.min(file.size))
                .await?;
            match safetensors_summary(&start, file.size) {
                Ok(summary) => {
                    document.insert("header".to_owned(), summary);
                }
                Err(why) => said += &format!("; its header: {why}"),
            }
        }
        self.warnings.push(said);
        Ok(())
    }
}

/// What an `MLmodel` file says of a model, without the environment.
fn mlmodel_part(described: &Json) -> Json {
    let signature = described.get("signature").map(|signature| {
        let part = |name: &str| {
            let text = signature.get(name)?.as_str()?;
            serde_json::from_str::<Json>(text).ok()
        };
        json!({ "inputs": part("inputs"), "outputs": part("outputs") })
    });
    let flavors: Vec<&String> = described
        .get("flavors")
        .and_then(Json::as_object)
        .map(|it| it.keys().collect())
        .unwrap_or_default();
    json!({ "flavors": flavors, "signature": signature })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_read_from_the_texts_that_hold_it() {
        let text = r#"
flavors: {python_function: {env: {conda: conda.yaml}}, sklearn: {code: null}}
signature:
  inputs: '[{"type": "double", "name": "age", "required": true}, {"type": "string",
    "name": "city", "required": true}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
"#;
        let part = mlmodel_part(&parse_yaml(text).unwrap());
        assert_eq!(part["flavors"], json!(["python_function", "sklearn"]));
        assert_eq!(part["signature"]["inputs"][1]["name"], "city");
        assert_eq!(part["signature"]["outputs"][0]["tensor-spec"]["shape"], json!([-1]));
        let part = mlmodel_part(&json!({ "signature": { "inputs": "[" } }));
        assert_eq!(
            part,
            json!({ "flavors": [], "signature": { "inputs": null, "outputs": null } })
        );
        assert_eq!(mlmodel_part(&json!({}))["signature"], Json::Null);
    }
}
