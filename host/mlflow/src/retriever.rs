use std::{sync::Arc, time::Duration};

use deepfix_core::{Experiment, MlflowRun, MlflowSource, MlflowTarget};

use crate::{
    MlflowError, RunRecord, Settings,
    access::Access,
    assemble, bulk,
    database::Database,
    folder::FolderStore,
    local::blocking,
    location::Location,
    store::{Place, Store},
    write_back::{self, WriteBack},
};

/// Gets experiments from MLflow.
#[derive(Clone)]
pub struct Retriever(Arc<Inner>);

struct Inner {
    access: Access,
    settings: Settings,
}

/// What runs are wanted.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The tracking server or store; none is the configured one.
    pub tracking_uri: Option<String>,
    /// The experiment's name or id.
    pub experiment: String,
    /// A filter in MLflow's own language; empty takes all.
    pub filter: String,
}

/// Some of the runs that were searched for, newest first.
#[derive(Debug)]
pub struct RunPage {
    /// The runs.
    pub runs: Vec<RunRecord>,
    /// What to pass for the next page; none after the last.
    pub next: Option<String>,
}

impl Retriever {
    /// # Errors
    /// A tracking URI of the settings cannot be read.
    pub fn new(settings: Settings) -> Result<Self, MlflowError> {
        Ok(Self(Arc::new(Inner {
            access: Access::new(&settings)?,
            settings,
        })))
    }

    /// Adds what its [source](Experiment::source) has to an experiment. Artifacts that are there
    /// already stay.
    ///
    /// # Errors
    /// The source is unknown, not allowed or not reachable in time, or holds nothing.
    pub async fn fill(&self, experiment: Experiment, time_left: Duration) -> Result<Experiment, MlflowError> {
        let Some(source) = experiment.source.clone() else {
            return Ok(experiment);
        };
        let work = async {
            let (store, run, place) = self.find(&source).await?;
            assemble::experiment(&store, &run, place, experiment, &self.0.settings).await
        };
        tokio::time::timeout(time_left, work)
            .await
            .map_err(|_| self.deadline(&source))?
    }

    /// Writes a report and tags to the run that an experiment came from. Nothing is written unless
    /// its server may be reached by the configuration.
    ///
    /// # Errors
    /// The run is in a store that is not written to, or the server refuses.
    pub async fn write_back(
        &self,
        run: &MlflowRun,
        written: &WriteBack,
        time_left: Duration,
    ) -> Result<(), MlflowError> {
        let uri = run.tracking_uri.as_deref();
        let location = self.0.access.location(uri)?;
        match &location {
            Location::Server(_) => {}
            Location::Database(_) => {
                return Err(MlflowError::ReadOnly {
                    uri: location.to_string(),
                });
            }
            Location::Folder(path) => {
                let (store, id, written) = (FolderStore::new(path.clone()), run.id.clone(), written.clone());
                return blocking(move || store.write_back(&id, &written)).await;
            }
        }
        let client = self.0.access.client(uri, &self.0.settings)?;
        let work = write_back::write(&client, &run.id, written);
        tokio::time::timeout(time_left, work)
            .await
            .map_err(|_| MlflowError::Deadline {
                uri: location.to_string(),
            })?
    }

    /// A run that a search found, as an experiment; `language` is that of the answer, `write_back`
    /// whether the diagnosis is to be written to the run.
    ///
    /// # Errors
    /// The run's parts cannot be read, or it holds nothing.
    pub async fn experiment(
        &self,
        tracking_uri: Option<&str>,
        run: &RunRecord,
        language: &str,
        write_back: bool,
    ) -> Result<Experiment, MlflowError> {
        let store = self.store(tracking_uri)?;
        let experiment = Experiment {
            language: language.to_owned(),
            source: Some(MlflowSource {
                tracking_uri: tracking_uri.map(str::to_owned),
                target: MlflowTarget::Run(run.id.clone()),
                write_back,
            }),
            ..Experiment::default()
        };
        assemble::experiment(&store, run, None, experiment, &self.0.settings).await
    }

    /// A page of the runs of an experiment.
    ///
    /// # Errors
    /// The experiment is unknown, the filter is wrong, or the server is not reachable or allowed.
    pub async fn runs(&self, search: &Search, page: Option<&str>) -> Result<RunPage, MlflowError> {
        let store = self.store(search.tracking_uri.as_deref())?;
        let mut page = store.search(&search.experiment, &search.filter, page).await?;
        if let Store::Server(client) = &store {
            bulk::fill(client, &mut page.runs, self.0.settings.max_downloads).await;
        }
        Ok(RunPage {
            runs: page.runs,
            next: page.next,
        })
    }

    async fn find(&self, source: &MlflowSource) -> Result<(Store, RunRecord, Option<Place>), MlflowError> {
        let store = self.store(source.tracking_uri.as_deref())?;
        let (run, place) = match &source.target {
            MlflowTarget::Run(id) => (store.run(id).await?, None),
            MlflowTarget::Dataset(name) => (store.dataset(name).await?, None),
            MlflowTarget::Model(name) => store.model(name).await?,
        };
        Ok((store, run, place))
    }

    fn store(&self, uri: Option<&str>) -> Result<Store, MlflowError> {
        let Inner { access, settings } = &*self.0;
        Ok(match access.location(uri)? {
            Location::Server(_) => Store::Server(access.client(uri, settings)?),
            Location::Folder(path) => Store::Folder(FolderStore::new(path.clone())),
            Location::Database(path) => Store::Database(Database::new(path.clone())),
        })
    }

    fn deadline(&self, source: &MlflowSource) -> MlflowError {
        let location = self.0.access.location(source.tracking_uri.as_deref());
        MlflowError::Deadline {
            uri: location.map(ToString::to_string).unwrap_or_default(),
        }
    }
}
