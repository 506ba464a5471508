//! The model of a run.

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
    pub blobs: Vec<(String, std::path::PathBuf)>,
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
            match self.store.model_place(id).await {
                Ok(Some(place)) => places.push(files::walk(self.store, &place).await?),
                Ok(None) => {}
                // A model that was deleted since.
                Err(MlflowError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        for found in &places {
            if let Some(file) = layout::checkpoint(&found.files) {
                return self.read_checkpoint(found, file).await.map(Some);
            }
        }
        Ok(None)
    }

    async fn read_checkpoint(&mut self, found: &Found, file: &Listed) -> Result<Checkpoint, MlflowError> {
        let mut document = Map::new();
        document.insert("artifact".to_owned(), json!(file.path));
        if let Some(config) = layout::beside(&found.files, file, "config.json") {
            let text = self.text(&found.place, config, MAX_SMALL).await?;
            match parse_lenient(text.as_bytes()) {
                Ok(config) if config.is_object() => {
                    document.insert("config".to_owned(), config);
                }
                _ => self
                    .warnings
                    .push(format!("`{}` is no JSON object: left out", config.path)),
            }
        }
        if let Some(mlmodel) = found
            .files
            .iter()
            .find(|it| it.path.rsplit('/').next() == Some("MLmodel"))
        {
            let text = self.text(&found.place, mlmodel, MAX_SMALL).await?;
            if let Ok(described) = parse_yaml(&text) {
                document.insert("context".to_owned(), json!({ "mlmodel": mlmodel_part(&described) }));
            }
        }
        let name = file.path.rsplit('/').next().unwrap_or(&file.path).to_owned();
        let mut blobs = Vec::new();
        let limit = self.settings.max_artifact;
        let parts = layout::parts(&found.files, file);
        let total = parts.iter().map(|it| it.size).fold(file.size, u64::saturating_add);
        if total <= limit {
            blobs.push((name, self.fetch(&found.place, file, limit).await?));
            for part in parts {
                let name = part.path.rsplit('/').next().unwrap_or(&part.path).to_owned();
                blobs.push((name, self.fetch(&found.place, part, limit).await?));
            }
        } else if file.size <= limit {
            self.warnings.push(format!(
                "`{}` and the {} files that belong to it have {total} bytes, more than `[mlflow] max_artifact` \
                 ({limit}): its weights were not examined",
                file.path,
                parts.len()
            ));
        } else {
            self.describe_large(found, file, &mut document).await?;
        }
        Ok(Checkpoint { document, blobs })
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
