//! Where an experiment is, when it is not in the request.

/// An experiment that MLflow holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MlflowSource {
    /// The tracking server or store; none is the configured one.
    pub tracking_uri: Option<String>,
    /// What is looked for there.
    pub target: MlflowTarget,
    /// The diagnosis is to be written back to the run, as far as the configuration allows it.
    pub write_back: bool,
}

/// The run that an experiment came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MlflowRun {
    /// The tracking server or store; none is the configured one.
    pub tracking_uri: Option<String>,
    /// Its id.
    pub id: String,
    /// The diagnosis is to be written back to it.
    pub write_back: bool,
}

/// What is looked for in MLflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MlflowTarget {
    /// A run by its id.
    Run(String),
    /// The newest run that recorded a data set of this name.
    Dataset(String),
    /// A model: `name/version`, `name@alias`, `name` (its newest version) or the id of a logged
    /// model; each may have the prefix `models:/`.
    Model(String),
}

impl MlflowTarget {
    /// The member of a request that names it.
    #[must_use]
    pub fn member(&self) -> &'static str {
        match self {
            Self::Run(_) => "run_id",
            Self::Dataset(_) => "dataset_name",
            Self::Model(_) => "model",
        }
    }
}
