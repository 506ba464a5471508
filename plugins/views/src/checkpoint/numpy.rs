//! NumPy's `.npy`: a magic number, a version, and a Python literal with type, order and shape.
//!
//! Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use super::{
    cursor::{Cursor, Stop},
    dtype::Dtype,
};

/// What an array begins with.
pub(crate) const MAGIC: &[u8] = b"\x93NUMPY";
/// The longest header; NumPy itself refuses more than 10,000 bytes unless told otherwise.
const MAX_HEADER: u64 = 64 << 10;
/// Dimensions of one array; NumPy's own limit.
const MAX_DIMENSIONS: usize = 64;

/// What a header says of its array.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Array {
    pub dtype: Dtype,
    /// As NumPy spells it: `<f4`.
    pub dtype_name: String,
    pub shape: Vec<u64>,
    pub column_major: bool,
    /// Elements are Python objects: a pickle follows.
    pub is_pickle: bool,
    /// Bytes of the values; none where they cannot be told.
    pub bytes: Option<u64>,
}

/// Reads a header. The cursor then stands at the first value.
pub(crate) fn header(cursor: &mut Cursor<'_>) -> Result<Array, Stop> {
    if cursor.take(MAGIC.len() as u64, MAGIC.len() as u64)? != MAGIC {
        return Err("it does not begin as an array of NumPy".into());
    }
    let major = cursor.byte()?;
    cursor.byte()?;
    let length = match major {
        1 => cursor.number(2)?,
        2 | 3 => cursor.number(4)?,
        other => return Err(format!("version {other} of the format, where 1 to 3 are known").into()),
    };
    let text = String::from_utf8_lossy(cursor.take(length, MAX_HEADER)?).into_owned();
    let descr = member(&text, "descr").ok_or("its header has no `descr`")?;
    let dtype_name = quoted(descr).unwrap_or_else(|| descr.chars().take(80).collect());
    let column_major = match member(&text, "fortran_order").map(str::trim_start) {
        Some(it) if it.starts_with("True") => true,
        Some(it) if it.starts_with("False") => false,
        _ => return Err("its header has no `fortran_order`".into()),
    };
    let shape = shape(member(&text, "shape").ok_or("its header has no `shape`")?)?;
    let (dtype, width) = element(&dtype_name);
    let elements = shape.iter().try_fold(1_u64, |product, it| product.checked_mul(*it));
    let elements = elements.ok_or_else(|| format!("a shape of more elements than there can be: {shape:?}"))?;
    Ok(Array {
        dtype,
        column_major: column_major && shape.len() > 1,
        shape,
        is_pickle: holds_objects(descr, &dtype_name),
        bytes: width.and_then(|it| elements.checked_mul(it)),
        dtype_name,
    })
}

/// Whether elements, or fields of them, are Python objects. The types of fields stand in a list as quoted
/// texts, names of fields among them: only a type is `O` with nothing but its order and size around it.
fn holds_objects(descr: &str, name: &str) -> bool {
    let is_object = |it: &str| {
        let letter = it.trim_start_matches(['<', '>', '|', '=', '!', '@', '^']);
        // A shape may stand before it: `(2,)O`, `2O`.
        let letter = letter.rsplit([')', ' ']).next().unwrap_or_default();
        let letter = letter.trim_matches(|it: char| it.is_ascii_digit());
        letter == "O" || letter == "object"
    };
    if !descr.trim_start().starts_with(['[', '(', '{']) {
        return is_object(name) || name.split(',').any(is_object);
    }
    let pieces: Vec<&str> = descr.split(['\'', '"']).collect();
    let quoted = pieces
        .chunks_exact(2)
        .filter_map(|it| Some((*it.first()?, *it.get(1)?)));
    // A name follows a bracket, its type a comma; a type with a shape stands in a tuple of its own. The other
    // keys of the header may follow.
    let fields = quoted.take_while(|(_, it)| *it != "fortran_order" && *it != "shape");
    let is_type = |place: usize, before: &str| before.trim_end().ends_with(',') || (place == 0 && before.trim() == "(");
    fields
        .enumerate()
        .any(|(place, (before, it))| is_type(place, before) && is_object(it))
}

/// What stands behind a key of a Python literal.
fn member<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let after = [format!("'{key}'"), format!("\"{key}\"")]
        .iter()
        .find_map(|it| text.split_once(it.as_str()))?
        .1;
    after.trim_start().strip_prefix(':')
}

fn quoted(text: &str) -> Option<String> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|it| matches!(it, '\'' | '"'))?;
    text.get(1..)?.split_once(quote).map(|(inside, _)| inside.to_owned())
}

fn shape(text: &str) -> Result<Vec<u64>, Stop> {
    let inside = text
        .trim_start()
        .strip_prefix('(')
        .and_then(|it| it.split_once(')'))
        .ok_or("its shape is no tuple")?
        .0;
    let numbers: Option<Vec<u64>> = inside
        .split(',')
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .map(|it| it.trim_end_matches('L').parse().ok())
        .collect();
    let numbers = numbers.ok_or_else(|| format!("its shape holds something else than numbers: ({inside})"))?;
    if numbers.len() > MAX_DIMENSIONS {
        return Err(format!("a shape of {} dimensions", numbers.len()).into());
    }
    Ok(numbers)
}

/// A type as NumPy spells it (`<f4`, `|u1`, `<U12`), with the bytes of one element. What is not
/// little-endian is named and not decoded.
pub(crate) fn element(name: &str) -> (Dtype, Option<u64>) {
    let (order, kind) = match name.chars().next() {
        Some('<' | '>' | '|' | '=') => name.split_at(1),
        _ => ("<", name),
    };
    let (Some(letter), Some(digits)) = (kind.chars().next(), kind.get(1..)) else {
        return (Dtype::Unknown, None);
    };
    let size: Option<u64> = digits.split('[').next().and_then(|it| it.parse().ok());
    let bytes = match letter {
        'U' => size.and_then(|it| it.checked_mul(4)),
        'b' | 'i' | 'u' | 'f' | 'c' | 'S' | 'V' | 'm' | 'M' => size,
        _ => None,
    };
    let dtype = match (letter, size) {
        ('b', Some(1)) => Dtype::Bool,
        ('i', Some(1)) => Dtype::I8,
        ('u', Some(1)) => Dtype::U8,
        _ if order == ">" => Dtype::Unknown,
        ('i', Some(2)) => Dtype::I16,
        ('i', Some(4)) => Dtype::I32,
        ('i', Some(8)) => Dtype::I64,
        ('u', Some(2)) => Dtype::U16,
        ('u', Some(4)) => Dtype::U32,
        ('u', Some(8)) => Dtype::U64,
        ('f', Some(2)) => Dtype::F16,
        ('f', Some(4)) => Dtype::F32,
        ('f', Some(8)) => Dtype::F64,
        ('c', Some(8)) => Dtype::C64,
        _ => Dtype::Unknown,
    };
    (dtype, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_told_from_fields_of_that_name() {
        for descr in [
            "'|O', 'fortran_order': False",
            "'O8'",
            "[('a', '<f4'), ('b', '|O')], 'shape': (1,)",
            "[('a', [('b', 'O')])]",
            "[('a', '(2,)O')]",
            "('|O', (2,))",
            "[('a', '|O', (3,))]",
        ] {
            let name = quoted(descr).unwrap_or_default();
            assert!(holds_objects(descr, &name), "{descr}");
        }
        for descr in [
            "'<f4'",
            "[('O', '<f4'), ('Output', '<i8')], 'shape': (1,)",
            "'<U12'",
            "[('a', '|V8')]",
        ] {
            let name = quoted(descr).unwrap_or_default();
            assert!(!holds_objects(descr, &name), "{descr}");
        }
    }
}
