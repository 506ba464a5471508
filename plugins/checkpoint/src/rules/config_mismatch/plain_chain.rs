//! Networks of linear layers only: every width can be compared.

use deepfix_plugin::{Arg, Severity};
use deepfix_views::checkpoint::{Config, Header, Layer, Setting, Topology};

use super::{Mismatch, number, pointer, shape};
use crate::case::Case;

pub(super) fn check(case: &Case, config: &Config, header: &Header, topology: &Topology) -> Vec<Mismatch> {
    // Without a chain the natural order of names is still the best guess at the order.
    let layers: Vec<&Layer> = if topology.chain.is_some() {
        topology.chain_layers().collect()
    } else {
        topology.layers.iter().collect()
    };
    let mut mismatches = Vec::new();
    mismatches.extend(inputs(case, config, &layers));
    match config.hidden_sizes() {
        Some(stated) => mismatches.extend(hidden_sizes(case, &stated, &layers)),
        None => {
            mismatches.extend(hidden_size(case, config, &layers));
            mismatches.extend(depth(case, config, &layers));
        }
    }
    mismatches.extend(bias(case, config, header, topology));
    mismatches
}

fn inputs(case: &Case, config: &Config, layers: &[&Layer]) -> Option<Mismatch> {
    let (stated, first) = (config.input_dim()?, layers.first()?);
    let found = first.inputs;
    // A square image that is flattened: the setting is its side.
    let side = stated.value.saturating_mul(stated.value);
    let image = stated.key() == "input_size" && [1, 3].iter().any(|it| side.saturating_mul(*it) == found);
    (found != stated.value && !image).then(|| {
        let tensor = (case.weight_name(first), shape(case, first.weight));
        number(case, Severity::High, "mismatch-inputs", &stated, found, tensor)
    })
}

fn hidden_sizes(case: &Case, stated: &Setting<Vec<u64>>, layers: &[&Layer]) -> Option<Mismatch> {
    let outputs: Vec<u64> = layers.iter().map(|it| it.outputs).collect();
    let (hidden, _) = outputs.split_at(outputs.len().saturating_sub(1));
    let whole: Vec<u64> = layers
        .first()
        .map(|it| it.inputs)
        .into_iter()
        .chain(outputs.iter().copied())
        .collect();
    // Some list the inputs or the outputs as well.
    let same = stated.value == hidden
        || (stated.key() != "hidden_sizes" && (stated.value == outputs || stated.value == whole));
    if same {
        return None;
    }
    let text = |sizes: &[u64]| {
        let sizes: Vec<String> = sizes.iter().map(u64::to_string).collect();
        format!("[{}]", sizes.join(", "))
    };
    let first = stated.value.iter().zip(hidden).position(|(a, b)| a != b);
    let id = if stated.value.len() == hidden.len() {
        "mismatch-widths"
    } else {
        "mismatch-depth"
    };
    let layer = first.and_then(|it| layers.get(it));
    let args = [
        ("key", stated.key().into()),
        ("stated", Arg::Text(text(&stated.value))),
        ("found", Arg::Text(text(hidden))),
        ("stated_count", stated.value.len().into()),
        ("found_count", hidden.len().into()),
        ("tensor", layer.map_or("", |it| case.weight_name(it)).into()),
        (
            "shape",
            Arg::Text(layer.map(|it| shape(case, it.weight)).unwrap_or_default()),
        ),
    ];
    // The first number that differs, or the first that has no layer.
    let place = first.unwrap_or(hidden.len());
    let setting = stated.value.get(place).map(|value| {
        (
            format!("{}[{place}]", stated.key()),
            (*value).into(),
            stated.element(place),
        )
    });
    Some(Mismatch {
        severity: Severity::High,
        text: case.text(id, &args),
        setting,
        found: layer.map(|it| (case.weight_name(it).to_owned(), it.outputs)),
    })
}

/// One width for all hidden layers.
fn hidden_size(case: &Case, config: &Config, layers: &[&Layer]) -> Option<Mismatch> {
    let stated = config.hidden_size()?;
    let (_, hidden) = layers.split_last()?;
    let first = hidden.first()?;
    hidden.iter().all(|it| it.outputs != stated.value).then(|| {
        let tensor = (case.weight_name(first), shape(case, first.weight));
        number(case, Severity::High, "mismatch-width", &stated, first.outputs, tensor)
    })
}

/// A number of layers, which may or may not count the last one.
fn depth(case: &Case, config: &Config, layers: &[&Layer]) -> Option<Mismatch> {
    let stated = config.num_layers()?;
    let all = layers.len() as u64;
    let (last, _) = layers.split_last()?;
    let near = all.abs_diff(stated.value) <= 1;
    (!near).then(|| {
        let tensor = (case.weight_name(last), shape(case, last.weight));
        number(case, Severity::Medium, "mismatch-layers", &stated, all, tensor)
    })
}

fn bias(case: &Case, config: &Config, header: &Header, topology: &Topology) -> Option<Mismatch> {
    let setting = config.bias()?;
    let with: Vec<&str> = topology
        .layers
        .iter()
        .filter_map(|it| Some(header.tensors.get(it.bias?)?.name.as_str()))
        .collect();
    let id = match (setting.value, with.first()) {
        (true, None) => "mismatch-bias-missing",
        (false, Some(_)) => "mismatch-bias-extra",
        _ => return None,
    };
    let args = [
        ("key", setting.key().into()),
        ("tensor", with.first().copied().unwrap_or_default().into()),
    ];
    Some(Mismatch {
        severity: Severity::Medium,
        text: case.text(id, &args),
        setting: Some((setting.key().to_owned(), setting.value.into(), pointer(&setting.path))),
        found: None,
    })
}
