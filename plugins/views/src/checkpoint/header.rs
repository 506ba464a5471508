//! The header of a safetensors file: a length, then JSON with one entry per tensor.
//!
//! Format: <https://huggingface.co/docs/safetensors/index>.

use std::fmt;

use serde::{
    Deserializer as _,
    de::{MapAccess, Visitor},
};
use serde_json::Value as Json;

use super::{damage::LayoutProblem, dtype::Dtype};

/// The reference implementation refuses longer headers.
pub const MAX_HEADER: u64 = 100_000_000;

/// Bytes of the length field in front of the header.
pub const LENGTH_FIELD: u64 = 8;

/// One tensor of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Its element type.
    pub dtype: Dtype,
    /// The type as the header spells it.
    pub dtype_name: String,
    /// Its dimensions.
    pub shape: Vec<u64>,
    /// First byte, counted from the start of the data.
    pub begin: u64,
    /// The byte after the last one, counted from the start of the data.
    pub end: u64,
    /// The first dimension runs fastest (Fortran's order): which value belongs to which unit cannot be
    /// told by the rules for the other order.
    pub column_major: bool,
}

impl Tensor {
    /// The number of elements; none on overflow.
    #[must_use]
    pub fn elements(&self) -> Option<u64> {
        self.shape
            .iter()
            .try_fold(1_u64, |product, it| product.checked_mul(*it))
    }

    /// The bytes that shape and type call for; none where the type is unknown or the product
    /// overflows.
    #[must_use]
    pub fn expected_bytes(&self) -> Option<u64> {
        let bits = self.elements()?.checked_mul(self.dtype.bits()?)?;
        bits.is_multiple_of(8).then_some(bits / 8)
    }

    /// The shape as people write it: `[32, 9]`.
    #[must_use]
    pub fn shape_text(&self) -> String {
        let dims: Vec<String> = self.shape.iter().map(u64::to_string).collect();
        format!("[{}]", dims.join(", "))
    }
}

/// A header that could be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The length that the first eight bytes state; 0 in other formats.
    pub length: u64,
    /// The byte at which the data start, from which the tensors' places count.
    pub data: u64,
    /// The tensors in the order of their data.
    pub tensors: Vec<Tensor>,
}

impl Header {
    /// The byte of the file at which the data starts.
    #[must_use]
    pub fn data_start(&self) -> u64 {
        self.data
    }

    /// Tensors whose places count from the start of all bytes.
    pub(crate) fn of(mut tensors: Vec<Tensor>) -> Self {
        tensors.sort_by_key(|it| (it.begin, it.end));
        Self {
            length: 0,
            data: 0,
            tensors,
        }
    }

    /// The tensors with their places moved to where the file begins.
    pub(crate) fn moved(&self, start: u64) -> impl Iterator<Item = Tensor> + '_ {
        let by = start.saturating_add(self.data);
        self.tensors.iter().map(move |it| Tensor {
            begin: it.begin.saturating_add(by),
            end: it.end.saturating_add(by),
            ..it.clone()
        })
    }

    /// The byte of the file at which an element of a tensor stands.
    #[must_use]
    pub fn offset_of(&self, tensor: &Tensor, element: u64) -> u64 {
        let bytes = tensor.dtype.bits().unwrap_or(8) / 8;
        self.data_start()
            .saturating_add(tensor.begin)
            .saturating_add(element.saturating_mul(bytes))
    }

    /// All elements of all tensors.
    #[must_use]
    pub fn parameters(&self) -> u64 {
        self.tensors
            .iter()
            .filter_map(Tensor::elements)
            .fold(0, u64::saturating_add)
    }
}

/// Parses the JSON of a header.
///
/// # Errors
/// What keeps it from being one: the byte within the header, and the parser's words.
pub(crate) fn parse(text: &[u8], length: u64) -> Result<(Header, Vec<LayoutProblem>), (u64, String)> {
    if text.first() != Some(&b'{') {
        return Err((0, "expected `{`".to_owned()));
    }
    let mut reader = serde_json::Deserializer::from_slice(text);
    let entries = reader
        .deserialize_map(Entries)
        .map_err(|error| position(text, &error))?;
    reader.end().map_err(|error| position(text, &error))?;
    let mut header = Header {
        length,
        data: LENGTH_FIELD.saturating_add(length),
        tensors: entries.tensors,
    };
    header.tensors.sort_by_key(|it| (it.begin, it.end));
    Ok((header, entries.problems))
}

fn position(text: &[u8], error: &serde_json::Error) -> (u64, String) {
    let before: usize = text
        .split(|it| *it == b'\n')
        .take(error.line().saturating_sub(1))
        .map(|it| it.len() + 1)
        .sum();
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or_default().to_owned();
    ((before + error.column().saturating_sub(1)) as u64, words)
}

#[derive(Default)]
struct EntryList {
    tensors: Vec<Tensor>,
    problems: Vec<LayoutProblem>,
}

/// Reads the entries one by one, so that a long header never exists as a JSON tree.
struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = EntryList;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EntryList, A::Error> {
        let mut list = EntryList::default();
        let mut seen = std::collections::HashSet::new();
        while let Some((name, entry)) = map.next_entry::<String, Json>()? {
            if name == "__metadata__" {
                continue;
            }
            if !seen.insert(name.clone()) {
                list.problems.push(LayoutProblem::Duplicate { tensor: name });
                continue;
            }
            match tensor(&name, &entry) {
                Some(tensor) => list.tensors.push(tensor),
                None => list.problems.push(LayoutProblem::Malformed { tensor: name }),
            }
        }
        Ok(list)
    }
}

fn tensor(name: &str, entry: &Json) -> Option<Tensor> {
    let dtype_name = entry.get("dtype")?.as_str()?.to_owned();
    let shape = entry
        .get("shape")?
        .as_array()?
        .iter()
        .map(Json::as_u64)
        .collect::<Option<Vec<_>>>()?;
    let offsets = entry.get("data_offsets")?.as_array()?;
    let [begin, end] = offsets.as_slice() else { return None };
    let known = dtype_name
        .bytes()
        .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_');
    if dtype_name.is_empty() || !known {
        return None;
    }
    Some(Tensor {
        name: name.to_owned(),
        dtype: Dtype::of(&dtype_name),
        dtype_name,
        shape,
        begin: begin.as_u64()?,
        end: end.as_u64()?,
        column_major: false,
    })
}
