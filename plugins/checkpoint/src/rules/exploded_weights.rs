//! Weights that are finite but far beyond the scale at which a network computes anything.
//!
//! Formula: root mean square times sqrt(fan-in), the gain of a layer: 1 to 1.4 at any common
//! initialisation (Glorot and Bengio 2010, He et al. 2015), seldom above 10 after training.
//! A remark from a gain of 30, which unscaled inputs can cause; a surer one from 500 in at least two
//! layers, one of which is neither the first nor the last. Never more: what such weights do to the
//! results shows in the curves, not in the file, and networks with a gain of millions were seen to
//! predict as well as others, since a class depends on the order of the outputs alone.
//! Sources: He et al. 2015 (the gain of a layer), Pascanu et al. 2013.
//!
//! Not flagged: a single layer, and the first and last on their own, since unscaled inputs or
//! targets call for any scale there (a linear regression on prices has weights in the
//! thousands); tables of embeddings; normalisations.

use deepfix_plugin::{Draft, Severity, join};
use deepfix_views::checkpoint::{Layer, LayerKind};

use crate::case::Case;

const NOTABLE: f64 = 30.0;
const HUGE: f64 = 500.0;

pub(crate) fn check(case: &Case) -> Option<Draft> {
    let (_, topology, _) = case.sound()?;
    let layers: Vec<&Layer> = if topology.chain.is_some() {
        topology.chain_layers().collect()
    } else {
        let kinds = [LayerKind::Linear, LayerKind::Attention, LayerKind::Convolution];
        topology.layers.iter().filter(|it| kinds.contains(&it.kind)).collect()
    };
    let inner = |place: usize| place > 0 && place + 1 < layers.len();
    let mut large: Vec<(usize, &Layer, f64)> = Vec::new();
    for (place, layer) in layers.iter().enumerate() {
        let Some((tensor, moments)) = case.tensor(layer.weight) else {
            continue;
        };
        let gain = moments.rms() * (layer.fan_in as f64).sqrt();
        if tensor.dtype.is_float() && gain.is_finite() && gain >= NOTABLE {
            large.push((place, layer, gain));
        }
    }
    let among_others = large.iter().any(|(place, ..)| inner(*place)) || large.len() >= 2;
    if !among_others {
        return None;
    }
    large.sort_by(|a, b| b.2.total_cmp(&a.2));
    let huge = large.iter().filter(|(.., gain)| *gain >= HUGE).count();
    let sure = huge >= 2 && large.iter().any(|(place, _, gain)| *gain >= HUGE && inner(*place));
    let &(_, worst, gain) = large.first()?;
    let (_, moments) = case.tensor(worst.weight)?;
    let list: Vec<_> = large
        .iter()
        .take(64)
        .map(|(_, layer, gain)| serde_json::json!({"tensor": case.weight_name(layer), "gain": gain}))
        .collect();
    Some(
        Draft::new(
            "checkpoint.exploded_weights",
            Severity::Low,
            if sure { 0.85 } else { 0.6 },
        )
        .arg("worst", case.weight_name(worst))
        .arg("gain", gain)
        .arg("largest", moments.largest())
        .arg("layers", large.len())
        .arg("of", layers.len())
        .arg(
            "names",
            join(large.iter().map(|(_, layer, _)| case.weight_name(layer)), 4),
        )
        .computed(
            case.text("fact-gain", &[("tensor", case.weight_name(worst).into())]),
            gain,
        )
        .computed(
            case.text("fact-largest", &[("tensor", case.weight_name(worst).into())]),
            moments.largest(),
        )
        .extra("tensors", list),
    )
}
