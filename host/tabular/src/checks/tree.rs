//! Gradient boosting with shallow trees on binned features, for two classes (Friedman 2001; histograms as
//! in LightGBM, Ke et al. 2017): enough to tell two tables apart. Own code, since the crates at hand
//! sort every feature for every node, or train far more than ten trees of four leaves need.

/// Bins of a feature. Missing values have the first for themselves.
pub(super) const BINS: usize = 32;
const LEAST_ROWS: u32 = 20;
const RATE: f64 = 0.1;
const TREES: usize = 10;

/// Rows by features: `bins[feature][row]`.
pub(super) type Binned = Vec<Vec<u8>>;

#[derive(Debug, Clone, Copy)]
struct Split {
    feature: usize,
    /// Rows of this bin and below go left.
    bin: u8,
    gain: f64,
}

/// A root, and below each side a further split where one helps. Four leaves: left of left, and so on.
#[derive(Debug)]
struct Tree {
    root: Split,
    sides: [Option<Split>; 2],
    leaves: [f64; 4],
}

pub(super) struct Model {
    start: f64,
    trees: Vec<Tree>,
}

#[derive(Clone, Copy, Default)]
struct Sum {
    rows: u32,
    gradient: f64,
    weight: f64,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.gradient += other.gradient;
        self.weight += other.weight;
    }

    fn without(self, other: Self) -> Self {
        Self {
            rows: self.rows - other.rows,
            gradient: self.gradient - other.gradient,
            weight: self.weight - other.weight,
        }
    }

    fn value(self) -> f64 {
        if self.weight > 0.0 {
            self.gradient * self.gradient / self.weight
        } else {
            0.0
        }
    }

    fn step(self) -> f64 {
        if self.weight > 0.0 {
            -RATE * self.gradient / self.weight
        } else {
            0.0
        }
    }
}

impl Split {
    fn side(&self, bins: &Binned, row: usize) -> usize {
        let bin = bins.get(self.feature).and_then(|it| it.get(row)).copied().unwrap_or(0);
        usize::from(bin > self.bin)
    }
}

impl Tree {
    fn leaf(&self, bins: &Binned, row: usize) -> f64 {
        let side = self.root.side(bins, row);
        let low = self
            .sides
            .get(side)
            .copied()
            .flatten()
            .map_or(0, |it| it.side(bins, row));
        self.leaves.get(2 * side + low).copied().unwrap_or(0.0)
    }
}

impl Model {
    /// Learns to tell rows of class 1 from rows of class 0.
    pub(super) fn fit(bins: &Binned, classes: &[bool]) -> Self {
        let positive = classes.iter().filter(|it| **it).count() as f64;
        let share = (positive / classes.len().max(1) as f64).clamp(1e-6, 1.0 - 1e-6);
        let start = (share / (1.0 - share)).ln();
        let mut scores = vec![start; classes.len()];
        let mut trees = Vec::new();
        for _ in 0..TREES {
            let gradients: Vec<(f64, f64)> = scores
                .iter()
                .zip(classes)
                .map(|(score, class)| {
                    let p = 1.0 / (1.0 + (-score).exp());
                    (p - f64::from(u8::from(*class)), p * (1.0 - p))
                })
                .collect();
            let Some(tree) = grow(bins, &gradients) else { break };
            for (row, score) in scores.iter_mut().enumerate() {
                *score += tree.leaf(bins, row);
            }
            trees.push(tree);
        }
        Self { start, trees }
    }

    /// The log odds of class 1.
    pub(super) fn score(&self, bins: &Binned, row: usize) -> f64 {
        self.start + self.trees.iter().map(|it| it.leaf(bins, row)).sum::<f64>()
    }

    /// The features that any tree asks for.
    pub(super) fn features(&self) -> Vec<usize> {
        let splits = self
            .trees
            .iter()
            .flat_map(|it| std::iter::once(it.root).chain(it.sides.into_iter().flatten()));
        let mut features: Vec<usize> = splits.map(|it| it.feature).collect();
        features.sort_unstable();
        features.dedup();
        features
    }
}

fn grow(bins: &Binned, gradients: &[(f64, f64)]) -> Option<Tree> {
    let rows: Vec<usize> = (0..gradients.len()).collect();
    let root = best(bins, gradients, &rows)?;
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for row in rows {
        if root.side(bins, row) == 0 {
            left.push(row)
        } else {
            right.push(row)
        }
    }
    let sides = [best(bins, gradients, &left), best(bins, gradients, &right)];
    let mut sums = [Sum::default(); 4];
    for (side, rows) in [left, right].iter().enumerate() {
        let split = sides.get(side).copied().flatten();
        for row in rows {
            let low = split.map_or(0, |it| it.side(bins, *row));
            if let (Some(sum), Some(it)) = (sums.get_mut(2 * side + low), gradients.get(*row)) {
                sum.add(Sum {
                    rows: 1,
                    gradient: it.0,
                    weight: it.1,
                });
            }
        }
    }
    Some(Tree {
        root,
        sides,
        leaves: sums.map(Sum::step),
    })
}

/// The split with the largest gain; none where none gains.
fn best(bins: &Binned, gradients: &[(f64, f64)], rows: &[usize]) -> Option<Split> {
    let mut best: Option<Split> = None;
    for (feature, column) in bins.iter().enumerate() {
        let mut sums = [Sum::default(); BINS];
        let mut total = Sum::default();
        for row in rows {
            if let (Some(bin), Some((gradient, weight))) = (column.get(*row), gradients.get(*row))
                && let Some(sum) = sums.get_mut(usize::from(*bin))
            {
                let it = Sum {
                    rows: 1,
                    gradient: *gradient,
                    weight: *weight,
                };
                sum.add(it);
                total.add(it);
            }
        }
        let mut left = Sum::default();
        for (bin, sum) in (0u8..).zip(sums) {
            left.add(sum);
            let right = total.without(left);
            if left.rows < LEAST_ROWS || right.rows < LEAST_ROWS {
                continue;
            }
            let gain = left.value() + right.value() - total.value();
            if gain > 1e-9 && best.is_none_or(|it| gain > it.gain) {
                best = Some(Split { feature, bin, gain });
            }
        }
    }
    best
}

/// The chance that a row of class 1 scores higher than one of class 0 (Mann and Whitney 1947).
pub(super) fn auc(scores: &[f64], classes: &[bool]) -> f64 {
    let ranks = super::associations::ranks(scores);
    let positive = classes.iter().filter(|it| **it).count() as f64;
    let negative = classes.len() as f64 - positive;
    if positive == 0.0 || negative == 0.0 {
        return 0.5;
    }
    let sum: f64 = ranks.iter().zip(classes).filter(|it| *it.1).map(|it| it.0).sum();
    (sum - positive * (positive + 1.0) / 2.0) / (positive * negative)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::mix;

    #[test]
    fn an_interaction_of_two_features_is_learned() {
        let bit = |row: u64, salt: u64| (mix(row ^ (salt << 32)) & 31) as u8;
        let bins: Binned = (0..3)
            .map(|feature| (0..4000).map(|row| bit(row, feature)).collect())
            .collect();
        let classes: Vec<bool> = (0..4000).map(|row| bins[0][row] > 9 && bins[2][row] > 9).collect();
        let model = Model::fit(&bins, &classes);
        let scores: Vec<f64> = (0..4000).map(|row| model.score(&bins, row)).collect();
        assert!(auc(&scores, &classes) > 0.99);
        assert_eq!(model.features(), [0, 2]);
    }

    #[test]
    fn the_area_under_the_curve_is_that_of_its_definition() {
        assert_eq!(auc(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]), 0.75);
        assert_eq!(auc(&[0.5, 0.5], &[false, true]), 0.5);
    }
}
