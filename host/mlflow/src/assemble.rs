//! A run as an experiment.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use deepfix_artifacts::{
    FileAccess, FileBlob, History, decode_value, metrics_from_csv, parse_yaml, safetensors_summary,
};
use deepfix_core::{ArtifactKind, Experiment, Table};
use futures::{StreamExt as _, stream};
use serde_json::{Map, Value as Json, json};

use crate::{
    MlflowError, RunRecord, Settings,
    files::{self, Found},
    layout::{self, Layout},
    local::{blocking, failed},
    params,
    store::{Listed, Place, Store},
};

/// The largest document of DeepFix's own layout.
const MAX_DOCUMENT: u64 = 64 << 20;
/// The largest `config.json`, `MLmodel`.
const MAX_SMALL: u64 = 4 << 20;
/// The most of a file's start that is read to describe one that is too large: the header of a
/// model with some ten thousand tensors.
const MAX_HEADER: u64 = 8 << 20;
/// Tags that show up in the document.
const MAX_TAGS: usize = 200;

/// Builds the experiment: `into` has the names, the language and the artifacts that are there
/// already.
pub(crate) async fn experiment(
    store: &Store,
    run: &RunRecord,
    model: Option<Place>,
    into: Experiment,
    settings: &Settings,
) -> Result<Experiment, MlflowError> {
    let folder = tempfile::tempdir().map_err(|error| failed(&std::env::temp_dir(), error))?;
    let mut work = Work {
        store,
        run,
        settings,
        folder: folder.path(),
        files: 0,
        warnings: Vec::new(),
    };
    let found = files::walk(store, &Place::of(run)).await?;
    if found.is_cut {
        work.warnings
            .push("the run has more folders than are looked into: a checkpoint deep down may be missed".to_owned());
    }
    let layout = Layout::of(&found.files);
    let mut documents = work.documents(&found.place, &layout).await?;
    let table = match work.layout_table(&found.place, &layout, &mut documents).await? {
        Some(table) => Some(table),
        None if has_values(&documents) => None,
        None => work.history().await?,
    };
    let checkpoint = work.checkpoint(&found, model).await?;
    let request = work.request(&into, documents, checkpoint.as_ref());
    let warnings = std::mem::take(&mut work.warnings);
    let empty = |store: &Store| MlflowError::Empty {
        uri: store.uri(),
        run: run.id.clone(),
    };
    if checkpoint.is_none() && table.is_none() && request.as_object().is_none_or(|it| !has_artifact(it)) {
        return Err(empty(store));
    }
    let (uri, id) = (store.uri(), run.id.clone());
    // The files are opened here: what is downloaded vanishes with the folder, and the opened ones
    // when the analysis is done with them.
    let made = blocking(move || {
        let _folder = folder;
        let mut made = decode_value(request, &FileAccess::default()).map_err(|problem| MlflowError::Content {
            uri,
            run: id,
            problem,
        })?;
        if let Some(table) = table {
            let training = made.artifacts.get_mut(ArtifactKind::Training);
            if let Some(training) = training {
                training.tables.insert("metrics".to_owned(), table);
            }
        }
        if let Some(checkpoint) = checkpoint
            && let Some(artifact) = made.artifacts.get_mut(ArtifactKind::ModelCheckpoint)
        {
            for (name, path) in checkpoint.blobs {
                let blob = FileBlob::open(&path).map_err(|error| failed(&path, error))?;
                artifact.blobs.insert(name, Arc::new(blob));
            }
        }
        Ok(made)
    })
    .await?;
    Ok(merge(into, made, warnings))
}

fn has_artifact(request: &Map<String, Json>) -> bool {
    ArtifactKind::ALL
        .iter()
        .any(|kind| match request.get(kind.request_member()) {
            Some(Json::Object(document)) if *kind == ArtifactKind::Training => {
                document
                    .get("params")
                    .and_then(Json::as_object)
                    .is_some_and(|it| !it.is_empty())
                    || document.contains_key("metrics_values")
            }
            other => other.is_some_and(|it| !it.is_null()),
        })
}

/// What the request had stays; the rest comes from the run.
fn merge(mut into: Experiment, made: Experiment, warnings: Vec<String>) -> Experiment {
    into.artifacts.fill(made.artifacts);
    into.dataset_name = into.dataset_name.or(made.dataset_name);
    if into.model_name.is_empty() {
        into.model_name = made.model_name;
    }
    into.warnings.extend(made.warnings);
    into.warnings
        .extend(warnings.into_iter().map(|it| format!("MLflow: {it}")));
    into.source = None;
    into
}

fn has_values(documents: &BTreeMap<ArtifactKind, Json>) -> bool {
    documents
        .get(&ArtifactKind::Training)
        .and_then(|it| it.get("metrics_values"))
        .is_some_and(|it| !it.is_null())
}

/// A model: its document and its files on this machine.
struct Checkpoint {
    document: Map<String, Json>,
    blobs: Vec<(String, std::path::PathBuf)>,
}

struct Work<'a> {
    store: &'a Store,
    run: &'a RunRecord,
    settings: &'a Settings,
    folder: &'a Path,
    files: usize,
    warnings: Vec<String>,
}

impl Work<'_> {
    async fn fetch(&mut self, place: &Place, file: &Listed, limit: u64) -> Result<std::path::PathBuf, MlflowError> {
        if file.size > limit {
            return Err(MlflowError::TooLarge {
                what: format!("`{}`", file.path),
                size: file.size,
                limit,
                key: "`[mlflow] max_artifact`",
            });
        }
        self.files += 1;
        // A name of our own: the server's may be anything.
        let to = self.folder.join(self.files.to_string());
        self.store.fetch(place, &file.path, &to, limit).await
    }

    async fn text(&mut self, place: &Place, file: &Listed, limit: u64) -> Result<String, MlflowError> {
        let path = self.fetch(place, file, limit).await?;
        blocking(move || std::fs::read_to_string(&path).map_err(|error| failed(&path, error))).await
    }

    /// The documents of DeepFix's own layout. One that cannot be parsed is a warning.
    async fn documents(&mut self, place: &Place, layout: &Layout) -> Result<BTreeMap<ArtifactKind, Json>, MlflowError> {
        let mut documents = BTreeMap::new();
        for (kind, file) in &layout.documents {
            let text = self.text(place, file, MAX_DOCUMENT).await?;
            match blocking(move || Ok(parse_yaml(&text))).await? {
                Ok(Json::Object(mut document)) => {
                    // A path on the client's machine.
                    document.remove("path");
                    document.remove("metrics_path");
                    documents.insert(*kind, Json::Object(document));
                }
                Ok(_) => self.warnings.push(format!("`{}` holds no object: left out", file.path)),
                Err(error) => self.warnings.push(format!("`{}` was left out: {error}", file.path)),
            }
        }
        Ok(documents)
    }

    /// `training_artifacts/metrics.csv` and `params.yaml`.
    async fn layout_table(
        &mut self,
        place: &Place,
        layout: &Layout,
        documents: &mut BTreeMap<ArtifactKind, Json>,
    ) -> Result<Option<Table>, MlflowError> {
        if let Some(file) = &layout.params {
            let text = self.text(place, file, MAX_SMALL).await?;
            match parse_yaml(&text) {
                Ok(params) => {
                    let training = documents.entry(ArtifactKind::Training).or_insert_with(|| json!({}));
                    if training.get("params").is_none_or(Json::is_null)
                        && let Some(training) = training.as_object_mut()
                    {
                        training.insert("params".to_owned(), params);
                    }
                }
                Err(error) => self.warnings.push(format!("`{}` was left out: {error}", file.path)),
            }
        }
        let Some(file) = layout.metrics.as_ref().filter(|_| !has_values(documents)) else {
            return Ok(None);
        };
        let path = self.fetch(place, file, self.settings.max_artifact).await?;
        let read = blocking(move || {
            let file = std::fs::File::open(&path).map_err(|error| failed(&path, error))?;
            Ok(metrics_from_csv(std::io::BufReader::new(file)))
        });
        match read.await? {
            Ok(table) => Ok(Some(table)),
            Err(error) => {
                self.warnings.push(format!("`{}` was left out: {error}", file.path));
                Ok(None)
            }
        }
    }

    /// Every point of every metric.
    async fn history(&mut self) -> Result<Option<Table>, MlflowError> {
        let (store, run, most) = (self.store, self.run, self.settings.max_points);
        let metrics: Vec<String> = run
            .metrics
            .iter()
            .filter(|it| !RunRecord::is_of_machine(it))
            .cloned()
            .collect();
        if metrics.is_empty() {
            return Ok(None);
        }
        let mut histories = stream::iter(metrics)
            .map(|metric| one_history(store, run, metric, most))
            .buffered(self.settings.max_downloads.max(1));
        let mut history = History::default();
        let mut left_out: Vec<String> = Vec::new();
        while let Some(next) = histories.next().await {
            let (metric, points) = next?;
            // A part of a curve would tell another story: a metric is there as a whole or not.
            let Some(points) = points.filter(|it| history.len() + it.len() <= most) else {
                left_out.push(metric);
                continue;
            };
            for (step, value) in points {
                if history.add(&metric, step, value).is_err() {
                    left_out.push(metric);
                    break;
                }
            }
        }
        if !left_out.is_empty() {
            let (names, count) = (left_out.join("`, `"), left_out.len());
            self.warnings.push(format!(
                "{count} metrics were left out, all together have more than {most} points (`[mlflow] max_points`): `{names}`"
            ));
        }
        if history.is_empty() {
            return Ok(None);
        }
        match history.table() {
            Ok(table) => Ok(Some(table)),
            Err(error) => {
                self.warnings.push(format!("the metrics were left out: {error}"));
                Ok(None)
            }
        }
    }

    /// The model among the files of the run, or those of a model that it logged.
    async fn checkpoint(&mut self, own: &Found, model: Option<Place>) -> Result<Option<Checkpoint>, MlflowError> {
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
            match deepfix_artifacts::parse_lenient(text.as_bytes()) {
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
        if file.size <= self.settings.max_artifact {
            let limit = self.settings.max_artifact;
            blobs.push((name, self.fetch(&found.place, file, limit).await?));
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

    /// The run in the form of a request.
    fn request(
        &self,
        into: &Experiment,
        documents: BTreeMap<ArtifactKind, Json>,
        checkpoint: Option<&Checkpoint>,
    ) -> Json {
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
        Json::Object(request)
    }

    /// What belongs to no artifact but helps to understand them.
    fn about(&self) -> Json {
        let tags: Map<String, Json> = self
            .run
            .tags
            .iter()
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

type Points = Option<Vec<(i64, f64)>>;

async fn one_history(
    store: &Store,
    run: &RunRecord,
    metric: String,
    most: usize,
) -> Result<(String, Points), MlflowError> {
    let points = store.history(run, &metric, most).await?;
    Ok((metric, points))
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
