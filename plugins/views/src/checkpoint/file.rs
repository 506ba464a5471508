use deepfix_plugin::{ArtifactKind, Blob, Context, Error, Source};
use serde_json::Value as Json;

use super::{
    Content, Damage, Format, Header, Parsed, Pickled, Topology, one_file, onnx,
    parts::{self, numbered},
    space::{Piece, Space},
};

/// A checkpoint: one file, or several that belong together.
#[derive(Debug, Clone)]
pub struct File {
    /// The blob's name: that of the file, of its index, or of the part that is damaged.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
    /// The length of all files together.
    pub total: u64,
    /// Its first byte; 0 where there is none.
    pub first: u8,
    /// What it turned out to be.
    pub state: FileState,
    /// What the pickles in it say of themselves, where there are any.
    pub pickled: Option<Pickled>,
    /// Where the bytes of its tensors are.
    pub space: Space,
    /// Files that it names outside its own folder.
    pub outside: Vec<String>,
    /// What could not be read, and why, in words.
    pub notes: Vec<String>,
    /// How many files it has.
    pub parts: usize,
    /// What the format itself says of the model; null where it says nothing.
    pub about: Json,
}

/// What a file turned out to be.
#[derive(Debug, Clone)]
pub enum FileState {
    /// A sound file whose tensors were found.
    Sound(Header, Topology),
    /// A damaged file, with its header where that could be read.
    Damaged(Damage, Option<Header>),
    /// Another format, or one without a tensor that could be looked at.
    Other(Format),
    /// Reading failed.
    Unreadable(Error),
}

impl File {
    pub(super) fn new(name: &str, size: u64) -> Self {
        Self {
            name: name.to_owned(),
            size,
            total: size,
            first: 0,
            state: FileState::Other(Format::Unknown),
            pickled: None,
            space: Space::of(name, size),
            outside: Vec::new(),
            notes: Vec::new(),
            parts: 1,
            about: Json::Null,
        }
    }

    /// The model among the blobs of the artifact: the one that the document names.
    pub(super) fn open(cx: &Context<'_>, path: Option<&str>) -> Result<Option<Self>, Error> {
        let names = cx.host().blobs(ArtifactKind::ModelCheckpoint)?;
        let named = path.and_then(|it| it.rsplit('/').next()).unwrap_or_default();
        let primary = names
            .iter()
            .find(|it| it.as_str() == named)
            .or_else(|| names.iter().find(|it| parts::is_index(it)))
            .or(names.first());
        let Some(name) = primary else { return Ok(None) };
        let blob = cx.host().open_blob(ArtifactKind::ModelCheckpoint, name)?;
        let size = blob.size();
        let read = Self::read(cx, name, blob.as_ref(), &names);
        Ok(Some(read.unwrap_or_else(|error| Self {
            state: FileState::Unreadable(error),
            ..Self::new(name, size)
        })))
    }

    fn read(cx: &Context<'_>, name: &str, blob: &dyn Blob, names: &[String]) -> Result<Self, Error> {
        let mut file = Self::new(name, blob.size());
        if parts::is_index(name) {
            file = parts::by_index(cx, name, blob, names)?;
        } else if let Some(all) = parts::complete(name, names).filter(|it| it.len() > 1) {
            parts::join(cx, &mut file, &all, None)?;
        } else {
            let mut parsed = one_file(name, blob)?;
            file.take(&parsed);
            for piece in std::mem::take(&mut parsed.pieces) {
                file.space.push(piece);
            }
            if let Err(damage) = external(cx, &mut file, &mut parsed, names)? {
                parsed.content = Content::Damaged(damage, None);
            }
            file.state = match parsed.content {
                Content::Tensors(tensors) => {
                    let header = Header::of(tensors);
                    let topology = Topology::of(&header);
                    FileState::Sound(header, topology)
                }
                Content::Damaged(damage, header) => FileState::Damaged(damage, header),
                Content::Opaque => FileState::Other(parsed.format),
            };
            if let (true, Some((_, _, total, _))) = (file.is_shard(), numbered(name)) {
                file.notes
                    .push(format!("it is one of {total} parts, and not all of them are there"));
            }
        }
        let first = cx
            .host()
            .open_blob(ArtifactKind::ModelCheckpoint, &file.name)?
            .read(0, 1)?;
        file.first = first.first().copied().unwrap_or_default();
        Ok(file)
    }

    /// Takes over what was found beside the tensors.
    pub(super) fn take(&mut self, parsed: &Parsed) {
        match (&mut self.pickled, &parsed.pickled) {
            (Some(all), Some(one)) => all.merge(one.clone()),
            (None, one) => self.pickled.clone_from(one),
            (Some(_), None) => {}
        }
        self.outside.extend(parsed.outside.iter().cloned());
        for note in &parsed.notes {
            if !self.notes.contains(note) {
                self.notes.push(note.clone());
            }
        }
        if !parsed.about.is_null() {
            self.about = parsed.about.clone();
        }
    }

    /// Where its length stands.
    #[must_use]
    pub fn size_source(&self) -> Source {
        Source::blob_size(ArtifactKind::ModelCheckpoint, &self.name)
    }

    /// Whether the name says that it is one of several parts (`model-00002-of-00004`), and it was read
    /// alone.
    #[must_use]
    pub fn is_shard(&self) -> bool {
        self.parts == 1 && numbered(&self.name).is_some_and(|(_, _, total, _)| total > 1)
    }

    /// The blob and the byte of it at which a tensor's element stands.
    #[must_use]
    pub fn locate(&self, address: u64) -> Option<(&str, u64)> {
        self.space.locate(address)
    }
}

/// Adds the tensors of an ONNX model whose values are in files beside it.
fn external(
    cx: &Context<'_>,
    file: &mut File,
    parsed: &mut Parsed,
    names: &[String],
) -> Result<Result<(), Damage>, Error> {
    if parsed.external.is_empty() {
        return Ok(Ok(()));
    }
    let content = |reason| Damage::Content {
        format: Format::Onnx,
        reason,
    };
    let (mut starts, mut missing) = (std::collections::BTreeMap::new(), std::collections::BTreeMap::new());
    let mut tensors = match std::mem::replace(&mut parsed.content, Content::Opaque) {
        Content::Tensors(tensors) => tensors,
        _ => Vec::new(),
    };
    for (location, mut tensor) in std::mem::take(&mut parsed.external) {
        let plain = location.trim_start_matches("./");
        if !names.iter().any(|it| it == plain) {
            *missing.entry(location).or_insert(0_usize) += 1;
            continue;
        }
        let (start, size) = match starts.get(plain) {
            Some(found) => *found,
            None => {
                let size = cx.host().open_blob(ArtifactKind::ModelCheckpoint, plain)?.size();
                let start = file.space.push(Piece::whole(plain, size));
                file.parts += 1;
                file.total = file.total.saturating_add(size);
                starts.insert(plain.to_owned(), (start, size));
                (start, size)
            }
        };
        if tensor.end > size {
            return Ok(Err(content(format!(
                "`{}` ends at byte {} of `{plain}`, which has {size}",
                tensor.name, tensor.end
            ))));
        }
        tensor.begin = tensor.begin.saturating_add(start);
        tensor.end = tensor.end.saturating_add(start);
        tensors.push(tensor);
    }
    // The names that exporters give; another one may be in a folder that was not looked into.
    let own: Vec<String> = missing
        .keys()
        .filter(|it| it.starts_with(&file.name))
        .cloned()
        .collect();
    if !own.is_empty() {
        let total = starts.len() + missing.len();
        return Ok(Err(Damage::MissingParts { missing: own, total }));
    }
    for (location, count) in missing.into_iter().take(onnx::MOST_NOTES) {
        file.notes.push(format!(
            "the values of {count} tensors are in `{location}`, which is not there"
        ));
    }
    if !tensors.is_empty() {
        parsed.content = Content::Tensors(tensors);
    }
    Ok(Ok(()))
}
