//! The tensors that a pickle of PyTorch refers to.
//!
//! Format: a call of `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, ...)`, the
//! storage a persistent id `("storage", torch.FloatStorage, key, location, elements)`:
//! <https://github.com/pytorch/pytorch/blob/main/torch/_utils.py>.

use super::{
    arrays,
    pickle::{Id, Node, Pickle},
};

/// Containers within containers: `state_dict` of a wrapped module of a wrapped module.
const MAX_DEPTH: usize = 16;
/// Values that are looked at; one that occurs twice counts twice.
const MAX_VISITS: usize = 400_000;

/// Members that hold the weights, where there are others beside them.
pub(super) const WEIGHTS: [&str; 5] = ["state_dict", "model_state_dict", "model_state", "model", "net"];
/// Members that hold tensors of something else.
const OTHERS: [&str; 6] = ["optimizer", "lr_scheduler", "scheduler", "callbacks", "loops", "rng"];
/// What a learner fits by gradients or by solving: these are weights, which have to be finite. Of the
/// other arrays of a learner (thresholds of trees, results of a search) many hold NaN on purpose.
const COEFFICIENTS: [&str; 4] = ["coef_", "intercept_", "coefs_", "intercepts_"];
/// Members of a pickled module that say nothing in a name.
const SILENT: [&str; 3] = ["_parameters", "_buffers", "_modules"];

/// All arrays of NumPy in a pickle that are weights, and how many others there are.
pub(crate) fn coefficients(pickle: &Pickle) -> (Vec<(String, arrays::Place)>, usize) {
    let Some(root) = pickle.root else {
        return (Vec::new(), 0);
    };
    let (mut found, mut others, mut visits) = (Vec::new(), 0, 0);
    let mut waiting = vec![(root, String::new(), 0)];
    while let Some((id, path, depth)) = waiting.pop() {
        visits += 1;
        if visits > MAX_VISITS {
            break;
        }
        if let Some(place) = arrays::of(pickle, id) {
            if is_coefficient(&path) {
                found.push((path, place));
            } else {
                others += 1;
            }
        } else if depth < MAX_DEPTH {
            for (key, value) in members(pickle, id) {
                let path = if path.is_empty() { key } else { format!("{path}.{key}") };
                waiting.push((value, path, depth + 1));
            }
        }
    }
    (found, others)
}

/// Whether a path within a learner names something that it fitted as weights.
pub(crate) fn is_coefficient(path: &str) -> bool {
    path.split('.').any(|it| COEFFICIENTS.contains(&it))
}

/// A tensor, not yet found in the file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub name: String,
    /// As safetensors spells it.
    pub dtype: &'static str,
    /// Bytes of one element.
    pub width: u64,
    pub storage: String,
    /// In elements.
    pub offset: u64,
    pub shape: Vec<u64>,
    /// Its elements stand one after the other in the order of its shape.
    pub is_contiguous: bool,
}

/// All tensors of the model in a pickle.
pub(crate) fn collect(pickle: &Pickle) -> Vec<Stored> {
    let Some(root) = pickle.root else { return Vec::new() };
    let start = WEIGHTS
        .iter()
        .find_map(|name| members(pickle, root).into_iter().find(|(key, _)| key == name))
        .map_or(root, |(_, value)| value);
    let mut found = Vec::new();
    let mut waiting = vec![(start, String::new(), 0)];
    let mut visits = 0;
    while let Some((id, path, depth)) = waiting.pop() {
        visits += 1;
        if visits > MAX_VISITS {
            break;
        }
        if let Some(mut tensor) = tensor(pickle, id, 0) {
            tensor.name = path;
            found.push(tensor);
            continue;
        }
        if depth >= MAX_DEPTH {
            continue;
        }
        for (key, value) in members(pickle, id) {
            if OTHERS.iter().any(|it| key.starts_with(it)) {
                continue;
            }
            let path = match (path.is_empty(), SILENT.contains(&key.as_str())) {
                (_, true) => path.clone(),
                (true, false) => key,
                (false, false) => format!("{path}.{key}"),
            };
            waiting.push((value, path, depth + 1));
        }
    }
    found
}

/// What a container holds, by name.
fn members(pickle: &Pickle, id: Id) -> Vec<(String, Id)> {
    let named = |items: &[(Id, Id)]| {
        let key = |id: Id| match pickle.nodes.get(id)? {
            Node::Text(text) => Some(text.clone()),
            Node::Int(number) => Some(number.to_string()),
            _ => None,
        };
        items
            .iter()
            .filter_map(|(k, v)| Some((key(*k)?, *v)))
            .collect::<Vec<_>>()
    };
    match pickle.nodes.get(id) {
        Some(Node::Dict(items)) => named(items),
        Some(Node::Tuple(items) | Node::List(items)) => items
            .iter()
            .enumerate()
            .map(|(index, it)| (index.to_string(), *it))
            .collect(),
        Some(Node::Call { items, state, .. }) => {
            let mut all = named(items);
            if let Some(Node::Dict(state)) = state.and_then(|it| pickle.nodes.get(it)) {
                all.extend(named(state));
            }
            all
        }
        _ => Vec::new(),
    }
}

/// Whether a value is a tensor, or a parameter.
pub(super) fn is_tensor(pickle: &Pickle, id: Id) -> bool {
    tensor(pickle, id, 0).is_some()
}

fn tensor(pickle: &Pickle, id: Id, depth: usize) -> Option<Stored> {
    let Node::Call { callable, args, .. } = pickle.nodes.get(id)? else {
        return None;
    };
    let name = global(pickle, *callable)?;
    let args = tuple(pickle, *args)?;
    match name.strip_prefix("torch._utils.")? {
        "_rebuild_tensor_v2" | "_rebuild_tensor" => rebuilt(pickle, args, None),
        // Types without a storage of their own are named as the seventh argument.
        "_rebuild_tensor_v3" => rebuilt(pickle, args, Some(global(pickle, *args.get(6)?)?)),
        "_rebuild_parameter" | "_rebuild_parameter_with_state" if depth < 4 => {
            tensor(pickle, *args.first()?, depth + 1)
        }
        _ => None,
    }
}

fn rebuilt(pickle: &Pickle, args: &[Id], named: Option<&str>) -> Option<Stored> {
    let Node::Persistent(storage) = pickle.nodes.get(*args.first()?)? else {
        return None;
    };
    let storage = tuple(pickle, *storage)?;
    let (dtype, width) = match named {
        Some(name) => named_dtype(name)?,
        None => dtype(global(pickle, *storage.get(1)?)?)?,
    };
    let Node::Text(key) = pickle.nodes.get(*storage.get(2)?)? else {
        return None;
    };
    let shape = numbers(pickle, *args.get(2)?)?;
    let strides = numbers(pickle, *args.get(3)?)?;
    Some(Stored {
        name: String::new(),
        dtype,
        width,
        storage: key.clone(),
        offset: number(pickle, *args.get(1)?)?,
        is_contiguous: is_contiguous(&shape, &strides),
        shape,
    })
}

/// Row after row, without gaps. The stride of a dimension of one element says nothing.
fn is_contiguous(shape: &[u64], strides: &[u64]) -> bool {
    let mut expected = 1_u64;
    shape.len() == strides.len()
        && shape.iter().zip(strides).rev().all(|(size, stride)| {
            let right = *size <= 1 || *stride == expected;
            expected = expected.saturating_mul(*size);
            right
        })
}

fn dtype(storage: &str) -> Option<(&'static str, u64)> {
    Some(
        match storage
            .strip_prefix("torch.")
            .and_then(|it| it.strip_suffix("Storage"))?
        {
            "Float" => ("F32", 4),
            "Double" => ("F64", 8),
            "Half" => ("F16", 2),
            "BFloat16" => ("BF16", 2),
            "Long" => ("I64", 8),
            "Int" => ("I32", 4),
            "Short" => ("I16", 2),
            "Char" => ("I8", 1),
            "Byte" => ("U8", 1),
            "Bool" => ("BOOL", 1),
            _ => return None,
        },
    )
}

/// A type by its own name: `torch.uint16`.
fn named_dtype(name: &str) -> Option<(&'static str, u64)> {
    Some(match name.strip_prefix("torch.")? {
        "float32" => ("F32", 4),
        "float64" => ("F64", 8),
        "float16" => ("F16", 2),
        "bfloat16" => ("BF16", 2),
        "int64" => ("I64", 8),
        "int32" => ("I32", 4),
        "int16" => ("I16", 2),
        "int8" => ("I8", 1),
        "uint8" => ("U8", 1),
        "uint16" => ("U16", 2),
        "uint32" => ("U32", 4),
        "uint64" => ("U64", 8),
        "bool" => ("BOOL", 1),
        it if it.starts_with("float8_") => ("F8_E4M3", 1),
        _ => return None,
    })
}

fn global(pickle: &Pickle, id: Id) -> Option<&str> {
    match pickle.nodes.get(id)? {
        Node::Global(place) => pickle.globals.get(*place).map(String::as_str),
        _ => None,
    }
}

fn tuple(pickle: &Pickle, id: Id) -> Option<&[Id]> {
    match pickle.nodes.get(id)? {
        Node::Tuple(items) => Some(items),
        _ => None,
    }
}

fn number(pickle: &Pickle, id: Id) -> Option<u64> {
    match pickle.nodes.get(id)? {
        Node::Int(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

fn numbers(pickle: &Pickle, id: Id) -> Option<Vec<u64>> {
    tuple(pickle, id)?.iter().map(|it| number(pickle, *it)).collect()
}
