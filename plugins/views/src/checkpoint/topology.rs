//! The layers of a network, as far as names and shapes of its tensors tell.

use std::collections::BTreeMap;

use super::{
    header::{Header, Tensor},
    names::{self, Role},
};

/// What a layer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerKind {
    /// A dense layer.
    Linear,
    /// A projection of an attention block.
    Attention,
    /// A convolution.
    Convolution,
    /// A table of vectors.
    Embedding,
    /// A recurrent layer.
    Recurrent,
    /// The two halves of a low-rank adapter.
    AdapterDown,
    /// The half of a low-rank adapter that starts at zero.
    AdapterUp,
}

/// A layer with a weight of two or more dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The module's name.
    pub module: String,
    /// What it does.
    pub kind: LayerKind,
    /// Its weight, as an index into the header's tensors.
    pub weight: usize,
    /// Its bias.
    pub bias: Option<usize>,
    /// Features or channels that it takes.
    pub inputs: u64,
    /// Units, channels or vectors' width that it gives.
    pub outputs: u64,
    /// Values that one unit sums over.
    pub fan_in: u64,
    /// Units that one value feeds.
    pub fan_out: u64,
    /// Whether units are the last dimension (Keras, JAX, scikit-learn) rather than the first.
    pub units_last: bool,
}

/// A normalisation layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Norm {
    /// Its scale.
    pub scale: Option<usize>,
    /// Its shift.
    pub shift: Option<usize>,
}

/// All layers of a network.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Topology {
    /// Layers with weights, in the natural order of their names.
    pub layers: Vec<Layer>,
    /// Normalisation layers.
    pub norms: Vec<Norm>,
    /// Statistics of batch normalisations.
    pub running: Vec<usize>,
    /// Indices of `layers` in forward order, where the network is a plain chain of linear
    /// layers: each takes what the one before gives.
    pub chain: Option<Vec<usize>>,
}

#[derive(Default)]
struct Module {
    weight: Option<usize>,
    bias: Option<usize>,
    scale: Option<usize>,
}

impl Topology {
    /// The layers of a header.
    #[must_use]
    pub fn of(header: &Header) -> Self {
        let mut topology = Self::default();
        let mut modules: BTreeMap<String, Module> = BTreeMap::new();
        for (index, tensor) in header.tensors.iter().enumerate() {
            let (module, role) = names::split(&tensor.name);
            match role {
                Role::Weight => modules.entry(module).or_default().weight = Some(index),
                Role::Bias => modules.entry(module).or_default().bias = Some(index),
                Role::Scale => modules.entry(module).or_default().scale = Some(index),
                Role::Running => topology.running.push(index),
                Role::Other => {}
            }
        }
        let mut undecided = Vec::new();
        for (name, module) in modules {
            topology.add(header, name, &module, &mut undecided);
        }
        topology.layers.sort_by(|a, b| names::natural(&a.module, &b.module));
        let mut flipped = topology.clone();
        for layer in flipped.layers.iter_mut().filter(|it| undecided.contains(&it.module)) {
            layer.flip();
        }
        // The order of names is better evidence of the orientation than an order that was
        // searched for.
        for natural in [true, false] {
            for candidate in [&mut topology, &mut flipped] {
                candidate.chain = if natural {
                    candidate.natural_chain()
                } else {
                    candidate.searched_chain()
                };
                if candidate.chain.is_some() {
                    return candidate.clone();
                }
            }
        }
        topology
    }

    fn add(&mut self, header: &Header, name: String, module: &Module, undecided: &mut Vec<String>) {
        let tensor = |index: Option<usize>| header.tensors.get(index?);
        match tensor(module.weight) {
            Some(weight) if weight.shape.len() >= 2 => {
                let bias = tensor(module.bias).filter(|it| it.shape.len() == 1);
                let (mut layer, sure) = layer(name, weight, bias);
                layer.weight = module.weight.unwrap_or_default();
                layer.bias = module.bias.filter(|_| bias.is_some());
                if !sure {
                    undecided.push(layer.module.clone());
                }
                self.layers.push(layer);
            }
            _ => {
                let scale = module.scale.or(module.weight);
                if scale.is_some() {
                    self.norms.push(Norm {
                        scale,
                        shift: module.bias,
                    });
                }
            }
        }
    }

    /// The chain's layers in forward order.
    pub fn chain_layers(&self) -> impl Iterator<Item = &Layer> {
        self.chain.iter().flatten().filter_map(|index| self.layers.get(*index))
    }

    /// Whether every layer with weights is a plain linear one.
    #[must_use]
    pub fn is_only_linear(&self) -> bool {
        !self.layers.is_empty() && self.layers.iter().all(|it| it.kind == LayerKind::Linear)
    }

    /// Whether any layer is of that kind.
    #[must_use]
    pub fn has(&self, kind: LayerKind) -> bool {
        self.layers.iter().any(|it| it.kind == kind)
    }

    /// The first layer of a chain.
    #[must_use]
    pub fn input(&self) -> Option<&Layer> {
        self.chain_layers().next()
    }

    /// The layer that gives the predictions: the last of a chain, else one whose name says so.
    #[must_use]
    pub fn output(&self) -> Option<&Layer> {
        if let Some(last) = self.chain_layers().last() {
            return Some(last);
        }
        let heads = self
            .layers
            .iter()
            .filter(|it| it.kind == LayerKind::Linear && is_head(&it.module));
        let mut heads: Vec<&Layer> = heads.collect();
        // `classifier.dense` comes before `classifier.out_proj`, `classifier.1` before `classifier.4`.
        if heads.len() > 1 {
            let prefix = |it: &Layer| names::parts(&it.module).next().unwrap_or_default().to_owned();
            let first = heads.first().map(|it| prefix(it));
            if heads.iter().any(|it| Some(prefix(it)) != first) {
                return None;
            }
        }
        heads.pop()
    }
}

fn is_head(module: &str) -> bool {
    let mut parts = names::parts(module).map(str::to_ascii_lowercase);
    let depth = names::parts(module).count();
    let known = |it: &str| {
        matches!(
            it,
            "classifier" | "score" | "head" | "fc" | "heads" | "logits" | "qa_outputs"
        )
    };
    match (depth, parts.next(), parts.next_back()) {
        (1, Some(only), _) => known(&only),
        (2 | 3, Some(first), last) => known(&first) && last.is_none_or(|it| it != "dense"),
        _ => false,
    }
}

impl Layer {
    fn flip(&mut self) {
        std::mem::swap(&mut self.inputs, &mut self.outputs);
        std::mem::swap(&mut self.fan_in, &mut self.fan_out);
        self.units_last = !self.units_last;
    }
}

/// A layer from its tensors, and whether its orientation is sure.
fn layer(module: String, weight: &Tensor, bias: Option<&Tensor>) -> (Layer, bool) {
    let kind = kind(&module, weight);
    let first = weight.shape.first().copied().unwrap_or_default();
    let last = weight.shape.last().copied().unwrap_or_default();
    let by_bias = bias
        .and_then(|it| it.shape.first())
        .and_then(|units| match (*units == first, *units == last) {
            (true, false) => Some(false),
            (false, true) => Some(true),
            _ => None,
        });
    let keras = weight.name.to_ascii_lowercase();
    let by_name = keras.contains("kernel") || keras.contains("coefs_");
    let gpt2 = matches!(names::parts(&module).next_back(), Some("c_attn" | "c_fc" | "c_proj"));
    let units_last = by_bias.unwrap_or(by_name || gpt2) && kind != LayerKind::Recurrent;
    let sure = by_bias.is_some() || by_name || gpt2 || first == last;
    let rest = |skip: &[u64]| skip.iter().fold(1_u64, |product, it| product.saturating_mul(*it));
    let (inputs, outputs, kernel) = match (weight.shape.as_slice(), units_last) {
        ([units, inputs, kernel @ ..], false) => (*inputs, *units, rest(kernel)),
        ([kernel @ .., inputs, units], true) => (*inputs, *units, rest(kernel)),
        _ => (last, first, 1),
    };
    let (inputs, outputs) = if kind == LayerKind::Embedding {
        (first, last)
    } else {
        (inputs, outputs)
    };
    let layer = Layer {
        module,
        kind,
        weight: 0,
        bias: None,
        inputs,
        outputs,
        fan_in: inputs.saturating_mul(kernel),
        fan_out: outputs.saturating_mul(kernel),
        units_last,
    };
    (layer, sure)
}

fn kind(module: &str, weight: &Tensor) -> LayerKind {
    let name = weight.name.to_ascii_lowercase();
    let has = |stems: &[&str]| stems.iter().any(|it| name.contains(it));
    let part = |list: &[&str]| names::parts(module).any(|it| list.contains(&it.to_ascii_lowercase().as_str()));
    if has(&["lora_a", "lora_down"]) {
        LayerKind::AdapterDown
    } else if has(&["lora_b", "lora_up"]) {
        LayerKind::AdapterUp
    } else if weight.shape.len() > 2 {
        LayerKind::Convolution
    } else if has(&["weight_ih", "weight_hh", "recurrent_kernel", "lstm", "gru"]) {
        LayerKind::Recurrent
    } else if part(&["wte", "wpe", "emb", "shared"]) || has(&["embed"]) {
        LayerKind::Embedding
    } else if has(&["attn", "attention"])
        || part(&[
            "q_proj", "k_proj", "v_proj", "o_proj", "q_lin", "k_lin", "v_lin", "query", "key", "value", "qkv",
        ])
    {
        LayerKind::Attention
    } else {
        LayerKind::Linear
    }
}
