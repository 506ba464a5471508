//! What `deepfix ingest` says of what it is given, before any work.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use deepfix_system_tests::{Home, Ran, root};
use serde_json::Value;
use tempfile::TempDir;

struct Given {
    home: Home,
    folder: TempDir,
}

impl Given {
    /// A table of a feature, a day and a label, in both files.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut table = String::from("age,income,score,day,outcome\n");
        for row in 0..120 {
            let (month, day, class) = (row / 28 + 1, row % 28 + 1, row % 2);
            writeln!(
                table,
                "{},{}.5,0.{},{month:02}/{day:02}/2024,{class}",
                row % 50,
                row * 7 % 90,
                row % 10
            )
            .unwrap();
        }
        for name in ["train.csv", "test.csv"] {
            fs::write(folder.path().join(name), &table).unwrap();
        }
        let home = Home::new();
        Self { home, folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn ingest(&self, more: &[&str]) -> Ran {
        let (train, test) = (self.path("train.csv"), self.path("test.csv"));
        let all = ["ingest", "--train", &train, "--test", &test, "--label", "outcome"];
        self.home.run(&[&all[..], more].concat())
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("artifacts")
    }
}

#[test]
fn a_table_of_data_is_no_log_of_a_training() {
    let given = Given::new();
    let (out, data) = (given.path("artifacts"), given.path("train.csv"));
    let ran = given.ingest(&["--out", &out, "--metrics", &data]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(
        ran.err
            .contains("found the columns age, income, score, day, outcome, expected the log of a training"),
        "{}",
        ran.err
    );
    let empty = given.path("empty.csv");
    fs::write(&empty, "epoch,loss\n").unwrap();
    let ran = given.ingest(&["--out", &out, "--metrics", &empty]);
    assert!(
        ran.code == 2 && ran.err.contains("found no row of metrics"),
        "{}",
        ran.err
    );
    let broken = given.path("params.yaml");
    fs::write(&broken, "lr: [1\n").unwrap();
    let ran = given.ingest(&["--out", &out, "--params", &broken]);
    assert!(ran.code == 2 && ran.err.contains("params.yaml"), "{}", ran.err);
    assert!(
        !ran.err.contains("read train.csv"),
        "before anything is computed: {}",
        ran.err
    );
    assert!(!given.out().exists());
    // Figures of one's own with a step are one.
    let own = given.path("own.csv");
    fs::write(&own, "Step,my figure\n1,0.5\n2,0.4\n").unwrap();
    for log in [
        own,
        root().join("examples/overfit-digits/metrics.csv").display().to_string(),
    ] {
        let ran = given.ingest(&["--out", &out, "--force", "--metrics", &log]);
        assert_eq!(ran.code, 0, "{log}: {}", ran.err);
    }
}

#[test]
fn an_analysis_without_a_configuration_fails_before_anything_is_computed() {
    let given = Given::new();
    let out = given.path("artifacts");
    let missing = given.path("nowhere.toml");
    let ran = given.ingest(&["--out", &out, "--analyse", "--config", &missing]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(
        ran.err.contains("nowhere.toml") && !ran.err.contains("read train.csv"),
        "{}",
        ran.err
    );
    assert!(!given.out().exists());
    // Who only wants the artifacts needs none.
    let ran = given.ingest(&["--out", &out, "--config", &missing]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn what_is_wrong_with_the_input_is_said_before_what_is_wrong_with_the_output() {
    let given = Given::new();
    let out = given.path("artifacts");
    fs::create_dir(&out).unwrap();
    fs::write(Path::new(&out).join("dataset.json"), "{}").unwrap();
    for (more, word) in [
        (["--date", "whenever"], "no column `whenever`"),
        (["--ignore", "nothing"], "no column `nothing`"),
        (["--params", "nothing.yaml"], "nothing.yaml cannot be read"),
    ] {
        let ran = given.ingest(&[&["--out", &out][..], &more].concat());
        assert!(ran.code == 2 && ran.err.contains(word), "{more:?}: {}", ran.err);
        assert!(!ran.err.contains("already"), "{}", ran.err);
    }
    for (name, text, word) in [
        ("train.csv", Some(""), "the file is empty"),
        ("train.csv", None, "train.csv"),
    ] {
        match text {
            Some(text) => fs::write(given.path(name), text).unwrap(),
            None => fs::remove_file(given.path(name)).unwrap(),
        }
        let ran = given.ingest(&["--out", &out]);
        assert!(ran.code == 2 && ran.err.contains(word), "{}", ran.err);
        assert!(!ran.err.contains("already"), "{}", ran.err);
    }
}

#[test]
fn dates_that_are_texts_are_said_to_be_that_and_not_to_be_lacking() {
    let given = Given::new();
    let gap = |language: &str| {
        let ran = given.ingest(&["--date", "day", "--analyse", "--format", "json", "--language", language]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let response: Value = serde_json::from_str(&ran.out).unwrap();
        let results = &response["agent_results"]["DeepchecksArtifactsAnalyzer"];
        let gaps = results["additional_outputs"]["not_examined"]
            .as_array()
            .unwrap()
            .clone();
        let is_overlap = |it: &&Value| it["what"].to_string().contains("Date Train Test Leakage Overlap");
        gaps.iter().find(is_overlap).unwrap()["why"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for (language, words) in [
        ("english", "could not be compared"),
        ("french", "n'ont pas pu être comparées"),
    ] {
        let said = gap(language);
        assert!(
            said.contains(words) && said.contains("`day`") && said.contains("2024-12-31"),
            "{said}"
        );
    }
}
