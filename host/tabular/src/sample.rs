use crate::{Batch, Cell, hash};

/// A uniform sample of rows: those whose place in the file has the smallest hash. Which these are
/// depends on the file alone, neither on the order in which batches come nor on the machine.
#[derive(Debug)]
pub(crate) struct Sample {
    width: usize,
    limit: usize,
    keys: Vec<Key>,
    /// Row after row.
    cells: Vec<Cell>,
    /// Rows above it are not taken.
    threshold: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    priority: u64,
    batch: u64,
    row: u32,
}

pub(crate) fn priority(batch: u64, row: u32) -> u64 {
    hash::combine(hash::mix(batch), u64::from(row))
}

impl Sample {
    pub(crate) fn new(width: usize, limit: usize) -> Self {
        Self {
            width,
            limit,
            keys: Vec::new(),
            cells: Vec::new(),
            threshold: u64::MAX,
        }
    }

    /// Rows above it need not be offered.
    pub(crate) fn threshold(&self) -> u64 {
        self.threshold
    }

    /// Takes these rows of a batch.
    pub(crate) fn take(&mut self, batch: &Batch, rows: &[u32]) {
        for row in rows {
            self.keys.push(Key {
                priority: priority(batch.index, *row),
                batch: batch.index,
                row: *row,
            });
            let row = *row as usize;
            let cells = batch.columns.iter().map(|it| it.cells.get(row).copied());
            self.cells.extend(cells.map(|it| it.unwrap_or(Cell::missing(0))));
        }
        // An eighth more than needed, so that sorting out is rare.
        if self.keys.len() > self.limit + self.limit / 8 + 1 {
            self.sort_out();
        }
    }

    fn sort_out(&mut self) {
        if self.keys.len() <= self.limit || self.limit == 0 {
            return;
        }
        let mut priorities: Vec<u64> = self.keys.iter().map(|it| it.priority).collect();
        let (_, worst, _) = priorities.select_nth_unstable(self.limit - 1);
        self.threshold = *worst;
        let mut kept = 0;
        let width = self.width;
        for place in 0..self.keys.len() {
            let Some(key) = self.keys.get(place).copied() else {
                break;
            };
            // Equal priorities are as unlikely as equal hashes of 64 bits.
            if key.priority > self.threshold {
                continue;
            }
            if let Some(slot) = self.keys.get_mut(kept) {
                *slot = key;
            }
            self.cells.copy_within(place * width..(place + 1) * width, kept * width);
            kept += 1;
        }
        self.keys.truncate(kept);
        self.cells.truncate(kept * width);
    }

    /// Puts the rows into the file's order.
    pub(crate) fn finish(&mut self) {
        self.sort_out();
        let mut order: Vec<usize> = (0..self.keys.len()).collect();
        order.sort_unstable_by_key(|it| self.keys.get(*it).map(|it| (it.batch, it.row)));
        let mut cells = Vec::with_capacity(self.cells.len());
        for place in &order {
            cells.extend_from_slice(
                self.cells
                    .get(place * self.width..(place + 1) * self.width)
                    .unwrap_or_default(),
            );
        }
        self.cells = cells;
        self.keys.clear();
    }

    /// Rows.
    pub(crate) fn len(&self) -> usize {
        self.cells.len().checked_div(self.width).unwrap_or(0)
    }

    /// The cells of a column.
    pub(crate) fn column(&self, place: usize) -> impl Iterator<Item = Cell> + '_ {
        self.cells.iter().skip(place).step_by(self.width.max(1)).copied()
    }

    /// A hash of each row, keys and label included.
    pub(crate) fn row_hashes(&self) -> Vec<u64> {
        let row = |cells: &[Cell]| cells.iter().fold(0, |hash, it| hash::combine(hash, it.key()));
        self.cells.chunks(self.width.max(1)).map(row).collect()
    }

    /// Puts other cells into a column.
    pub(crate) fn replace(&mut self, place: usize, with: impl Fn(Cell) -> Cell) {
        let cells = self.cells.iter_mut().skip(place).step_by(self.width.max(1));
        cells.for_each(|it| *it = with(*it));
    }

    /// The finite numbers of a column, ascending.
    pub(crate) fn sorted(&self, place: usize) -> Vec<f64> {
        let mut numbers: Vec<f64> = self
            .column(place)
            .filter_map(Cell::as_number)
            .filter(|it| it.is_finite())
            .collect();
        numbers.sort_unstable_by(f64::total_cmp);
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(index: u64, rows: usize) -> Batch {
        let mut batch = Batch::default();
        batch.reset(index, 1);
        batch.rows = rows;
        (0..rows).for_each(|it| batch.push(0, Cell::number((index * 1000) as f64 + it as f64)));
        batch
    }

    fn drawn(order: &[u64], limit: usize) -> Vec<Cell> {
        let mut sample = Sample::new(1, limit);
        for index in order {
            let rows: Vec<u32> = (0..100)
                .filter(|it| priority(*index, *it) <= sample.threshold())
                .collect();
            sample.take(&batch(*index, 100), &rows);
        }
        sample.finish();
        sample.column(0).collect()
    }

    #[test]
    fn the_same_rows_are_drawn_in_whatever_order_they_come() {
        let forward = drawn(&[0, 1, 2, 3, 4, 5, 6, 7], 150);
        assert_eq!(forward.len(), 150);
        assert_eq!(forward, drawn(&[7, 3, 5, 1, 0, 2, 6, 4], 150));
    }

    #[test]
    fn a_small_table_is_its_own_sample() {
        assert_eq!(drawn(&[0], 1000).len(), 100);
    }
}
