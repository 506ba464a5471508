//! A run as an experiment.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use deepfix_artifacts::{FileAccess, FileBlob, History, decode_value, insert_metrics, metrics_from_csv, parse_yaml};
use deepfix_core::{ArtifactKind, Experiment, MlflowRun, Table};
use futures::{StreamExt as _, stream};
use serde_json::{Map, Value as Json, json};

use crate::{
    MlflowError, RunRecord, Settings, files,
    layout::Layout,
    local::{blocking, failed},
    store::{Place, Store},
};

/// The largest document of DeepFix's own layout.
const MAX_DOCUMENT: u64 = 64 << 20;
/// The largest `config.json`, `MLmodel`.
pub(crate) const MAX_SMALL: u64 = 4 << 20;

/// Builds the experiment: `into` has the names, the language and the artifacts that are there
/// already.
pub(crate) async fn experiment(
    store: &Store,
    run: &RunRecord,
    model: Option<Place>,
    into: Experiment,
    settings: &Settings,
) -> Result<Experiment, MlflowError> {
    if let Some(reason) = &run.unreadable {
        return Err(MlflowError::Unreadable {
            uri: store.uri(),
            run: run.id.clone(),
            reason: reason.clone(),
        });
    }
    let folder = tempfile::tempdir().map_err(|error| failed(&std::env::temp_dir(), error))?;
    let mut work = Work {
        store,
        run,
        settings,
        folder: folder.path(),
        files: 0,
        warnings: Vec::new(),
        gap: None,
    };
    let found = files::walk(store, &Place::of(run)).await?;
    if found.is_cut {
        work.warnings
            .push("the run has more folders than are looked into: a checkpoint deep down may be missed".to_owned());
    }
    if found.files.is_empty() {
        work.warnings.extend(store.away(&found.place).await?);
    }
    let layout = Layout::of(&found.files);
    let mut documents = work.documents(&found.place, &layout).await?;
    let table = match work.layout_table(&found.place, &layout, &mut documents).await? {
        Some(table) => Some(table),
        None if has_values(&documents) => None,
        None => work.history().await?,
    };
    let checkpoint = work.checkpoint(&found, model).await?;
    let mut request = work.request(&into, documents, checkpoint.as_ref());
    let warnings = std::mem::take(&mut work.warnings);
    // Names and tags alone are nothing that a training analysis could look at.
    if table.is_none() && !has_training(&request) {
        request.remove(ArtifactKind::Training.request_member());
    }
    let (uri, id) = (store.uri(), run.id.clone());
    if !ArtifactKind::ALL
        .iter()
        .any(|it| request.contains_key(it.request_member()))
    {
        return Err(work.gap.take().unwrap_or(MlflowError::Empty { uri, run: id }));
    }
    // The files are opened here: what is downloaded vanishes with the folder, and the opened ones
    // when the analysis is done with them.
    let made = blocking(move || {
        let _folder = folder;
        let mut made = decode_value(Json::Object(request), &FileAccess::default())
            .map_err(|problem| MlflowError::Content { uri, run: id, problem })?;
        if let Some(table) = table {
            let training = made.artifacts.get_mut(ArtifactKind::Training);
            if let Some(training) = training {
                insert_metrics(training, table, &mut made.warnings);
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
    Ok(merge(run, into, made, warnings))
}

fn has_training(request: &Map<String, Json>) -> bool {
    let document = request.get(ArtifactKind::Training.request_member());
    document.is_some_and(|it| {
        let params = it.get("params").and_then(Json::as_object);
        params.is_some_and(|it| !it.is_empty()) || it.get("metrics_values").is_some()
    })
}

/// What the request had stays; the rest comes from the run.
fn merge(run: &RunRecord, mut into: Experiment, made: Experiment, warnings: Vec<String>) -> Experiment {
    into.artifacts.fill(made.artifacts);
    into.dataset_name = into.dataset_name.or(made.dataset_name);
    if into.model_name.is_empty() {
        into.model_name = made.model_name;
    }
    into.warnings.extend(made.warnings);
    into.warnings
        .extend(warnings.into_iter().map(|it| format!("MLflow: {it}")));
    if let Some(source) = into.source.take() {
        into.run = Some(MlflowRun {
            tracking_uri: source.tracking_uri,
            id: run.id.clone(),
            write_back: source.write_back,
        });
    }
    into
}

fn has_values(documents: &BTreeMap<ArtifactKind, Json>) -> bool {
    documents
        .get(&ArtifactKind::Training)
        .and_then(|it| it.get("metrics_values"))
        .is_some_and(|it| !it.is_null())
}

/// What is being put together.
pub(crate) struct Work<'a> {
    pub store: &'a Store,
    pub run: &'a RunRecord,
    pub settings: &'a Settings,
    pub folder: &'a Path,
    pub files: usize,
    pub warnings: Vec<String>,
    /// The first file that could not be had: where nothing else is there, that is the reason.
    pub gap: Option<MlflowError>,
}

impl Work<'_> {
    /// The documents of DeepFix's own layout. One that cannot be parsed is a warning.
    async fn documents(&mut self, place: &Place, layout: &Layout) -> Result<BTreeMap<ArtifactKind, Json>, MlflowError> {
        let mut documents = BTreeMap::new();
        for (kind, file) in &layout.documents {
            let Some(text) = self.text_or_gap(place, file, MAX_DOCUMENT).await? else {
                continue;
            };
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
        if let Some(file) = &layout.params
            && let Some(text) = self.text_or_gap(place, file, MAX_SMALL).await?
        {
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
        let path = match self.fetch(place, file, self.settings.max_artifact).await {
            Ok(path) => path,
            Err(error) => return self.gap(file, error).map(|()| None),
        };
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
}

type Points = Option<Vec<(i64, f64)>>;

async fn one_history(
    store: &Store,
    run: &RunRecord,
    metric: String,
    most: usize,
) -> Result<(String, Points), MlflowError> {
    let points = match run.histories.get(&metric) {
        Some(points) => Some(points.clone()).filter(|it| it.len() <= most),
        None => store.history(run, &metric, most).await?,
    };
    Ok((metric, points))
}
