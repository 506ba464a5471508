//! Pickles, read without being run: the archive that PyTorch writes today, its single stream of
//! before 1.6, and what pickle and joblib write of a learner.

mod arrays;
mod built;
mod imports;
mod pickle;
mod storages;
mod stream;
mod tensors;
#[cfg(test)]
mod tests;
mod usual;

use deepfix_plugin::{Blob, Error};

use super::{
    Content, Damage, Format, Parsed,
    cursor::Cursor,
    space::{Part, Piece},
    zip::{self, Entry},
};
pub use built::{Built, Weights, weights_only_takes};
pub use imports::{ImportKind, is_strange_call, kind_of_import};
pub(crate) use pickle::Pickle;
pub(super) use stream::{stream, unmarked};
pub(crate) use tensors::is_coefficient;

/// Inflated bytes of one pickle that are read. The tensors of an archive stand elsewhere, so that 100,000 of
/// them take 30 MB; those of a compressed learner are in its pickle.
const MAX_INFLATED: u64 = 1 << 30;
/// Pickles of one archive that are read; PyTorch writes one, or two with code.
const MAX_PICKLES: usize = 32;

/// What a pickle says of itself without being run.
#[derive(Debug, Clone, PartialEq)]
pub struct Pickled {
    /// A bare pickle, or one in an archive.
    pub format: Format,
    /// `module.name` of everything that loading would import.
    pub globals: Vec<String>,
    /// Those of them that are called with arguments from the file.
    pub called: Vec<String>,
    /// Pickles of an archive beside the one that its usual loader takes.
    pub hidden: Vec<String>,
    /// Why the list of imports may lack some.
    pub incomplete: Option<String>,
    /// Why values that are no pickle were not followed to their end as if they were one.
    pub glanced: Option<String>,
    /// What its usual loader gives, where that is known.
    pub built: Option<Built>,
}

impl Pickled {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            globals: Vec::new(),
            called: Vec::new(),
            hidden: Vec::new(),
            incomplete: None,
            glanced: None,
            built: None,
        }
    }

    /// Adds what another pickle would import.
    pub(crate) fn add(&mut self, read: &Pickle) {
        add_names(&mut self.globals, read.globals.iter());
        add_names(&mut self.called, read.called_names());
        if let Some(why) = read.stopped.as_ref().or(read.unread.as_ref()) {
            self.incomplete.get_or_insert_with(|| why.clone());
        }
        self.glanced = self.glanced.take().or_else(|| read.glanced.clone());
    }

    pub(crate) fn merge(&mut self, other: Self) {
        add_names(&mut self.globals, other.globals.iter());
        add_names(&mut self.called, other.called.iter());
        self.hidden.extend(other.hidden);
        self.incomplete = self.incomplete.take().or(other.incomplete);
        self.glanced = self.glanced.take().or(other.glanced);
    }
}

fn add_names<'a>(all: &mut Vec<String>, names: impl Iterator<Item = &'a String>) {
    for name in names {
        if !all.contains(name) {
            all.push(name.clone());
        }
    }
}

/// Reads one pickle that stands anywhere in a blob.
pub(crate) fn imports_at(blob: &dyn Blob, at: u64, end: u64) -> Pickle {
    pickle::read(Cursor::new(blob, at, end), blob)
}

/// PyTorch's archive.
pub(super) fn archive(name: &str, blob: &dyn Blob) -> Result<Parsed, Error> {
    let mut parsed = Parsed::new(Format::TorchZip);
    let damaged = |reason: String| {
        let format = Format::TorchZip;
        Content::Damaged(Damage::Content { format, reason }, None)
    };
    let (entries, trouble) = match zip::entries(blob)? {
        Ok(entries) => {
            let trouble = zip::contradiction(&entries);
            (entries, trouble)
        }
        // What loading another copy of it would import can still be told.
        Err(why) => (zip::recovered(blob)?, Some(why)),
    };
    parsed.outside = zip::outside(&entries);
    let (mut pickled, main) = pickles(name, blob, &entries, &mut parsed.notes)?;
    pickled.built = main.as_ref().and_then(|(_, read)| built::built(read));
    parsed.pickled = Some(pickled);
    if let Some(reason) = trouble {
        parsed.content = damaged(reason);
        return Ok(parsed);
    }
    let Some((entry, read)) = main else {
        let is_there = entries.iter().any(is_data);
        parsed.content = if is_there {
            damaged("its data.pkl lies beyond its end, or has another name there than in the directory".to_owned())
        } else {
            parsed.notes.push("the archive holds no data.pkl".to_owned());
            Content::Opaque
        };
        return Ok(parsed);
    };
    let folder = entry.name.strip_suffix("data.pkl").unwrap_or_default();
    let mut places = storages::Places::new(name, blob, &entries, folder);
    let stored = tensors::collect(&read);
    storages::finish(&mut parsed, &read, stored, |key| places.place(key))?;
    parsed.pieces = places.pieces;
    Ok(parsed)
}

fn is_data(entry: &Entry) -> bool {
    entry.name == "data.pkl" || entry.name.ends_with("/data.pkl")
}

/// The entry that a loader takes, with its pickle.
type Loaded<'a> = (&'a Entry, Pickle);

/// All pickles of an archive: what they would import, and the one that is loaded.
fn pickles<'a>(
    name: &str,
    blob: &dyn Blob,
    entries: &'a [Entry],
    notes: &mut Vec<String>,
) -> Result<(Pickled, Option<Loaded<'a>>), Error> {
    // The loader takes the folder of the first entry.
    let root = entries
        .first()
        .and_then(|it| it.name.split('/').next())
        .unwrap_or_default();
    let wanted = format!("{root}/data.pkl");
    let loaded = entries
        .iter()
        .position(|it| it.name == wanted)
        .or_else(|| entries.iter().position(is_data));
    let is_pickle = |it: &Entry| it.name.ends_with(".pkl") || it.name.ends_with(".pickle");
    let mut pickled = Pickled::new(Format::TorchZip);
    let (mut main, mut count) = (None, 0);
    for (index, entry) in entries.iter().enumerate().filter(|(_, it)| is_pickle(it)) {
        count += 1;
        if count > MAX_PICKLES && Some(index) != loaded {
            continue;
        }
        let Some(piece) = entry.piece(blob, name)? else {
            let why = format!("`{}` is compressed in a way that is not read, or not there", entry.name);
            pickled.incomplete.get_or_insert(why);
            continue;
        };
        if piece.length > MAX_INFLATED && piece.packed.is_some() {
            let why = format!(
                "`{}` unpacks to {} bytes; {MAX_INFLATED} are read",
                entry.name, piece.length
            );
            pickled.incomplete.get_or_insert(why);
        }
        let most = if piece.packed.is_some() { MAX_INFLATED } else { u64::MAX };
        let read = read_piece(blob, piece, most);
        pickled.add(&read);
        if Some(index) == loaded {
            main = Some((entry, read));
        } else {
            // TorchScript keeps constants and a debug map beside its code.
            let usual = entry.name.ends_with("/constants.pkl") || entry.name.contains("/code/");
            if !usual {
                pickled.hidden.push(entry.name.clone());
            }
        }
    }
    if count > MAX_PICKLES {
        let why = format!("it holds {count} pickles, of which {MAX_PICKLES} were read");
        pickled.incomplete.get_or_insert_with(|| why.clone());
        notes.push(why);
    }
    Ok((pickled, main))
}

fn read_piece(blob: &dyn Blob, piece: Piece, most: u64) -> Pickle {
    if piece.packed.is_none() {
        // In the file itself, so that places within the pickle are places of the file.
        let end = piece.offset.saturating_add(piece.length);
        return imports_at(blob, piece.offset, end);
    }
    // What is read twice is inflated by a stream of its own, which goes from front to back as well.
    let (part, again) = (Part::new(blob, piece.clone(), most), Part::new(blob, piece, most));
    pickle::read(Cursor::new(&part, 0, u64::MAX), &again)
}
