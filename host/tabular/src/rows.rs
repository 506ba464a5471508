use crate::hash;

/// Hashes of rows as they are read: to find equal ones within a table and between two.
///
/// Columns that may be keys are kept apart: whether they are is known when all rows are. Beyond a limit only
/// rows whose hash lies below a threshold are kept: equal rows stay together, so that shares are estimated
/// without bias.
#[derive(Debug)]
pub(crate) struct RowHashes {
    /// The hash of the features and that of the label.
    rows: Vec<(u64, u64)>,
    /// What the columns that may be keys hold, so many for each row.
    apart: Vec<u64>,
    width: usize,
    limit: usize,
    /// The kept share of all rows is one in 2 to this power.
    halvings: u32,
}

/// The highest bits of a hash, which say whether a row is kept: one in 16 million at the least.
const CHOICE: u32 = 24;

impl RowHashes {
    /// For 16 bytes times `limit`, with `width` columns that may be keys.
    pub(crate) fn new(limit: usize, width: usize) -> Self {
        // Rows are held twice then: as they were read and as they are compared.
        let limit = if width == 0 {
            limit
        } else {
            (limit / (2 + width.div_ceil(2))).max(1)
        };
        Self {
            rows: Vec::new(),
            apart: Vec::new(),
            width,
            limit,
            halvings: 0,
        }
    }

    /// Adds rows; `apart` has as many values for each as there are columns that may be keys.
    pub(crate) fn add(&mut self, rows: impl Iterator<Item = (u64, u64)>, apart: &[u64]) {
        let (halvings, width) = (self.halvings, self.width);
        if width == 0 {
            self.rows.extend(rows.filter(|it| keeps(it.0, halvings)));
        } else {
            for (row, apart) in rows.zip(apart.chunks_exact(width)) {
                if keeps(row.0, halvings) {
                    self.rows.push(row);
                    self.apart.extend_from_slice(apart);
                }
            }
        }
        while self.rows.len() > self.limit && self.halvings < CHOICE {
            self.halvings += 1;
            self.thin();
        }
        // Rows that are all alike stay together however few are kept.
        self.rows.truncate(self.limit.max(1) * 2);
        self.apart.truncate(self.rows.len() * width);
    }

    fn thin(&mut self) {
        let (mut kept, width) = (0, self.width);
        for place in 0..self.rows.len() {
            let Some(row) = self.rows.get(place).copied() else {
                break;
            };
            if !keeps(row.0, self.halvings) {
                continue;
            }
            if let Some(slot) = self.rows.get_mut(kept) {
                *slot = row;
            }
            self.apart.copy_within(place * width..(place + 1) * width, kept * width);
            kept += 1;
        }
        self.rows.truncate(kept);
        self.apart.truncate(kept * width);
    }

    /// The rows to be compared, with those of the columns kept apart that `wanted` takes by their place.
    fn with(&self, wanted: impl Fn(usize) -> bool) -> Compared {
        let mut rows = self.rows.clone();
        if self.width > 0 {
            for (row, apart) in rows.iter_mut().zip(self.apart.chunks_exact(self.width)) {
                let values = apart.iter().enumerate().filter(|it| wanted(it.0));
                let hash = values.fold(row.0, |hash, it| hash::combine(hash, *it.1));
                // The bits by which rows are chosen stay what they are.
                row.0 = row.0 & !(u64::MAX >> CHOICE) | hash >> CHOICE;
            }
        }
        Compared::new(rows, self.halvings)
    }
}

fn keeps(hash: u64, halvings: u32) -> bool {
    hash.checked_shr(64 - halvings).unwrap_or(0) == 0
}

/// The rows of a table with the columns that are no keys, sorted.
#[derive(Debug, Clone)]
pub(crate) struct Compared {
    rows: Vec<(u64, u64)>,
    halvings: u32,
}

/// All rows of a table, to be compared without its keys or without those of another table as well.
#[derive(Debug)]
pub(crate) struct Rows {
    /// Where there are columns that may be keys.
    all: Option<RowHashes>,
    /// Without this table's own.
    pub own: Compared,
}

impl Rows {
    /// `wanted` takes the columns kept apart that are no keys.
    pub(crate) fn new(hashes: RowHashes, wanted: impl Fn(usize) -> bool) -> Self {
        if hashes.width == 0 {
            return Self {
                own: Compared::new(hashes.rows, hashes.halvings),
                all: None,
            };
        }
        Self {
            own: hashes.with(wanted),
            all: Some(hashes),
        }
    }

    /// The rows with another choice of columns; none where it is the same whatever is chosen.
    pub(crate) fn with(&self, wanted: impl Fn(usize) -> bool) -> Option<Compared> {
        self.all.as_ref().map(|it| it.with(wanted))
    }
}

impl Compared {
    fn new(mut rows: Vec<(u64, u64)>, halvings: u32) -> Self {
        rows.sort_unstable();
        Self { rows, halvings }
    }

    /// Whether every row is there.
    pub(crate) fn is_complete(&self) -> bool {
        self.halvings == 0
    }

    /// The share of rows that repeat another: 1 - different rows / rows.
    pub(crate) fn duplicates(&self) -> f64 {
        let repeated = self.rows.windows(2).filter(|it| matches!(it, [a, b] if a == b)).count();
        share(repeated, self.rows.len())
    }

    /// The share of rows whose features occur with different labels.
    pub(crate) fn conflicting(&self) -> f64 {
        let groups = self.rows.chunk_by(|a, b| a.0 == b.0);
        let bad = groups.filter(|it| it.first().map(|it| it.1) != it.last().map(|it| it.1));
        share(bad.map(<[_]>::len).sum(), self.rows.len())
    }

    /// The share of the other table's rows that occur here, label included.
    pub(crate) fn share_of(&self, other: &Self) -> f64 {
        let halvings = self.halvings.max(other.halvings);
        let (mut total, mut found) = (0, 0);
        for row in other.rows.iter().filter(|it| keeps(it.0, halvings)) {
            total += 1;
            found += usize::from(self.rows.binary_search(row).is_ok());
        }
        share(found, total)
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: impl Iterator<Item = (u64, u64)>, limit: usize) -> Compared {
        let mut it = RowHashes::new(limit, 0);
        it.add(rows, &[]);
        Rows::new(it, |_| true).own
    }

    #[test]
    fn shares_are_exact_while_all_rows_are_kept() {
        let train = table([(1, 0), (1, 0), (2, 0), (2, 1), (3, 0)].into_iter(), 100);
        assert_eq!(train.duplicates(), 0.2);
        assert_eq!(train.conflicting(), 0.4);
        let test = table([(1, 0), (1, 0), (3, 1), (9, 0)].into_iter(), 100);
        assert_eq!(train.share_of(&test), 0.5);
    }

    #[test]
    fn a_thinned_table_keeps_its_shares() {
        // Every fourth of 40,000 rows is there twice.
        let rows = || {
            (0..40_000u64)
                .chain((0..40_000).step_by(4))
                .map(|it| (hash::mix(it), 0))
        };
        let thin = table(rows(), 5_000);
        assert!(!thin.is_complete() && thin.rows.len() <= 5_000);
        assert!((thin.duplicates() - 0.2).abs() < 0.02, "{}", thin.duplicates());
        let other = table((20_000..60_000).map(|it| (hash::mix(it), 0)), 3_000);
        assert!((thin.share_of(&other) - 0.5).abs() < 0.05);
    }

    #[test]
    fn columns_kept_apart_count_where_they_are_no_keys() {
        let apart: Vec<u64> = (0..400u64).flat_map(|it| [it, it % 100]).collect();
        for limit in [10_000, 100] {
            let mut hashes = RowHashes::new(limit, 2);
            hashes.add((0..400u64).map(|it| (hash::mix(it % 50), 0)), &apart);
            let rows = Rows::new(hashes, |_| true);
            assert_eq!(rows.own.duplicates(), 0.0);
            let without_both = rows.with(|_| false).unwrap();
            let without_first = rows.with(|it| it == 1).unwrap();
            assert!((without_both.duplicates() - 0.875).abs() < 1e-9, "{limit}");
            assert!((without_first.duplicates() - 0.75).abs() < 1e-9, "{limit}");
            assert_eq!(without_first.share_of(&without_first), 1.0);
            assert_eq!(rows.own.is_complete(), limit > 400);
        }
    }

    #[test]
    fn rows_that_are_all_alike_do_not_fill_the_memory() {
        let mut hashes = RowHashes::new(100, 0);
        (0..50).for_each(|_| hashes.add(std::iter::repeat_n((0, 0), 100), &[]));
        assert!(hashes.rows.len() <= 200);
    }
}
