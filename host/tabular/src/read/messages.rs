//! Sizes of the dictionaries and record batches of an Arrow IPC file, from their messages, before anything is decoded.
//!
//! Each is read and decompressed as a whole, and the dictionaries of all columns stay in memory.
//! Source: "Serialization and Interprocess Communication" of the Arrow columnar format.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use arrow_ipc::{DictionaryBatch, Field, RecordBatch, Schema, root_as_footer, root_as_message};

use super::Format;
use crate::{Limits, TableError};

/// The mark in front of a message's length, since version 0.15.
const CONTINUED: [u8; 4] = [0xff; 4];
/// Rows of a record batch. Columns of nothing but gaps have no bytes that would bound them; "implementations may be
/// limited to 32-bit lengths", says the format.
const ROWS: u64 = (1 << 31) - 1;
/// Bytes of the place of one value in a dictionary; again, gaps have none.
const PLACE: u64 = 4;
/// Bytes behind the footer: its length and the magic.
const TAIL: u64 = 10;

/// Refuses a file with a dictionary or a record batch beyond the limits. What is damaged is left to the decoder.
pub(crate) fn check(file: &Path, format: Format, limits: &Limits) -> Result<(), TableError> {
    let failed = |error| TableError::Io {
        file: file.to_owned(),
        error,
    };
    let mut input = File::open(file).map_err(failed)?;
    let end = input.metadata().map_err(failed)?.len();
    let mut parts = Parts {
        input: &mut input,
        end,
        owners: HashMap::new(),
        sizes: HashMap::new(),
        held: 0,
        file,
        format,
        limits,
    };
    let read = if format == Format::ArrowFile {
        parts.by_footer()
    } else {
        parts.by_messages()
    };
    match read {
        Ok(()) => Ok(()),
        Err(Stop::Part(error)) => Err(*error),
        // Cut off: the decoder names it.
        Err(Stop::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
        Err(Stop::Io(error)) => Err(failed(error)),
    }
}

enum Stop {
    Io(io::Error),
    Part(Box<TableError>),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

struct Parts<'a> {
    input: &'a mut File,
    /// Bytes of the file.
    end: u64,
    /// The column of a dictionary, by the dictionary's number.
    owners: HashMap<i64, String>,
    /// Bytes of a dictionary with what was added to it.
    sizes: HashMap<i64, u64>,
    /// Bytes of all dictionaries.
    held: u64,
    file: &'a Path,
    format: Format,
    limits: &'a Limits,
}

impl Parts<'_> {
    /// Some bytes of the file; none where they are not there.
    fn bytes(&mut self, at: u64, many: u64) -> io::Result<Option<Vec<u8>>> {
        if at.checked_add(many).is_none_or(|it| it > self.end) {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        self.input.seek(SeekFrom::Start(at))?;
        self.input.by_ref().take(many).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn by_footer(&mut self) -> Result<(), Stop> {
        let Some(tail) = self.bytes(self.end.saturating_sub(TAIL), TAIL)? else {
            return Ok(());
        };
        let length = tail.first_chunk().map_or(0, |it| u64::from(u32::from_le_bytes(*it)));
        let start = self.end.saturating_sub(TAIL).checked_sub(length);
        let Some(start) = start else { return Ok(()) };
        self.bounded("a footer", length)?;
        let Some(bytes) = self.bytes(start, length)? else {
            return Ok(());
        };
        let Ok(footer) = root_as_footer(&bytes) else {
            return Ok(());
        };
        if let Some(schema) = footer.schema() {
            self.owned(schema);
        }
        let blocks = footer
            .dictionaries()
            .into_iter()
            .chain(footer.recordBatches())
            .flatten();
        let mut heads = 0_u64;
        for block in blocks {
            let (Ok(at), Ok(head)) = (u64::try_from(block.offset()), u64::try_from(block.metaDataLength())) else {
                continue;
            };
            self.bounded("the metadata of a message", head)?;
            // Blocks that name the same bytes would be read again and again.
            heads = heads.saturating_add(head);
            if heads > self.end {
                let found = format!(
                    "found blocks of {heads} bytes, expected at most the {} of the file",
                    self.end
                );
                return Err(self.damaged(found));
            }
            // What the footer says is what is read.
            let said = u64::try_from(block.bodyLength()).unwrap_or(u64::MAX);
            let message = self.bytes(at, head)?;
            let message = message.as_deref().unwrap_or_default();
            let prefix = if message.starts_with(&CONTINUED) { 8 } else { 4 };
            let message = message.get(prefix..).unwrap_or_default();
            if root_as_message(message).is_err() {
                return Err(self.damaged(format!("byte {at}: found a block of the footer that is no message")));
            }
            self.message(message, at.saturating_add(head), said)?;
        }
        Ok(())
    }

    fn by_messages(&mut self) -> Result<(), Stop> {
        let mut at = 0;
        loop {
            let Some(prefix) = self.bytes(at, 4)? else {
                return Ok(());
            };
            at += 4;
            let mut length = prefix;
            if length == CONTINUED {
                let Some(next) = self.bytes(at, 4)? else { return Ok(()) };
                (length, at) = (next, at + 4);
            }
            let head = length.first_chunk().map_or(0, |it| u64::from(u32::from_le_bytes(*it)));
            self.bounded("the metadata of a message", head)?;
            let Some(message) = self.bytes(at, head)? else {
                return Ok(());
            };
            at += head;
            let Ok(parsed) = root_as_message(&message) else {
                return Ok(());
            };
            if let Some(schema) = parsed.header_as_schema() {
                self.owned(schema);
            }
            self.message(&message, at, 0)?;
            at = at.saturating_add(u64::try_from(parsed.bodyLength()).unwrap_or(u64::MAX));
        }
    }

    /// Looks at one message whose body is there, with at least so many bytes.
    fn message(&mut self, message: &[u8], body: u64, said: u64) -> Result<(), Stop> {
        let Ok(message) = root_as_message(message) else {
            return Ok(());
        };
        let said = said.max(u64::try_from(message.bodyLength()).unwrap_or(u64::MAX));
        if let Some(dictionary) = message.header_as_dictionary_batch() {
            return self.dictionary(dictionary, body, said);
        }
        let Some(batch) = message.header_as_record_batch() else {
            return Ok(());
        };
        let rows = longest(batch).max(u64::try_from(batch.length()).unwrap_or(u64::MAX));
        if rows > ROWS {
            return Err(self.damaged(format!("found a record batch of {rows} rows, expected at most {ROWS}")));
        }
        let found = self.inflated(batch, body)?.max(said);
        if found > self.limits.part_bytes as u64 {
            return Err(self.refused(
                "a record batch".to_owned(),
                found,
                self.limits.part_bytes,
                "--max-part-bytes",
            ));
        }
        Ok(())
    }

    fn dictionary(&mut self, batch: DictionaryBatch<'_>, body: u64, said: u64) -> Result<(), Stop> {
        let mut found = said;
        if let Some(values) = batch.data() {
            let places = longest(values).saturating_mul(PLACE);
            found = found.max(self.inflated(values, body)?).max(places);
        }
        if batch.isDelta() {
            found = found.saturating_add(self.sizes.get(&batch.id()).copied().unwrap_or_default());
        }
        let before = self.sizes.insert(batch.id(), found).unwrap_or_default();
        self.held = self.held.saturating_sub(before).saturating_add(found);
        if found > self.limits.dictionary_bytes as u64 {
            let owner = self.owners.get(&batch.id()).map_or("?", String::as_str);
            return Err(self.refused(
                format!("the dictionary of column `{owner}`"),
                found,
                self.limits.dictionary_bytes,
                "--max-dictionary-bytes",
            ));
        }
        let limit = self.limits.dictionaries_bytes();
        if self.held > limit as u64 {
            let part = "dictionaries of all columns, together,".to_owned();
            return Err(self.refused(part, self.held, limit, "--max-dictionary-bytes"));
        }
        Ok(())
    }

    /// Bytes of a batch once decompressed: each compressed buffer begins with its length.
    fn inflated(&mut self, batch: RecordBatch<'_>, body: u64) -> io::Result<u64> {
        let mut sum = 0_u64;
        let compressed = batch.compression().is_some();
        for buffer in batch.buffers().into_iter().flatten() {
            let stored = u64::try_from(buffer.length()).unwrap_or_default();
            let at = body.saturating_add(u64::try_from(buffer.offset()).unwrap_or(u64::MAX));
            let prefix = if compressed && stored >= 8 {
                self.bytes(at, 8)?
            } else {
                None
            };
            let said = prefix
                .as_deref()
                .and_then(<[u8]>::first_chunk)
                .map(|it| i64::from_le_bytes(*it));
            // -1 stands for a buffer that is not compressed.
            sum = sum.saturating_add(said.and_then(|it| u64::try_from(it).ok()).unwrap_or(stored));
        }
        Ok(sum)
    }

    /// Metadata is read and checked as a whole.
    fn bounded(&self, what: &str, found: u64) -> Result<(), Stop> {
        let limit = self.limits.header_bytes;
        if found > limit as u64 {
            return Err(self.damaged(format!("found {what} of {found} bytes, expected at most {limit}")));
        }
        Ok(())
    }

    fn damaged(&self, reason: String) -> Stop {
        Stop::Part(Box::new(TableError::Damaged {
            file: self.file.to_owned(),
            format: self.format.name(),
            reason,
        }))
    }

    fn refused(&self, part: String, found: u64, limit: usize, flag: &'static str) -> Stop {
        Stop::Part(Box::new(TableError::Part {
            file: self.file.to_owned(),
            part,
            found,
            limit,
            flag,
        }))
    }

    fn owned(&mut self, schema: Schema<'_>) {
        for field in schema.fields().into_iter().flatten() {
            self.owned_by(field, field.name().unwrap_or("?"));
        }
    }

    /// The depth of fields is bounded by the check of the bytes.
    fn owned_by(&mut self, field: Field<'_>, name: &str) {
        if let Some(it) = field.dictionary() {
            self.owners.entry(it.id()).or_insert_with(|| name.to_owned());
        }
        for child in field.children().into_iter().flatten() {
            self.owned_by(child, name);
        }
    }
}

/// Values of the longest column.
fn longest(batch: RecordBatch<'_>) -> u64 {
    let nodes = batch.nodes().into_iter().flatten();
    nodes
        .map(|it| u64::try_from(it.length()).unwrap_or(u64::MAX))
        .max()
        .unwrap_or_default()
}
