//! Where a checkpoint's bytes are: one range of addresses over parts of several blobs, some of them
//! compressed.

use std::cell::{Cell, RefCell};

use deepfix_plugin::{ArtifactKind, Blob, Context, Error};
use flate2::{Decompress, FlushDecompress, Status};

/// What one read gives.
const READ: u64 = 4 << 20;
/// Compressed bytes that are read at a time.
const PACKED: u64 = 64 << 10;
/// Bytes that may be inflated only to be passed over: going back in a stream starts it again, and a file can
/// be made so that every read goes back. Twice what the tensors of one file may take.
const MAX_PASSED: u64 = 16 << 30;

/// A part of a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The blob's name.
    pub blob: String,
    /// Where the part begins in it.
    pub offset: u64,
    /// Bytes that it has, uncompressed.
    pub length: u64,
    /// Bytes that it takes in the blob, where it is compressed (raw deflate).
    pub packed: Option<u64>,
}

impl Piece {
    /// A whole blob.
    #[must_use]
    pub fn whole(blob: &str, length: u64) -> Self {
        Self {
            blob: blob.to_owned(),
            offset: 0,
            length,
            packed: None,
        }
    }
}

/// The parts one after the other; addresses count from the start of the first one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Space {
    pieces: Vec<(u64, Piece)>,
}

impl Space {
    /// One blob from its start to its end.
    #[must_use]
    pub fn of(blob: &str, length: u64) -> Self {
        let mut space = Self::default();
        space.push(Piece::whole(blob, length));
        space
    }

    /// Adds a part, and gives the address at which it begins.
    pub fn push(&mut self, piece: Piece) -> u64 {
        let start = self.length();
        self.pieces.push((start, piece));
        start
    }

    /// All bytes together.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.pieces
            .last()
            .map_or(0, |(start, piece)| start.saturating_add(piece.length))
    }

    fn find(&self, address: u64) -> Option<(usize, &(u64, Piece))> {
        let place = self
            .pieces
            .partition_point(|(start, _)| *start <= address)
            .checked_sub(1)?;
        let found = self.pieces.get(place)?;
        (address - found.0 < found.1.length).then_some((place, found))
    }

    /// The blob and the byte of it at which an address is; none within what is compressed.
    #[must_use]
    pub fn locate(&self, address: u64) -> Option<(&str, u64)> {
        let (_, (start, piece)) = self.find(address)?;
        let at = piece.offset.checked_add(address - start)?;
        piece.packed.is_none().then_some((piece.blob.as_str(), at))
    }

    /// The parts, to be read as one blob.
    ///
    /// # Errors
    /// A blob cannot be opened.
    pub fn open<'a>(&self, cx: &Context<'a>) -> Result<Box<dyn Blob + 'a>, Error> {
        let mut blobs: Vec<(String, Box<dyn Blob + 'a>)> = Vec::new();
        for (_, piece) in &self.pieces {
            if !blobs.iter().any(|(name, _)| *name == piece.blob) {
                let blob = cx.host().open_blob(ArtifactKind::ModelCheckpoint, &piece.blob)?;
                blobs.push((piece.blob.clone(), blob));
            }
        }
        Ok(Box::new(Opened {
            space: self.clone(),
            blobs,
            inflating: RefCell::default(),
            passed: Passed::default(),
        }))
    }
}

struct Opened<'a> {
    space: Space,
    blobs: Vec<(String, Box<dyn Blob + 'a>)>,
    inflating: RefCell<Option<(usize, Inflating)>>,
    passed: Passed,
}

impl Blob for Opened<'_> {
    fn size(&self) -> u64 {
        self.space.length()
    }

    fn read(&self, address: u64, length: u64) -> Result<Vec<u8>, Error> {
        let Some((place, (start, piece))) = self.space.find(address) else {
            return Ok(Vec::new());
        };
        let Some((_, blob)) = self.blobs.iter().find(|(name, _)| *name == piece.blob) else {
            return Err(Error::NotFound(piece.blob.clone()));
        };
        let within = address - start;
        let length = length.min(piece.length - within).min(READ);
        if piece.packed.is_none() {
            return blob.read(piece.offset.saturating_add(within), length);
        }
        let mut state = self.inflating.borrow_mut();
        // Read from front to back this never starts again.
        let again = state.as_ref().is_none_or(|(at, it)| *at != place || it.given > within);
        if again {
            *state = Some((place, Inflating::default()));
        }
        let Some((_, state)) = state.as_mut() else {
            return Ok(Vec::new());
        };
        state.read(blob.as_ref(), piece, within, length, &self.passed)
    }
}

/// One part of a blob that is read already, inflated where it is compressed; at most `most` bytes.
pub(crate) struct Part<'a> {
    blob: &'a dyn Blob,
    piece: Piece,
    state: RefCell<Inflating>,
    passed: Passed,
}

impl<'a> Part<'a> {
    pub(crate) fn new(blob: &'a dyn Blob, mut piece: Piece, most: u64) -> Self {
        piece.length = piece.length.min(most);
        Self {
            blob,
            piece,
            state: RefCell::default(),
            passed: Passed::default(),
        }
    }
}

impl Blob for Part<'_> {
    fn size(&self) -> u64 {
        self.piece.length
    }

    fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, Error> {
        let length = length.min(self.piece.length.saturating_sub(offset)).min(READ);
        if self.piece.packed.is_none() {
            return self.blob.read(self.piece.offset.saturating_add(offset), length);
        }
        let mut state = self.state.borrow_mut();
        if state.given > offset {
            *state = Inflating::default();
        }
        state.read(self.blob, &self.piece, offset, length, &self.passed)
    }
}

/// Bytes that were inflated only to be passed over.
struct Passed {
    so_far: Cell<u64>,
    most: u64,
}

impl Default for Passed {
    fn default() -> Self {
        Self {
            so_far: Cell::new(0),
            most: MAX_PASSED,
        }
    }
}

impl Passed {
    fn add(&self, bytes: u64) -> Result<(), Error> {
        self.so_far.set(self.so_far.get().saturating_add(bytes));
        if self.so_far.get() > self.most {
            return Err(Error::BudgetExceeded(format!(
                "its compressed parts are read out of order: more than {} bytes would be unpacked again",
                self.most
            )));
        }
        Ok(())
    }
}

/// A stream that is being inflated: what was read and what was given.
struct Inflating {
    stream: Decompress,
    taken: u64,
    given: u64,
}

impl Default for Inflating {
    fn default() -> Self {
        Self {
            stream: Decompress::new(false),
            taken: 0,
            given: 0,
        }
    }
}

impl Inflating {
    fn read(
        &mut self,
        blob: &dyn Blob,
        piece: &Piece,
        from: u64,
        length: u64,
        passed: &Passed,
    ) -> Result<Vec<u8>, Error> {
        passed.add(from.saturating_sub(self.given))?;
        while self.given < from {
            let skipped = self.next(blob, piece, (from - self.given).min(PACKED))?;
            if skipped.is_empty() {
                return Ok(skipped);
            }
        }
        self.next(blob, piece, length)
    }

    fn next(&mut self, blob: &dyn Blob, piece: &Piece, length: u64) -> Result<Vec<u8>, Error> {
        if length == 0 {
            return Ok(Vec::new());
        }
        let mut out = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        let packed = piece.packed.unwrap_or(0);
        while out.len() < out.capacity() {
            let left = packed.saturating_sub(self.taken).min(PACKED);
            let input = match left {
                0 => Vec::new(),
                _ => blob.read(piece.offset.saturating_add(self.taken), left)?,
            };
            let (before_in, before_out) = (self.stream.total_in(), out.len());
            let status = self
                .stream
                .decompress_vec(&input, &mut out, FlushDecompress::None)
                .map_err(|error| Error::Invalid(format!("its compressed data are damaged: {error}")))?;
            self.taken += self.stream.total_in() - before_in;
            if status == Status::StreamEnd || (out.len() == before_out && self.stream.total_in() == before_in) {
                break;
            }
        }
        self.given += out.len() as u64;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    struct Bytes(Vec<u8>);

    impl Blob for Bytes {
        fn size(&self) -> u64 {
            self.0.len() as u64
        }

        fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, Error> {
            let start = (offset as usize).min(self.0.len());
            let end = start.saturating_add(length as usize).min(self.0.len());
            Ok(self.0[start..end].to_vec())
        }
    }

    #[test]
    fn going_back_in_a_compressed_part_costs_until_it_is_refused() {
        let plain: Vec<u8> = (0..10_000_u32).map(|it| (it % 251) as u8).collect();
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&plain).unwrap();
        let blob = Bytes(encoder.finish().unwrap());
        let piece = Piece {
            blob: String::new(),
            offset: 0,
            length: plain.len() as u64,
            packed: Some(blob.size()),
        };
        let mut part = Part::new(&blob, piece, u64::MAX);
        part.passed.most = 25_000;
        // From front to back it costs nothing.
        for from in (0..10_000).step_by(1000) {
            assert_eq!(
                part.read(from, 1000).unwrap(),
                plain[from as usize..from as usize + 1000]
            );
        }
        for _ in 0..2 {
            assert_eq!(part.read(9_000, 10).unwrap(), plain[9_000..9_010]);
        }
        assert!(matches!(part.read(8_000, 10), Err(Error::BudgetExceeded(_))));
    }
}
