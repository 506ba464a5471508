//! Checkpoints of PyTorch, read without running the pickle in them: the ZIP archive of today and
//! the single stream of before 1.6.

mod imports;
mod pickle;
mod tensors;
#[cfg(test)]
mod tests;
mod zip;

use std::collections::HashMap;

use deepfix_plugin::{Blob, Error};

use super::{
    Format,
    dtype::Dtype,
    header::{Header, LENGTH_FIELD, Tensor},
};
pub use imports::{ImportKind, kind_of_import};
use tensors::Stored;

/// The pickle of a model: names, shapes and places, about 300 bytes a tensor. The values stand
/// elsewhere.
const MAX_PICKLE: u64 = 8 << 20;
/// What a stream of before PyTorch 1.6 begins with: a pickle of its magic number.
const LEGACY: &[u8] = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.";

/// What a pickle says of itself without being run.
#[derive(Debug, Clone, PartialEq)]
pub struct Pickled {
    /// A bare pickle, or one in PyTorch's archive.
    pub format: Format,
    /// `module.name` of everything that loading would import.
    pub globals: Vec<String>,
    /// Why its tensors, or some of them, could not be found.
    pub note: Option<String>,
}

/// What reading such a file gives.
pub(super) enum Outcome {
    /// Its tensors.
    Tensors(Header, Pickled),
    /// No tensors that can be looked at.
    Opaque(Pickled),
    /// The archive is cut off or contradicts itself.
    Damaged(String),
}

/// Reads a file of PyTorch, or any other pickle.
pub(super) fn read(blob: &dyn Blob, format: Format) -> Result<Outcome, Error> {
    if format == Format::TorchZip {
        archive(blob)
    } else {
        stream(blob)
    }
}

fn archive(blob: &dyn Blob) -> Result<Outcome, Error> {
    let entries = match zip::entries(blob)? {
        Ok(entries) => entries,
        Err(why) => return Ok(Outcome::Damaged(why)),
    };
    let mut pickled = Pickled {
        format: Format::TorchZip,
        globals: Vec::new(),
        note: None,
    };
    let is_pickle = |it: &&zip::Entry| it.name == "data.pkl" || it.name.ends_with("/data.pkl");
    let Some(entry) = entries.iter().find(is_pickle) else {
        pickled.note = Some("the archive holds no data.pkl".to_owned());
        return Ok(Outcome::Opaque(pickled));
    };
    if !entry.is_stored || entry.size > MAX_PICKLE {
        pickled.note = Some(format!(
            "its data.pkl has {} bytes, or is compressed; at most {MAX_PICKLE} plain bytes are read",
            entry.size
        ));
        return Ok(Outcome::Opaque(pickled));
    }
    let Some(start) = entry.data_start(blob)? else {
        return Ok(Outcome::Damaged("its data.pkl lies beyond its end".to_owned()));
    };
    let read = pickle::read(&zip::bytes(blob, start, entry.size)?);
    let folder = entry.name.strip_suffix("data.pkl").unwrap_or_default();
    let places: HashMap<&str, &zip::Entry> = entries
        .iter()
        .filter_map(|it| Some((it.name.strip_prefix(folder)?.strip_prefix("data/")?, it)))
        .collect();
    let mut starts: HashMap<&str, Option<u64>> = HashMap::new();
    let stored = tensors::collect(&read);
    for tensor in &stored {
        if let Some((key, entry)) = places.get_key_value(tensor.storage.as_str())
            && !starts.contains_key(key)
        {
            let start = if entry.is_stored { entry.data_start(blob)? } else { None };
            starts.insert(key, start);
        }
    }
    let place = |key: &str| {
        let entry = places.get(key)?;
        Some((starts.get(key).copied().flatten()?, entry.size))
    };
    pickled.globals.clone_from(&read.globals);
    pickled.note.clone_from(&read.stopped);
    Ok(finish(pickled, stored, place))
}

fn stream(blob: &dyn Blob) -> Result<Outcome, Error> {
    let bytes = zip::bytes(blob, 0, MAX_PICKLE.min(blob.size()))?;
    let mut pickled = Pickled {
        format: Format::Pickle,
        globals: Vec::new(),
        note: None,
    };
    if !bytes.starts_with(LEGACY) {
        let read = pickle::read(&bytes);
        pickled.note = read
            .stopped
            .or_else(|| Some("it is no checkpoint of PyTorch".to_owned()));
        pickled.globals = read.globals;
        return Ok(Outcome::Opaque(pickled));
    }
    // Magic number, protocol, the writer's machine, the object, the keys of the storages.
    let mut at = 0;
    let mut parts = Vec::new();
    for _ in 0..5 {
        let read = pickle::read(bytes.get(at..).unwrap_or_default());
        at += read.length;
        for global in &read.globals {
            if !pickled.globals.contains(global) {
                pickled.globals.push(global.clone());
            }
        }
        if read.stopped.is_some() {
            pickled.note = read.stopped;
            return Ok(Outcome::Opaque(pickled));
        }
        parts.push(read);
    }
    let [.., object, keys] = parts.as_slice() else {
        return Ok(Outcome::Opaque(pickled));
    };
    let stored = tensors::collect(object);
    let widths: HashMap<&str, u64> = stored.iter().map(|it| (it.storage.as_str(), it.width)).collect();
    let mut places: HashMap<String, (u64, u64)> = HashMap::new();
    let mut at = at as u64;
    for key in texts(keys) {
        let count = zip::bytes(blob, at, 8)?;
        let (Some(count), Some(width)) = (count.first_chunk::<8>(), widths.get(key.as_str())) else {
            // Where one storage is of an unknown size, nothing is known of the following ones.
            pickled.note = Some(format!("the length of storage {key} cannot be told"));
            break;
        };
        let size = u64::from_le_bytes(*count).saturating_mul(*width);
        places.insert(key, (at + 8, size));
        at = at.saturating_add(8).saturating_add(size);
        if at > blob.size() {
            let missing = at - blob.size();
            return Ok(Outcome::Damaged(format!("{missing} bytes are missing at its end")));
        }
    }
    Ok(finish(pickled, stored, |key| places.get(key).copied()))
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
fn finish(mut pickled: Pickled, stored: Vec<Stored>, place: impl Fn(&str) -> Option<(u64, u64)>) -> Outcome {
    let (mut tensors, mut lost, mut other) = (Vec::new(), 0, 0);
    for it in stored {
        let elements = it.shape.iter().try_fold(1_u64, |product, it| product.checked_mul(*it));
        let length = elements.and_then(|it_| it_.checked_mul(it.width));
        let from = it.offset.checked_mul(it.width);
        let (Some(length), Some(from), true) = (length, from, it.is_contiguous) else {
            other += 1;
            continue;
        };
        let Some((start, _)) =
            place(&it.storage).filter(|(_, size)| from.checked_add(length).is_some_and(|end| end <= *size))
        else {
            lost += 1;
            continue;
        };
        // Places in the file, which the header of this kind of file counts from behind its length.
        let begin = start.saturating_add(from).saturating_sub(LENGTH_FIELD);
        tensors.push(Tensor {
            name: it.name,
            dtype: Dtype::of(it.dtype),
            dtype_name: it.dtype.to_owned(),
            shape: it.shape,
            begin,
            end: begin.saturating_add(length),
        });
    }
    if lost > 0 {
        return Outcome::Damaged(format!("the values of {lost} tensors are not in it"));
    }
    if other > 0 {
        pickled
            .note
            .get_or_insert(format!("{other} tensors are views whose elements lie apart"));
    }
    if tensors.is_empty() {
        pickled
            .note
            .get_or_insert_with(|| "no tensors were found in it".to_owned());
        return Outcome::Opaque(pickled);
    }
    tensors.sort_by_key(|it| (it.begin, it.end));
    Outcome::Tensors(Header { length: 0, tensors }, pickled)
}
