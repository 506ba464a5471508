//! A server or a store on disk, behind one face.

use std::path::{Path, PathBuf};

use crate::{
    MlflowError, RunRecord,
    client::SharedClient,
    database::Database,
    filter::Filter,
    find,
    folder::FolderStore,
    local::{self, blocking},
    server,
};

/// The files of a run or of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Those of a run.
    Run { id: String, uri: String },
    /// Those of a logged model.
    Model { id: String, uri: String },
}

impl Place {
    pub(crate) fn of(run: &RunRecord) -> Self {
        Self::Run {
            id: run.id.clone(),
            uri: run.artifact_uri.clone(),
        }
    }

    pub(crate) fn uri(&self) -> &str {
        match self {
            Self::Run { uri, .. } | Self::Model { uri, .. } => uri,
        }
    }
}

/// An entry of a folder of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// From the root of the place on, with `/`.
    pub path: String,
    pub is_folder: bool,
    pub size: u64,
}

/// Runs in the order of the search.
pub(crate) struct Page {
    pub runs: Vec<RunRecord>,
    pub next: Option<String>,
}

/// Where runs are.
#[derive(Clone)]
pub(crate) enum Store {
    Server(SharedClient),
    Folder(FolderStore),
    Database(Database),
}

impl Store {
    /// For messages.
    pub(crate) fn uri(&self) -> String {
        match self {
            Self::Server(client) => client.uri().to_owned(),
            Self::Folder(folder) => folder.uri(),
            Self::Database(database) => database.uri(),
        }
    }

    pub(crate) async fn run(&self, id: &str) -> Result<RunRecord, MlflowError> {
        match self {
            Self::Server(client) => server::run(client, id).await,
            Self::Folder(it) => {
                let (it, id) = (it.clone(), id.to_owned());
                blocking(move || it.run(&id)).await
            }
            Self::Database(it) => {
                let (it, id) = (it.clone(), id.to_owned());
                blocking(move || it.run(&id)).await
            }
        }
    }

    /// The newest run that recorded a data set.
    pub(crate) async fn dataset(&self, name: &str) -> Result<RunRecord, MlflowError> {
        match self {
            Self::Server(client) => find::dataset(client, name).await,
            Self::Folder(it) => {
                let (it, name) = (it.clone(), name.to_owned());
                blocking(move || it.dataset(&name)).await
            }
            Self::Database(it) => {
                let (it, name) = (it.clone(), name.to_owned());
                blocking(move || it.dataset(&name)).await
            }
        }
    }

    /// The run of a model, and the model's own files.
    pub(crate) async fn model(&self, name: &str) -> Result<(RunRecord, Option<Place>), MlflowError> {
        match self {
            Self::Server(client) => find::model(client, name).await,
            Self::Folder(it) => {
                let (it, name) = (it.clone(), name.to_owned());
                blocking(move || it.model(&name)).await
            }
            Self::Database(it) => {
                let (it, name) = (it.clone(), name.to_owned());
                blocking(move || it.model(&name)).await
            }
        }
    }

    /// All values of a metric as (step, value); none when there are more than `most`.
    pub(crate) async fn history(
        &self,
        run: &RunRecord,
        metric: &str,
        most: usize,
    ) -> Result<Option<Vec<(i64, f64)>>, MlflowError> {
        match self {
            Self::Server(client) => server::history(client, &run.id, metric, most).await,
            Self::Folder(it) => {
                let (it, run, metric) = (it.clone(), run.clone(), metric.to_owned());
                blocking(move || it.history(&run, &metric, most)).await
            }
            Self::Database(it) => {
                let (it, run, metric) = (it.clone(), run.id.clone(), metric.to_owned());
                blocking(move || it.history(&run, &metric, most)).await
            }
        }
    }

    /// The files of a logged model.
    pub(crate) async fn model_place(&self, id: &str) -> Result<Option<Place>, MlflowError> {
        match self {
            Self::Server(client) => find::logged_model(client, id).await.map(|it| Some(it.1)),
            Self::Folder(it) => {
                let (it, id) = (it.clone(), id.to_owned());
                blocking(move || it.model_place(&id)).await
            }
            Self::Database(it) => {
                let (it, id) = (it.clone(), id.to_owned());
                blocking(move || it.model_place(&id)).await
            }
        }
    }

    /// One folder of a place.
    pub(crate) async fn list(&self, place: &Place, folder: &str) -> Result<Vec<Listed>, MlflowError> {
        match self {
            Self::Server(client) => server::list(client, place, folder).await,
            Self::Folder(_) | Self::Database(_) => {
                let (root, place, folder) = (self.root(), place.clone(), folder.to_owned());
                blocking(move || local::list(&root, &place, &folder)).await
            }
        }
    }

    /// What to tell of the files of a place that this store cannot reach.
    pub(crate) async fn away(&self, place: &Place) -> Result<Option<String>, MlflowError> {
        match self {
            Self::Server(_) => Ok(None),
            Self::Folder(_) | Self::Database(_) => {
                let (root, place) = (self.root(), place.clone());
                blocking(move || Ok(local::away(&root, &place))).await
            }
        }
    }

    /// The first bytes of a file.
    pub(crate) async fn start_of(&self, place: &Place, path: &str, length: u64) -> Result<Vec<u8>, MlflowError> {
        match self {
            Self::Server(client) => server::start_of(client, place, path, length).await,
            Self::Folder(_) | Self::Database(_) => {
                let (root, place, path) = (self.root(), place.clone(), path.to_owned());
                blocking(move || local::start_of(&root, &place, &path, length)).await
            }
        }
    }

    /// A file on this machine: downloaded to `to`, or where it lies already.
    pub(crate) async fn fetch(&self, place: &Place, path: &str, to: &Path, limit: u64) -> Result<PathBuf, MlflowError> {
        match self {
            Self::Server(client) => {
                server::download(client, place, path, to, limit).await?;
                Ok(to.to_owned())
            }
            Self::Folder(_) | Self::Database(_) => {
                let (root, place, path) = (self.root(), place.clone(), path.to_owned());
                blocking(move || local::file(&root, &place, &path)).await
            }
        }
    }

    /// The runs of an experiment that match a filter, newest first.
    pub(crate) async fn search(&self, experiment: &str, filter: &str, page: Option<&str>) -> Result<Page, MlflowError> {
        match self {
            Self::Server(client) => find::runs(client, experiment, filter, page).await,
            Self::Folder(it) => {
                let (it, experiment) = (it.clone(), experiment.to_owned());
                let (filter, offset) = (Filter::parse(filter)?, offset_of(page));
                blocking(move || {
                    let page = it.runs_page(&experiment, offset)?;
                    filtered(page, &filter, |run, metric| it.latest(run, metric))
                })
                .await
            }
            Self::Database(it) => {
                let (it, experiment) = (it.clone(), experiment.to_owned());
                let (filter, offset) = (Filter::parse(filter)?, offset_of(page));
                blocking(move || {
                    let page = it.runs_page(&experiment, offset)?;
                    filtered(page, &filter, |run, metric| it.latest(&run.id, metric))
                })
                .await
            }
        }
    }

    /// The folder that local files have to lie below.
    fn root(&self) -> PathBuf {
        match self {
            Self::Server(_) => PathBuf::new(),
            Self::Folder(it) => it.root(),
            Self::Database(it) => it.root(),
        }
    }
}

fn offset_of(page: Option<&str>) -> usize {
    page.and_then(|it| it.parse().ok()).unwrap_or(0)
}

/// The runs of a page that fit; the page may become empty although others follow. Of a run that cannot be read
/// nobody knows whether it fits: it stays, and says so.
fn filtered(
    page: Page,
    filter: &Filter,
    latest: impl Fn(&RunRecord, &str) -> Result<Option<f64>, MlflowError>,
) -> Result<Page, MlflowError> {
    let mut runs = Vec::new();
    for mut run in page.runs {
        let fits = run.unreadable.is_some() || {
            match filter.matches(&run, |metric| latest(&run, metric)) {
                Ok(fits) => fits,
                // Of this run: a metric's file that is damaged.
                Err(MlflowError::Local { path, reason }) => {
                    run.unreadable = Some(format!("{}: {reason}", path.display()));
                    true
                }
                Err(error) => return Err(error),
            }
        };
        if fits {
            runs.push(run);
        }
    }
    Ok(Page { runs, next: page.next })
}
