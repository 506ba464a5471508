//! The checkpoint artifact: its configuration, and the header of its file. Reading it costs
//! one or two reads of the blob, whatever the size of the file.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod config;
mod damage;
mod dtype;
mod format;
mod header;
mod names;
mod order;
mod topology;
mod torch;

pub use config::{Config, Setting};
pub use damage::{Damage, LayoutProblem};
pub use dtype::Dtype;
pub use format::Format;
pub use header::{Header, LENGTH_FIELD, MAX_HEADER, Tensor};
pub use topology::{Layer, LayerKind, Norm, Topology};
pub use torch::{ImportKind, Pickled, kind_of_import};

use deepfix_plugin::{ArtifactKind, Blob, Context, Error, Source};
use serde_json::Value as Json;

/// The most that one call of `Blob::read` gives.
const READ: u64 = 4 << 20;

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

/// A checkpoint file.
#[derive(Debug, Clone)]
pub struct File {
    /// The blob's name.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
    /// What it turned out to be.
    pub state: FileState,
    /// What the pickle in it says of itself, where there is one.
    pub pickled: Option<Pickled>,
}

/// What a file turned out to be.
#[derive(Debug, Clone)]
pub enum FileState {
    /// A sound safetensors file, or one of PyTorch whose tensors were found.
    Sound(Header, Topology),
    /// A damaged safetensors file, with its header where that could be read.
    Damaged(Damage, Option<Header>),
    /// Another format.
    Other(Format),
    /// Reading failed.
    Unreadable(Error),
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
        let file = cx
            .first_blob(ArtifactKind::ModelCheckpoint)?
            .map(|(name, blob)| File::open(name, blob.as_ref()));
        Ok(Self {
            path: text(read("/path")?),
            model_type: text(read("/model_type")?),
            hyperparameters: read("/hyperparameters")?,
            config: Config::new(read("/config")?),
            file,
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

impl File {
    fn open(name: String, blob: &dyn Blob) -> Self {
        let size = blob.size();
        let mut pickled = None;
        let state = examine(&name, size, blob, &mut pickled).unwrap_or_else(FileState::Unreadable);
        Self {
            name,
            size,
            state,
            pickled,
        }
    }

    /// Where its length stands.
    #[must_use]
    pub fn size_source(&self) -> Source {
        Source::blob_size(ArtifactKind::ModelCheckpoint, &self.name)
    }

    /// Whether the name says that it is one of several parts (`model-00002-of-00004`).
    #[must_use]
    pub fn is_shard(&self) -> bool {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        self.name.split_once("-of-").is_some_and(|(before, after)| {
            digits(before.rsplit('-').next().unwrap_or_default()) && digits(after.split('.').next().unwrap_or_default())
        })
    }
}

fn examine(name: &str, size: u64, blob: &dyn Blob, pickled: &mut Option<Pickled>) -> Result<FileState, Error> {
    if size == 0 {
        return Ok(FileState::Damaged(Damage::Empty, None));
    }
    // Enough for any magic number, and for the whole header of a small model.
    const START: u64 = 64 << 10;
    let start = blob.read(0, START.min(size))?;
    let format = Format::of(&start, name);
    if format.runs_code() && !name.to_ascii_lowercase().ends_with(".safetensors") {
        return Ok(match torch::read(blob, format)? {
            torch::Outcome::Tensors(header, found) => {
                *pickled = Some(found);
                let topology = Topology::of(&header);
                FileState::Sound(header, topology)
            }
            torch::Outcome::Opaque(found) => {
                *pickled = Some(found);
                FileState::Other(format)
            }
            torch::Outcome::Damaged(reason) => FileState::Damaged(Damage::Archive { reason }, None),
        });
    }
    if format != Format::Safetensors {
        return Ok(FileState::Other(format));
    }
    let Some(length) = start.first_chunk::<8>() else {
        return Ok(FileState::Damaged(Damage::Short, None));
    };
    let stated = u64::from_le_bytes(*length);
    if stated > MAX_HEADER || stated > size - LENGTH_FIELD {
        let repaired = damage::repaired_length(start.get(8..).unwrap_or_default(), size);
        return Ok(FileState::Damaged(Damage::HeaderLength { stated, repaired }, None));
    }
    let text = range(blob, &start, stated)?;
    if (text.len() as u64) < stated {
        return Err(Error::Unavailable(format!(
            "the header ends at byte {} of {stated}",
            text.len()
        )));
    }
    let (header, problems) = match header::parse(&text, stated) {
        Ok(parsed) => parsed,
        Err((at, reason)) => {
            let repaired = damage::repaired_length(start.get(8..).unwrap_or_default(), size);
            let damage = Damage::HeaderJson {
                stated,
                at: at + LENGTH_FIELD,
                reason,
                repaired,
            };
            return Ok(FileState::Damaged(damage, None));
        }
    };
    let data = size - header.data_start();
    Ok(match damage::damage(&header, problems, data) {
        Some(damage) => FileState::Damaged(damage, Some(header)),
        None => {
            let topology = Topology::of(&header);
            FileState::Sound(header, topology)
        }
    })
}

/// The header's bytes, of which the start has already been read.
fn range(blob: &dyn Blob, start: &[u8], length: u64) -> Result<Vec<u8>, Error> {
    let known = start.get(8..).unwrap_or_default();
    let known = known
        .get(..known.len().min(usize::try_from(length).unwrap_or(usize::MAX)))
        .unwrap_or_default();
    let mut text = known.to_vec();
    while (text.len() as u64) < length {
        let more = blob.read(LENGTH_FIELD + text.len() as u64, (length - text.len() as u64).min(READ))?;
        if more.is_empty() {
            break;
        }
        text.extend_from_slice(&more);
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
