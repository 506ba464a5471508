//! Benchmarks: `cargo xtask bench
//! [instance|start|http|checkpoint|analyzers|llm|tabular|mlflow|plugins|page|diagnosis]`.
//!
//! `load [SECONDS] [CLIENTS]` and `crash [ROUNDS]` are drills of the service, run when asked for by name.
//!
//! Each figure stands beside a named peer or a physical limit measured in the same run: absolute
//! times of a busy machine say little.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a command-line tool")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod aims;
mod analyzers;
mod checkpoint;
mod client;
mod crash;
mod diagnosis;
mod http;
mod instance;
mod llm;
mod load;
mod mlflow;
mod page;
mod plugins;
mod server;
mod start;
mod statistics;
mod tabular;
mod torch;

use std::path::{Path, PathBuf};

/// What goes wrong ends the benchmark.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Measures and prints.
type Benchmark = fn() -> Result<()>;

fn main() -> Result<()> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    // The one benchmark with arguments of its own.
    if names.first().is_some_and(|it| it == "diagnosis") {
        return diagnosis::run(&clap::Parser::parse_from(names));
    }
    // Drills of the service: with arguments of their own, and only when they are asked for.
    if let Some((name, arguments)) = names.split_first() {
        match name.as_str() {
            "load" => return load::run(arguments),
            "crash" => return crash::run(arguments),
            _ => {}
        }
    }
    let all: [(&str, Benchmark); 11] = [
        ("instance", instance::run),
        ("start", start::run),
        ("http", http::run),
        ("checkpoint", checkpoint::run),
        ("analyzers", analyzers::run),
        ("llm", llm::run),
        ("tabular", tabular::run),
        ("mlflow", mlflow::run),
        ("plugins", plugins::run),
        ("page", page::run),
        ("diagnosis", diagnosis::run_default),
    ];
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|(it, _)| it == name)) {
        let known: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        return Err(format!("no benchmark `{unknown}`: there are {}", known.join(", ")).into());
    }
    // One that fails keeps no other from being measured.
    let mut failed = Vec::new();
    for (name, run) in all {
        if names.is_empty() || names.iter().any(|it| it == name) {
            println!("\n== {name}");
            if let Err(error) = run() {
                println!("  {error}");
                failed.push(format!("{name}: {error}"));
            }
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(failed.join("\n").into())
}

/// A new folder for the files of a drill.
fn scratch(name: &str) -> Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("deepfix-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
        .to_owned()
}

/// The binary that is measured.
fn binary() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join("release/deepfix")
}
