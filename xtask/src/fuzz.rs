//! `cargo xtask fuzz`: libFuzzer on every parser of foreign bytes, with the compiler that the project is built with.
//!
//! The address sanitizer is a feature of the nightly compiler; `RUSTC_BOOTSTRAP` unlocks it in the stable one, whose
//! runtime for it is the same. Nothing that is shipped is built so.

use std::{fs, process::Command};

use crate::{
    build,
    process::{cargo, output, root, run, say, stage},
};

/// Seconds for one parser, unless said otherwise.
const SECONDS: &str = "60";

/// What cargo-fuzz builds with: counters at every edge, comparisons told to the fuzzer, addresses checked,
/// overflows panic.
const FLAGS: [&str; 10] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Zsanitizer=address",
    "-Cdebug-assertions",
    "-Coverflow-checks",
    "-Cdebuginfo=line-tables-only",
    "--cfg=fuzzing",
];

/// What an input may cost: 10 seconds, 2 GiB in all, 1 GiB at once.
const BOUNDS: [&str; 3] = ["-timeout=10", "-rss_limit_mb=2048", "-malloc_limit_mb=1024"];

/// `cargo xtask fuzz [PARSER] [SECONDS]`.
pub(crate) fn run_for(arguments: &[String]) -> Result<(), String> {
    let (only, seconds) = match arguments {
        [] => (None, SECONDS),
        [it] if it.bytes().all(|it| it.is_ascii_digit()) => (None, it.as_str()),
        [it] => (Some(it.as_str()), SECONDS),
        [it, seconds] => (Some(it.as_str()), seconds.as_str()),
        _ => return Err("expected `cargo xtask fuzz [PARSER] [SECONDS]`".to_owned()),
    };
    stage("seeds");
    // Of the whole workspace, as its tests are: with the same features nothing is compiled twice.
    let workspace = ["build", "--release", "--locked", "--workspace", "--all-features"];
    run(cargo(&workspace).args(["--example", "seeds"]))?;
    let fuzz = root().join("fuzz");
    let seeds = build::target().join("release/examples/seeds");
    let names = output(Command::new(seeds).arg(fuzz.join("corpus")))?;
    let names: Vec<&str> = names.lines().filter(|it| only.is_none_or(|only| only == *it)).collect();
    if names.is_empty() {
        return Err(format!("there is no parser `{}`", only.unwrap_or_default()));
    }
    stage("the fuzzers");
    let host = host()?;
    let mut command = cargo(&["build", "--release", "--locked", "--target", &host]);
    match only {
        Some(name) => command.args(["--bin", name]),
        None => command.arg("--bins"),
    };
    run(command
        .current_dir(&fuzz)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", FLAGS.join(" "))
        .env_remove("CARGO_TARGET_DIR"))?;
    let mut failed = Vec::new();
    for name in names {
        stage(&format!("{name}, {seconds} s"));
        let found = fuzz.join("artifacts").join(name);
        fs::create_dir_all(&found).map_err(|error| format!("{}: {error}", found.display()))?;
        let fuzzer = fuzz.join("target").join(&host).join("release").join(name);
        let result = run(Command::new(fuzzer)
            .arg(fuzz.join("corpus").join(name))
            .args(BOUNDS)
            .arg(format!("-max_total_time={seconds}"))
            .arg("-print_final_stats=1")
            .arg(format!("-artifact_prefix={}/", found.display()))
            .current_dir(&fuzz));
        if let Err(error) = result {
            say(&error);
            failed.push(name);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(format!(
        "found something in: {}. The inputs are in fuzz/artifacts; mend the parser and keep the input in \
         tests/parsers/cases/PARSER",
        failed.join(", ")
    ))
}

/// The machine's own target: named, so that the flags are not those of build scripts as well.
fn host() -> Result<String, String> {
    let said = output(Command::new("rustc").arg("-vV").current_dir(root()))?;
    let host = said.lines().find_map(|it| it.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| "`rustc -vV` names no host".to_owned())
}
