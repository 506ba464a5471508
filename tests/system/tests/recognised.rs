//! What `deepfix analyse` makes of paths that hold more, less or something else than one experiment.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{fs, path::Path};

use deepfix_system_tests::{Home, assert_well_formed, findings, reports, root};
use serde_json::Value;

/// Copies files of an example, `(of, to)`.
fn copy(example: &str, files: &[(&str, &str)], into: &Path) {
    for (from, to) in files {
        let to = into.join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root().join("examples").join(example).join(from), to).unwrap();
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn the_log_beside_the_model_is_read_and_the_tables_elsewhere_are_told_of() {
    let home = Home::new();
    let folder = tempfile::tempdir().unwrap();
    let run = [
        ("metrics.csv", "run/metrics.csv"),
        ("params.yaml", "run/params.yaml"),
        ("model.safetensors", "run/model.safetensors"),
        ("config.json", "run/config.json"),
        ("train.csv", "data/train.csv"),
        ("test.csv", "data/test.csv"),
    ];
    copy("overfit-digits", &run, folder.path());
    let ran = home.run(&["analyse", "--format", "json", &text(folder.path())]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let response: Value = serde_json::from_str(&ran.out).unwrap();
    assert_well_formed(&response);
    assert!(reports(&response, "training.overfitting"), "{:?}", findings(&response));
    let warnings = response["additional_outputs"]["warnings"].to_string();
    assert!(
        warnings.contains("`data` was not read")
            && warnings.contains(&format!(
                "deepfix ingest --train {}/data/train.csv",
                text(folder.path())
            )),
        "{warnings}"
    );
    let french = home.run(&["analyse", "--language", "french", &text(folder.path())]);
    assert!(
        french.out.contains("`data` n'a pas été lu : il contient"),
        "{}",
        french.out
    );
}

#[test]
fn of_two_experiments_the_one_that_was_not_read_is_named_in_the_report() {
    let home = Home::new();
    let folder = tempfile::tempdir().unwrap();
    for (example, name) in [("overfit-digits", "exp1"), ("exploding-diabetes", "exp2")] {
        let files = ["metrics.csv", "params.yaml", "model.safetensors", "config.json"];
        let to: Vec<String> = files.iter().map(|it| format!("{name}/{it}")).collect();
        let pairs: Vec<(&str, &str)> = files.into_iter().zip(to.iter().map(String::as_str)).collect();
        copy(example, &pairs, folder.path());
    }
    let ran = home.run(&["analyse", &text(folder.path())]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.contains("read exp1/metrics.csv") && !ran.err.contains("read exp2"),
        "{}",
        ran.err
    );
    assert!(ran.out.contains("`exp2` was not read"), "{}", ran.out);
    assert!(ran.out.contains("this folder holds 2 experiments"), "{}", ran.out);
}

#[test]
fn tables_under_other_names_lead_to_what_reads_them() {
    let home = Home::new();
    let folder = tempfile::tempdir().unwrap();
    copy(
        "leaky-biopsy",
        &[("train.csv", "a.csv"), ("test.csv", "b.csv")],
        folder.path(),
    );
    let ran = home.run(&["analyse", &text(folder.path())]);
    assert!(
        ran.code == 2
            && ran.err.contains("`a.csv, b.csv` was not read")
            && ran
                .err
                .contains(&format!("deepfix ingest --train {}/a.csv", text(folder.path()))),
        "{}",
        ran.err
    );
    copy("leaky-biopsy", &[("train.csv", "train.csv")], folder.path());
    let ran = home.run(&["analyse", &text(folder.path())]);
    assert!(
        ran.code == 0 && ran.out.contains("`a.csv, b.csv` was not read"),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn a_file_in_which_nothing_stands_is_no_success() {
    let home = Home::new();
    let folder = tempfile::tempdir().unwrap();
    let fails = |name: &str, bytes: &[u8], words: &str| {
        let file = folder.path().join(name);
        fs::write(&file, bytes).unwrap();
        let ran = home.run(&["analyse", &text(&file)]);
        assert_eq!(ran.code, 2, "{name}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(words), "{name}: {}", ran.err);
    };
    fails("empty.csv", b"", "empty.csv: found no row of metrics, expected");
    fails(
        "header.csv",
        b"epoch,loss\n",
        "header.csv: found no row of metrics, expected",
    );
    fails(
        "random.bin",
        &[0x91; 4000],
        "nothing could be examined; expected tables",
    );
    fails("notes.txt", b"some words", "other files are known by their names");
    let log = folder.path().join("digits.csv");
    fs::copy(root().join("examples/overfit-digits/metrics.csv"), &log).unwrap();
    let ran = home.run(&["analyse", &text(&log)]);
    assert!(
        ran.code == 0 && ran.out.starts_with("DeepFix digits.csv\n"),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn stores_of_mlflow_lead_to_the_flags_that_read_them() {
    let home = Home::new();
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("mlruns");
    let run = store.join("7/abc123");
    fs::create_dir_all(run.join("metrics")).unwrap();
    fs::write(
        store.join("7/meta.yaml"),
        "experiment_id: '7'\nlifecycle_stage: active\nname: sweep\n",
    )
    .unwrap();
    fs::write(
        run.join("meta.yaml"),
        "experiment_id: '7'\nlifecycle_stage: active\nrun_id: abc123\n",
    )
    .unwrap();
    let database = folder.path().join("mlflow.db");
    fs::write(&database, b"SQLite format 3\0\x10\x00").unwrap();
    for (path, flags) in [
        (&store, "--mlflow-experiment NAME --tracking-uri"),
        (&store.join("7"), "--mlflow-experiment \"sweep\" --tracking-uri"),
        (&run, "--mlflow-run abc123 --tracking-uri"),
        (&database, "--mlflow-experiment NAME --tracking-uri sqlite:///"),
        (&folder.path().to_owned(), "--mlflow-experiment NAME --tracking-uri"),
    ] {
        let ran = home.run(&["analyse", &text(path)]);
        assert!(
            ran.code == 2 && ran.err.contains(flags),
            "{}: {}",
            path.display(),
            ran.err
        );
    }
}
