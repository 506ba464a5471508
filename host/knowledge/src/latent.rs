//! What passages have in common beyond their words.
//!
//! Somebody who asks why a curve wobbles is served by a passage that says `noisy`: the passages
//! themselves show that both words go with `loss`, `batch` and `epoch`. Latent semantic indexing
//! (Deerwester et al. (1990): Indexing by latent semantic analysis,
//! <https://doi.org/10.1002/(SICI)1097-4571(199009)41:6%3C391::AID-ASI1%3E3.0.CO;2-9>) finds the
//! few directions in which passages differ most, and compares question and passage in these.
//!
//! The subspace is found by iteration from a fixed start (Halko, Martinsson, Tropp (2011): Finding
//! structure with randomness, <https://doi.org/10.1137/090771806>). Only the subspace is needed,
//! not its singular vectors: inner products in it are the same for every basis.

use std::collections::{BTreeMap, HashMap};

use crate::document::Passage;
use crate::terms::Words;

/// Directions that are kept. Fewer blur subjects, more are as literal as the words; between 30 and
/// 60 made no difference when one phrase of each `symptoms:` line was hidden and searched for.
const DIRECTIONS: usize = 40;

/// Rounds of the iteration. The subspace is good enough for a ranking after three.
const ROUNDS: usize = 5;

/// The largest base that is compared in this way: 20 million sums in each round, some 0.1 s in
/// all. In a larger one the words alone decide.
const MOST_PASSAGES: usize = 3_000;

/// How often a part of a passage counts, as it was written to be found by.
const SYMPTOMS: f64 = 2.0;
const HEADING: f64 = 2.0;

/// A sparse vector: the numbers of words, and weights.
type Row = Vec<(usize, f64)>;

/// The passages in the directions that are kept.
pub(crate) struct Latent {
    /// The numbers of the words and how rare they are.
    words: HashMap<String, (usize, f64)>,
    /// Directions of each word.
    basis: Matrix,
    /// Directions of each passage, of length 1.
    passages: Matrix,
}

impl Latent {
    /// Of passages in the order of their ranks; none for a base that is too large, or so small
    /// that there is nothing to learn from.
    pub(crate) fn of<'a>(passages: impl Iterator<Item = &'a Passage>) -> Option<Self> {
        let mut words = Words::new();
        let counts: Vec<BTreeMap<String, f64>> = passages
            .take(MOST_PASSAGES + 1)
            .map(|it| words_of(it, &mut words))
            .collect();
        if counts.len() <= DIRECTIONS || counts.len() > MOST_PASSAGES {
            return None;
        }
        let all = counts.len() as f64;
        let mut frequency: BTreeMap<&str, f64> = BTreeMap::new();
        for word in counts.iter().flat_map(BTreeMap::keys) {
            *frequency.entry(word).or_default() += 1.0;
        }
        let words: HashMap<String, (usize, f64)> = frequency
            .iter()
            .enumerate()
            .map(|(number, (word, passages))| ((*word).to_owned(), (number, (all / passages).ln())))
            .collect();
        let row = |counts: &BTreeMap<String, f64>| -> Row {
            let weigh = |(word, count): (&String, &f64)| {
                let (number, rarity) = words.get(word)?;
                Some((*number, (1.0 + count.ln()) * rarity))
            };
            let row: Row = counts.iter().filter_map(weigh).collect();
            let length = row.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
            row.into_iter()
                .map(|(number, weight)| (number, weight / length.max(f64::MIN_POSITIVE)))
                .collect()
        };
        let rows: Vec<Row> = counts.iter().map(row).collect();
        let mut left = Matrix::start(rows.len());
        for _ in 0..ROUNDS {
            left.make_orthonormal();
            left = times(&rows, &transposed_times(&rows, &left, words.len()));
        }
        left.make_orthonormal();
        let mut basis = transposed_times(&rows, &left, words.len());
        basis.make_orthonormal();
        let mut passages = times(&rows, &basis);
        passages.rows_mut().for_each(normalise);
        Some(Self { words, basis, passages })
    }

    /// The similarity of each passage to the words, from -1 to 1, in the order of the ranks; none
    /// when no word is known.
    pub(crate) fn similarities(&self, terms: &[String]) -> Option<Vec<f64>> {
        let known = terms.iter().filter_map(|term| self.words.get(term));
        let mut place = vec![0.0; DIRECTIONS];
        for (number, rarity) in known {
            add(&mut place, self.basis.row(*number), *rarity);
        }
        if !place.iter().any(|it| it.abs() > f64::EPSILON) {
            return None;
        }
        normalise(&mut place);
        Some(self.passages.rows().map(|passage| dot(passage, &place)).collect())
    }
}

fn words_of(passage: &Passage, words: &mut Words) -> BTreeMap<String, f64> {
    let document = &passage.document;
    let tags = document.tags.join(" ");
    let parts = [
        (document.title.as_str(), 1.0),
        (passage.heading.as_str(), HEADING),
        (passage.symptoms.as_deref().unwrap_or_default(), SYMPTOMS),
        (passage.text.as_str(), 1.0),
        (tags.as_str(), 1.0),
    ];
    let mut counts = BTreeMap::new();
    for (text, weight) in parts {
        for word in words.of(text, usize::MAX) {
            *counts.entry(word).or_default() += weight;
        }
    }
    counts
}

/// A dense matrix with [`DIRECTIONS`] columns, row by row.
struct Matrix(Vec<f64>);

impl Matrix {
    fn zeros(rows: usize) -> Self {
        Self(vec![0.0; rows * DIRECTIONS])
    }

    /// Numbers without a pattern, the same each time: Knuth's MMIX generator.
    fn start(rows: usize) -> Self {
        let mut state: u64 = 1;
        let mut matrix = Self::zeros(rows);
        for value in &mut matrix.0 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *value = (state >> 40) as f64 / (1_u64 << 23) as f64 - 1.0;
        }
        matrix
    }

    fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.0.chunks_exact(DIRECTIONS)
    }

    fn rows_mut(&mut self) -> impl Iterator<Item = &mut [f64]> {
        self.0.chunks_exact_mut(DIRECTIONS)
    }

    fn row(&self, index: usize) -> &[f64] {
        self.rows().nth(index).unwrap_or_default()
    }

    fn row_mut(&mut self, index: usize) -> &mut [f64] {
        self.rows_mut().nth(index).unwrap_or_default()
    }

    /// Gram-Schmidt over the columns, twice, as once loses digits. A column that depends on those
    /// before it becomes zero.
    fn make_orthonormal(&mut self) {
        let count = self.0.len() / DIRECTIONS;
        let mut columns: Vec<Vec<f64>> = (0..DIRECTIONS)
            .map(|column| self.0.iter().skip(column).step_by(DIRECTIONS).copied().collect())
            .collect();
        let mut done: Vec<Vec<f64>> = Vec::with_capacity(DIRECTIONS);
        for mut column in columns.drain(..) {
            let before = dot(&column, &column).sqrt();
            for _ in 0..2 {
                for other in &done {
                    let share = dot(&column, other);
                    add(&mut column, other, -share);
                }
            }
            if dot(&column, &column).sqrt() > before * 1e-10 {
                normalise(&mut column);
            } else {
                column.fill(0.0);
            }
            done.push(column);
        }
        let values = (0..count).flat_map(|row| done.iter().map(move |column| column.get(row).copied().unwrap_or(0.0)));
        self.0 = values.collect();
    }
}

/// The sparse rows times a matrix over the words.
fn times(rows: &[Row], right: &Matrix) -> Matrix {
    let mut product = Matrix::zeros(rows.len());
    for (row, sum) in rows.iter().zip(product.rows_mut()) {
        for (word, weight) in row {
            add(sum, right.row(*word), *weight);
        }
    }
    product
}

/// The transposed sparse rows times a matrix over the passages.
fn transposed_times(rows: &[Row], right: &Matrix, words: usize) -> Matrix {
    let mut product = Matrix::zeros(words);
    for (row, values) in rows.iter().zip(right.rows()) {
        for (word, weight) in row {
            add(product.row_mut(*word), values, *weight);
        }
    }
    product
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

fn add(sum: &mut [f64], values: &[f64], factor: f64) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += factor * value;
    }
}

fn normalise(values: &mut [f64]) {
    let length = dot(values, values).sqrt();
    if length > 0.0 {
        values.iter_mut().for_each(|it| *it /= length);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::document::parse_document;

    /// Passages in groups with words of their own. The first group has twelve, the others four;
    /// the first two passages also say `wobble`.
    fn passages(count: usize) -> Vec<Passage> {
        let letters = |number: usize| -> String {
            let letter = |it: usize| char::from(b'a' + u8::try_from(it % 26).unwrap());
            [letter(number), letter(number / 26), letter(number / 676)]
                .iter()
                .collect()
        };
        let sections: String = (0..count)
            .map(|number| {
                let group = letters(if number < 12 { 0 } else { number / 4 });
                let wobble = if number < 2 { "wobble" } else { "" };
                let own = letters(number);
                format!("## Passage x{own}z\nq{group}red q{group}green q{group}blue k{own}only {wobble}\n")
            })
            .collect();
        let text = format!("---\nid: a\ntitle: T\ndomain: training\n---\n{sections}");
        parse_document(Path::new("a.md"), &text).unwrap()
    }

    fn latent(count: usize) -> Option<Latent> {
        Latent::of(passages(count).iter())
    }

    #[test]
    fn a_passage_is_like_a_question_whose_words_go_with_its_own() {
        let latent = latent(252).unwrap();
        let likeness = latent.similarities(&["wobbl".to_owned()]).unwrap();
        // Passage 5 is of the first group and does not say it; 40 is of another.
        assert!(likeness[5] > likeness[40] + 0.2, "{} and {}", likeness[5], likeness[40]);
        assert!(likeness.iter().all(|it| (-1.001..=1.001).contains(it)));
    }

    #[test]
    fn unknown_words_are_like_nothing() {
        let latent = latent(100).unwrap();
        assert!(latent.similarities(&["zebra".to_owned()]).is_none());
        assert!(latent.similarities(&[]).is_none());
    }

    #[test]
    fn small_and_very_large_bases_are_compared_by_words_alone() {
        assert!(latent(DIRECTIONS).is_none());
        assert!(latent(DIRECTIONS + 1).is_some());
        assert!(latent(MOST_PASSAGES + 1).is_none());
    }

    #[test]
    fn the_same_base_gives_the_same_numbers() {
        let of = |latent: Latent| latent.similarities(&["qaaar".to_owned(), "wobbl".to_owned()]).unwrap();
        assert_eq!(of(latent(60).unwrap()), of(latent(60).unwrap()));
    }

    #[test]
    fn columns_become_orthonormal_and_dependent_ones_zero() {
        let mut matrix = Matrix::start(60);
        matrix.make_orthonormal();
        let column = |column: usize| -> Vec<f64> { matrix.rows().map(|row| row[column]).collect() };
        for (a, b) in [(0, 0), (0, 1), (7, 39), (39, 39)] {
            let expected = f64::from(u8::from(a == b));
            assert!((dot(&column(a), &column(b)) - expected).abs() < 1e-9, "{a} {b}");
        }
        let mut flat = Matrix(vec![1.0; 60 * DIRECTIONS]);
        flat.make_orthonormal();
        assert!(flat.rows().all(|row| row[1..].iter().all(|it| *it == 0.0)));
    }
}
