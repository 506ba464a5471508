//! Statistics and data checks of tables beside pandas, polars, DuckDB and deepchecks: whole processes, with what
//! they read from disk, on the same files in the same run.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

use crate::{Result, aims::Aims, binary, root};

/// Statistics: how many times as fast as pandas.
const AIM_STATISTICS: f64 = 5.0;
/// Statistics: how many times as much memory pandas takes.
const AIM_MEMORY: f64 = 5.0;
/// Checks: how many times as fast as deepchecks.
const AIM_CHECKS: f64 = 20.0;

#[derive(Deserialize, Clone, Copy)]
struct Cost {
    seconds: f64,
    cpu: f64,
    peak_mib: f64,
}

pub(crate) fn run() -> Result<()> {
    let python = root().join("target/tabular-bench-env/bin/python");
    if !python.is_file() {
        return Err("target/tabular-bench-env is missing: run `cargo xtask bench tabular`".into());
    }
    let folder = root().join("target/bench-tables");
    std::fs::create_dir_all(&folder)?;
    let mut aims = Aims::default();
    statistics(&python, &folder, &mut aims)?;
    checks(&python, &folder, &mut aims)?;
    aims.end()
}

fn statistics(python: &Path, folder: &Path, aims: &mut Aims) -> Result<()> {
    let file = folder.join("million.csv");
    make(&file, 1_000_000, 50, 1)?;
    println!(
        "statistics of 1,000,000 x 50 ({} MB of CSV); each process with its start",
        std::fs::metadata(&file)?.len() / 1_000_000
    );
    // Read once before, so that no contender finds the file on disk only.
    std::io::copy(&mut File::open(&file)?, &mut std::io::sink())?;
    let ours = ingest(
        python,
        folder,
        &["--train", text(&file)?, "--label", "target", "--no-checks"],
    )?;
    row("deepfix ingest --no-checks", ours, ours);
    for (peer, work) in [
        ("pandas", "pandas read_csv, describe, nunique, duplicated"),
        ("polars", "polars read_csv, describe, n_unique, is_duplicated"),
        ("duckdb", "DuckDB SUMMARIZE"),
    ] {
        let theirs = self::peer(python, &[peer, text(&file)?])?;
        row(work, theirs, ours);
        if peer == "pandas" {
            judge_statistics(theirs, ours, aims);
        }
    }
    Ok(())
}

fn checks(python: &Path, folder: &Path, aims: &mut Aims) -> Result<()> {
    let (train, test) = (folder.join("train.csv"), folder.join("test.csv"));
    make(&train, 200_000, 30, 2)?;
    make(&test, 200_000, 30, 3)?;
    println!("\nchecks of 200,000 x 30, training and test table");
    let files = ["--train", text(&train)?, "--test", text(&test)?, "--label", "target"];
    let ours = ingest(python, folder, &files)?;
    row("deepfix ingest: statistics, both suites", ours, ours);
    let theirs = peer(python, &["deepchecks", text(&train)?, text(&test)?, "target"])?;
    row("deepchecks train_test_validation", theirs, ours);
    judge_checks(theirs, ours, aims);
    Ok(())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| "a path that is no text".into())
}

fn ingest(python: &Path, folder: &Path, arguments: &[&str]) -> Result<Cost> {
    let out = folder.join("artifacts");
    let mut all = vec![
        binary().into_os_string(),
        "ingest".into(),
        "--out".into(),
        out.into(),
        "--force".into(),
    ];
    all.extend(arguments.iter().map(Into::into));
    measure(python, &all)
}

fn peer(python: &Path, arguments: &[&str]) -> Result<Cost> {
    let script: PathBuf = root().join("benches/tabular/peers.py");
    let mut all = vec![python.as_os_str().to_owned(), script.into_os_string()];
    all.extend(arguments.iter().map(Into::into));
    measure(python, &all)
}

/// The fastest of three runs: what disturbs a run only makes it longer. Slow ones run once.
fn measure(python: &Path, command: &[std::ffi::OsString]) -> Result<Cost> {
    const SLOW: f64 = 30.0;
    let mut best: Option<Cost> = None;
    for _ in 0..3 {
        let output = Command::new(python)
            .arg(root().join("benches/tabular/measure.py"))
            .args(command)
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        let cost: Cost = serde_json::from_slice(&output.stdout)?;
        if best.is_none_or(|it| cost.seconds < it.seconds) {
            best = Some(cost);
        }
        if cost.seconds > SLOW {
            break;
        }
    }
    best.ok_or_else(|| "nothing was measured".into())
}

fn row(name: &str, cost: Cost, ours: Cost) {
    println!(
        "  {name:<52} {:>7.2} s  {:>7.2} s CPU  {:>7.0} MiB   {:>5.1} x the time  {:>5.1} x the memory",
        cost.seconds,
        cost.cpu,
        cost.peak_mib,
        cost.seconds / ours.seconds,
        cost.peak_mib / ours.peak_mib
    );
}

/// Statistics beside those of pandas: time and memory.
fn judge_statistics(theirs: Cost, ours: Cost, aims: &mut Aims) {
    println!(
        "    aims beside pandas: at least {AIM_STATISTICS} x the time {}, more than {AIM_MEMORY} x the memory {}",
        aims.judge(
            "the time of statistics",
            theirs.seconds >= AIM_STATISTICS * ours.seconds
        ),
        aims.judge("the memory of statistics", theirs.peak_mib > AIM_MEMORY * ours.peak_mib)
    );
}

/// Checks beside those of deepchecks.
fn judge_checks(theirs: Cost, ours: Cost, aims: &mut Aims) {
    println!(
        "    aim beside deepchecks: at least {AIM_CHECKS} x the time {}",
        aims.judge("the time of checks", theirs.seconds >= AIM_CHECKS * ours.seconds)
    );
}

/// A table of numbers, one category and a label, the same every time.
fn make(file: &Path, rows: u64, columns: u64, seed: u64) -> Result<()> {
    if file.is_file() {
        return Ok(());
    }
    let beside = file.with_extension("part");
    let mut out = BufWriter::new(File::create(&beside)?);
    let names: Vec<String> = (0..columns - 2).map(|it| format!("x{it}")).collect();
    writeln!(out, "{},city,target", names.join(","))?;
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    };
    for _ in 0..rows {
        for column in 0..columns - 2 {
            match column % 10 {
                // Counts, gaps, and about normal numbers.
                8 => write!(out, "{},", next() % 1000)?,
                9 if next() % 20 == 0 => out.write_all(b",")?,
                _ => {
                    let sum: u64 = (0..4).map(|_| next() >> 34).sum();
                    write!(out, "{:.6},", sum as f64 / f64::from(1u32 << 30) - 2.0)?;
                }
            }
        }
        let city = ["Lyon", "Oslo", "Bern", "Graz", "Cork"]
            .get((next() % 5) as usize)
            .copied()
            .unwrap_or("Lyon");
        writeln!(out, "{city},{}", next() % 2)?;
    }
    out.flush()?;
    std::fs::rename(beside, file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(seconds: f64, peak_mib: f64) -> Cost {
        Cost {
            seconds,
            cpu: seconds,
            peak_mib,
        }
    }

    #[test]
    fn statistics_and_checks_that_miss_an_aim_are_named() {
        let statistics = |theirs: Cost| {
            let mut aims = Aims::default();
            judge_statistics(theirs, cost(1.0, 100.0), &mut aims);
            aims.end().map_err(|it| it.to_string())
        };
        assert_eq!(statistics(cost(5.0, 501.0)), Ok(()));
        assert_eq!(
            statistics(cost(4.9, 501.0)),
            Err("missed: the time of statistics".to_owned())
        );
        assert_eq!(
            statistics(cost(5.0, 500.0)),
            Err("missed: the memory of statistics".to_owned())
        );
        let checks = |seconds: f64| {
            let mut aims = Aims::default();
            judge_checks(cost(seconds, 100.0), cost(1.0, 100.0), &mut aims);
            aims.end().map_err(|it| it.to_string())
        };
        assert_eq!(checks(20.0), Ok(()));
        assert_eq!(checks(19.9), Err("missed: the time of checks".to_owned()));
    }
}
