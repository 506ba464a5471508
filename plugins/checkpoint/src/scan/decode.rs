//! Raw little-endian elements as floats, a block at a time on the stack.
//!
//! The loops are written for the vectoriser: slices of exact size, no branches, no bounds to
//! check. On WebAssembly, functions with SIMD are always safe to call, since an engine
//! without it refuses the module as a whole.

use deepfix_views::checkpoint::Dtype;

/// Elements decoded at a time: they stay in the first-level cache.
pub(crate) const BLOCK: usize = 1024;

/// Decoded elements. Half and single precision stay single: sums over a block of that size
/// lose nothing that matters.
#[derive(Clone, Copy)]
pub(crate) enum Block<'a> {
    /// Single precision as it stands in the file: decoded where it is added up, without a copy.
    Raw(&'a [[u8; 4]]),
    /// Single precision, also for everything that it holds exactly.
    Single(&'a [f32]),
    /// Double precision, also for wide integers.
    Double(&'a [f64]),
}

impl Block<'_> {
    /// How many values there are.
    pub(crate) fn len(self) -> usize {
        match self {
            Block::Raw(block) => block.len(),
            Block::Single(block) => block.len(),
            Block::Double(block) => block.len(),
        }
    }

    /// Appends the values.
    pub(crate) fn extend(self, values: &mut Vec<f64>) {
        match self {
            Block::Raw(block) => values.extend(block.iter().map(|it| f64::from(f32::from_le_bytes(*it)))),
            Block::Single(block) => values.extend(block.iter().map(|it| f64::from(*it))),
            Block::Double(block) => values.extend_from_slice(block),
        }
    }
}

/// Single precision from its bytes.
pub(crate) fn decoded<'a>(bytes: &[[u8; 4]], buffer: &'a mut [f32; BLOCK]) -> &'a [f32] {
    let Some(slots) = buffer.get_mut(..bytes.len()) else {
        return &[];
    };
    convert(bytes, slots, f32::from_le_bytes);
    slots
}

/// Calls `f` with the decoded elements. An incomplete element at the end is left out.
pub(crate) fn each_block(dtype: Dtype, bytes: &[u8], mut f: impl FnMut(Block<'_>)) {
    let mut single = [0_f32; BLOCK];
    let mut double = [0_f64; BLOCK];
    macro_rules! blocks {
        ($width:literal, $buffer:ident, $kind:ident, $decode:expr) => {
            for part in bytes.chunks($width * BLOCK) {
                let (elements, _) = part.as_chunks::<$width>();
                let Some(buffer) = $buffer.get_mut(..elements.len()) else {
                    continue;
                };
                convert(elements, buffer, $decode);
                f(Block::$kind(buffer));
            }
        };
    }
    match dtype {
        Dtype::F32 => {
            let (elements, _) = bytes.as_chunks::<4>();
            elements.chunks(BLOCK).for_each(|it| f(Block::Raw(it)));
        }
        Dtype::F16 => blocks!(2, single, Single, |it| half(u16::from_le_bytes(it))),
        Dtype::Bf16 => blocks!(2, single, Single, |it| f32::from_bits(
            u32::from(u16::from_le_bytes(it)) << 16
        )),
        Dtype::F64 => blocks!(8, double, Double, f64::from_le_bytes),
        Dtype::Bool | Dtype::U8 => blocks!(1, single, Single, |[it]: [u8; 1]| f32::from(it)),
        Dtype::I8 => blocks!(1, single, Single, |it| f32::from(i8::from_le_bytes(it))),
        Dtype::U16 => blocks!(2, single, Single, |it| f32::from(u16::from_le_bytes(it))),
        Dtype::I16 => blocks!(2, single, Single, |it| f32::from(i16::from_le_bytes(it))),
        Dtype::U32 => blocks!(4, double, Double, |it| f64::from(u32::from_le_bytes(it))),
        Dtype::I32 => blocks!(4, double, Double, |it| f64::from(i32::from_le_bytes(it))),
        Dtype::U64 => blocks!(8, double, Double, |it| u64::from_le_bytes(it) as f64),
        Dtype::I64 => blocks!(8, double, Double, |it| i64::from_le_bytes(it) as f64),
        Dtype::C64 | Dtype::F8 | Dtype::Packed(_) | Dtype::Unknown => {}
    }
}

#[cfg_attr(target_family = "wasm", target_feature(enable = "simd128"))]
fn convert<const W: usize, T>(elements: &[[u8; W]], buffer: &mut [T], decode: impl Fn([u8; W]) -> T) {
    for (element, slot) in elements.iter().zip(buffer) {
        *slot = decode(*element);
    }
}

/// Half precision without branches: the exponent is rebased by one multiplication, which also
/// handles subnormal numbers; infinities and NaN get the highest exponent back.
#[inline(always)]
fn half(bits: u16) -> f32 {
    const REBASE: f32 = f32::from_bits((127 + 112) << 23);
    let magnitude = u32::from(bits & 0x7fff) << 13;
    let finite = (f32::from_bits(magnitude) * REBASE).to_bits();
    let special = magnitude | 0x7f80_0000;
    let value = if magnitude >= 0x0f80_0000 { special } else { finite };
    f32::from_bits(value | (u32::from(bits & 0x8000) << 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(dtype: Dtype, bytes: &[u8]) -> Vec<f64> {
        let mut values = Vec::new();
        each_block(dtype, bytes, |block| block.extend(&mut values));
        values
    }

    #[test]
    fn every_half_is_decoded_as_ieee_754_says() {
        for bits in 0..=u16::MAX {
            let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
            let (exponent, mantissa) = (i32::from((bits >> 10) & 0x1f), f64::from(bits & 0x3ff));
            let expected = sign
                * match exponent {
                    0 => mantissa * 2_f64.powi(-24),
                    31 if mantissa == 0.0 => f64::INFINITY,
                    31 => f64::NAN,
                    _ => (1.0 + mantissa / 1024.0) * 2_f64.powi(exponent - 15),
                };
            let found = f64::from(half(bits));
            assert!(
                found == expected || (found.is_nan() && expected.is_nan()),
                "{bits:#06x}: {found} {expected}"
            );
        }
    }

    #[test]
    fn each_type_is_decoded_and_incomplete_elements_are_left_out() {
        assert_eq!(decoded(Dtype::F32, &[0, 0, 128, 63, 9]), [1.0]);
        assert_eq!(decoded(Dtype::Bf16, &[128, 63, 0, 192]), [1.0, -2.0]);
        assert_eq!(decoded(Dtype::I8, &[255]), [-1.0]);
        assert_eq!(decoded(Dtype::I64, &(-5_i64).to_le_bytes()), [-5.0]);
        assert_eq!(decoded(Dtype::F64, &0.1_f64.to_le_bytes()), [0.1]);
        assert!(decoded(Dtype::F8, &[1, 2]).is_empty());
        assert_eq!(decoded(Dtype::U16, &vec![1; 2 * BLOCK + 2]).len(), BLOCK + 1);
    }
}
