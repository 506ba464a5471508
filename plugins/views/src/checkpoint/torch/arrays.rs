//! Arrays of NumPy in a pickle: as joblib writes them, their values following in the stream, and as
//! pickle itself does, their values as bytes.
//!
//! Format: <https://github.com/joblib/joblib/blob/main/joblib/numpy_pickle.py>; `_reconstruct` and
//! `_frombuffer` of NumPy.

use super::pickle::{Id, Node, Pickle};
use crate::checkpoint::{dtype::Dtype, numpy};

/// An array whose values stand in the file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    pub dtype: Dtype,
    pub dtype_name: String,
    pub shape: Vec<u64>,
    pub column_major: bool,
    pub at: u64,
    pub bytes: u64,
}

/// What joblib says of an array before its values.
pub(crate) struct Described {
    place: Place,
    pub bytes: u64,
    pub is_object: bool,
    pub is_aligned: bool,
}

impl Described {
    pub(crate) fn at(self, at: u64) -> Place {
        Place { at, ..self.place }
    }
}

pub(crate) fn is_wrapper(pickle: &Pickle, id: Id) -> bool {
    called(pickle, id).is_some_and(|it| it.ends_with("numpy_pickle.NumpyArrayWrapper"))
}

/// The name of what a node is a call of.
fn called(pickle: &Pickle, id: Id) -> Option<&str> {
    match pickle.nodes.get(id)? {
        Node::Call { callable, .. } => match pickle.nodes.get(*callable)? {
            Node::Global(place) => pickle.globals.get(*place).map(String::as_str),
            _ => None,
        },
        _ => None,
    }
}

fn tuple(pickle: &Pickle, id: Id) -> Option<&[Id]> {
    match pickle.nodes.get(id)? {
        Node::Tuple(items) => Some(items),
        _ => None,
    }
}

fn text(pickle: &Pickle, id: Id) -> Option<&str> {
    match pickle.nodes.get(id)? {
        Node::Text(text) => Some(text),
        _ => None,
    }
}

fn number(pickle: &Pickle, id: Id) -> Option<i64> {
    match pickle.nodes.get(id)? {
        Node::Int(number) => Some(*number),
        _ => None,
    }
}

fn shape(pickle: &Pickle, id: Id) -> Option<Vec<u64>> {
    let items = tuple(pickle, id)?.iter();
    items
        .map(|it| number(pickle, *it).and_then(|it| u64::try_from(it).ok()))
        .collect()
}

/// The state that an object is given after it was made.
fn state(pickle: &Pickle, id: Id) -> Option<Id> {
    match pickle.nodes.get(id)? {
        Node::Call { state, .. } => *state,
        _ => None,
    }
}

fn member(pickle: &Pickle, id: Id, name: &str) -> Option<Id> {
    let Node::Dict(items) = pickle.nodes.get(id)? else {
        return None;
    };
    let found = items.iter().find(|(key, _)| text(pickle, *key) == Some(name))?;
    Some(found.1)
}

/// A type as NumPy spells it: `<f8`.
fn dtype(pickle: &Pickle, id: Id) -> Option<String> {
    if called(pickle, id)? != "numpy.dtype" {
        return None;
    }
    let Node::Call { args, .. } = pickle.nodes.get(id)? else {
        return None;
    };
    let name = text(pickle, *tuple(pickle, *args)?.first()?)?;
    // (version, order, ...)
    let order = state(pickle, id)
        .and_then(|it| tuple(pickle, it)?.get(1).copied())
        .and_then(|it| text(pickle, it));
    Some(match order {
        Some(order @ ("<" | ">" | "|")) => format!("{order}{name}"),
        _ => format!("<{name}"),
    })
}

pub(crate) fn described(pickle: &Pickle, wrapper: Id) -> Option<Described> {
    let state = state(pickle, wrapper)?;
    let dtype_name = dtype(pickle, member(pickle, state, "dtype")?)?;
    let shape = shape(pickle, member(pickle, state, "shape")?)?;
    let order = member(pickle, state, "order").and_then(|it| text(pickle, it));
    let alignment = member(pickle, state, "numpy_array_alignment_bytes").and_then(|it| number(pickle, it));
    let (dtype, width) = numpy::element(&dtype_name);
    let is_object = dtype_name.contains('O');
    let elements = shape.iter().try_fold(1_u64, |product, it| product.checked_mul(*it))?;
    let bytes = elements.checked_mul(if is_object { 0 } else { width? })?;
    Some(Described {
        place: Place {
            dtype,
            dtype_name,
            column_major: order == Some("F") && shape.len() > 1,
            shape,
            at: 0,
            bytes,
        },
        bytes,
        is_object,
        is_aligned: alignment.is_some(),
    })
}

/// The array that a node stands for.
pub(crate) fn of(pickle: &Pickle, id: Id) -> Option<Place> {
    if let Some(place) = pickle.arrays.get(&id) {
        return Some(place.clone());
    }
    let name = called(pickle, id)?;
    let (dtype_id, shape_id, column_major, bytes_id) = if name.ends_with("multiarray._reconstruct") {
        let [_, shape, dtype, order, bytes] = tuple(pickle, state(pickle, id)?)? else {
            return None;
        };
        (*dtype, *shape, number(pickle, *order) == Some(1), *bytes)
    } else if name.ends_with("numeric._frombuffer") {
        let Node::Call { args, .. } = pickle.nodes.get(id)? else {
            return None;
        };
        let [bytes, dtype, shape, order] = tuple(pickle, *args)? else {
            return None;
        };
        (*dtype, *shape, text(pickle, *order) == Some("F"), *bytes)
    } else {
        return None;
    };
    let Node::Bytes { at, length } = pickle.nodes.get(bytes_id)? else {
        return None;
    };
    let dtype_name = dtype(pickle, dtype_id)?;
    let shape = shape(pickle, shape_id)?;
    let (dtype, width) = numpy::element(&dtype_name);
    let elements = shape.iter().try_fold(1_u64, |product, it| product.checked_mul(*it))?;
    (elements.checked_mul(width?)? == *length).then_some(Place {
        dtype,
        dtype_name,
        column_major: column_major && shape.len() > 1,
        shape,
        at: *at,
        bytes: *length,
    })
}
