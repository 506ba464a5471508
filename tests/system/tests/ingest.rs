//! `deepfix ingest`, and tables given to `deepfix analyse`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use deepfix_system_tests::{Home, Mlflow, assert_well_formed, findings, reports, root, without_timings};
use serde_json::Value;
use tempfile::TempDir;

static MLFLOW: LazyLock<Mlflow> = LazyLock::new(Mlflow::start);

/// Uniform numbers from 0 to 1, always the same.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// About normal.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

/// A table of five features and two classes; `faults` adds a leak, moves a feature and gaps a third.
fn table(seed: u64, rows: usize, is_test: bool, faults: bool) -> String {
    let mut random = Random(seed);
    let mut text = String::from("age,income,weight,city,score,ledger,outcome\n");
    for _ in 0..rows {
        let class = f64::from(u8::from(random.next() > 0.55));
        let shift = if faults && is_test { 2.5 } else { 0.0 };
        let age = 40.0 + 12.0 * random.normal() + 6.0 * class;
        let income = 3000.0 + 700.0 * random.normal() + 400.0 * class;
        let weight = 70.0 + 9.0 * (random.normal() + shift);
        let city = ["Lyon", "Oslo", "Bern"][(random.next() * 3.0) as usize];
        let score = random.normal();
        let ledger = if faults {
            class * 10.0 + random.next()
        } else {
            random.normal()
        };
        let income = if faults && !is_test && random.next() < 0.35 {
            String::new()
        } else {
            format!("{income:.2}")
        };
        writeln!(
            text,
            "{age:.1},{income},{weight:.3},{city},{score:.5},{ledger:.4},{class}"
        )
        .unwrap();
    }
    text
}

fn tables(faults: bool) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("train.csv"), table(1, 600, false, faults)).unwrap();
    fs::write(folder.path().join("test.csv"), table(2, 300, true, faults)).unwrap();
    folder
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

/// `deepfix ingest` of both tables, with more arguments.
fn ingest<'a>(tables: &TempDir, more: &[&'a str]) -> Vec<String> {
    let mut all: Vec<String> = [
        "ingest",
        "--train",
        &path(tables, "train.csv"),
        "--test",
        &path(tables, "test.csv"),
    ]
    .map(str::to_owned)
    .to_vec();
    all.extend(
        ["--label", "outcome"]
            .iter()
            .chain(more)
            .map(|it: &&'a str| (*it).to_owned()),
    );
    all
}

fn run(home: &Home, arguments: &[String]) -> deepfix_system_tests::Ran {
    home.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn loud(response: &Value) -> Vec<(String, String, String)> {
    findings(response).into_iter().filter(|it| it.2 != "low").collect()
}

#[test]
fn faults_of_raw_tables_are_found_and_healthy_ones_give_no_alarm() {
    let home = Home::new();
    let sick = tables(true);
    let out = path(&sick, "artifacts");
    let ran = run(&home, &ingest(&sick, &["--out", &out]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.contains("600 rows, 7 columns") && ran.err.contains("next: deepfix analyse"),
        "{}",
        ran.err
    );
    let analysed = home.run(&["analyse", &out, "--format", "json"]);
    let response: Value = serde_json::from_str(&analysed.out).unwrap();
    assert_well_formed(&response);
    for code in [
        "checks.label_leakage",
        "checks.covariate_drift",
        "dataset.missing_values",
    ] {
        assert!(reports(&response, code), "lacks {code}: {:?}", findings(&response));
    }

    let healthy = tables(false);
    let ran = run(&home, &ingest(&healthy, &["--analyse", "--format", "json"]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let response: Value = serde_json::from_str(&ran.out).unwrap();
    assert_well_formed(&response);
    assert_eq!(loud(&response), []);
}

#[test]
fn analyse_in_one_go_says_what_analyse_says_of_the_folder() {
    let home = Home::new();
    let tables = tables(true);
    let out = path(&tables, "artifacts");
    let ran = run(
        &home,
        &ingest(
            &tables,
            &["--out", &out, "--analyse", "--format", "json", "--fail-on", "high"],
        ),
    );
    assert_eq!(ran.code, 1, "{}", ran.err);
    let one: Value = serde_json::from_str(&ran.out).unwrap();
    let two: Value = serde_json::from_str(&home.run(&["analyse", &out, "--format", "json"]).out).unwrap();
    assert_eq!(without_timings(one), without_timings(two));
}

#[test]
fn a_folder_with_tables_is_analysed_as_it_is() {
    let home = Home::new();
    let tables = tables(true);
    let folder = tables.path().to_str().unwrap();
    // Nothing is called as labels are: what there is to see without one is seen, and the rest is told.
    let ran = home.run(&["analyse", folder, "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("`outcome`"), "{}", ran.err);
    let response: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(reports(&response, "checks.label_leakage"), "{:?}", findings(&response));
    let named = home.run(&["analyse", folder, "--label", "outcome", "--format", "json"]);
    let response: Value = serde_json::from_str(&named.out).unwrap();
    assert!(
        reports(&response, "checks.covariate_drift"),
        "{:?}",
        findings(&response)
    );
    let metrics = root().join("examples/overfit-digits/metrics.csv");
    fs::copy(metrics, tables.path().join("metrics.csv")).unwrap();
    let both = home.run(&["analyse", folder, "--label", "outcome", "--format", "json"]);
    let response: Value = serde_json::from_str(&both.out).unwrap();
    for code in ["checks.label_leakage", "training.overfitting"] {
        assert!(
            findings(&response).iter().any(|it| it.1 == code),
            "lacks {code}: {:?}",
            findings(&response)
        );
    }
}

#[test]
fn a_single_table_leads_to_the_flag_that_is_needed() {
    let home = Home::new();
    let tables = tables(true);
    let file = path(&tables, "people.csv");
    fs::write(&file, table(3, 200, false, true).replace("outcome", "churn")).unwrap();
    let ran = home.run(&["analyse", &file]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(
        ran.err.contains("--label COLUMN") && ran.err.contains("age, income"),
        "{}",
        ran.err
    );
    let ran = home.run(&["analyse", &file, "--label", "churm"]);
    assert!(
        ran.err.contains("no column `churm`; did you mean `churn`?"),
        "{}",
        ran.err
    );
    let ran = home.run(&["analyse", &file, "--label", "churn", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let response: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(
        findings(&response).iter().any(|it| it.1 == "checks.label_leakage"),
        "{:?}",
        findings(&response)
    );
    // A log of metrics is none.
    let log = root().join("examples/overfit-digits/metrics.csv");
    let ran = home.run(&["analyse", log.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn what_cannot_be_done_is_said_before_anything_is_written() {
    let home = Home::new();
    let tables = tables(false);
    let out = path(&tables, "artifacts");
    let train = path(&tables, "train.csv");
    let fails = |arguments: &[&str], words: &[&str]| {
        let ran = home.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        for word in words {
            assert!(ran.err.contains(word), "{arguments:?}: {} lacks {word}", ran.err);
        }
        assert!(!Path::new(&out).exists());
    };
    fails(
        &["ingest", "--train", &train, "--out", &out],
        &["--label COLUMN", "age, income"],
    );
    fails(
        &["ingest", "--train", &train, "--label", "outcom", "--out", &out],
        &["did you mean `outcome`?"],
    );
    fails(&["ingest", "--train", &train, "--label", "outcome"], &["--out"]);
    let missing = [
        "ingest",
        "--train",
        &train,
        "--label",
        "outcome",
        "--out",
        &out,
        "--params",
        "nothing.yaml",
    ];
    fails(&missing, &["nothing.yaml cannot be read"]);
    let other = path(&tables, "other.csv");
    fs::write(&other, "age,outcome\n1,0\n").unwrap();
    let columns = [
        "ingest", "--train", &train, "--test", &other, "--label", "outcome", "--out", &out,
    ];
    fails(&columns, &["different columns", "other.csv lacks `income`"]);
    let limit = [
        "ingest",
        "--train",
        &train,
        "--label",
        "outcome",
        "--out",
        &out,
        "--max-columns",
        "3",
    ];
    fails(&limit, &["found 7 columns, expected at most 3"]);

    fs::create_dir(&out).unwrap();
    fs::write(Path::new(&out).join("dataset.json"), "{}").unwrap();
    fs::write(Path::new(&out).join("notes.txt"), "mine").unwrap();
    let ran = run(&home, &ingest(&tables, &["--out", &out]));
    assert!(
        ran.code == 2 && ran.err.contains("holds dataset.json already"),
        "{}",
        ran.err
    );
    let ran = run(&home, &ingest(&tables, &["--out", &out, "--force"]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!Path::new(&out).join("dataset.json").exists());
    assert!(Path::new(&out).join("notes.txt").exists());
}

#[test]
fn what_is_written_anew_leaves_nothing_of_before_and_a_model_in_parts_is_whole() {
    let home = Home::new();
    let tables = tables(false);
    let out = path(&tables, "artifacts");
    let example = root().join("examples/exploding-diabetes/model.safetensors");
    let first = path(&tables, "old.safetensors");
    fs::copy(&example, &first).unwrap();
    let ran = run(&home, &ingest(&tables, &["--out", &out, "--checkpoint", &first]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    fs::write(Path::new(&out).join("request.json"), "{\"dataset_name\": \"another\"}").unwrap();
    // A model of two parts.
    let parts = ["m-00001-of-00002.safetensors", "m-00002-of-00002.safetensors"];
    for name in parts {
        fs::copy(&example, tables.path().join(name)).unwrap();
    }
    let second = path(&tables, parts[0]);
    let again = [
        "--out",
        &out,
        "--checkpoint",
        &second,
        "--force",
        "--analyse",
        "--format",
        "json",
    ];
    let ran = run(&home, &ingest(&tables, &again));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!Path::new(&out).join("request.json").exists());
    assert!(!Path::new(&out).join("best_checkpoint/old.safetensors").exists());
    for name in parts {
        assert!(Path::new(&out).join("best_checkpoint").join(name).is_file(), "{name}");
    }
    assert!(Path::new(&out).join("model_checkpoint/model_checkpoint.yaml").is_file());
    let response: Value = serde_json::from_str(&ran.out).unwrap();
    assert_well_formed(&response);
    let model = &response["agent_results"]["ModelCheckpointArtifactsAnalyzer"];
    assert!(model["error_message"].is_null(), "{model}");
}

/// The files of an experiment beside its tables.
fn files() -> [(&'static str, PathBuf); 4] {
    let example = root().join("examples/exploding-diabetes");
    [
        ("--checkpoint", example.join("model.safetensors")),
        ("--model-config", example.join("config.json")),
        ("--metrics", example.join("metrics.csv")),
        ("--params", example.join("params.yaml")),
    ]
}

#[test]
fn a_logged_run_is_read_by_deepfix_and_by_python() {
    let home = Home::new();
    let tables = tables(true);
    let files = files();
    let mut more = vec![
        "--mlflow",
        MLFLOW.uri.as_str(),
        "--dataset-name",
        "people",
        "--model-name",
        "mlp",
    ];
    more.extend(files.iter().flat_map(|(flag, file)| [*flag, file.to_str().unwrap()]));
    let ran = run(
        &home,
        &ingest(&tables, &[more.as_slice(), &["--analyse", "--format", "json"]].concat()),
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    let response: Value = serde_json::from_str(&ran.out).unwrap();
    assert_well_formed(&response);
    for code in [
        "checks.label_leakage",
        "training.exploding_gradients",
        "checkpoint.nan_weights",
    ] {
        assert!(
            findings(&response).iter().any(|it| it.1 == code),
            "lacks {code}: {:?}",
            findings(&response)
        );
    }
    let id = ran
        .err
        .split("logged run ")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap();
    let python = root().join("target/mlflow-env/bin/python");
    let output = Command::new(python)
        .args(["-W", "ignore"])
        .arg(root().join("tests/mlflow/read_artifacts.py"))
        .args([MLFLOW.uri.as_str(), id])
        .env("MLFLOW_DISABLE_TELEMETRY", "true")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(read["name"], "people___mlp");
    assert_eq!(read["status"], "FINISHED");
    assert_eq!(read["dataset"]["train_statistics"]["number_unique_values"]["city"], 3);
    assert!(read["dataset"]["train_statistics"]["feature_statistics"]["age"]["mean"].is_f64());
    // Numbers are numbers for Python's YAML too, however small.
    assert_eq!(read["texts_that_look_like_numbers"], 0);
    let expected = [
        "best_checkpoint",
        "dataset",
        "deepchecks",
        "model_checkpoint",
        "training_artifacts",
    ];
    assert_eq!(read["folders"], serde_json::json!(expected));
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let home = Home::new();
    let ran = run(&home, &ingest(&tables(false), &["--mlflow", "http://127.0.0.1:9"]));
    assert!(ran.code == 2 && ran.err.contains("http://127.0.0.1:9"), "{}", ran.err);
}
