//! Folders that hold more than one experiment leaves, or hold it further down: what is read of them, and what is
//! said of the rest.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;

use deepfix_artifacts::{FolderContents, FolderLimits, read_file, read_folder, read_folder_without_tables};
use deepfix_core::ArtifactKind;
use tempfile::TempDir;

const LOG: &str = "epoch,train_loss,val_loss\n0,1.5,1.6\n1,1.2,1.4\n";
const TABLE: &str = "age,income,target\n1,2,0\n3,4,1\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    folder
}

fn read(files: &[(&str, &str)]) -> FolderContents {
    read_folder(folder(files).path(), &FolderLimits::default()).unwrap()
}

fn warnings(found: &FolderContents) -> String {
    found.experiment.warnings.join("\n")
}

fn rows(found: &FolderContents) -> Option<usize> {
    let training = found.experiment.artifacts.get(ArtifactKind::Training)?;
    Some(training.tables.get("metrics")?.rows())
}

fn rate(found: &FolderContents) -> serde_json::Value {
    let training = found.experiment.artifacts.get(ArtifactKind::Training).unwrap();
    training.document["params"]["lr"].clone()
}

#[test]
fn metrics_and_parameters_beside_the_model_are_read_and_tables_elsewhere_are_told_of() {
    let made = folder(&[
        ("data/train.csv", TABLE),
        ("data/test.csv", TABLE),
        ("run/metrics.csv", LOG),
        ("run/params.yaml", "lr: 0.1\n"),
        ("run/model.safetensors", "1234"),
        ("run/config.json", "{\"num_labels\": 2}"),
    ]);
    let found = read_folder(made.path(), &FolderLimits::default()).unwrap();
    assert_eq!((rows(&found), rate(&found)), (Some(2), 0.1.into()));
    let said = found.recognised.join("\n");
    for name in ["run/metrics.csv:", "run/params.yaml:", "run/model.safetensors:"] {
        assert!(said.contains(name), "{said}");
    }
    assert_eq!(
        found.experiment.warnings,
        [format!(
            "`data` was not read: it holds test.csv, train.csv; tables are read in the folder that is named; name this \
             one, or use `deepfix ingest --train {0}/data/train.csv --test {0}/data/test.csv --label COLUMN --analyse`",
            made.path().display()
        )]
    );
}

#[test]
fn a_log_above_the_folder_of_the_checkpoints_belongs_to_them() {
    let found = read(&[
        ("exp/run/metrics.csv", LOG),
        ("exp/run/hparams.yaml", "lr: 0.2\n"),
        ("exp/run/checkpoints/last.ckpt", "1234"),
    ]);
    assert_eq!((rows(&found), rate(&found)), (Some(2), 0.2.into()));
    assert_eq!(warnings(&found), "");
}

#[test]
fn of_two_experiments_one_is_read_and_the_other_is_named() {
    let files = |name: &str| {
        [
            "metrics.csv",
            "params.yaml",
            "checkpoints/model.safetensors",
            "train.csv",
        ]
        .map(|it| format!("{name}/{it}"))
    };
    let names = [files("exp1"), files("exp2")].concat();
    let texts = [
        LOG,
        "lr: 0.1\n",
        "1234",
        TABLE,
        "epoch,loss\n0,1\n",
        "lr: 0.9\n",
        "1234",
        TABLE,
    ];
    let all: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(texts).collect();
    let found = read(&all);
    assert_eq!((rows(&found), rate(&found)), (Some(2), 0.1.into()), "one and the same");
    let said = warnings(&found);
    assert!(
        said.contains(
            "`exp2` was not read: it holds metrics.csv, train.csv, checkpoints/model.safetensors; one experiment"
        ),
        "{said}"
    );
    assert!(
        said.contains("`exp1/train.csv` was not read: a table of a folder"),
        "{said}"
    );
}

#[test]
fn tables_under_other_names_are_not_passed_over_in_silence() {
    let flat = folder(&[("a.csv", TABLE), ("b.csv", TABLE)]);
    let error = read_folder(flat.path(), &FolderLimits::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("holds nothing")
            && error.contains("`a.csv, b.csv` was not read: a table of a folder is read where"),
        "{error}"
    );
    fs::write(flat.path().join("model.safetensors"), "1234").unwrap();
    let said = warnings(&read_folder(flat.path(), &FolderLimits::default()).unwrap());
    let command = format!("`deepfix ingest --train {}/a.csv --label", flat.path().display());
    assert!(said.contains(&command), "{said}");
    // Whoever reads the tables himself needs no word of them.
    fs::write(flat.path().join("train.csv"), TABLE).unwrap();
    fs::remove_file(flat.path().join("a.csv")).unwrap();
    let said = warnings(&read_folder_without_tables(flat.path(), &FolderLimits::default()).unwrap());
    assert!(
        said.contains("`b.csv` was not read") && !said.contains("train.csv,"),
        "{said}"
    );
}

#[test]
fn checkpoints_of_the_same_training_are_one_line_and_parts_of_the_model_none() {
    let names: Vec<String> = (1..=9)
        .map(|it| format!("out/checkpoint-{it}00/model.safetensors"))
        .collect();
    let mut files: Vec<(&str, &str)> = names.iter().map(|it| (it.as_str(), "1234")).collect();
    files.push((
        "out/checkpoint-900/trainer_state.json",
        "{\"log_history\": [{\"loss\": 1, \"step\": 9}]}",
    ));
    files.push((
        "out/checkpoint-100/trainer_state.json",
        "{\"log_history\": [{\"loss\": 2, \"step\": 1}]}",
    ));
    let found = read(&files);
    assert_eq!(found.experiment.warnings.len(), 1, "{}", warnings(&found));
    let said = warnings(&found);
    assert!(
        said.contains("checkpoint-500/model.safetensors (+3)` was not read: one model"),
        "{said}"
    );
    let parts = read(&[
        ("model-00001-of-00002.safetensors", "1234"),
        ("model-00002-of-00002.safetensors", "1234"),
        ("model.safetensors.index.json", "{}"),
    ]);
    assert_eq!(warnings(&parts), "");
}

#[test]
fn a_folder_of_logs_or_of_models_is_called_that() {
    let found = read(&[
        ("trainer_state.json", "{\"log_history\": [{\"loss\": 1, \"step\": 9}]}"),
        ("runs/today/events.out.tfevents.1.h", "x"),
        ("export/model.onnx", "x"),
        ("model.safetensors", "1234"),
    ]);
    let said = warnings(&found);
    assert!(
        said.contains("`export` was not read: it holds model.onnx; one model is read")
            && said.contains("`runs` was not read: it holds today/events.out.tfevents.1.h; one log of metrics is read"),
        "{said}"
    );
}

#[test]
fn however_many_folders_there_are_the_lines_stay_few() {
    let names: Vec<String> = (0..40)
        .flat_map(|it| (0..8).map(move |file| format!("run{it:02}/t{file}.parquet")))
        .collect();
    let mut files: Vec<(&str, &str)> = names.iter().map(|it| (it.as_str(), "x")).collect();
    files.push(("params.yaml", "lr: 0.1\n"));
    let found = read(&files);
    let lines = &found.experiment.warnings;
    assert_eq!(lines.len(), 7, "{lines:?}");
    assert!(lines[0].contains("t4.parquet (+3)"), "{}", lines[0]);
    assert!(lines[6].starts_with("34 more folders"), "{}", lines[6]);
}

#[test]
fn a_log_that_is_alone_is_found_wherever_it_lies() {
    let found = read(&[("logs/today/metrics.csv", LOG), ("logs/today/params.yaml", "lr: 0.3\n")]);
    assert_eq!((rows(&found), rate(&found)), (Some(2), 0.3.into()));
    let found = read(&[("logs/metrics.csv", LOG), ("models/net.pt", "1234")]);
    assert_eq!((rows(&found), warnings(&found)), (Some(2), String::new()));
    // The curve beside another model would contradict it: where there is both, both are read.
    let found = read(&[("a/best.pt", "1234"), ("b/net.pt", "1234"), ("b/metrics.csv", LOG)]);
    assert_eq!(rows(&found), Some(2));
    assert!(
        found.recognised.iter().any(|it| it.starts_with("b/net.pt")),
        "{:?}",
        found.recognised
    );
    assert!(warnings(&found).contains("`a` was not read: it holds best.pt; one model is read"));
    // Of several logs none may be its: the one that is read is read alone.
    let found = read(&[("a/best.pt", "1234"), ("b/metrics.csv", LOG), ("c/metrics.csv", LOG)]);
    assert_eq!(rows(&found), None);
    assert!(found.recognised[0].starts_with("a/best.pt"), "{:?}", found.recognised);
}

#[test]
fn what_is_no_log_beside_a_model_costs_a_warning_and_not_the_rest() {
    let found = read(&[("run/model.pt", "1234"), ("run/metrics.json", "{\"accuracy\": 0.9}")]);
    assert!(found.recognised[0].contains("run/model.pt"));
    let said = warnings(&found);
    assert!(
        said.contains("`run/metrics.json` was not read: expected metrics"),
        "{said}"
    );
    let found = read(&[
        ("run/model.pt", "1234"),
        ("run/params.yaml", "lr: [1"),
        ("run/metrics.csv", LOG),
    ]);
    assert_eq!(rows(&found), Some(2));
    assert!(
        warnings(&found).starts_with("`run/params.yaml` was not read"),
        "{}",
        warnings(&found)
    );
    // Not every file of such a name is opened.
    let names: Vec<String> = (0..9).map(|it| format!("r{it}/metrics.json")).collect();
    let mut files: Vec<(&str, &str)> = names.iter().map(|it| (it.as_str(), "{\"accuracy\": 0.9}")).collect();
    files.push(("params.yaml", "lr: 0.1\n"));
    let said = warnings(&read(&files));
    assert_eq!(said.matches("was not read: expected metrics").count(), 4, "{said}");
}

#[test]
fn a_log_in_which_nothing_stands_is_refused_alone_and_told_of_among_others() {
    let empty = [
        ("empty.csv", ""),
        ("log.csv", "epoch,loss\n"),
        ("metrics.jsonl", ""),
        ("history.json", "{\"loss\": []}"),
    ];
    for (name, text) in empty {
        let folder = folder(&[(name, text)]);
        let error = read_file(&folder.path().join(name)).unwrap_err().to_string();
        assert!(
            error.contains(name) && error.contains("found no row of metrics"),
            "{error}"
        );
    }
    for name in ["metrics.csv", "training.log", "lightning_logs/version_0/metrics.csv"] {
        let found = read(&[(name, "epoch,loss\n"), ("net.pt", "1234")]);
        assert_eq!(rows(&found), None);
        let said = warnings(&found);
        assert!(said.contains(&format!("`{name}` was not read: found no row")), "{said}");
        assert!(
            !found.recognised.iter().any(|it| it.starts_with(name)),
            "{:?}",
            found.recognised
        );
    }
    let alone = folder(&[("metrics.csv", "epoch,loss\n")]);
    let error = read_folder(alone.path(), &FolderLimits::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("holds nothing") && error.contains("found no row of metrics"),
        "{error}"
    );
}

#[test]
fn a_single_file_gives_the_experiment_its_name() {
    let folder = folder(&[("digits.csv", LOG), ("net.pt", "1234")]);
    for name in ["digits.csv", "net.pt"] {
        let found = read_file(&folder.path().join(name)).unwrap().unwrap();
        assert_eq!(found.experiment.dataset_name.as_deref(), Some(name));
    }
}

#[test]
fn a_text_beside_the_model_does_not_hide_the_events_of_its_training() {
    let made = folder(&[
        (
            "run/training.log",
            "12:00, INFO, Starting training\n12:01, INFO, loss is falling\n",
        ),
        ("run/results.csv", "id,answer\n1,0.5\n2,0.25\n"),
        ("run/model.safetensors", "1234"),
    ]);
    let events = "events.out.tfevents.1795727479.host";
    let fixture = format!("{}/tests/fixtures/tensorboard/{events}", env!("CARGO_MANIFEST_DIR"));
    fs::copy(fixture, made.path().join("run").join(events)).unwrap();
    let found = read_folder(made.path(), &FolderLimits::default()).unwrap();
    assert!(rows(&found) > Some(10), "{:?} {}", found.recognised, warnings(&found));
    assert!(
        warnings(&found).contains("`run/training.log` was not read: found no metric"),
        "{}",
        warnings(&found)
    );
}

#[test]
fn versions_of_lightning_are_told_of_when_the_last_one_is_empty() {
    let found = read(&[
        ("version_0/metrics.csv", LOG),
        ("version_0/checkpoints/last.ckpt", "1234"),
        ("version_1/metrics.csv", ""),
        ("model.safetensors", "1234"),
    ]);
    assert!(
        warnings(&found).contains("1 other versions of Lightning were not read"),
        "{}",
        warnings(&found)
    );
}

#[test]
fn of_tables_of_one_name_those_that_are_not_read_are_told_of() {
    let made = folder(&[
        ("train.csv", TABLE),
        ("train.parquet", "PAR1"),
        ("Test.csv", TABLE),
        ("metrics.csv", LOG),
        ("model.safetensors", "1234"),
    ]);
    let found = read_folder_without_tables(made.path(), &FolderLimits::default()).unwrap();
    let said = warnings(&found);
    assert!(said.contains("`Test.csv, train.parquet` was not read"), "{said}");
}

#[test]
fn a_damaged_run_further_down_costs_a_warning() {
    let found = read(&[
        ("model.safetensors", "1234"),
        ("wandb/offline-run-1/run-1.wandb", "not one"),
    ]);
    assert!(
        warnings(&found).contains("`wandb/offline-run-1/run-1.wandb` was not read"),
        "{}",
        warnings(&found)
    );
}

const STATE: &str = "{\"log_history\": [{\"loss\": 1, \"step\": 9}, {\"loss\": 0.5, \"step\": 18}]}";

#[test]
fn the_model_and_the_curve_of_two_trainings_are_never_mixed() {
    // The same steps in both: the model would be that of the first, the state that of the last.
    let made = folder(&[
        ("hot/checkpoint-180/trainer_state.json", STATE),
        ("hot/checkpoint-180/model.safetensors", "1234"),
        ("ok/checkpoint-180/trainer_state.json", STATE),
        ("ok/checkpoint-180/model.safetensors", "1234"),
        ("ok/checkpoint-9/model.safetensors", "1234"),
    ]);
    let found = read_folder(made.path(), &FolderLimits::default()).unwrap();
    let said = found.recognised.join("\n");
    assert!(
        said.contains("hot/checkpoint-180/model.safetensors") && said.contains("hot/checkpoint-180/trainer_state.json"),
        "{said}"
    );
    assert!(!said.contains("ok/"), "{said}");
    let told = &found.experiment.warnings;
    assert_eq!(
        told[0],
        format!(
            "this folder holds 2 experiments, and one is read at a time: `hot` was read, not `ok`; read another with \
             `deepfix analyse {}/ok`",
            made.path().display()
        )
    );
    assert!(told[1].starts_with("`ok` was not read: it holds"), "{told:?}");
    assert_eq!(told.len(), 2, "{told:?}");
}

#[test]
fn versions_of_lightning_in_two_projects_are_two_experiments() {
    let made = folder(&[
        ("a/lightning_logs/version_0/metrics.csv", LOG),
        ("a/lightning_logs/version_0/hparams.yaml", "lr: 0.1\n"),
        ("a/lightning_logs/version_0/checkpoints/best.ckpt", "1234"),
        ("b/lightning_logs/version_7/metrics.csv", "epoch,loss\n0,1\n"),
        ("b/lightning_logs/version_7/checkpoints/step=1.ckpt", "1234"),
    ]);
    let found = read_folder(made.path(), &FolderLimits::default()).unwrap();
    assert!(
        found
            .recognised
            .iter()
            .all(|it| it.starts_with("a/lightning_logs/version_0")),
        "{:?}",
        found.recognised
    );
    let said = warnings(&found);
    assert!(
        said.contains("`a` was read, not `b`") && said.contains("`b` was not read: it holds"),
        "{said}"
    );
    assert!(!said.contains("other versions"), "{said}");
}

#[test]
fn metrics_in_the_folder_itself_get_no_model_of_an_experiment_below_it() {
    let found = read(&[
        ("metrics.csv", LOG),
        ("run/history.json", "{\"loss\": [1]}"),
        ("run/net.pt", "1234"),
    ]);
    assert_eq!(rows(&found), Some(2));
    assert!(found.experiment.artifacts.get(ArtifactKind::ModelCheckpoint).is_none());
    assert!(
        warnings(&found).contains("the folder itself was read, not `run`"),
        "{}",
        warnings(&found)
    );
    // A model alone has no other log.
    let found = read(&[("metrics.csv", LOG), ("nets/net.pt", "1234")]);
    assert!(found.experiment.artifacts.get(ArtifactKind::ModelCheckpoint).is_some());
    assert_eq!(warnings(&found), "");
}

#[test]
fn a_log_with_semicolons_is_a_curve_and_one_of_one_column_is_told_of() {
    for (name, is_sure) in [
        ("training.log", true),
        ("metrics.csv", true),
        ("run/metrics.csv", false),
    ] {
        let found = read(&[(name, &LOG.replace(',', ";"))]);
        let training = found.experiment.artifacts.get(ArtifactKind::Training).unwrap();
        assert_eq!(training.tables["metrics"].columns().len(), 3, "{name}");
        assert_eq!(warnings(&found), "");
        // Further down it may be something else.
        let spaced = folder(&[(name, &LOG.replace(',', " ")), ("net.pt", "1234")]);
        let found = read_folder(spaced.path(), &FolderLimits::default()).unwrap();
        assert_eq!(rows(&found).is_some(), is_sure, "{name}");
        let said = warnings(&found);
        assert!(
            said.contains(name) && said.contains("it was read as one column"),
            "{said}"
        );
    }
}

#[test]
fn a_table_for_validation_is_named_for_the_test_with_paths_that_can_be_pasted() {
    let made = folder(&[("train.csv", TABLE), ("valid.csv", TABLE), ("metrics.csv", LOG)]);
    let found = read_folder_without_tables(made.path(), &FolderLimits::default()).unwrap();
    let command = format!(
        "`deepfix ingest --train {0}/train.csv --test {0}/valid.csv --label COLUMN --analyse`",
        made.path().display()
    );
    assert!(warnings(&found).contains(&command), "{}", warnings(&found));
}

#[test]
fn where_nothing_is_found_folders_that_lie_too_deep_are_named() {
    let made = folder(&[("a/b/c/d/e/metrics.csv", LOG)]);
    let error = read_folder(made.path(), &FolderLimits::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("holds nothing") && error.contains("`a/b/c/d/e` was not looked into"),
        "{error}"
    );
}
