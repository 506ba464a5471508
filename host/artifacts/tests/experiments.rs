//! Folders with several experiments, as people and frameworks lay them out: what is read is of one of them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{fs, path::Path};

use deepfix_artifacts::{FolderLimits, read_folder};
use tempfile::TempDir;

const LOG: &str = "epoch,train_loss,val_loss\n0,1.5,1.6\n1,1.2,1.4\n";
const STATE: &str = "{\"log_history\": [{\"loss\": 1, \"step\": 9}, {\"loss\": 0.5, \"step\": 18}]}";

/// Small files of the kinds that the names say.
fn folder(names: &[&str]) -> TempDir {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let text = match *name {
            it if it.contains(".tfevents.") => {
                fs::read(fixtures.join("tensorboard/events.out.tfevents.1795727479.host")).unwrap()
            }
            it if it.ends_with(".wandb") => fs::read(fixtures.join("wandb/offline-run-1/run-1.wandb")).unwrap(),
            it if it.ends_with("trainer_state.json") => STATE.into(),
            it if it.ends_with("metrics.csv") || it.ends_with("progress.csv") || it.ends_with("results.csv") => {
                LOG.into()
            }
            it if it.ends_with("params.json") => "{\"lr\": 0.1}".into(),
            _ => "1234".into(),
        };
        fs::write(file, text).unwrap();
    }
    folder
}

/// The files that were read, and what was said.
fn read(names: &[&str]) -> (Vec<String>, String) {
    let found = read_folder(folder(names).path(), &FolderLimits::default()).unwrap();
    let mut files: Vec<String> = found
        .recognised
        .iter()
        .map(|it| it.split(": ").next().unwrap().to_owned())
        .collect();
    files.sort();
    (files, found.experiment.warnings.join("\n"))
}

#[test]
fn folders_of_a_sweep_are_experiments_whatever_they_are_called() {
    for (one, other) in [
        ("step_size_0.1", "step_size_0.5"),
        ("epochs_01", "epochs_05"),
        ("epoch_01", "epoch_05"),
        ("a_logs", "b_logs"),
    ] {
        let names =
            |it: &str| ["trainer_state.json", "model.safetensors"].map(|name| format!("{it}/checkpoint-300/{name}"));
        let all = [names(one), names(other)].concat();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let (files, said) = read(&all);
        let read = &files[0].split('/').next().unwrap();
        assert!(
            files.len() == 2 && files[1].starts_with(&format!("{read}/")),
            "{files:?}"
        );
        assert!(said.contains("this folder holds 2 experiments"), "{said}");
        assert!(
            said.contains(&format!("`{one}`")) && said.contains(&format!("`{other}`")),
            "{said}"
        );
    }
    let (files, said) = read(&[
        "step1/events.out.tfevents.1.h",
        "step1/model.safetensors",
        "step5/events.out.tfevents.2.h",
        "step5/model.safetensors",
    ]);
    let read = files[0].split('/').next().unwrap();
    assert!(
        files.len() == 2 && files[1].starts_with(&format!("{read}/")),
        "{files:?}"
    );
    assert!(said.contains("this folder holds 2 experiments"), "{said}");
}

#[test]
fn a_model_in_a_run_of_weights_and_biases_is_of_that_run() {
    let a = "wandb/offline-run-20260101_1-aa";
    let b = "wandb/offline-run-20260102_1-bb";
    let (run, model, other) = (
        format!("{a}/run-aa.wandb"),
        format!("{a}/files/model.safetensors"),
        format!("{b}/run-bb.wandb"),
    );
    for names in [
        vec![run.as_str(), &model, &other],
        vec![&run, &model, &other, "model.pt"],
    ] {
        let (files, said) = read(&names);
        assert_eq!(files, [model.as_str(), &run]);
        assert!(
            said.contains(&format!(
                "this folder holds 2 experiments, and one is read at a time: `{a}` was read, not `{b}`"
            )),
            "{said}"
        );
    }
    // Where the run with the model has no log, its model is of none.
    let (files, _) = read(&[&model, &other, "model.pt"]);
    assert_eq!(files, ["model.pt", other.as_str()]);
}

#[test]
fn models_that_are_called_like_a_run_are_read_with_it() {
    for names in [
        &[
            "logs/a/events.out.tfevents.1.h",
            "logs/b/events.out.tfevents.2.h",
            "weights/a.safetensors",
            "weights/b.safetensors",
        ][..],
        &[
            "logs/a/metrics.csv",
            "logs/b/metrics.csv",
            "models/a/net.safetensors",
            "models/b/net.safetensors",
        ],
    ] {
        let (files, said) = read(names);
        assert_eq!(files, [names[0], names[2]]);
        assert!(
            said.contains(
                "this folder holds 2 experiments, and one is read at a time: `logs/a` was read, not `logs/b`"
            ),
            "{said}"
        );
    }
    let run = "wandb/offline-run-20260101_1-aa/run-aa.wandb";
    let last = "wandb/offline-run-20260102_1-bb/run-bb.wandb";
    let model = "proj/aa/checkpoints/model.safetensors";
    let (files, said) = read(&[run, last, model, "proj/zz/checkpoints/model.safetensors"]);
    assert_eq!(files, [model, run]);
    assert!(
        said.contains("holds 2 experiments") && said.contains("`proj/zz` was not read"),
        "{said}"
    );
}

#[test]
fn of_several_runs_and_models_without_common_names_no_model_is_read() {
    for names in [
        &[
            "logs/x/events.out.tfevents.1.h",
            "logs/y/events.out.tfevents.2.h",
            "weights/a.pt",
            "weights/b.pt",
        ][..],
        &[
            "wandb/run-1-aa/run-aa.wandb",
            "wandb/run-2-bb/run-bb.wandb",
            "proj/c/checkpoints/m.pt",
            "proj/d/checkpoints/m.pt",
        ],
        &[
            "lightning_logs/version_0/metrics.csv",
            "lightning_logs/version_1/metrics.csv",
            "checkpoints/run_a/a.pt",
            "checkpoints/run_b/b.pt",
        ],
    ] {
        let (files, said) = read(names);
        assert_eq!(files, [names[1]]);
        assert!(
            said.contains("the folder itself holds several runs and several models, and nothing tells which"),
            "{said}"
        );
    }
    // Moments of one training are one model, which the last run has written.
    let names = [
        "logs/x/events.out.tfevents.1.h",
        "logs/y/events.out.tfevents.2.h",
        "weights/best.pt",
        "weights/last.pt",
    ];
    assert_eq!(read(&names).0, ["logs/y/events.out.tfevents.2.h", "weights/best.pt"]);
}

#[test]
fn a_log_beside_the_results_of_one_training_is_no_second_experiment() {
    let results = [
        "results/checkpoint-300/model.safetensors",
        "results/checkpoint-300/trainer_state.json",
    ];
    for logs in [
        &["logs/events.out.tfevents.1.h"][..],
        &["logs/today/events.out.tfevents.1.h"],
        &["wandb/run-1-aa/run-aa.wandb", "wandb/run-2-bb/run-bb.wandb"],
        &["logs/events.out.tfevents.1.h", "wandb/run-1-aa/run-aa.wandb"],
    ] {
        let (files, said) = read(&[&results[..], logs].concat());
        assert_eq!(files, results);
        assert!(!said.contains("experiments, and"), "{said}");
        let top = logs[0].split('/').next().unwrap();
        assert!(said.contains(&format!("`{top}` was not read: it holds")), "{said}");
    }
    // Of several experiments it may be any's: it is named by where it lies.
    let two = [
        "a/metrics.csv",
        "a/net.pt",
        "b/metrics.csv",
        "b/net.pt",
        "logs/events.out.tfevents.1.h",
    ];
    let said = read(&two).1;
    assert!(
        said.contains("holds 3 experiments") && said.contains("`a` was read, not `logs`, `b`"),
        "{said}"
    );
}

#[test]
fn only_experiments_are_counted() {
    let (files, said) = read(&["best/x/net.pt", "logs/a/metrics.csv", "logs/b/metrics.csv"]);
    assert_eq!(files, ["best/x/net.pt"]);
    assert!(
        !said.contains("holds 3 experiments") && said.contains("`logs` was not read"),
        "{said}"
    );
}

#[test]
fn one_training_in_the_usual_layouts_is_read_whole_and_told_of_as_one() {
    for names in [
        &[
            "lightning_logs/version_0/metrics.csv",
            "lightning_logs/version_0/checkpoints/a.ckpt",
        ][..],
        &[
            "lightning_logs/version_0/events.out.tfevents.1.h",
            "lightning_logs/version_0/checkpoints/a.ckpt",
        ],
        &[
            "logs/train/events.out.tfevents.1.h",
            "logs/validation/events.out.tfevents.2.h",
            "model.keras",
        ],
        &[
            "trial/checkpoint_000009/model.safetensors",
            "trial/params.json",
            "trial/progress.csv",
        ],
        &["train/results.csv", "train/weights/best.pt"],
        &["metrics.csv", "models/net.pt"],
        &["model.safetensors", "trainer_state.json"],
        &["checkpoint-9/model.safetensors", "checkpoint-9/trainer_state.json"],
        &["wandb/run-1-aa/files/model.pt", "wandb/run-1-aa/run-aa.wandb"],
    ] {
        let (files, said) = read(names);
        let mut names = names.to_vec();
        names.sort_unstable();
        assert_eq!(files, names);
        assert_eq!(said, "", "{names:?}");
    }
}

#[test]
fn of_several_versions_with_events_alone_the_weights_are_those_of_the_curve() {
    let (files, said) = read(&[
        "lightning_logs/version_0/events.out.tfevents.1.h",
        "lightning_logs/version_0/checkpoints/best.ckpt",
        "lightning_logs/version_1/events.out.tfevents.2.h",
        "lightning_logs/version_1/checkpoints/a.ckpt",
    ]);
    assert_eq!(
        files,
        [
            "lightning_logs/version_1/checkpoints/a.ckpt",
            "lightning_logs/version_1/events.out.tfevents.2.h"
        ]
    );
    assert!(said.contains("1 other runs with events"), "{said}");
}

#[test]
fn what_lies_too_deep_is_told_where_the_model_or_the_log_is_missing() {
    let deep = "`a/b/c/d/checkpoints` was not looked into: folders are looked into 5 levels deep (`--max-depth`)";
    let (files, said) = read(&["a/b/c/d/metrics.csv", "a/b/c/d/checkpoints/net.safetensors"]);
    assert_eq!(files, ["a/b/c/d/metrics.csv"]);
    assert_eq!(said, deep);
    let said = read(&["net.pt", "a/b/c/d/checkpoints/metrics.csv"]).1;
    assert_eq!(said, deep);
    let said = read(&["a/b/c/d/metrics.csv", "net.pt", "a/b/c/d/checkpoints/x.pt"]).1;
    assert_eq!(said, "");
}
