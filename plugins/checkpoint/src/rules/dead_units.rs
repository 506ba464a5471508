//! ReLU units that never fire, and units without incoming weights.
//!
//! Formula, per unit with incoming weights w and bias b, inputs of standard deviation s:
//! - dead if b < -6 s |w|: for inputs that are standardised, w.x has the standard deviation
//!   |w|, so that the unit would need a six-sigma input;
//! - dead if w <= 0 and b <= 0 in every element, behind another ReLU layer, whose outputs are
//!   never negative: then the unit is zero for any input;
//! - empty if w = 0: its output does not depend on the input.
//!
//! s is 1 in front of the first layer; behind it, it is the root mean square of what the live
//! units of the layer before can give. High from half of a layer, medium from a third, low
//! from a twentieth (at least two units): networks that do well lose some units.
//! Source: Lu et al. 2019, <https://arxiv.org/abs/1903.06733>; DeadRelu of SageMaker Debugger
//! asks for the same after the activations, which a file does not hold.
//! Not flagged: activations other than ReLU; pruned networks (by the configuration, or where
//! zeros are strewn over the rows); layers in front of a batch normalisation, which cancels
//! the bias; first layers with small weights or with large positive biases beside negative
//! ones, which are those of unscaled inputs; output layers; attention.

use deepfix_plugin::{Draft, Severity, join};
use deepfix_views::checkpoint::{CheckpointView, Layer, Topology};

use crate::{case::Case, scan::Units};

/// Standard deviations that no ordinary input reaches.
const SIGMAS: f64 = 6.0;
/// First-layer weights below this belong to inputs that are not standardised: a unit that
/// reacts to standardised inputs has a norm of about one.
const SMALLEST_NORM: f64 = 0.25;

/// In a layer of a handful of units a third is one or two, which networks that do well lose.
const MANY: usize = 5;

/// The layers of a network that feed a ReLU.
pub(crate) fn candidates<'a>(view: &CheckpointView, topology: &'a Topology) -> Vec<&'a Layer> {
    if view.config.is_relu() == Some(false)
        || view.config.is_pruned()
        || view.config.is_quantised()
        || !topology.running.is_empty()
    {
        return Vec::new();
    }
    if topology.chain.is_some() {
        let layers: Vec<&Layer> = topology.chain_layers().collect();
        return layers
            .split_last()
            .map(|(_, hidden)| hidden.to_vec())
            .unwrap_or_default();
    }
    if view.config.activation().is_none() {
        return Vec::new();
    }
    let feeds = ["fc1", "linear1", "lin1", "wi", "intermediate", "c_fc", "dense_h_to_4h"];
    let part = |it: &&Layer| it.module.split(['.', '/']).any(|part| feeds.contains(&part));
    topology.layers.iter().filter(part).collect()
}

/// The dead and the empty units of one layer.
struct Dead {
    place: usize,
    units: Vec<usize>,
    empty: usize,
    negative: usize,
    of: usize,
}

impl Dead {
    fn share(&self) -> f64 {
        self.units.len() as f64 / self.of.max(1) as f64
    }
}

pub(crate) fn check(case: &Case) -> Option<Draft> {
    let (_, topology, scan) = case.sound()?;
    let layers = candidates(&case.view, topology);
    let chained = topology.chain.is_some();
    let mut found: Vec<Dead> = Vec::new();
    let mut scale = 1.0;
    for (place, layer) in layers.iter().enumerate() {
        let (Some(units), Some((_, moments))) = (scan.units.get(&layer.weight), case.tensor(layer.weight)) else {
            scale = f64::INFINITY;
            continue;
        };
        if moments.bad() > 0 {
            return None;
        }
        let bias = layer.bias.and_then(|it| case.biases.get(&it)).map(Vec::as_slice);
        let inputs = Inputs {
            scale,
            rectified: chained && place > 0,
            first: !chained || place == 0,
        };
        let dead = examine(place, units, bias, layer, &inputs);
        if chained {
            scale = output_scale(units, bias, &dead.units, scale);
        }
        found.push(dead);
    }
    found.retain(|it| it.units.len() >= 2 && it.share() >= 0.05);
    let worst = found.iter().max_by(|a, b| a.share().total_cmp(&b.share()))?;
    let named = case.view.config.activation().is_some();
    let severity = match worst.share() {
        it if it >= 0.5 && named => Severity::High,
        it if it >= 0.5 || (named && it >= 0.35 && worst.units.len() >= MANY) => Severity::Medium,
        _ => Severity::Low,
    };
    Some(draft(case, &layers, &found, worst, severity))
}

/// What a layer gets to see.
struct Inputs {
    scale: f64,
    /// Never negative.
    rectified: bool,
    first: bool,
}

fn examine(place: usize, units: &Units, bias: Option<&[f64]>, layer: &Layer, inputs: &Inputs) -> Dead {
    let of = units.square.len();
    let bias_of = |unit: usize| bias.and_then(|it| it.get(unit)).copied().unwrap_or_default();
    let is_empty = |unit: usize| units.square.get(unit) == Some(&0.0);
    let empty = (0..of).filter(|it| is_empty(*it)).count();
    let strewn: u64 = (0..of)
        .filter(|it| !is_empty(*it))
        .filter_map(|it| units.zeros.get(it))
        .map(|it| u64::from(*it))
        .sum();
    // Zeros among the weights of live units are the mark of pruning.
    let pruned = strewn as f64 > 0.01 * ((of - empty) as f64 * layer.fan_in as f64);
    let ratio = |unit: usize| bias_of(unit) / (units.norm(unit) * inputs.scale);
    let raised = (0..of).filter(|it| ratio(*it) > SIGMAS / 2.0 && !is_empty(*it)).count();
    let low = |unit: &usize| {
        ratio(*unit) < -SIGMAS && !is_empty(*unit) && (!inputs.first || units.norm(*unit) >= SMALLEST_NORM)
    };
    let lowered = (0..of).filter(low).count();
    let unscaled = inputs.first && raised * 4 > lowered;
    let never = |unit: &usize| {
        inputs.rectified
            && bias_of(*unit) <= 0.0
            && units.largest.get(*unit).is_some_and(|it| *it <= 0.0)
            && !is_empty(*unit)
    };
    let all_empty = empty == of;
    let dead = |unit: &usize| (low(unit) && !unscaled) || never(unit) || (is_empty(*unit) && !pruned && !all_empty);
    let list: Vec<usize> = (0..of).filter(dead).collect();
    let empty = list.iter().filter(|it| is_empty(**it)).count();
    let negative = list.iter().filter(|it| never(it) && !low(it)).count();
    Dead {
        place,
        units: list,
        empty,
        negative,
        of,
    }
}

/// The root mean square of what live units can give.
fn output_scale(units: &Units, bias: Option<&[f64]>, dead: &[usize], scale: f64) -> f64 {
    let mut is_dead = vec![false; units.square.len()];
    for unit in dead {
        if let Some(slot) = is_dead.get_mut(*unit) {
            *slot = true;
        }
    }
    let mut sum = 0.0;
    let mut live = 0.0;
    for (unit, square) in units.square.iter().enumerate() {
        if !is_dead.get(unit).copied().unwrap_or_default() {
            let bias = bias.and_then(|it| it.get(unit)).copied().unwrap_or_default().max(0.0);
            sum += square * scale * scale + bias * bias;
            live += 1.0;
        }
    }
    if live > 0.0 { (sum / live).sqrt().max(1.0) } else { 1.0 }
}

fn draft(case: &Case, layers: &[&Layer], found: &[Dead], worst: &Dead, severity: Severity) -> Draft {
    let name = |it: &Dead| {
        layers
            .get(it.place)
            .map_or("", |layer| case.weight_name(layer))
            .to_owned()
    };
    let most = |kind: usize| kind * 2 > worst.units.len();
    let variant = match (most(worst.empty), most(worst.negative)) {
        (true, _) => "empty",
        (_, true) => "negative",
        _ => "never",
    };
    let activation = case.view.config.activation();
    let mut draft = Draft::new(
        "checkpoint.dead_units",
        severity,
        if severity == Severity::Low { 0.6 } else { 0.9 },
    )
    .variant(variant)
    .arg("dead", worst.units.len())
    .arg("of", worst.of)
    .arg("live", worst.of.saturating_sub(worst.units.len()))
    .share("share", worst.share())
    .arg("tensor", name(worst))
    .arg("layers", found.len())
    .arg("names", join(found.iter().map(name), 4))
    .arg("examples", examples(&worst.units))
    .arg("known", if activation.is_some() { "yes" } else { "no" });
    let list: Vec<_> = found
        .iter()
        .map(|it| {
            serde_json::json!({"tensor": name(it), "dead": it.units.len(), "units": it.of,
                "first": it.units.iter().take(64).collect::<Vec<_>>()})
        })
        .collect();
    draft = draft
        .extra("layers", list)
        .computed(case.text("fact-dead-units", &[]), worst.units.len());
    if let Some(activation) = activation {
        draft = draft.fact(
            format!("config {}", activation.key()),
            activation.value.as_str(),
            activation.source(),
        );
    }
    bias_facts(case, layers, worst, draft)
}

/// The lowest bias beside the length of its unit's weights.
fn bias_facts(case: &Case, layers: &[&Layer], worst: &Dead, draft: Draft) -> Draft {
    let Some(layer) = layers.get(worst.place) else {
        return draft.arg("bias", 0.0).arg("norm", 0.0);
    };
    let values = layer
        .bias
        .and_then(|it| Some((case.tensor(it)?.0, case.biases.get(&it)?)));
    let units = case.scan.as_ref().and_then(|it| it.units.get(&layer.weight));
    let lowest = values.and_then(|(tensor, values)| {
        let it = worst.units.iter().filter_map(|unit| Some((*unit, *values.get(*unit)?)));
        it.min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(unit, bias)| (tensor, unit, bias))
    });
    let Some((tensor, unit, bias)) = lowest else {
        return draft.arg("bias", 0.0).arg("norm", 0.0);
    };
    let norm = units.map_or(0.0, |it| it.norm(unit));
    let args = [("tensor", tensor.name.as_str().into()), ("unit", unit.into())];
    let draft = draft
        .arg("bias", bias)
        .arg("norm", norm)
        .computed(case.text("fact-unit-norm", &args), norm);
    match case.element(tensor, unit as u64) {
        Some(source) => draft.fact(case.text("fact-unit-bias", &args), bias, source),
        None => draft,
    }
}

fn examples(units: &[usize]) -> String {
    let shown: Vec<String> = units.iter().take(6).map(usize::to_string).collect();
    let more = units.len().saturating_sub(shown.len());
    if more > 0 {
        format!("{} (+{more})", shown.join(", "))
    } else {
        shown.join(", ")
    }
}
