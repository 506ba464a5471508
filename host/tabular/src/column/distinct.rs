use super::hll::Sketch;
use crate::{Cell, hash::Map};

/// Values with their number of cells.
pub(crate) type Counted = Map<Cell, u64>;

/// Different values: counted while they are few, estimated beyond.
#[derive(Debug)]
pub(super) enum Distinct {
    Exact(Counted),
    Estimated(Sketch),
}

impl Default for Distinct {
    fn default() -> Self {
        Self::Exact(Counted::default())
    }
}

impl Distinct {
    pub(super) fn known(counts: Counted) -> Self {
        Self::Exact(counts)
    }

    pub(super) fn is_exact(&self) -> bool {
        matches!(self, Self::Exact(_))
    }

    pub(super) fn add(&mut self, cells: &[Cell], limit: usize) {
        let mut cells = cells.iter();
        if let Self::Exact(counts) = self {
            for cell in cells.by_ref() {
                if !cell.is_missing() {
                    *counts.entry(*cell).or_default() += 1;
                    if counts.len() > limit {
                        break;
                    }
                }
            }
            if counts.len() > limit {
                let mut sketch = Sketch::default();
                counts.keys().for_each(|it| sketch.add(it.hash()));
                *self = Self::Estimated(sketch);
            }
        }
        if let Self::Estimated(sketch) = self {
            for cell in cells.filter(|it| !it.is_missing()) {
                sketch.add(cell.hash());
            }
        }
    }

    pub(super) fn number(&self) -> (u64, bool) {
        match self {
            Self::Exact(counts) => (counts.len() as u64, true),
            Self::Estimated(sketch) => (sketch.estimate().round() as u64, false),
        }
    }

    pub(super) fn counts(&self) -> Option<&Counted> {
        match self {
            Self::Exact(counts) => Some(counts),
            Self::Estimated(_) => None,
        }
    }
}
