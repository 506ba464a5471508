//! Where the storages of PyTorch's tensors stand.

use std::collections::HashMap;

use deepfix_plugin::{Blob, Error};

use super::{
    super::{
        Content, Damage, Format, Parsed,
        dtype::Dtype,
        header::Tensor,
        space::Piece,
        zip::{self, Entry},
    },
    Pickled, built, imports_at, pickle,
    tensors::{self, Stored},
};

/// Inflated bytes of all storages of one archive: archives are compressed by hand, weights hardly
/// shrink, and ten megabytes can unpack to ten gigabytes of zeros.
const MAX_UNPACKED: u64 = 8 << 30;

/// The storages of an archive.
pub(super) struct Places<'a> {
    name: &'a str,
    blob: &'a dyn Blob,
    entries: HashMap<&'a str, &'a Entry>,
    found: HashMap<String, Option<(u64, u64)>>,
    unpacked: u64,
    /// Those that are compressed, to be added behind the file.
    pub pieces: Vec<Piece>,
}

impl<'a> Places<'a> {
    pub(super) fn new(name: &'a str, blob: &'a dyn Blob, entries: &'a [Entry], folder: &str) -> Self {
        let of = |it: &'a Entry| Some((it.name.strip_prefix(folder)?.strip_prefix("data/")?, it));
        Self {
            name,
            blob,
            entries: entries.iter().filter_map(of).collect(),
            found: HashMap::new(),
            unpacked: 0,
            pieces: Vec::new(),
        }
    }

    /// The address and length of a storage.
    pub(super) fn place(&mut self, key: &str) -> Result<Option<(u64, u64)>, Error> {
        if let Some(found) = self.found.get(key) {
            return Ok(*found);
        }
        let piece = match self.entries.get(key) {
            Some(entry) => entry.piece(self.blob, self.name)?,
            None => None,
        };
        let place = match piece {
            Some(piece) if piece.packed.is_none() => Some((piece.offset, piece.length)),
            Some(piece) if self.unpacked.saturating_add(piece.length) <= MAX_UNPACKED => {
                let address = self.blob.size().saturating_add(self.unpacked);
                self.unpacked = self.unpacked.saturating_add(piece.length);
                let length = piece.length;
                self.pieces.push(piece);
                Some((address, length))
            }
            _ => None,
        };
        self.found.insert(key.to_owned(), place);
        Ok(place)
    }
}

/// The stream of before PyTorch 1.6: magic number, protocol, the writer's machine, the object, the
/// keys of the storages; then each storage with its length.
pub(super) fn legacy(mut parsed: Parsed, blob: &dyn Blob) -> Result<Parsed, Error> {
    let mut pickled = Pickled::new(Format::Pickle);
    let mut at = 0;
    let mut parts = Vec::new();
    for _ in 0..5 {
        if at >= blob.size() {
            break;
        }
        let read = imports_at(blob, at, u64::MAX);
        at = read.end;
        pickled.add(&read);
        if read.stopped.is_some() {
            parsed.pickled = Some(pickled);
            return Ok(parsed);
        }
        parts.push(read);
    }
    let [.., object, keys] = parts.as_slice() else {
        parsed.pickled = Some(pickled);
        return Ok(parsed);
    };
    pickled.built = built::built(object);
    parsed.pickled = Some(pickled);
    let stored = tensors::collect(object);
    let widths: HashMap<&str, u64> = stored.iter().map(|it| (it.storage.as_str(), it.width)).collect();
    let mut places: HashMap<String, (u64, u64)> = HashMap::new();
    for key in texts(keys) {
        let count = zip::bytes(blob, at, 8)?;
        let (Some(count), Some(width)) = (count.first_chunk::<8>(), widths.get(key.as_str())) else {
            // Where one storage is of an unknown size, nothing is known of the following ones.
            parsed.notes.push(format!("the length of storage {key} cannot be told"));
            break;
        };
        let size = u64::from_le_bytes(*count).saturating_mul(*width);
        places.insert(key, (at.saturating_add(8), size));
        at = at.saturating_add(8).saturating_add(size);
        if at > blob.size() {
            let reason = format!("{} bytes are missing at its end", at - blob.size());
            let format = Format::Pickle;
            parsed.content = Content::Damaged(Damage::Content { format, reason }, None);
            return Ok(parsed);
        }
    }
    finish(&mut parsed, object, stored, |key| Ok(places.get(key).copied()))?;
    Ok(parsed)
}

fn texts(keys: &pickle::Pickle) -> Vec<String> {
    let Some(pickle::Node::List(items)) = keys.root.and_then(|it| keys.nodes.get(it)) else {
        return Vec::new();
    };
    let text = |id: &usize| match keys.nodes.get(*id)? {
        pickle::Node::Text(text) => Some(text.clone()),
        _ => None,
    };
    items.iter().filter_map(text).collect()
}

/// Puts the tensors to their places. `place` gives where a storage begins, and its bytes.
pub(super) fn finish(
    parsed: &mut Parsed,
    read: &pickle::Pickle,
    stored: Vec<Stored>,
    mut place: impl FnMut(&str) -> Result<Option<(u64, u64)>, Error>,
) -> Result<(), Error> {
    let (mut tensors, mut lost, mut other) = (Vec::new(), 0, 0);
    for it in stored {
        let elements = it.shape.iter().try_fold(1_u64, |product, it| product.checked_mul(*it));
        let length = elements.and_then(|elements| elements.checked_mul(it.width));
        let from = it.offset.checked_mul(it.width);
        let (Some(length), Some(from), true) = (length, from, it.is_contiguous) else {
            other += 1;
            continue;
        };
        let found = place(&it.storage)?;
        let fits = |size| from.checked_add(length).is_some_and(|end| end <= size);
        let Some((start, _)) = found.filter(|(_, size)| fits(*size)) else {
            lost += 1;
            continue;
        };
        let begin = start.saturating_add(from);
        tensors.push(Tensor {
            name: it.name,
            dtype: Dtype::of(it.dtype),
            dtype_name: it.dtype.to_owned(),
            shape: it.shape,
            begin,
            end: begin.saturating_add(length),
            column_major: false,
        });
    }
    if lost > 0 {
        let (format, reason) = (parsed.format, format!("the values of {lost} tensors are not in it"));
        parsed.content = Content::Damaged(Damage::Content { format, reason }, None);
        return Ok(());
    }
    if other > 0 {
        parsed
            .notes
            .push(format!("{other} tensors are views whose elements lie apart"));
    }
    if read.is_partial {
        parsed
            .notes
            .push("its pickle holds more values than are kept: not all of its tensors are known".to_owned());
    }
    if let Some(why) = &read.stopped {
        parsed
            .notes
            .push(format!("its pickle could not be read to its end: {why}"));
    }
    if tensors.is_empty() {
        parsed.notes.push("no tensors were found in it".to_owned());
    } else {
        parsed.content = Content::Tensors(tensors);
    }
    Ok(())
}
