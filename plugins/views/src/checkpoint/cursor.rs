//! Reads a part of a blob from front to back, through one window of bounded size. Every length is
//! checked against what is left and against the caller's own limit before anything is taken.

use deepfix_plugin::{Blob, Error};

/// Bytes of a window, unless more are asked for in one piece.
const WINDOW: u64 = 256 << 10;
/// What one read of a blob gives.
const READ: u64 = 4 << 20;

/// Why reading stopped.
#[derive(Debug, Clone)]
pub(crate) enum Stop {
    /// The bytes are not what the format calls for.
    Content(String),
    /// The host did not give them.
    Host(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Host(error)
    }
}

impl From<String> for Stop {
    fn from(reason: String) -> Self {
        Self::Content(reason)
    }
}

impl From<&str> for Stop {
    fn from(reason: &str) -> Self {
        Self::Content(reason.to_owned())
    }
}

impl Stop {
    /// In words.
    pub(crate) fn reason(self) -> String {
        match self {
            Self::Content(reason) => reason,
            Self::Host(error) => error.to_string(),
        }
    }
}

pub(crate) struct Cursor<'a> {
    blob: &'a dyn Blob,
    at: u64,
    end: u64,
    window: Vec<u8>,
    start: u64,
}

impl<'a> Cursor<'a> {
    /// From `at` to `end`, or to the end of the blob.
    pub(crate) fn new(blob: &'a dyn Blob, at: u64, end: u64) -> Self {
        Self {
            blob,
            at,
            end: end.min(blob.size()),
            window: Vec::new(),
            start: at,
        }
    }

    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// Goes to another byte; one beyond the end is an error of the next read.
    pub(crate) fn seek(&mut self, at: u64) {
        self.at = at;
    }

    pub(crate) fn left(&self) -> u64 {
        self.end.saturating_sub(self.at)
    }

    /// The next bytes; `most` is what the caller has room for.
    pub(crate) fn take(&mut self, length: u64, most: u64) -> Result<&[u8], Stop> {
        if length > most {
            return Err(format!(
                "a length of {length} at byte {}, where at most {most} make sense",
                self.at
            )
            .into());
        }
        if length > self.left() {
            return Err("it is cut off".into());
        }
        let held = self.start.saturating_add(self.window.len() as u64);
        if self.at < self.start || self.at.saturating_add(length) > held {
            self.fill(length)?;
        }
        let from = usize::try_from(self.at - self.start).unwrap_or(usize::MAX);
        let bytes = usize::try_from(length)
            .ok()
            .and_then(|it| self.window.get(from..from.checked_add(it)?))
            .ok_or("it is cut off")?;
        self.at += length;
        Ok(bytes)
    }

    fn fill(&mut self, length: u64) -> Result<(), Stop> {
        let wanted = length.max(WINDOW.min(self.left()));
        // The old window is dropped first, so that only one is held.
        self.window = Vec::new();
        self.start = self.at;
        while (self.window.len() as u64) < wanted {
            let got = self.window.len() as u64;
            let more = self.blob.read(self.at + got, (wanted - got).min(READ))?;
            if more.is_empty() {
                break;
            }
            self.window.extend_from_slice(&more);
        }
        Ok(())
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Stop> {
        self.take(1, 1).map(|it| it.first().copied().unwrap_or_default())
    }

    pub(crate) fn skip(&mut self, length: u64) -> Result<(), Stop> {
        if length > self.left() {
            return Err("it is cut off".into());
        }
        self.at += length;
        Ok(())
    }

    /// A little-endian number of up to eight bytes.
    pub(crate) fn number(&mut self, bytes: u64) -> Result<u64, Stop> {
        let mut value = [0; 8];
        for (to, from) in value.iter_mut().zip(self.take(bytes, 8)?) {
            *to = *from;
        }
        Ok(u64::from_le_bytes(value))
    }

    /// The bytes up to a line feed, which is left out; none where they are more than `most`.
    pub(crate) fn any_line(&mut self, most: usize) -> Result<Option<Vec<u8>>, Stop> {
        let mut line = Some(Vec::new());
        loop {
            match self.byte()? {
                b'\n' => return Ok(line),
                byte => match &mut line {
                    Some(held) if held.len() < most => held.push(byte),
                    _ => line = None,
                },
            }
        }
    }
}
