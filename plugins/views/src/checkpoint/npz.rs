//! NumPy's archives and single arrays.

use std::collections::HashSet;

use deepfix_plugin::{Blob, Error};

use super::{
    Content, Damage, Format, Parsed,
    cursor::{Cursor, Stop},
    header::Tensor,
    numpy,
    space::{Part, Piece},
    torch::{self, Pickled},
    zip::{self, Entry},
};

/// Inflated bytes of all arrays together.
const MAX_UNPACKED: u64 = 8 << 30;
/// Inflated bytes of one header, or of the pickle of an array of objects.
const MAX_PART: u64 = 64 << 20;
/// Names of members that are no arrays, in a note.
const SHOWN: usize = 5;

fn damaged(format: Format, reason: String) -> Content {
    Content::Damaged(Damage::Content { format, reason }, None)
}

/// One array.
pub(super) fn npy(name: &str, blob: &dyn Blob) -> Result<Parsed, Error> {
    let mut parsed = Parsed::new(Format::Npy);
    let mut cursor = Cursor::new(blob, 0, u64::MAX);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    match array(&mut cursor, blob, stem) {
        Ok(Found::Tensor(tensor)) => parsed.content = Content::Tensors(vec![tensor]),
        Ok(Found::Pickle(pickled)) => parsed.pickled = Some(pickled),
        Err(Stop::Content(reason)) => parsed.content = damaged(Format::Npy, reason),
        Err(Stop::Host(error)) => return Err(error),
    }
    Ok(parsed)
}

enum Found {
    Tensor(Tensor),
    Pickle(Pickled),
}

/// The array at a cursor; its places are those of the cursor's blob.
fn array(cursor: &mut Cursor<'_>, blob: &dyn Blob, name: &str) -> Result<Found, Stop> {
    let array = numpy::header(cursor)?;
    let begin = cursor.at();
    if array.is_pickle {
        let mut pickled = Pickled::new(Format::Npy);
        pickled.add(&torch::imports_at(blob, begin, u64::MAX));
        return Ok(Found::Pickle(pickled));
    }
    let bytes = array
        .bytes
        .ok_or_else(|| format!("the type {} of `{name}` has no known size", array.dtype_name))?;
    if bytes > cursor.left() {
        return Err(format!(
            "`{name}` takes {bytes} bytes by its shape {:?} and type {}, but {} follow",
            array.shape,
            array.dtype_name,
            cursor.left()
        )
        .into());
    }
    Ok(Found::Tensor(Tensor {
        name: name.to_owned(),
        dtype: array.dtype,
        dtype_name: array.dtype_name,
        shape: array.shape,
        begin,
        end: begin.saturating_add(bytes),
        column_major: array.column_major,
    }))
}

/// Arrays of an archive, with the pieces that those need which are compressed.
#[derive(Default)]
pub(super) struct Arrays {
    pub tensors: Vec<Tensor>,
    pub pieces: Vec<Piece>,
    pub pickled: Option<Pickled>,
    unpacked: u64,
    left_out: usize,
}

impl Arrays {
    /// Adds the array of one entry under a name.
    pub(super) fn add(&mut self, blob_name: &str, blob: &dyn Blob, entry: &Entry, name: &str) -> Result<(), Stop> {
        let Some(piece) = entry.piece(blob, blob_name)? else {
            let why = "is not where its directory says, or is packed in a way that is not read";
            return Err(format!("`{}` {why}", entry.name).into());
        };
        let found = if piece.packed.is_none() {
            let end = piece.offset.saturating_add(piece.length);
            array(&mut Cursor::new(blob, piece.offset, end), blob, name)?
        } else {
            if self.unpacked.saturating_add(piece.length) > MAX_UNPACKED {
                self.left_out += 1;
                return Ok(());
            }
            let address = blob.size().saturating_add(self.unpacked);
            // The header alone is inflated here; the length is the directory's.
            let part = Part::new(blob, piece.clone(), MAX_PART);
            let mut found = array(&mut Cursor::new(&Long(&part, piece.length), 0, u64::MAX), &part, name)?;
            if let Found::Tensor(tensor) = &mut found {
                tensor.begin = tensor.begin.saturating_add(address);
                tensor.end = tensor.end.saturating_add(address);
                self.unpacked = self.unpacked.saturating_add(piece.length);
                self.pieces.push(piece);
            }
            found
        };
        match found {
            Found::Tensor(tensor) => self.tensors.push(tensor),
            Found::Pickle(pickled) => match &mut self.pickled {
                Some(all) => all.merge(pickled),
                None => self.pickled = Some(pickled),
            },
        }
        Ok(())
    }

    /// Hands over what was found.
    pub(super) fn into(self, parsed: &mut Parsed) {
        if self.left_out > 0 {
            let why = "arrays were left out: together they unpack to more than";
            parsed
                .notes
                .push(format!("{} {why} {MAX_UNPACKED} bytes", self.left_out));
        }
        parsed.pieces = self.pieces;
        parsed.pickled = parsed.pickled.take().or(self.pickled);
        if !self.tensors.is_empty() {
            parsed.content = Content::Tensors(self.tensors);
        }
    }
}

/// A blob of which only the start is read, with the length of the whole.
struct Long<'a>(&'a dyn Blob, u64);

impl Blob for Long<'_> {
    fn size(&self) -> u64 {
        self.1
    }

    fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, Error> {
        self.0.read(offset, length.min(64 << 10))
    }
}

/// The entries of an archive, where it is sound.
pub(super) fn entries(blob: &dyn Blob, parsed: &mut Parsed) -> Result<Option<Vec<Entry>>, Error> {
    let entries = match zip::entries(blob)? {
        Ok(entries) => entries,
        Err(reason) => {
            parsed.content = damaged(parsed.format, reason);
            return Ok(None);
        }
    };
    parsed.outside = zip::outside(&entries);
    if let Some(reason) = zip::contradiction(&entries) {
        parsed.content = damaged(parsed.format, reason);
        return Ok(None);
    }
    Ok(Some(entries))
}

/// Whether a member begins with the magic number of an array.
fn begins_as_array(name: &str, blob: &dyn Blob, entry: &Entry) -> Result<bool, Error> {
    let Some(piece) = entry.piece(blob, name)? else {
        return Ok(false);
    };
    let (length, packed) = (piece.length, piece.packed);
    // A sound member of so few bytes has no header.
    if length < numpy::MAGIC.len() as u64 || packed == Some(0) {
        return Ok(false);
    }
    let start = Part::new(blob, piece, numpy::MAGIC.len() as u64).read(0, numpy::MAGIC.len() as u64);
    Ok(start.is_ok_and(|it| it == numpy::MAGIC))
}

/// An archive of arrays.
pub(super) fn npz(name: &str, blob: &dyn Blob) -> Result<Parsed, Error> {
    let mut parsed = Parsed::new(Format::Npz);
    let Some(entries) = entries(blob, &mut parsed)? else {
        return Ok(parsed);
    };
    let mut arrays = Arrays::default();
    let (mut members, mut others) = (Vec::new(), Vec::new());
    for entry in &entries {
        // NumPy looks at the first bytes of a member, whatever it is called.
        match entry.name.strip_suffix(".npy") {
            Some(key) => members.push((key, entry)),
            None if begins_as_array(name, blob, entry)? => members.push((entry.name.as_str(), entry)),
            None if entry.name.ends_with('/') => {}
            None => others.push(entry.name.as_str()),
        }
    }
    if !others.is_empty() {
        let shown: Vec<String> = others.iter().take(SHOWN).map(|it| format!("`{it}`")).collect();
        let more = if others.len() > SHOWN { ", ..." } else { "" };
        parsed.notes.push(format!(
            "members that are no arrays were not examined ({}): {}{more}",
            others.len(),
            shown.join(", ")
        ));
    }
    members.sort_by_key(|it| (it.0, &it.1.name));
    // `a` beside `a.npy`: as they are called in the file.
    let twice: HashSet<&str> = members
        .windows(2)
        .filter_map(|pair| match pair {
            [a, b] if a.0 == b.0 => Some(a.0),
            _ => None,
        })
        .collect();
    for (key, entry) in members {
        let key = if twice.contains(key) { entry.name.as_str() } else { key };
        match arrays.add(name, blob, entry, key) {
            Ok(()) => {}
            Err(Stop::Content(reason)) => {
                parsed.content = damaged(Format::Npz, format!("`{}`: {reason}", entry.name));
                parsed.pickled = arrays.pickled;
                return Ok(parsed);
            }
            Err(Stop::Host(error)) => return Err(error),
        }
    }
    arrays.into(&mut parsed);
    Ok(parsed)
}
