//! The predictive power score of one feature for the label (Wetschoreck, Krabel and Krishnamurthy, "8080labs
//! /ppscore", 2020): how much better than guessing a decision tree on this feature alone is, on rows
//! that it has not seen.
//!
//! A fully grown tree on one number is the nearest neighbour on a line, with equal values taken
//! together: it splits half-way between neighbours of different classes. So no tree is grown: one sort
//! per feature gives the same score.

use super::mapping::NONE;

/// Parts of the cross-validation.
const FOLDS: usize = 4;

/// What is predicted, per row.
pub(super) enum Target {
    /// Codes of classes, and how many there are.
    Classes(Vec<u32>, usize),
    /// Numbers, NaN where missing.
    Numbers(Vec<f64>),
}

/// What predicts, per row.
pub(super) enum Feature {
    /// Codes of categories.
    Categories(Vec<u32>),
    /// Numbers, NaN where missing.
    Numbers(Vec<f64>),
}

/// The score, 0 to 1. Rows are taken in a random order already. 0 where there is nothing to tell: a
/// label of one value, fewer rows than folds, a category per row.
pub(super) fn score(feature: &Feature, target: &Target) -> f64 {
    let rows = match target {
        Target::Classes(codes, _) => codes.len(),
        Target::Numbers(numbers) => numbers.len(),
    };
    let present = |row: &usize| {
        let known = match feature {
            Feature::Categories(codes) => codes.get(*row).is_some_and(|it| *it != NONE),
            Feature::Numbers(numbers) => numbers.get(*row).is_some_and(|it| !it.is_nan()),
        };
        known
            && match target {
                Target::Classes(codes, _) => codes.get(*row).is_some_and(|it| *it != NONE),
                Target::Numbers(numbers) => numbers.get(*row).is_some_and(|it| !it.is_nan()),
            }
    };
    let rows: Vec<usize> = (0..rows).filter(present).collect();
    if rows.len() < 2 * FOLDS {
        return 0.0;
    }
    let groups = groups(feature, &rows);
    if matches!(feature, Feature::Categories(_)) && groups.len() == rows.len() {
        return 0.0;
    }
    match target {
        Target::Classes(codes, number) => classes(&groups, rows.len(), codes, *number, feature),
        Target::Numbers(numbers) => regression(&groups, numbers, feature),
    }
}

/// Rows with one value of the feature, by the value. Each row comes with its fold.
type Group = (f64, Vec<(usize, usize)>);

fn groups(feature: &Feature, rows: &[usize]) -> Vec<Group> {
    let value = |row: usize| match feature {
        Feature::Categories(codes) => codes.get(row).map_or(f64::NAN, |it| f64::from(*it)),
        Feature::Numbers(numbers) => numbers.get(row).copied().unwrap_or(f64::NAN),
    };
    let mut ordered: Vec<(f64, usize, usize)> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| (value(*row), *row, at * FOLDS / rows.len()))
        .collect();
    ordered.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    ordered
        .chunk_by(|a, b| a.0 == b.0)
        .map(|it| {
            (
                it.first().map_or(f64::NAN, |it| it.0),
                it.iter().map(|it| (it.1, it.2)).collect(),
            )
        })
        .collect()
}

/// What a group says to each fold without that fold's rows; none where no row is left.
fn answers<T: Copy>(
    groups: &[Group],
    fold: usize,
    feature: &Feature,
    mut answer: impl FnMut(&mut dyn Iterator<Item = usize>) -> Option<T>,
) -> Vec<Option<T>> {
    let own: Vec<Option<T>> = groups
        .iter()
        .map(|(_, rows)| answer(&mut rows.iter().filter(|it| it.1 != fold).map(|it| it.0)))
        .collect();
    if matches!(feature, Feature::Categories(_)) {
        // A category that the tree has not seen: what is most common.
        let common = answer(
            &mut groups
                .iter()
                .flat_map(|it| &it.1)
                .filter(|it| it.1 != fold)
                .map(|it| it.0),
        );
        return own.into_iter().map(|it| it.or(common)).collect();
    }
    nearest(groups, &own)
}

/// The answer of the nearest group that has one.
fn nearest<T: Copy>(groups: &[Group], own: &[Option<T>]) -> Vec<Option<T>> {
    let mut above: Vec<Option<(f64, T)>> = Vec::with_capacity(groups.len());
    let mut last = None;
    for ((value, _), it) in groups.iter().zip(own).rev() {
        last = it.map(|it| (*value, it)).or(last);
        above.push(last);
    }
    above.reverse();
    let mut below = None;
    groups
        .iter()
        .zip(own)
        .zip(above)
        .map(|(((value, _), it), above)| {
            below = it.map(|it| (*value, it)).or(below);
            match (below, above) {
                (Some((low, a)), Some((high, b))) => Some(if value - low <= high - value { a } else { b }),
                (a, b) => a.or(b).map(|it| it.1),
            }
        })
        .collect()
}

/// F1, weighted by class, against the better of two guesses: the most common class, or a random one.
fn classes(groups: &[Group], rows: usize, codes: &[u32], number: usize, feature: &Feature) -> f64 {
    let code = |row: usize| codes.get(row).map_or(0, |it| *it as usize);
    let mut totals = vec![0usize; number];
    for (row, _) in groups.iter().flat_map(|it| &it.1) {
        if let Some(it) = totals.get_mut(code(*row)) {
            *it += 1;
        }
    }
    let all = rows as f64;
    let most = totals.iter().copied().max().unwrap_or(0) as f64 / all;
    let random: f64 = totals.iter().map(|it| (*it as f64 / all).powi(2)).sum();
    // A class of share p: always guessed it has precision p and recall 1; at random both are p.
    let naive = (most * 2.0 * most / (1.0 + most)).max(random);
    if naive >= 1.0 {
        return 0.0;
    }
    let mut counts = vec![0u32; number];
    let mut sum = 0.0;
    for fold in 0..FOLDS {
        let predicted = answers(groups, fold, feature, |rows| {
            let mut touched = Vec::new();
            for row in rows {
                let class = code(row);
                if let Some(it) = counts.get_mut(class) {
                    if *it == 0 {
                        touched.push(class);
                    }
                    *it += 1;
                }
            }
            // Of equally frequent classes the first.
            touched.sort_unstable();
            let mut best: Option<(u32, usize)> = None;
            for class in touched {
                if let Some(it) = counts.get_mut(class) {
                    if best.is_none_or(|best| *it > best.0) {
                        best = Some((*it, class));
                    }
                    *it = 0;
                }
            }
            best.map(|it| it.1)
        });
        sum += f1(groups, fold, &predicted, number, &code);
    }
    ((sum / FOLDS as f64 - naive) / (1.0 - naive)).clamp(0.0, 1.0)
}

fn f1(groups: &[Group], fold: usize, predicted: &[Option<usize>], number: usize, code: &dyn Fn(usize) -> usize) -> f64 {
    let mut tally = vec![(0f64, 0f64, 0f64); number];
    for ((_, rows), guess) in groups.iter().zip(predicted) {
        for (row, _) in rows.iter().filter(|it| it.1 == fold) {
            let truth = code(*row);
            if let Some(it) = tally.get_mut(truth) {
                it.1 += 1.0;
                it.0 += f64::from(*guess == Some(truth));
            }
            if let Some(it) = guess.and_then(|it| tally.get_mut(it)) {
                it.2 += 1.0;
            }
        }
    }
    let all: f64 = tally.iter().map(|it| it.1).sum();
    let weighted = tally
        .iter()
        .filter(|it| it.1 > 0.0)
        .map(|(hits, truths, guesses)| truths * 2.0 * hits / (truths + guesses));
    weighted.sum::<f64>() / all.max(1.0)
}

/// The mean absolute error against that of the median.
fn regression(groups: &[Group], numbers: &[f64], feature: &Feature) -> f64 {
    let number = |row: usize| numbers.get(row).copied().unwrap_or(0.0);
    let all = || groups.iter().flat_map(|it| &it.1).map(|it| number(it.0));
    let mut sorted: Vec<f64> = all().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let median = crate::table::quantile(&sorted, 0.5).unwrap_or(0.0);
    let naive = all().map(|it| (it - median).abs()).sum::<f64>() / sorted.len().max(1) as f64;
    if naive <= 0.0 {
        return 0.0;
    }
    let mut sum = 0.0;
    for fold in 0..FOLDS {
        let predicted = answers(groups, fold, feature, |rows| {
            let (mut sum, mut count) = (0.0, 0.0);
            for row in rows {
                sum += number(row);
                count += 1.0;
            }
            (count > 0.0).then(|| sum / count)
        });
        let (mut error, mut count) = (0.0, 0.0);
        for ((_, rows), guess) in groups.iter().zip(predicted) {
            for (row, _) in rows.iter().filter(|it| it.1 == fold) {
                error += (number(*row) - guess.unwrap_or(median)).abs();
                count += 1.0;
            }
        }
        sum += error / f64::max(count, 1.0);
    }
    (1.0 - sum / FOLDS as f64 / naive).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::mix;

    fn random(row: usize, salt: u64) -> f64 {
        (mix(row as u64 ^ salt) >> 11) as f64 / (1u64 << 53) as f64
    }

    #[test]
    fn a_copy_of_the_label_predicts_it_and_noise_does_not() {
        let labels: Vec<u32> = (0..1000).map(|it| u32::from(random(it, 1) > 0.6)).collect();
        let copy = Feature::Numbers(labels.iter().map(|it| f64::from(*it) * 3.0).collect());
        let noise = Feature::Numbers((0..1000).map(|it| random(it, 2)).collect());
        let target = Target::Classes(labels.clone(), 2);
        assert_eq!(score(&copy, &target), 1.0);
        assert!(score(&noise, &target) < 0.1);
        assert_eq!(score(&Feature::Categories(labels), &target), 1.0);
    }

    #[test]
    fn a_category_per_row_predicts_nothing() {
        let target = Target::Classes((0..100).map(|it| it % 2).collect(), 2);
        assert_eq!(score(&Feature::Categories((0..100).collect()), &target), 0.0);
    }

    #[test]
    fn numbers_are_predicted_as_far_as_they_follow() {
        let x: Vec<f64> = (0..2000).map(|it| random(it, 3)).collect();
        let target = Target::Numbers(x.iter().map(|it| it * it).collect());
        assert!(score(&Feature::Numbers(x), &target) > 0.99);
        let constant = Target::Numbers(vec![1.0; 2000]);
        assert_eq!(
            score(&Feature::Numbers((0..2000).map(f64::from).collect()), &constant),
            0.0
        );
    }
}
