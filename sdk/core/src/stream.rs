//! An Arrow stream, cut into batches that several threads take.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use arrow_array::{RecordBatch, RecordBatchReader, ffi_stream::RecordBatchStreamReader};
use arrow_schema::Schema;
use deepfix_tabular::{Batch, Collector, Options, Table};

use crate::fault::Fault;

/// Rows that are taken at once: as `deepfix-tabular` reads files, so that both choose the same sample.
const ROWS: usize = 16_384;

/// A table that is yet to be read.
pub(crate) struct Stream {
    split: &'static str,
    reader: RecordBatchStreamReader,
    /// The columns that can be read.
    places: Vec<usize>,
    names: Vec<String>,
    remarks: Vec<String>,
}

impl Stream {
    pub(crate) fn new(split: &'static str, reader: RecordBatchStreamReader, options: &Options) -> Result<Self, Fault> {
        let schema = reader.schema();
        let limit = options.limits.columns;
        if schema.fields().len() > limit {
            let found = schema.fields().len();
            return Err(Fault::TooManyColumns { split, found, limit });
        }
        let (mut places, mut names, mut remarks) = (Vec::new(), Vec::<String>::new(), Vec::new());
        for (place, field) in schema.fields().iter().enumerate() {
            let alone = Schema::new(vec![field.clone()]);
            if Batch::unreadable(&alone).is_some() {
                remarks.push(format!(
                    "column `{}` is left out: found {}, expected numbers, texts, booleans or dates",
                    field.name(),
                    field.data_type()
                ));
                continue;
            }
            if names.contains(field.name()) {
                let name = field.name().clone();
                return Err(Fault::Twice { split, name });
            }
            places.push(place);
            names.push(field.name().clone());
        }
        if names.is_empty() {
            let kinds: Vec<String> = schema.fields().iter().map(|it| it.data_type().to_string()).collect();
            let found = if kinds.is_empty() {
                "no column at all".to_owned()
            } else {
                kinds.join(", ")
            };
            return Err(Fault::NoColumns { split, found });
        }
        Ok(Self {
            split,
            reader,
            places,
            names,
            remarks,
        })
    }

    pub(crate) fn split(&self) -> &'static str {
        self.split
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Reads the whole table.
    pub(crate) fn table(self, options: &Options) -> Result<Table, Fault> {
        let Self {
            split,
            reader,
            places,
            names,
            remarks,
        } = self;
        let damaged = |reason: String| Fault::Damaged { split, reason };
        let collector = Collector::new(&names, options);
        let cuts = Mutex::new(Cuts {
            reader,
            pending: None,
            next: 0,
        });
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = if options.threads == 0 { cores } else { options.threads };
        let failed = AtomicBool::new(false);
        let work = || -> Result<(), Fault> {
            let mut batch = Batch::default();
            while !failed.load(Ordering::Relaxed) {
                // Held to cut the next piece, not to read its cells.
                let piece = cuts.lock().unwrap_or_else(PoisonError::into_inner).take(&places);
                let piece = piece.and_then(|it| {
                    let Some((index, records)) = it else { return Ok(false) };
                    batch.fill(index, &records).map_err(|it| it.to_string())?;
                    Ok(true)
                });
                match piece {
                    Ok(true) => collector.add(&batch),
                    Ok(false) => break,
                    Err(reason) => {
                        failed.store(true, Ordering::Relaxed);
                        return Err(damaged(reason));
                    }
                }
            }
            Ok(())
        };
        let results: Vec<Result<(), Fault>> = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mine = work();
            let ended = |it: std::thread::ScopedJoinHandle<'_, _>| {
                it.join().unwrap_or_else(|panic| Err(Fault::panicked(panic.as_ref())))
            };
            std::iter::once(mine).chain(others.into_iter().map(ended)).collect()
        });
        results.into_iter().collect::<Result<(), Fault>>()?;
        let mut table = collector.finish();
        if table.rows == 0 {
            return Err(Fault::NoRows { split });
        }
        table.remarks.extend(remarks);
        Ok(table)
    }
}

/// The stream, with the batch that is being cut, the next row of it, and the number of the next piece.
struct Cuts {
    reader: RecordBatchStreamReader,
    pending: Option<(RecordBatch, usize)>,
    next: u64,
}

impl Cuts {
    fn take(&mut self, places: &[usize]) -> Result<Option<(u64, RecordBatch)>, String> {
        loop {
            if let Some((batch, from)) = &mut self.pending {
                let rows = ROWS.min(batch.num_rows().saturating_sub(*from));
                if rows > 0 {
                    let piece = batch.slice(*from, rows);
                    *from += rows;
                    self.next += 1;
                    return Ok(Some((self.next - 1, piece)));
                }
            }
            match self.reader.next() {
                Some(batch) => {
                    let batch = batch.and_then(|it| it.project(places)).map_err(|it| it.to_string())?;
                    self.pending = Some((batch, 0));
                }
                None => return Ok(None),
            }
        }
    }
}
