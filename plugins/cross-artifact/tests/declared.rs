//! Every fault is looked for by the agents whose artifacts show it, and by no other.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use deepfix_checkpoint_plugin::ModelCheckpointArtifactsAnalyzer;
use deepfix_cross_artifact_plugin::CrossArtifactReasoner;
use deepfix_dataset_plugin::DatasetArtifactsAnalyzer;
use deepfix_deepchecks_plugin::DeepchecksArtifactsAnalyzer;
use deepfix_plugin::{Analyzer, Reasoner};
use deepfix_training_plugin::TrainingArtifactsAnalyzer;

/// The faults by the artifacts that show them: `d`ataset statistics, `k` for check results,
/// `m`odel checkpoint, `t`raining. Those of the namespace `cross` are the reasoner's alone.
const FAULTS: [(&str, &str); 43] = [
    // The evaluation suite of the checks shows a gap and a model that is no better than a naive one.
    ("training.overfitting", "kt"),
    ("training.underfitting", "kt"),
    ("training.lr_too_high", "t"),
    ("training.lr_too_low", "t"),
    ("training.exploding_gradients", "t"),
    ("training.vanishing_gradients", "t"),
    ("training.noisy_loss", "t"),
    ("training.plateau_no_schedule", "t"),
    ("training.early_stopping_missed", "t"),
    ("training.metric_loss_mismatch", "t"),
    ("training.no_shuffle", "t"),
    ("dataset.class_imbalance", "dk"),
    ("dataset.missing_values", "dk"),
    ("dataset.constant_feature", "dk"),
    ("dataset.id_like_feature", "d"),
    ("dataset.correlated_features", "dk"),
    ("dataset.outliers", "dk"),
    ("dataset.mixed_types", "dk"),
    ("dataset.test_too_small", "dk"),
    ("dataset.label_noise", "kt"),
    ("dataset.duplicates", "dk"),
    ("dataset.small_dataset", "d"),
    ("checks.covariate_drift", "dk"),
    ("checks.label_drift", "dk"),
    ("checks.new_labels", "dk"),
    ("checks.train_test_leakage", "k"),
    ("checks.label_leakage", "dk"),
    ("checks.new_categories", "k"),
    ("checks.train_test_correlation_change", "k"),
    ("checkpoint.nan_weights", "m"),
    ("checkpoint.corrupted_file", "m"),
    ("checkpoint.config_mismatch", "m"),
    ("checkpoint.untrained", "m"),
    ("checkpoint.dead_units", "m"),
    ("checkpoint.exploded_weights", "m"),
    ("cross.missing_scaling", ""),
    ("cross.batch_size_vs_dataset", ""),
    ("cross.num_labels_mismatch", ""),
    ("cross.val_labels_corrupted", ""),
    ("cross.imbalance_accuracy_metric", ""),
    ("cross.leakage_perfect_metric", ""),
    ("cross.drift_not_overfitting", ""),
    ("cross.input_dim_mismatch", ""),
];

#[test]
fn every_fault_is_declared_by_the_agents_that_see_it() {
    let analyzers: BTreeMap<char, BTreeSet<String>> = [
        ('d', DatasetArtifactsAnalyzer::describe()),
        ('k', DeepchecksArtifactsAnalyzer::describe()),
        ('m', ModelCheckpointArtifactsAnalyzer::describe()),
        ('t', TrainingArtifactsAnalyzer::describe()),
    ]
    .into_iter()
    .map(|(kind, it)| (kind, it.codes.into_iter().collect()))
    .collect();
    let reasoner: BTreeSet<String> = CrossArtifactReasoner::describe().codes.into_iter().collect();
    for (code, kinds) in FAULTS {
        let declared: String = analyzers
            .iter()
            .filter(|(_, codes)| codes.contains(code))
            .map(|(kind, _)| *kind)
            .collect();
        assert_eq!(declared, kinds, "{code}");
        assert!(reasoner.contains(code), "the reasoner does not know {code}");
    }
}

/// The head of a rule is what an expert reads to decide whether to sign its findings.
#[test]
fn every_rule_names_its_source_and_what_it_must_not_flag() {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut rules = Vec::new();
    for plugin in ["dataset", "deepchecks", "checkpoint", "training", "cross-artifact"] {
        let folder = plugins.join(plugin).join("src/rules");
        rules.extend(files(&folder));
    }
    let heads: Vec<(PathBuf, String)> = rules
        .into_iter()
        .map(|path| (path.clone(), std::fs::read_to_string(path).unwrap()))
        .filter(|(_, text)| text.contains("Draft::new("))
        .map(|(path, text)| {
            let head = text.lines().map_while(|it| it.strip_prefix("//!")).map(str::trim);
            (path, head.collect::<Vec<_>>().join(" "))
        })
        .collect();
    assert!(heads.len() > 40, "{} rules", heads.len());
    for (path, head) in heads {
        assert!(head.contains("Source"), "{} names no source", path.display());
        let spared = [
            "Healthy",
            "healthy",
            "Not flagged",
            "Natural",
            "are normal",
            "a remark and no more",
        ];
        assert!(
            spared.iter().any(|it| head.contains(it)),
            "{} spares nothing",
            path.display()
        );
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let listed = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    listed
        .flat_map(|it| if it.is_dir() { files(&it) } else { vec![it] })
        .filter(|it| it.extension().is_some_and(|it| it == "rs"))
        .collect()
}
