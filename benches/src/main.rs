//! Benchmarks: `cargo xtask bench [instance|start|http|checkpoint|analyzers|llm|tabular|mlflow|page|diagnosis]`.
//!
//! Each figure stands beside a named peer or a physical limit measured in the same run: absolute
//! times of a busy machine say little.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a command-line tool")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod analyzers;
mod checkpoint;
mod client;
mod diagnosis;
mod http;
mod instance;
mod llm;
mod mlflow;
mod page;
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
    let all: [(&str, Benchmark); 10] = [
        ("instance", instance::run),
        ("start", start::run),
        ("http", http::run),
        ("checkpoint", checkpoint::run),
        ("analyzers", analyzers::run),
        ("llm", llm::run),
        ("tabular", tabular::run),
        ("mlflow", mlflow::run),
        ("page", page::run),
        ("diagnosis", diagnosis::run_default),
    ];
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|(it, _)| it == name)) {
        let known: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        return Err(format!("no benchmark `{unknown}`: there are {}", known.join(", ")).into());
    }
    for (name, run) in all {
        if names.is_empty() || names.iter().any(|it| it == name) {
            println!("\n== {name}");
            run()?;
        }
    }
    Ok(())
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
