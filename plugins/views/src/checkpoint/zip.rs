//! The directory of a ZIP archive, and what makes one a trap.
//!
//! Format: <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>, with the 64-bit fields of
//! large archives. Nothing is decompressed here.

use deepfix_plugin::{Blob, Error};

use super::space::Piece;

/// The end record with the longest comment.
const MAX_TAIL: u64 = 22 + 65_535;
/// The directory: an entry takes about 100 bytes, a tensor one entry.
const MAX_DIRECTORY: u64 = 8 << 20;
/// Entries of one archive: a model has one for each tensor.
const MAX_ENTRIES: usize = 100_000;
/// What one read gives.
const READ: u64 = 1 << 20;
/// Names that are kept of those that lead out of the archive's folder.
const KEPT: usize = 20;
/// Bytes of an archive without a directory that are looked through for entries.
const RECOVERED: u64 = 64 << 20;

/// An entry of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub name: String,
    /// Bytes of its data.
    pub size: u64,
    /// Bytes that they take in the file.
    pub packed: u64,
    /// Whether the data stand in the file as they are.
    pub is_stored: bool,
    /// Whether they are deflated; other methods are not read.
    pub is_deflated: bool,
    /// Where its own header stands in the file.
    header: u64,
}

/// All entries of an archive.
///
/// # Errors
/// What keeps it from being one, as a text; reading that fails.
pub(crate) fn entries(blob: &dyn Blob) -> Result<Result<Vec<Entry>, String>, Error> {
    let size = blob.size();
    let tail_at = size.saturating_sub(MAX_TAIL);
    let tail = bytes(blob, tail_at, size - tail_at)?;
    let Some(end) = tail.windows(4).rposition(|it| it == b"PK\x05\x06") else {
        return Ok(Err("it has no directory at its end: the file is cut off".to_owned()));
    };
    let record = tail.get(end..).unwrap_or_default();
    let (mut length, mut start) = (u64::from(u32_at(record, 12)), u64::from(u32_at(record, 16)));
    if start == u64::from(u32::MAX) || length == u64::from(u32::MAX) {
        // The locator of the 64-bit record stands right before.
        let locator = end.checked_sub(20).and_then(|it| tail.get(it..end)).unwrap_or_default();
        if !locator.starts_with(b"PK\x06\x07") {
            return Ok(Err("its 64-bit directory is not there".to_owned()));
        }
        let record = bytes(blob, u64_at(locator, 8), 56)?;
        if !record.starts_with(b"PK\x06\x06") {
            return Ok(Err("its 64-bit directory is not where it should be".to_owned()));
        }
        (length, start) = (u64_at(&record, 40), u64_at(&record, 48));
    }
    if length > MAX_DIRECTORY || start.checked_add(length).is_none_or(|it| it > size) {
        return Ok(Err(format!("its directory states {length} bytes at {start} of {size}")));
    }
    let directory = bytes(blob, start, length)?;
    Ok(parse(&directory))
}

fn parse(directory: &[u8]) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    let mut rest = directory;
    while rest.starts_with(b"PK\x01\x02") {
        let (name, extra, comment) = (
            usize::from(u16_at(rest, 28)),
            usize::from(u16_at(rest, 30)),
            usize::from(u16_at(rest, 32)),
        );
        let text = rest.get(46..46 + name).ok_or("an entry of its directory is cut off")?;
        let fields = rest
            .get(46 + name..46 + name + extra)
            .ok_or("an entry of its directory is cut off")?;
        let (mut size, mut header) = (u64::from(u32_at(rest, 24)), u64::from(u32_at(rest, 42)));
        let mut packed = u64::from(u32_at(rest, 20));
        wide(fields, &mut size, &mut packed, &mut header);
        if entries.len() >= MAX_ENTRIES {
            return Err(format!("its directory has more than {MAX_ENTRIES} entries"));
        }
        // A set bit 0 is encryption.
        let method = if u16_at(rest, 8) & 1 == 1 {
            u16::MAX
        } else {
            u16_at(rest, 10)
        };
        entries.push(Entry {
            name: String::from_utf8_lossy(text).into_owned(),
            size,
            packed,
            is_stored: method == 0 && packed == size,
            is_deflated: method == 8,
            header,
        });
        rest = rest.get(46 + name + extra + comment..).unwrap_or_default();
    }
    if entries.is_empty() {
        return Err("its directory has no entry".to_owned());
    }
    Ok(entries)
}

/// The 64-bit values stand in an extra field, each only where its 32-bit place is all ones.
fn wide(mut fields: &[u8], size: &mut u64, packed: &mut u64, header: &mut u64) {
    while fields.len() >= 4 {
        let (kind, length) = (u16_at(fields, 0), usize::from(u16_at(fields, 2)));
        let data = fields.get(4..4 + length).unwrap_or_default();
        if kind == 1 {
            let mut at = 0;
            for value in [size, packed, header] {
                if *value == u64::from(u32::MAX) {
                    *value = u64_at(data, at);
                    at += 8;
                }
            }
            return;
        }
        fields = fields.get(4 + length..).unwrap_or_default();
    }
}

/// Names that lead out of the folder into which the archive is unpacked.
pub(crate) fn outside(entries: &[Entry]) -> Vec<String> {
    entries
        .iter()
        .filter(|it| is_outside(&it.name))
        .take(KEPT)
        .map(|it| it.name.clone())
        .collect()
}

/// Whether a path leads out of the folder that it is meant to be in.
pub(crate) fn is_outside(path: &str) -> bool {
    let windows_drive = path.as_bytes().get(1) == Some(&b':');
    path.starts_with(['/', '\\']) || windows_drive || path.split(['/', '\\']).any(|it| it == "..")
}

/// What makes different readers see different things, or one thing many times over.
pub(crate) fn contradiction(entries: &[Entry]) -> Option<String> {
    let mut names = std::collections::HashSet::new();
    if let Some(twice) = entries.iter().find(|it| !names.insert(it.name.as_str())) {
        return Some(format!(
            "`{}` is in its directory twice: readers differ in which one they take",
            twice.name
        ));
    }
    let mut by_place: Vec<&Entry> = entries.iter().collect();
    by_place.sort_by_key(|it| it.header);
    by_place.windows(2).find_map(|pair| {
        let [first, second] = pair else { return None };
        let least = first
            .header
            .saturating_add(30 + first.name.len() as u64)
            .saturating_add(first.packed);
        (least > second.header).then(|| format!("`{}` and `{}` share bytes", first.name, second.name))
    })
}

/// The entries of an archive whose directory is lost, by their own headers: those whose length is
/// known, and pickles, whose end is known to them.
///
/// # Errors
/// Reading fails.
pub(crate) fn recovered(blob: &dyn Blob) -> Result<Vec<Entry>, Error> {
    let (mut entries, mut at) = (Vec::new(), 0_u64);
    while at < blob.size().min(RECOVERED) && entries.len() < MAX_ENTRIES {
        let header = bytes(blob, at, 30)?;
        if !header.starts_with(b"PK\x03\x04") || header.len() < 30 {
            break;
        }
        let (name, extra) = (u64::from(u16_at(&header, 26)), u64::from(u16_at(&header, 28)));
        let text = bytes(blob, at + 30, name)?;
        let data = at + 30 + name + extra;
        let (packed, size) = (u64::from(u32_at(&header, 18)), u64::from(u32_at(&header, 22)));
        // Bit 3: the lengths follow after the data.
        let unknown = u16_at(&header, 6) & 8 == 8 && packed == 0;
        let left = blob.size().saturating_sub(data);
        let length = if unknown { left } else { packed.min(left) };
        let method = u16_at(&header, 8);
        entries.push(Entry {
            name: String::from_utf8_lossy(&text).into_owned(),
            size: if method == 0 { length } else { size },
            packed: length,
            is_stored: method == 0,
            is_deflated: method == 8,
            header: at,
        });
        if unknown {
            break;
        }
        at = data.saturating_add(packed);
    }
    Ok(entries)
}

impl Entry {
    /// The data as a piece of the blob, where they can be read.
    ///
    /// # Errors
    /// Reading fails.
    pub(crate) fn piece(&self, blob: &dyn Blob, name: &str) -> Result<Option<Piece>, Error> {
        let start = self.data_start(blob)?;
        Ok(start
            .filter(|_| self.is_stored || self.is_deflated)
            .map(|offset| Piece {
                blob: name.to_owned(),
                offset,
                length: self.size,
                packed: self.is_deflated.then_some(self.packed),
            }))
    }

    /// Where its data begin in the file.
    ///
    /// # Errors
    /// Reading fails; none where its header is not there, or is that of another entry: readers that go
    /// by one or the other would find different things.
    pub(crate) fn data_start(&self, blob: &dyn Blob) -> Result<Option<u64>, Error> {
        if self.header >= blob.size() {
            return Ok(None);
        }
        let header = bytes(blob, self.header, 30)?;
        if !header.starts_with(b"PK\x03\x04") || header.len() < 30 {
            return Ok(None);
        }
        // The extra field here has another length than in the directory: PyTorch pads with it.
        let name = u64::from(u16_at(&header, 26));
        let here = bytes(blob, self.header.saturating_add(30), name)?;
        if String::from_utf8_lossy(&here) != self.name {
            return Ok(None);
        }
        let start = self.header.saturating_add(30 + name + u64::from(u16_at(&header, 28)));
        let fits = start.checked_add(self.packed).is_some_and(|it| it <= blob.size());
        Ok(fits.then_some(start))
    }
}

/// A range of the file, as far as it is there.
pub(crate) fn bytes(blob: &dyn Blob, start: u64, length: u64) -> Result<Vec<u8>, Error> {
    let mut all = Vec::new();
    while (all.len() as u64) < length {
        let at = start.saturating_add(all.len() as u64);
        if at >= blob.size() {
            break;
        }
        let more = blob.read(at, (length - all.len() as u64).min(READ))?;
        if more.is_empty() {
            break;
        }
        all.extend_from_slice(&more);
    }
    Ok(all)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    let part = bytes.get(at..).and_then(|it| it.first_chunk::<2>());
    part.map_or(0, |it| u16::from_le_bytes(*it))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let part = bytes.get(at..).and_then(|it| it.first_chunk::<4>());
    part.map_or(0, |it| u32::from_le_bytes(*it))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let part = bytes.get(at..).and_then(|it| it.first_chunk::<8>());
    part.map_or(0, |it| u64::from_le_bytes(*it))
}
