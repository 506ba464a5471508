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
            passed: Cell::default(),
        }))
    }
}

struct Opened<'a> {
    space: Space,
    blobs: Vec<(String, Box<dyn Blob + 'a>)>,
    inflating: RefCell<Option<(usize, Inflating)>>,
    passed: Cell<u64>,
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
    passed: Cell<u64>,
}

impl<'a> Part<'a> {
    pub(crate) fn new(blob: &'a dyn Blob, mut piece: Piece, most: u64) -> Self {
        piece.length = piece.length.min(most);
        Self {
            blob,
            piece,
            state: RefCell::default(),
            passed: Cell::default(),
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
        passed: &Cell<u64>,
    ) -> Result<Vec<u8>, Error> {
        passed.set(passed.get().saturating_add(from.saturating_sub(self.given)));
        if passed.get() > MAX_PASSED {
            return Err(Error::BudgetExceeded(format!(
                "its compressed parts are read out of order: more than {MAX_PASSED} bytes would be unpacked again"
            )));
        }
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
