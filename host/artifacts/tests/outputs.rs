//! Folders as trainings leave them. TensorBoard's and Weights & Biases' files were written by their
//! libraries (`fixtures/make.py`); the others are text and written here as the frameworks write them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{fs, path::Path};

use deepfix_artifacts::{FolderContents, FolderLimits, read_file, read_folder};
use deepfix_core::{ArtifactKind, Table};
use serde_json::{Value, json};

fn fixtures(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let file = folder.join(name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn metrics(found: &FolderContents) -> &Table {
    &found.experiment.artifacts.get(ArtifactKind::Training).unwrap().tables["metrics"]
}

fn params(found: &FolderContents) -> &Value {
    &found.experiment.artifacts.get(ArtifactKind::Training).unwrap().document["params"]
}

fn names(table: &Table) -> Vec<&str> {
    table.columns().iter().map(|it| it.name.as_str()).collect()
}

#[test]
fn events_of_tensorboard_are_curves() {
    for found in [
        read_folder(&fixtures("tensorboard"), &FolderLimits::default()).unwrap(),
        read_file(&fixtures("tensorboard/events.out.tfevents.1795727479.host"))
            .unwrap()
            .unwrap(),
    ] {
        let table = metrics(&found);
        assert_eq!(
            names(table),
            ["step", "Loss/train", "Loss/validation"],
            "text and histograms are none"
        );
        assert_eq!(table.rows(), 50);
        let validation = &table.column("Loss/validation").unwrap().data;
        assert_eq!(validation.text(24).as_deref(), Some("NaN"));
        assert_eq!(validation.text(25), None);
        assert!(
            found.recognised[0].contains("events of TensorBoard"),
            "{:?}",
            found.recognised
        );
        assert!(found.experiment.warnings.is_empty());
    }
}

#[test]
fn a_run_of_weights_and_biases_has_its_history_and_its_configuration() {
    let found = read_folder(&fixtures("wandb"), &FolderLimits::default()).unwrap();
    let table = metrics(&found);
    assert_eq!(table.rows(), 40);
    assert_eq!(
        table.column("train/loss").unwrap().data.text(3).as_deref(),
        Some("0.25")
    );
    assert_eq!(table.column("val/loss").unwrap().data.text(19).as_deref(), Some("NaN"));
    assert!(table.column("note").is_none() && table.column("_runtime").is_none());
    assert_eq!(params(&found)["learning_rate"], 0.01);
    assert_eq!(params(&found)["layers"], json!([1, 2]));
    assert!(found.recognised[0].contains("Weights & Biases"));
}

#[test]
fn curves_of_the_splits_in_folders_of_their_own_are_one_run_and_old_runs_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let events = fs::read(fixtures("tensorboard/events.out.tfevents.1795727479.host")).unwrap();
    for name in [
        "logs/b/train/events.out.tfevents.20.h",
        "logs/b/validation/events.out.tfevents.21.h",
        "logs/a/events.out.tfevents.10.h",
    ] {
        write(folder.path(), name, &events);
    }
    write(
        folder.path(),
        "logs/b/train/events.out.tfevents.22.h",
        &events[..events.len() / 2],
    );
    let found = read_folder(folder.path(), &FolderLimits::default()).unwrap();
    assert!(
        metrics(&found).column("validation/Loss/train").is_some(),
        "{:?}",
        names(metrics(&found))
    );
    let warnings = found.experiment.warnings.join("\n");
    assert!(
        warnings.contains("cut off") && warnings.contains("logs/a"),
        "{warnings}"
    );
}

#[test]
fn the_newest_version_of_lightning_is_told_by_its_number() {
    let folder = tempfile::tempdir().unwrap();
    for version in [2, 10] {
        let below = format!("lightning_logs/version_{version}");
        write(
            folder.path(),
            &format!("{below}/metrics.csv"),
            format!("epoch,step,train_loss,val_loss\n0,49,0.{version},\n0,49,,0.5\n1,99,0.1,\n1,99,,0.4\n"),
        );
        write(
            folder.path(),
            &format!("{below}/hparams.yaml"),
            "lr: 0.001\ndevice: !!python/object:torch.device\n  type: cuda\nbatch_size: 32\n",
        );
        write(
            folder.path(),
            &format!("{below}/checkpoints/epoch=1-step=99.ckpt"),
            format!("x{version}"),
        );
    }
    let found = read_folder(folder.path(), &FolderLimits::default()).unwrap();
    assert_eq!(
        metrics(&found).column("train_loss").unwrap().data.text(0).as_deref(),
        Some("0.1")
    );
    assert_eq!(metrics(&found).rows(), 4);
    assert_eq!(params(&found)["lr"], 0.001);
    let blobs = &found
        .experiment
        .artifacts
        .get(ArtifactKind::ModelCheckpoint)
        .unwrap()
        .blobs;
    assert_eq!(blobs["epoch=1-step=99.ckpt"].size(), 3);
    assert!(
        found.recognised.iter().any(|it| it.contains("version_10/metrics.csv")),
        "{:?}",
        found.recognised
    );
}

#[test]
fn the_weights_are_those_of_the_version_whose_curves_are_read() {
    let folder = tempfile::tempdir().unwrap();
    // The older version was trained for longer, and has a checkpoint that is called best.
    for (version, checkpoint) in [(1, "best-step=9000.ckpt"), (2, "step=30.ckpt")] {
        let below = format!("logs/version_{version}");
        write(
            folder.path(),
            &format!("{below}/metrics.csv"),
            "epoch,train_loss\n0,0.5\n1,0.4\n",
        );
        write(folder.path(), &format!("{below}/checkpoints/{checkpoint}"), "x");
    }
    let found = read_folder(folder.path(), &FolderLimits::default()).unwrap();
    let said = found.recognised.join("\n");
    assert!(
        said.contains("logs/version_2/metrics.csv: a log of Lightning"),
        "{said}"
    );
    assert!(said.contains("logs/version_2/checkpoints/step=30.ckpt"), "{said}");
    let warnings = found.experiment.warnings.join("\n");
    assert!(warnings.contains("1 other versions of Lightning"), "{warnings}");
    // The version that is named is read, whatever is beside it.
    let found = read_folder(&folder.path().join("logs/version_1"), &FolderLimits::default()).unwrap();
    assert!(found.recognised.iter().any(|it| it.contains("best-step=9000.ckpt")));
    // Weights beside all versions belong to none of them.
    write(folder.path(), "export/model.safetensors", "1234");
    let said = read_folder(folder.path(), &FolderLimits::default())
        .unwrap()
        .recognised
        .join("\n");
    assert!(said.contains("export/model.safetensors"), "{said}");
}

#[test]
fn versions_whose_curves_are_not_read_restrict_no_weights() {
    let state = "{\"log_history\": [{\"epoch\": 1.0, \"loss\": 0.7, \"step\": 10}]}";
    for (name, text) in [
        ("trainer_state.json", state),
        ("metrics.csv", "epoch,train_loss\n0,0.5\n1,0.4\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        for (version, checkpoint) in [(1, "best-step=9000.ckpt"), (2, "step=30.ckpt")] {
            let below = format!("logs/version_{version}");
            let log = "epoch,train_loss\n0,0.5\n1,0.4\n";
            write(folder.path(), &format!("{below}/metrics.csv"), log);
            write(folder.path(), &format!("{below}/checkpoints/{checkpoint}"), "x");
        }
        let said = || {
            read_folder(folder.path(), &FolderLimits::default())
                .unwrap()
                .recognised
                .join("\n")
        };
        assert!(said().contains("logs/version_2/checkpoints/step=30.ckpt"), "{}", said());
        write(folder.path(), name, text);
        let said = said();
        assert!(said.contains(name) && !said.contains("version_2/metrics.csv"), "{said}");
        assert!(
            said.contains("logs/version_1/checkpoints/best-step=9000.ckpt"),
            "{said}"
        );
    }
}

#[test]
fn the_last_checkpoint_of_hugging_face_has_the_log_of_the_whole_training() {
    let folder = tempfile::tempdir().unwrap();
    let state = |rows: &str| format!("{{\"log_history\": [{rows}], \"num_train_epochs\": 3, \"train_batch_size\": 8}}");
    let row = "{\"epoch\": 1.0, \"grad_norm\": NaN, \"learning_rate\": 5e-05, \"loss\": 0.7, \"step\": 10}";
    write(folder.path(), "checkpoint-9/trainer_state.json", state(row));
    let both = format!("{row}, {{\"epoch\": 1.0, \"eval_loss\": 0.8, \"step\": 10}}");
    write(folder.path(), "checkpoint-10/trainer_state.json", state(&both));
    write(folder.path(), "checkpoint-10/config.json", "{\"num_labels\": 2}");
    write(folder.path(), "checkpoint-10/model.safetensors", "12345678");
    write(folder.path(), "checkpoint-10/optimizer.pt", "1234567890");
    let found = read_folder(folder.path(), &FolderLimits::default()).unwrap();
    assert_eq!(
        metrics(&found).column("eval_loss").unwrap().data.text(1).as_deref(),
        Some("0.8")
    );
    assert_eq!(
        metrics(&found).column("grad_norm").unwrap().data.text(0).as_deref(),
        Some("NaN")
    );
    assert_eq!(params(&found)["num_train_epochs"], 3);
    let checkpoint = found.experiment.artifacts.get(ArtifactKind::ModelCheckpoint).unwrap();
    assert_eq!(checkpoint.document["config"]["num_labels"], 2);
    assert!(checkpoint.blobs.contains_key("model.safetensors"));
}

#[test]
fn logs_of_keras_and_of_ones_own_are_read() {
    for (name, text) in [
        ("history.json", "{\"loss\": [1.0, 0.5], \"val_loss\": [NaN, 0.6]}"),
        ("training.log", "epoch,loss,val_loss\n0,1.0,nan\n1,0.5,0.6\n"),
        (
            "metrics.jsonl",
            "{\"epoch\": 0, \"loss\": 1.0, \"val_loss\": NaN}\n{\"epoch\": 1, \"loss\": 0.5, \"val_loss\": 0.6}\n",
        ),
        (
            "metrics.json",
            "[{\"loss\": 1.0, \"val_loss\": \"NaN\"}, {\"loss\": 0.5, \"val_loss\": 0.6}]",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), name, text);
        for found in [
            read_folder(folder.path(), &FolderLimits::default()).unwrap(),
            read_file(&folder.path().join(name)).unwrap().unwrap(),
        ] {
            let table = metrics(&found);
            assert_eq!(
                table.column("loss").unwrap().data.text(1).as_deref(),
                Some("0.5"),
                "{name}"
            );
            assert_eq!(
                table.column("val_loss").unwrap().data.text(0).as_deref(),
                Some("NaN"),
                "{name}"
            );
            assert!(found.recognised[0].starts_with(name), "{:?}", found.recognised);
        }
    }
}

#[test]
fn a_request_is_no_log_and_a_broken_log_is_named() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "r.json",
        "{\"training_artifacts\": {\"metrics_values\": {\"loss\": [1]}}}",
    );
    assert!(read_file(&folder.path().join("r.json")).unwrap().is_none());
    write(folder.path(), "history.json", "{\"loss\": 3}");
    let error = read_folder(folder.path(), &FolderLimits::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains("history.json: expected metrics"), "{error}");
    write(folder.path(), "x.wandb", "not one");
    assert!(read_file(&folder.path().join("x.wandb")).is_err());
    let hidden = tempfile::tempdir().unwrap();
    write(hidden.path(), ".cache/history.json", "{\"loss\": [3]}");
    assert!(
        read_folder(hidden.path(), &FolderLimits::default())
            .unwrap_err()
            .to_string()
            .contains("holds nothing")
    );
}
