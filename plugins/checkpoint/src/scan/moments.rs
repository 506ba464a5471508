//! Counts and moments of a tensor, in one pass.

use super::decode::{BLOCK, Block, decoded};

/// Independent sums: two vectors of single precision for each of the six, which leaves some of the sixteen
/// registers of the usual vector units free; with more, each step would go through memory.
const LANES: usize = 8;

/// What is known of a tensor's values. Sums and extremes are over the finite ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moments {
    pub count: u64,
    pub nan: u64,
    pub positive_infinite: u64,
    pub negative_infinite: u64,
    pub zeros: u64,
    /// The first value that is not finite, as an index into the tensor.
    pub first_bad: Option<u64>,
    /// That value.
    pub first_value: Option<f64>,
    pub min: f64,
    pub max: f64,
    sum: f64,
    square: f64,
    fourth: f64,
}

impl Default for Moments {
    fn default() -> Self {
        Self {
            count: 0,
            nan: 0,
            positive_infinite: 0,
            negative_infinite: 0,
            zeros: 0,
            first_bad: None,
            first_value: None,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            sum: 0.0,
            square: 0.0,
            fourth: 0.0,
        }
    }
}

impl Moments {
    /// Values that are NaN or infinite.
    pub(crate) fn bad(&self) -> u64 {
        self.nan + self.positive_infinite + self.negative_infinite
    }

    /// Finite values.
    pub(crate) fn finite(&self) -> u64 {
        self.count - self.bad()
    }

    pub(crate) fn mean(&self) -> f64 {
        self.sum / self.finite() as f64
    }

    /// The root of the mean square.
    pub(crate) fn rms(&self) -> f64 {
        (self.square / self.finite() as f64).sqrt()
    }

    /// The largest magnitude; 0 where no value is finite.
    pub(crate) fn largest(&self) -> f64 {
        if self.finite() == 0 {
            0.0
        } else {
            self.max.max(-self.min)
        }
    }

    /// The fourth moment about zero over the squared second: 3 for a centred normal
    /// distribution, 1.8 for a centred uniform one.
    pub(crate) fn kurtosis(&self) -> f64 {
        self.fourth * self.finite() as f64 / (self.square * self.square)
    }

    /// The share of zeros.
    pub(crate) fn zero_share(&self) -> f64 {
        self.zeros as f64 / self.count.max(1) as f64
    }

    /// Adds values that follow the ones so far, and gives their own moments where all are finite.
    pub(crate) fn add(&mut self, block: Block<'_>) -> Option<Part> {
        let part = match block {
            Block::Raw(bytes) => fast_raw(bytes),
            Block::Single(values) => fast_single(values),
            Block::Double(values) => fast_double(values),
        };
        if let Some(part) = &part {
            self.merge(part, block.len());
            return Some(*part);
        }
        match block {
            Block::Raw(bytes) => {
                let mut buffer = [0.0; BLOCK];
                self.add_single(decoded(bytes, &mut buffer));
            }
            Block::Single(values) => self.add_single(values),
            Block::Double(values) => values.iter().for_each(|it| self.careful(*it)),
        }
        None
    }

    /// Values of which not all are finite.
    fn add_single(&mut self, values: &[f32]) {
        if all_nan(values) {
            self.add_nan(values.len());
        } else {
            values.iter().for_each(|it| self.careful(f64::from(*it)));
        }
    }

    fn merge(&mut self, part: &Part, count: usize) {
        self.count += count as u64;
        self.zeros += part.zeros;
        self.sum += part.sum;
        self.square += part.square;
        self.fourth += part.fourth;
        self.min = self.min.min(part.min);
        self.max = self.max.max(part.max);
    }

    /// Values that are all NaN: what a diverged training leaves, for gigabytes on end.
    fn add_nan(&mut self, count: usize) {
        if count > 0 {
            self.careful(f64::NAN);
            self.count += count as u64 - 1;
            self.nan += count as u64 - 1;
        }
    }

    /// One value that may be anything.
    fn careful(&mut self, value: f64) {
        if value.is_finite() {
            self.zeros += u64::from(value == 0.0);
            self.sum += value;
            self.square += value * value;
            self.fourth += value * value * value * value;
            self.min = self.min.min(value);
            self.max = self.max.max(value);
        } else {
            self.first_bad.get_or_insert(self.count);
            self.first_value.get_or_insert(value);
            self.nan += u64::from(value.is_nan());
            self.positive_infinite += u64::from(value == f64::INFINITY);
            self.negative_infinite += u64::from(value == f64::NEG_INFINITY);
        }
        self.count += 1;
    }
}

/// The moments of one block.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    pub zeros: u64,
    sum: f64,
    pub square: f64,
    fourth: f64,
    min: f64,
    pub max: f64,
}

/// Moments of a block, or none where a value is not finite or its fourth power overflows:
/// such a block is read again value by value. A NaN or an infinity shows in the fourth powers
/// since squares are never negative, so nothing has to be tested inside the loop.
macro_rules! fast {
    ($name:ident, $float:ty, $element:ty, $decode:expr) => {
        #[cfg_attr(target_family = "wasm", target_feature(enable = "simd128"))]
        #[allow(clippy::indexing_slicing, reason = "arrays of LANES, indexed below LANES")]
        fn $name(values: &[$element]) -> Option<Part> {
            let mut zeros = [0_u32; LANES];
            let mut sum = [0.0; LANES];
            let mut square = [0.0; LANES];
            let mut fourth = [0.0; LANES];
            let mut min = [<$float>::INFINITY; LANES];
            let mut max = [<$float>::NEG_INFINITY; LANES];
            let (rows, rest) = values.as_chunks::<LANES>();
            macro_rules! add {
                ($lane:expr, $value:expr) => {
                    let (lane, value) = ($lane, $value);
                    let squared = value * value;
                    zeros[lane] += u32::from(value == 0.0);
                    sum[lane] += value;
                    square[lane] += squared;
                    fourth[lane] += squared * squared;
                    min[lane] = if value < min[lane] { value } else { min[lane] };
                    max[lane] = if value > max[lane] { value } else { max[lane] };
                };
            }
            for row in rows {
                for lane in 0..LANES {
                    add!(lane, $decode(row[lane]));
                }
            }
            for value in rest {
                add!(0, $decode(*value));
            }
            let total = |lanes: &[$float; LANES]| lanes.iter().map(|it| f64::from(*it)).sum::<f64>();
            let part = Part {
                zeros: zeros.iter().map(|it| u64::from(*it)).sum(),
                sum: total(&sum),
                square: total(&square),
                fourth: total(&fourth),
                min: min.iter().fold(f64::INFINITY, |low, it| low.min(f64::from(*it))),
                max: max
                    .iter()
                    .fold(f64::NEG_INFINITY, |high, it| high.max(f64::from(*it))),
            };
            part.fourth.is_finite().then_some(part)
        }
    };
}

/// Whether every value is NaN, without a branch per value.
#[cfg_attr(target_family = "wasm", target_feature(enable = "simd128"))]
fn all_nan(values: &[f32]) -> bool {
    values.iter().map(|it| u32::from(it.is_nan())).sum::<u32>() as usize == values.len()
}

fast!(fast_raw, f32, [u8; 4], f32::from_le_bytes);
fast!(fast_single, f32, f32, std::convert::identity);
fast!(fast_double, f64, f64, std::convert::identity);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_finite_values() {
        let mut moments = Moments::default();
        let values: Vec<f32> = (0..1000).map(|it| it as f32 / 100.0 - 5.0).collect();
        moments.add(Block::Single(&values));
        moments.add(Block::Single(&[f32::NAN, 0.0, f32::INFINITY, 7.0, f32::NEG_INFINITY]));
        assert_eq!((moments.count, moments.bad(), moments.first_bad), (1005, 3, Some(1000)));
        assert_eq!((moments.zeros, moments.min, moments.max), (2, -5.0, 7.0));
        let exact: f64 = values.iter().map(|it| f64::from(*it) * f64::from(*it)).sum::<f64>() + 49.0;
        assert!((moments.rms() - (exact / 1002.0).sqrt()).abs() < 1e-6);
        assert_eq!(
            (moments.nan, moments.positive_infinite, moments.negative_infinite),
            (1, 1, 1)
        );
    }

    #[test]
    fn a_block_of_nan_counts_like_its_values() {
        let mut moments = Moments::default();
        moments.add(Block::Single(&[1.0; 20]));
        moments.add(Block::Single(&[f32::NAN; 1000]));
        assert_eq!((moments.count, moments.nan, moments.first_bad), (1020, 1000, Some(20)));
    }

    #[test]
    fn large_finite_values_are_not_taken_for_infinities() {
        let mut moments = Moments::default();
        moments.add(Block::Single(&[3e38, -3e38]));
        moments.add(Block::Double(&[1e300]));
        assert_eq!((moments.bad(), moments.largest()), (0, 1e300));
    }

    #[test]
    fn the_kurtosis_tells_uniform_from_normal() {
        let mut uniform = Moments::default();
        let values: Vec<f64> = (0..4001).map(|it| f64::from(it) / 2000.0 - 1.0).collect();
        uniform.add(Block::Double(&values));
        assert!((uniform.kurtosis() - 1.8).abs() < 0.01);
        assert_eq!(Moments::default().largest(), 0.0);
    }
}
