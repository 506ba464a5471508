use std::{collections::BTreeMap, fmt, io, sync::Arc};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{MlflowRun, MlflowSource, Table};

/// What an experiment can leave behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub enum ArtifactKind {
    /// Statistics of the data sets.
    #[serde(rename = "dataset")]
    Dataset,
    /// Results of data and model checks.
    #[serde(rename = "deepchecks")]
    Deepchecks,
    /// The saved model.
    #[serde(rename = "model_checkpoint")]
    ModelCheckpoint,
    /// Metrics over time and the training parameters.
    #[serde(rename = "training")]
    Training,
}

impl ArtifactKind {
    /// All kinds, in the order of the wire.
    pub const ALL: [Self; 4] = [Self::Dataset, Self::Deepchecks, Self::ModelCheckpoint, Self::Training];

    /// The name that the configuration uses.
    #[must_use]
    pub fn config_name(self) -> &'static str {
        match self {
            Self::Dataset => "dataset",
            Self::Deepchecks => "deepchecks",
            Self::ModelCheckpoint => "model_checkpoint",
            Self::Training => "training",
        }
    }

    /// The name in `analyzed_artifacts` of a response.
    #[must_use]
    pub fn wire_name(self) -> &'static str {
        match self {
            Self::Dataset => "DatasetArtifacts",
            Self::Deepchecks => "DeepchecksArtifacts",
            Self::ModelCheckpoint => "ModelCheckpointArtifacts",
            Self::Training => "TrainingArtifacts",
        }
    }

    /// The member of a request that carries it.
    #[must_use]
    pub fn request_member(self) -> &'static str {
        match self {
            Self::Dataset => "dataset_artifacts",
            Self::Deepchecks => "deepchecks_artifacts",
            Self::ModelCheckpoint => "model_checkpoint_artifacts",
            Self::Training => "training_artifacts",
        }
    }
}

/// Bytes of any size, readable from several threads at once.
pub trait Blob: Send + Sync {
    /// The length in bytes.
    fn size(&self) -> u64;

    /// Fills `buffer` from `offset` on and returns how many bytes were there: fewer than asked
    /// only at the end.
    ///
    /// # Errors
    /// The underlying file cannot be read.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
}

/// One artifact: a document, and what is too large for one.
#[derive(Clone, Default)]
pub struct Artifact {
    /// Everything that is small, in a normal form that does not depend on the client's
    /// generation.
    pub document: serde_json::Value,
    /// Tables by name.
    pub tables: BTreeMap<String, Table>,
    /// Blobs by name.
    pub blobs: BTreeMap<String, Arc<dyn Blob>>,
}

impl fmt::Debug for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Artifact")
            .field("tables", &self.tables.keys())
            .field("blobs", &self.blobs.keys())
            .finish_non_exhaustive()
    }
}

/// All artifacts of one experiment.
#[derive(Debug, Clone, Default)]
pub struct ArtifactSet {
    artifacts: BTreeMap<ArtifactKind, Artifact>,
}

impl ArtifactSet {
    /// Adds an artifact, or replaces it.
    pub fn insert(&mut self, kind: ArtifactKind, artifact: Artifact) {
        self.artifacts.insert(kind, artifact);
    }

    /// An artifact by kind.
    #[must_use]
    pub fn get(&self, kind: ArtifactKind) -> Option<&Artifact> {
        self.artifacts.get(&kind)
    }

    /// An artifact by kind, to be changed.
    #[must_use]
    pub fn get_mut(&mut self, kind: ArtifactKind) -> Option<&mut Artifact> {
        self.artifacts.get_mut(&kind)
    }

    /// Adds the artifacts of kinds that are not there yet.
    pub fn fill(&mut self, others: Self) {
        for (kind, artifact) in others.artifacts {
            self.artifacts.entry(kind).or_insert(artifact);
        }
    }

    /// The kinds that are there.
    pub fn kinds(&self) -> impl Iterator<Item = ArtifactKind> + '_ {
        self.artifacts.keys().copied()
    }

    /// Whether an artifact is there.
    #[must_use]
    pub fn has(&self, kind: ArtifactKind) -> bool {
        self.artifacts.contains_key(&kind)
    }

    /// Whether nothing is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.artifacts.is_empty()
    }
}

/// What is to be diagnosed: names, language and artifacts.
#[derive(Debug, Clone, Default)]
pub struct Experiment {
    /// The data set's name, as the client gave it.
    pub dataset_name: Option<String>,
    /// The model's name; empty when there is none.
    pub model_name: String,
    /// The language of the answer, in lower case.
    pub language: String,
    /// What the experiment left behind.
    pub artifacts: ArtifactSet,
    /// Where the artifacts that are not in `artifacts` are; see
    /// [`Diagnosis::retrieve`](crate::Diagnosis::retrieve).
    pub source: Option<MlflowSource>,
    /// The run that it was retrieved from.
    pub run: Option<MlflowRun>,
    /// What was odd about the request but did not keep it from being read.
    pub warnings: Vec<String>,
}
