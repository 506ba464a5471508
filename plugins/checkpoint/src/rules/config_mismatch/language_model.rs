//! Networks with embeddings and attention: width, blocks and vocabulary.

use std::collections::{BTreeMap, BTreeSet};

use deepfix_plugin::Severity;
use deepfix_views::checkpoint::{Config, Header, Layer, LayerKind, Topology};

use super::{Mismatch, number, shape};
use crate::case::Case;

/// Rows by which a vocabulary may exceed the stated one: kernels like multiples of 64 or 128.
const PADDING: u64 = 512;

pub(super) fn check(case: &Case, config: &Config, header: &Header, topology: &Topology, shard: bool) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    if !topology.has(LayerKind::Embedding) && !topology.has(LayerKind::Attention) {
        return mismatches;
    }
    mismatches.extend(vocabulary(case, config, topology));
    if !shard {
        mismatches.extend(width(case, config, header, topology));
        mismatches.extend(blocks(case, config, topology));
    }
    mismatches
}

/// The width must be a dimension of some tensor.
fn width(case: &Case, config: &Config, header: &Header, topology: &Topology) -> Option<Mismatch> {
    let stated = config.hidden_size()?;
    let anywhere = header.tensors.iter().any(|it| it.shape.contains(&stated.value));
    let layer = topology
        .layers
        .iter()
        .find(|it| matches!(it.kind, LayerKind::Attention | LayerKind::Embedding))?;
    let found = if layer.kind == LayerKind::Embedding {
        layer.outputs
    } else {
        layer.inputs
    };
    (!anywhere).then(|| {
        let tensor = (case.weight_name(layer), shape(case, layer.weight));
        number(case, Severity::High, "mismatch-width", &stated, found, tensor)
    })
}

fn vocabulary(case: &Case, config: &Config, topology: &Topology) -> Option<Mismatch> {
    let stated = config.vocab_size()?;
    let is_words = |it: &&Layer| {
        let name = it.module.to_ascii_lowercase();
        it.kind == LayerKind::Embedding
            && ["word_embed", "wte", "embed_tokens", "tok_embed", "embed_in", "shared"]
                .iter()
                .any(|stem| name.contains(stem))
    };
    let layer = topology.layers.iter().find(is_words)?;
    let rows = layer.inputs;
    let severity = if rows < stated.value {
        Severity::High
    } else if rows > stated.value + (stated.value / 50).max(PADDING) {
        Severity::Low
    } else {
        return None;
    };
    let tensor = (case.weight_name(layer), shape(case, layer.weight));
    Some(number(case, severity, "mismatch-vocabulary", &stated, rows, tensor))
}

/// Blocks that hold attention, counted by the number in their names.
fn blocks(case: &Case, config: &Config, topology: &Topology) -> Option<Mismatch> {
    let stated = config.num_layers()?;
    let mut stacks: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for layer in topology.layers.iter().filter(|it| it.kind == LayerKind::Attention) {
        if let Some((stack, index)) = block(&layer.module) {
            stacks.entry(stack).or_default().insert(index);
        }
    }
    let counts: Vec<u64> = stacks.values().map(|it| it.len() as u64).collect();
    let most = counts.iter().copied().max()?;
    // An encoder and a decoder may differ: one of them has to fit. Some models share the
    // weights of all blocks.
    if most < 2 || counts.contains(&stated.value) {
        return None;
    }
    let layer = topology
        .layers
        .iter()
        .rev()
        .find(|it| it.kind == LayerKind::Attention)?;
    let tensor = (case.weight_name(layer), shape(case, layer.weight));
    Some(number(case, Severity::High, "mismatch-blocks", &stated, most, tensor))
}

/// The stack and the number of a block: `model.layers`, 3 for `model.layers.3.self_attn.q_proj`.
fn block(module: &str) -> Option<(&str, u64)> {
    let mut at = 0;
    for part in module.split('.') {
        if at > 0
            && let Ok(index) = part.parse()
        {
            return Some((module.get(..at - 1)?, index));
        }
        at += part.len() + 1;
    }
    None
}
