//! Benchmarks, each against a named peer or a physical limit in the same run.

use crate::{
    build,
    process::{self, cargo},
};

/// `cargo xtask bench [NAME]`.
pub(crate) fn run(names: &[String]) -> Result<(), String> {
    build::all()?;
    let mut command = cargo(&["run", "--release", "--locked", "--package", "deepfix-benches", "--"]);
    command.args(names);
    process::run(&mut command)
}
