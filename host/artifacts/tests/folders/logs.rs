//! Logs: found wherever they lie, told of where they cannot be read or hold nothing.

use super::*;

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
