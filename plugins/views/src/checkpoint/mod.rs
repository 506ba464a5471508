//! The checkpoint artifact: its configuration, and the header of its file. Reading it costs
//! one or two reads of the blob, whatever the size of the file.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod config;
mod cursor;
mod damage;
mod dtype;
mod file;
mod format;
mod gguf;
mod header;
mod names;
mod npz;
mod numpy;
mod onnx;
mod order;
mod parsed;
mod parts;
mod skops;
mod space;
mod topology;
mod torch;
mod zip;

pub use config::{Config, Setting};
pub use damage::{Damage, LayoutProblem};
pub use dtype::Dtype;
pub use file::{File, FileState};
pub use format::Format;
pub use header::{Header, LENGTH_FIELD, MAX_HEADER, Tensor};
pub(crate) use parsed::{Content, Parsed, one_file};
pub use space::{Piece, Space};
pub use topology::{Layer, LayerKind, Norm, Topology};
pub use torch::{Built, ImportKind, Pickled, Weights, is_strange_call, kind_of_import, weights_only_takes};

use deepfix_plugin::{ArtifactKind, Context, Error};
use serde_json::Value as Json;

/// What a checkpoint artifact holds.
#[derive(Debug, Clone)]
pub struct CheckpointView {
    /// The path that the client named.
    pub path: Option<String>,
    /// The model's class or architecture, as the client named it.
    pub model_type: Option<String>,
    /// The constructor's parameters; null where there are none.
    pub hyperparameters: Json,
    /// The configuration.
    pub config: Config,
    /// The file, where the host could open it.
    pub file: Option<File>,
}

impl CheckpointView {
    /// Reads document and header.
    ///
    /// # Errors
    /// The artifact is not there, or not granted.
    pub fn read(cx: &Context<'_>) -> Result<Self, Error> {
        let read = |pointer: &str| -> Result<Json, Error> {
            Ok(cx
                .read::<Json>(ArtifactKind::ModelCheckpoint, pointer)?
                .unwrap_or(Json::Null))
        };
        let text = |value: Json| value.as_str().filter(|it| !it.is_empty()).map(str::to_owned);
        let path = text(read("/path")?);
        let named = path.clone().or(text(read("/artifact")?));
        Ok(Self {
            file: File::open(cx, named.as_deref())?,
            path,
            model_type: text(read("/model_type")?),
            hyperparameters: read("/hyperparameters")?,
            config: Config::new(read("/config")?),
        })
    }

    /// The header and layers of a sound file.
    #[must_use]
    pub fn sound(&self) -> Option<(&Header, &Topology)> {
        match &self.file.as_ref()?.state {
            FileState::Sound(header, topology) => Some((header, topology)),
            _ => None,
        }
    }

    /// How many values the network puts out, by the shape of its last layer.
    #[must_use]
    pub fn output_size(&self) -> Option<u64> {
        let (_, topology) = self.sound()?;
        topology.output().map(|it| it.outputs)
    }

    /// How many values the network takes in, by the shape of its first layer. Only a plain
    /// chain of linear layers tells.
    #[must_use]
    pub fn input_size(&self) -> Option<u64> {
        let (_, topology) = self.sound()?;
        topology.input().map(|it| it.inputs)
    }
}

#[cfg(test)]
mod tests;
