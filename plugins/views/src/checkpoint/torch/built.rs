//! What a pickle of PyTorch puts together, as far as whoever converts it has to know.
//!
//! Source: <https://huggingface.co/docs/safetensors/torch_shared_tensors> (a file of safetensors is one flat
//! dictionary of tensors, none of which share memory), and for what `weights_only=True` takes
//! <https://docs.pytorch.org/docs/stable/notes/serialization.html#weights-only-security>.

use super::{
    pickle::{Id, Node, Pickle},
    tensors::{self, WEIGHTS},
};

/// What stands where the weights are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// A flat dictionary of tensors.
    State,
    /// A flat dictionary of tensors, and of values that are none.
    Mixed,
    /// An object of a class of modules.
    Module,
    /// A program of TorchScript.
    Script,
}

/// What a pickle puts together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// What its weights are.
    pub weights: Weights,
    /// The member that holds them, where there are others beside it.
    pub key: Option<String>,
}

/// Dictionaries by another name.
const DICTIONARIES: [&str; 3] = ["collections.OrderedDict", "collections.defaultdict", "builtins.dict"];
/// Members of every pickled module.
const OF_MODULES: [&str; 2] = ["_parameters", "_modules"];

/// What is known of a pickle; none where it is neither weights nor a module.
pub(super) fn built(pickle: &Pickle) -> Option<Built> {
    let root = pickle.root?;
    if pickle.globals.iter().any(|it| it.starts_with("__torch__.")) {
        return Some(Built {
            weights: Weights::Script,
            key: None,
        });
    }
    if let Some(weights) = weights(pickle, root) {
        return Some(Built { weights, key: None });
    }
    let entries = entries(pickle, root)?;
    WEIGHTS.iter().find_map(|name| {
        let (_, value) = entries.iter().find(|(key, _)| key == name)?;
        Some(Built {
            weights: weights(pickle, *value)?,
            key: Some((*name).to_owned()),
        })
    })
}

fn weights(pickle: &Pickle, id: Id) -> Option<Weights> {
    if let Some(entries) = entries(pickle, id) {
        let tensors = entries
            .iter()
            .filter(|(_, value)| tensors::is_tensor(pickle, *value))
            .count();
        return match tensors {
            0 => None,
            all if all == entries.len() => Some(Weights::State),
            // A checkpoint with a tensor beside its weights is none that can be taken as it is.
            _ if entries.iter().any(|(key, _)| WEIGHTS.contains(&key.as_str())) => None,
            _ => Some(Weights::Mixed),
        };
    }
    let Node::Call { state, .. } = pickle.nodes.get(id)? else {
        return None;
    };
    let Node::Dict(state) = pickle.nodes.get((*state)?)? else {
        return None;
    };
    let is_module =
        |key: Id| matches!(pickle.nodes.get(key), Some(Node::Text(it)) if OF_MODULES.contains(&it.as_str()));
    state.iter().any(|(key, _)| is_module(*key)).then_some(Weights::Module)
}

/// The entries of a dictionary, its attributes left out.
fn entries(pickle: &Pickle, id: Id) -> Option<Vec<(String, Id)>> {
    let items = match pickle.nodes.get(id)? {
        Node::Dict(items) => items,
        Node::Call { callable, items, .. } => {
            let Node::Global(name) = pickle.nodes.get(*callable)? else {
                return None;
            };
            let name = pickle.globals.get(*name)?.replace("__builtin__.", "builtins.");
            DICTIONARIES.contains(&name.as_str()).then_some(items)?
        }
        _ => return None,
    };
    let key = |id: Id| match pickle.nodes.get(id) {
        Some(Node::Text(text)) => text.clone(),
        _ => String::new(),
    };
    Some(items.iter().map(|(name, value)| (key(*name), *value)).collect())
}

/// Whether `torch.load(..., weights_only=True)` takes an import without being told to: the list of
/// `torch/_weights_only_unpickler.py`, which grew over the versions; what only new ones take counts.
#[must_use]
pub fn weights_only_takes(global: &str) -> bool {
    const NAMES: [&str; 13] = [
        "_codecs.encode",
        "builtins.bytearray",
        "builtins.complex",
        "builtins.set",
        "collections.Counter",
        "collections.OrderedDict",
        "torch.Size",
        "torch.Tensor",
        "torch.device",
        "torch.nn.parameter.Parameter",
        "torch.nn.parameter.Buffer",
        "torch.serialization._get_layout",
        "torch._tensor._rebuild_from_type_v2",
    ];
    let modern = global.strip_prefix("__builtin__.").map(|it| format!("builtins.{it}"));
    let global = modern.as_deref().unwrap_or(global);
    // Types and storages stand right in `torch`: `torch.float32`, `torch.FloatStorage`.
    let is_type =
        |it: &str| !it.contains('.') && (it.ends_with("Storage") || it.starts_with(|c: char| c.is_lowercase()));
    NAMES.contains(&global)
        || global.starts_with("torch._utils._rebuild_")
        || global.starts_with("torch.storage.") && global.ends_with("Storage")
        || global
            .strip_prefix("torch.")
            .is_some_and(|it| is_type(it) && super::usual::is_usual(global))
}
