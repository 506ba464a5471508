//! Our statistics and checks beside those of pandas and deepchecks, on real tables. `cargo xtask python`
//! installs both into `target/tabular-env`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use deepfix_tabular::{CheckOptions, Options, Source, Table, checks, scan, split_statistics};
use serde_json::Value;

struct Case {
    ours: Value,
    theirs: Value,
    statistics: [Value; 2],
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn python(script: &str, arguments: &[&str]) -> String {
    let environment = root().join("target/tabular-env");
    assert!(
        environment.join("installed.txt").is_file(),
        "target/tabular-env has no deepchecks: run `cargo xtask python` (`cargo xtask test` does it too)"
    );
    let output = Command::new(environment.join("bin/python"))
        .arg(root().join("tests/tabular").join(script))
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{script}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn case(name: &str) -> Case {
    let folder = tempfile::tempdir().unwrap();
    python("tables.py", &[folder.path().to_str().unwrap()]);
    let tables: Value = serde_json::from_slice(&std::fs::read(folder.path().join("tables.json")).unwrap()).unwrap();
    let table = &tables[name];
    let label = table["label"].as_str().unwrap();
    let keyed = name == "keyed";
    let options = Options {
        label: Some(label.to_owned()),
        index: keyed.then(|| "row".to_owned()),
        date: keyed.then(|| "day".to_owned()),
        ..Options::default()
    };
    let file = |split: &str| folder.path().join(format!("{name}.{split}.csv"));
    let read = |split: &str| -> Table { scan(&Source::open(&file(split), &options).unwrap(), &options).unwrap() };
    let (train, test) = (read("train"), read("test"));
    let categorical: Vec<&str> = table["categorical"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap())
        .collect();
    let [train_file, test_file] = ["train", "test"].map(|it| file(it).display().to_string());
    let categorical = categorical.join(",");
    let mut arguments = vec![train_file.as_str(), &test_file, label, &categorical];
    arguments.extend(if keyed { &["row", "day"][..] } else { &[] });
    let printed = python("reference.py", &arguments);
    Case {
        ours: checks(name, &train, Some(&test), &CheckOptions::default()),
        theirs: serde_json::from_str(&printed).unwrap(),
        statistics: [split_statistics(&train), split_statistics(&test)],
    }
}

impl Case {
    /// Our value and theirs of a check.
    fn values(&self, suite: &str, header: &str) -> (Value, Value) {
        self.named(suite, header, header)
    }

    /// The same where theirs has another name if it could be run.
    fn named(&self, suite: &str, header: &str, other: &str) -> (Value, Value) {
        let items = self.ours["results"][suite].as_array().unwrap();
        let ours = items
            .iter()
            .find(|it| it["header"] == header)
            .unwrap_or_else(|| panic!("we have no {header}"));
        let theirs = &self.theirs["suites"][suite][other];
        assert!(!theirs.is_null(), "they have no {other}");
        (ours["result"]["value"].clone(), plain(&theirs["value"]))
    }

    fn same_verdict(&self, suite: &str, header: &str) {
        let items = self.ours["results"][suite].as_array().unwrap();
        let ours = items.iter().find(|it| it["header"] == header).unwrap();
        let passed = |it: &Value| it == "PASS";
        let mut ours: Vec<bool> = ours["result"]["conditions_results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| passed(&it["status"]))
            .collect();
        let theirs = &self.theirs["suites"][suite][header]["conditions"];
        let mut theirs: Vec<bool> = theirs.as_array().unwrap().iter().map(passed).collect();
        // They list what failed first.
        ours.sort_unstable();
        theirs.sort_unstable();
        assert_eq!(ours, theirs, "{header}");
    }
}

/// Without scalars of numpy and tables in texts.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(it) if it.len() == 2 && it.contains_key("dtype") && it.contains_key("value") => {
            plain(&it["value"])
        }
        Value::Object(it) => Value::Object(it.iter().map(|(key, it)| (key.clone(), plain(it))).collect()),
        Value::Array(it) => Value::Array(it.iter().map(plain).collect()),
        Value::String(text) if text.starts_with(['[', '{']) => {
            serde_json::from_str(text).map_or_else(|_| value.clone(), |it: Value| plain(&it))
        }
        it => it.clone(),
    }
}

fn close(what: &str, ours: &Value, theirs: &Value, tolerance: f64) {
    let (a, b) = (ours.as_f64(), theirs.as_f64());
    let near = matches!((a, b), (Some(a), Some(b)) if (a - b).abs() <= tolerance * b.abs().max(1.0));
    assert!(
        near || (ours == theirs && !ours.is_null()),
        "{what}: ours {ours}, theirs {theirs}"
    );
}

/// Numbers of an object of numbers.
fn all_close(what: &str, ours: &Value, theirs: &Value, tolerance: f64) {
    let theirs = theirs.as_object().unwrap();
    assert_eq!(ours.as_object().unwrap().len(), theirs.len(), "{what}");
    for (name, it) in theirs {
        close(&format!("{what} of {name}"), &ours[name], it, tolerance);
    }
}

fn agrees(case: &Case, is_classification: bool) {
    statistics(case);
    between_splits(case, is_classification);
    for split in ["Train", "Test"] {
        within_a_split(case, split, is_classification);
    }
}

fn statistics(case: &Case) {
    for (ours, split) in case.statistics.iter().zip(["train", "test"]) {
        let theirs = &case.theirs["statistics"][split];
        for (name, column) in theirs["columns"].as_object().unwrap() {
            for (statistic, it) in column.as_object().unwrap() {
                let found = match statistic.as_str() {
                    "nunique" => &ours["number_unique_values"][name],
                    "missing" => {
                        let missing = ours["other_statistics"]["columns"][name].get("missing");
                        assert_eq!(missing.and_then(Value::as_u64).unwrap_or(0), it.as_u64().unwrap());
                        continue;
                    }
                    _ => &ours["feature_statistics"][name][statistic],
                };
                if statistic == "top" {
                    assert_eq!(found, it, "{name}");
                } else {
                    close(&format!("{statistic} of {name}"), found, it, 1e-9);
                }
            }
        }
        close(
            "duplicates",
            &ours["other_statistics"]["duplicate_share"],
            &theirs["duplicated"],
            1e-12,
        );
    }
}

fn between_splits(case: &Case, is_classification: bool) {
    const SUITE: &str = "train_test_validation";
    let (ours, theirs) = case.values(SUITE, "Datasets Size Comparison");
    assert_eq!(ours, theirs);
    let (ours, theirs) = case.values(SUITE, "Train Test Samples Mix");
    close("mix", &ours["ratio"], &theirs["ratio"], 1e-12);
    let (ours, theirs) = case.values(SUITE, "Feature Drift");
    let columns = theirs.as_object().unwrap();
    assert_eq!(ours.as_object().unwrap().len(), columns.len());
    for (name, it) in columns {
        assert_eq!(ours[name]["Method"], it["Method"], "{name}");
        close(
            &format!("drift of {name}"),
            &ours[name]["Drift score"],
            &it["Drift score"],
            1e-9,
        );
    }
    let (ours, theirs) = case.values(SUITE, "Label Drift");
    assert_eq!(ours["Method"], theirs["Method"]);
    close("label drift", &ours["Drift score"], &theirs["Drift score"], 1e-9);
    // Two classifiers, two random parts of some hundred rows.
    let (ours, theirs) = case.values(SUITE, "Multivariate Drift");
    close(
        "AUC",
        &ours["domain_classifier_auc"],
        &theirs["domain_classifier_auc"],
        0.12,
    );
    if is_classification {
        let (ours, theirs) = case.values(SUITE, "New Label Train Test");
        assert_eq!(ours["n_new_labels_samples"], theirs["n_new_labels_samples"]);
        assert_eq!(ours["new_labels"], theirs["new_labels"]);
    }
    let (ours, theirs) = case.values(SUITE, "New Category Train Test");
    let shares = |it: &Value| -> Vec<f64> {
        let rows = it.as_array().cloned().unwrap_or_default();
        rows.iter()
            .map(|it| it["Ratio of New Categories"].as_f64().unwrap())
            .filter(|it| *it > 0.0)
            .collect()
    };
    assert_eq!(shares(&ours), shares(&theirs));
    for header in [
        "Datasets Size Comparison",
        "New Category Train Test",
        "Train Test Samples Mix",
        "Feature Drift",
        "Label Drift",
        "Multivariate Drift",
        "String Mismatch Comparison",
    ] {
        case.same_verdict(SUITE, header);
    }
}

fn within_a_split(case: &Case, split: &str, is_classification: bool) {
    const SUITE: &str = "data_integrity";
    let named = |check: &str| format!("{check} - {split} Dataset");
    let values = |check: &str| case.values(SUITE, &named(check));
    let (ours, theirs) = values("Single Value in Column");
    all_close("different values", &ours, &theirs, 0.0);
    let (ours, theirs) = values("Special Characters");
    all_close("special characters", &ours, &theirs, 1e-12);
    let (ours, theirs) = values("Data Duplicates");
    close("duplicates", &ours, &theirs, 1e-12);
    if is_classification {
        let (ours, theirs) = values("Conflicting Labels");
        let share = "percent_of_conflicting_samples";
        close("conflicts", &ours[share], &theirs[share], 1e-12);
        case.same_verdict(SUITE, &named("Conflicting Labels"));
    }
    let (ours, theirs) = values("Mixed Nulls");
    for (name, kinds) in theirs["columns"].as_object().unwrap() {
        let share = |it: &Value| -> f64 {
            it.as_object()
                .unwrap()
                .values()
                .map(|it| it["percent"].as_f64().unwrap())
                .sum()
        };
        assert!((share(&ours["columns"][name]) - share(kinds)).abs() < 1e-12, "{name}");
    }
    let (ours, theirs) = values("String Mismatch");
    for (name, bases) in theirs["columns"].as_object().unwrap() {
        let bases: Vec<&String> = bases.as_object().unwrap().keys().collect();
        let found: Vec<&String> = ours["columns"][name].as_object().unwrap().keys().collect();
        assert_eq!(found, bases, "{name}");
    }
    let (ours, theirs) = values("Mixed Data Types");
    for (name, it) in theirs.as_object().unwrap() {
        if let Some(strings) = it.get("strings") {
            close(name, &ours[name]["strings"], strings, 1e-12);
        }
    }
    correlations(&values("Feature-Feature Correlation"));
    powers(&values("Feature Label Correlation"));
    for check in [
        "Single Value in Column",
        "Special Characters",
        "Data Duplicates",
        "Mixed Nulls",
        "String Mismatch",
        "Feature-Feature Correlation",
    ] {
        case.same_verdict(SUITE, &named(check));
    }
}

/// Our rows are in another order, and ranks are taken before missing cells of the other column go.
fn correlations((ours, theirs): &(Value, Value)) {
    let (ours, theirs) = (ours.as_array().unwrap(), theirs.as_array().unwrap());
    let names = |rows: &[Value]| -> Vec<String> { rows[0].as_object().unwrap().keys().cloned().collect() };
    let (our_names, their_names) = (names(ours), names(theirs));
    for (name, row) in their_names.iter().zip(theirs) {
        let place = our_names.iter().position(|it| it == name).unwrap();
        for other in &their_names {
            close(&format!("{name} with {other}"), &ours[place][other], &row[other], 1e-2);
        }
    }
}

/// Cross-validated on other folds: what chance leaves is a tenth.
fn powers((ours, theirs): &(Value, Value)) {
    let theirs = theirs.as_object().unwrap();
    let mut squares = 0.0;
    for (name, it) in theirs {
        let difference = ours[name].as_f64().unwrap() - it.as_f64().unwrap();
        assert!(difference.abs() < 0.25, "{name}: ours {}, theirs {it}", ours[name]);
        squares += difference * difference;
    }
    let error = (squares / theirs.len() as f64).sqrt();
    assert!(error < 0.1, "{error}");
}

#[test]
fn classes_of_wine_are_described_and_checked_as_pandas_and_deepchecks_do() {
    agrees(&case("wine"), true);
}

#[test]
fn a_label_of_numbers_is_described_and_checked_as_pandas_and_deepchecks_do() {
    agrees(&case("diabetes"), false);
}

#[test]
fn faults_are_measured_as_deepchecks_measures_them() {
    let case = case("faulty");
    agrees(&case, true);
    let (ours, theirs) = case.values("data_integrity", "Feature Label Correlation - Train Dataset");
    assert!(ours["code"].as_f64().unwrap() > 0.85 && theirs["code"].as_f64().unwrap() > 0.85);
    case.same_verdict("train_test_validation", "Feature Label Correlation Change");
}

#[test]
fn keys_dates_lengths_and_odd_rows_are_measured_as_deepchecks_measures_them() {
    const SPLITS: &str = "train_test_validation";
    const WITHIN: &str = "data_integrity";
    let case = case("keyed");
    for (ours, theirs) in [
        ("Index Train Test Leakage", "Index Train-Test Leakage"),
        (
            "Date Train Test Leakage Duplicates",
            "Date Train-Test Leakage (duplicates)",
        ),
        ("Date Train Test Leakage Overlap", "Date Train-Test Leakage (overlap)"),
    ] {
        let (ours, theirs) = case.named(SPLITS, ours, theirs);
        assert!(theirs.as_f64() > Some(0.1), "{theirs}");
        close("leakage", &ours, &theirs, 1e-12);
    }
    let (ours, theirs) = case.values(WITHIN, "Identifier Label Correlation - Train Dataset");
    all_close("power", &ours, &theirs, 0.1);
    let (ours, theirs) = case.values(WITHIN, "String Length Out Of Bounds - Train Dataset");
    assert_eq!(ours, theirs);
    // They draw rows again until there are a thousand.
    let (ours, theirs) = case.values(WITHIN, "Outlier Sample Detection - Train Dataset");
    let odd = |it: &Value| {
        let all: Vec<f64> = it.as_array().unwrap().iter().filter_map(Value::as_f64).collect();
        all.iter().filter(|it| **it > 0.5).count() as f64 / all.len() as f64
    };
    for odd in [odd(&ours), odd(&theirs)] {
        assert!((0.01..0.05).contains(&odd), "{odd}");
    }
    let change = case.values(SPLITS, "Feature Label Correlation Change");
    for split in ["train", "test"] {
        powers(&(change.0[split].clone(), change.1[split].clone()));
    }
}
