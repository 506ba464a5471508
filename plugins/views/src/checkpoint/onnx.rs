//! ONNX: a protobuf message with a graph, whose initialisers are the weights; their values stand in
//! the file or in files beside it.
//!
//! Format: <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>. The few fields that are needed
//! are read by hand: a general reader would build the whole message, weights included, in memory.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{
    cursor::{Cursor, Stop},
    dtype::Dtype,
    header::Tensor,
    zip::is_outside,
};

/// Initialisers and nodes of one graph.
const MAX_ITEMS: usize = 500_000;
/// A name, a key, a path.
const MAX_TEXT: u64 = 4096;
/// Dimensions of one tensor.
const MAX_DIMENSIONS: usize = 64;
/// Files that are said to be missing.
pub(crate) const MOST_NOTES: usize = 8;
/// Names of operators and of files that are kept.
const KEPT: usize = 200;

/// What a file holds.
#[derive(Default)]
pub(crate) struct Onnx {
    /// Tensors whose values stand in the file.
    pub tensors: Vec<Tensor>,
    /// Tensors whose values stand elsewhere: the file, and the range in it. `end` is 0 where it is
    /// the whole rest.
    pub external: Vec<(String, Tensor)>,
    /// Tensors whose values are written one by one, in a form that is not decoded.
    pub undecoded: usize,
    /// Files that lie outside the model's folder, as the model names them.
    pub outside: Vec<String>,
    pub about: About,
}

#[derive(Default)]
pub(crate) struct About {
    ir_version: u64,
    producer: String,
    opsets: BTreeMap<String, u64>,
    operators: BTreeMap<String, u64>,
    nodes: u64,
}

impl About {
    pub(crate) fn json(&self) -> Json {
        json!({ "ir_version": self.ir_version, "producer": self.producer, "opsets": self.opsets,
            "nodes": self.nodes, "operators": self.operators })
    }
}

enum Value {
    Number(u64),
    /// The range of a field with a length.
    Range(u64, u64),
}

/// The next field of a message that ends at `end`.
fn field(cursor: &mut Cursor<'_>, end: u64) -> Result<Option<(u64, Value)>, Stop> {
    if cursor.at() >= end {
        return Ok(None);
    }
    let key = varint(cursor)?;
    let value = match key & 7 {
        0 => Value::Number(varint(cursor)?),
        1 => Value::Number(cursor.number(8)?),
        2 => {
            let length = varint(cursor)?;
            let start = cursor.at();
            let last = start.checked_add(length).filter(|it| *it <= end);
            let last = last.ok_or_else(|| format!("a field of {length} bytes at byte {start}, beyond its message"))?;
            cursor.skip(length)?;
            Value::Range(start, last)
        }
        5 => Value::Number(cursor.number(4)?),
        other => return Err(format!("no wire type {other} (byte {})", cursor.at()).into()),
    };
    if cursor.at() > end {
        return Err("a field beyond its message".into());
    }
    Ok(Some((key >> 3, value)))
}

fn varint(cursor: &mut Cursor<'_>) -> Result<u64, Stop> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = cursor.byte()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err("a number of more than ten bytes".into())
}

/// Reads a whole model. `at` makes a cursor for a range of the file.
pub(crate) fn read<'a>(at: impl Fn(u64, u64) -> Cursor<'a>, size: u64) -> Result<Onnx, Stop> {
    let mut onnx = Onnx::default();
    let mut cursor = at(0, size);
    let mut graphs = 0;
    while let Some((number, value)) = field(&mut cursor, size)? {
        match (number, value) {
            (1, Value::Number(version)) => onnx.about.ir_version = version,
            (2, Value::Range(start, end)) => onnx.about.producer = text(&mut at(start, end), start, end)?,
            (7, Value::Range(start, end)) => {
                graphs += 1;
                graph(&at, start, end, &mut onnx)?;
            }
            (8, Value::Range(start, end)) => opset(&mut at(start, end), end, &mut onnx.about)?,
            _ => {}
        }
    }
    if graphs == 0 {
        return Err("it holds no graph".into());
    }
    Ok(onnx)
}

fn text(cursor: &mut Cursor<'_>, start: u64, end: u64) -> Result<String, Stop> {
    let length = (end - start).min(MAX_TEXT);
    Ok(String::from_utf8_lossy(cursor.take(length, MAX_TEXT)?).into_owned())
}

fn opset(cursor: &mut Cursor<'_>, end: u64, about: &mut About) -> Result<(), Stop> {
    let (mut domain, mut version) = (String::new(), 0);
    while let Some((number, value)) = field(cursor, end)? {
        match (number, value) {
            (1, Value::Range(start, last)) => domain = sub_text(cursor, start, last)?,
            (2, Value::Number(it)) => version = it,
            _ => {}
        }
    }
    if about.opsets.len() < KEPT {
        about.opsets.insert(domain, version);
    }
    Ok(())
}

/// A text that was just skipped.
fn sub_text(cursor: &mut Cursor<'_>, start: u64, end: u64) -> Result<String, Stop> {
    let back = cursor.at();
    cursor.seek(start);
    let found = text(cursor, start, end);
    cursor.seek(back);
    found
}

fn graph<'a>(at: &impl Fn(u64, u64) -> Cursor<'a>, start: u64, end: u64, onnx: &mut Onnx) -> Result<(), Stop> {
    let mut cursor = at(start, end);
    let mut items = 0;
    let mut names = BTreeSet::new();
    while let Some((number, value)) = field(&mut cursor, end)? {
        let Value::Range(first, last) = value else { continue };
        if !matches!(number, 1 | 5) {
            continue;
        }
        items += 1;
        if items > MAX_ITEMS {
            return Err(format!("more than {MAX_ITEMS} nodes and initialisers").into());
        }
        let back = cursor.at();
        cursor.seek(first);
        if number == 1 {
            node(&mut cursor, last, &mut onnx.about)?;
        } else {
            let name = initialiser(&mut cursor, last, onnx)?;
            if !name.is_empty() && !names.insert(name.clone()) {
                return Err(format!("the initialiser `{name}` occurs twice").into());
            }
        }
        cursor.seek(back);
    }
    Ok(())
}

fn node(cursor: &mut Cursor<'_>, end: u64, about: &mut About) -> Result<(), Stop> {
    about.nodes += 1;
    while let Some((number, value)) = field(cursor, end)? {
        if let (4, Value::Range(start, last)) = (number, value) {
            let operator = sub_text(cursor, start, last)?;
            if about.operators.len() < KEPT || about.operators.contains_key(&operator) {
                *about.operators.entry(operator).or_default() += 1;
            }
        }
    }
    Ok(())
}

#[derive(Default)]
struct External {
    location: String,
    offset: u64,
    length: Option<u64>,
}

fn initialiser(cursor: &mut Cursor<'_>, end: u64, onnx: &mut Onnx) -> Result<String, Stop> {
    let (mut name, mut kind, mut shape) = (String::new(), 0, Vec::new());
    let (mut raw, mut floats, mut doubles, mut is_external) = (None, None, None, false);
    let mut external = External::default();
    let mut others = false;
    while let Some((number, value)) = field(cursor, end)? {
        match (number, value) {
            (1, Value::Number(size)) => shape.push(size),
            (1, Value::Range(start, last)) => {
                let back = cursor.at();
                cursor.seek(start);
                while cursor.at() < last && shape.len() <= MAX_DIMENSIONS {
                    shape.push(varint(cursor)?);
                }
                cursor.seek(back);
            }
            (2, Value::Number(it)) => kind = it,
            (4, Value::Range(start, last)) => floats = Some((start, last)),
            (8, Value::Range(start, last)) => name = sub_text(cursor, start, last)?,
            (9, Value::Range(start, last)) => raw = Some((start, last)),
            (10, Value::Range(start, last)) => doubles = Some((start, last)),
            (13, Value::Range(start, last)) => {
                let back = cursor.at();
                cursor.seek(start);
                entry(cursor, last, &mut external)?;
                cursor.seek(back);
            }
            (14, Value::Number(place)) => is_external = place == 1,
            (4..=7 | 10 | 11, _) => others = true,
            _ => {}
        }
        if shape.len() > MAX_DIMENSIONS {
            return Err(format!("`{name}` has more than {MAX_DIMENSIONS} dimensions").into());
        }
    }
    let (dtype, dtype_name) = element(kind);
    let mut tensor = Tensor {
        name,
        dtype,
        dtype_name: dtype_name.to_owned(),
        shape,
        begin: 0,
        end: 0,
        column_major: false,
    };
    let name = tensor.name.clone();
    let expected = tensor.expected_bytes();
    let is_complete = |length: u64| expected.is_none_or(|it| it == length);
    if is_external {
        if is_outside(&external.location) {
            if onnx.outside.len() < KEPT && !onnx.outside.contains(&external.location) {
                onnx.outside.push(external.location);
            }
            return Ok(name);
        }
        let length = external.length.or(expected).unwrap_or(0);
        if !is_complete(length) {
            return Err(wrong_length(&tensor, length));
        }
        tensor.begin = external.offset;
        let last = external.offset.checked_add(length);
        tensor.end = last.ok_or_else(|| format!("`{name}` ends nowhere"))?;
        onnx.external.push((external.location, tensor));
        return Ok(name);
    }
    let values = match dtype {
        Dtype::F32 => raw.or(floats),
        Dtype::F64 => raw.or(doubles),
        _ => raw,
    };
    match values {
        Some((start, last)) if is_complete(last - start) => {
            (tensor.begin, tensor.end) = (start, last);
            onnx.tensors.push(tensor);
        }
        Some((start, last)) => return Err(wrong_length(&tensor, last - start)),
        None if others || expected == Some(0) => onnx.undecoded += usize::from(others),
        None if expected.is_none() => onnx.undecoded += 1,
        None => return Err(wrong_length(&tensor, 0)),
    }
    Ok(name)
}

fn wrong_length(tensor: &Tensor, found: u64) -> Stop {
    format!(
        "`{}` is {} {}, but its values take {found} bytes",
        tensor.name,
        tensor.dtype_name,
        tensor.shape_text()
    )
    .into()
}

/// `location`, `offset` or `length` of external data.
fn entry(cursor: &mut Cursor<'_>, end: u64, external: &mut External) -> Result<(), Stop> {
    let (mut key, mut value) = (String::new(), String::new());
    while let Some((number, found)) = field(cursor, end)? {
        match (number, found) {
            (1, Value::Range(start, last)) => key = sub_text(cursor, start, last)?,
            (2, Value::Range(start, last)) => value = sub_text(cursor, start, last)?,
            _ => {}
        }
    }
    let number = || {
        value
            .parse()
            .map_err(|_| Stop::from(format!("external data with a {key} of {value:?}")))
    };
    match key.as_str() {
        "location" => external.location.clone_from(&value),
        "offset" => external.offset = number()?,
        "length" => external.length = Some(number()?),
        _ => {}
    }
    Ok(())
}

fn element(kind: u64) -> (Dtype, &'static str) {
    match kind {
        1 => (Dtype::F32, "F32"),
        2 => (Dtype::U8, "U8"),
        3 => (Dtype::I8, "I8"),
        4 => (Dtype::U16, "U16"),
        5 => (Dtype::I16, "I16"),
        6 => (Dtype::I32, "I32"),
        7 => (Dtype::I64, "I64"),
        8 => (Dtype::Unknown, "STRING"),
        9 => (Dtype::Bool, "BOOL"),
        10 => (Dtype::F16, "F16"),
        11 => (Dtype::F64, "F64"),
        12 => (Dtype::U32, "U32"),
        13 => (Dtype::U64, "U64"),
        14 => (Dtype::C64, "C64"),
        15 => (Dtype::Unknown, "C128"),
        16 => (Dtype::Bf16, "BF16"),
        17..=20 => (Dtype::F8, "F8"),
        21 | 22 => (Dtype::Unknown, "INT4"),
        23 => (Dtype::Unknown, "F4"),
        _ => (Dtype::Unknown, "?"),
    }
}
