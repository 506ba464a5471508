//! The weights of a layer, unit by unit.

use deepfix_views::checkpoint::Layer;

use super::{
    decode::{BLOCK, Block, decoded},
    moments::Part,
};

/// What is known of the incoming weights of each unit of a layer.
pub(crate) struct Units {
    /// Sum of squares.
    pub square: Vec<f64>,
    /// The largest weight.
    pub largest: Vec<f32>,
    /// Weights that are zero.
    pub zeros: Vec<u32>,
    units_last: bool,
    /// The number of weights that follow each other and belong to one unit.
    run: u64,
}

impl Units {
    pub(crate) fn new(layer: &Layer) -> Self {
        let units = layer.outputs as usize;
        Self {
            square: vec![0.0; units],
            largest: vec![f32::NEG_INFINITY; units],
            zeros: vec![0; units],
            units_last: layer.units_last,
            run: if layer.units_last { 1 } else { layer.fan_in.max(1) },
        }
    }

    /// The length of a unit's vector of incoming weights.
    pub(crate) fn norm(&self, unit: usize) -> f64 {
        self.square.get(unit).copied().unwrap_or_default().sqrt()
    }

    /// Adds values, the first of which is element `at` of the tensor.
    pub(crate) fn add(&mut self, at: u64, block: Block<'_>) {
        match block {
            Block::Raw(bytes) => {
                let mut buffer = [0.0; BLOCK];
                self.add_single(at, decoded(bytes, &mut buffer));
            }
            Block::Single(values) => self.add_single(at, values),
            Block::Double(values) => {
                let mut single = [0_f32; BLOCK];
                for part in values.chunks(BLOCK) {
                    for (slot, value) in single.iter_mut().zip(part) {
                        *slot = *value as f32;
                    }
                    self.add_single(at, single.get(..part.len()).unwrap_or_default());
                }
            }
        }
    }

    /// Takes over the moments of values, where all of them are of one unit: they are not read again.
    pub(crate) fn add_part(&mut self, at: u64, count: usize, part: &Part) -> bool {
        if self.units_last || at % self.run + count as u64 > self.run {
            return false;
        }
        let unit = (at / self.run) as usize;
        if let (Some(square), Some(largest), Some(zeros)) = (
            self.square.get_mut(unit),
            self.largest.get_mut(unit),
            self.zeros.get_mut(unit),
        ) {
            *square += part.square;
            *largest = largest.max(part.max as f32);
            *zeros += part.zeros as u32;
        }
        true
    }

    fn add_single(&mut self, at: u64, values: &[f32]) {
        if self.units_last {
            self.add_columns(at, values);
        } else {
            self.add_rows(at, values);
        }
    }

    fn add_rows(&mut self, mut at: u64, mut values: &[f32]) {
        while !values.is_empty() {
            let unit = (at / self.run) as usize;
            let left = (self.run - at % self.run).min(values.len() as u64) as usize;
            let (row, rest) = values.split_at(left);
            if let (Some(square), Some(largest), Some(zeros)) = (
                self.square.get_mut(unit),
                self.largest.get_mut(unit),
                self.zeros.get_mut(unit),
            ) {
                let (sum, high, none) = summary(row);
                *square += f64::from(sum);
                *largest = largest.max(high);
                *zeros += none;
            }
            at += left as u64;
            values = rest;
        }
    }

    fn add_columns(&mut self, at: u64, mut values: &[f32]) {
        let units = self.square.len();
        if units == 0 {
            return;
        }
        let mut unit = (at % units as u64) as usize;
        while !values.is_empty() {
            let (row, rest) = values.split_at((units - unit).min(values.len()));
            let slots = self
                .square
                .iter_mut()
                .zip(&mut self.largest)
                .zip(&mut self.zeros)
                .skip(unit);
            for (((square, largest), zeros), value) in slots.zip(row) {
                *square += f64::from(*value) * f64::from(*value);
                *largest = if *value > *largest { *value } else { *largest };
                *zeros += u32::from(*value == 0.0);
            }
            unit = 0;
            values = rest;
        }
    }
}

/// Sum of squares, largest value and zeros of at most a block.
#[cfg_attr(target_family = "wasm", target_feature(enable = "simd128"))]
#[allow(clippy::indexing_slicing, reason = "arrays of 8, indexed below 8")]
fn summary(values: &[f32]) -> (f32, f32, u32) {
    let mut sum = [0_f32; 8];
    let mut high = [f32::NEG_INFINITY; 8];
    let mut none = [0_u32; 8];
    let (rows, rest) = values.as_chunks::<8>();
    for row in rows {
        for lane in 0..8 {
            let value = row[lane];
            sum[lane] += value * value;
            high[lane] = if value > high[lane] { value } else { high[lane] };
            none[lane] += u32::from(value == 0.0);
        }
    }
    for value in rest {
        sum[0] += value * value;
        high[0] = high[0].max(*value);
        none[0] += u32::from(*value == 0.0);
    }
    (
        sum.iter().sum(),
        high.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b)),
        none.iter().sum(),
    )
}

#[cfg(test)]
mod tests {
    use deepfix_views::checkpoint::LayerKind;

    use super::{super::Moments, *};

    fn layer(inputs: u64, outputs: u64, units_last: bool) -> Layer {
        Layer {
            module: String::new(),
            kind: LayerKind::Linear,
            weight: 0,
            bias: None,
            inputs,
            outputs,
            fan_in: inputs,
            fan_out: outputs,
            units_last,
        }
    }

    #[test]
    fn moments_of_a_block_within_one_unit_are_those_of_the_unit() {
        let weights: Vec<f32> = (0..12).map(|it| it as f32 - 5.0).collect();
        let (mut read, mut taken) = (Units::new(&layer(4, 3, false)), Units::new(&layer(4, 3, false)));
        for (at, count) in [(0, 4), (4, 2), (6, 2), (8, 4)] {
            let block = Block::Single(&weights[at..at + count]);
            let part = Moments::default().add(block).unwrap();
            assert!(taken.add_part(at as u64, count, &part));
            read.add(at as u64, block);
        }
        assert_eq!(
            (taken.square, taken.largest, taken.zeros),
            (read.square, read.largest, read.zeros)
        );
        let across = Moments::default().add(Block::Single(&weights[2..6])).unwrap();
        assert!(!Units::new(&layer(4, 3, false)).add_part(2, 4, &across));
        assert!(!Units::new(&layer(4, 3, true)).add_part(0, 4, &across));
    }

    #[test]
    fn units_are_rows_or_columns_whatever_the_cuts() {
        let weights: Vec<f32> = (0..12).map(|it| it as f32 - 5.0).collect();
        for cut in 0..=12 {
            let mut rows = Units::new(&layer(4, 3, false));
            let mut columns = Units::new(&layer(4, 3, true));
            for units in [&mut rows, &mut columns] {
                units.add(0, Block::Single(&weights[..cut]));
                units.add(cut as u64, Block::Single(&weights[cut..]));
            }
            assert_eq!(
                rows.square,
                [25.0 + 16.0 + 9.0 + 4.0, 1.0 + 0.0 + 1.0 + 4.0, 9.0 + 16.0 + 25.0 + 36.0]
            );
            assert_eq!(rows.largest, [-2.0, 2.0, 6.0]);
            assert_eq!(columns.largest, [4.0, 5.0, 6.0]);
            assert_eq!(columns.zeros, [0, 0, 1]);
        }
    }
}
