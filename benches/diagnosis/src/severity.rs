//! How loud the required faults were reported, by how bad their labels say they are.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{answer::Level, corpus::Case, score::Row};

/// The required faults of one labelled severity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Reported {
    pub(crate) high: usize,
    pub(crate) medium: usize,
    pub(crate) low: usize,
    pub(crate) missed: usize,
}

pub(crate) fn by_label(cases: &[Case], rows: &[Row]) -> BTreeMap<String, Reported> {
    let mut table: BTreeMap<String, Reported> = BTreeMap::new();
    for (case, row) in cases.iter().zip(rows) {
        for code in case.label.required() {
            let label = case.label.severity.clone().unwrap_or_default();
            let loudest = row.found.iter().filter(|it| it.code == code).map(|it| it.level).max();
            let it = table.entry(label).or_default();
            let count = match loudest {
                Some(Level::High) => &mut it.high,
                Some(Level::Medium) => &mut it.medium,
                Some(Level::Low) => &mut it.low,
                Some(Level::None) | None => &mut it.missed,
            };
            *count += 1;
        }
    }
    table
}
