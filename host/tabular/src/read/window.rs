//! How much of a column of Parquet is held at the same time.

/// Bytes of the pages that are held at the same time: the one at hand, and of texts all that the rows that are decoded
/// at once come from.
pub(super) struct Window {
    rows: u64,
    keeps: bool,
    /// Rows before the next page.
    row: u64,
    /// The batch that the next page may share with the ones before, and their bytes.
    batch: u64,
    bytes: u64,
    pub(super) most: u64,
}

impl Window {
    pub(super) fn new(rows: usize, keeps: bool) -> Self {
        Self {
            rows: (rows as u64).max(1),
            keeps,
            row: 0,
            batch: 0,
            bytes: 0,
            most: 0,
        }
    }

    pub(super) fn add(&mut self, values: u64, size: u64) {
        let first = self.row / self.rows;
        self.row = self.row.saturating_add(values);
        let last = self.row.saturating_sub(1).max(first * self.rows) / self.rows;
        if !self.keeps || first != self.batch {
            self.bytes = 0;
        }
        self.bytes = self.bytes.saturating_add(size);
        self.most = self.most.max(self.bytes);
        if last != first {
            self.bytes = size;
        }
        self.batch = last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_texts_are_held_by_all_rows_of_a_batch() {
        let most = |keeps: bool, pages: &[(u64, u64)]| {
            let mut window = Window::new(100, keeps);
            pages.iter().for_each(|it| window.add(it.0, it.1));
            window.most
        };
        let pages = [(50, 3), (50, 4), (150, 5), (10, 1), (40, 1)];
        assert_eq!(most(false, &pages), 5);
        // The first batch has two pages, the last one three.
        assert_eq!(most(true, &pages), 7);
        assert_eq!(most(true, &[(150, 5), (10, 1), (40, 2)]), 8);
        assert_eq!(most(true, &[(1, 5); 100]), 500);
        assert_eq!(most(true, &[(100, 5); 100]), 5);
    }
}
