//! Pickles, read without being run: the archive that PyTorch writes today, its single stream of
//! before 1.6, and what pickle and joblib write of a learner.

mod arrays;
mod imports;
mod pickle;
mod storages;
mod tensors;
#[cfg(test)]
mod tests;

use deepfix_plugin::{Blob, Error};

use super::{
    Content, Damage, Format, Parsed,
    cursor::Cursor,
    header::Tensor,
    space::{Part, Piece},
    zip::{self, Entry},
};
pub use imports::{ImportKind, kind_of_import};
pub(crate) use pickle::Pickle;
pub(crate) use tensors::is_coefficient;

/// Inflated bytes of one pickle that are read: its tensors stand elsewhere, so that 100,000 of them
/// take 30 MB.
const MAX_INFLATED: u64 = 256 << 20;
/// Pickles of one archive that are read; PyTorch writes one, or two with code.
const MAX_PICKLES: usize = 32;
/// What a stream of before PyTorch 1.6 begins with: a pickle of its magic number.
const LEGACY: &[u8] = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.";
/// The versions of deflate streams with a header that joblib writes: bytes in front of the data.
const ZLIB_HEADER: u64 = 2;
/// The longest gzip header: ten bytes, and a name.
const GZIP_HEADER: u64 = 4096;

/// What a pickle says of itself without being run.
#[derive(Debug, Clone, PartialEq)]
pub struct Pickled {
    /// A bare pickle, or one in an archive.
    pub format: Format,
    /// `module.name` of everything that loading would import.
    pub globals: Vec<String>,
    /// Pickles of an archive beside the one that its usual loader takes.
    pub hidden: Vec<String>,
    /// Why the list of imports may lack some.
    pub incomplete: Option<String>,
}

impl Pickled {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            globals: Vec::new(),
            hidden: Vec::new(),
            incomplete: None,
        }
    }

    /// Adds what another pickle would import.
    pub(crate) fn add(&mut self, read: &Pickle) {
        self.add_names(&read.globals);
        if let Some(why) = &read.stopped {
            self.incomplete.get_or_insert_with(|| why.clone());
        }
    }

    fn add_names(&mut self, names: &[String]) {
        for global in names {
            if !self.globals.contains(global) {
                self.globals.push(global.clone());
            }
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.add_names(&other.globals);
        self.hidden.extend(other.hidden);
        self.incomplete = self.incomplete.take().or(other.incomplete);
    }
}

/// Reads one pickle that stands anywhere in a blob.
pub(crate) fn imports_at(blob: &dyn Blob, at: u64, end: u64) -> Pickle {
    pickle::read(Cursor::new(blob, at, end))
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
    let (pickled, main) = pickles(name, blob, &entries, &mut parsed.notes)?;
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
    let part = Part::new(blob, piece, most);
    imports_at(&part, 0, u64::MAX)
}

/// A bare pickle: PyTorch's old stream, a learner, or anything else; `name` is the blob's.
pub(super) fn stream(name: &str, blob: &dyn Blob, format: Format) -> Result<Parsed, Error> {
    let mut parsed = Parsed::new(format);
    let header = match format {
        Format::Zlib => Some(ZLIB_HEADER),
        Format::Gzip => Some(gzip_header(&zip::bytes(blob, 0, GZIP_HEADER)?)),
        _ => None,
    };
    if let Some(header) = header {
        let piece = Piece {
            blob: name.to_owned(),
            offset: header,
            length: u64::MAX,
            packed: Some(blob.size().saturating_sub(header)),
        };
        let read = read_piece(blob, piece, MAX_INFLATED);
        let mut pickled = Pickled::new(Format::Pickle);
        pickled.add(&read);
        parsed.pickled = Some(pickled);
        return Ok(parsed);
    }
    let start = zip::bytes(blob, 0, LEGACY.len() as u64)?;
    if start == LEGACY {
        return storages::legacy(parsed, blob);
    }
    let read = imports_at(blob, 0, u64::MAX);
    let mut pickled = Pickled::new(Format::Pickle);
    pickled.add(&read);
    parsed.pickled = Some(pickled);
    let (found, others) = tensors::coefficients(&read);
    if others > 0 {
        parsed
            .notes
            .push(format!("{others} arrays are no coefficients, and were not examined"));
    }
    if !found.is_empty() {
        parsed.content = Content::Tensors(found.into_iter().map(|(path, it)| tensor(path, it)).collect());
    }
    Ok(parsed)
}

/// Where the data of a gzip stream begin (RFC 1952).
fn gzip_header(start: &[u8]) -> u64 {
    let flags = start.get(3).copied().unwrap_or_default();
    let mut at = 10;
    if flags & 4 != 0 {
        let length = start.get(at..).and_then(|it| it.first_chunk::<2>()).copied();
        at += 2 + usize::from(u16::from_le_bytes(length.unwrap_or_default()));
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let rest = start.get(at..).unwrap_or_default();
            at += rest.iter().position(|it| *it == 0).map_or(rest.len(), |it| it + 1);
        }
    }
    at += usize::from(flags & 2);
    at as u64
}

fn tensor(name: String, it: arrays::Place) -> Tensor {
    Tensor {
        name,
        dtype: it.dtype,
        dtype_name: it.dtype_name,
        shape: it.shape,
        begin: it.at,
        end: it.at.saturating_add(it.bytes),
        column_major: it.column_major,
    }
}
