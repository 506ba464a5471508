//! Whether linear conditions can hold together: phase one of the simplex method, dense, for a
//! few dozen variables. A linear-programming crate would solve far more than that and bring a
//! solver into every component.

/// `Σ coefficient · x[variable]` at most `bound`; every variable is at least 0.
#[derive(Debug, Clone)]
pub struct AtMost {
    /// Variable and coefficient.
    pub terms: Vec<(usize, f64)>,
    /// The bound.
    pub bound: f64,
}

impl AtMost {
    /// `Σ terms <= bound`.
    #[must_use]
    pub fn new(terms: impl IntoIterator<Item = (usize, f64)>, bound: f64) -> Self {
        Self {
            terms: terms.into_iter().collect(),
            bound,
        }
    }

    /// The two conditions that keep `Σ terms` within `tolerance` of `value`.
    #[must_use]
    pub fn about(terms: &[(usize, f64)], value: f64, tolerance: f64) -> [Self; 2] {
        let negative = terms.iter().map(|(variable, it)| (*variable, -it));
        [
            Self::new(terms.iter().copied(), value + tolerance),
            Self::new(negative, tolerance - value),
        ]
    }
}

/// Whether some `x >= 0` of so many variables fulfils every condition. True where the method
/// does not come to an end: a caller that asks for the impossible must be sure of it.
///
/// ```
/// # use deepfix_views::stats::{AtMost, feasible};
/// let at_least_two = AtMost::new([(0, -1.0)], -2.0);
/// assert!(feasible(1, &[at_least_two.clone(), AtMost::new([(0, 1.0)], 3.0)]));
/// assert!(!feasible(1, &[at_least_two, AtMost::new([(0, 1.0)], 1.0)]));
/// ```
#[must_use]
pub fn feasible(variables: usize, conditions: &[AtMost]) -> bool {
    /// A pivot changes one row; Bland's rule never cycles, so this only bounds the time.
    const MOST_PIVOTS: usize = 2_000;
    const EPSILON: f64 = 1e-9;
    let mut tableau = tableau(variables, conditions);
    let Some((width, objective)) = tableau.first().map(Vec::len).zip(tableau.len().checked_sub(1)) else {
        return true;
    };
    for _ in 0..MOST_PIVOTS {
        let cost = |column: usize| at(&tableau, objective, column);
        if at(&tableau, objective, width - 1) > -EPSILON {
            return true;
        }
        // Bland: the first column that lowers the sum of the artificial variables.
        let Some(column) = (0..width - 1).find(|it| cost(*it) < -EPSILON) else {
            return false;
        };
        let ratio = |row: usize| {
            let pivot = at(&tableau, row, column);
            (pivot > EPSILON).then(|| at(&tableau, row, width - 1) / pivot)
        };
        let Some((row, _)) = (0..objective)
            .filter_map(|row| ratio(row).map(|it| (row, it)))
            .min_by(|a, b| a.1.total_cmp(&b.1))
        else {
            return true;
        };
        pivot(&mut tableau, row, column);
    }
    true
}

fn at(tableau: &[Vec<f64>], row: usize, column: usize) -> f64 {
    tableau.get(row).and_then(|it| it.get(column)).copied().unwrap_or(0.0)
}

/// Variables, a slack per condition, an artificial variable per condition with a negative
/// bound, and the bounds; the last row is minus the sum of the rows with an artificial one.
fn tableau(variables: usize, conditions: &[AtMost]) -> Vec<Vec<f64>> {
    let width = variables + conditions.len() + 1;
    let mut rows = Vec::with_capacity(conditions.len() + 1);
    let mut objective = vec![0.0; width];
    for (index, condition) in conditions.iter().enumerate() {
        let mut row = vec![0.0; width];
        let sign = if condition.bound < 0.0 { -1.0 } else { 1.0 };
        let slack = (variables + index, 1.0);
        let bound = (width - 1, condition.bound);
        for (column, value) in condition.terms.iter().copied().chain([slack, bound]) {
            if let Some(cell) = row.get_mut(column) {
                *cell += sign * value;
            }
        }
        if sign < 0.0 {
            for (sum, value) in objective.iter_mut().zip(&row) {
                *sum -= value;
            }
        }
        rows.push(row);
    }
    rows.push(objective);
    rows
}

fn pivot(tableau: &mut [Vec<f64>], row: usize, column: usize) {
    let divisor = at(tableau, row, column);
    let Some(source) = tableau.get_mut(row) else { return };
    for cell in source.iter_mut() {
        *cell /= divisor;
    }
    let source = source.clone();
    for (index, other) in tableau.iter_mut().enumerate() {
        let factor = other.get(column).copied().unwrap_or(0.0);
        if index == row || factor == 0.0 {
            continue;
        }
        for (cell, value) in other.iter_mut().zip(&source) {
            *cell -= factor * value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_three_classes_obey_their_mean() {
        // Shares of 0, 1, 2 with mean 1.9: class 0 cannot have a fifth.
        let shares: Vec<(usize, f64)> = (0..3).map(|it| (it, 1.0)).collect();
        let mean: Vec<(usize, f64)> = (0..3).map(|it| (it, it as f64)).collect();
        let with = |least: f64| {
            let mut all = AtMost::about(&shares, 1.0, 1e-9).to_vec();
            all.extend(AtMost::about(&mean, 1.9, 1e-6));
            all.push(AtMost::new([(0, -1.0)], -least));
            feasible(3, &all)
        };
        assert!(with(0.04));
        assert!(!with(0.2));
    }

    #[test]
    fn no_condition_holds_always() {
        assert!(feasible(0, &[]) && feasible(4, &[]));
    }
}
