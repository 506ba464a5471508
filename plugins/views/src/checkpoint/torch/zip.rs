//! The directory of a ZIP archive, as far as PyTorch's need it: entries that are stored as they are.
//!
//! Format: <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>, with the 64-bit fields of
//! large archives. Nothing is decompressed, so nothing can blow up.

use deepfix_plugin::{Blob, Error};

/// The end record with the longest comment.
const MAX_TAIL: u64 = 22 + 65_535;
/// The directory: an entry takes about 100 bytes, a tensor one entry.
const MAX_DIRECTORY: u64 = 8 << 20;
/// What one read gives.
const READ: u64 = 1 << 20;

/// An entry of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub name: String,
    /// Bytes of its data.
    pub size: u64,
    /// Whether the data stand in the file as they are.
    pub is_stored: bool,
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
        wide(fields, u32_at(rest, 20) == u32::MAX, &mut size, &mut header);
        entries.push(Entry {
            name: String::from_utf8_lossy(text).into_owned(),
            size,
            is_stored: u16_at(rest, 10) == 0,
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
fn wide(mut fields: &[u8], packed_too: bool, size: &mut u64, header: &mut u64) {
    while fields.len() >= 4 {
        let (kind, length) = (u16_at(fields, 0), usize::from(u16_at(fields, 2)));
        let data = fields.get(4..4 + length).unwrap_or_default();
        if kind == 1 {
            let mut at = 0;
            if *size == u64::from(u32::MAX) {
                *size = u64_at(data, at);
                at += 8;
            }
            if packed_too {
                at += 8;
            }
            if *header == u64::from(u32::MAX) {
                *header = u64_at(data, at);
            }
            return;
        }
        fields = fields.get(4 + length..).unwrap_or_default();
    }
}

impl Entry {
    /// Where its data begin in the file.
    ///
    /// # Errors
    /// Reading fails; none where its header is not there.
    pub(crate) fn data_start(&self, blob: &dyn Blob) -> Result<Option<u64>, Error> {
        if self.header >= blob.size() {
            return Ok(None);
        }
        let header = bytes(blob, self.header, 30)?;
        if !header.starts_with(b"PK\x03\x04") || header.len() < 30 {
            return Ok(None);
        }
        // The extra field here has another length than in the directory: PyTorch pads with it.
        let after = 30 + u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
        let start = self.header.saturating_add(after);
        let fits = start.checked_add(self.size).is_some_and(|it| it <= blob.size());
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
