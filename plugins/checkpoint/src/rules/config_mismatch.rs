//! A configuration that describes another model than the file holds.
//!
//! Formula: each setting that fixes a dimension is compared with the tensors. In a plain chain
//! of linear layers: inputs, hidden widths, depth, outputs, presence of biases. In other
//! networks: outputs of the head, width, blocks, vocabulary. And the settings among each
//! other: `num_labels` against the names of the labels.
//! Source: what `load_state_dict(strict=True)` and `from_pretrained` compare when they report
//! size mismatches, missing and newly initialised weights.
//! Not flagged: settings that are absent; two labels with one output (a sigmoid); a padded
//! vocabulary; heads that give several values per class; parts of a sharded model; packed
//! (quantised) weights. Another element type alone is low, since loaders convert.

mod language_model;
mod plain_chain;

use deepfix_plugin::{Arg, ArtifactKind, Draft, Severity, Source, Value};
use deepfix_views::checkpoint::{Config, Dtype, Header, Setting, Topology};

use crate::case::Case;

/// One setting that the tensors contradict.
struct Mismatch {
    severity: Severity,
    /// What it says and what the tensors say.
    text: String,
    /// The setting as it stands in the configuration.
    setting: Option<(String, Value, Source)>,
    /// What the tensors have, by tensor.
    found: Option<(String, u64)>,
}

pub(crate) fn check(case: &Case) -> Option<Draft> {
    let config = &case.view.config;
    let mut mismatches: Vec<Mismatch> = Vec::new();
    mismatches.extend(label_names(case, config));
    if let Some((header, topology)) = case.view.sound()
        && !config.is_quantised()
    {
        let shard = case.view.file.as_ref().is_some_and(|it| it.is_shard());
        if topology.is_only_linear() && !shard {
            mismatches.extend(plain_chain::check(case, config, header, topology));
        }
        mismatches.extend(outputs(case, config, topology));
        if !topology.is_only_linear() {
            mismatches.extend(language_model::check(case, config, header, topology, shard));
        }
        mismatches.extend(dtype(case, config, header));
    }
    mismatches.sort_by_key(|it| std::cmp::Reverse(it.severity));
    let severity = mismatches.first()?.severity;
    let variant = match severity {
        Severity::Low => "dtype",
        _ if case.view.sound().is_none() => "inside",
        _ => "shapes",
    };
    let confidence = if severity == Severity::Low { 0.6 } else { 0.95 };
    let texts: Vec<&str> = mismatches.iter().map(|it| it.text.as_str()).collect();
    let mut draft = Draft::new("checkpoint.config_mismatch", severity, confidence)
        .variant(variant)
        .arg("count", mismatches.len())
        .arg("list", texts.join("; "))
        .arg("file", case.view.file.as_ref().map_or("", |it| it.name.as_str()))
        .extra(
            "mismatches",
            texts.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>(),
        );
    for mismatch in &mismatches {
        if let Some((key, value, source)) = &mismatch.setting {
            draft = draft.fact(format!("config {key}"), value.clone(), source.clone());
        }
        if let Some((tensor, size)) = &mismatch.found {
            draft = draft.computed(
                case.text("fact-tensor-size", &[("tensor", tensor.as_str().into())]),
                *size,
            );
        }
    }
    Some(draft)
}

/// A number that a configuration states, against one of the tensors.
fn number(
    case: &Case,
    severity: Severity,
    id: &str,
    setting: &Setting<u64>,
    found: u64,
    tensor: (&str, String),
) -> Mismatch {
    let args = [
        ("key", setting.key().into()),
        ("stated", setting.value.into()),
        ("found", found.into()),
        ("tensor", tensor.0.into()),
        ("shape", Arg::Text(tensor.1)),
    ];
    Mismatch {
        severity,
        text: case.text(id, &args),
        setting: Some((setting.key().to_owned(), setting.value.into(), setting.source())),
        found: Some((tensor.0.to_owned(), found)),
    }
}

/// `num_labels` against the names of the labels: no file is needed.
fn label_names(case: &Case, config: &Config) -> Option<Mismatch> {
    let (stated, names) = (config.num_labels()?, config.label_names()?);
    // One output stands for a regression or a sigmoid; libraries then keep their two default names.
    if stated.value == names.value || stated.value == 1 {
        return None;
    }
    let args = [
        ("key", stated.key().into()),
        ("stated", stated.value.into()),
        ("names", names.key().into()),
        ("found", names.value.into()),
    ];
    Some(Mismatch {
        severity: Severity::Medium,
        text: case.text("mismatch-names", &args),
        setting: Some((stated.key().to_owned(), stated.value.into(), stated.source())),
        found: None,
    })
}

fn outputs(case: &Case, config: &Config, topology: &Topology) -> Option<Mismatch> {
    let (stated, layer) = (config.outputs()?, topology.output()?);
    let found = layer.outputs;
    let sigmoid = stated.value == 2 && found == 1;
    let several = topology.chain.is_none()
        && (stated.value == 0 || found.is_multiple_of(stated.value.max(1)) || found == stated.value + 1);
    if found == stated.value || sigmoid || several {
        return None;
    }
    let shape = shape(case, layer.weight);
    // The names of labels are an object: there is no single value that the host could read again.
    let mut mismatch = number(
        case,
        Severity::High,
        "mismatch-outputs",
        &stated,
        found,
        (case.weight_name(layer), shape),
    );
    if config.num_labels().is_none() {
        mismatch.setting = None;
    }
    Some(mismatch)
}

/// The element type of most parameters against the stated one.
fn dtype(case: &Case, config: &Config, header: &Header) -> Option<Mismatch> {
    let setting = config.dtype()?;
    let (stated, text) = &setting.value;
    let mut sizes: Vec<(Dtype, u64)> = Vec::new();
    for tensor in header
        .tensors
        .iter()
        .filter(|it| it.dtype.is_float() || it.dtype == Dtype::F8)
    {
        let elements = tensor.elements().unwrap_or_default();
        match sizes.iter_mut().find(|(dtype, _)| *dtype == tensor.dtype) {
            Some((_, sum)) => *sum += elements,
            None => sizes.push((tensor.dtype, elements)),
        }
    }
    let (found, _) = sizes.into_iter().max_by_key(|(_, elements)| *elements)?;
    if found == *stated {
        return None;
    }
    let args = [
        ("key", setting.key().into()),
        ("stated", text.as_str().into()),
        ("found", found.setting().into()),
    ];
    Some(Mismatch {
        severity: Severity::Low,
        text: case.text("mismatch-dtype", &args),
        setting: Some((setting.key().to_owned(), text.as_str().into(), setting.source())),
        found: None,
    })
}

fn shape(case: &Case, tensor: usize) -> String {
    case.view
        .sound()
        .and_then(|(header, _)| header.tensors.get(tensor))
        .map(|it| it.shape_text())
        .unwrap_or_default()
}

/// Where a list or a truth value stands, for settings without a single number.
fn pointer(path: &[String]) -> Source {
    Source::document(ArtifactKind::ModelCheckpoint, path)
}
