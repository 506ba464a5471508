//! The record batches of Parquet and Arrow IPC files, for several threads.

use std::{
    fs::File,
    io::BufReader,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::ArrowError;
use parquet::arrow::{
    ProjectionMask,
    arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
};

use super::{
    Batches, Format, Source,
    arrow::{Layout, guarded},
    cells::Unfit,
    counted::Counted,
    pages,
    texts::Metadata,
};
use crate::{Batch, Limits, TableError};

/// Rows that are decoded at once.
const ROWS: usize = 16_384;

impl Layout {
    pub(super) fn batches<'a>(
        &'a self,
        source: &'a Source,
        limits: Limits,
    ) -> Result<Box<dyn Batches + 'a>, TableError> {
        let file = || {
            File::open(&source.file).map_err(|error| TableError::Io {
                file: source.file.clone(),
                error,
            })
        };
        let read = Arc::new(AtomicU64::new(0));
        let counted = || {
            Ok(Counted {
                file: file()?,
                read: Arc::clone(&read),
            })
        };
        let damaged = |error: ArrowError| TableError::Damaged {
            file: source.file.clone(),
            format: self.format.name(),
            reason: error.to_string(),
        };
        let parts = match (self.format, &self.parquet) {
            (Format::Parquet, Some(meta)) => Parts::Groups {
                next: 0,
                batches: 0,
                meta,
                open: Vec::new(),
            },
            (Format::ArrowStream, _) => {
                let reader =
                    StreamReader::try_new(BufReader::new(counted()?), Some(self.places.clone())).map_err(damaged)?;
                Parts::Stream(Box::new(reader), None, 0)
            }
            _ => {
                let reader =
                    FileReader::try_new(BufReader::new(counted()?), Some(self.places.clone())).map_err(damaged)?;
                Parts::Stream(Box::new(reader), None, 0)
            }
        };
        Ok(Box::new(Reader {
            source,
            limits,
            layout: self,
            parts: Mutex::new(parts),
            rows: AtomicU64::new(0),
            read: Arc::clone(&read),
            total: self
                .parquet
                .as_ref()
                .map_or(0, |it| it.metadata().file_metadata().num_rows().max(0) as u64),
        }))
    }
}

type Stream = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

enum Parts<'a> {
    /// A reader per row group; those that are under way wait here for the next thread.
    Groups {
        next: usize,
        /// Batches of the groups before.
        batches: u64,
        meta: &'a Metadata,
        open: Vec<Open>,
    },
    /// The batch that is being cut, with the next row, and the number of cuts.
    Stream(Stream, Option<(RecordBatch, usize)>, u64),
}

/// A row group that is under way.
struct Open {
    /// The number of the next batch.
    batch: u64,
    /// Its rows, in as many pieces as the reader cuts a batch into.
    rows: ParquetRecordBatchReader,
}

enum Chosen<'a> {
    Open(Open),
    /// A row group that is not open yet, with the number of its first batch.
    Group(u64, &'a Metadata, usize),
    /// A batch that is decoded, with its number.
    Piece(u64, RecordBatch),
}

struct Reader<'a> {
    source: &'a Source,
    limits: Limits,
    layout: &'a Layout,
    parts: Mutex<Parts<'a>>,
    rows: AtomicU64,
    /// Bytes of a file that says nothing of its rows.
    read: Arc<AtomicU64>,
    total: u64,
}

impl<'a> Reader<'a> {
    fn damaged(&self, reason: String) -> TableError {
        TableError::Damaged {
            file: self.source.file.clone(),
            format: self.layout.format.name(),
            reason,
        }
    }

    /// Fills the next batch; false where there is none.
    fn take(&self, batch: &mut Batch) -> Result<bool, TableError> {
        while let Some(chosen) = self.choose()? {
            let open = match chosen {
                Chosen::Open(it) => it,
                Chosen::Group(batch, meta, group) => Open {
                    batch,
                    rows: self.group(meta, group)?,
                },
                Chosen::Piece(index, records) => {
                    batch.reset(index, records.num_columns());
                    self.append(batch, &records)?;
                    return Ok(true);
                }
            };
            if self.rows_of(open, batch)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The same from a row group; false at its end.
    fn rows_of(&self, mut open: Open, batch: &mut Batch) -> Result<bool, TableError> {
        batch.reset(open.batch, self.layout.places.len());
        open.batch += 1;
        while let Some(records) = open.rows.next() {
            let records = records.map_err(|it| self.damaged(it.to_string()))?;
            if batch.rows + records.num_rows() < ROWS {
                self.append(batch, &records)?;
                continue;
            }
            // Another thread may go on while these are copied.
            if let Parts::Groups { open: others, .. } = &mut *self.lock() {
                others.push(open);
            }
            self.append(batch, &records)?;
            return Ok(true);
        }
        Ok(batch.rows > 0)
    }

    fn append(&self, batch: &mut Batch, records: &RecordBatch) -> Result<(), TableError> {
        let limit = self.limits.part_bytes;
        self.rows.fetch_add(records.num_rows() as u64, Ordering::Relaxed);
        batch.append(records, limit).map_err(|it| match it {
            Unfit::Arrow(error) => self.damaged(error.to_string()),
            Unfit::Texts(found) => TableError::Part {
                file: self.source.file.clone(),
                part: format!("texts of at most {ROWS} rows, together,"),
                found,
                limit,
                flag: "--max-part-bytes",
            },
        })
    }

    fn lock(&self) -> MutexGuard<'_, Parts<'a>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next part. The lock is held to choose it, not to look at its pages or to decode it.
    fn choose(&self) -> Result<Option<Chosen<'a>>, TableError> {
        match &mut *self.lock() {
            Parts::Stream(stream, pending, cuts) => {
                let cut = self.cut(stream, pending, cuts)?;
                Ok(cut.map(|(index, records)| Chosen::Piece(index, records)))
            }
            Parts::Groups {
                next,
                batches,
                meta,
                open,
            } => Ok(match open.pop() {
                Some(it) => Some(Chosen::Open(it)),
                None if *next < meta.metadata().num_row_groups() => {
                    let (group, first) = (*next, *batches);
                    let rows = meta.metadata().row_group(group).num_rows();
                    *next += 1;
                    // Numbered without a gap, whoever decodes them.
                    *batches += u64::try_from(rows).unwrap_or(0).div_ceil(ROWS as u64);
                    Some(Chosen::Group(first, meta, group))
                }
                None => None,
            }),
        }
    }

    fn cut(
        &self,
        stream: &mut Stream,
        pending: &mut Option<(RecordBatch, usize)>,
        cuts: &mut u64,
    ) -> Result<Option<(u64, RecordBatch)>, TableError> {
        loop {
            if let Some((batch, from)) = pending {
                let rows = ROWS.min(batch.num_rows() - *from);
                if rows > 0 {
                    let piece = batch.slice(*from, rows);
                    *from += rows;
                    *cuts += 1;
                    return Ok(Some((*cuts - 1, piece)));
                }
            }
            match stream.next() {
                Some(Ok(batch)) => *pending = Some((batch, 0)),
                Some(Err(error)) => return Err(self.damaged(error.to_string())),
                None => return Ok(None),
            }
        }
    }

    fn group(&self, meta: &Metadata, group: usize) -> Result<ParquetRecordBatchReader, TableError> {
        let file = File::open(&self.source.file).map_err(|error| TableError::Io {
            file: self.source.file.clone(),
            error,
        })?;
        let mask = ProjectionMask::roots(meta.parquet_schema(), self.layout.places.iter().copied());
        let included = |it| mask.leaf_included(it);
        let mut found = pages::check(
            &self.source.file,
            meta.metadata().row_group(group),
            included,
            ROWS,
            &self.limits,
        )?;
        let meta = meta.of(&mut found).clone();
        ParquetRecordBatchReaderBuilder::new_with_metadata(file, meta)
            .with_row_groups(vec![group])
            .with_projection(mask)
            .with_batch_size(found.rows(ROWS, self.limits.parts_bytes()))
            .build()
            .map_err(|it| self.damaged(it.to_string()))
    }
}

impl Batches for Reader<'_> {
    fn next(&self, batch: &mut Batch) -> Result<bool, TableError> {
        let damaged = |reason| self.damaged(reason);
        guarded(|| self.take(batch), &damaged)
    }

    fn done(&self) -> u64 {
        // In bytes, as far as the rows tell.
        let share = self.rows.load(Ordering::Relaxed) as f64 / self.total.max(1) as f64;
        if self.total == 0 {
            self.read.load(Ordering::Relaxed)
        } else {
            (share.min(1.0) * self.source.size as f64) as u64
        }
    }
}
