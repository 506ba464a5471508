//! A text file in blocks that end where a record ends, though quoted cells hold line breaks.

use std::io::Read;

use memchr::{memchr, memrchr};

use super::decimal::Decimal;

/// What ends records and cells, and what is within numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks {
    pub delimiter: u8,
    pub terminator: u8,
    pub decimal: Decimal,
}

/// A block of whole records.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub index: u64,
    /// The line on which it starts, from 1.
    pub line: u64,
    pub bytes: Vec<u8>,
}

pub(super) struct Blocks<R> {
    input: R,
    marks: Marks,
    /// Bytes of a block, as a rule.
    size: usize,
    longest: usize,
    rest: Vec<u8>,
    index: u64,
    line: u64,
    pub(super) read: u64,
    ended: bool,
}

pub(super) enum BlockError {
    Io(std::io::Error),
    /// No record ends within the longest allowed; with the line where it starts.
    Long(u64),
}

impl<R: Read> Blocks<R> {
    pub(super) fn new(input: R, marks: Marks, size: usize, longest: usize) -> Self {
        Self {
            input,
            marks,
            size,
            longest,
            rest: Vec::new(),
            index: 0,
            line: 1,
            read: 0,
            ended: false,
        }
    }

    /// Fills the block with the next records. False at the end.
    pub(super) fn next(&mut self, block: &mut Block) -> Result<bool, BlockError> {
        block.bytes.clear();
        block.bytes.append(&mut self.rest);
        block.index = self.index;
        block.line = self.line;
        let mut wanted = self.size;
        loop {
            self.fill(&mut block.bytes, wanted).map_err(BlockError::Io)?;
            if self.ended {
                break;
            }
            if let Some(end) = last_end(&block.bytes, self.marks) {
                self.rest.extend_from_slice(block.bytes.get(end..).unwrap_or_default());
                block.bytes.truncate(end);
                break;
            }
            if block.bytes.len() >= self.longest {
                return Err(BlockError::Long(self.line));
            }
            wanted = (block.bytes.len() * 2).min(self.longest);
        }
        self.index += 1;
        self.line += memchr::memchr_iter(self.marks.terminator, &block.bytes).count() as u64;
        Ok(!block.bytes.is_empty())
    }

    fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> std::io::Result<()> {
        let missing = wanted.saturating_sub(bytes.len()) as u64;
        let got = self.input.by_ref().take(missing).read_to_end(bytes)? as u64;
        self.read += got;
        self.ended = got < missing;
        Ok(())
    }
}

/// Where the last whole record ends, for bytes that start with a record. A quotation mark opens a
/// cell only at its start, as everywhere (RFC 4180); elsewhere it is a character.
fn last_end(bytes: &[u8], marks: Marks) -> Option<usize> {
    let mut end = None;
    let mut at = 0;
    loop {
        let rest = bytes.get(at..)?;
        let Some(quote) = memchr(b'"', rest) else {
            return memrchr(marks.terminator, rest).map(|it| at + it + 1).or(end);
        };
        let plain = rest.get(..quote)?;
        end = memrchr(marks.terminator, plain).map(|it| at + it + 1).or(end);
        let before = match quote {
            0 => at.checked_sub(1).and_then(|it| bytes.get(it)),
            _ => plain.last(),
        };
        at += quote + 1;
        if !before.is_none_or(|it| *it == marks.delimiter || matches!(it, b'\n' | b'\r')) {
            continue;
        }
        // Inside: up to a mark that no other mark follows.
        loop {
            let Some(close) = bytes.get(at..).and_then(|it| memchr(b'"', it)) else {
                return end;
            };
            at += close + 1;
            match bytes.get(at) {
                Some(b'"') => at += 1,
                Some(_) => break,
                None => return end,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKS: Marks = Marks {
        delimiter: b',',
        terminator: b'\n',
        decimal: Decimal::Point,
    };

    #[test]
    fn a_line_break_in_a_quoted_cell_ends_no_record() {
        assert_eq!(last_end(b"a,b\nc,\"d\ne", MARKS), Some(4));
        assert_eq!(last_end(b"a,\"x\n\"\"\ny\"\nb", MARKS), Some(11));
        assert_eq!(last_end(b"\"a\nb", MARKS), None);
    }

    #[test]
    fn a_quotation_mark_within_a_cell_is_a_character() {
        assert_eq!(last_end(b"5\" pipe,1\n6\" pipe,2\nx", MARKS), Some(20));
    }
}
