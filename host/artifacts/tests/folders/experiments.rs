//! One experiment of a folder is read whole, and none is mixed with another.

use super::*;

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
fn a_single_file_gives_the_experiment_its_name() {
    let folder = folder(&[("digits.csv", LOG), ("net.pt", "1234")]);
    for name in ["digits.csv", "net.pt"] {
        let found = read_file(&folder.path().join(name)).unwrap().unwrap();
        assert_eq!(found.experiment.dataset_name.as_deref(), Some(name));
    }
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
