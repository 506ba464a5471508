//! Weights that are still what an initialiser made of them.
//!
//! Formula: every layer must agree. Either all biases are exactly zero, at least two layers
//! have them, and every weight tensor passes the test of a known initialiser
//! (`initialisers`), or of one common gain; or every weight tensor lies within the bound of
//! one uniform initialiser and fills it, with biases zero or within PyTorch's own bound. One
//! step of any optimiser moves some of n uniform values across their bound once it moves them
//! by more than bound/n, and biases away from zero. Also: all weights zero, and low-rank
//! adapters whose second half is still zero.
//! Low (`barely`): biases within half a percent of the weights' scale and weights that fit an
//! initialiser: the training moved next to nothing.
//! Source: the initialisers' papers (see `initialisers`); NeuraLint's rule on constant
//! initialisation.
//! Not flagged: networks in which any layer has moved (frozen layers, a trained head on random
//! features), normal weights without biases (which prove nothing), normalisations that have
//! moved, weights with zeros strewn in (pruning), anything not fully read.

use deepfix_plugin::{Draft, Severity, join};
use deepfix_views::checkpoint::{Layer, LayerKind, Topology};

use super::initialisers::{Initialiser, Sample, is_torch_bias};
use crate::case::Case;

/// Fewer weights than this prove nothing, whatever the evidence.
const FEWEST: f64 = 24.0;
/// Where no bias is exactly zero, the bound alone has to prove it.
const FEWEST_BY_BOUND: f64 = 200.0;
/// Biases this small beside the weights have hardly been updated.
const BARELY: f64 = 5e-3;

/// What the layers agree on.
enum Verdict {
    Constant,
    Zeros(&'static str),
    Gain(f64),
    Bound(&'static str, bool),
    Barely,
}

pub(crate) fn check(case: &Case) -> Option<Draft> {
    let (_, topology, _) = case.sound()?;
    if !case.is_whole() {
        return None;
    }
    if topology.has(LayerKind::AdapterUp) {
        return adapter(case, topology);
    }
    if case.view.config.is_pruned() || has_lived(case, topology) {
        return None;
    }
    let kinds = [LayerKind::Linear, LayerKind::Attention, LayerKind::Convolution];
    let layers: Vec<&Layer> = topology.layers.iter().filter(|it| kinds.contains(&it.kind)).collect();
    let evidence = Evidence::of(case, &layers)?;
    let (verdict, severity, confidence) = evidence.judge()?;
    let biases = evidence.biases.len();
    let mut draft = Draft::new("checkpoint.untrained", severity, confidence)
        .arg("layers", layers.len())
        .arg("biases", biases)
        .arg("values", evidence.bias_values)
        .arg("weights", evidence.weights as u64)
        .arg("names", join(layers.iter().map(|it| case.weight_name(it)), 4));
    draft = match verdict {
        Verdict::Constant => draft.variant("constant"),
        Verdict::Zeros(name) => draft
            .variant("zeros")
            .arg("initialiser", name)
            .extra("initialiser", name),
        Verdict::Gain(gain) => draft.variant("gain").arg("gain", gain),
        Verdict::Bound(name, zero) => {
            let id = if zero { "bound-zero-biases" } else { "bound-own-biases" };
            let note = case.text(if biases == 0 { "bound-no-biases" } else { id }, &[]);
            draft
                .variant("bound")
                .arg("initialiser", name)
                .arg("note", note)
                .extra("initialiser", name)
        }
        Verdict::Barely => draft.variant("barely").arg("largest", evidence.largest_bias),
    };
    Some(facts(case, &layers, draft))
}

/// The first bias of each of the first layers, and spread against expectation.
fn facts(case: &Case, layers: &[&Layer], mut draft: Draft) -> Draft {
    for layer in layers.iter().take(4) {
        if let Some((tensor, moments)) = layer.bias.and_then(|it| case.tensor(it))
            && moments.zeros == moments.count
            && moments.count > 0
            && let Some(source) = case.element(tensor, 0)
        {
            draft = draft.fact(
                case.text("fact-bias", &[("tensor", tensor.name.as_str().into())]),
                0.0,
                source,
            );
        }
        if let Some((tensor, moments)) = case.tensor(layer.weight) {
            let name = [("tensor", tensor.name.as_str().into())];
            draft = draft
                .computed(
                    case.text("fact-gain", &name),
                    moments.rms() * (layer.fan_in as f64).sqrt(),
                )
                .computed(case.text("fact-largest", &name), moments.largest());
        }
    }
    draft
}

/// Adapters start with their second half at zero, so that they change nothing at first.
fn adapter(case: &Case, topology: &Topology) -> Option<Draft> {
    let layers: Vec<&Layer> = topology
        .layers
        .iter()
        .filter(|it| it.kind == LayerKind::AdapterUp)
        .collect();
    let zero = |it: &&Layer| {
        case.tensor(it.weight)
            .is_some_and(|(_, it)| it.count > 0 && it.zeros == it.count)
    };
    if !layers.iter().all(zero) {
        return None;
    }
    let (tensor, _) = case.tensor(layers.first()?.weight)?;
    let draft = Draft::new("checkpoint.untrained", Severity::High, 0.97)
        .variant("adapter")
        .arg("layers", layers.len())
        .arg("names", join(layers.iter().map(|it| case.weight_name(it)), 3));
    Some(match case.element(tensor, 0) {
        Some(source) => draft.fact(
            case.text("fact-bias", &[("tensor", tensor.name.as_str().into())]),
            0.0,
            source,
        ),
        None => draft,
    })
}

/// Whether a normalisation has left its starting point: scale one (or zero), shift zero, no
/// batch seen.
fn has_lived(case: &Case, topology: &Topology) -> bool {
    let constant = |index: Option<usize>, starts: &[f64]| match index.map(|it| case.tensor(it)) {
        None => true,
        Some(None) => false,
        Some(Some((_, it))) => it.bad() == 0 && it.min == it.max && starts.contains(&it.min),
    };
    let moved = topology
        .norms
        .iter()
        .any(|it| !constant(it.scale, &[0.0, 1.0]) || !constant(it.shift, &[0.0]));
    moved || topology.running.iter().any(|it| !constant(Some(*it), &[0.0, 1.0]))
}

/// What the tensors of all layers say together.
struct Evidence {
    samples: Vec<Sample>,
    /// Layers whose weights are all zero, beside those in `samples`.
    zero_layers: usize,
    weights: f64,
    /// Per layer with a bias: whether it is zero, within PyTorch's bound, hardly moved.
    biases: Vec<(bool, bool, bool)>,
    bias_values: u64,
    largest_bias: f64,
}

impl Evidence {
    fn of(case: &Case, layers: &[&Layer]) -> Option<Self> {
        let mut it = Self {
            samples: Vec::new(),
            zero_layers: 0,
            weights: 0.0,
            biases: Vec::new(),
            bias_values: 0,
            largest_bias: 0.0,
        };
        for layer in layers {
            let (tensor, moments) = case.tensor(layer.weight)?;
            if !tensor.dtype.is_float() || moments.bad() > 0 || moments.count == 0 {
                return None;
            }
            it.weights += moments.count as f64;
            if moments.zeros == moments.count {
                it.zero_layers += 1;
            } else if moments.zero_share() > 0.02 {
                return None;
            } else {
                it.samples.push(Sample::of(layer, tensor, moments));
            }
            if let Some(index) = layer.bias {
                let (bias, values) = case.tensor(index)?;
                if values.bad() > 0 {
                    return None;
                }
                let hardly = values.largest() <= BARELY * moments.rms();
                let torch = is_torch_bias(values, bias, layer.fan_in as f64);
                it.biases.push((values.zeros == values.count, torch, hardly));
                it.bias_values += values.count;
                it.largest_bias = it.largest_bias.max(values.largest());
            }
        }
        Some(it)
    }

    fn judge(&self) -> Option<(Verdict, Severity, f64)> {
        let zero_biases = self.biases.iter().all(|(zero, ..)| *zero);
        if self.samples.is_empty() {
            let constant = self.zero_layers > 0 && zero_biases;
            return constant.then_some((Verdict::Constant, Severity::High, 0.95));
        }
        if self.weights < FEWEST {
            return None;
        }
        let proof = zero_biases && self.biases.len() >= 2 && self.bias_values >= 8;
        if proof && let Some(name) = self.normal() {
            return Some((Verdict::Zeros(name), Severity::High, 0.95));
        }
        let torch = self.biases.iter().all(|(_, torch, _)| *torch);
        if let Some(name) = common(self.samples.iter().map(Sample::uniform)) {
            let own = name == "PyTorch default uniform" && torch;
            let enough = self.weights >= if proof { 2.0 * FEWEST } else { FEWEST_BY_BOUND };
            if (zero_biases || own) && enough && self.zero_layers == 0 {
                let (severity, confidence) = if self.biases.is_empty() {
                    (Severity::Medium, 0.75)
                } else {
                    (Severity::High, 0.92)
                };
                return Some((Verdict::Bound(name, zero_biases), severity, confidence));
            }
        }
        if proof && let Some(gain) = self.common_gain() {
            return Some((Verdict::Gain(gain), Severity::Medium, 0.7));
        }
        let hardly = self.biases.len() >= 2 && self.biases.iter().all(|(.., hardly)| *hardly) && !zero_biases;
        (hardly && self.normal().is_some()).then_some((Verdict::Barely, Severity::Low, 0.5))
    }

    /// The normal initialiser that most layers fit, where each fits one or another: output
    /// layers often have one of their own.
    fn normal(&self) -> Option<&'static str> {
        let fits: Vec<Vec<Initialiser>> = self.samples.iter().map(Sample::normal).collect();
        if fits.iter().any(Vec::is_empty) {
            return None;
        }
        let count = |name: &str| fits.iter().filter(|list| list.iter().any(|it| it.name == name)).count();
        let mut best: Option<(&'static str, usize)> = None;
        for it in fits.iter().flatten() {
            let votes = count(it.name);
            if best.is_none_or(|(_, most)| votes > most) {
                best = Some((it.name, votes));
            }
        }
        best.map(|(name, _)| name)
    }

    /// The gain that all layers but perhaps the last share.
    fn common_gain(&self) -> Option<f64> {
        let (_, hidden) = self.samples.split_last()?;
        if hidden.len() < 2 || !self.samples.iter().all(Sample::is_normal) {
            return None;
        }
        let total: f64 = hidden.iter().map(|it| it.count).sum();
        let mean = hidden.iter().map(|it| it.gain().0 * it.count).sum::<f64>() / total;
        let shared = hidden
            .iter()
            .map(Sample::gain)
            .all(|(gain, error)| (gain - mean).abs() <= 4.5 * error);
        shared.then_some(mean)
    }
}

/// The initialiser that every layer fits.
fn common(mut fits: impl Iterator<Item = Vec<Initialiser>>) -> Option<&'static str> {
    let mut names: Vec<&'static str> = fits.next()?.iter().map(|it| it.name).collect();
    for list in fits {
        names.retain(|name| list.iter().any(|it| it.name == *name));
    }
    names.first().copied()
}
