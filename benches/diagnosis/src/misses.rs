//! The cases that went worst, so that somebody can look into them.

use super::{
    answer::{Found, Level},
    score::Row,
};

/// How bad a case is: a missed fault counts by how plain it is, a false alarm twice, and once more
/// where there was nothing to find.
fn badness(row: &Row) -> f64 {
    let plain = match row.strength.as_str() {
        "strong" => 3.0,
        "medium" => 2.0,
        _ => 1.0,
    };
    let missed: f64 = row.tp.values().map(|it| (1.0 - it) * plain).sum();
    let alarms = 2.0 * row.false_positive.len() as f64 * if row.clean { 2.0 } else { 1.0 };
    let failed = if row.error.is_some() { 6.0 } else { 0.0 };
    missed + alarms + failed
}

/// The cases with something wrong, the worst first; equal ones in the order of the corpus.
pub(crate) fn worst(rows: &[Row]) -> Vec<&Row> {
    let mut worst: Vec<&Row> = rows.iter().filter(|it| badness(it) > 0.0).collect();
    worst.sort_by(|a, b| badness(b).total_cmp(&badness(a)));
    worst
}

/// What was said of a case, each code once, the loudest first.
pub(crate) fn said(row: &Row) -> Vec<&Found> {
    let mut said: Vec<&Found> = Vec::new();
    for it in row.found.iter().filter(|it| it.level > Level::None) {
        match said.iter_mut().find(|other| other.code == it.code) {
            Some(other) if (other.level, other.confidence) < (it.level, it.confidence) => *other = it,
            Some(_) => {}
            None => said.push(it),
        }
    }
    said.sort_by(|a, b| b.level.cmp(&a.level).then(b.confidence.total_cmp(&a.confidence)));
    said
}
