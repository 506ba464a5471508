//! The tensors that a pickle of PyTorch refers to.
//!
//! Format: a call of `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, ...)`, the
//! storage a persistent id `("storage", torch.FloatStorage, key, location, elements)`:
//! <https://github.com/pytorch/pytorch/blob/main/torch/_utils.py>.

use super::pickle::{Id, Node, Pickle};

/// Containers within containers: `state_dict` of a wrapped module of a wrapped module.
const MAX_DEPTH: usize = 16;
/// Values that are looked at; one that occurs twice counts twice.
const MAX_VISITS: usize = 400_000;

/// Members that hold the weights, where there are others beside them.
const WEIGHTS: [&str; 5] = ["state_dict", "model_state_dict", "model_state", "model", "net"];
/// Members that hold tensors of something else.
const OTHERS: [&str; 6] = ["optimizer", "lr_scheduler", "scheduler", "callbacks", "loops", "rng"];
/// Members of a pickled module that say nothing in a name.
const SILENT: [&str; 3] = ["_parameters", "_buffers", "_modules"];

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

fn tensor(pickle: &Pickle, id: Id, depth: usize) -> Option<Stored> {
    let Node::Call { callable, args, .. } = pickle.nodes.get(id)? else {
        return None;
    };
    let name = global(pickle, *callable)?;
    let args = tuple(pickle, *args)?;
    match name.strip_prefix("torch._utils.")? {
        "_rebuild_tensor_v2" | "_rebuild_tensor" => rebuilt(pickle, args),
        "_rebuild_parameter" | "_rebuild_parameter_with_state" if depth < 4 => {
            tensor(pickle, *args.first()?, depth + 1)
        }
        _ => None,
    }
}

fn rebuilt(pickle: &Pickle, args: &[Id]) -> Option<Stored> {
    let Node::Persistent(storage) = pickle.nodes.get(*args.first()?)? else {
        return None;
    };
    let storage = tuple(pickle, *storage)?;
    let (dtype, width) = dtype(global(pickle, *storage.get(1)?)?)?;
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
