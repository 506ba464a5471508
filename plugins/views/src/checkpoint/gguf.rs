//! GGUF, llama.cpp's format: metadata, descriptions of tensors, then their data. The header is
//! read; of quantised tensors only the type and the range.
//!
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.

use serde_json::{Map, Value as Json, json};

use super::{
    cursor::{Cursor, Stop},
    dtype::Dtype,
    header::Tensor,
};

/// Tensors and metadata of one file; the largest models have some thousands of each.
const MAX_ENTRIES: u64 = 100_000;
/// The longest name: the format allows 64 bytes for a tensor, 65,535 for a key.
const MAX_NAME: u64 = 65_535;
/// Metadata that are kept, and characters of each.
const KEPT: usize = 64;
const KEPT_TEXT: u64 = 200;
/// Arrays within arrays.
const MAX_DEPTH: usize = 4;

/// What a header holds.
pub(crate) struct Gguf {
    pub tensors: Vec<Tensor>,
    pub about: Json,
}

pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Gguf, Stop> {
    cursor.skip(4)?;
    let version = cursor.number(4)?;
    if !(2..=3).contains(&version) {
        return Err(format!("version {version} of GGUF, where 2 and 3 (little-endian) are known").into());
    }
    let (tensors, entries) = (cursor.number(8)?, cursor.number(8)?);
    if tensors > MAX_ENTRIES || entries > MAX_ENTRIES {
        return Err(format!("its header states {tensors} tensors and {entries} metadata entries").into());
    }
    let (mut kept, mut alignment) = (Map::new(), 32_u64);
    for _ in 0..entries {
        let key = text(cursor, MAX_NAME)?;
        let kind = cursor.number(4)?;
        let value = value(cursor, kind, 0)?;
        if key == "general.alignment" {
            alignment = value
                .as_u64()
                .filter(|it| it.is_power_of_two())
                .ok_or_else(|| format!("its alignment is {value}, which is no power of two"))?;
        }
        if kept.len() < KEPT && !value.is_null() {
            kept.insert(key, value);
        }
    }
    let mut found = Vec::new();
    for _ in 0..tensors {
        found.push(tensor(cursor)?);
    }
    let start = cursor
        .at()
        .checked_next_multiple_of(alignment)
        .ok_or("its alignment leads nowhere")?;
    for it in &mut found {
        it.begin = it
            .begin
            .checked_add(start)
            .ok_or_else(|| format!("`{}` begins nowhere", it.name))?;
        it.end = it
            .end
            .checked_add(start)
            .ok_or_else(|| format!("`{}` ends nowhere", it.name))?;
    }
    Ok(Gguf {
        tensors: found,
        about: json!({ "version": version, "metadata": kept, "metadata_entries": entries }),
    })
}

fn text(cursor: &mut Cursor<'_>, most: u64) -> Result<String, Stop> {
    let length = cursor.number(8)?;
    Ok(String::from_utf8_lossy(cursor.take(length, most)?).into_owned())
}

/// A value of the metadata; null for what is only skipped.
fn value(cursor: &mut Cursor<'_>, kind: u64, depth: usize) -> Result<Json, Stop> {
    Ok(match kind {
        0 => json!(cursor.number(1)?),
        1 => json!((cursor.number(1)? as u8).cast_signed()),
        2 => json!(cursor.number(2)?),
        3 => json!((cursor.number(2)? as u16).cast_signed()),
        4 => json!(cursor.number(4)?),
        5 => json!((cursor.number(4)? as u32).cast_signed()),
        6 => json!(f32::from_bits(cursor.number(4)? as u32)),
        7 => json!(cursor.number(1)? != 0),
        8 => {
            // Templates of a chat have kilobytes: their start will do.
            let length = cursor.number(8)?;
            let start = cursor.take(length.min(KEPT_TEXT), KEPT_TEXT)?;
            let start = String::from_utf8_lossy(start).into_owned();
            cursor.skip(length.saturating_sub(KEPT_TEXT))?;
            json!(start)
        }
        9 => return array(cursor, depth),
        10 => json!(cursor.number(8)?),
        11 => json!(cursor.number(8)?.cast_signed()),
        12 => json!(f64::from_bits(cursor.number(8)?)),
        other => return Err(format!("a metadata entry of type {other}, where 0 to 12 are known").into()),
    })
}

fn array(cursor: &mut Cursor<'_>, depth: usize) -> Result<Json, Stop> {
    if depth >= MAX_DEPTH {
        return Err("its metadata nest too deeply".into());
    }
    let (kind, length) = (cursor.number(4)?, cursor.number(8)?);
    // No element takes less than a byte, so a length that lies ends with the file.
    if length > cursor.left() {
        return Err(format!("a metadata array of {length} elements in {} bytes", cursor.left()).into());
    }
    match kind {
        0 | 1 | 7 => cursor.skip(length)?,
        2 | 3 => cursor.skip(length.saturating_mul(2))?,
        4..=6 => cursor.skip(length.saturating_mul(4))?,
        10..=12 => cursor.skip(length.saturating_mul(8))?,
        8 => {
            for _ in 0..length {
                let bytes = cursor.number(8)?;
                cursor.skip(bytes)?;
            }
        }
        _ => {
            for _ in 0..length {
                value(cursor, kind, depth + 1)?;
            }
        }
    }
    Ok(json!({ "elements": length }))
}

fn tensor(cursor: &mut Cursor<'_>) -> Result<Tensor, Stop> {
    let name = text(cursor, MAX_NAME)?;
    let dimensions = cursor.number(4)?;
    if dimensions > 8 {
        return Err(format!("`{name}` has {dimensions} dimensions").into());
    }
    let mut shape = Vec::new();
    for _ in 0..dimensions {
        shape.push(cursor.number(8)?);
    }
    // The fastest dimension comes first here.
    shape.reverse();
    let (kind, offset) = (cursor.number(4)?, cursor.number(8)?);
    let elements = shape.iter().try_fold(1_u64, |product, it| product.checked_mul(*it));
    let (dtype, dtype_name, block, bytes) = kind_of(kind);
    let length = elements
        .filter(|it| it.is_multiple_of(block))
        .and_then(|it| (it / block).checked_mul(bytes))
        .ok_or_else(|| format!("`{name}` has a shape {shape:?} that its type {dtype_name} cannot hold"))?;
    Ok(Tensor {
        end: offset
            .checked_add(length)
            .ok_or_else(|| format!("`{name}` ends nowhere"))?,
        begin: offset,
        name,
        dtype,
        dtype_name,
        shape,
        column_major: false,
    })
}

/// A type of ggml: ours, its name, and how many elements make how many bytes.
fn kind_of(kind: u64) -> (Dtype, String, u64, u64) {
    let plain = |dtype: Dtype, name: &str, bytes| (dtype, name.to_owned(), 1, bytes);
    let packed = |name: &str, block, bytes| (Dtype::Unknown, name.to_owned(), block, bytes);
    match kind {
        0 => plain(Dtype::F32, "F32", 4),
        1 => plain(Dtype::F16, "F16", 2),
        24 => plain(Dtype::I8, "I8", 1),
        25 => plain(Dtype::I16, "I16", 2),
        26 => plain(Dtype::I32, "I32", 4),
        27 => plain(Dtype::I64, "I64", 8),
        28 => plain(Dtype::F64, "F64", 8),
        30 => plain(Dtype::Bf16, "BF16", 2),
        2 => packed("Q4_0", 32, 18),
        3 => packed("Q4_1", 32, 20),
        6 => packed("Q5_0", 32, 22),
        7 => packed("Q5_1", 32, 24),
        8 => packed("Q8_0", 32, 34),
        9 => packed("Q8_1", 32, 36),
        10 => packed("Q2_K", 256, 84),
        11 => packed("Q3_K", 256, 110),
        12 => packed("Q4_K", 256, 144),
        13 => packed("Q5_K", 256, 176),
        14 => packed("Q6_K", 256, 210),
        15 => packed("Q8_K", 256, 292),
        16 => packed("IQ2_XXS", 256, 66),
        17 => packed("IQ2_XS", 256, 74),
        18 => packed("IQ3_XXS", 256, 98),
        19 => packed("IQ1_S", 256, 50),
        20 => packed("IQ4_NL", 32, 18),
        21 => packed("IQ3_S", 256, 110),
        22 => packed("IQ2_S", 256, 82),
        23 => packed("IQ4_XS", 256, 136),
        29 => packed("IQ1_M", 256, 56),
        34 => packed("TQ1_0", 256, 54),
        35 => packed("TQ2_0", 256, 66),
        39 => packed("MXFP4", 32, 17),
        // A later version's: its length cannot be told.
        other => (Dtype::Unknown, format!("ggml type {other}"), 1, 0),
    }
}
