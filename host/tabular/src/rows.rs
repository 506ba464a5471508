use crate::hash;

/// Hashes of rows: to find equal ones within a table and between two.
///
/// Beyond a limit only rows whose hash lies below a threshold are kept: equal rows stay together, so
/// that shares are estimated without bias.
#[derive(Debug, Clone)]
pub(crate) struct RowHashes {
    /// The hash of the features and that of the label; sorted when finished.
    rows: Vec<(u64, u64)>,
    limit: usize,
    /// The kept share of all rows is one in 2 to this power.
    halvings: u32,
}

impl RowHashes {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            rows: Vec::new(),
            limit,
            halvings: 0,
        }
    }

    fn keeps(hash: u64, halvings: u32) -> bool {
        hash::mix(hash).checked_shr(64 - halvings).unwrap_or(0) == 0
    }

    pub(crate) fn add(&mut self, rows: impl Iterator<Item = (u64, u64)>) {
        let halvings = self.halvings;
        self.rows.extend(rows.filter(|it| Self::keeps(it.0, halvings)));
        while self.rows.len() > self.limit && self.halvings < 63 {
            self.halvings += 1;
            let halvings = self.halvings;
            self.rows.retain(|it| Self::keeps(it.0, halvings));
        }
    }

    pub(crate) fn finish(&mut self) {
        self.rows.sort_unstable();
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
        for row in other.rows.iter().filter(|it| Self::keeps(it.0, halvings)) {
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

    fn table(rows: impl Iterator<Item = (u64, u64)>, limit: usize) -> RowHashes {
        let mut it = RowHashes::new(limit);
        it.add(rows);
        it.finish();
        it
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
}
