//! Cells as what the checks compute with.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use crate::{
    Cell, Column, Table,
    hash::{self, Map},
};

/// Runs a function for `0..number` in several threads; the results keep the order.
pub(super) fn parallel<T: Send>(number: usize, threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if threads == 0 { cores } else { threads }.min(number);
    if threads <= 1 {
        return (0..number).map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(number));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= number {
                        break;
                    }
                    let result = work(place);
                    done.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((place, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|it| it.0);
    done.into_iter().map(|it| it.1).collect()
}

/// The places of at most so many rows of a sample, in a random order that is the same every time.
pub(super) fn shuffled(rows: usize, most: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..rows).collect();
    places.sort_by_cached_key(|it| hash::mix(*it as u64 ^ 0x5eed));
    places.truncate(most);
    places
}

/// The cells of a column at these places of the sample.
pub(super) fn cells(table: &Table, column: usize, places: &[usize]) -> Vec<Cell> {
    let all: Vec<Cell> = table.sample.column(column).collect();
    places.iter().filter_map(|it| all.get(*it).copied()).collect()
}

/// Numbers, NaN where a cell holds none.
pub(super) fn numbers(cells: &[Cell]) -> Vec<f64> {
    cells
        .iter()
        .map(|it| it.as_number().filter(|it| it.is_finite()).unwrap_or(f64::NAN))
        .collect()
}

/// No category.
pub(super) const NONE: u32 = u32::MAX;

/// Codes of categories, the same for equal cells of several calls.
#[derive(Default)]
pub(super) struct Codes(Map<Cell, u32>);

impl Codes {
    pub(super) fn of(&mut self, cells: &[Cell]) -> Vec<u32> {
        cells
            .iter()
            .map(|it| {
                if it.is_missing() {
                    return NONE;
                }
                let next = self.0.len() as u32;
                *self.0.entry(*it).or_insert(next)
            })
            .collect()
    }

    pub(super) fn number(&self) -> usize {
        self.0.len()
    }
}

/// The place of a column in another table, by its name.
pub(super) fn place_in(other: &Table, table: &Table, column: usize) -> Option<usize> {
    let name = &table.columns.get(column)?.name;
    other.columns.iter().position(|it| it.name == *name)
}

/// Whether one column has true and false and the other 1 and 0 for them: they are compared as categories.
pub(super) fn are_flags(one: &Column, other: &Column) -> bool {
    one.kind() != other.kind() && one.is_flag() && other.is_flag()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_their_order() {
        assert_eq!(
            parallel(100, 4, |it| it * it),
            (0..100).map(|it| it * it).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_shuffle_is_a_permutation_and_always_the_same() {
        let mut it = shuffled(1000, 1000);
        assert_eq!(it, shuffled(1000, 1000));
        assert_ne!(it, (0..1000).collect::<Vec<_>>());
        it.sort_unstable();
        assert_eq!(it, (0..1000).collect::<Vec<_>>());
    }
}
