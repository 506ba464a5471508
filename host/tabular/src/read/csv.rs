//! Opening a CSV file: delimiter, line ends and column names.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{
    Batches, Source,
    blocks::{Block, BlockError, Blocks, Marks},
    decimal::Decimal,
    dressed, records,
};
use crate::{Batch, Options, TableError, nulls};

/// Where the records of a file start, and what separates them.
#[derive(Debug)]
pub(crate) struct Dialect {
    marks: Marks,
    /// Bytes of the line of names, with the mark of UTF-8 where there is one.
    start: u64,
    /// Lines that the names take.
    lines: u64,
}

/// Bytes from which the dialect is told.
const LOOK: u64 = 1 << 20;
/// Rows from which the delimiter is told.
const LINES: usize = 20;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

pub(super) fn open(file: &Path, options: &Options) -> Result<(Dialect, Vec<String>, Vec<String>), TableError> {
    let io = |error| TableError::Io {
        file: file.to_owned(),
        error,
    };
    // A line of names that is longer than what is looked at is read to its end.
    let most = LOOK.max(options.limits.row_bytes as u64);
    let mut start = Vec::new();
    let mut input = File::open(file).map_err(io)?;
    let mut look = LOOK.min(most);
    let (bom, first) = loop {
        let missing = look.saturating_sub(start.len() as u64);
        input.by_ref().take(missing).read_to_end(&mut start).map_err(io)?;
        let is_all = (start.len() as u64) < look;
        let bom = if start.starts_with(BOM) { BOM.len() } else { 0 };
        let first = first_line(start.get(bom..).unwrap_or_default(), options.delimiter);
        if first.is_ended || is_all {
            break (bom, first);
        }
        if look >= most {
            return Err(TableError::Row {
                file: file.to_owned(),
                line: 1,
                limit: most.try_into().unwrap_or(usize::MAX),
            });
        }
        look = look.saturating_mul(4).min(most);
    };
    let text = start.get(bom..).unwrap_or_default();
    if text.trim_ascii().is_empty() {
        return Err(TableError::Empty { file: file.to_owned() });
    }
    let FirstLine {
        blank,
        delimiter,
        terminator,
        cells,
        length,
        ..
    } = first;
    let names = names(file, &cells)?;
    if !cells.iter().any(|it| !it.is_empty()) || cells.iter().all(|it| is_value(it)) {
        let line: Vec<String> = names.iter().take(5).cloned().collect();
        return Err(TableError::Header {
            file: file.to_owned(),
            line: line.join(", "),
        });
    }
    let head = text.get(..blank + length).unwrap_or_default();
    let lines = memchr::memchr_iter(terminator, head).count() as u64;
    let records = first_rows(text.get(head.len()..).unwrap_or_default(), delimiter);
    let decimal = match options.decimal {
        Some(b',') => Decimal::of(records.iter().flatten()).or_comma(),
        Some(_) => Decimal::Point,
        // Between the cells and within them it would be two things.
        None if delimiter == b',' => Decimal::Point,
        None => Decimal::of(records.iter().flatten()),
    };
    let mut remarks = Vec::new();
    if decimal != Decimal::Point && options.decimal.is_none() {
        remarks.push("numbers are read with a decimal comma, as `1,5`; with `--decimal .` they are not".to_owned());
    }
    remarks.extend(dressed::remark(&names, &records, decimal != Decimal::Point));
    let dialect = Dialect {
        marks: Marks {
            delimiter,
            terminator,
            decimal,
        },
        start: (bom + blank + length) as u64,
        lines,
    };
    Ok((dialect, names, remarks))
}

/// What the first line tells.
pub(super) struct FirstLine {
    /// Blank lines in front of it, in bytes, and Excel's line that names the delimiter; they are skipped.
    pub(super) blank: usize,
    pub(super) delimiter: u8,
    terminator: u8,
    cells: Vec<Vec<u8>>,
    pub(super) length: usize,
    /// There is a line break at its end.
    is_ended: bool,
}

pub(super) fn first_line(text: &[u8], delimiter: Option<u8>) -> FirstLine {
    let mut blank = text.iter().take_while(|it| matches!(it, b'\n' | b'\r')).count();
    let marked = excel_mark(text.get(blank..).unwrap_or_default());
    blank += marked.map_or(0, |it| it.1);
    let body = text.get(blank..).unwrap_or_default();
    let delimiter = delimiter.or(marked.map(|it| it.0)).unwrap_or_else(|| guessed(body));
    let (cells, length) = header(body, delimiter).unwrap_or_default();
    let end = length.checked_sub(1).and_then(|it| body.get(it)).copied();
    // Told by the line itself: a quoted cell further down may hold the other character.
    let terminator = if end == Some(b'\r') { b'\r' } else { b'\n' };
    FirstLine {
        blank,
        delimiter,
        terminator,
        cells,
        length,
        is_ended: matches!(end, Some(b'\r' | b'\n')),
    }
}

/// The delimiter of Excel's first line `sep=;`, and the bytes of that line.
fn excel_mark(body: &[u8]) -> Option<(u8, usize)> {
    match body {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', it, rest @ ..] if DELIMITERS.contains(it) => match rest {
            [b'\r', b'\n', ..] => Some((*it, 7)),
            [b'\n' | b'\r', ..] => Some((*it, 6)),
            _ => None,
        },
        _ => None,
    }
}

/// Rows from which it is told what numbers look like.
pub(super) fn first_rows(body: &[u8], delimiter: u8) -> Vec<::csv::ByteRecord> {
    /// A column may begin with missing values.
    const ROWS: usize = 200;
    let mut reader = ::csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(body);
    reader.byte_records().take(ROWS).filter_map(Result::ok).collect()
}

/// Whether a cell of the first line is a value rather than a name.
fn is_value(cell: &[u8]) -> bool {
    nulls::kind(cell).is_some() || fast_float2::parse::<f64, _>(cell).is_ok()
}

fn names(file: &Path, cells: &[Vec<u8>]) -> Result<Vec<String>, TableError> {
    cells
        .iter()
        .enumerate()
        .map(|(place, cell)| {
            let name = std::str::from_utf8(cell).map_err(|error| TableError::Encoding {
                file: file.to_owned(),
                line: 1,
                column: format!("#{}", place + 1),
                byte: cell.get(error.valid_up_to()).copied().unwrap_or_default(),
            })?;
            // As pandas names it: often the index that a data frame was written with.
            Ok(if name.trim().is_empty() {
                format!("Unnamed: {place}")
            } else {
                name.trim().to_owned()
            })
        })
        .collect()
}

/// The cells of the first record and how many bytes it takes; none where it does not end.
fn header(body: &[u8], delimiter: u8) -> Option<(Vec<Vec<u8>>, usize)> {
    let mut reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
    let mut output = vec![0; body.len() + 1];
    let mut ends = vec![0; body.len() + 2];
    let (mut at, mut wrote, mut fields) = (0, 0, 0);
    loop {
        let (result, read, written, ended) =
            reader.read_record(body.get(at..)?, output.get_mut(wrote..)?, ends.get_mut(fields..)?);
        at += read;
        wrote += written;
        fields += ended;
        match result {
            csv_core::ReadRecordResult::Record => break,
            // Once more without input: a last record without a line break.
            csv_core::ReadRecordResult::InputEmpty if at >= body.len() && read > 0 => {}
            csv_core::ReadRecordResult::InputEmpty if at >= body.len() => break,
            csv_core::ReadRecordResult::InputEmpty => {}
            _ => return None,
        }
    }
    // A line break of two characters is read to its end.
    if body.get(at.wrapping_sub(1)) == Some(&b'\r') && body.get(at) == Some(&b'\n') {
        at += 1;
    }
    let mut from = 0;
    let cells = ends.get(..fields)?.iter().map(|to| {
        let cell = output.get(from..*to).unwrap_or_default().to_vec();
        from = *to;
        cell
    });
    Some((cells.collect(), at))
}

/// The delimiter that splits the first rows into the most cells, the same number in each.
fn guessed(body: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let mut reader = ::csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(body);
        let mut record = ::csv::ByteRecord::new();
        let mut counts = Vec::new();
        while counts.len() < LINES && reader.read_byte_record(&mut record).is_ok_and(|it| it) {
            // The last record looked at may be cut.
            counts.push(record.len());
        }
        let first = counts.first().copied().unwrap_or(1);
        let alike = counts.iter().filter(|it| **it == first).count();
        // Mostly the same number; then the more cells the better.
        (first > 1 && 2 * alike > counts.len(), first)
    };
    DELIMITERS.into_iter().rev().max_by_key(|it| score(*it)).unwrap_or(b',')
}

/// Reads blocks one at a time, and parses them in as many threads as ask.
pub(super) struct Reader<'a> {
    source: &'a Source,
    dialect: &'a Dialect,
    cell_bytes: usize,
    row_bytes: usize,
    blocks: Mutex<Blocks<File>>,
    done: AtomicU64,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a Source, dialect: &'a Dialect, options: &Options) -> Result<Self, TableError> {
        let io = |error| TableError::Io {
            file: source.file.clone(),
            error,
        };
        let mut file = File::open(&source.file).map_err(io)?;
        file.seek(SeekFrom::Start(dialect.start)).map_err(io)?;
        // By the file's size alone: what a table gives must not depend on the machine. At most
        // some thousand blocks, each of whose sums are kept apart until the end.
        let size = (source.size / 4096).clamp(1 << 20, 16 << 20) as usize;
        let limits = &options.limits;
        Ok(Self {
            source,
            dialect,
            cell_bytes: limits.cell_bytes,
            row_bytes: limits.row_bytes,
            blocks: Mutex::new(Blocks::new(
                file,
                dialect.marks,
                size.min(limits.row_bytes),
                limits.row_bytes,
            )),
            done: AtomicU64::new(0),
        })
    }
}

thread_local! {
    /// A thread's block, used again for the next one.
    static BLOCK: std::cell::RefCell<Block> = std::cell::RefCell::default();
}

impl Batches for Reader<'_> {
    fn next(&self, batch: &mut Batch) -> Result<bool, TableError> {
        BLOCK.with_borrow_mut(|block| {
            {
                let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
                let more = blocks.next(block).map_err(|error| match error {
                    BlockError::Io(error) => TableError::Io {
                        file: self.source.file.clone(),
                        error,
                    },
                    BlockError::Long(line) => TableError::Row {
                        file: self.source.file.clone(),
                        line: line + self.dialect.lines,
                        limit: self.row_bytes,
                    },
                })?;
                self.done.store(blocks.read, Ordering::Relaxed);
                if !more {
                    *block = Block::default();
                    return Ok(false);
                }
            }
            block.line += self.dialect.lines;
            let names = &self.source.names;
            let marks = self.dialect.marks;
            records::parse(block, marks, names.len(), self.cell_bytes, batch)
                .map_err(|fault| fault.into_error(&self.source.file, names))?;
            Ok(true)
        })
    }

    fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}
