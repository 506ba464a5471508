//! `cross.num_labels_mismatch`: the model gives another number of classes than the data has.
//!
//! The model's outputs are the rows of its last layer, or what its configuration states; where
//! those two differ the checkpoint contradicts itself, which the checkpoint analyzer tells. The
//! data's classes are the distinct labels of the training split, of the test split (which may
//! hold classes of its own), or the largest integer label plus one, since label codes may have
//! gaps. A fault where the outputs equal none of these.
//!
//! Sources: the shapes that PyTorch, Keras and scikit-learn give their last layer (one output for
//! two classes), `num_labels` of Hugging Face's configurations.
//!
//! Healthy: one output for two classes (a single logit), for a regression, and for ordered
//! labels trained by a regression loss; two outputs for a regression (mean and variance); an
//! encoder without a head.

use deepfix_plugin::{ArtifactKind, Draft, Severity, Source};
use deepfix_views::{
    checkpoint::CheckpointView,
    dataset::{DatasetView, Modality, Split, Stat, Task, Which},
};

use super::{Case, Conclusion};

/// From here on a regression head has too many outputs to be one.
const FEWEST_CLASSES: u64 = 3;
/// A label with fewer values may be classes after all.
const FEWEST_VALUES: f64 = 20.0;

/// What the model gives, and whether file and configuration agree on it.
struct Outputs {
    count: u64,
    source: Option<Source>,
    confirmed: bool,
}

fn outputs(checkpoint: &CheckpointView) -> Option<Outputs> {
    let stated = checkpoint.config.outputs();
    let file = checkpoint.output_size();
    match (stated, file) {
        (Some(stated), Some(file)) if stated.value != file => None,
        (Some(stated), file) => {
            let source = checkpoint.config.num_labels().map(|it| it.source());
            Some(Outputs {
                count: stated.value,
                source,
                confirmed: file.is_some(),
            })
        }
        // The last layer of a plain chain is its head; that of anything else may be an encoder's.
        (None, Some(file)) if checkpoint.sound()?.1.is_only_linear() => Some(Outputs {
            count: file,
            source: None,
            confirmed: false,
        }),
        _ => None,
    }
}

/// The numbers of classes that would fit, and the facts behind them.
struct Classes {
    fitting: Vec<u64>,
    count: u64,
    facts: Vec<(&'static str, f64, Source)>,
    regression: bool,
}

fn classes(data: &DatasetView) -> Option<Classes> {
    if data.modality == Modality::Tabular {
        tabular(data)
    } else {
        listed(data)
    }
}

fn tabular(data: &DatasetView) -> Option<Classes> {
    let label = data.label.as_ref()?;
    let (mut fitting, mut facts) = (Vec::new(), Vec::new());
    for split in data.splits() {
        let Some(column) = split.column(&label.name) else {
            continue;
        };
        if let Some(unique) = column.unique {
            let name = match split.which {
                Which::Train => "classes in training data",
                Which::Test => "classes in test data",
            };
            fitting.push(unique as u64);
            facts.push((name, unique, column.source(Stat::Unique)));
        }
        if let Some(max) = column.max.filter(|it| it.fract() == 0.0 && (0.0..1e6).contains(it)) {
            // Codes from 0 on may have gaps; codes from 1 on leave the first output unused or not.
            fitting.push(max as u64 + 1);
            if column.min.is_none_or(|min| min >= 1.0) {
                fitting.push(max as u64);
            }
        }
    }
    let count = facts.iter().map(|it| it.1 as u64).max()?;
    // The splits may overlap in any part of their classes; where all codes of the test split lie
    // between those of training there are no more classes than codes.
    if let [(_, train, _), (_, test, _)] = facts.as_slice()
        && train != test
    {
        let most = codes_within(data, &label.name).unwrap_or(f64::INFINITY);
        fitting.extend(count..=(*train + *test).min(most) as u64);
    }
    Some(Classes {
        fitting,
        count,
        facts,
        regression: label.task == Task::Regression,
    })
}

/// How many codes the training split's range holds, where the test split's does not leave it.
fn codes_within(data: &DatasetView, label: &str) -> Option<f64> {
    let range = |split: &Option<Split>| {
        let column = split.as_ref()?.column(label)?;
        let whole = |it: &f64| it.fract() == 0.0;
        Some((column.min.filter(whole)?, column.max.filter(whole)?))
    };
    let (train, test) = (range(&data.train)?, range(&data.test)?);
    (train.0 <= test.0 && test.1 <= train.1).then_some(train.1 - train.0 + 1.0)
}

/// Images and texts, whose classes are listed one by one.
fn listed(data: &DatasetView) -> Option<Classes> {
    let task = data.task_type.to_lowercase();
    if !task.contains("classification") || task.contains("token") {
        return None;
    }
    let mut names: Vec<String> = Vec::new();
    let mut fitting = Vec::new();
    for split in data.splits() {
        let Some(counts) = data.class_counts(split) else {
            continue;
        };
        fitting.push(counts.classes.len() as u64);
        names.extend(counts.classes.into_iter().map(|(name, _)| name));
    }
    names.sort();
    names.dedup();
    let codes = names.iter().filter_map(|it| it.parse::<u64>().ok()).max();
    fitting.extend(codes.filter(|it| *it < 1_000_000).map(|it| it + 1));
    fitting.push(names.len() as u64);
    let count = names.len() as u64;
    (count >= 2).then_some(Classes {
        fitting,
        count,
        facts: Vec::new(),
        regression: false,
    })
}

pub(super) fn find(case: &Case<'_>) -> Option<Conclusion> {
    let checkpoint = case.experiment.checkpoint.as_ref()?;
    let model = outputs(checkpoint)?;
    let data = classes(case.experiment.dataset.as_ref()?)?;
    if model.count < 2 || checkpoint.config.is_regression() {
        return None;
    }
    let variant = if data.regression {
        let surely = data.count as f64 > FEWEST_VALUES && model.count >= FEWEST_CLASSES;
        if !surely || data.fitting.contains(&model.count) {
            return None;
        }
        Some("regression")
    } else if data.count < 2 || data.fitting.contains(&model.count) {
        return None;
    } else {
        None
    };
    let (severity, confidence) = if model.confirmed && variant.is_none() {
        (Severity::High, 0.93)
    } else {
        (Severity::Medium, 0.75)
    };
    let mut draft = Draft::new("cross.num_labels_mismatch", severity, confidence)
        .arg("outputs", model.count)
        .arg("classes", data.count);
    if let Some(variant) = variant {
        draft = draft.variant(variant);
    }
    draft = match model.source {
        Some(source) => draft.fact("outputs in the configuration", model.count, source),
        None => draft.computed("outputs of the last layer", model.count),
    };
    if let Some(layer) = checkpoint.sound().and_then(|(_, topology)| topology.output()) {
        draft = draft.computed(format!("rows of '{}'", layer.module), layer.outputs);
    }
    for (name, count, source) in data.facts {
        debug_assert_eq!(source.artifact, ArtifactKind::Dataset);
        draft = draft.fact(name, count, source);
    }
    Some(Conclusion::new(draft))
}
