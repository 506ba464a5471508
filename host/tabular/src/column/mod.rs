//! What is kept of a column while its file is read.

mod distinct;
mod hll;
mod kinds;
mod moments;

use std::{collections::BTreeMap, sync::Mutex};

pub(crate) use distinct::Counted;
pub use kinds::ColumnType;
pub use moments::Moments;

use crate::{BatchColumn, Cell, Limits, Value, dates, hash::Map, nulls};
use distinct::Distinct;

/// The summary of a column.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Cells with a number, infinite ones included.
    pub numbers: u64,
    /// Of these the infinite ones, which no statistic counts.
    pub infinite: u64,
    /// Numbers without a fraction.
    pub whole: u64,
    /// Cells with a text.
    pub texts: u64,
    /// Texts that say yes or no.
    pub booleans: u64,
    /// Texts without a letter or digit.
    pub special: u64,
    /// Characters of all texts.
    pub characters: u64,
    /// Characters of the shortest and of the longest text.
    pub lengths: Option<(u64, u64)>,
    /// Words of all texts.
    pub words: u64,
    /// Cells with a date.
    pub dates: u64,
    /// The first and the last date, in milliseconds since 1970.
    pub date_range: Option<(i64, i64)>,
    /// Of the finite numbers.
    pub moments: Moments,
    /// Whole numbers that a floating one does not hold exactly.
    pub wide: u64,
    /// Moments of batches that an earlier one must come before.
    parts: BTreeMap<u64, Moments>,
    next: u64,
    missing: [u64; nulls::KINDS],
    distinct: Distinct,
    names: Map<Cell, Name>,
    named_bytes: usize,
}

/// A category is named by so much of its text.
const LONGEST_NAME: usize = 256;

/// What a category is called.
#[derive(Debug)]
struct Name {
    text: Box<str>,
    /// Of the whole text.
    characters: u64,
    /// The text goes on: another one may begin like it.
    is_cut: bool,
}

impl Name {
    fn bytes(&self) -> usize {
        self.text.len() + size_of::<(Cell, Self)>()
    }
}

impl Column {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            numbers: 0,
            infinite: 0,
            whole: 0,
            texts: 0,
            booleans: 0,
            special: 0,
            characters: 0,
            lengths: None,
            words: 0,
            dates: 0,
            date_range: None,
            moments: Moments::default(),
            wide: 0,
            parts: BTreeMap::new(),
            next: 0,
            missing: [0; nulls::KINDS],
            distinct: Distinct::default(),
            names: Map::default(),
            named_bytes: 0,
        }
    }

    /// Adds the cells of a batch; `sampled` are the rows that the sample took, ascending.
    pub(crate) fn add(&mut self, index: u64, batch: &BatchColumn, texts: &str, sampled: &[u32], limits: &Limits) {
        let mut numbers = Vec::with_capacity(batch.cells.len());
        for cell in &batch.cells {
            match cell.value() {
                Value::Number(it) if it.is_finite() => {
                    numbers.push(it);
                    self.whole += u64::from(it.fract() == 0.0);
                }
                Value::Number(_) => self.infinite += 1,
                Value::Text(_) => {}
                Value::Date(it) => {
                    self.dates += 1;
                    let (first, last) = self.date_range.unwrap_or((it, it));
                    self.date_range = Some((first.min(it), last.max(it)));
                }
                Value::Missing(kind) => {
                    if let Some(count) = self.missing.get_mut(usize::from(kind)) {
                        *count += 1;
                    }
                }
            }
        }
        self.numbers += numbers.len() as u64;
        // In the file's order, so that the result is the same every time.
        let part = Moments::of(&numbers);
        self.parts.entry(index).and_modify(|it| it.merge(&part)).or_insert(part);
        while let Some(part) = self.parts.remove(&self.next) {
            self.moments.merge(&part);
            self.next += 1;
        }
        if batch.wide.is_empty() {
            self.distinct.add(&batch.cells, limits.distinct);
        } else {
            self.wide += batch.wide.len() as u64;
            let exact: Vec<Cell> = batch.exact().collect();
            self.distinct.add(&exact, limits.distinct);
            for (_, range) in &batch.wide {
                self.name_it(texts.get(range.clone()).unwrap_or_default(), limits);
            }
        }
        self.add_texts(batch, texts, sampled, limits);
    }

    fn add_texts(&mut self, batch: &BatchColumn, texts: &str, mut sampled: &[u32], limits: &Limits) {
        for (row, range) in &batch.texts {
            let text = texts.get(range.clone()).unwrap_or_default();
            self.texts += 1;
            self.booleans += u64::from(kinds::is_boolean(text));
            self.special += u64::from(!text.chars().any(char::is_alphanumeric));
            let length = text.chars().count() as u64;
            self.characters += length;
            self.words += text.split_ascii_whitespace().count() as u64;
            let (short, long) = self.lengths.unwrap_or((length, length));
            self.lengths = Some((short.min(length), long.max(length)));
            while sampled.first().is_some_and(|it| it < row) {
                sampled = sampled.get(1..).unwrap_or_default();
            }
            // Of a column with more values than are counted, those of the sample have a name.
            if self.distinct.is_exact() || sampled.first() == Some(row) {
                self.name_it(text, limits);
            }
        }
    }

    fn name_it(&mut self, text: &str, limits: &Limits) {
        let cell = Cell::text(text);
        if !self.names.contains_key(&cell) {
            let end = text.floor_char_boundary(LONGEST_NAME);
            let name = Name {
                text: text.get(..end).unwrap_or_default().into(),
                characters: text.chars().count() as u64,
                is_cut: end < text.len(),
            };
            self.named_bytes += name.bytes();
            self.names.insert(cell, name);
            if self.named_bytes > limits.text_bytes.saturating_mul(2) {
                self.forget(limits.text_bytes);
            }
        }
    }

    /// Keeps the names of so many bytes: those whose hashes are lowest, so that it does not matter which
    /// came first.
    fn forget(&mut self, most: usize) {
        let mut order: Vec<(u64, Cell, usize)> = self
            .names
            .iter()
            .map(|(cell, name)| (cell.hash(), *cell, name.bytes()))
            .collect();
        order.sort_unstable();
        let mut kept = 0;
        for (_, cell, bytes) in order {
            kept += bytes;
            if kept > most {
                self.names.remove(&cell);
            }
        }
        self.named_bytes = self.names.values().map(Name::bytes).sum();
    }

    /// Adds what is left where batches are not numbered without a gap.
    pub(crate) fn finish(&mut self, limits: &Limits) {
        for part in std::mem::take(&mut self.parts).into_values() {
            self.moments.merge(&part);
        }
        self.numbers += self.infinite;
        if self.named_bytes > limits.text_bytes {
            self.forget(limits.text_bytes);
        }
    }

    /// Missing cells.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.missing.iter().sum()
    }

    /// How missing values are written, with how many cells.
    pub fn missing_kinds(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let kinds = self.missing.iter().enumerate().filter(|it| *it.1 > 0);
        kinds.map(|(kind, count)| (nulls::spelling(kind), *count))
    }

    /// Cells that are not missing.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.numbers + self.texts + self.dates
    }

    /// Different values, missing ones left out: a number and whether it is exact.
    #[must_use]
    pub fn distinct(&self) -> (u64, bool) {
        let (number, exact) = self.distinct.number();
        (number.min(self.count()), exact)
    }

    pub(crate) fn set_distinct(&mut self, counted: Counted) {
        self.distinct = Distinct::known(counted);
    }

    /// Every value with its number of cells, the most frequent first; none where there are more
    /// than are counted.
    pub(crate) fn counts(&self) -> Option<Vec<(Cell, u64)>> {
        let mut counts: Vec<(Cell, u64)> = self.distinct.counts()?.iter().map(|(cell, n)| (*cell, *n)).collect();
        // Of equally frequent values the first by name, so that the result is always the same.
        counts.sort_by(|a, b| {
            b.1.cmp(&a.1)
                .then_with(|| self.order(a.0, b.0))
                .then_with(|| a.0.cmp(&b.0))
        });
        Some(counts)
    }

    fn order(&self, a: Cell, b: Cell) -> std::cmp::Ordering {
        // Numbers before texts: compared with each other as texts, they would stand in no one order.
        match (a.as_number(), b.as_number()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => self.show(a).cmp(&self.show(b)),
        }
    }

    /// The text of a cell, where the whole of it is known.
    pub(crate) fn text(&self, cell: Cell) -> Option<&str> {
        let name = self.names.get(&cell).filter(|it| !it.is_cut)?;
        Some(name.text.as_ref())
    }

    /// How many characters the text of a cell has, where that is known.
    pub(crate) fn characters(&self, cell: Cell) -> Option<u64> {
        self.names.get(&cell).map(|it| it.characters)
    }

    /// A cell as people write it.
    #[must_use]
    pub fn show(&self, cell: Cell) -> String {
        match cell.value() {
            Value::Number(it) => show_number(it),
            Value::Date(it) => dates::format(it),
            Value::Text(it) => match self.names.get(&cell) {
                Some(name) if name.is_cut => format!("{}... (text {it:x})", name.text),
                Some(name) => name.text.as_ref().to_owned(),
                None => format!("(text {it:x})"),
            },
            Value::Missing(kind) => nulls::spelling(kind.into()).to_owned(),
        }
    }
}

pub(crate) fn show_number(it: f64) -> String {
    if it.fract() == 0.0 && it.abs() < 1e15 {
        format!("{it:.0}")
    } else {
        it.to_string()
    }
}

/// The columns of a table, each behind a lock of its own: threads work on different ones.
pub(crate) type Columns = Vec<Mutex<Column>>;
