//! `deepfix ingest`, and tables given to `deepfix analyse`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod found;
mod logged;
mod written;

use std::{fmt::Write as _, fs};

use deepfix_system_tests::{Home, assert_well_formed, findings, root};
use serde_json::Value;
use tempfile::TempDir;

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
