use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use crate::{
    Batch, Cell, Limits, Source, Table, TableError, Task,
    column::{Column, Columns},
    hash,
    read::Batches,
    rows::RowHashes,
    sample::{self, Sample},
    table,
};

/// Bytes done and bytes in all.
pub type ProgressFn<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// What is known of a table, and what reading it may cost.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The column to predict.
    pub label: Option<String>,
    /// The column that numbers or names the rows.
    pub index: Option<String>,
    /// The column with a row's date.
    pub date: Option<String>,
    /// Columns that the model does not see.
    pub ignore: Vec<String>,
    /// Columns of numbers that are codes of categories.
    pub categorical: Vec<String>,
    /// What is predicted, where the label does not tell.
    pub task: Option<Task>,
    /// What separates the cells of a CSV file; told from its first lines when none.
    pub delimiter: Option<u8>,
    /// What separates the fraction of a number in a CSV file, a point or a comma; told from its first lines
    /// when none.
    pub decimal: Option<u8>,
    /// Threads; as many as cores when 0. The result does not depend on them.
    pub threads: usize,
    /// What reading may cost.
    pub limits: Limits,
}

impl Options {
    /// Whether a column is named by them.
    pub(crate) fn names(&self, column: &str) -> bool {
        let roles = [&self.label, &self.index, &self.date].into_iter().flatten();
        let all = roles.chain(&self.ignore).chain(&self.categorical);
        all.into_iter().any(|it| it == column)
    }
}

/// Reads a table once, in as many threads as there are cores.
///
/// # Errors
/// The file is damaged or breaks a limit, or a column that the options name is not there. Of several
/// faults the first in the file is reported.
pub fn scan(source: &Source, options: &Options) -> Result<Table, TableError> {
    scan_with(source, options, &|_, _| {})
}

/// [`scan`] that tells how far it is.
///
/// # Errors
/// As [`scan`].
pub fn scan_with(source: &Source, options: &Options, progress: ProgressFn<'_>) -> Result<Table, TableError> {
    let named = [&options.label, &options.index, &options.date].into_iter().flatten();
    for name in named.chain(&options.ignore).chain(&options.categorical) {
        source.place(name)?;
    }
    let batches = source.batches(options)?;
    let collector = Collector::new(source.names(), options);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if options.threads == 0 { cores } else { options.threads };
    let failed = AtomicBool::new(false);
    let mut faults: Vec<(u64, TableError)> = std::thread::scope(|scope| {
        let work = || run(batches.as_ref(), &collector, &failed, source.size, progress);
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mine = work();
        let results = others.into_iter().map(|it| {
            it.join().unwrap_or_else(|_| {
                let error = std::io::Error::other("a reading thread ended");
                let file = source.file.clone();
                Err((u64::MAX, TableError::Io { file, error }))
            })
        });
        std::iter::once(mine).chain(results).filter_map(Result::err).collect()
    });
    faults.sort_by_key(|it| it.0);
    if let Some((_, error)) = faults.into_iter().next() {
        return Err(error);
    }
    let mut table = collector.finish();
    if table.rows == 0 {
        return Err(TableError::NoRows {
            file: source.file.clone(),
            rows: "nothing",
        });
    }
    table.remarks.extend_from_slice(source.remarks());
    Ok(table)
}

/// One thread's work. A fault comes with the batch that it is in.
fn run(
    batches: &dyn Batches,
    collector: &Collector,
    failed: &AtomicBool,
    size: u64,
    progress: ProgressFn<'_>,
) -> Result<(), (u64, TableError)> {
    let mut batch = Batch::default();
    // A fault stops the others after the batch at hand: an earlier one is reported as well.
    while !failed.load(Ordering::Relaxed) {
        match batches.next(&mut batch) {
            Ok(true) => collector.add(&batch),
            Ok(false) => break,
            Err(error) => {
                failed.store(true, Ordering::Relaxed);
                return Err((batch.index, error));
            }
        }
        progress(batches.done().min(size), size);
    }
    Ok(())
}

/// Takes batches in any order, from any thread, and makes a table of them.
pub struct Collector {
    columns: Columns,
    sample: Mutex<Sample>,
    threshold: AtomicU64,
    rows: AtomicU64,
    hashes: Mutex<RowHashes>,
    /// The columns by name, with what makes two that swap their values another row: tables whose
    /// columns stand in another order have the same hashes.
    order: Vec<(usize, u64)>,
    roles: table::Roles,
    limits: Limits,
}

impl Collector {
    /// For a table of these columns.
    #[must_use]
    pub fn new(names: &[String], options: &Options) -> Self {
        let mut limits = options.limits.clone();
        limits.distinct = limits.distinct_of(names.len());
        limits.text_bytes = limits.text_of(names.len());
        let roles = table::Roles::new(names, options);
        let hashes = RowHashes::new(limits.row_hashes, roles.suspects.len());
        let mut order: Vec<(usize, &String)> = names.iter().enumerate().collect();
        order.sort_unstable_by_key(|it| it.1);
        let salt = |name: &String| xxhash_rust::xxh3::xxh3_64(name.as_bytes());
        Self {
            columns: names.iter().map(|it| Mutex::new(Column::new(it))).collect(),
            sample: Mutex::new(Sample::new(names.len(), limits.sample_of(names.len()))),
            threshold: AtomicU64::new(u64::MAX),
            rows: AtomicU64::new(0),
            hashes: Mutex::new(hashes),
            order: order.into_iter().map(|(place, name)| (place, salt(name))).collect(),
            roles,
            limits,
        }
    }

    /// Takes a batch, whose index must differ from all others'.
    pub fn add(&self, batch: &Batch) {
        self.rows.fetch_add(batch.rows as u64, Ordering::Relaxed);
        let threshold = self.threshold.load(Ordering::Relaxed);
        let rows = 0..u32::try_from(batch.rows).unwrap_or(u32::MAX);
        let chosen: Vec<u32> = rows
            .filter(|it| sample::priority(batch.index, *it) <= threshold)
            .collect();
        if !chosen.is_empty() {
            let mut sample = lock(&self.sample);
            sample.take(batch, &chosen);
            self.threshold.fetch_min(sample.threshold(), Ordering::Relaxed);
        }
        // Each thread starts at another column, so that they rarely wait for each other.
        let width = self.columns.len();
        let first = (batch.index as usize).checked_rem(width).unwrap_or(0);
        for place in (first..width).chain(0..first) {
            if let (Some(column), Some(cells)) = (self.columns.get(place), batch.columns.get(place)) {
                lock(column).add(batch.index, cells, &batch.texts, &chosen, &self.limits);
            }
        }
        self.add_hashes(batch);
    }

    fn add_hashes(&self, batch: &Batch) {
        let mut rows = vec![0u64; batch.rows];
        let suspects = &self.roles.suspects;
        let is_compared = |place: usize| self.roles.is_feature(place) && !suspects.contains(&place);
        for (place, salt) in self.order.iter().filter(|it| is_compared(it.0)) {
            let Some(column) = batch.columns.get(*place) else {
                continue;
            };
            for (row, cell) in column.exact().enumerate() {
                if let Some(hash) = rows.get_mut(row) {
                    *hash = hash::combine(*hash, cell.row_key() ^ *salt);
                }
            }
        }
        // In the order of their names, as the others are.
        let mut apart = vec![0u64; batch.rows * suspects.len()];
        let named = self.order.iter().filter(|it| suspects.contains(&it.0));
        for (at, (place, salt)) in named.enumerate() {
            let Some(column) = batch.columns.get(*place) else {
                continue;
            };
            for (row, cell) in column.exact().enumerate() {
                if let Some(slot) = apart.get_mut(row * suspects.len() + at) {
                    *slot = cell.row_key() ^ *salt;
                }
            }
        }
        let label = self.roles.label.and_then(|it| batch.columns.get(it));
        let labels: Vec<u64> = label
            .map(|it| it.exact().map(Cell::row_key).collect())
            .unwrap_or_default();
        let label_of = |row: usize| labels.get(row).copied().unwrap_or_default();
        let rows = rows.into_iter().enumerate().map(|(row, it)| (it, label_of(row)));
        lock(&self.hashes).add(rows, &apart);
    }

    /// The table of all batches.
    #[must_use]
    pub fn finish(self) -> Table {
        let mut columns: Vec<Column> = self.columns.into_iter().map(into_inner).collect();
        columns.iter_mut().for_each(|it| it.finish(&self.limits));
        let mut sample = into_inner(self.sample);
        sample.finish();
        for (place, column) in columns.iter_mut().enumerate() {
            let joined = column.join_booleans();
            if !joined.is_empty() {
                let joined_of = |cell: Cell| cell.as_boolean().filter(|it| joined.contains(it));
                sample.replace(place, |it| joined_of(it).map_or(it, Cell::boolean));
            }
        }
        let hashes = into_inner(self.hashes);
        Table::new(self.rows.into_inner(), columns, sample, hashes, self.roles)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}
